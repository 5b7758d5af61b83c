//! A service that stands for itself, as an image's recipe describes it.
//!
//! Paths are those of the image; what they are on a machine is for lowering to say. Every part carries who asked for
//! it, because each instruction of a recipe has a verdict of its own.

use super::{Command, Family, Origin, Package, Protocol, Text};

/// A value, who asked for it, and what has to hold that the source does not prove.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sourced<T> {
    pub value: T,
    #[serde(skip)]
    pub origin: Origin,
    /// Clauses, as those of an entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
}

/// A service that gets a NixOS module with options of its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Application {
    /// Fit for `services.<name>`; that NixOS may have a service of this name is not looked at here.
    pub name: String,
    /// Where it comes from, for people: `shop/Dockerfile`.
    pub described: String,
    /// What its author says that it is, without markup: `A shop for tea`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The image that it stands on, as written: `node:20-slim`; `scratch` is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Whose names of packages it uses.
    pub family: Family,
    /// What starts it, entry point and arguments joined; none where only the image below knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Sourced<Command>>,
    /// The working directory, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<Sourced<String>>,
    /// A name or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Sourced<String>>,
    /// A name or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Sourced<String>>,
    /// One value for each name, in the order of the source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Sourced<Variable>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Sourced<ApplicationPort>>,
    /// What it needs to run, for its search path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Sourced<Package>>,
    /// Programs that are fetched and built by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fetched: Vec<Sourced<FetchedProgram>>,
    /// Folders that it writes to and that outlive it, absolute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<Sourced<String>>,
    /// What of the source, or of a build, is put into the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Sourced<ApplicationSource>>,
    /// `SIGQUIT`, or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<Sourced<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Sourced<Health>>,
    /// The application of which this is another form, for which a machine has the one or the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<String>,
    /// Its folder belongs to the user who runs it: it writes there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub owns_source: bool,
}

/// What stands before the name of an extension of PHP, as the name of a package.
pub const PHP_EXTENSION: &str = "phpExtensions.";

/// Programs that a recipe fetches, and builds or only unpacks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FetchedProgram {
    pub products: Vec<Product>,
    /// From their sources.
    pub builds: bool,
    /// What is to be done where they are not known, in the words of an opaque resource.
    pub reason: String,
    pub cure: String,
}

/// A program, by what its address says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Product {
    /// What it may be called, the likeliest first.
    pub names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub address: String,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Variable {
    pub name: String,
    pub value: Text,
}

impl Application {
    /// Returns the clause of what an image brings in a release of its own.
    pub fn of_release(image: &str) -> String {
        format!("{OTHER_RELEASE} that of `{image}`")
    }

    /// Tells whether a clause is that one.
    pub fn is_of_release(clause: &str) -> bool {
        clause.starts_with(OTHER_RELEASE)
    }
}

const OTHER_RELEASE: &str = "the release that nixpkgs has does as well as";

/// A port, or a range of ports, that it listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ApplicationPort {
    pub protocol: Protocol,
    pub first: u16,
    pub last: u16,
}

/// A file or folder of the image that comes from outside it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ApplicationSource {
    /// Where the image has it, absolute and without a final `/`: the thing itself, not the folder it is put into.
    pub path: String,
    pub from: SourceFrom,
    /// It is a folder, or several files in one.
    pub folder: bool,
}

/// Where a file of the image comes from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceFrom {
    /// The folder of the recipe; the path in it, `.` for all of it.
    Context(String),
    /// An earlier stage of the recipe, which builds it: `build:/app/dist`.
    Stage(String),
    /// Another image: `ghcr.io/x/y:1:/usr/bin/y`.
    Image(String),
    /// FetchedProgram from an address.
    Address(String),
}

/// How it is asked whether the service is well.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Health {
    pub command: Command,
    /// As written: `30s`, `1m30s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
}
