//! The texts that do not depend on what is said, as handlebars templates; their holes take printed Nix.

use handlebars::{Handlebars, no_escape};
use serde::Serialize;

use super::markdown::Markdown;
use crate::nix::NixText;
use crate::plan::Way;

/// The parts of a module.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    pub(super) head: NixText,
    pub(super) arguments: NixText,
    pub(super) imports: Vec<NixText>,
    /// The names of a module with options of its own, and what they stand for.
    pub(super) names: NixText,
    pub(super) body: NixText,
}

/// What a person gives values.
#[derive(Debug, Serialize)]
pub(super) struct Values {
    pub(super) body: NixText,
}

#[derive(Debug, Serialize)]
pub(super) struct Flake {
    pub(super) description: NixText,
    pub(super) nixpkgs: NixText,
    pub(super) inputs: Vec<FlakeInput>,
    pub(super) hosts: Vec<FlakeHost>,
    /// Of hosts that are many and differ in nothing but their names.
    pub(super) names: Vec<NixText>,
    /// The modules that all of these have.
    pub(super) modules: Vec<NixText>,
}

/// A flake whose modules the hosts need.
#[derive(Debug, Serialize)]
pub(super) struct FlakeInput {
    pub(super) name: NixText,
    pub(super) url: NixText,
    pub(super) follows: NixText,
}

#[derive(Debug, Serialize)]
pub(super) struct FlakeHost {
    pub(super) name: NixText,
    pub(super) folder: NixText,
    pub(super) modules: Vec<NixText>,
}

/// What `secrets/README.md` says.
#[derive(Debug, Serialize)]
pub(super) struct SecretsPage {
    pub(super) secrets: Vec<SecretEntry>,
    /// A host, for the commands.
    pub(super) host: Markdown,
}

#[derive(Debug, Serialize)]
pub(super) struct SecretEntry {
    pub(super) path: Markdown,
    pub(super) hosts: Markdown,
    pub(super) used_by: Markdown,
    pub(super) rights: Markdown,
    pub(super) from: Vec<Markdown>,
    pub(super) asked: Markdown,
    pub(super) content: Markdown,
    pub(super) commands: Markdown,
    /// The name of its encrypted file, as an attribute.
    pub(super) age: NixText,
}

/// What `MIGRATION.md` says.
#[derive(Debug, Serialize)]
pub(super) struct MigrationPage {
    pub(super) topics: Vec<MigrationTopic>,
    /// One, where anything is left to a person.
    pub(super) manual: Vec<MigrationManual>,
}

#[derive(Debug, Serialize)]
pub(super) struct MigrationTopic {
    pub(super) title: Markdown,
    pub(super) chores: Vec<Markdown>,
}

#[derive(Debug, Serialize)]
pub(super) struct MigrationManual {
    pub(super) sentences: Markdown,
    pub(super) files: Vec<MigrationFile>,
}

#[derive(Debug, Serialize)]
pub(super) struct MigrationFile {
    pub(super) file: Markdown,
    pub(super) remarks: usize,
}

/// The templates, parsed.
pub(super) struct Skeletons(Handlebars<'static>);

impl Skeletons {
    pub(super) fn new() -> Skeletons {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(no_escape);
        for (name, text) in [
            ("flake", include_str!("skeleton/flake.nix.hbs")),
            ("host", include_str!("skeleton/host.nix.hbs")),
            ("lone-host", include_str!("skeleton/lone-host.nix.hbs")),
            ("module", include_str!("skeleton/module.nix.hbs")),
            ("service", include_str!("skeleton/service.nix.hbs")),
            ("values", include_str!("skeleton/values.nix.hbs")),
        ] {
            let parsed = registry.register_template_string(name, text);
            debug_assert!(parsed.is_ok(), "{name}: {parsed:?}");
        }
        Skeletons(registry)
    }

    pub(super) fn flake(&self, flake: &Flake) -> String {
        self.render("flake", flake)
    }

    pub(super) fn host(&self, written: &Written) -> String {
        self.render("host", written)
    }

    /// A host that has no modules.
    pub(super) fn lone_host(&self, written: &Written) -> String {
        self.render("lone-host", written)
    }

    pub(super) fn module(&self, written: &Written) -> String {
        self.render("module", written)
    }

    pub(super) fn values(&self, values: &Values) -> String {
        self.render("values", values)
    }

    /// A module with options of its own.
    pub(super) fn service(&self, written: &Written) -> String {
        self.render("service", written)
    }

    pub(super) fn secrets(&self, page: &SecretsPage, way: Way) -> String {
        let how = match way {
            Way::Files => include_str!("skeleton/secrets-files.md.hbs"),
            Way::Credentials => include_str!("skeleton/secrets-credentials.md.hbs"),
            Way::Sops => include_str!("skeleton/secrets-sops.md.hbs"),
            Way::Agenix => include_str!("skeleton/secrets-agenix.md.hbs"),
        };
        let head = include_str!("skeleton/secrets-head.md.hbs");
        let list = include_str!("skeleton/secrets.md.hbs");
        [head, how, list]
            .map(|part| self.render_once(part, page))
            .concat()
    }

    pub(super) fn migration(&self, page: &MigrationPage) -> String {
        self.render_once(include_str!("skeleton/migration.md.hbs"), page)
    }

    /// What most runs do not write is parsed when it is written.
    fn render_once(&self, template: &str, context: &impl Serialize) -> String {
        let rendered = self.0.render_template(template, context);
        debug_assert!(rendered.is_ok(), "{rendered:?}");
        rendered.unwrap_or_default()
    }

    /// The templates are the program's own, and tests render each of them: a hole that nothing fills is seen there.
    fn render(&self, name: &str, context: &impl Serialize) -> String {
        let rendered = self.0.render(name, context);
        debug_assert!(rendered.is_ok(), "{name}: {rendered:?}");
        rendered.unwrap_or_default()
    }
}
