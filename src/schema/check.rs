//! `check`: what does not check is taken out of the plans, and says so.

use std::collections::BTreeMap;

use super::alike::alike;
use super::index::Found;
use super::near::option_text;
use super::table;
use super::types::Type;
use super::value::{Mismatch, check_value};
use super::{lookup, required};
use crate::account::{self, Account, Closing, Verdict};
use crate::diag::{self, Diagnostics};
use crate::nix::{self, Expr, attr_path_text};
use crate::plan::{Definition, Module, OptionPath, Plan, Remark, Setting};

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: diag::Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Checks every definition: what the index does not know, or what has another type, is taken out of the plan, its
/// items are closed as `manual`, and a diagnostic says so.
pub fn check(plans: &mut [Plan], account: &mut Account, diags: &mut Diagnostics) {
    for plan in plans {
        let modules = &plan.modules;
        let wrong = definitions(plan, |path, definition, is_element| {
            let mut names = path.names().to_vec();
            if let Some(module) = own_module(modules, &names) {
                return own_problem(module, &names, &definition.expr);
            }
            if is_element {
                return element_problem(&mut names, &definition.expr);
            }
            problem(&mut names, &definition.expr)
        });
        take_out(plan, &wrong, account, diags);
        // An option that is missing can make others pointless, and those again; each turn takes some out.
        loop {
            let wrong = required::missing(plan);
            if wrong.is_empty() {
                break;
            }
            take_out(plan, &wrong, account, diags);
        }
    }
}

/// A definition that does not stay, by its path and value.
pub(super) type Wrong = (OptionPath, Expr, Problem);

fn definitions(
    plan: &Plan,
    find: impl Fn(&OptionPath, &Definition, bool) -> Option<Problem>,
) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (path, setting) in plan.settings() {
        let is_element = matches!(setting, Setting::Elements(_));
        for definition in setting.definitions() {
            if let Some(problem) = find(path, definition, is_element) {
                wrong.push((path.clone(), definition.expr.clone(), problem));
            }
        }
    }
    wrong
}

fn take_out(plan: &mut Plan, wrong: &[Wrong], account: &mut Account, diags: &mut Diagnostics) {
    for (path, expr, problem) in wrong {
        let Some(definition) = plan
            .get(path)
            .and_then(|setting| setting.definitions().iter().find(|it| it.expr == *expr))
            .cloned()
        else {
            continue;
        };
        report(plan, path, definition, problem, account, diags);
        plan.retain(|at, it| at != path || it.expr != *expr);
    }
}

fn report(
    plan: &mut Plan,
    path: &OptionPath,
    definition: Definition,
    problem: &Problem,
    account: &mut Account,
    diags: &mut Diagnostics,
) {
    let code = match problem.code {
        diag::Code::OptionUnknown => account::Code::OptionUnknown,
        diag::Code::OptionRequired => account::Code::OptionRequired,
        _ => account::Code::OptionType,
    };
    let first = definition.origin.items.first().copied();
    let title = first.map_or_else(String::new, |item| {
        let item = account.get(item);
        let title = if item.name.is_empty() {
            &item.subject
        } else {
            &item.name
        };
        title.clone()
    });
    let span = definition
        .origin
        .places
        .first()
        .copied()
        .or_else(|| first.map(|item| account.get(item).span));
    match (span, &problem.help) {
        (Some(span), Some(help)) => {
            diags.at_with_help(problem.code, span, problem.message.clone(), help.clone());
        }
        (Some(span), None) => diags.at(problem.code, span, problem.message.clone()),
        (None, help) => diags.general(
            problem.code,
            problem.message.clone(),
            help.clone().unwrap_or_default(),
        ),
    }
    for item in &definition.origin.items {
        account.close(
            *item,
            Closing {
                host: plan.host.clone(),
                verdict: Verdict::Manual,
                code,
                reason: problem.message.clone(),
            },
        );
    }
    let mut lines: Vec<String> = problem.help.iter().map(|it| sentence(it)).collect();
    // The value shows, so that nothing is lost; it holds no secret, or it would not have been a value.
    let value = nix::print(&definition.expr, &|asset| format!("./files/{}", asset.name));
    lines.extend(
        format!("{path} = {};", value.as_str())
            .lines()
            .map(str::to_owned),
    );
    let remark = Remark {
        home: definition.home,
        about: Some(path.clone()),
        origin: definition.origin,
        title,
        reason: problem.message.clone(),
        lines,
    };
    if !plan.remarks.contains(&remark) {
        plan.remarks.push(remark);
    }
}

/// A clause that begins with a word of its own as a sentence.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let head: String = chars
        .next()
        .map_or_else(String::new, |it| it.to_uppercase().collect());
    format!("{head}{}.", chars.as_str())
}

/// Finds the module of the plan that declares what is at a path.
fn own_module<'a>(modules: &'a BTreeMap<String, Module>, names: &[String]) -> Option<&'a Module> {
    match names {
        [services, name, ..] if services == "services" => modules.get(name),
        _ => None,
    }
}

/// Checks a value at a path below a module of the plan itself, which no index knows.
fn own_problem(module: &Module, names: &[String], expr: &Expr) -> Option<Problem> {
    let declared = names.get(2).and_then(|name| module.get(name));
    let Some(declared) = declared else {
        let known: Vec<&str> = module
            .declarations
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        return Some(Problem {
            code: diag::Code::OptionUnknown,
            message: format!("`{}` is not declared by its module", option_text(names)),
            help: offer(names, &known),
        });
    };
    let description = declared.declared.kind().description();
    let mut kind = Type::parse(&description)?;
    for _ in &names[3..] {
        match kind {
            Type::Attrs(element) => kind = *element,
            _ => return Some(unknown(names)),
        }
    }
    let mismatch = check_value(&kind, expr).err()?;
    Some(wrong_type(names, &description, &mismatch))
}

/// Checks an element of a list that joins.
fn element_problem(names: &mut Vec<String>, expr: &Expr) -> Option<Problem> {
    let Some(Found::Option(facts)) = lookup(names) else {
        return problem(names, &Expr::List(Vec::new()));
    };
    if facts.read_only {
        return Some(read_only(names));
    }
    let list = Expr::List(vec![expr.clone()]);
    if let Err(mut mismatch) = check_value(&facts.kind, &list) {
        // The first place is that of the element in a list of it alone.
        mismatch.at = mismatch.at.split_off(mismatch.at.len().min(1));
        return Some(wrong_type(names, facts.description, &mismatch));
    }
    in_list(names, expr)
}

/// Checks a value at a path; an attribute set is taken apart where the index has options for its names.
fn problem(names: &mut Vec<String>, expr: &Expr) -> Option<Problem> {
    match lookup(names) {
        None => Some(unknown(names)),
        Some(Found::Folder) => match expr {
            Expr::Attrs(attrs) => attrs_problem(names, attrs),
            Expr::Select(_) | Expr::Apply(..) | Expr::With(..) | Expr::Binary(..) => None,
            _ => Some(Problem {
                code: diag::Code::OptionType,
                message: format!(
                    "`{}` is no option, but a folder of options",
                    option_text(names)
                ),
                help: offer(names, &table::children(names)),
            }),
        },
        Some(Found::Option(facts)) => {
            if facts.read_only {
                return Some(read_only(names));
            }
            if let Err(mismatch) = check_value(&facts.kind, expr) {
                return Some(wrong_type(names, facts.description, &mismatch));
            }
            inner_problem(names, &facts.kind, expr)
        }
    }
}

/// Looks into a value of the right shape for the options of submodules.
fn inner_problem(names: &mut Vec<String>, kind: &Type, expr: &Expr) -> Option<Problem> {
    match (kind, expr) {
        (Type::Attrs(element), Expr::Attrs(attrs)) if element.submodule().is_some() => {
            attrs_problem(names, attrs)
        }
        (Type::Attrs(_), _) => None,
        (Type::List(_) | Type::NonEmptyList(_), Expr::List(items)) => {
            items.iter().find_map(|item| in_list(names, item))
        }
        (Type::Either(kinds), _) => kinds.iter().find_map(|it| inner_problem(names, it, expr)),
        (Type::Submodule(_), Expr::Attrs(attrs)) => attrs_problem(names, attrs),
        _ => None,
    }
}

fn in_list(names: &mut Vec<String>, item: &Expr) -> Option<Problem> {
    let Expr::Attrs(attrs) = item else {
        return None;
    };
    names.push("*".to_owned());
    let found = if table::children(names).is_empty() {
        None
    } else {
        attrs_problem(names, attrs).or_else(|| required::missing_in_element(names, attrs))
    };
    names.pop();
    found
}

fn attrs_problem(names: &mut Vec<String>, attrs: &[(String, Expr)]) -> Option<Problem> {
    attrs.iter().find_map(|(name, value)| {
        names.push(name.clone());
        let found = problem(names, value);
        names.pop();
        found
    })
}

fn read_only(names: &[String]) -> Problem {
    Problem {
        code: diag::Code::OptionType,
        message: format!("`{}` is read-only", option_text(names)),
        help: None,
    }
}

fn wrong_type(names: &[String], description: &str, mismatch: &Mismatch) -> Problem {
    let at = if mismatch.at.is_empty() {
        String::new()
    } else {
        format!(" at `{}`", option_text(&mismatch.at))
    };
    Problem {
        code: diag::Code::OptionType,
        message: format!(
            "`{}` takes {description}, not {}{at}",
            option_text(names),
            mismatch.found
        ),
        help: None,
    }
}

fn unknown(names: &[String]) -> Problem {
    let path = option_text(names);
    if let Some(renamed) = table::renamed(names) {
        return Problem {
            code: diag::Code::OptionUnknown,
            message: format!("`{path}` has another name in this release"),
            help: Some(format!("it is `{}`", attr_path_text(&renamed.new))),
        };
    }
    if table::removed(names).is_some() {
        return Problem {
            code: diag::Code::OptionUnknown,
            message: format!("`{path}` is no longer in NixOS"),
            help: None,
        };
    }
    let known = (0..names.len())
        .rev()
        .find(|end| lookup(&names[..*end]).is_some())
        .unwrap_or(0);
    Problem {
        code: diag::Code::OptionUnknown,
        message: format!("`{path}` is not in the option index"),
        help: offer(&names[..=known], &table::children(&names[..known])),
    }
}

/// Offers the names that are most like the last one.
fn offer(names: &[String], known: &[&str]) -> Option<String> {
    let (last, folder) = names.split_last()?;
    let offered: Vec<String> = alike(last, known.iter().copied())
        .into_iter()
        .map(|name| {
            let mut path = folder.to_vec();
            path.push(name.to_owned());
            format!("`{}`", option_text(&path))
        })
        .collect();
    (!offered.is_empty()).then(|| format!("like it: {}", offered.join(", ")))
}

#[cfg(test)]
mod tests {
    use crate::account::{Account, ItemKind, Verdict};
    use crate::diag::Diagnostics;
    use crate::nix::Expr;
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};
    use crate::source::{SourceTree, Span};

    fn attrs(list: &[(&str, Expr)]) -> Expr {
        let list = list
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Expr::Attrs(list.collect())
    }

    /// Checks a plan of these definitions (`+` before a path adds an element): the paths that stay, and what is said.
    fn check(definitions: &[(&str, Expr)], stays: &[&str], says: &[&str]) {
        let mut tree = SourceTree::from_texts("root", &[]);
        let file = tree.add_text("site.yml", "- x\n");
        let span = Span::new(file, 0, 1);
        let mut account = Account::new();
        let item = account.open(ItemKind::AnsibleTask, "apt", "a task", span);
        let mut plan = Plan::new("web1", "");
        for (path, expr) in definitions {
            let definition = Definition {
                expr: expr.clone(),
                home: Home::Host,
                origin: Origin {
                    items: vec![item],
                    ..Origin::default()
                },
                rule: String::new(),
            };
            match path.strip_prefix('+') {
                Some(path) => plan.add(OptionPath::parse(path), definition),
                None => plan.set(OptionPath::parse(path), definition),
            }
            .expect("no clash");
        }
        let mut diags = Diagnostics::new();
        let mut plans = [plan];
        super::check(&mut plans, &mut account, &mut diags);
        let left: Vec<String> = plans[0].settings().map(|it| it.0.to_string()).collect();
        assert_eq!(left, stays);
        let said: Vec<String> = diags
            .sorted()
            .iter()
            .map(|it| match &it.help {
                Some(help) => format!("{}; {help}", it.message),
                None => it.message.clone(),
            })
            .collect();
        assert_eq!(said, says);
        assert_eq!(plans[0].remarks.is_empty(), says.is_empty());
        let verdict = account.get(item).decision().map(|it| it.verdict);
        assert_eq!(verdict, (!says.is_empty()).then_some(Verdict::Manual));
    }

    #[test]
    fn what_checks_stays() {
        check(
            &[
                ("services.nginx.enable", Expr::Bool(true)),
                ("+environment.systemPackages", Expr::package("git")),
                ("+networking.firewall.allowedTCPPorts", Expr::Int(80)),
                ("services.openssh.settings.PermitRootLogin", Expr::str("no")),
                ("services.openssh.settings.Banner", Expr::str("/etc/issue")),
                ("systemd.services.shop.serviceConfig.User", Expr::str("a")),
                ("users.groups.shop", attrs(&[])),
            ],
            &[
                "services.nginx.enable",
                "environment.systemPackages",
                "networking.firewall.allowedTCPPorts",
                "services.openssh.settings.PermitRootLogin",
                "services.openssh.settings.Banner",
                "systemd.services.shop.serviceConfig.User",
                "users.groups.shop",
            ],
            &[],
        );
    }

    #[test]
    fn an_unknown_option_is_taken_out_with_names_like_it() {
        check(
            &[("services.nginx.enabel", Expr::Bool(true))],
            &[],
            &[
                "`services.nginx.enabel` is not in the option index; like it: `services.nginx.enable`, \
               `services.nginx.enableReload`",
            ],
        );
    }

    #[test]
    fn a_renamed_option_names_the_new_one() {
        check(
            &[("boot.cleanTmpDir", Expr::Bool(true))],
            &[],
            &["`boot.cleanTmpDir` has another name in this release; it is `boot.tmp.cleanOnBoot`"],
        );
    }

    #[test]
    fn a_wrong_type_is_taken_out_alone() {
        check(
            &[
                ("+networking.firewall.allowedTCPPorts", Expr::Int(80)),
                ("+networking.firewall.allowedTCPPorts", Expr::str("ssh")),
            ],
            &["networking.firewall.allowedTCPPorts"],
            &[
                "`networking.firewall.allowedTCPPorts` takes list of 16 bit unsigned integer; \
               between 0 and 65535 (both inclusive), not the string `ssh`",
            ],
        );
    }

    #[test]
    fn the_options_of_an_element_are_checked() {
        check(
            &[(
                "+security.sudo.extraRules",
                attrs(&[("userz", Expr::strs(["bob"]))]),
            )],
            &[],
            &[
                "`security.sudo.extraRules.*.userz` is not in the option index; \
               like it: `security.sudo.extraRules.*.users`",
            ],
        );
    }

    #[test]
    fn a_submodule_without_what_it_needs_goes_as_a_whole() {
        check(
            &[("fileSystems.\"/data\".device", Expr::str("/dev/sdb1"))],
            &[],
            &[
                "`fileSystems.\"/data\".device` needs `fileSystems.\"/data\".fsType`, which has no default and is not \
               given; give `fileSystems.\"/data\".fsType` its value, then state this as well",
            ],
        );
    }

    #[test]
    fn a_service_without_what_it_needs_is_not_switched_on() {
        check(
            &[
                ("services.mysql.enable", Expr::Bool(true)),
                ("services.mysql.dataDir", Expr::str("/srv/db")),
            ],
            &["services.mysql.dataDir"],
            &[
                "`services.mysql.enable` needs `services.mysql.package`, which has no default and is not given; \
               give `services.mysql.package` its value, then state this as well",
            ],
        );
    }
}
