//! Files that another file includes by name: their text stands where the line was that includes them.
//!
//! A rule reads one file. What a site includes may say where it listens and which certificate it has; with the text in
//! its place the rule reads what the program reads. The table of the formats is rules/nixos/includes.json. A file that
//! nothing else names is said by those that include it, and is no file of its own.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{machine, partial, rule, secret_options};
use crate::model::{Condition, Content, Entry, File, Machine, Origin, Resource, Text};
use crate::rules::{self, Rules, Ruling};
use crate::source;

/// A text that many files include would be there many times: then it stays a file.
const MAX_LINES: usize = 60;

/// Files include files that include files; what goes round goes round no further.
const MAX_DEPTH: usize = 4;

/// How files of a format name those that they include.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    /// The paths of the files that may include others.
    files: Vec<String>,
    /// In small letters.
    directives: Vec<String>,
    /// What a relative path begins at; else at the folder of the file.
    folder: Option<String>,
    /// Files that a package of NixOS has as well.
    #[serde(default)]
    except: Vec<String>,
    /// Files that are read without being named as well.
    #[serde(default)]
    apart: Vec<String>,
}

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let text = include_str!("../../rules/nixos/includes.json");
    serde_json::from_str(text).unwrap_or_default()
});

/// Returns the machine with the texts of included files in their places.
pub(super) fn in_place<'a>(machine: &'a Machine, rules: &Rules) -> Cow<'a, Machine> {
    let all = without(machine, &BTreeSet::new());
    let Cow::Owned(whole) = &all else {
        return all;
    };
    // What no rule states stays as it is, with its files beside it.
    let is_left = |file: &&File| {
        let mut before = machine.entries.iter().filter_map(text_of);
        let changed = before.any(|(it, _)| it.path == file.path && it.content != file.content);
        changed && !is_stated(file, whole, rules)
    };
    let files = whole.entries.iter().filter_map(text_of);
    let left = files.map(|(file, _)| file).filter(is_left);
    let kept: BTreeSet<String> = left.map(|it| it.path.clone()).collect();
    if kept.is_empty() {
        return all;
    }
    without(machine, &kept)
}

/// Puts the texts into all files but some.
fn without<'a>(machine: &'a Machine, kept: &BTreeSet<String>) -> Cow<'a, Machine> {
    let mut own = Cow::Borrowed(machine);
    for _ in 0..MAX_DEPTH {
        let found = includes(&own, kept);
        if found.is_empty() {
            break;
        }
        put(&mut own.to_mut().entries, &found);
    }
    own
}

/// Tells whether a rule states a file, at its path or that of a link to it.
fn is_stated(file: &File, machine: &Machine, rules: &Rules) -> bool {
    let links = machine::links(machine).filter(|it| rule::target(it) == file.path);
    let mut paths = links.map(|it| it.path.as_str()).chain([file.path.as_str()]);
    paths.any(|path| {
        let used = Resource::File(File {
            path: path.to_owned(),
            ..file.clone()
        });
        let found = rules.apply(&used);
        found.is_some_and(|it| it.ruling == Ruling::Stated)
            || secret_options::apply(&used, rules).is_some()
            || partial::states(&used, rules)
    })
}

/// A line of an entry's file, and the entry of the file that it includes.
struct Include {
    of: usize,
    line: usize,
    included: usize,
}

/// Finds the lines to replace: those that include a file which includes nothing itself.
fn includes(machine: &Machine, kept: &BTreeSet<String>) -> Vec<Include> {
    let mut found = Vec::new();
    for (of, entry) in machine.entries.iter().enumerate() {
        let Some((file, text)) = text_of(entry) else {
            continue;
        };
        if kept.contains(&file.path) {
            continue;
        }
        let Some(format) = FORMATS.iter().find(|it| it.is_for(&file.path)) else {
            continue;
        };
        for (line, it) in text.lines().iter().enumerate() {
            let path = it.plain().and_then(|it| format.included(it, &file.path));
            let included = path.and_then(|path| {
                let mut entries = machine.entries.iter();
                entries.position(|it| text_of(it).is_some_and(|(it, _)| it.path == path))
            });
            if let Some(included) = included.filter(|it| *it != of) {
                found.push(Include { of, line, included });
            }
        }
    }
    let including: Vec<usize> = found.iter().map(|it| it.of).collect();
    let times = |included: usize| found.iter().filter(|it| it.included == included).count();
    let lines = |included: usize| {
        let text = machine.entries.get(included).and_then(text_of);
        text.map_or(0, |(_, text)| text.lines().len())
    };
    let fits = |it: &Include| {
        let times = times(it.included);
        !including.contains(&it.included) && (times == 1 || times * lines(it.included) <= MAX_LINES)
    };
    let kept: Vec<bool> = found.iter().map(fits).collect();
    let kept = found.into_iter().zip(kept);
    kept.filter_map(|(it, fits)| fits.then_some(it)).collect()
}

fn text_of(entry: &Entry) -> Option<(&File, &Text)> {
    let (Condition::True, Resource::File(file)) = (&entry.guard, &entry.resource) else {
        return None;
    };
    match &file.content {
        Content::Text(text) => Some((file, text)),
        Content::Binary(_) | Content::Fetched(_) => None,
    }
}

impl Format {
    fn is_for(&self, path: &str) -> bool {
        self.files.iter().any(|it| rules::fits(it, path))
    }

    /// Returns the path of the file that a line of a file includes.
    fn included(&self, line: &str, path: &str) -> Option<String> {
        let line = line.trim().trim_end_matches(';');
        let (name, rest) = line.split_once(|it: char| it.is_whitespace() || it == '=')?;
        if !self.directives.contains(&name.to_ascii_lowercase()) {
            return None;
        }
        let rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '=');
        let target = rest.trim_end().trim_matches(['"', '\'']);
        let is_one = !target.is_empty()
            && !target.contains(|it: char| it.is_whitespace() || "*?[$;{#".contains(it));
        let folder = match &self.folder {
            Some(folder) => folder.as_str(),
            None => path.rsplit_once('/')?.0,
        };
        let whole = source::absolute(folder, target);
        let below = whole.strip_prefix(&format!("{folder}/")).unwrap_or(&whole);
        let is_other = self
            .except
            .iter()
            .any(|it| it == below || below.ends_with(&format!("/{it}")))
            || self.apart.iter().any(|it| rules::fits(it, &whole));
        (is_one && !is_other).then_some(whole)
    }
}

/// Puts the texts into their places, and takes the files away that nothing else names.
fn put(entries: &mut Vec<Entry>, found: &[Include]) {
    let mut gone: Vec<usize> = found.iter().map(|it| it.included).collect();
    gone.sort_unstable();
    gone.dedup();
    let texts: Vec<Option<(Text, Origin, Vec<String>)>> = entries
        .iter()
        .map(|it| {
            let (_, text) = text_of(it)?;
            Some((text.clone(), it.origin.clone(), it.assumptions.clone()))
        })
        .collect();
    for (of, entry) in entries.iter_mut().enumerate() {
        let own: Vec<&Include> = found.iter().filter(|it| it.of == of).collect();
        if own.is_empty() {
            continue;
        }
        let Some((text, _, _)) = texts.get(of).and_then(Option::as_ref) else {
            continue;
        };
        let mut whole = Text::new();
        for (number, line) in text.lines().iter().enumerate() {
            let include = own.iter().find(|it| it.line == number);
            let included = include.and_then(|it| texts.get(it.included)?.as_ref());
            match included {
                Some((text, origin, assumptions)) => {
                    for line in text.lines() {
                        whole.push(&line);
                        whole.push_str("\n");
                    }
                    entry.origin.merge(origin);
                    for clause in assumptions {
                        if !entry.assumptions.contains(clause) {
                            entry.assumptions.push(clause.clone());
                        }
                    }
                }
                None => {
                    whole.push(line);
                    whole.push_str("\n");
                }
            }
        }
        if let Resource::File(file) = &mut entry.resource {
            file.content = Content::Text(whole);
        }
    }
    gone.retain(|at| !is_named(entries, *at));
    let mut at = 0;
    entries.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

/// Tells whether another file still names a file: by its path, or the end of it.
fn is_named(entries: &[Entry], at: usize) -> bool {
    let Some((file, _)) = entries.get(at).and_then(text_of) else {
        return true;
    };
    let mut names = file.path.rsplit('/');
    let last = names.next().unwrap_or_default();
    let end = match names.next() {
        Some(folder) => format!("{folder}/{last}"),
        None => last.to_owned(),
    };
    let mut others = entries.iter().enumerate().filter(|(it, _)| *it != at);
    others.any(|(_, entry)| {
        if let Resource::Link(link) = &entry.resource {
            return link.target == file.path;
        }
        if let Resource::FileLine(line) = &entry.resource {
            return line.path == file.path;
        }
        text_of(entry).is_some_and(|(_, text)| text.to_string().contains(&end))
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::name_tests::{check, file};

    #[test]
    fn what_a_site_includes_is_read_with_it() {
        check(
            vec![
                file(
                    "/etc/nginx/conf.d/a.conf",
                    "server {\n  listen 443 ssl;\n  server_name a.example.org;\n  include snippets/tls.conf;\n  location ~ \\.php$ {\n    deny all;\n  }\n}\n",
                ),
                file(
                    "/etc/nginx/snippets/tls.conf",
                    "ssl_certificate /etc/ssl/a.pem;\nssl_certificate_key /etc/ssl/a.key;\n",
                ),
            ],
            &[
                "services.nginx.virtualHosts.\"a.example.org\".onlySSL = true",
                "services.nginx.virtualHosts.\"a.example.org\".sslCertificate = \"/etc/ssl/a.pem\"",
                "services.nginx.virtualHosts.\"a.example.org\".sslCertificateKey = \"/etc/ssl/a.key\"",
                "services.nginx.virtualHosts.\"a.example.org\".http2 = false",
                "services.nginx.virtualHosts.\"a.example.org\".locations.\"~ \\\\.php$\".extraConfig = ''\n  deny all;\n''",
                "services.nginx.enable = true",
            ],
            &["assumed", "assumed"],
        );
    }

    #[test]
    fn what_no_rule_states_keeps_its_files() {
        check(
            vec![
                file(
                    "/etc/nginx/nginx.conf",
                    "load_module x.so;\nevents {}\nhttp {\n  include snippets/a.conf;\n}\n",
                ),
                file("/etc/nginx/snippets/a.conf", "gzip on;\n"),
            ],
            &["environment.etc.\"nginx/snippets/a.conf\".text = ''\n  gzip on;\n''"],
            &["manual", "translated"],
        );
    }

    #[test]
    fn a_server_of_redis_is_no_file_that_another_one_includes() {
        check(
            vec![
                file(
                    "/etc/redis/redis.conf",
                    "bind 127.0.0.1\nport 6379\nsave 900 1 300 10 60 10000\ninclude /etc/redis/local.conf\n",
                ),
                file("/etc/redis/local.conf", "maxclients 20\n"),
            ],
            &[
                "services.redis.servers.\"\".bind = \"127.0.0.1\"",
                "services.redis.servers.\"\".port = 6379",
                "services.redis.servers.\"\".maxclients = 20",
                "services.redis.servers.\"\".unixSocket = null",
                "services.redis.servers.\"\".enable = true",
            ],
            &["assumed", "assumed"],
        );
    }
}
