//! named.conf and the files that it includes: `services.bind`.
//!
//! Manual: named.conf(5); nixos/modules/services/networking/bind.nix writes one file from the options. It always says
//! who may ask for what others know (`cacheNetworks`) and whom to ask (`forwarders`, by default the machine's own name
//! servers), and of each zone who may ask and who may have it whole, so that these are stated as BIND understands them.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::named_conf::{self, Statement as Words};

const MAIN: [&str; 2] = ["/etc/bind/named.conf", "/etc/named.conf"];

/// Files of distributions for which BIND, or the module, has its own.
const OWN: [&str; 9] = [
    "named.conf.default-zones",
    "zones.rfc1918",
    "named.rfc1912.zones",
    "named.root.key",
    "bind.keys",
    "rndc.key",
    "rndc.conf",
    "named.ca",
    "bind.config",
];

/// Options that BIND has no more, or that the module sets itself.
const GONE: [&str; 6] = [
    "dnssec-enable",
    "dnssec-lookaside",
    "pid-file",
    "allow-query-cache",
    "directory",
    "cleaning-interval",
];

/// What the files say, joined.
#[derive(Default)]
struct Named {
    options: Vec<Words>,
    zones: Vec<Words>,
    others: Vec<Words>,
    clauses: Vec<String>,
}

/// Lowers a file of BIND's configuration, or of a zone that it names; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    if is_config(&file.path) {
        return Some(match read(machine) {
            Ok(named) => state(&named),
            Err(left) => Lowered::Manual(left.about("services.bind.extraConfig").cure(
                "State zones by services.bind.zones, and the rest by the options beside it or extraConfig.",
            )),
        });
    }
    zone_file(file, machine)
}

fn is_config(path: &str) -> bool {
    let below = path.strip_prefix("/etc/bind/");
    MAIN.contains(&path)
        || below.is_some_and(|name| name.starts_with("named.conf.") && !name.contains('/'))
}

fn read(machine: &Machine) -> Result<Named, Left> {
    let mut named = Named::default();
    for file in machine::files(machine).filter(|it| is_config(&it.path)) {
        let Content::Text(text) = &file.content else {
            continue;
        };
        let plain = text.plain().ok_or_else(|| {
            let what = text.worst_hole().map_or("what is not known", |it| &it.what);
            Left::new(
                Code::ValueUnknown,
                format!("`{}` depends on {what}", file.path),
            )
        })?;
        let statements = named_conf::read(plain)
            .map_err(|why| Left::new(Code::BadInput, format!("`{}`: {why}", file.path)))?;
        for statement in statements {
            match statement.name() {
                "options" => named
                    .options
                    .extend(statement.block().unwrap_or_default().to_vec()),
                "zone" => named.zones.push(statement),
                "include" => include(statement, machine, &mut named),
                // The module lets rndc of the machine itself in.
                "controls" if statement.inline().contains("127.0.0.1") => {}
                _ => named.others.push(statement),
            }
        }
    }
    Ok(named)
}

fn include(statement: Words, machine: &Machine, named: &mut Named) {
    let words = statement.words();
    let path = words.first().copied().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    if OWN.contains(&name) {
        let clause = format!("what BIND and NixOS have built in stands for `{name}`");
        if !named.clauses.contains(&clause) {
            named.clauses.push(clause);
        }
    } else if !is_config(path) || machine::files(machine).all(|it| it.path != path) {
        if is_config(path) {
            // A part that nobody wrote says nothing.
            return;
        }
        named.others.push(statement);
    }
}

fn state(named: &Named) -> Lowered {
    let bind = OptionPath::new(["services", "bind"]);
    let mut statement = Statement::default();
    let mut extra = String::new();
    for other in &named.others {
        extra.push_str(&other.text(0));
    }
    let inherited = Inherited::of(&named.options);
    if !named.options.is_empty() {
        options(&named.options, &inherited, &bind, &mut statement);
    }
    for zone in &named.zones {
        if !state_zone(zone, &inherited, &bind, &mut statement) {
            extra.push_str(&zone.text(0));
        }
    }
    if !extra.is_empty() {
        statement.set(bind.child("extraConfig"), Expr::str(extra));
    }
    for clause in &named.clauses {
        statement.assume(clause);
    }
    if statement.definitions.is_empty() {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "it says nothing but what BIND and NixOS have built in".to_owned(),
        );
    }
    Lowered::Stated(statement)
}

/// What zones have from the options where they say nothing themselves.
struct Inherited {
    query: Option<Vec<String>>,
    transfer: Option<Vec<String>>,
}

impl Inherited {
    fn of(options: &[Words]) -> Inherited {
        Inherited {
            query: find(options, "allow-query"),
            transfer: find(options, "allow-transfer"),
        }
    }
}

fn find(statements: &[Words], name: &str) -> Option<Vec<String>> {
    let found = statements.iter().rev().find(|it| it.name() == name);
    found.and_then(Words::list)
}

fn options(all: &[Words], inherited: &Inherited, bind: &OptionPath, statement: &mut Statement) {
    let mut rest = String::new();
    let word = |it: &Words| it.words().first().map(|it| (*it).to_owned());
    let mut forwarders = Vec::new();
    for it in all {
        match it.name() {
            "directory" => {
                if let Some(folder) = word(it) {
                    statement.set(bind.child("directory"), Expr::str(folder));
                }
            }
            name @ ("listen-on" | "listen-on-v6") if it.list().is_some() => {
                let (list, port) = if name == "listen-on" {
                    ("listenOn", "listenOnPort")
                } else {
                    ("listenOnIpv6", "listenOnIpv6Port")
                };
                for address in it.list().unwrap_or_default() {
                    statement.add(bind.child(list), Expr::str(address));
                }
                if let ["port", number] = it.words().as_slice()
                    && let Ok(number) = number.parse::<i64>()
                {
                    statement.set(bind.child(port), Expr::Int(number));
                }
            }
            "forwarders" => forwarders = it.list().unwrap_or_default(),
            "forward" => {
                if let Some(how) = word(it) {
                    statement.set(bind.child("forward"), Expr::str(how));
                }
            }
            "blackhole" => {
                for network in it.list().unwrap_or_default() {
                    statement.add(bind.child("blockedNetworks"), Expr::str(network));
                }
            }
            name if GONE.contains(&name) => {}
            _ => rest.push_str(&it.text(0)),
        }
    }
    statement.set(bind.child("forwarders"), Expr::strs(forwarders));
    // named.conf(5), allow-query-cache: who may is said by the first of these that is there.
    let recursion = all
        .iter()
        .rev()
        .find(|it| it.name() == "recursion")
        .and_then(word);
    let networks = if recursion.as_deref() == Some("no") {
        vec!["none".to_owned()]
    } else {
        find(all, "allow-query-cache")
            .or_else(|| find(all, "allow-recursion"))
            .or_else(|| inherited.query.clone())
            .unwrap_or_else(|| vec!["localnets".to_owned(), "localhost".to_owned()])
    };
    statement.set(bind.child("cacheNetworks"), Expr::strs(networks));
    if !rest.is_empty() {
        statement.set(bind.child("extraOptions"), Expr::str(rest));
    }
}

/// States a zone that the options can say; tells whether they do.
fn state_zone(
    zone: &Words,
    inherited: &Inherited,
    bind: &OptionPath,
    statement: &mut Statement,
) -> bool {
    let words = zone.words();
    let (Some(name), Some(inside)) = (words.first(), zone.block()) else {
        return false;
    };
    let one = |wanted: &str| {
        let found = inside.iter().find(|it| it.name() == wanted)?;
        found.words().first().map(|it| (*it).to_owned())
    };
    let is_master = match one("type").as_deref() {
        Some("master" | "primary") => true,
        Some("slave" | "secondary") => false,
        // BIND has the servers of the root built in.
        Some("hint") => return true,
        _ => return false,
    };
    let Some(data) = one("file") else {
        return false;
    };
    let own = bind.child("zones").child(name);
    let mut rest = String::new();
    for it in inside {
        match it.name() {
            "type" | "file" | "allow-query" => {}
            "allow-transfer" if is_master => {}
            "masters" | "primaries" if !is_master && it.list().is_some() => {}
            _ => rest.push_str(&it.text(0)),
        }
    }
    let masters = find(inside, "masters").or_else(|| find(inside, "primaries"));
    if !is_master && masters.is_none() {
        return false;
    }
    statement.set(own.child("master"), Expr::Bool(is_master));
    statement.set(own.child("file"), Expr::str(data));
    if let Some(masters) = masters {
        statement.set(own.child("masters"), Expr::strs(masters));
    }
    let transfer = find(inside, "allow-transfer").or_else(|| inherited.transfer.clone());
    if let Some(slaves) = transfer.filter(|it| is_master && *it != ["none"]) {
        statement.set(own.child("slaves"), Expr::strs(slaves));
    }
    let query = find(inside, "allow-query").or_else(|| inherited.query.clone());
    if let Some(query) = query.filter(|it| *it != ["any"]) {
        statement.set(own.child("allowQuery"), Expr::strs(query));
    }
    if !rest.is_empty() {
        statement.set(own.child("extraConfig"), Expr::str(rest));
    }
    true
}

/// A file of a zone that the configuration names stays where it is.
fn zone_file(file: &File, machine: &Machine) -> Option<Lowered> {
    let below = file.path.strip_prefix("/etc/")?;
    if !below.starts_with("bind/") && !below.starts_with("named/") {
        return None;
    }
    let Content::Text(text) = &file.content else {
        return None;
    };
    let text = text.plain()?;
    let named = read(machine).ok()?;
    let is_named = named.zones.iter().any(|zone| {
        let inside = zone.block().unwrap_or_default();
        let data = inside.iter().find(|it| it.name() == "file");
        data.is_some_and(|it| it.words() == [file.path.as_str()])
    });
    if !is_named {
        return None;
    }
    let mut statement = Statement::default();
    statement.set(
        OptionPath::new(["environment", "etc", below, "text"]),
        Expr::str(text),
    );
    Some(Lowered::Stated(statement))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check_all, file};

    #[test]
    fn options_and_zones_have_options() {
        check_all(
            vec![
                file(
                    "/etc/bind/named.conf",
                    "include \"/etc/bind/named.conf.options\";\ninclude \"/etc/bind/named.conf.default-zones\";\n",
                ),
                file(
                    "/etc/bind/named.conf.options",
                    "options { directory \"/var/cache/bind\"; listen-on-v6 { any; }; allow-query { lan; }; dnssec-validation auto; };\nacl lan { 10.0.0.0/8; };\n",
                ),
                file(
                    "/etc/bind/named.conf.local",
                    "zone \"a.example\" { type master; file \"/etc/bind/db.a\"; allow-transfer { 10.0.0.2; }; notify no; };\n",
                ),
                file("/etc/bind/db.a", "$TTL 1\n"),
            ],
            r#"
            services.bind.directory = "/var/cache/bind";
            services.bind.listenOnIpv6 += "any";
            services.bind.forwarders = [ ];
            services.bind.cacheNetworks = [ "lan" ];
            services.bind.extraOptions = ''
            allow-query { lan; };
            dnssec-validation auto;
            '';
            services.bind.zones."a.example".master = true;
            services.bind.zones."a.example".file = "/etc/bind/db.a";
            services.bind.zones."a.example".slaves = [ "10.0.0.2" ];
            services.bind.zones."a.example".allowQuery = [ "lan" ];
            services.bind.zones."a.example".extraConfig = ''
            notify no;
            '';
            services.bind.extraConfig = ''
            acl lan { 10.0.0.0/8; };
            '';
            environment.etc."bind/db.a".text = ''
            $TTL 1
            '';
            services.bind.enable = true;
            assumed: what BIND and NixOS have built in stands for `named.conf.default-zones`
            assumed: `services.bind` is to be on, since it is configured and nothing here says that it is off
            assumed: what BIND and NixOS have built in stands for `named.conf.default-zones`
            assumed: `services.bind` is to be on, since it is configured and nothing here says that it is off
            assumed: what BIND and NixOS have built in stands for `named.conf.default-zones`
            assumed: `services.bind` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }
}
