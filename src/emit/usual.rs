//! Values that most hosts of a role have, and a few have otherwise: the role's module gives them with `lib.mkDefault`, and
//! those few hosts state their own.
//!
//! Left out: what has a default of NixOS's own at the same strength, which would be a conflict: most modules give their
//! `settings` so, and those of users, units and the kernel's parameters.

use std::collections::BTreeMap;

use super::layout::{Place, place};
use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Origin, Plan, Setting};

/// Fewer hosts of one value are no custom.
const LEAST: usize = 2;
/// Where options have no defaults of the same strength.
const ROOTS: [&str; 7] = [
    "console",
    "environment",
    "i18n",
    "networking",
    "programs",
    "services",
    "time",
];
/// A name below which modules give defaults themselves.
const WITH_DEFAULTS: &str = "settings";

/// The usual values, by the module and the option.
#[derive(Debug, Default)]
pub(super) struct Usual {
    values: BTreeMap<(String, OptionPath), UsualValue>,
}

#[derive(Debug)]
pub(super) struct UsualValue {
    pub(super) value: Expr,
    /// The same with `lib.mkDefault`.
    pub(super) default: Expr,
    pub(super) origin: Origin,
}

impl Usual {
    /// Finds the options that all hosts of a module set and most set alike.
    pub(super) fn of(plans: &[Plan]) -> Usual {
        let mut usual = Usual::default();
        if plans.len() <= LEAST {
            return usual;
        }
        let mut found: BTreeMap<(String, OptionPath), Vec<&Definition>> = BTreeMap::new();
        let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
        for plan in plans {
            let mut seen: Vec<String> = Vec::new();
            for (path, setting) in plan.settings() {
                for definition in setting.definitions() {
                    let place = place(&definition.home, path);
                    // A service's module is one recipe, which no host has otherwise.
                    if matches!(place, Place::Host | Place::Service(_)) {
                        continue;
                    }
                    let place = key(place);
                    if let (Setting::One(one), true) = (setting, may_have(path)) {
                        let key = (place.clone(), path.clone());
                        found.entry(key).or_default().push(one);
                    }
                    if !seen.contains(&place) {
                        seen.push(place);
                    }
                }
            }
            for remark in &plan.remarks {
                let place = key(super::layout::remark_place(
                    &remark.home,
                    remark.about.as_ref(),
                ));
                if !seen.contains(&place) {
                    seen.push(place);
                }
            }
            for place in seen {
                *hosts.entry(place).or_default() += 1;
            }
        }
        for ((place, path), definitions) in found {
            let all = hosts.get(&place).copied().unwrap_or_default();
            if definitions.len() != all {
                continue;
            }
            if let Some(value) = most(&definitions) {
                usual.values.insert((place, path), value);
            }
        }
        usual
    }

    pub(super) fn get(&self, place: Place<'_>, path: &OptionPath) -> Option<&UsualValue> {
        if self.values.is_empty() {
            return None;
        }
        self.values.get(&(key(place), path.clone()))
    }
}

fn key(place: Place<'_>) -> String {
    format!("{place:?}")
}

fn may_have(path: &OptionPath) -> bool {
    let names = path.names();
    let root = names.first().map(String::as_str).unwrap_or_default();
    ROOTS.contains(&root) && !names.iter().any(|it| it == WITH_DEFAULTS)
}

/// Returns the value of more than half of the hosts, where others have another one.
fn most(definitions: &[&Definition]) -> Option<UsualValue> {
    let alike = |value: &Expr| definitions.iter().filter(|it| it.expr == *value).count();
    // Whatever is more than half is that of the first, or stands somewhere behind it.
    let (count, value) = definitions
        .iter()
        .map(|it| (alike(&it.expr), &it.expr))
        .max_by_key(|it| it.0)?;
    if count < LEAST
        || count * 2 <= definitions.len()
        || count == definitions.len()
        || !is_plain(value)
    {
        return None;
    }
    if !definitions.iter().all(|it| is_plain(&it.expr)) {
        return None;
    }
    let mut origin = Origin::default();
    for definition in definitions.iter().filter(|it| it.expr == *value) {
        origin.merge(definition.origin.clone());
    }
    Some(UsualValue {
        value: value.clone(),
        default: Expr::apply("lib.mkDefault", vec![value.clone()]),
        origin,
    })
}

/// Tells whether a value has no strength of its own and no file beside it.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Select(_) => true,
        Expr::Str(parts) => parts.iter().all(|part| match part {
            crate::nix::StrPart::Literal(_) => true,
            crate::nix::StrPart::Splice(it) => is_plain(it),
        }),
        Expr::List(items) => items.iter().all(is_plain),
        Expr::Attrs(_)
        | Expr::Apply(..)
        | Expr::Function(..)
        | Expr::With(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Usual;
    use crate::emit::tests::{Fixture, definition};
    use crate::nix::Expr;
    use crate::plan::{Home, OptionPath, Plan};

    fn check(option: &str, values: &[i64], expected: Option<i64>) {
        let fixture = Fixture::new();
        let path = OptionPath::parse(option);
        let plan = |(host, value): (usize, &i64)| {
            let mut plan = Plan::new(&format!("host{host}"), "");
            let home = Home::Role("one".to_owned());
            let it = definition(home, fixture.origin(0), Expr::Int(*value));
            plan.set(path.clone(), it).unwrap();
            plan
        };
        let plans: Vec<Plan> = values.iter().enumerate().map(plan).collect();
        let usual = Usual::of(&plans);
        let found = usual.get(super::Place::Role("one"), &path);
        assert_eq!(found.map(|it| it.value.clone()), expected.map(Expr::Int));
    }

    #[test]
    fn what_more_than_half_of_the_hosts_have_is_usual() {
        check("services.x.port", &[1, 1, 2], Some(1));
        check("services.x.port", &[2, 1, 1, 1], Some(1));
        check("services.x.port", &[1, 1, 2, 2], None);
        check("services.x.port", &[1, 2, 3], None);
        check("services.x.port", &[1, 1, 1], None);
        check("services.x.port", &[1, 2], None);
    }

    #[test]
    fn what_nixos_gives_as_a_default_too_is_left() {
        check("services.x.settings.port", &[1, 1, 2], None);
        check("users.users.a.uid", &[1, 1, 2], None);
    }
}
