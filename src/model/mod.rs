//! The model: per host, what the machine must have. No word of a source's language, no word of Nix.
//!
//! It is the contract between importers and lowering, can be dumped (`--dump-model`), and has a version.

#![deny(clippy::wildcard_enum_match_arm)]

mod application;
mod container;
mod database;
mod file;
mod network;
mod resource;
mod service;
mod system;
mod text;
mod user;

pub use application::{
    Application, ApplicationPort, ApplicationSource, FetchedProgram, Health, PHP_EXTENSION,
    Product, SourceFrom, Sourced, Variable,
};
pub use container::{Attachment, Container, ContainerNetwork, Engine, Restart};
pub use database::{Database, DatabaseServer, DatabaseUser};
pub use file::{
    Content, Directory, Fetched, File, FileLine, Hash, Link, Mode, PathMode, RemovedPath,
};
pub use network::{
    Firewall, FirewallPort, Interface, InterfaceTrait, NetworkUnit, NetworkUnitKind, OTHERS,
    Protocol,
};
pub use resource::{Command, Contradicted, Opaque, Resource, Step};
pub use service::{CronJob, Family, Package, Service, Unit, UnitSection};
pub use system::{
    Hostname, HostsEntry, KernelModule, Mount, Setting, Settings, SshdSetting, SudoRule, Sysctl,
    Timezone,
};
pub use text::{Hole, HoleKind, Piece, Text};
pub use user::{AuthorizedKey, Group, IdKind, Membership, SubordinateIds, User};

use std::collections::{BTreeMap, BTreeSet};

use crate::account::ItemId;
use crate::source::Span;

/// The version of the model's shape.
pub const VERSION: u32 = 1;

/// What all hosts must have.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Model {
    pub version: u32,
    pub machines: Vec<Machine>,
}

/// What one host must have, in the order in which the source asked for it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Machine {
    pub name: String,
    /// Where the host comes from, for the head of its file: `inventory hosts, groups web`.
    pub described: String,
    pub family: Family,
    pub entries: Vec<Entry>,
    /// Files that were found on the old system, rather than asked for, and the package that may have brought them just
    /// so (empty: people wrote them). Where nothing on NixOS takes them, the former are left to the person, and of the
    /// latter it is assumed that what reads them looks there on NixOS too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub packaged: BTreeMap<String, String>,
    /// Set where the old system's links are there that say what started: what is no service of the entries, and none of
    /// these init scripts, did not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<BTreeSet<String>>,
}

/// A resource, who asked for it, and under what.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Entry {
    pub resource: Resource,
    pub part: Part,
    #[serde(skip)]
    pub origin: Origin,
    /// What has to hold that the source does not prove; each is a clause such as `the facts of debian-12`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    pub guard: Condition,
}

impl Entry {
    /// Returns the clause of a file that the source only edits: it has this content where nobody wrote another one.
    pub fn only_where_missing(path: &str) -> String {
        format!("there is no `{path}` on a new machine")
    }

    /// Returns the same, as what another source says otherwise, which stands.
    #[must_use]
    pub fn contradicted(&self, reason: String) -> Entry {
        let resource = Box::new(self.resource.clone());
        Entry {
            resource: Resource::Contradicted(Contradicted { resource, reason }),
            ..self.clone()
        }
    }
}

/// The part of the configuration that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A reusable bundle that several hosts may have; an Ansible role is one.
    Role(String),
    /// A service that stands for itself; a Dockerfile makes one.
    Service(String),
    /// The machine as such: what it is about decides where it goes.
    Machine,
    /// This host's alone, whatever other hosts have.
    Host,
}

/// Who asked for a resource, and where that is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    pub items: Vec<ItemId>,
    /// Other places that decide the value, such as the line of a template or of a variable.
    pub places: Vec<Span>,
}

impl Origin {
    pub fn of(item: ItemId) -> Origin {
        Origin {
            items: vec![item],
            places: Vec::new(),
        }
    }

    /// Adds what `other` names and this does not.
    pub fn merge(&mut self, other: &Origin) {
        for item in &other.items {
            if !self.items.contains(item) {
                self.items.push(*item);
            }
        }
        for place in &other.places {
            if !self.places.contains(place) {
                self.places.push(*place);
            }
        }
    }
}

/// Whether something holds on the machine.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    True,
    False,
    /// Only the machine can tell; why.
    Unknown(String),
}
