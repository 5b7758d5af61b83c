//! sops-nix: `sops.secrets` for each secret, `sops.templates` for texts that hold some.
//!
//! Manual: <https://github.com/Mic92/sops-nix>

use super::{Names, filled, is_shared, provided, refer, rights, set};
use crate::nix::{Asset, Expr};
use crate::plan::{Home, OptionPath, Plan, Secret};

const RULE: &str = "secrets-sops";

pub(super) fn provide(plans: &mut [Plan]) {
    let names = Names::of(plans);
    let all_shared = plans
        .iter()
        .flat_map(|plan| &plan.secrets)
        .all(|it| is_shared(plans, it));
    for plan in plans {
        let secrets = provided(plan);
        for secret in &secrets {
            one(plan, secret, &names);
        }
        if let Some(first) = secrets.first() {
            file(plan, first, all_shared);
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
        for what in secret.holes() {
            let path = OptionPath::new(["sops", "secrets", names.hole(what)]);
            set(plan, path, Expr::Attrs(Vec::new()), secret, RULE);
        }
        let content = filled(secret, |what| {
            select(["config", "sops", "placeholder", names.hole(what)])
        });
        set(plan, base.child("content"), content, secret, RULE);
    }
    // What is read before there are users belongs to root.
    let is_early = secret.is_early && secret.is_whole();
    if is_early {
        set(
            plan,
            base.child("neededForUsers"),
            Expr::Bool(true),
            secret,
            RULE,
        );
    } else {
        rights(plan, &base, secret, RULE);
    }
    if !secret.units.is_empty() {
        let units = Expr::strs(&secret.units);
        set(plan, base.child("restartUnits"), units, secret, RULE);
    }
    let says_something = plan
        .settings()
        .any(|(path, _)| path.names().starts_with(base.names()));
    if !says_something {
        set(plan, base, Expr::Attrs(Vec::new()), secret, RULE);
    }
    let path = select(["config", "sops", kind, name, "path"]);
    plan.rewrite(|_, expr| refer::replaced(expr, &secret.path, &path));
}

/// Says which file holds them, and which key opens it: that of sshd, which every host has that runs it.
fn file(plan: &mut Plan, first: &Secret, is_shared: bool) {
    let name = if is_shared {
        "secrets"
    } else {
        plan.host.as_str()
    };
    let asset = Expr::Asset(Asset::of_person(&format!("secrets/{name}.yaml")));
    let base = OptionPath::new(["sops"]);
    set(plan, base.child("defaultSopsFile"), asset, first, RULE);
    let keys = Expr::strs(["/etc/ssh/ssh_host_ed25519_key"]);
    set(
        plan,
        base.child("age").child("sshKeyPaths"),
        keys,
        first,
        RULE,
    );
    let _home = Home::Machine;
}

fn select<const N: usize>(names: [&str; N]) -> Expr {
    Expr::Select(names.iter().map(ToString::to_string).collect())
}
