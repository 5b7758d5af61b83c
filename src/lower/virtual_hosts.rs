//! Sites of one name: each file is a site of its own, and two must not melt into one virtual host.
//!
//! A rule sees one file. Where the plan has a site of that name already, and it says something else, the later one gets
//! another attribute and the name that it serves.

use std::collections::BTreeMap;

use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Plan, Setting};
use crate::rules::Join;

/// The options that hold sites, and the one of a site that says its name.
const SITES: [([&str; 3], &str); 2] = [
    (["services", "nginx", "virtualHosts"], "serverName"),
    (["services", "httpd", "virtualHosts"], "hostName"),
];

type Settings = Vec<(OptionPath, Expr, Join)>;

/// Gives the sites among settings names that no other site of the plan has.
pub(super) fn apart(settings: Settings, plan: &Plan) -> Settings {
    let mut out = Settings::new();
    let mut sites: BTreeMap<(usize, String), Settings> = BTreeMap::new();
    let mut order: Vec<(usize, String)> = Vec::new();
    for setting in settings {
        let Some(site) = site_of(&setting.0) else {
            out.push(setting);
            continue;
        };
        if !order.contains(&site) {
            order.push(site.clone());
        }
        sites.entry(site).or_default().push(setting);
    }
    for (kind, name) in order {
        let own = sites.remove(&(kind, name.clone())).unwrap_or_default();
        out.extend(with_free_name(kind, &name, own, plan));
    }
    out
}

/// Says that there are no virtual hosts, where nginx has servers that are text: without a word of them the module adds one,
/// `localhost`, which would answer where no name fits.
pub(super) fn finish(plan: &mut Plan) {
    let path = OptionPath::parse("services.nginx.virtualHosts");
    let has_some = plan
        .settings()
        .any(|(it, _)| it.names().starts_with(path.names()));
    let text = plan.get(&OptionPath::parse("services.nginx.appendHttpConfig"));
    let Some(Setting::One(text)) = text else {
        return;
    };
    if !has_some {
        let none = Definition {
            expr: Expr::Attrs(Vec::new()),
            ..text.clone()
        };
        // The option has no value, so this one cannot clash.
        let _ = plan.set(path, none);
    }
}

fn site_of(path: &OptionPath) -> Option<(usize, String)> {
    let names = path.names();
    let kind = SITES
        .iter()
        .position(|(folder, _)| names.starts_with(&folder.map(str::to_owned)))?;
    Some((kind, names.get(3)?.clone()))
}

fn with_free_name(kind: usize, name: &str, own: Settings, plan: &Plan) -> Settings {
    let (_, name_option) = SITES[kind];
    let says_name = own
        .iter()
        .any(|(path, _, _)| path.names().get(4).is_some_and(|it| it == name_option));
    let mut number = 1;
    loop {
        let wanted = if number == 1 {
            name.to_owned()
        } else {
            format!("{name}-{number}")
        };
        let mut renamed: Settings = own
            .iter()
            .map(|(path, expr, join)| (with_name(path, &wanted), expr.clone(), *join))
            .collect();
        if number > 1 && !says_name {
            let folder = SITES[kind]
                .0
                .iter()
                .copied()
                .chain([wanted.as_str(), name_option]);
            renamed.push((OptionPath::new(folder), Expr::str(name), Join::Only));
        }
        if is_free(kind, &wanted, &renamed, plan) {
            return renamed;
        }
        number += 1;
    }
}

fn with_name(path: &OptionPath, name: &str) -> OptionPath {
    let names = path.names().iter().enumerate();
    OptionPath::new(names.map(|(at, it)| if at == 3 { name } else { it }))
}

/// Tells whether the plan has no site of this name, or this very one.
fn is_free(kind: usize, name: &str, own: &Settings, plan: &Plan) -> bool {
    let site = (kind, name.to_owned());
    let there: Vec<(&OptionPath, &Setting)> = plan
        .settings()
        .filter(|(path, _)| site_of(path).as_ref() == Some(&site))
        .collect();
    let same = |(path, setting): &(&OptionPath, &Setting)| {
        let mut own = own.iter().filter(|(it, _, _)| it == *path);
        own.any(|(_, expr, _)| setting.definitions().iter().any(|it| it.expr == *expr))
    };
    there.is_empty() || (there.len() == own.len() && there.iter().all(same))
}

#[cfg(test)]
mod tests {
    use super::{apart, finish};
    use crate::nix::Expr;
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};
    use crate::rules::Join;

    fn definition(expr: Expr) -> Definition {
        Definition {
            expr,
            home: Home::Machine,
            origin: Origin::default(),
            rule: String::new(),
        }
    }

    fn check(there: &[(&str, &str)], new: &[(&str, &str)], expected: &[(&str, &str)]) {
        let mut plan = Plan::new("x", "");
        for (path, value) in there {
            let _ = plan.set(OptionPath::parse(path), definition(Expr::str(*value)));
        }
        let new = new.iter();
        let new = new.map(|(path, value)| (OptionPath::parse(path), Expr::str(*value), Join::Only));
        let found: Vec<(String, String)> = apart(new.collect(), &plan)
            .into_iter()
            .map(|(path, expr, _)| {
                (
                    path.to_string(),
                    expr.as_str().unwrap_or_default().to_owned(),
                )
            })
            .collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn two_sites_of_one_name_stay_apart() {
        check(
            &[("services.nginx.virtualHosts.a.root", "/x")],
            &[
                ("services.nginx.virtualHosts.a.root", "/x"),
                ("services.nginx.logError", "y"),
            ],
            &[
                ("services.nginx.logError", "y"),
                ("services.nginx.virtualHosts.a.root", "/x"),
            ],
        );
        check(
            &[("services.httpd.virtualHosts.a.documentRoot", "/x")],
            &[("services.httpd.virtualHosts.a.extraConfig", "y")],
            &[
                ("services.httpd.virtualHosts.a-2.extraConfig", "y"),
                ("services.httpd.virtualHosts.a-2.hostName", "a"),
            ],
        );
    }

    #[test]
    fn servers_that_are_text_have_no_other_beside_them() {
        let mut plan = Plan::new("x", "");
        let path = OptionPath::parse("services.nginx.appendHttpConfig");
        let _ = plan.set(path, definition(Expr::str("server {\n}\n")));
        finish(&mut plan);
        assert!(
            plan.get(&OptionPath::parse("services.nginx.virtualHosts"))
                .is_some()
        );
    }
}
