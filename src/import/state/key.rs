//! `Key`: what identifies a resource.

use crate::model::{
    DatabaseServer, Directory, Family, File, IdKind, Interface, InterfaceTrait, Link,
    NetworkUnitKind, Package, PathMode, Resource, Settings,
};

/// What identifies a resource: a second one of the same key is about the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Package(String),
    Service(String),
    Unit(String),
    CronJob(String, String),
    Path(String),
    FileLine(String, String, String),
    User(String),
    Group(String),
    Authorized(String, String),
    Hostname,
    Timezone,
    Sysctl(String),
    KernelModule(String),
    Mount(String),
    Database(DatabaseServer, String),
    DatabaseUser(DatabaseServer, String, Option<String>),
    HostsEntry(String, Vec<String>),
    SshdSetting(String, Option<String>, String),
    SudoRule(String),
    Firewall,
    FirewallPort(String),
    Container(String),
    ContainerNetwork(String),
    Application(String),
    Setting(Settings, String, String),
    Membership(String, String),
    SubordinateIds(String, IdKind, u32),
    Interface(String, String),
    NetworkUnit(String),
}

/// The keywords of sshd_config that stand several times, each adding to the others.
const REPEATED_SSHD_KEYWORDS: [&str; 8] = [
    "acceptenv",
    "hostkey",
    "listenaddress",
    "port",
    "setenv",
    "subsystem",
    "include",
    "hostcertificate",
];

impl Key {
    /// A package of a language is another one than the distribution's of the same name.
    pub(crate) fn package(package: &Package) -> Key {
        let name = &package.name;
        Key::Package(match package.family {
            Family::Python => format!("python {name}"),
            Family::Node => format!("node {name}"),
            Family::Ruby => format!("ruby {name}"),
            Family::Debian | Family::Rhel | Family::Alpine | Family::Arch | Family::Other => {
                name.clone()
            }
        })
    }

    pub(crate) fn of(resource: &Resource) -> Option<Key> {
        Some(match resource {
            Resource::Package(it) => Key::package(it),
            Resource::Service(it) => Key::Service(it.name.trim_end_matches(".service").to_owned()),
            Resource::Unit(it) => {
                Key::Unit(format!("{}{}", it.name, if it.drop_in { ".d" } else { "" }))
            }
            Resource::CronJob(it) => Key::CronJob(
                it.user.clone(),
                if it.name.is_empty() {
                    it.command.to_string()
                } else {
                    it.name.clone()
                },
            ),
            Resource::File(File { path, .. })
            | Resource::Directory(Directory { path, .. })
            | Resource::Link(Link { path, .. })
            | Resource::PathMode(PathMode { path, .. }) => Key::Path(path.clone()),
            Resource::FileLine(it) => {
                Key::FileLine(it.path.clone(), it.section.clone(), it.place.clone())
            }
            Resource::RemovedPath(it) => Key::Path(it.path.clone()),
            Resource::User(it) => Key::User(it.name.clone()),
            Resource::Group(it) => Key::Group(it.name.clone()),
            Resource::AuthorizedKey(it) => Key::Authorized(it.user.clone(), it.key.to_string()),
            Resource::Hostname(_) => Key::Hostname,
            Resource::Timezone(_) => Key::Timezone,
            Resource::Sysctl(it) => Key::Sysctl(it.name.clone()),
            Resource::KernelModule(it) => Key::KernelModule(it.name.clone()),
            Resource::Mount(it) => Key::Mount(if it.path == "none" {
                it.device.clone()
            } else {
                it.path.clone()
            }),
            Resource::Database(it) => Key::Database(it.server, it.name.clone()),
            Resource::DatabaseUser(it) => {
                Key::DatabaseUser(it.server, it.name.clone(), it.host.clone())
            }
            Resource::HostsEntry(it) => Key::HostsEntry(it.address.clone(), it.names.clone()),
            Resource::SshdSetting(it) => {
                let keyword = it.keyword.to_ascii_lowercase();
                let repeats = REPEATED_SSHD_KEYWORDS.contains(&keyword.as_str());
                Key::SshdSetting(
                    keyword,
                    it.matching.clone(),
                    if repeats {
                        it.value.clone()
                    } else {
                        String::new()
                    },
                )
            }
            Resource::SudoRule(it) => Key::SudoRule(it.line.clone()),
            Resource::Firewall(_) => Key::Firewall,
            Resource::FirewallPort(it) => Key::FirewallPort(format!("{:?}", it)),
            Resource::Container(it) => Key::Container(it.name.clone()),
            Resource::ContainerNetwork(it) => Key::ContainerNetwork(it.name.clone()),
            Resource::Application(it) => Key::Application(it.name.clone()),
            Resource::Setting(it) => Key::Setting(
                it.of,
                it.name.clone(),
                if it.name.is_empty() {
                    it.value.clone()
                } else {
                    String::new()
                },
            ),
            Resource::Membership(it) => Key::Membership(it.user.clone(), it.group.clone()),
            Resource::SubordinateIds(it) => Key::SubordinateIds(it.user.clone(), it.kind, it.first),
            Resource::Interface(it) => Key::Interface(it.name.clone(), interface_key(it)),
            Resource::NetworkUnit(it) => Key::NetworkUnit(format!(
                "{}.{}{}",
                it.name,
                match it.kind {
                    NetworkUnitKind::Network => "network",
                    NetworkUnitKind::Netdev => "netdev",
                    NetworkUnitKind::Link => "link",
                },
                it.drop_in
                    .as_deref()
                    .map(|it| format!(".d/{it}"))
                    .unwrap_or_default()
            )),
            Resource::Step(_) | Resource::Opaque(_) | Resource::Contradicted(_) => return None,
        })
    }
}

/// An interface has several addresses, and of all else one.
fn interface_key(interface: &Interface) -> String {
    match &interface.has {
        InterfaceTrait::Dhcp(_) => "dhcp".to_owned(),
        InterfaceTrait::Address { address, .. } => address.to_string(),
        InterfaceTrait::Gateway { address, .. } if address.is_ipv6() => "gateway6".to_owned(),
        InterfaceTrait::Gateway { .. } => "gateway".to_owned(),
        InterfaceTrait::Route {
            destination,
            prefix,
            ..
        } => format!("{destination}/{prefix}"),
        InterfaceTrait::Mtu(_) => "mtu".to_owned(),
        InterfaceTrait::MacAddress(_) => "mac".to_owned(),
        InterfaceTrait::Bridge(_) | InterfaceTrait::Vlan { .. } | InterfaceTrait::Bond { .. } => {
            "kind".to_owned()
        }
    }
}
