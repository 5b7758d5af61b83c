//! Certificates that certbot orders and renews: `security.acme`.
//!
//! A command of certbot, or the file that it keeps of a certificate, says for which names one is and how the authority is
//! shown that they are the machine's. nixos/modules/security/acme/default.nix orders the same one again, into
//! /var/lib/acme/`name`, and renews it by itself; what names certbot's files reads them there.
//!
//! nginx and Apache of NixOS answer the authority themselves, out of /var/lib/acme/acme-challenge, for the sites that use a
//! certificate (`acmeRoot` of their modules), and must be able to read its key: it is their group's.

mod dns;
mod finish;
mod order;
mod place;
mod sites;

use super::machine;
use super::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, Entry, File, FileLine, Hole, HoleKind, Machine, Resource, Text, Unit};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret};
use order::{Challenge, Does, Order};

pub(super) use finish::finish;
pub(super) use place::at_home;

const FOLDER: &str = "/etc/letsencrypt";
/// Where the web servers of NixOS put what the authority asks for.
const CHALLENGES: &str = "/var/lib/acme/acme-challenge";
const CERTBOT: &str = "`security.acme` renews the certificates of the machine by itself";

/// Lowers what orders or renews a certificate; `None` for anything else.
pub(super) fn lower(entry: &Entry, machine: &Machine) -> Option<Lowered> {
    let resource = &entry.resource;
    if let Resource::Step(step) = resource {
        return match order::of_step(step, &defaults(machine))? {
            Does::Orders(order) => Some(ordered(&order, machine)),
            Does::Renews(hooks) => renewed(&hooks, machine),
        };
    }
    if let Resource::File(file) = resource {
        return lower_file(file, machine);
    }
    if let Resource::CronJob(job) = resource {
        return renewed(&renewal(job.command.plain()?)?, machine);
    }
    if let Resource::Unit(unit) = resource {
        return renewed(&hooks_of_unit(unit, machine)?, machine);
    }
    let is_certbots = if let Resource::Service(service) = resource {
        let name = service.name.as_str();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        matches!(
            stem,
            "certbot" | "certbot-renew" | "certbot-renewal" | "snap.certbot.renew"
        )
    } else if let Resource::Package(package) = resource {
        let name = package.name.trim_start_matches("python3-");
        matches!(name, "certbot" | "letsencrypt") || name.starts_with("certbot-")
    } else {
        false
    };
    is_certbots.then(|| renewed(&[], machine))?
}

fn lower_file(file: &File, machine: &Machine) -> Option<Lowered> {
    let below = file.path.strip_prefix(FOLDER)?;
    if let Some(name) = name_of_renewal(&file.path) {
        let Content::Text(text) = &file.content else {
            return None;
        };
        let order = order::of_renewal(name, text.plain()?, &defaults(machine))?;
        return Some(ordered(&order, machine));
    }
    let orders = orders(machine);
    if orders.is_empty() {
        return None;
    }
    if let Some(hook) = hook_file(file) {
        return renewed(&[hook.to_owned()], machine);
    }
    if below == "/cli.ini" {
        let why = "what it says of certificates is in `security.acme`";
        return Some(Lowered::NotNeeded(Code::AlreadySo, why.to_owned()));
    }
    let is_named = orders.iter().any(|it| {
        let own = match &it.challenge {
            Challenge::Dns { credentials, .. } => credentials.as_deref(),
            Challenge::Unknown
            | Challenge::Webroot(_)
            | Challenge::Standalone
            | Challenge::Server(_) => None,
        };
        own == Some(file.path.as_str())
    });
    is_named.then(|| {
        let why = "`security.acme` reads what it says from its own file of variables";
        Lowered::NotNeeded(Code::AlreadySo, why.to_owned())
    })
}

fn name_of_renewal(path: &str) -> Option<&str> {
    let name = path.strip_prefix("/etc/letsencrypt/renewal/")?;
    name.strip_suffix(".conf")
}

/// What renews certificates is not needed, but for what it does besides.
fn renewed(hooks: &[String], machine: &Machine) -> Option<Lowered> {
    if orders(machine).is_empty() {
        return None;
    }
    let unknown = hooks.iter().find(|it| services_of(it).is_none());
    Some(match unknown {
        Some(hook) => Lowered::Manual(strange_hook(hook)),
        None => Lowered::NotNeeded(Code::AlreadySo, CERTBOT.to_owned()),
    })
}

fn strange_hook(hook: &str) -> Left {
    let hook = hook.lines().next().unwrap_or_default();
    let why = format!(
        "`security.acme` renews the certificates, and certbot's hook `{hook}` is not translated"
    );
    let cure = "Say it in postRun of the certificates, or in reloadServices where it has a service read its files.";
    let left = Left::new(Code::CannotState, why).about("security.acme.certs");
    left.cure(cure)
}

/// Returns the hooks of a command that renews certificates.
fn renewal(command: &str) -> Option<Vec<String>> {
    match order::of_script(command, &[])? {
        Does::Renews(hooks) => Some(hooks),
        Does::Orders(_) => None,
    }
}

/// Returns the hooks of a unit that renews certificates; none, but no `None`, of a timer that starts such a one.
fn hooks_of_unit(unit: &Unit, machine: &Machine) -> Option<Vec<String>> {
    if let Some(stem) = unit.name.strip_suffix(".timer") {
        let service = format!("{stem}.service");
        let mut units = machine::units(machine);
        let is_known = matches!(stem, "certbot" | "certbot-renew");
        let starts = units.any(|it| it.name == service && hooks_of_unit(it, machine).is_some());
        return (is_known || starts).then(Vec::new);
    }
    let directives = unit.sections.iter().map(|it| &it.directives);
    let mut commands = directives.filter_map(|it| it.get("ExecStart")).flatten();
    commands.find_map(|it| renewal(it.plain()?.trim_start_matches(['-', '+', '!'])))
}

/// The settings of cli.ini, which hold for all that certbot does.
fn defaults(machine: &Machine) -> Vec<(String, String)> {
    let own = machine::files(machine).find(|it| it.path == "/etc/letsencrypt/cli.ini");
    let Some(Content::Text(text)) = own.map(|it| &it.content) else {
        return Vec::new();
    };
    text.plain().map(order::settings).unwrap_or_default()
}

/// Returns what a machine's certbot orders, each certificate once.
fn orders(machine: &Machine) -> Vec<Order> {
    let defaults = defaults(machine);
    let of_steps =
        machine::steps(machine).filter_map(|(_, step)| match order::of_step(step, &defaults)? {
            Does::Orders(order) => Some(*order),
            Does::Renews(_) => None,
        });
    let of_files = machine::files(machine).filter_map(|file| {
        let name = name_of_renewal(&file.path)?;
        let Content::Text(text) = &file.content else {
            return None;
        };
        order::of_renewal(name, text.plain()?, &defaults)
    });
    let mut found: Vec<Order> = Vec::new();
    for order in of_steps.chain(of_files) {
        if found.iter().all(|it| it.name != order.name) {
            found.push(order);
        }
    }
    found
}

fn ordered(order: &Order, machine: &Machine) -> Lowered {
    let all = orders(machine);
    let first = all.iter().find(|it| it.name == order.name);
    if first.is_some_and(|it| it != order) {
        let why = format!("`security.acme.certs.{}` is said already", order.name);
        return Lowered::NotNeeded(Code::AlreadySo, why);
    }
    let mut statement = Statement::default();
    match state(order, &all, machine, &mut statement) {
        Ok(()) => Lowered::Stated(statement),
        Err(left) => Lowered::Manual(left.about("security.acme.certs")),
    }
}

fn state(
    order: &Order,
    all: &[Order],
    machine: &Machine,
    statement: &mut Statement,
) -> Result<(), Left> {
    let acme = OptionPath::new(["security", "acme"]);
    let cert = acme.child("certs").child(&order.name);
    statement.share(acme.child("acceptTerms"), Expr::Bool(true));
    email(order, all, &acme, statement);
    let sites = sites::of(order, machine);
    let is_enabled = sites.state(order, statement);
    if is_enabled {
        // The module of the server says the rest of these names by itself.
    } else if let Some(group) = sites::group(order, machine) {
        statement.set(cert.child("group"), Expr::str(group));
    }
    let mut others: Vec<&str> = order.domains.iter().map(String::as_str).collect();
    match others.iter().position(|it| *it == order.name) {
        Some(at) => {
            others.remove(at);
        }
        None => {
            let first = others.remove(0);
            statement.set(cert.child("domain"), Expr::str(first));
        }
    }
    others.retain(|it| !is_enabled || !sites.has_alias(&order.name, it));
    for name in others {
        statement.add(cert.child("extraDomainNames"), Expr::str(name));
    }
    match &order.challenge {
        _ if is_enabled => {}
        Challenge::Dns {
            plugin,
            credentials,
        } => by_dns(
            order,
            plugin,
            credentials.as_deref(),
            machine,
            &cert,
            statement,
        )?,
        Challenge::Webroot(path) => {
            if !sites::show(path, machine) {
                statement.assume(format!(
                    "what answers on port 80 shows `{path}` for its names"
                ));
            }
            statement.set(cert.child("webroot"), Expr::str(path));
            // certbot is root where it writes there, and the unit of NixOS is not.
            let group = sites::group(order, machine).unwrap_or("acme");
            let folder = format!("d {path}/.well-known/acme-challenge 0755 acme {group} -");
            let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
            statement.add(rules, Expr::str(folder));
        }
        Challenge::Standalone if !sites.are_there() => {
            statement.set(cert.child("listenHTTP"), Expr::str(":80"));
        }
        Challenge::Standalone | Challenge::Server(_) | Challenge::Unknown => {
            statement.assume(format!(
                "what answers on port 80 shows `{CHALLENGES}` for its names"
            ));
            statement.set(cert.child("webroot"), Expr::str(CHALLENGES));
        }
    }
    if let Some(key_type) = order.key_type.filter(|it| *it != "ec256") {
        statement.set(cert.child("keyType"), Expr::str(key_type));
    }
    if let Some(directory) = &order.directory {
        statement.set(cert.child("server"), Expr::str(directory));
    }
    if order.must_staple {
        statement.set(cert.child("ocspMustStaple"), Expr::Bool(true));
    }
    reloads(order, machine, &cert, &sites, statement);
    if order.names_are_guessed {
        statement.assume(format!(
            "the certificate `{0}` is for `{0}` alone",
            order.name
        ));
    }
    statement.assume("a new certificate stands for that of certbot");
    Ok(())
}

/// One address for all certificates is a default.
fn email(order: &Order, all: &[Order], acme: &OptionPath, statement: &mut Statement) {
    let Some(email) = &order.email else { return };
    let is_same = all
        .iter()
        .all(|it| it.email.as_ref().is_none_or(|it| it == email));
    let path = if is_same {
        acme.child("defaults").child("email")
    } else {
        acme.child("certs").child(&order.name).child("email")
    };
    statement.share(path, Expr::str(email));
}

/// The provider of the names, with the file of variables that a person fills in.
fn by_dns(
    order: &Order,
    plugin: &str,
    credentials: Option<&str>,
    machine: &Machine,
    cert: &OptionPath,
    statement: &mut Statement,
) -> Result<(), Left> {
    let Some(plugin) = dns::find(plugin) else {
        let why = format!("what lego calls the DNS of certbot's `dns-{plugin}` is not known here");
        let cure = "Find it at https://go-acme.github.io/lego/dns/, and set dnsProvider and environmentFile.";
        return Err(Left::new(Code::CannotState, why).cure(cure));
    };
    statement.set(cert.child("dnsProvider"), Expr::str(plugin.provider));
    let path = format!("/run/secrets/acme-{}.env", plugin.provider);
    let file = credentials.and_then(|path| machine::files(machine).find(|it| it.path == path));
    let said = |name: &str| -> Option<Text> {
        let Content::Text(text) = &file?.content else {
            return None;
        };
        let wanted = format!("dns_{}_{name}", plugin.name);
        text.lines().into_iter().find(|line| {
            let shown = line.to_string();
            let key = shown.split('=').next().unwrap_or_default().trim();
            key == wanted || key == name
        })
    };
    let has_file = file.is_some();
    let mut lines = Vec::new();
    for (name, variable) in plugin.variables {
        let line = said(name);
        if let Some(line) = line.as_ref().filter(|_| dns::is_open(name)) {
            let (_, value) = FileLine::halves(line);
            lines.push(secret::variable(variable, &value));
        } else if !has_file || line.is_some() {
            let what = match credentials {
                Some(path) => format!("dns_{}_{name} of {path}", plugin.name),
                None => format!("what lego takes as {variable}"),
            };
            let value = Text::hole(Hole {
                kind: HoleKind::Secret,
                what,
                span: None,
            });
            lines.push(secret::variable(variable, &value));
        }
    }
    let text = secret::variables(&lines);
    let used_by = format!("the certificate `{}`", order.name);
    statement.secrets.push(Secret {
        units: vec![format!("acme-order-renew-{}.service", order.name)],
        ..secret::secret(&path, &text, used_by)
    });
    statement.set(cert.child("environmentFile"), Expr::str(&*path));
    statement.assume(format!(
        "`{path}` holds what `{}` asks for",
        plugin.provider
    ));
    Ok(())
}

/// What certbot's hooks have read the new certificate.
fn reloads(
    order: &Order,
    machine: &Machine,
    cert: &OptionPath,
    sites: &sites::Sites,
    statement: &mut Statement,
) {
    let mut services: Vec<String> = Vec::new();
    for hook in &order.hooks {
        match services_of(hook) {
            Some(own) => services.extend(own),
            None => statement.left.push(strange_hook(hook)),
        }
    }
    for entry in &machine.entries {
        let hooks = if let Resource::CronJob(job) = &entry.resource {
            job.command.plain().and_then(renewal)
        } else if let Resource::Unit(unit) = &entry.resource {
            hooks_of_unit(unit, machine)
        } else if let Resource::File(file) = &entry.resource {
            hook_file(file).map(|it| vec![it.to_owned()])
        } else {
            None
        };
        let hooks = hooks.unwrap_or_default();
        services.extend(hooks.iter().filter_map(|it| services_of(it)).flatten());
    }
    // The module of a server has it read the certificates of its sites.
    let is_server = |it: &str| matches!(it, "nginx" | "apache2" | "httpd");
    services.retain(|it| !(sites.are_there() && is_server(it)));
    services.sort();
    services.dedup();
    for service in services {
        let unit = match service.as_str() {
            "apache2" => "httpd.service".to_owned(),
            name if name.contains('.') => name.to_owned(),
            name => format!("{name}.service"),
        };
        statement.add(cert.child("reloadServices"), Expr::str(unit));
    }
}

/// Returns the text of a script that certbot runs when it has a new certificate.
fn hook_file(file: &File) -> Option<&str> {
    let below = file.path.strip_prefix("/etc/letsencrypt/renewal-hooks/")?;
    let is_behind = below.starts_with("deploy/") || below.starts_with("post/");
    let Content::Text(text) = &file.content else {
        return None;
    };
    text.plain().filter(|_| is_behind)
}

/// Returns the services that a hook has read their files anew, where it does nothing else.
fn services_of(hook: &str) -> Option<Vec<String>> {
    let script = crate::syntax::shell::read(hook).ok()?;
    let mut found = Vec::new();
    for command in script.simple_commands()? {
        let words = command.plain_words()?;
        let (first, rest) = words.split_first()?;
        if matches!(*first, "set" | "exit" | "true" | ":") {
            continue;
        }
        let rest: Vec<&str> = rest
            .iter()
            .copied()
            .filter(|it| !it.starts_with('-'))
            .collect();
        let is_reload = |it: &str| it.contains("reload") || it.contains("restart");
        match (first.rsplit('/').next()?, rest.as_slice()) {
            ("systemctl", [verb, services @ ..]) if is_reload(verb) => {
                found.extend(
                    services
                        .iter()
                        .map(|it| it.trim_end_matches(".service").to_owned()),
                );
            }
            ("service", [service, verb]) if is_reload(verb) => found.push((*service).to_owned()),
            ("nginx", _) if words.contains(&"-s") => found.push("nginx".to_owned()),
            _ => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests;
