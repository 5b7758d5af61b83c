//! The files of rules that Prometheus reads: `services.prometheus.ruleFiles` names those of the input themselves.
//!
//! prometheus.yml and its files of rules are several files of the machine, and a rule sees one. Each file of /etc that a
//! name of the option fits goes where the name is. A name without a file stays, and then nothing can check the
//! configuration while the system is built: the machine's own files are not there.

use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Plan, Setting};
use crate::rules;

/// Puts files in the place of their names.
pub(super) fn finish(plan: &mut Plan) {
    let option = OptionPath::parse("services.prometheus.ruleFiles");
    let Some(Setting::One(definition)) = plan.get(&option) else {
        return;
    };
    let mut definition = definition.clone();
    let Expr::List(names) = definition.expr.clone() else {
        return;
    };
    let mut files = Vec::new();
    let mut is_known = true;
    for name in &names {
        let found: Vec<(OptionPath, Definition)> = match name.as_str() {
            Some(pattern) => files_of(pattern, plan),
            None => Vec::new(),
        };
        if found.is_empty() {
            is_known = false;
            files.push(name.clone());
        }
        for (path, file) in found {
            plan.remove(&path);
            definition.origin.merge(file.origin);
            if !files.contains(&file.expr) {
                files.push(file.expr);
            }
        }
    }
    plan.remove(&option);
    let check = OptionPath::parse("services.prometheus.checkConfig");
    if !is_known {
        plan.remove(&check);
        let expr = Expr::Bool(false);
        // The option has no value, so this one cannot clash; nor can the next.
        let _ = plan.set(
            check,
            Definition {
                expr,
                ..definition.clone()
            },
        );
    }
    let expr = Expr::List(files);
    let _ = plan.set(option, Definition { expr, ..definition });
}

/// Finds the files of /etc that a name with `*` fits, of which nothing else is said.
fn files_of(pattern: &str, plan: &Plan) -> Vec<(OptionPath, Definition)> {
    let etc = ["environment", "etc"].map(str::to_owned);
    let below = |path: &OptionPath| {
        let names = path.names();
        (names.starts_with(&etc) && names.len() > etc.len()).then(|| names.to_vec())
    };
    let settings = plan.settings().filter_map(|(path, setting)| {
        let names = below(path)?;
        let (Setting::One(file), [_, _, name, last]) = (setting, names.as_slice()) else {
            return None;
        };
        let is_file = last == "source" && matches!(file.expr, Expr::Asset(_));
        let fits = is_file && rules::fits(pattern, &format!("/etc/{name}"));
        fits.then(|| (path.clone(), name.clone(), file.clone()))
    });
    let is_alone = |name: &str| {
        let of_name = |path: &OptionPath| below(path).is_some_and(|it| it[2] == name);
        plan.settings().filter(|(path, _)| of_name(path)).count() == 1
    };
    let settings = settings.filter(|(_, name, _)| is_alone(name));
    settings.map(|(path, _, file)| (path, file)).collect()
}

#[cfg(test)]
mod tests {
    use super::finish;
    use crate::lower::file;
    use crate::nix::{Expr, print};
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

    fn check(name: &str, expected: &[&str]) {
        let mut plan = Plan::new("x", "");
        let asset = file::asset("/etc/prometheus/rules/a.yml", b"groups: []\n");
        for (path, expr) in [
            ("services.prometheus.ruleFiles", Expr::strs([name])),
            (
                "environment.etc.\"prometheus/rules/a.yml\".source",
                Expr::Asset(asset),
            ),
        ] {
            let definition = Definition {
                expr,
                home: Home::Host,
                origin: Origin::default(),
                rule: String::new(),
            };
            assert!(plan.set(OptionPath::parse(path), definition).is_ok());
        }
        finish(&mut plan);
        let settings = plan.settings().flat_map(|(path, setting)| {
            let definitions = setting.definitions().iter();
            definitions.map(move |it| {
                let text = print(&it.expr, &|asset| format!("./{}", asset.name));
                format!("{path} = {}", text.as_str())
            })
        });
        assert_eq!(settings.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn names_are_the_files_that_they_fit() {
        check(
            "/etc/prometheus/rules/*.yml",
            &["services.prometheus.ruleFiles = [ ./etc/prometheus/rules/a.yml ]"],
        );
        check(
            "/srv/*.yml",
            &[
                "environment.etc.\"prometheus/rules/a.yml\".source = ./etc/prometheus/rules/a.yml",
                "services.prometheus.checkConfig = false",
                "services.prometheus.ruleFiles = [ \"/srv/*.yml\" ]",
            ],
        );
    }
}
