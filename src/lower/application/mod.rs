//! `Application`: a NixOS module with options of its own, as those of nixpkgs.
//!
//! The module declares `services.<name>` and, where `enable` is set, a unit that reads its options. The host enables it.
//! Where nothing here says what to start, an option without a default asks for it, and the host does not enable the
//! service: the rest of the module is there for when it does.

mod account;
mod command;
mod environment;
mod fetched;
mod find;
mod health;
mod host;
mod image;
mod layout;
mod native;
mod options;
mod packages;
mod php;
mod ports;
mod python;
mod servers;
mod source;
mod state;
#[cfg(test)]
mod tests;
mod tool;
mod version;

use super::ctx::{self, Ctx};
use super::machine;
use super::statement::{Left, Lowered, Statement};
use crate::account::{Code, Verdict};
use crate::diag;
use crate::model::{self, Application, Entry, Family, HoleKind, Machine, Resource, Sourced};
use crate::nix::{Expr, Operator, StrPart};
use crate::plan::OptionPath;
use crate::rules;
pub(super) use account::has_account;
use command::{Around, Own, Refused, Runs, Start};
pub(super) use image::{images, is_of_image, lower as lower_of_image};
use layout::Layout;
pub(super) use native::{Native, lower as lower_of_native, native};

/// A service in the making.
struct Service<'a> {
    application: &'a Application,
    machine: &'a Machine,
    entry: &'a Entry,
    /// Free among the services and units of NixOS.
    name: String,
    layout: Layout,
    /// The port that the option is for.
    port: Option<u16>,
    start: Result<Start, Refused>,
    /// The package that has the service's own program.
    own: Option<Own>,
}

/// Returns the name that a service of the input's own has: another one than those that NixOS knows, because an option
/// that is declared twice does not evaluate.
pub(super) fn service_name(name: &str) -> String {
    let mut free = name.to_owned();
    while rules::is_taken(&free) {
        free.push_str("-app");
    }
    free
}

/// Lowers an application, or a script that one starts; `false` where the entry is neither.
pub(super) fn lower(entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    if let Resource::File(file) = &entry.resource {
        return lower_script(&file.path, entry, ctx);
    }
    if let Resource::Directory(folder) = &entry.resource {
        return lower_folder(&folder.path, entry, ctx);
    }
    let Resource::Application(application) = &entry.resource else {
        return false;
    };
    let machine = ctx.machine;
    let name = service_name(&application.name);
    let layout = Layout::of(application, machine, &name);
    let port = ports::main(application);
    // What the command rests on is said when it is stated.
    let mut statement = Statement::default();
    let around = Around {
        application,
        machine,
        layout: &layout,
        port,
        is_check: false,
    };
    let mut start = match &application.command {
        Some(command) => command::start(&command.value, around, &mut statement),
        None => Err(Refused::Absent),
    };
    let own = start.as_mut().ok().and_then(|it| it.own.take());
    let service = Service {
        application,
        machine,
        entry,
        name,
        layout,
        port,
        start,
        own,
    };
    if tool::lower(&service, ctx) {
        return true;
    }
    service.say_name(ctx);
    let module = options::module(&service);
    ctx.plan.modules.insert(service.name.clone(), module);
    service.unit_itself(ctx);
    service.command(statement, ctx);
    service.parts(ctx);
    service.restart(ctx);
    service.host(ctx);
    service.bindings(ctx);
    true
}

/// A script that an application starts is in its unit, which has its origin too.
fn lower_script(path: &str, entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    let machine = ctx.machine;
    let is_part = machine::applications(machine)
        .filter(|(other, _)| other.part == entry.part)
        .any(|(_, it)| Layout::of(it, machine, &service_name(&it.name)).is_script(path));
    if is_part {
        ctx.stated(entry, Code::Stated, "the unit starts it", None);
    }
    is_part
}

/// A folder that the recipe makes for what the service keeps is made by its unit, which has its origin too.
fn lower_folder(path: &str, entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    let machine = ctx.machine;
    let is_part = machine::applications(machine)
        .filter(|(other, _)| other.part == entry.part)
        .any(|(_, it)| {
            let layout = Layout::of(it, machine, &service_name(&it.name));
            layout.is_made(path)
        });
    if is_part {
        ctx.stated(entry, Code::Stated, "the unit makes it", None);
    }
    is_part
}

impl<'a> Service<'a> {
    fn unit(&self) -> OptionPath {
        OptionPath::new(["systemd", "services", &self.name])
    }

    fn config(&self, directive: &str) -> OptionPath {
        self.unit().child("serviceConfig").child(directive)
    }

    fn option(&self, name: &str) -> OptionPath {
        OptionPath::new(["services", &self.name, name])
    }

    /// Returns what the option `source` is where nobody sets it.
    fn default_source(&self) -> String {
        format!("/srv/{}", self.name)
    }

    /// Returns the folder that is the service's own.
    fn home(&self) -> String {
        format!("/var/lib/{}", self.name)
    }

    /// Tells whether systemd makes the service a folder of its name.
    fn keeps_home(&self) -> bool {
        self.layout.keeps(&self.name)
    }

    /// Tells whether a variable or the command follows the option `port`.
    fn follows_port(&self) -> bool {
        let follows = |expr: &Expr| expr.selects(&["cfg", "port"]);
        let runs = self.start.as_ref().is_ok_and(|start| match &start.runs {
            Runs::Line(parts) => follows(&Expr::Str(parts.clone())),
            Runs::Script(text) => follows(text),
        });
        runs || self
            .application
            .environment
            .iter()
            .any(|it| environment::is_port(&it.value, self))
    }

    /// Tells whether somebody may want to give the service other variables than its image does.
    fn has_variables(&self) -> bool {
        let mut variables = self.application.environment.iter();
        variables.any(|it| it.value.name != "PATH")
    }

    /// Tells whether the service is one program of a package, which starts no others that nobody sees.
    fn runs_alone(&self) -> bool {
        let Ok(start) = &self.start else {
            return false;
        };
        let Runs::Line(parts) = &start.runs else {
            return false;
        };
        let is_of_package = |it: &StrPart| match it {
            StrPart::Splice(expr) => {
                matches!(expr, Expr::Select(names) if names.first().is_some_and(|it| it == "pkgs"))
                    || *expr == Expr::select("cfg.package")
            }
            StrPart::Literal(_) => false,
        };
        let is_starter = |it: &StrPart| match it {
            StrPart::Literal(text) => {
                let supervisors = ["supervisord", "runsvdir", "s6-svscan"];
                supervisors.iter().any(|it| text.contains(it))
            }
            StrPart::Splice(_) => false,
        };
        parts.first().is_some_and(is_of_package) && !parts.iter().any(is_starter)
    }

    fn secret_file(&self) -> String {
        format!("/run/secrets/{}.env", self.name)
    }

    fn own_package(&self) -> Option<&str> {
        self.own.as_ref()?.attr.as_deref()
    }

    /// Returns the variables that are secret, each with who asked for it.
    fn secrets(&self) -> impl Iterator<Item = &'a Sourced<model::Variable>> {
        self.application.environment.iter().filter(|it| {
            let hole = it.value.value.worst_hole();
            hole.is_some_and(|hole| hole.kind == HoleKind::Secret)
        })
    }

    /// The service as such, for what no single part of it asks for.
    fn whole(&self) -> Entry {
        Entry {
            // Of the recipe's parts only the unit is there to look at.
            resource: Resource::Service(model::Service {
                name: self.name.clone(),
                family: Family::Other,
                enabled: None,
                running: None,
                masked: false,
                linked_in: Vec::new(),
            }),
            part: self.entry.part.clone(),
            origin: self.entry.origin.clone(),
            assumptions: self.entry.assumptions.clone(),
            guard: self.entry.guard.clone(),
        }
    }

    /// A part of it, with its own origin.
    fn part<T>(&self, sourced: &Sourced<T>) -> Entry {
        let mut entry = self.whole();
        entry.origin = sourced.origin.clone();
        entry.assumptions.extend(sourced.assumptions.clone());
        entry
    }

    /// The command, or the whole where there is none.
    fn asked(&self) -> Entry {
        match (&self.application.command, &self.start) {
            (Some(command), Ok(_)) => self.part(command),
            // What is not started is not assumed either.
            (Some(command), Err(_)) => Entry {
                assumptions: self.entry.assumptions.clone(),
                ..self.part(command)
            },
            (None, _) => self.whole(),
        }
    }

    /// What starts the service, with the scripts that are a part of it.
    fn starter(&self) -> Entry {
        let mut entry = self.asked();
        for other in &self.machine.entries {
            if self.has_script(other) {
                entry.origin.merge(&other.origin);
            }
        }
        entry
    }

    fn has_script(&self, entry: &Entry) -> bool {
        let Resource::File(file) = &entry.resource else {
            return false;
        };
        entry.part == self.entry.part && self.layout.is_script(&file.path)
    }

    fn is_folder(&self, entry: &Entry, path: &str) -> bool {
        let Resource::Directory(folder) = &entry.resource else {
            return false;
        };
        entry.part == self.entry.part && layout::trimmed(&folder.path) == layout::trimmed(path)
    }

    fn say_name(&self, ctx: &mut Ctx<'_>) {
        if self.name != self.application.name {
            let message = format!(
                "NixOS has, or may have, a service `{}`: this one is `services.{}`",
                self.application.name, self.name
            );
            ctx.say(&self.asked(), diag::Code::ServiceRenamed, message);
        }
    }

    /// States what every service of a module has.
    fn unit_itself(&self, ctx: &mut Ctx<'_>) {
        // No instruction asks for these: they have no origin.
        let mut entry = self.whole();
        entry.origin = model::Origin::default();
        let unit = self.unit();
        let summary = self.application.summary.as_deref().unwrap_or(&self.name);
        let summary = Expr::str(summary.trim().trim_end_matches('.'));
        ctx.set(&entry, unit.child("description"), summary);
        ctx.add(
            &entry,
            unit.child("wantedBy"),
            Expr::str("multi-user.target"),
        );
        ctx.add(&entry, unit.child("after"), Expr::str("network.target"));
        if !self.has_variables() {
            return;
        }
        let own = Expr::select("cfg.environment");
        let below = Expr::Attrs(Vec::new());
        let environment = if environment::has_plain(self.application) {
            Expr::binary(below, Operator::Update, own)
        } else {
            own
        };
        ctx.set(&entry, unit.child("environment"), environment);
        ctx.set(
            &entry,
            self.config("EnvironmentFile"),
            environment::environment_file(),
        );
    }

    /// A container engine starts what fails again only when it is told to; a service of NixOS does so as a rule.
    fn restart(&self, ctx: &mut Ctx<'_>) {
        let mut entry = self.whole();
        entry.origin = model::Origin::default();
        ctx.set(&entry, self.config("Restart"), Expr::str("on-failure"));
    }

    fn command(&self, mut statement: Statement, ctx: &mut Ctx<'_>) {
        let entry = self.starter();
        let exec = self.config("ExecStart");
        match &self.start {
            Ok(start) => {
                let clauses = statement.recent();
                match &start.runs {
                    Runs::Line(parts) => statement.set(exec, Expr::Str(parts.clone())),
                    Runs::Script(text) => statement.set(self.unit().child("script"), text.clone()),
                }
                statement.about_last(clauses);
                if start.finds_own && self.own.is_some() {
                    statement.add(self.unit().child("path"), Expr::select("cfg.package"));
                }
                for attr in &start.path {
                    statement.add(self.unit().child("path"), find::path_element(attr));
                }
                if self.application.user.is_none() {
                    let user = account::lower(start.user.as_deref(), None, self);
                    statement.join(user);
                }
            }
            Err(_) => {
                ctx.set(&entry, exec, Expr::select("cfg.command"));
                if self.application.user.is_none() {
                    statement.join(account::lower(None, None, self));
                }
            }
        }
        if self.start.is_ok() {
            let left = std::mem::take(&mut statement.left);
            let mut asked = ctx.define(&entry, statement);
            // The scripts are decided on by themselves.
            asked.origin = self.asked().origin;
            ctx.stated(&asked, Code::Stated, "the output states this", None);
            for left in left {
                ctx.conclude(&asked, Lowered::Manual(left));
            }
            return;
        }
        ctx.define(&entry, statement);
        if let Err(Refused::Interactive(program)) = &self.start {
            let reason = format!("`{program}` waits for somebody who types: it is no service");
            ctx.close(&self.asked(), Verdict::NotNeeded, Code::NoMeaning, &reason);
        }
    }

    fn parts(&self, ctx: &mut Ctx<'_>) {
        let it = self.application;
        if let Some(directory) = &it.directory {
            self.state(directory, source::directory(&directory.value, self), ctx);
        }
        if let Some(user) = &it.user {
            let group = it.group.as_ref().map(|it| it.value.as_str());
            let mut entry = self.part(user);
            if let Some(group) = &it.group {
                entry.origin.merge(&group.origin);
            }
            let stated = account::lower(Some(&user.value), group, self);
            self.conclude(&entry, Lowered::Stated(stated), ctx);
        }
        for variable in &it.environment {
            self.state(variable, environment::lower(&variable.value, self), ctx);
        }
        for port in &it.ports {
            self.state(port, ports::lower(port.value, self), ctx);
        }
        for package in &it.packages {
            let mut package = package.clone();
            if version::is_exact(&package.value.name, it) {
                package
                    .assumptions
                    .retain(|it| !Application::is_of_release(it));
            }
            self.state(&package, packages::lower_of_unit(&package.value, self), ctx);
        }
        for fetched in &it.fetched {
            self.state(fetched, fetched::lower(&fetched.value, self), ctx);
        }
        for folder in &it.state {
            let mut entry = self.part(folder);
            for other in &self.machine.entries {
                if self.is_folder(other, &folder.value) {
                    entry.origin.merge(&other.origin);
                }
            }
            let lowered = state::lower(&folder.value, self);
            // The folder's own instruction is decided on by itself, and shows where the unit makes it.
            self.conclude(&entry, lowered, ctx);
        }
        for source in &it.source {
            ctx.define(&self.part(source), source::bind(&source.value, self));
            self.state(source, source::lower(&source.value, self), ctx);
        }
        if let Some(signal) = &it.stop_signal {
            self.state(signal, stop_signal(&signal.value, self), ctx);
        }
        if let Some(health) = &it.health {
            self.state(health, health::lower(&health.value, self), ctx);
        }
    }

    fn state<T>(&self, sourced: &Sourced<T>, lowered: Lowered, ctx: &mut Ctx<'_>) {
        self.conclude(&self.part(sourced), lowered, ctx);
    }

    fn conclude(&self, entry: &Entry, lowered: Lowered, ctx: &mut Ctx<'_>) {
        let is_stated = matches!(lowered, Lowered::Stated(_));
        ctx.conclude(entry, lowered);
        // What the module says is in force when a host enables it: that is not stated yet.
        if let (true, Some((option, _))) = (is_stated, self.gate()) {
            let clause = format!(
                "it holds once `services.{}.{option}` is given and the service enabled",
                self.name
            );
            ctx.close(entry, Verdict::Assumed, Code::Stated, &clause);
        } else if let (true, Some(other)) = (is_stated, &self.application.variant_of) {
            let clause = format!("it holds where this one is enabled, and not `{other}`");
            ctx.close(entry, Verdict::Assumed, Code::Stated, &clause);
        }
    }

    /// Gives the module the scripts that its definitions name.
    fn bindings(&self, ctx: &mut Ctx<'_>) {
        let mut bindings: Vec<(String, Expr)> = Vec::new();
        let python = python::expr(self.application);
        let python = python.map(|it| (python::BINDING.to_owned(), it));
        let php = php::expr(self.application).map(|it| (php::BINDING.to_owned(), it));
        let scripts = self.layout.scripts.iter();
        let scripts = scripts.map(|it| (it.name.clone(), it.expr.clone()));
        for (name, expr) in scripts.chain(python).chain(php) {
            let names_it = |expr: &Expr| expr.selects(&[&name]);
            let is_used = ctx
                .plan
                .settings()
                .any(|(_, setting)| setting.definitions().iter().any(|it| names_it(&it.expr)));
            if is_used {
                bindings.push((name, expr));
            }
        }
        if let Some(module) = ctx.plan.modules.get_mut(&self.name) {
            module.bindings = bindings;
        }
    }

    /// Where the module's own options come from, for its declarations.
    fn origin<'e>(&self, entries: impl IntoIterator<Item = &'e Entry>) -> crate::plan::Origin {
        let mut origin = crate::plan::Origin::default();
        for entry in entries {
            origin.merge(ctx::origin(entry));
        }
        origin
    }
}

fn stop_signal(signal: &str, service: &Service<'_>) -> Lowered {
    let name = signal.trim().to_ascii_uppercase();
    let is_number = name.bytes().all(|it| it.is_ascii_digit());
    let name = if is_number || name.starts_with("SIG") {
        name
    } else {
        format!("SIG{name}")
    };
    if matches!(name.as_str(), "SIGTERM" | "15") {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "systemd stops every service by SIGTERM".to_owned(),
        );
    }
    if name.is_empty() {
        return Lowered::Manual(Left::new(Code::BadInput, "it names no signal"));
    }
    let mut statement = Statement::default();
    statement.set(service.config("KillSignal"), Expr::str(name));
    Lowered::Stated(statement)
}
