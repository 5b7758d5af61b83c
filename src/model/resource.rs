//! `Resource`: one thing that a machine must have.

use super::{
    Application, AuthorizedKey, Container, ContainerNetwork, CronJob, Database, DatabaseUser,
    Directory, File, FileLine, Firewall, FirewallPort, Group, Hostname, HostsEntry, Interface,
    KernelModule, Link, Membership, Mount, NetworkUnit, Package, PathMode, RemovedPath, Service,
    Setting, SshdSetting, SubordinateIds, SudoRule, Sysctl, Text, Timezone, Unit, User,
};

/// One thing that a machine must have. Matched without `_`: a new kind is work for all who match.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    Package(Package),
    Service(Service),
    Unit(Unit),
    CronJob(CronJob),
    File(File),
    FileLine(FileLine),
    Directory(Directory),
    Link(Link),
    PathMode(PathMode),
    RemovedPath(RemovedPath),
    User(User),
    Group(Group),
    AuthorizedKey(AuthorizedKey),
    Hostname(Hostname),
    Timezone(Timezone),
    Sysctl(Sysctl),
    KernelModule(KernelModule),
    Mount(Mount),
    Database(Database),
    DatabaseUser(DatabaseUser),
    HostsEntry(HostsEntry),
    SshdSetting(SshdSetting),
    SudoRule(SudoRule),
    Firewall(Firewall),
    FirewallPort(FirewallPort),
    Container(Box<Container>),
    ContainerNetwork(ContainerNetwork),
    Application(Box<Application>),
    Setting(Setting),
    Membership(Membership),
    SubordinateIds(SubordinateIds),
    Interface(Interface),
    NetworkUnit(NetworkUnit),
    Step(Step),
    Opaque(Opaque),
    Contradicted(Contradicted),
}

/// A command that runs on the machine: it cannot be stated, so it is kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// What its author called it.
    pub name: String,
    pub command: Command,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    pub environment: Vec<(String, Text)>,
    /// It runs only while this path is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creates: Option<String>,
    /// It runs only while this path is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removes: Option<String>,
    /// The services that the source had started before it.
    pub after: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A program and its arguments, no shell.
    Words(Vec<Text>),
    /// A script for this shell.
    Script { shell: String, text: Text },
}

/// Something that is not translated: it reaches the output as a comment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Opaque {
    /// What it is about, for the place in the output: `ufw`, `docker_container`.
    pub subject: String,
    /// What its author called it.
    pub title: String,
    pub reason: String,
    /// What to do, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
    /// What the source said, as lines of a comment.
    pub lines: Vec<Text>,
}

/// What one source asks for while another one, which stands, says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Contradicted {
    pub resource: Box<Resource>,
    pub reason: String,
}
