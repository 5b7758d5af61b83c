//! sops-nix: `sops.secrets` for each secret, `sops.templates` for texts that hold some.
//!
//! Manual: <https://github.com/Mic92/sops-nix>

use super::{Names, filled, host_key, is_shared, placed, provided, refer, rights, set};
use crate::nix::{Asset, Expr};
use crate::plan::{OptionPath, Plan, Secret};

const RULE: &str = "secrets-sops";

pub(super) fn provide(plans: &mut [Plan]) {
    let names = Names::of(plans);
    let all_shared = plans
        .iter()
        .flat_map(|plan| &plan.secrets)
        .all(|it| is_shared(plans, it));
    for plan in plans {
        let host = if all_shared {
            "secrets"
        } else {
            plan.host.as_str()
        };
        let file = format!("secrets/{host}.yaml");
        let secrets = provided(plan);
        let Some(first) = secrets.first() else {
            continue;
        };
        for secret in &secrets {
            one(plan, secret, &names);
            if let Some(known) = plan.secrets.iter_mut().find(|it| it.path == secret.path) {
                known.keys = keys(secret, &names);
                known.kept_in = Some(file.clone());
            }
        }
        for secret in &secrets {
            declare(plan, secret, &names);
            if let Some(name) = secret.name().filter(|_| !secret.is_whole()) {
                placed(plan, secret, &format!("/run/secrets/rendered/{name}"));
            }
        }
        host_key(plan, first, RULE);
        keep(plan, first, &file);
    }
}

/// Returns what the secrets in a file are called.
fn keys(secret: &Secret, names: &Names) -> Vec<String> {
    match secret.name() {
        Some(name) if secret.is_whole() => vec![name.to_owned()],
        _ => {
            let holes = secret.holes().into_iter();
            holes.map(|it| names.hole(it).to_owned()).collect()
        }
    }
}

fn one(plan: &mut Plan, secret: &Secret, names: &Names) {
    let name = secret.name().unwrap_or_default();
    let kind = if secret.is_whole() {
        "secrets"
    } else {
        "templates"
    };
    let base = OptionPath::new(["sops", kind, name]);
    if !secret.is_whole() {
        let content = filled(secret, |what| {
            select(["config", "sops", "placeholder", names.hole(what)])
        });
        set(plan, base.child("content"), content, secret, RULE);
    }
    // What is read before there are users belongs to root.
    if secret.is_early && secret.is_whole() {
        let early = base.child("neededForUsers");
        set(plan, early, Expr::Bool(true), secret, RULE);
    } else {
        rights(plan, &base, secret, RULE);
    }
    let units = secret.units.iter();
    let units: Vec<&String> = units.filter(|it| !waits_for_time(plan, it)).collect();
    if !units.is_empty() {
        let units = Expr::strs(units);
        set(plan, base.child("restartUnits"), units, secret, RULE);
    }
    let path = select(["config", "sops", kind, name, "path"]);
    plan.rewrite(|_, expr| refer::replaced(expr, &secret.path, &path));
}

/// Tells whether a timer starts a unit: it reads the secret when its time comes, and a restart would run it now.
fn waits_for_time(plan: &Plan, unit: &str) -> bool {
    let Some(name) = unit.strip_suffix(".service") else {
        return false;
    };
    plan.settings().any(|(path, _)| {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        match names.as_slice() {
            ["systemd", "services", own, "startAt"] => *own == name,
            ["systemd", "timers", own, ..] => *own == name,
            _ => false,
        }
    })
}

/// Declares the secrets of a file of which nothing else is said.
fn declare(plan: &mut Plan, secret: &Secret, names: &Names) {
    for key in keys(secret, names) {
        let base = OptionPath::new(["sops", "secrets", &key]);
        let is_said = plan
            .settings()
            .any(|(path, _)| path.names().starts_with(base.names()) && *path != base);
        if !is_said {
            set(plan, base, Expr::Attrs(Vec::new()), secret, RULE);
        }
    }
}

/// Says which file keeps them, and which key opens it: that of sshd, which every host has that runs it.
fn keep(plan: &mut Plan, first: &Secret, file: &str) {
    let asset = Expr::Asset(Asset::of_person(file));
    let base = OptionPath::new(["sops"]);
    set(plan, base.child("defaultSopsFile"), asset, first, RULE);
    let keys = Expr::strs(["/etc/ssh/ssh_host_ed25519_key"]);
    let path = base.child("age").child("sshKeyPaths");
    set(plan, path, keys, first, RULE);
}

fn select<const N: usize>(names: [&str; N]) -> Expr {
    Expr::Select(names.iter().map(ToString::to_string).collect())
}
