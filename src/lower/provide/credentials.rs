//! Credentials of systemd: `LoadCredential=` in the unit that reads a secret, and `%d` where it is read.
//!
//! systemd.exec(5), "CREDENTIALS": the file belongs to root alone, and the unit gets a copy that only its user can read.
//! systemd reads `EnvironmentFile=` itself, as root and before there are credentials, so that such a file stays one.

use super::{provided, refer};
use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Plan, Secret};

/// What a unit runs, in which systemd puts the folder of the credentials for `%d`.
const COMMANDS: [&str; 8] = [
    "ExecCondition",
    "ExecReload",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "Environment",
];

/// What a shell runs, for which it is a variable.
const SCRIPTS: [&str; 6] = [
    "script",
    "preStart",
    "postStart",
    "preStop",
    "postStop",
    "reload",
];

pub(super) fn provide(plan: &mut Plan) {
    for secret in provided(plan) {
        for unit in units(plan, &secret) {
            load(plan, &unit, &secret);
        }
    }
}

/// Returns the services that read a secret, and do so in nothing but their commands.
fn units(plan: &Plan, secret: &Secret) -> Vec<String> {
    let mut units: Vec<(String, bool)> = Vec::new();
    for (path, setting) in plan.settings() {
        let mut exprs = setting.definitions().iter().map(|it| &it.expr);
        let Some(expr) = exprs.find(|it| refer::names(it, &secret.path)) else {
            continue;
        };
        let Some(unit) = unit_of(path) else { continue };
        let fits = place(path).is_some_and(|place| match place {
            Place::Command => true,
            Place::Script => !is_quoted(expr, &secret.path),
        });
        match units.iter_mut().find(|(it, _)| *it == unit) {
            Some((_, all)) => *all &= fits,
            None => units.push((unit, fits)),
        }
    }
    let base = |unit: &str| OptionPath::new(["systemd", "services", unit, "serviceConfig"]);
    units
        .into_iter()
        .filter(|(unit, fits)| {
            *fits
                && plan
                    .get(&base(unit).child("LoadCredential"))
                    .is_none_or(is_list)
        })
        .map(|(unit, _)| unit)
        .collect()
}

fn is_list(setting: &crate::plan::Setting) -> bool {
    match setting {
        crate::plan::Setting::Elements(_) => true,
        crate::plan::Setting::One(_) => false,
    }
}

enum Place {
    Command,
    Script,
}

fn unit_of(path: &OptionPath) -> Option<String> {
    match path.names() {
        [systemd, services, unit, ..] if systemd == "systemd" && services == "services" => {
            Some(unit.clone())
        }
        _ => None,
    }
}

fn place(path: &OptionPath) -> Option<Place> {
    let [_, _, _, rest @ ..] = path.names() else {
        return None;
    };
    match rest {
        [config, name] if config == "serviceConfig" && COMMANDS.contains(&name.as_str()) => {
            Some(Place::Command)
        }
        [environment, _] if environment == "environment" => Some(Place::Command),
        [name] if SCRIPTS.contains(&name.as_str()) => Some(Place::Script),
        _ => None,
    }
}

/// Tells whether a script names the path between single quotes, where a shell puts nothing in place of a variable.
fn is_quoted(expr: &Expr, path: &str) -> bool {
    let Expr::Str(parts) = expr else { return true };
    let mut is_open = false;
    let mut is_quoted = false;
    for part in parts {
        let crate::nix::StrPart::Literal(text) = part else {
            continue;
        };
        let mut rest = text.as_str();
        while let Some(at) = rest.find(path) {
            is_open ^= rest[..at].matches('\'').count() % 2 == 1;
            is_quoted |= is_open;
            rest = &rest[at + path.len()..];
        }
        is_open ^= rest.matches('\'').count() % 2 == 1;
    }
    is_quoted
}

fn load(plan: &mut Plan, unit: &str, secret: &Secret) {
    let name = secret.name().unwrap_or_default().replace('/', "-");
    plan.rewrite(|path, expr| {
        let of_unit = unit_of(path).is_some_and(|it| it == unit);
        let folder = match place(path).filter(|_| of_unit)? {
            Place::Command => "%d",
            Place::Script => "$CREDENTIALS_DIRECTORY",
        };
        refer::replaced(expr, &secret.path, &Expr::str(format!("{folder}/{name}")))
    });
    let path = OptionPath::new([
        "systemd",
        "services",
        unit,
        "serviceConfig",
        "LoadCredential",
    ]);
    let home = plan
        .settings()
        .filter(|(it, _)| unit_of(it).is_some_and(|it| it == unit))
        .flat_map(|(_, setting)| setting.definitions())
        .map(|it| it.home.clone())
        .next();
    let definition = Definition {
        expr: Expr::str(format!("{name}:{}", secret.path)),
        home: home.unwrap_or(crate::plan::Home::Machine),
        origin: secret.origin.clone(),
        rule: "secrets-credentials".to_owned(),
    };
    // There is no other value: `units` left out those that have one.
    let _added = plan.add(path, definition);
}
