//! How secrets get onto the machine: the plans as lowered name files below /run/secrets, and the way that was asked for
//! says what puts them there.

mod agenix;
mod credentials;
mod refer;
mod sops;

use std::collections::BTreeMap;

use super::secret::slug;
use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Origin, Plan, Secret, SecretPart, Way};

/// Makes the plans say how their secrets get there.
pub(crate) fn provide(plans: &mut [Plan], way: Way) {
    match way {
        Way::Files => {}
        Way::Credentials => plans.iter_mut().for_each(credentials::provide),
        Way::Sops => sops::provide(plans),
        Way::Agenix => agenix::provide(plans),
    }
}

/// What each secret of the plans is called: differently for what differs, and the same on all hosts that share it.
struct Names {
    /// By what a hole is.
    holes: BTreeMap<String, String>,
}

impl Names {
    fn of(plans: &[Plan]) -> Names {
        let mut holes: BTreeMap<String, String> = BTreeMap::new();
        let secrets = || plans.iter().flat_map(|plan| &plan.secrets);
        // The name of a file that is one secret is that of the file.
        let mut used: Vec<String> = secrets()
            .filter(|it| it.is_whole())
            .filter_map(|it| it.name().map(str::to_owned))
            .collect();
        // What is kept for a file of its own serves elsewhere too, unless it is there too early.
        for whole in secrets().filter(|it| it.is_whole() && !it.is_early) {
            if let (Some(name), Some(what)) = (whole.name(), whole.holes().first()) {
                holes
                    .entry((*what).to_owned())
                    .or_insert_with(|| name.to_owned());
            }
        }
        for what in secrets().flat_map(Secret::holes) {
            if holes.contains_key(what) {
                continue;
            }
            let base = slug(what);
            let mut name = base.clone();
            let mut number = 2;
            while used.contains(&name) {
                name = format!("{base}-{number}");
                number += 1;
            }
            used.push(name.clone());
            holes.insert(what.to_owned(), name);
        }
        Names { holes }
    }

    fn hole(&self, what: &str) -> &str {
        self.holes.get(what).map_or("secret", String::as_str)
    }
}

/// Gives an option of the way a value; a secret that several things use says the same each time.
fn set(plan: &mut Plan, path: OptionPath, expr: Expr, secret: &Secret, rule: &str) {
    let definition = Definition {
        expr,
        home: Home::Machine,
        // What is assumed of a secret is said beside what uses it.
        origin: Origin {
            remarks: Vec::new(),
            ..secret.origin.clone()
        },
        rule: rule.to_owned(),
    };
    // An option of a way has no other value: names are each secret's own.
    let _same = plan.set(path, definition);
}

/// Says beside the definitions where the way puts a secret, and not where a person would.
fn placed(plan: &mut Plan, secret: &Secret, place: &str) {
    let (old, new) = (format!("`{}`", secret.path), format!("`{place}`"));
    plan.reword(|remark| {
        if remark.contains(&old) {
            *remark = remark.replace(&old, &new);
        }
    });
}

/// What opens the secrets is a key of sshd: a host without sshd makes one as well.
fn host_key(plan: &mut Plan, secret: &Secret, rule: &str) {
    let is_on = |option: &str| {
        let setting = plan.get(&OptionPath::parse(option));
        setting.is_some_and(|it| {
            it.definitions()
                .iter()
                .any(|it| it.expr == Expr::Bool(true))
        })
    };
    if !is_on("services.openssh.enable") {
        let option = OptionPath::parse("services.openssh.generateHostKeys");
        set(plan, option, Expr::Bool(true), secret, rule);
    }
}

/// States who may read a secret, and what is started again when it changes.
fn rights(plan: &mut Plan, base: &OptionPath, secret: &Secret, rule: &str) {
    for (name, value) in [
        ("owner", &secret.owner),
        ("group", &secret.group),
        ("mode", &secret.mode),
    ] {
        if let Some(value) = value {
            set(plan, base.child(name), Expr::str(value), secret, rule);
        }
    }
}

/// Tells whether a secret is certain to be the same on every host that has it.
fn is_shared(plans: &[Plan], secret: &Secret) -> bool {
    let others = plans.iter().flat_map(|plan| &plan.secrets);
    let same: Vec<&Secret> = others.filter(|it| it.path == secret.path).collect();
    let is_certain = !secret.may_differ || same.len() == 1;
    is_certain && same.iter().all(|it| it.content == secret.content)
}

/// Returns the secrets that a way provides: those that lie in the folder of secrets.
fn provided(plan: &Plan) -> Vec<Secret> {
    let secrets = plan.secrets.iter().filter(|it| it.name().is_some());
    secrets.cloned().collect()
}

/// Returns a text with an expression in the place of each secret.
fn filled(secret: &Secret, mut fill: impl FnMut(&str) -> Expr) -> Expr {
    let mut parts = Vec::new();
    for part in &secret.content {
        parts.push(match part {
            SecretPart::Literal(text) => crate::nix::StrPart::Literal(text.clone()),
            SecretPart::Hole(what) => crate::nix::StrPart::Splice(fill(what)),
        });
    }
    Expr::Str(parts)
}
