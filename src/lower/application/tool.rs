//! An image that starts only a program for somebody who types, such as `php -a` or `jshell`: a command of the machine with
//! the programs and the variables of the image, and no service.
//!
//! Whoever types it runs it, in the folder that they are in: accounts and folders of the image mean nothing to it.

use super::command::{self, Around, Refused};
use super::find::{self, Program};
use super::layout::Layout;
use super::{Service, environment, fetched, image, packages, php, python, service_name};
use crate::account::Code;
use crate::lower::ctx::Ctx;
use crate::lower::machine;
use crate::lower::program;
use crate::lower::statement::{Lowered, Statement};
use crate::model::{Application, Command, Entry, Machine, Resource, Text, Variable};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// Variables that name a folder of the image, and why the program has no need of them.
const FOLDERS: [(&str, &str); 3] = [
    (
        "GOPATH",
        "Go takes the folder `go` in the home of whoever types",
    ),
    ("GOROOT", "Go of nixpkgs knows its own"),
    ("JAVA_HOME", "Java of nixpkgs knows its own"),
];

/// Programs that every machine has.
const SHELLS: [&str; 2] = ["bash", "sh"];

const NOBODY: &str = "the image starts only a command for somebody who types: whoever does so has an account and folders of their own";

/// Arguments with which a program only says how it is called: who runs the image gives it others.
const HELP: [&str; 5] = ["--help", "--version", "-h", "-help", "help"];

/// What somebody who types starts.
struct Tool {
    /// `php -a`
    line: String,
    /// Without arguments it says how it is called.
    helps: bool,
    /// The package of its program, where none that the image installs for it has it.
    package: Option<String>,
    /// The image says nothing of that package.
    is_guess: bool,
}

/// Returns the command that an image is, where it has nothing of a service: no source, no port, nothing that it keeps.
fn tool(application: &Application, image: &Machine) -> Option<Tool> {
    let name = service_name(&application.name);
    let layout = Layout::of(application, image, &name);
    let around = Around {
        application,
        machine: image,
        layout: &layout,
        port: None,
        is_check: false,
    };
    let command = &application.command.as_ref()?.value;
    let helped = helped(command);
    let helps = helped.is_some();
    let (program, line) = match helped {
        Some(words) => (words.first()?.clone(), words.join(" ")),
        None => {
            let start = command::start(command, around, &mut Statement::default());
            let Err(Refused::Interactive(program)) = start else {
                return None;
            };
            let is_php = program == "php";
            let line = if is_php { "php -a" } else { &program }.to_owned();
            (program, line)
        }
    };
    let is_idle = application.ports.is_empty() && application.state.is_empty();
    let is_bare = application.source.is_empty()
        && (helps || is_idle)
        && application.health.is_none()
        && application.variant_of.is_none()
        && python::expr(application).is_none()
        && php::expr(application).is_none();
    let mut variables = application.environment.iter();
    let is_plain = variables.all(|it| is_plain(&it.value));
    let mut files = machine::files(image);
    let is_known = files.all(|it| image::is_of_machine(&it.path) || starts(command, &it.path));
    if !is_bare || !is_plain || !is_known {
        return None;
    }
    if SHELLS.contains(&program.as_str()) {
        return Some(Tool {
            line,
            helps,
            package: None,
            is_guess: false,
        });
    }
    let found = match find::find(&program, around) {
        Program::Package(found) => found,
        Program::At(_) | Program::Unknown => return None,
    };
    let of_version = |attr: String| attr.trim_end_matches(|c: char| c.is_ascii_digit()) == found;
    let installed = application.packages.iter();
    let installed = installed.filter_map(|it| packages::attribute(&it.value));
    let products = application.fetched.iter().flat_map(|it| &it.value.products);
    let is_brought = installed
        .chain(products.filter_map(fetched::attribute))
        .any(of_version);
    Some(Tool {
        line,
        helps,
        package: (helps || !is_brought).then_some(found),
        is_guess: !is_brought,
    })
}

/// Returns the words in front of an argument that only asks for help: the command that who runs the image completes.
fn helped(command: &Command) -> Option<Vec<String>> {
    let Command::Words(words) = command else {
        return None;
    };
    let words: Vec<&str> = words.iter().map(Text::plain).collect::<Option<_>>()?;
    let (last, words) = words.split_last()?;
    let (program, arguments) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    let is_plain = |it: &&str| {
        it.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_=.:".contains(c))
    };
    if !HELP.contains(last) || !arguments.iter().all(is_plain) || name.is_empty() {
        return None;
    }
    let arguments = arguments.iter().map(|it| (*it).to_owned());
    Some(std::iter::once(name.to_owned()).chain(arguments).collect())
}

/// Tells whether a variable can be given to a command as it is.
fn is_plain(variable: &Variable) -> bool {
    let name = variable.name.as_str();
    let is_none = name == "PATH" || environment::build_only(name).is_some();
    let is_folder = FOLDERS.iter().any(|(it, _)| *it == name);
    let value = variable.value.plain();
    is_none || is_folder || value.is_some_and(|it| !it.contains('/'))
}

fn starts(command: &Command, path: &str) -> bool {
    let first = match command {
        Command::Words(words) => words.first().and_then(Text::plain),
        Command::Script { text, .. } => text.plain().and_then(|it| it.split_whitespace().next()),
    };
    first.is_some_and(|it| it == path || path.rsplit('/').next() == Some(it))
}

/// Says what another part of an image means where the image is such a command; nothing where it is none.
pub(super) fn of_part(entry: &Entry, image: &Machine) -> Option<Lowered> {
    let is_script = if let Resource::File(it) = &entry.resource {
        !image::is_of_machine(&it.path)
    } else {
        false
    };
    let is_place = matches!(
        entry.resource,
        Resource::User(_)
            | Resource::Group(_)
            | Resource::Directory(_)
            | Resource::PathMode(_)
            | Resource::Link(_)
    );
    if !image::is_of_image(entry) || !(is_script || is_place) {
        return None;
    }
    let (_, application) = machine::applications(image).next()?;
    let tool = tool(application, image)?;
    let why = if is_script {
        format!(
            "it only starts what follows it: the command is `{}`",
            tool.line
        )
    } else {
        NOBODY.to_owned()
    };
    Some(Lowered::NotNeeded(Code::NoMeaning, why))
}

/// States the command, where the image is one; `false` where it is none.
pub(super) fn lower(service: &Service<'_>, ctx: &mut Ctx<'_>) -> bool {
    let application = service.application;
    let Some(tool) = tool(application, service.machine) else {
        return false;
    };
    let mut command = Wrapped {
        inputs: Vec::new(),
        variables: Vec::new(),
        entry: service.asked(),
    };
    if let Some(attr) = &tool.package {
        command.inputs.push(Expr::package(attr));
        if tool.is_guess {
            let clause = program::claim(&tool.line, attr);
            command.entry.assumptions.push(clause);
        }
    }
    let asked = command.entry.clone();
    ctx.stated(&asked, Code::Stated, "the output states this", None);
    for it in &application.ports {
        let why = "whoever calls the command says where it listens";
        let lowered = Lowered::NotNeeded(Code::NoMeaning, why.to_owned());
        ctx.conclude(&service.part(it), lowered);
    }
    for it in &application.state {
        let lowered = Lowered::NotNeeded(Code::NoMeaning, NOBODY.to_owned());
        ctx.conclude(&service.part(it), lowered);
    }
    for it in &application.environment {
        command.take(&service.part(it), variable(&it.value, service), ctx);
    }
    for it in &application.packages {
        let lowered = packages::lower(&it.value, service);
        command.take(&service.part(it), lowered, ctx);
    }
    for it in &application.fetched {
        let lowered = fetched::lower(&it.value, service);
        command.take(&service.part(it), lowered, ctx);
    }
    let nobody = || Lowered::NotNeeded(Code::NoMeaning, NOBODY.to_owned());
    for it in application.user.iter().chain(&application.group) {
        ctx.conclude(&service.part(it), nobody());
    }
    for it in application.directory.iter().chain(&application.stop_signal) {
        ctx.conclude(&service.part(it), nobody());
    }
    let expr = command.expr(&application.name, &tool);
    let option = OptionPath::new(["environment", "systemPackages"]);
    ctx.add(&command.entry, option, expr);
    true
}

fn variable(variable: &Variable, service: &Service<'_>) -> Lowered {
    let name = variable.name.as_str();
    let folder = FOLDERS.iter().find(|(it, _)| *it == name);
    if let Some((_, why)) = folder {
        return Lowered::NotNeeded(Code::NoMeaning, (*why).to_owned());
    }
    if name.ends_with("_VERSION") {
        let why = format!("`{name}` says what the image has; the packages here say it themselves");
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    environment::lower(variable, service)
}

/// The command in the making.
struct Wrapped {
    inputs: Vec<Expr>,
    variables: Vec<(String, Expr)>,
    /// Who asks for it.
    entry: Entry,
}

impl Wrapped {
    /// Takes what a part of a unit would say.
    fn take(&mut self, entry: &Entry, lowered: Lowered, ctx: &mut Ctx<'_>) {
        let statement = match lowered {
            Lowered::Stated(statement) => statement,
            other @ (Lowered::NotNeeded(..) | Lowered::Merged(_) | Lowered::Manual(_)) => {
                ctx.conclude(entry, other);
                return;
            }
        };
        for wanted in statement.definitions {
            let names = wanted.path.names();
            match names {
                [.., kind, name] if kind == "environment" => {
                    self.variables.push((name.clone(), wanted.expr));
                }
                _ if self.inputs.contains(&wanted.expr) => {}
                _ => self.inputs.push(wanted.expr),
            }
        }
        let mut entry = entry.clone();
        entry.assumptions.extend(statement.assumptions);
        ctx.stated(&entry, Code::Stated, "the output states this", None);
        for left in statement.left {
            ctx.conclude(&entry, Lowered::Manual(left));
        }
        self.entry.origin.merge(&entry.origin);
        for clause in entry.assumptions {
            if !self.entry.assumptions.contains(&clause) {
                self.entry.assumptions.push(clause);
            }
        }
    }

    fn expr(&self, name: &str, tool: &Tool) -> Expr {
        let line = &tool.line;
        if let ([package], []) = (self.inputs.as_slice(), self.variables.as_slice())
            && tool.helps
            && !line.contains(' ')
        {
            return package.clone();
        }
        let name = if tool.helps {
            line.split(' ').next().unwrap_or(name)
        } else {
            name
        };
        let mut attrs = vec![("name".to_owned(), Expr::str(name))];
        if !self.inputs.is_empty() {
            attrs.push(("runtimeInputs".to_owned(), with_pkgs(&self.inputs)));
        }
        if !self.variables.is_empty() {
            attrs.push(("runtimeEnv".to_owned(), Expr::Attrs(self.variables.clone())));
        }
        attrs.push((
            "text".to_owned(),
            Expr::str(format!("exec {line} \"$@\"\n")),
        ));
        Expr::apply("pkgs.writeShellApplication", vec![Expr::Attrs(attrs)])
    }
}

/// Writes a list of packages as people do.
fn with_pkgs(inputs: &[Expr]) -> Expr {
    let bare = inputs.iter().map(|it| match it {
        Expr::Select(names) => match names.as_slice() {
            [first, rest @ ..] if first == "pkgs" => Some(Expr::Select(rest.to_vec())),
            _ => None,
        },
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::List(_)
        | Expr::Attrs(_)
        | Expr::Apply(..)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => None,
    });
    match bare.collect::<Option<Vec<Expr>>>() {
        Some(list) if inputs.len() > 1 => {
            Expr::With(Box::new(Expr::select("pkgs")), Box::new(Expr::List(list)))
        }
        Some(_) | None => Expr::List(inputs.to_vec()),
    }
}
