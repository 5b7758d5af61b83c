//! What is left of an image whose server a module runs: said of the unit of the module, or said by the module already.

use super::{Native, attribute};
use crate::account::Code;
use crate::lower::application::command::{Runs, Start};
use crate::lower::application::layout::Layout;
use crate::lower::application::{
    self, Service, environment, fetched, health, packages, php, version,
};
use crate::lower::ctx::Ctx;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{
    Application, ApplicationPort, ApplicationSource, Entry, FetchedProgram, HoleKind, Package,
    Protocol, SourceFrom, Sourced, Variable,
};
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath};

pub(super) fn lower(rest: &Application, entry: &Entry, native: &Native, ctx: &mut Ctx<'_>) {
    let unit = native.server.unit.clone();
    let service = Service {
        application: rest,
        machine: ctx.machine,
        entry,
        name: unit.clone(),
        layout: Layout::of(rest, ctx.machine, &unit),
        port: None,
        start: Ok(Start {
            runs: Runs::Line(Vec::new()),
            own: None,
            user: None,
            path: Vec::new(),
            finds_own: false,
        }),
        own: None,
    };
    let module = native.server.module();
    let whole = &native.application;
    arguments(&service, native, ctx);
    if let Some(directory) = &whole.directory {
        let why = format!("the folder says nothing to `{module}`, whose files have whole paths");
        conclude(
            &service,
            directory,
            Lowered::NotNeeded(Code::NoMeaning, why),
            ctx,
        );
    }
    for user in whole.user.iter().chain(&whole.group) {
        let own = &native.server.user;
        let lowered = if native.server.users.contains(&user.value) || user.value == "root" {
            native.same(format!("`{module}` runs its server as `{own}`"))
        } else {
            native.assumed(format!(
                "the user `{}` of the image is `{own}` here",
                user.value
            ))
        };
        conclude(&service, user, lowered, ctx);
    }
    for it in &whole.environment {
        conclude(&service, it, variable(&it.value, &service, native), ctx);
    }
    for it in &whole.ports {
        conclude(&service, it, port(it.value, native), ctx);
    }
    for it in &native.parts {
        let lowered = native.same(format!("`{module}` brings what `{}` is of it", it.value));
        conclude(&service, it, lowered, ctx);
    }
    for it in &rest.packages {
        let mut it = it.clone();
        if version::is_exact(&it.value.name, whole) {
            it.assumptions.retain(|it| !Application::is_of_release(it));
        }
        conclude(&service, &it, package(&it, &service, native), ctx);
    }
    for it in &whole.fetched {
        conclude(&service, it, fetched(&it.value, &service, native), ctx);
    }
    for it in &whole.state {
        let lowered = native
            .of_folder(&it.value)
            .unwrap_or_else(|| folder(&it.value, native));
        conclude(&service, it, lowered, ctx);
    }
    for it in &whole.source {
        conclude(&service, it, source(&it.value, native), ctx);
    }
    if let Some(signal) = &whole.stop_signal {
        conclude(
            &service,
            signal,
            stop_signal(&signal.value, &service, native),
            ctx,
        );
    }
    if let Some(it) = &whole.health {
        let mut lowered = health::lower(&it.value, &service);
        if let Lowered::Stated(statement) = &mut lowered {
            for wanted in &mut statement.definitions {
                // Not every module says its user in the unit.
                if wanted.path.names().last().is_some_and(|it| it == "User") {
                    wanted.expr = Expr::str(native.server.user.as_str());
                }
            }
        }
        conclude(&service, it, lowered, ctx);
    }
}

fn conclude<T>(service: &Service<'_>, part: &Sourced<T>, lowered: Lowered, ctx: &mut Ctx<'_>) {
    ctx.conclude(&service.part(part), lowered);
}

/// States the arguments of the server that an option takes as they are, and leaves those that none takes.
fn arguments(service: &Service<'_>, native: &Native, ctx: &mut Ctx<'_>) {
    let Some(command) = &native.application.command else {
        return;
    };
    if let (Some(option), false) = (&native.server.rest, native.rest.is_empty()) {
        let mut statement = Statement::default();
        for word in &native.rest {
            statement.add(OptionPath::parse(option), Expr::str(word.as_str()));
        }
        conclude(service, command, Lowered::Stated(statement), ctx);
    }
    if let Some(left) = native.unprepared() {
        conclude(service, command, Lowered::Manual(left), ctx);
    }
    if !native.left.is_empty() {
        let module = native.server.module();
        let reason = format!(
            "`{module}` starts its server by itself, and nothing is known here that says `{}`",
            native.left.join(" ")
        );
        let left = Left::new(Code::ServiceConfig, reason)
            .cure(format!("Look at the options of {module}."))
            .about(&native.server.option);
        conclude(service, command, Lowered::Manual(left), ctx);
    }
}

fn variable(variable: &Variable, service: &Service<'_>, native: &Native) -> Lowered {
    let name = variable.name.as_str();
    let module = native.server.module();
    if native.server.variables.iter().any(|it| it == name) {
        let why = format!(
            "`{name}` is read by what builds or prepares the image; `{module}` has its own package and folders"
        );
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    if name == "PATH" {
        let why = format!("the unit of `{module}` has the programs that it needs");
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    if let Some(lowered) = super::databases::variable(variable, native) {
        return lowered;
    }
    if name.contains('.') {
        let why = format!(
            "`{name}` is a setting that the image's entry point hands to its server, and no variable of the server"
        );
        let cure = format!("Say it by the options of {module}.");
        return Lowered::Manual(Left::new(Code::ServiceConfig, why).cure(cure));
    }
    let hole = variable.value.worst_hole();
    if hole.is_some_and(|it| it.kind == HoleKind::Unknown) {
        let what = hole.map_or("", |it| it.what.as_str());
        let reason = format!("the variable {name} holds {what}, which nothing here says");
        let cure = format!("Set systemd.services.{}.environment.{name}.", service.name);
        return Lowered::Manual(Left::new(Code::ValueUnknown, reason).cure(cure));
    }
    let mut lowered = environment::lower(variable, service);
    if let (Lowered::Stated(statement), Some(_)) = (&mut lowered, hole) {
        let file = Expr::str(service.secret_file());
        statement.share(service.config("EnvironmentFile"), file);
    }
    lowered
}

fn port(port: ApplicationPort, native: &Native) -> Lowered {
    let server = native.server;
    let module = server.module();
    let protocol = match port.protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
    };
    let shown = format!("{}/{protocol}", port.first);
    if port.first != port.last || !server.has_port(&shown) {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            format!(
                "it opens no port, and only says which: `{module}` listens where its configuration says"
            ),
        );
    }
    if server.listens.is_empty() {
        return native.same(format!(
            "`{module}` listens on {shown}, which the firewall of the machine opens where somebody says so"
        ));
    }
    let mut statement = Statement::default();
    for (option, value) in &server.listens {
        let expr = match value {
            serde_json::Value::Bool(it) => Expr::Bool(*it),
            serde_json::Value::String(it) => Expr::str(it.as_str()),
            serde_json::Value::Null
            | serde_json::Value::Number(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => Expr::Null,
        };
        statement.share(OptionPath::parse(option), expr);
    }
    if let Some(clause) = &server.clause {
        statement.assume(clause.as_str());
    }
    Lowered::Stated(statement)
}

/// The options that give a module its PHP.
fn php_of(module: &str) -> Option<&'static str> {
    match module {
        "services.httpd" => Some("services.httpd.phpPackage"),
        "services.phpfpm" => Some("services.phpfpm.phpPackage"),
        _ => None,
    }
}

fn package(package: &Sourced<Package>, service: &Service<'_>, native: &Native) -> Lowered {
    let whole = &native.application;
    let extension = php::extension(&package.value);
    let Some(option) = php_of(&native.server.module()) else {
        return packages::lower(&package.value, service);
    };
    if let Some(lowered) = extension.and_then(php::without_interpreter) {
        return lowered;
    }
    if extension.is_none() && !attribute(&package.value).is_some_and(|it| is_php(&it)) {
        return packages::lower(&package.value, service);
    }
    let mut statement = Statement::default();
    with_php(option, php::interpreter(whole), native, &mut statement);
    Lowered::Stated(statement)
}

/// States the PHP of a module.
fn with_php(option: &str, attr: String, native: &Native, statement: &mut Statement) {
    let expr = php::expr(&native.application).unwrap_or_else(|| Expr::package(&attr));
    statement.set(OptionPath::parse(option), expr);
    if option.starts_with("services.httpd") {
        let enable = OptionPath::parse("services.httpd.enablePHP");
        statement.set(enable, Expr::Bool(true));
    }
}

fn is_php(attr: &str) -> bool {
    let rest = attr.strip_prefix("php");
    rest.is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()))
}

/// What is fetched and built by hand: the server itself, which the module brings, or a program for its unit.
fn fetched(found: &FetchedProgram, service: &Service<'_>, native: &Native) -> Lowered {
    let server = native.server;
    let php_option = php_of(&server.module());
    let mut others = FetchedProgram {
        products: Vec::new(),
        ..found.clone()
    };
    let mut own = None;
    for product in &found.products {
        let is_its = product.names.iter().any(|it| server.is_called(it));
        match fetched::attribute(product) {
            Some(attr) if is_its || (is_php(&attr) && php_option.is_some()) => {
                own = Some((attr, product));
            }
            Some(_) | None => others.products.push(product.clone()),
        }
    }
    let mut statement = Statement::default();
    if !others.products.is_empty() {
        match (fetched::lower(&others, service), &own) {
            (Lowered::Stated(stated), _) => statement = stated,
            (Lowered::NotNeeded(..) | Lowered::Merged(_), Some(_)) => {}
            (lowered, _) => return lowered,
        }
    }
    let Some((attr, product)) = own else {
        return Lowered::Stated(statement);
    };
    statement.assume(fetched::clause(&attr, product, found));
    match php_option.filter(|_| is_php(&attr)) {
        Some(option) => with_php(option, attr, native, &mut statement),
        None if server.option.ends_with(".enable") => {
            statement.set(OptionPath::parse(&server.option), Expr::Bool(true));
        }
        None => {}
    }
    Lowered::Stated(statement)
}

/// A folder that outlives the server and that its module does not know.
fn folder(path: &str, native: &Native) -> Lowered {
    if matches!(path.trim_end_matches('/'), "/tmp" | "/var/tmp") {
        let why = format!("every machine has `{path}`, and it outlives a service");
        return Lowered::NotNeeded(Code::AlreadySo, why);
    }
    let mut statement = Statement::default();
    let user = &native.server.user;
    let line = format!("d {path} 0750 {user} - - -");
    statement.add(
        OptionPath::new(["systemd", "tmpfiles", "rules"]),
        Expr::str(line),
    );
    Lowered::Stated(statement)
}

/// What the image has of the context or of a build: what a web server serves, else what a person has to place.
fn source(source: &ApplicationSource, native: &Native) -> Lowered {
    let module = native.server.module();
    let (what, from) = match &source.from {
        SourceFrom::Context(path) if path == "." => ("the source".to_owned(), "the source"),
        SourceFrom::Context(path) => (format!("`{path}` of the source"), "the source"),
        SourceFrom::Stage(path) => (format!("`{path}`, which a stage builds,"), "a stage"),
        SourceFrom::Image(path) => (format!("`{path}` of another image"), "another image"),
        SourceFrom::Address(path) => (format!("`{path}`"), "an address"),
    };
    if native.server.owns(&source.path) && native.server.site(&source.path).is_none() {
        let left = Left::new(
            Code::CannotState,
            format!(
                "{what} is put into `{}`, for which `{module}` has a folder of its own",
                source.path
            ),
        );
        return Lowered::Manual(
            left.cure("Put it there by hand, or say by the module what it does."),
        );
    }
    let Some((_, rest)) = native.server.site(&source.path) else {
        let left = Left::new(
            Code::CannotState,
            format!(
                "{what} is put into `{}`, and comes from {from}",
                source.path
            ),
        );
        return Lowered::Manual(left.cure(format!("Say by {module} where it is.")));
    };
    let own = super::service_name(&native.application.name);
    let path = format!("/srv/{own}{rest}");
    let mut statement = Statement::default();
    statement.assume(format!("{what} is put into `{path}`"));
    statement.chores.push(Chore {
        topic: format!("Service {own}"),
        text: format!("put {what} into `{path}`"),
    });
    let folder = if source.folder {
        path
    } else {
        format!("/srv/{own}")
    };
    statement.add(
        OptionPath::new(["systemd", "tmpfiles", "rules"]),
        Expr::str(format!("d {folder} 0755 root root - -")),
    );
    Lowered::Stated(statement)
}

fn stop_signal(signal: &str, service: &Service<'_>, native: &Native) -> Lowered {
    let own = native.server.signal.as_deref();
    let name = signal.trim().to_ascii_uppercase();
    if own.is_some_and(|own| own == name || own.strip_prefix("SIG") == Some(&name)) {
        let module = native.server.module();
        return native.same(format!("`{module}` stops its server by {name}"));
    }
    application::stop_signal(signal, service)
}
