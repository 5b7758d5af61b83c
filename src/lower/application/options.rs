//! The options that the module declares, worded as nixpkgs does.

use super::Service;
use super::command::Refused;
use super::fetched;
use super::packages;
use crate::nix::Expr;
use crate::plan::{Declaration, Declared, Module, OptionKind, OptionText, Origin};

pub(super) fn module(service: &Service<'_>) -> Module {
    let mut declarations = vec![plain("enable", Declared::Enable(enabled(service)))];
    declarations.extend(package(service));
    declarations.extend(command(service));
    declarations.extend(source(service));
    declarations.extend(port(service));
    if service.has_variables() {
        declarations.push(environment(service));
        declarations.push(environment_file(service));
    }
    declarations.extend(open_firewall(service));
    Module {
        described: service.application.described.clone(),
        bindings: Vec::new(),
        declarations,
    }
}

fn plain(name: &str, declared: Declared) -> Declaration {
    Declaration {
        name: name.to_owned(),
        declared,
        origin: Origin::default(),
    }
}

fn option(kind: OptionKind, default: Option<Expr>, description: String) -> OptionText {
    OptionText {
        kind,
        default,
        example: None,
        description,
    }
}

fn enabled(service: &Service<'_>) -> String {
    match &service.application.summary {
        Some(summary) => summary.trim().trim_end_matches('.').to_owned(),
        None => service.name.clone(),
    }
}

fn package(service: &Service<'_>) -> Option<Declaration> {
    let own = service.own.as_ref()?;
    let declared = match &own.attr {
        Some(attr) => Declared::Package(attr.clone()),
        None => Declared::Option(Box::new(option(
            OptionKind::Package,
            None,
            format!("Package that has the program `{}`.", own.program),
        ))),
    };
    let mut entries = vec![service.starter()];
    // What installs the package asks for the same.
    let installed = service.application.packages.iter();
    entries.extend(
        installed
            .filter(|it| packages::attribute(&it.value).as_deref() == own.attr.as_deref())
            .map(|it| service.part(it)),
    );
    let fetched = service.application.fetched.iter();
    entries.extend(
        fetched
            .filter(|it| {
                let mut products = it.value.products.iter();
                products.any(|it| fetched::attribute(it).as_deref() == own.attr.as_deref())
            })
            .map(|it| service.part(it)),
    );
    Some(Declaration {
        origin: service.origin(&entries),
        ..plain("package", declared)
    })
}

fn command(service: &Service<'_>) -> Option<Declaration> {
    let description = match service.start.as_ref().err()? {
        Refused::Absent => match &service.application.base {
            Some(base) => {
                format!("Command line that starts the service, as the image `{base}` does.")
            }
            None => "Command line that starts the service.".to_owned(),
        },
        Refused::Interactive(_) | Refused::Left(_) => {
            "Command line that starts the service.".to_owned()
        }
    };
    let text = option(OptionKind::Str, None, description);
    Some(plain("command", Declared::Option(Box::new(text))))
}

fn source(service: &Service<'_>) -> Option<Declaration> {
    if !service.layout.has_source() {
        return None;
    }
    let description = source_description(service);
    let default = Expr::str(service.default_source());
    let text = option(OptionKind::Path, Some(default), description);
    let application = service.application;
    let copied = application
        .source
        .iter()
        .filter(|it| service.layout.path(&it.value.path).is_some())
        .map(|it| service.part(it));
    // A volume that holds the application is the same folder.
    let kept = application
        .state
        .iter()
        .filter(|it| service.layout.keeps_in_source(&it.value))
        .map(|it| service.part(it));
    let entries: Vec<_> = copied.chain(kept).collect();
    Some(Declaration {
        origin: service.origin(&entries),
        ..plain("source", Declared::Option(Box::new(text)))
    })
}

fn source_description(service: &Service<'_>) -> String {
    let first = match &service.layout.root {
        Some(root) => format!("Folder with the application, built; its image has it in `{root}`."),
        None => "Folder with the files of the application.".to_owned(),
    };
    let strays: Vec<String> = service
        .layout
        .strays()
        .map(|(path, name)| format!("- {{file}}`{name}`, which is `{path}` in the image\n"))
        .collect();
    if strays.is_empty() {
        return first;
    }
    let also = if service.layout.root.is_some() {
        "Beside it lie:"
    } else {
        "It holds:"
    };
    format!("{first}\n\n{also}\n\n{}", strays.concat())
}

fn port(service: &Service<'_>) -> Option<Declaration> {
    // A port that the program decides is no option.
    let port = service.port.filter(|_| service.follows_port())?;
    let description = format!("Port that {} listens on.", service.name);
    let default = Expr::Int(i64::from(port));
    let text = option(OptionKind::Port, Some(default), description);
    let entries: Vec<_> = service
        .application
        .ports
        .iter()
        .filter(|it| it.value.first == port && it.value.last == port)
        .map(|it| service.part(it))
        .collect();
    Some(Declaration {
        origin: service.origin(&entries),
        ..plain("port", Declared::Option(Box::new(text)))
    })
}

fn environment(service: &Service<'_>) -> Declaration {
    let text = option(
        OptionKind::AttrsOf(Box::new(OptionKind::Str)),
        Some(Expr::Attrs(Vec::new())),
        format!(
            "Environment variables of {}, which stand over those of its image.",
            service.name
        ),
    );
    plain("environment", Declared::Option(Box::new(text)))
}

fn environment_file(service: &Service<'_>) -> Declaration {
    let names: Vec<String> = service
        .secrets()
        .map(|it| format!("`{}`", it.value.name))
        .collect();
    let mut description =
        "File with environment variables that must not reach the Nix store".to_owned();
    if names.is_empty() {
        description.push('.');
    } else {
        description.push_str(&format!(": {}.", names.join(", ")));
    }
    let mut text = option(
        OptionKind::NullOr(Box::new(OptionKind::Path)),
        Some(Expr::Null),
        description,
    );
    text.example = Some(Expr::str(service.secret_file()));
    plain("environmentFile", Declared::Option(Box::new(text)))
}

fn open_firewall(service: &Service<'_>) -> Option<Declaration> {
    let which = match service.application.ports.as_slice() {
        [] => return None,
        [port] if port.value.first == port.value.last => "port",
        _ => "ports",
    };
    let text = option(
        OptionKind::Bool,
        Some(Expr::Bool(false)),
        format!(
            "Whether to open the {which} of {} in the firewall.",
            service.name
        ),
    );
    Some(plain("openFirewall", Declared::Option(Box::new(text))))
}
