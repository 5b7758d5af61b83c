//! Packages, services, units and jobs.

use indexmap::IndexMap;

use super::Text;

/// The distribution family whose names a source uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    Debian,
    Rhel,
    Alpine,
    Arch,
    /// The Python Package Index, for all distributions.
    Python,
    /// The registry of npm.
    Node,
    /// RubyGems.
    Ruby,
    /// Any other: names are looked up in all families.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Package {
    /// The distribution's name, without version and architecture.
    pub name: String,
    pub family: Family,
    /// The version that the source asks for, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What is asked of a unit that something else brings.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// The unit's name; without a suffix it is a service.
    pub name: String,
    pub family: Family,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    pub masked: bool,
    /// The folders with links to it, where those are known: `multi-user.target.wants`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub linked_in: Vec<String>,
}

/// A systemd unit, a drop-in of one included.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unit {
    /// With its suffix: `shop.service`.
    pub name: String,
    /// It changes a unit that something else brings.
    pub drop_in: bool,
    pub sections: Vec<UnitSection>,
    /// The units that want it, by their links; `None` until something enables it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UnitSection {
    pub name: String,
    /// Every value of a directive, in order; an empty one resets what came before.
    pub directives: IndexMap<String, Vec<Text>>,
}

/// One line of a crontab.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CronJob {
    pub name: String,
    /// Five fields, or `@daily` and the like.
    pub schedule: String,
    pub user: String,
    pub command: Text,
    /// Variables of the crontab that hold for this job, as `NAME=value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// Where the machine was off at its time, it runs as soon as it is on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub catches_up: bool,
}
