//! Variables: those of the image in the unit, under those of the option `environment`; secret ones in a file that the
//! option `environmentFile` names.

use super::Service;
use super::command::port_at;
use super::layout::PROGRAM_FOLDERS;
use crate::account::Code;
use crate::lower::secret;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{Application, HoleKind, Variable};
use crate::nix::{Expr, Operator, StrPart};
use crate::plan::Secret;

/// Variables that only the building of an image reads, with the reason.
const BUILD_ONLY: [(&str, &str); 13] = [
    ("DEBIAN_FRONTEND", "only apt reads it"),
    ("DEBCONF_NONINTERACTIVE_SEEN", "only apt reads it"),
    ("APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE", "only apt reads it"),
    ("GPG_KEY", OF_BUILD),
    ("GPG_KEYS", OF_BUILD),
    ("PHPIZE_DEPS", OF_BUILD),
    ("PHP_CFLAGS", OF_BUILD),
    ("PHP_CPPFLAGS", OF_BUILD),
    ("PHP_EXTRA_BUILD_DEPS", OF_BUILD),
    ("PHP_EXTRA_CONFIGURE_ARGS", OF_BUILD),
    ("PHP_LDFLAGS", OF_BUILD),
    ("PHP_URL", OF_BUILD),
    (
        "PHP_INI_DIR",
        "it is where the image builds PHP to look for its files; PHP of nixpkgs has its own",
    ),
];

const OF_BUILD: &str = "only the building of the image reads it";

/// Ends of such names: what a download is checked against.
const CHECKED: [&str; 6] = [
    "_SHA1",
    "_SHA256",
    "_SHA512",
    "_CHECKSUM",
    "_MD5",
    "_ASC_URL",
];

pub(super) fn lower(variable: &Variable, service: &Service<'_>) -> Lowered {
    let name = variable.name.as_str();
    if let Some(why) = build_only(name) {
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    if name == "PATH" {
        return search_path(variable, service);
    }
    let mut statement = Statement::default();
    match variable.value.worst_hole() {
        Some(hole) if hole.kind == HoleKind::Secret => {
            if variable.value.lines().len() > 1 {
                return Lowered::Manual(
                    Left::new(
                        Code::ValueSecret,
                        format!("the variable {name} is a secret of several lines, and an environment file has one line for each"),
                    )
                    .cure("Give it to the service as a file below /run/secrets."),
                );
            }
            let path = service.secret_file();
            statement.assume(format!("`{name}` is put into `{path}`"));
            let line = secret::variables([&secret::variable(name, &variable.value)]);
            let used_by = format!("`{}.service`", service.name);
            statement.secrets.push(Secret {
                units: vec![format!("{}.service", service.name)],
                ..secret::secret(&path, &line, used_by)
            });
            return Lowered::Stated(statement);
        }
        Some(hole) => {
            return Lowered::Manual(
                Left::new(
                    Code::ValueUnknown,
                    format!(
                        "the variable {name} holds {}, which nothing here says",
                        hole.what
                    ),
                )
                .cure(format!(
                    "Set services.{}.environment.{name} on the host.",
                    service.name
                )),
            );
        }
        None => {}
    }
    let value = variable.value.plain().unwrap_or_default();
    let expr = match port(name, value, service) {
        Some(0) => Expr::apply("toString", vec![Expr::select("cfg.port")]),
        Some(at) => {
            let mut parts = service.layout.text(&value[..at], &mut statement);
            let port = Expr::apply("toString", vec![Expr::select("cfg.port")]);
            parts.push(StrPart::Splice(port));
            Expr::Str(parts)
        }
        None => Expr::Str(service.layout.text(value, &mut statement)),
    };
    statement.set(service.unit().child("environment").child(name), expr);
    Lowered::Stated(statement)
}

/// Returns the file of variables that a host may give, where it does.
pub(super) fn environment_file() -> Expr {
    let file = || Expr::select("cfg.environmentFile");
    let is_given = Expr::binary(file(), Operator::NotEqual, Expr::Null);
    Expr::only_if(is_given, file())
}

/// Tells whether the unit has variables of the image.
pub(super) fn has_plain(application: &Application) -> bool {
    let variables = application.environment.iter().map(|it| &it.value);
    variables
        .filter(|it| it.name != "PATH" && build_only(&it.name).is_none())
        .any(|it| it.value.plain().is_some())
}

/// Tells whether a variable follows the option `port`.
pub(super) fn is_port(variable: &Variable, service: &Service<'_>) -> bool {
    let value = variable.value.plain();
    value.is_some_and(|value| port(&variable.name, value, service).is_some())
}

/// Says why a variable has no meaning for the service itself.
pub(super) fn build_only(name: &str) -> Option<String> {
    let row = BUILD_ONLY.iter().find(|(it, _)| *it == name);
    if let Some((_, why)) = row {
        return Some(format!("`{name}`: {why}"));
    }
    let is_check = CHECKED.iter().any(|end| name.ends_with(end));
    is_check
        .then(|| format!("`{name}` is what the building of the image checks a download against"))
}

/// Finds the port of the option in a value: where it starts.
fn port(name: &str, value: &str, service: &Service<'_>) -> Option<usize> {
    let port = service.port?;
    let names_port = name.to_ascii_uppercase().ends_with("PORT");
    if names_port && value == port.to_string() {
        return Some(0);
    }
    let listens = ["ADDR", "ADDRESS", "BIND", "LISTEN", "URLS", "HOST", "PORT"];
    let is_address = listens
        .iter()
        .any(|it| name.to_ascii_uppercase().ends_with(it));
    if !is_address {
        return None;
    }
    // A number alone is a port only by the name of its variable.
    port_at(value, "", port).filter(|at| *at > 0)
}

/// The search path of a unit is made of packages; folders of the source can be among them.
fn search_path(variable: &Variable, service: &Service<'_>) -> Lowered {
    let Some(value) = variable.value.plain() else {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "NixOS makes the search path of a unit from packages".to_owned(),
        );
    };
    let mut statement = Statement::default();
    for folder in value.split(':').filter(|it| it.starts_with('/')) {
        if PROGRAM_FOLDERS.contains(&folder) {
            continue;
        }
        let Some(parts) = service.layout.path(folder) else {
            continue;
        };
        let mut parts = parts;
        let above = match parts.last_mut() {
            Some(StrPart::Literal(last)) => match last.strip_suffix("/bin") {
                Some(above) => {
                    *last = above.to_owned();
                    true
                }
                None => false,
            },
            Some(StrPart::Splice(_)) | None => false,
        };
        if above {
            parts.retain(|it| *it != StrPart::Literal(String::new()));
            statement.add(service.unit().child("path"), Expr::Str(parts));
        } else {
            statement.left.push(
                Left::new(
                    Code::CannotState,
                    format!("`{folder}` is in the search path, and a unit takes only folders that are named `bin`"),
                )
                .cure("Name the programs in it by their whole paths."),
            );
        }
    }
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "NixOS makes the search path of a unit from packages".to_owned(),
        );
    }
    Lowered::Stated(statement)
}
