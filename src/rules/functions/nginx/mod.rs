//! `nginx-site`, `nginx-conf` and `nginx-stream`: nginx's configuration as options of `services.nginx`.
//!
//! Follows nixos/modules/services/web-servers/nginx/{default,vhost-options,location-options}.nix. A server block is an
//! attribute of `virtualHosts`, a location one of its `locations`, an upstream one of `upstreams`; what has no option goes
//! to the `extraConfig` where it stood, and into the http block by `commonHttpConfig`. The module sorts blocks by name:
//! where their order means something, a block stays text.
//!
//! Answers `options` (for `services.nginx`), `common` (text for `commonHttpConfig`), `append` (text for
//! `appendHttpConfig`), `main` and `stream` (text for `appendConfig` and `streamConfig`), `writes` (folders for
//! ReadWritePaths), `home` (for ProtectHome) and `assume`; what there is nothing of is null.

mod conf;
mod http;
mod include;
mod listen;
mod location;
mod modules;
mod names;
mod redirect;
mod server;
#[cfg(test)]
mod tests;
mod upstream;

use serde_json::{Map, Value, json};

use super::Function;
use crate::syntax::nginx::{self, Directive};

pub(super) static SITE: Function = Function {
    name: "nginx-site",
    call: site,
};

pub(super) static CONF: Function = Function {
    name: "nginx-conf",
    call: conf::call,
};

pub(super) static STREAM: Function = Function {
    name: "nginx-stream",
    call: stream,
};

/// What a text comes to.
#[derive(Debug, Default)]
struct Lifted {
    options: Map<String, Value>,
    hosts: Map<String, Value>,
    upstreams: Map<String, Value>,
    common: Vec<Directive>,
    append: Vec<Directive>,
    main: Vec<Directive>,
    stream: Vec<Directive>,
    assume: Vec<String>,
    /// Folders outside of /var/log/nginx and /var/cache/nginx that nginx writes to.
    writes: Vec<String>,
    /// Whether it serves files below /home, which the unit of NixOS does not see.
    reads_home: bool,
}

fn site(value: &Value) -> Option<Value> {
    let list = nginx::read(value.as_str()?).ok()?;
    let mut lifted = Lifted::default();
    http::lift(list, &mut lifted)?;
    lifted.answer()
}

fn stream(value: &Value) -> Option<Value> {
    let list = nginx::read(value.as_str()?).ok()?;
    let mut lifted = Lifted::default();
    lifted.stream = include::resolve(list, &mut lifted);
    lifted.answer()
}

impl Lifted {
    /// Notes what directives need besides nginx and its configuration.
    fn need(&mut self, list: &[Directive]) {
        let needed = modules::Needed::of(list);
        for claim in [names::claim(list), needed.claim()].iter().flatten() {
            self.assume(claim);
        }
        if let Some(packages) = needed.packages() {
            self.options
                .insert("additionalModules".to_owned(), packages);
        }
    }

    fn assume(&mut self, clause: &str) {
        if self.assume.iter().all(|it| it != clause) {
            self.assume.push(clause.to_owned());
        }
    }

    fn answer(mut self) -> Option<Value> {
        for list in [&self.common, &self.append, &self.main, &self.stream] {
            see(list, &mut self.writes, &mut self.reads_home);
        }
        if !self.hosts.is_empty() {
            self.options
                .insert("virtualHosts".to_owned(), self.hosts.into());
        }
        if !self.upstreams.is_empty() {
            self.options
                .insert("upstreams".to_owned(), self.upstreams.into());
        }
        let text = |list: &[Directive]| match list {
            [] => Value::Null,
            list => text_value(&nginx::print(list)),
        };
        let answer = json!({
            "common": text(&self.common),
            "append": text(&self.append),
            "main": text(&self.main),
            "stream": text(&self.stream),
            "writes": self.writes,
            "home": if self.reads_home { json!("read-only") } else { Value::Null },
            "assume": self.assume,
            "options": if self.options.is_empty() { Value::Null } else { self.options.into() },
        });
        let says = ["common", "append", "main", "stream", "options"];
        says.iter()
            .any(|it| !answer[it].is_null())
            .then_some(answer)
    }
}

/// Where nginx's package has the files that Debian has in /etc/nginx; stands for a splice until the text is whole.
const PACKAGE: char = '\u{1}';

/// Makes a text with the splices that it marks.
fn text_value(text: &str) -> Value {
    if !text.contains(PACKAGE) {
        return text.into();
    }
    let mut parts: Vec<Value> = Vec::new();
    for (number, part) in text.split(PACKAGE).enumerate() {
        if number > 0 {
            parts.push(json!({ "$nix": "config.services.nginx.package" }));
        }
        if !part.is_empty() {
            parts.push(part.into());
        }
    }
    json!({ "$text": parts })
}

/// Notes where directives write, and whether they serve files of /home: the unit of NixOS is confined.
fn see(list: &[Directive], writes: &mut Vec<String>, reads_home: &mut bool) {
    for directive in list {
        see(directive.inner().unwrap_or_default(), writes, reads_home);
        let Some(path) = directive.words.first().map(|it| it.value.as_str()) else {
            continue;
        };
        let folder = match directive.name.as_str() {
            "access_log" | "error_log" => path.rsplit_once('/').map(|(folder, _)| folder),
            name if name.ends_with("_cache_path") || name.ends_with("_temp_path") => Some(path),
            "root" | "alias" => {
                *reads_home |= path.starts_with("/home/") || path.starts_with("/root/");
                None
            }
            _ => None,
        };
        let is_own = |it: &str| {
            let own = ["/var/log/nginx", "/var/cache/nginx", "/run/nginx", "/dev"];
            own.iter()
                .any(|own| it == *own || it.starts_with(&format!("{own}/")))
        };
        if let Some(folder) = folder
            && folder.starts_with('/')
            && !folder.contains('$')
            && !is_own(folder)
            && writes.iter().all(|it| it != folder)
        {
            writes.push(folder.to_owned());
        }
    }
}

/// Takes the only directive of a name out of a list; none, and nothing taken, where there are more.
fn take_single(list: &mut Vec<Directive>, name: &str) -> Option<Directive> {
    let mut places = (0..list.len()).filter(|at| list[*at].name == name);
    let at = places.next()?;
    if places.next().is_some() {
        return None;
    }
    Some(list.remove(at))
}

/// Takes the only directive of a name where it has one word that needs no quotes.
fn take_word(list: &mut Vec<Directive>, name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let mut own = list.iter().filter(|it| it.name == name);
    let word = own.next()?.only_word()?;
    if own.next().is_some() || !is_bare(&word.value) || !fits(&word.value) {
        return None;
    }
    let value = word.value.clone();
    take_single(list, name).map(|_| value)
}

/// Tells whether nginx reads a word without quotes as it is.
fn is_bare(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with(['"', '\'', '#'])
        && !value.contains(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | '{' | '}' | '\\'))
}

/// As the options of type path take them.
fn is_path(value: &str) -> bool {
    value.starts_with(['/', PACKAGE])
}
