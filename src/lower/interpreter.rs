//! Libraries of Python, Perl, Ruby and Lua, and extensions of PHP: the interpreter of the system's path has them, and there
//! is one of each. The server that runs PHP takes the same.
//!
//! nixpkgs builds an interpreter with its libraries: `pkgs.python3.withPackages (ps: [ ps.requests ])`. Two of them in the
//! path would hide one another's, so that those of one plan become one.

use super::package::system_packages;
use crate::nix::{Expr, Operator};
use crate::plan::{Definition, OptionPath, Plan};

/// The name that the package set has in the function.
const SET: &str = "ps";

/// PHP takes its extensions otherwise: `pkgs.php.withExtensions ({ enabled, all }: enabled ++ [ all.apcu ])`.
const PHP: &str = "php";
const EXTENSIONS: &str = "{ enabled, all }";

/// The option with which a server runs PHP, and what says that it does.
const SERVERS: [(&str, &[&str]); 2] = [
    (
        "services.phpfpm.phpPackage",
        &["services.phpfpm.pools", "services.phpfpm.phpOptions"],
    ),
    ("services.httpd.phpPackage", &["services.httpd.enablePHP"]),
];

/// An interpreter with a library.
pub(super) struct Environment {
    pub(super) program: String,
    pub(super) expr: Expr,
}

/// Makes the interpreter with a library of its package set; `None` for an attribute that is none.
pub(super) fn with_library(attr: &str) -> Option<Environment> {
    let (set, library) = attr.split_once('.')?;
    let program = interpreter(set)?;
    let library = if program.starts_with(PHP) {
        Expr::Select(vec!["all".to_owned(), library.to_owned()])
    } else {
        self::library(library)
    };
    let expr = environment(&program, vec![library]);
    Some(Environment { program, expr })
}

/// Returns the attribute of the interpreter that a package set is for: `python3` of `python3Packages`.
fn interpreter(set: &str) -> Option<String> {
    if let Some(php) = set.strip_suffix("Extensions") {
        return php.starts_with(PHP).then(|| php.to_owned());
    }
    let name = set.strip_suffix("Packages")?;
    let version = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    match &name[..name.len() - version.len()] {
        "python" | "perl" | "ruby" => Some(name.to_owned()),
        "lua" => match version.split_at_checked(1) {
            Some((major, minor)) if !minor.is_empty() => Some(format!("lua{major}_{minor}")),
            _ => Some(name.to_owned()),
        },
        _ => None,
    }
}

/// Returns a library of the package set, as the function of `environment` names it.
pub(super) fn library(name: &str) -> Expr {
    Expr::Select(vec![SET.to_owned(), name.to_owned()])
}

/// Makes an interpreter with libraries.
pub(super) fn environment(program: &str, libraries: Vec<Expr>) -> Expr {
    if program.starts_with(PHP) {
        let body = Expr::binary(
            Expr::select("enabled"),
            Operator::Append,
            Expr::List(libraries),
        );
        let function = Expr::Function(EXTENSIONS.to_owned(), Box::new(body));
        return Expr::apply(&format!("pkgs.{program}.withExtensions"), vec![function]);
    }
    let function = Expr::Function(SET.to_owned(), Box::new(Expr::List(libraries)));
    Expr::apply(&format!("pkgs.{program}.withPackages"), vec![function])
}

/// Returns the interpreter and the libraries of what `environment` made.
fn taken_apart(expr: &Expr) -> Option<(&str, &[Expr])> {
    let Expr::Apply(function, arguments) = expr else {
        return None;
    };
    let Expr::Select(names) = function.as_ref() else {
        return None;
    };
    let ([pkgs, program, with], [Expr::Function(set, body)]) =
        (names.as_slice(), arguments.as_slice())
    else {
        return None;
    };
    let (list, is_ours) = if let Expr::Binary(_, Operator::Append, right) = body.as_ref() {
        let is_ours = with == "withExtensions" && set == EXTENSIONS;
        (right.as_ref(), is_ours)
    } else {
        (body.as_ref(), with == "withPackages" && set == SET)
    };
    let Expr::List(libraries) = list else {
        return None;
    };
    (pkgs == "pkgs" && is_ours).then_some((program, libraries))
}

/// Gives the servers of the plan that run PHP the one with its extensions.
fn serve(definition: &Definition, plan: &mut Plan) {
    for (option, says) in SERVERS {
        let is_said = |path: &OptionPath| {
            let mut says = says.iter().map(|it| OptionPath::parse(it));
            says.any(|it| path.names().starts_with(it.names()))
        };
        if plan.settings().any(|(path, _)| is_said(path)) {
            // One that is stated already stands.
            let _ = plan.set(OptionPath::parse(option), definition.clone());
        }
    }
}

/// Joins the interpreters of the path that are the same one, the bare one included.
pub(super) fn join(plan: &mut Plan) {
    let path = system_packages();
    let Some(packages) = plan.get(&path) else {
        return;
    };
    let mut joined: Vec<(String, Vec<Expr>, Definition)> = Vec::new();
    for definition in packages.definitions() {
        let Some((program, libraries)) = taken_apart(&definition.expr) else {
            continue;
        };
        match joined.iter_mut().find(|it| it.0 == program) {
            Some((_, all, first)) => {
                all.extend_from_slice(libraries);
                first.origin.merge(definition.origin.clone());
            }
            None => joined.push((program.to_owned(), libraries.to_vec(), definition.clone())),
        }
    }
    for definition in packages.definitions() {
        for (program, _, first) in &mut joined {
            if definition.expr == Expr::package(program) {
                first.origin.merge(definition.origin.clone());
            }
        }
    }
    let is_joined = |expr: &Expr| {
        joined.iter().any(|(program, _, _)| {
            *expr == Expr::package(program) || taken_apart(expr).is_some_and(|it| it.0 == *program)
        })
    };
    plan.retain(|it, definition| *it != path || !is_joined(&definition.expr));
    for (program, mut libraries, mut definition) in joined {
        libraries.sort_by_key(name);
        libraries.dedup();
        definition.expr = environment(&program, libraries);
        if program.starts_with(PHP) {
            serve(&definition, plan);
        }
        // The list was there, so that an element cannot clash.
        let _ = plan.add(path.clone(), definition);
    }
}

fn name(library: &Expr) -> String {
    if let Expr::Select(names) = library {
        names.join(".")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Family, Package, Resource};

    #[test]
    fn libraries_share_the_interpreter_of_the_path() {
        let package = |name: &str, family| {
            Resource::Package(Package {
                name: name.into(),
                family,
                version: None,
            })
        };
        check_all(
            vec![
                package("python3-yaml", Family::Debian),
                package("python3", Family::Debian),
                package("requests", Family::Python),
                package("libdbi-perl", Family::Debian),
                package("php8.3-mbstring", Family::Debian),
                package("php8.3-imagick", Family::Debian),
                package("php8.3-redis", Family::Debian),
            ],
            r#"
            environment.systemPackages += pkgs.python3.withPackages (ps: [ ps.pyyaml ps.requests ]);
            environment.systemPackages += pkgs.perl.withPackages (ps: [ ps.DBI ]);
            environment.systemPackages += pkgs.php83.withExtensions ({ enabled, all }: enabled ++ [ all.imagick all.redis ]);
            assumed: what uses `python3-yaml` runs with the `python3` of the system's path
            assumed: what uses `requests` runs with the `python3` of the system's path
            assumed: what uses `libdbi-perl` runs with the `perl` of the system's path
            not-needed: `php8.3-mbstring` is in every PHP of nixpkgs (`php83Extensions.mbstring`)
            assumed: what uses `php8.3-imagick` runs with the `php83` of the system's path
            assumed: what uses `php8.3-redis` runs with the `php83` of the system's path
            "#,
        );
    }
}
