//! An image that starts a server of which NixOS has a module: the module, and nothing of the image's own.
//!
//! The image is made the machine that it would be with the server installed: its package, its service, its files of
//! configuration where distributions have them, what its command and its documented variables say. Rules and readings make
//! of it what they make of such a machine, whoever describes it. What is left of the image, its ports, volumes and
//! variables, is said of the module's own unit.

mod command;
mod databases;
mod parts;
mod pool;
mod server;

use command::{Started, file_of, said};
use server::Server;

use super::account::account_name;
use super::{find, image, packages, service_name, version};
use crate::account::Code;
use crate::lower::ctx::Ctx;
use crate::lower::lower_stated;
use crate::lower::machine;
use crate::lower::statement::{Left, Lowered, Merged};
use crate::model::{
    self, Application, Command, Content, Entry, Family, File, Machine, Origin, Package, Resource,
    Sourced, Text,
};
use crate::plan::OptionPath;
use crate::rules;

/// An image as the machine that has its server.
pub(in crate::lower) struct Native {
    pub(in crate::lower) machine: Machine,
    server: &'static Server,
    /// As the image has it.
    application: Application,
    /// The script that prepares the server.
    entry_point: Option<String>,
    /// That script does other things than the module does.
    does_more: bool,
    /// Arguments that have no place in the module.
    left: Vec<String>,
    /// Words that the option for the rest takes.
    rest: Vec<String>,
    /// Packages that are parts of the server.
    parts: Vec<Sourced<String>>,
}

/// Makes an image a machine with its server; `None` where it starts something else.
pub(in crate::lower) fn native(image: &Machine) -> Option<Native> {
    let (entry, application) = machine::applications(image).next()?;
    // Another form of a service: a machine has the one or the other, and a module stands once.
    if application.variant_of.is_some() {
        return None;
    }
    let started = command::started(application, image)?;
    let command = application.command.as_ref()?;
    let said = said(&started);
    let mut entries = Vec::new();
    let with = |resource: Resource, origin: &Origin, assumptions: &[String]| Entry {
        resource,
        origin: origin.clone(),
        assumptions: assumptions.to_vec(),
        ..entry.clone()
    };
    let mut rest = application.clone();
    (rest.command, rest.user, rest.group) = (None, None, None);
    (rest.directory, rest.health, rest.stop_signal) = (None, None, None);
    rest.environment.clear();
    rest.source.clear();
    rest.state.clear();
    rest.ports.clear();
    let mut packages = Vec::new();
    rest.packages.retain(|it| {
        let is_its = is_package_of(started.server, &it.value);
        if is_its {
            packages.push(it.clone());
        }
        !is_its
    });
    entries.push(Entry {
        resource: Resource::Application(Box::new(rest)),
        ..entry.clone()
    });
    let origin = command.origin.clone();
    let mut parts: Vec<Sourced<String>> = Vec::new();
    for it in server_packages(started.server, application, &started, packages) {
        let brings = !started.server.package.is_empty() && parts.is_empty();
        if brings {
            entries.push(with(
                Resource::Package(it.value.clone()),
                &it.origin,
                &it.assumptions,
            ));
        }
        parts.push(Sourced {
            value: it.value.name,
            origin: it.origin,
            assumptions: it.assumptions,
        });
    }
    if !started.server.package.is_empty() && !parts.is_empty() {
        // The first one is an entry of its own.
        parts.remove(0);
    }
    if !started.server.service.is_empty() {
        let service = model::Service {
            name: started.server.service.clone(),
            family: Family::Debian,
            enabled: Some(true),
            running: Some(true),
            masked: false,
            linked_in: Vec::new(),
        };
        entries.push(with(Resource::Service(service), &origin, &[]));
    }
    if let (Some(section), false) = (&started.server.section, said.lines.is_empty()) {
        let file = plain_file(&section.path, file_of(&said.lines, section));
        entries.push(with(Resource::File(file), &command.origin, &[]));
    }
    let site = format!("/srv/{}", service_name(&application.name));
    for other in &image.entries {
        if matches!(other.resource, Resource::Application(_)) {
            continue;
        }
        let mut other = other.clone();
        own(&mut other.resource, application, started.server);
        if let Resource::File(file) = &mut other.resource {
            // Debian's package links to its own site, which the file replaces.
            if file.path == DEFAULT_SITE && !speaks_of_default_site(image) {
                file.path = DEFAULT_SITE.replace("available", "enabled");
            }
            place(file, started.server, &said.files, &site, application);
        }
        entries.push(other);
    }
    if started.server.unit == pool::UNIT {
        pool::join(&mut entries, &with, &origin);
    }
    databases::join(&mut entries, started.server, application, &with);
    Some(Native {
        machine: Machine {
            entries,
            name: image.name.clone(),
            described: image.described.clone(),
            family: image.family,
            packaged: image.packaged.clone(),
            started: image.started.clone(),
        },
        server: started.server,
        application: application.clone(),
        entry_point: started.entry_point,
        does_more: started.does_more,
        left: said.left,
        rest: said.rest,
        parts,
    })
}

/// Gives the user of the module what would be the own user's of a service that is none.
fn own(resource: &mut Resource, application: &Application, server: &Server) {
    let (owner, group) = if let Resource::File(it) = resource {
        (&mut it.owner, &mut it.group)
    } else if let Resource::Directory(it) = resource {
        (&mut it.owner, &mut it.group)
    } else if let Resource::PathMode(it) = resource {
        (&mut it.owner, &mut it.group)
    } else {
        return;
    };
    let service = service_name(&application.name);
    let none = account_name(&service);
    for name in [owner, group] {
        if name.as_deref() == Some(none) {
            *name = Some(server.user.clone());
        }
    }
}

/// The site that Debian's Apache has switched on.
const DEFAULT_SITE: &str = "/etc/apache2/sites-available/000-default.conf";

fn speaks_of_default_site(image: &Machine) -> bool {
    let enabled = DEFAULT_SITE.replace("available", "enabled");
    image.entries.iter().any(|it| {
        if let Resource::Link(it) = &it.resource {
            it.path == enabled
        } else if let Resource::RemovedPath(it) = &it.resource {
            it.path == enabled
        } else {
            false
        }
    })
}

fn plain_file(path: &str, text: Text) -> File {
    File {
        path: path.to_owned(),
        content: Content::Text(text),
        mode: None,
        owner: None,
        group: None,
    }
}

/// Tells whether a package of a distribution is that of the server, or a part of it.
fn is_package_of(server: &Server, package: &Package) -> bool {
    let module = format!("{}.", server.module());
    let found = rules::package(&package.name, package.family);
    let is_its = found
        .and_then(|it| it.option)
        .is_some_and(|it| it.path.starts_with(&module) || server.option.starts_with(it.path));
    is_its || package.name == server.service || package.name == server.package
}

/// Tells whether a package is the server itself.
fn switches_on(server: &Server, package: &Package) -> bool {
    let found = rules::package(&package.name, package.family);
    let is_its = found
        .and_then(|it| it.option)
        .is_some_and(|it| it.path == server.option);
    is_its
        && !["backup", "client", "common"]
            .iter()
            .any(|it| package.name.contains(it))
}

/// Returns the packages that bring the server, with who asks for each, the server itself first.
fn server_packages(
    server: &Server,
    application: &Application,
    started: &Started,
    found: Vec<Sourced<Package>>,
) -> Vec<Sourced<Package>> {
    let command = application.command.as_ref();
    let mut all = found;
    // The server's own one before its clients and libraries.
    all.sort_by_key(|it| !switches_on(server, &it.value));
    let named = |name: &str| Package {
        name: name.to_owned(),
        family: Family::Debian,
        version: None,
    };
    let base = find::base_name(application);
    let usual = server.packages.get(base).unwrap_or(&server.package);
    let is_mysql = server.unit == "mysql" && started.program.contains("mysql");
    let speaks_of_mariadb = || {
        application
            .environment
            .iter()
            .any(|it| it.value.name.contains("MARIADB"))
    };
    let usual = if is_mysql && base != "mariadb" && all.is_empty() && !speaks_of_mariadb() {
        server.packages.get("mysql").unwrap_or(usual)
    } else {
        usual
    };
    let versioned = server
        .versioned
        .as_ref()
        .and_then(|pattern| release(server, application, pattern));
    if let Some(versioned) = &versioned
        && let Some(first) = all.first_mut()
    {
        first.value = named(versioned);
    }
    if all.is_empty()
        && !server.package.is_empty()
        && let Some(command) = command
    {
        all.push(Sourced {
            value: named(versioned.as_deref().unwrap_or(usual)),
            origin: command.origin.clone(),
            assumptions: Vec::new(),
        });
    }
    for it in &mut all {
        if version::is_asked_for(application, versioned.is_some()) {
            it.assumptions.retain(|it| !Application::is_of_release(it));
        }
    }
    all
}

/// Returns the package of the version that the tag or a variable of the image names, where nixpkgs has it.
fn release(server: &Server, application: &Application, pattern: &str) -> Option<String> {
    let of_variable = server.versions.iter().find_map(|name| {
        let mut variables = application.environment.iter();
        let found = variables.find(|it| it.value.name == *name)?;
        found.value.value.plain().map(str::to_owned)
    });
    let number = of_variable.or_else(|| version::first_number(application))?;
    let major = number.split(['.', '~', '-']).next()?;
    let name = pattern.replace("$1", major);
    rules::package(&name, Family::Debian).map(|_| name)
}

/// Gives a file the place that distributions have for it, and the folders that the machine has.
fn place(
    file: &mut File,
    server: &Server,
    named: &[String],
    site: &str,
    application: &Application,
) {
    if let Some(place) = server.place(&file.path) {
        file.path = place;
    } else if named.contains(&file.path) && server.unit == "postgresql" {
        file.path = "/etc/postgresql/16/main/postgresql.conf".to_owned();
    }
    let Content::Text(text) = &mut file.content else {
        return;
    };
    let served = application.source.iter();
    let folders = served.filter_map(|it| server.site(&it.value.path));
    let mut folders: Vec<&str> = folders.map(|(folder, _)| folder).collect();
    folders.dedup();
    if let ([folder], Some(plain)) = (folders.as_slice(), text.plain()) {
        *text = Text::from(plain.replace(folder, site));
    }
}

impl Native {
    /// What the module states by being there.
    fn same(&self, reason: String) -> Lowered {
        if self.server.option.ends_with(".enable") {
            Lowered::Merged(Merged {
                option: OptionPath::parse(&self.server.option),
                reason,
                assumptions: Vec::new(),
            })
        } else {
            Lowered::NotNeeded(Code::AlreadySo, reason)
        }
    }

    fn assumed(&self, clause: String) -> Lowered {
        match self.same(clause.clone()) {
            Lowered::Merged(merged) => Lowered::Merged(Merged {
                assumptions: vec![clause],
                ..merged
            }),
            other @ (Lowered::Stated(_) | Lowered::NotNeeded(..) | Lowered::Manual(_)) => other,
        }
    }

    /// Says what the module has to do with a path of the image.
    fn of_folder(&self, path: &str) -> Option<Lowered> {
        let module = self.server.module();
        let is_site = self
            .server
            .sites
            .iter()
            .any(|it| it == path.trim_end_matches('/'));
        if self.server.owns(path) {
            return Some(self.same(format!(
                "`{module}` has its own folders in the place of `{path}`"
            )));
        }
        is_site.then(|| {
            self.same(format!(
                "`{module}` serves what its sites name, and not `{path}`"
            ))
        })
    }

    fn is_entry_point(&self, path: &str) -> bool {
        self.entry_point.as_deref() == Some(path)
    }

    /// Tells whether a script is what the image's command is, or of those that its entry point calls.
    fn is_starter(&self, path: &str) -> bool {
        let Some(name) = path.strip_prefix("/usr/local/bin/") else {
            return false;
        };
        let command = self.application.command.as_ref().map(|it| &it.value);
        let starts = match command {
            Some(Command::Words(words)) => {
                let mut plain = words.iter().filter_map(Text::plain);
                plain.any(|it| it == name || it == path)
            }
            Some(Command::Script { .. }) | None => false,
        };
        let is_of_images = name.starts_with("docker-") && name.ends_with(".sh");
        !self.is_entry_point(path) && (starts || is_of_images)
    }

    fn of_resource(&self, resource: &Resource) -> Option<Lowered> {
        let module = self.server.module();
        let is_its = |name: &str| self.server.users.iter().any(|it| it == name);
        let own_account = || {
            self.same(format!(
                "`{module}` makes the user that its service runs as"
            ))
        };
        if let Resource::User(it) = resource {
            is_its(&it.name).then(own_account)
        } else if let Resource::Group(it) = resource {
            is_its(&it.name).then(own_account)
        } else if let Resource::Directory(it) = resource {
            self.of_folder(&it.path)
        } else if let Resource::PathMode(it) = resource {
            if self.is_entry_point(&it.path) {
                return Some(self.prepared());
            }
            self.of_folder(&it.path)
        } else if let Resource::RemovedPath(it) = resource {
            self.of_folder(&it.path)
        } else if let Resource::Link(it) = resource {
            let points_to_it = self.entry_point.as_deref().is_some_and(|script| {
                script.ends_with(it.target.rsplit('/').next().unwrap_or(&it.target))
            });
            if points_to_it || self.is_entry_point(&it.path) {
                return Some(self.prepared());
            }
            self.of_folder(&it.path)
        } else if let Resource::File(it) = resource {
            if self.is_starter(&it.path) {
                return Some(self.assumed(format!(
                    "`{module}` does what `{}` does to start the server",
                    it.path
                )));
            }
            self.is_entry_point(&it.path).then(|| self.prepared())
        } else {
            None
        }
    }

    /// Says that the script in front of the server has to be run by somebody.
    fn unprepared(&self) -> Option<Left> {
        let script = self.entry_point.as_deref().filter(|_| self.does_more)?;
        let module = self.server.module();
        let left = Left::new(
            Code::ServiceConfig,
            format!(
                "`{script}` prepares the application before it starts the server, and `{module}` does not"
            ),
        );
        let unit = &self.server.unit;
        Some(left.cure(format!(
            "Run what it does in systemd.services.{unit}.preStart, or once by hand."
        )))
    }

    fn prepared(&self) -> Lowered {
        if let Some(left) = self.unprepared() {
            return Lowered::Manual(left);
        }
        self.assumed(format!(
            "`{}` prepares what the image's entry point prepares",
            self.server.module()
        ))
    }
}

/// Lowers an entry of an image whose server a module runs.
pub(in crate::lower) fn lower(entry: &Entry, native: &Native, ctx: &mut Ctx<'_>) {
    if let Resource::Application(application) = &entry.resource {
        parts::lower(application, entry, native, ctx);
        return;
    }
    if matches!(entry.resource, Resource::Opaque(_)) {
        lower_stated(entry, ctx);
        return;
    }
    if let Some(lowered) = native.of_resource(&entry.resource) {
        ctx.conclude(entry, lowered);
        return;
    }
    if let Resource::File(file) = &entry.resource
        && let Some(lowered) = databases::script(file, native)
    {
        ctx.conclude(entry, lowered);
        return;
    }
    let module = native.server.module();
    if !image::lower_within(entry, &image::Within::Module(&module), ctx) {
        lower_stated(entry, ctx);
    }
}

/// Returns the attribute of a package that the unit has in its path.
fn attribute(package: &Package) -> Option<String> {
    packages::attribute(package)
}
