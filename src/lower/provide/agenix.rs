//! agenix: one encrypted file for each secret, which holds all that the machine's file does.
//!
//! Manual: <https://github.com/ryantm/agenix>

use super::{host_key, is_shared, placed, provided, refer, rights, set};
use crate::nix::{Asset, Expr};
use crate::plan::{OptionPath, Plan};

const RULE: &str = "secrets-agenix";

pub(super) fn provide(plans: &mut [Plan]) {
    let shared: Vec<Vec<bool>> = plans
        .iter()
        .map(|plan| {
            provided(plan)
                .iter()
                .map(|it| is_shared(plans, it))
                .collect()
        })
        .collect();
    for (plan, shared) in plans.iter_mut().zip(shared) {
        let secrets = provided(plan);
        for (secret, is_shared) in secrets.iter().zip(shared) {
            let name = secret.name().unwrap_or_default();
            let base = OptionPath::new(["age", "secrets", name]);
            let file = if is_shared {
                format!("secrets/{name}.age")
            } else {
                format!("secrets/{}-{name}.age", plan.host)
            };
            let asset = Expr::Asset(Asset::of_person(&file));
            if let Some(known) = plan.secrets.iter_mut().find(|it| it.path == secret.path) {
                known.kept_in = Some(file);
            }
            set(plan, base.child("file"), asset, secret, RULE);
            rights(plan, &base, secret, RULE);
            let names = ["config", "age", "secrets", name, "path"];
            let path = Expr::Select(names.iter().map(ToString::to_string).collect());
            plan.rewrite(|_, expr| refer::replaced(expr, &secret.path, &path));
            placed(plan, secret, &format!("/run/agenix/{name}"));
        }
        if let Some(first) = secrets.first() {
            host_key(plan, first, RULE);
            let keys = Expr::strs(["/etc/ssh/ssh_host_ed25519_key"]);
            set(
                plan,
                OptionPath::new(["age", "identityPaths"]),
                keys,
                first,
                RULE,
            );
        }
    }
}
