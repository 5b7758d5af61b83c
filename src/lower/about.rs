//! Where a reader will look for a resource that is not stated.

use super::database;
use crate::model::{FirewallPort, InterfaceTrait, NetworkUnitKind, Protocol, Resource, Settings};
use crate::plan::OptionPath;

/// Subjects of what no importer took, and the options that they are about.
const SUBJECTS: &[(&str, &str)] = &[
    ("apt", "environment.systemPackages"),
    ("package", "environment.systemPackages"),
    ("pip", "environment.systemPackages"),
    ("npm", "environment.systemPackages"),
    ("gem", "environment.systemPackages"),
    ("snap", "environment.systemPackages"),
    ("yum", "environment.systemPackages"),
    ("dnf", "environment.systemPackages"),
    ("apk", "environment.systemPackages"),
    ("pacman", "environment.systemPackages"),
    ("homebrew", "environment.systemPackages"),
    ("service", "systemd.services"),
    ("systemd", "systemd.services"),
    ("ufw", "networking.firewall.allowedTCPPorts"),
    ("firewalld", "networking.firewall.allowedTCPPorts"),
    ("iptables", "networking.firewall.extraCommands"),
    ("user", "users.users"),
    ("group", "users.groups"),
    ("authorized_key", "users.users"),
    ("cron", "systemd.timers"),
    ("mount", "fileSystems"),
    ("sysctl", "boot.kernel.sysctl"),
    ("modprobe", "boot.kernelModules"),
    ("hostname", "networking.hostName"),
    ("timezone", "time.timeZone"),
    ("locale_gen", "i18n.supportedLocales"),
    ("pam_limits", "security.pam.loginLimits"),
    ("docker", "virtualisation.docker.enable"),
    (
        "docker_container",
        "virtualisation.oci-containers.containers",
    ),
    ("docker_image", "virtualisation.oci-containers.containers"),
    ("docker_network", "virtualisation.docker.enable"),
    ("docker_volume", "virtualisation.docker.enable"),
    ("docker_login", "virtualisation.oci-containers.containers"),
    (
        "podman_container",
        "virtualisation.oci-containers.containers",
    ),
    ("docker_compose", "virtualisation.docker.enable"),
    ("mysql_db", "services.mysql.ensureDatabases"),
    ("mysql_user", "services.mysql.ensureUsers"),
    ("postgresql_db", "services.postgresql.ensureDatabases"),
    ("postgresql_user", "services.postgresql.ensureUsers"),
    ("rabbitmq_user", "services.rabbitmq.enable"),
    ("selinux", "security.apparmor.enable"),
    ("known_hosts", "programs.ssh.knownHosts"),
    ("copy", "environment.etc"),
    ("template", "environment.etc"),
    ("file", "environment.etc"),
    ("lineinfile", "environment.etc"),
    ("blockinfile", "environment.etc"),
    ("ini_file", "environment.etc"),
    ("aliases", "services.postfix.extraAliases"),
    ("anacrontab", "systemd.timers"),
    ("crontab", "systemd.timers"),
    ("environment", "environment.sessionVariables"),
    ("exports", "services.nfs.server.exports"),
    ("fstab", "fileSystems"),
    ("grub", "boot.kernelParams"),
    ("hosts", "networking.hosts"),
    ("interfaces", "networking.interfaces"),
    ("keyboard", "services.xserver.xkb.layout"),
    ("limits", "security.pam.loginLimits"),
    ("locale", "i18n.defaultLocale"),
    ("locale.gen", "i18n.extraLocales"),
    ("login.defs", "security.loginDefs.settings"),
    ("modules-load", "boot.kernelModules"),
    ("networkd", "systemd.network.networks"),
    ("nftables", "networking.nftables.ruleset"),
    ("nsswitch", "system.nssDatabases.hosts"),
    ("passwd", "users.users"),
    ("resolv.conf", "networking.nameservers"),
    ("shells", "environment.shells"),
    ("sshd_config", "services.openssh.settings"),
    ("subordinate ids", "users.users"),
    ("sudoers", "security.sudo.extraRules"),
    ("tmpfiles", "systemd.tmpfiles.rules"),
    ("unit", "systemd.services"),
];

/// Returns the option beside which a reader will look for a resource, where there is one.
pub(super) fn about(resource: &Resource) -> Option<OptionPath> {
    let path = |names: &[&str]| Some(OptionPath::new(names.iter().copied()));
    match resource {
        Resource::Package(_) => path(&["environment", "systemPackages"]),
        Resource::Service(it) => {
            path(&["systemd", "services", it.name.trim_end_matches(".service")])
        }
        Resource::Unit(it) => path(&["systemd", "services", it.name.trim_end_matches(".service")]),
        Resource::CronJob(_) => path(&["systemd", "timers"]),
        Resource::File(it) => about_path(&it.path),
        Resource::FileLine(it) => about_path(&it.path),
        Resource::Directory(it) => about_path(&it.path),
        Resource::Link(it) => about_path(&it.path),
        Resource::PathMode(it) => about_path(&it.path),
        Resource::RemovedPath(it) => about_path(&it.path),
        Resource::User(it) => path(&["users", "users", &it.name]),
        Resource::Group(it) => path(&["users", "groups", &it.name]),
        Resource::AuthorizedKey(it) => path(&["users", "users", &it.user]),
        Resource::Hostname(_) => path(&["networking", "hostName"]),
        Resource::Timezone(_) => path(&["time", "timeZone"]),
        Resource::Sysctl(it) => path(&["boot", "kernel", "sysctl", &it.name]),
        Resource::KernelModule(_) => path(&["boot", "kernelModules"]),
        Resource::Mount(it) => path(&["fileSystems", &it.path]),
        Resource::Database(it) => {
            path(&["services", database::program(it.server), "ensureDatabases"])
        }
        Resource::DatabaseUser(it) => {
            path(&["services", database::program(it.server), "ensureUsers"])
        }
        Resource::HostsEntry(it) => path(&["networking", "hosts", &it.address]),
        Resource::SshdSetting(it) => path(&["services", "openssh", "settings", &it.keyword]),
        Resource::SudoRule(_) => path(&["security", "sudo", "extraRules"]),
        Resource::Firewall(_) => path(&["networking", "firewall", "enable"]),
        Resource::FirewallPort(FirewallPort { protocol, .. }) => match protocol {
            Protocol::Tcp => path(&["networking", "firewall", "allowedTCPPorts"]),
            Protocol::Udp => path(&["networking", "firewall", "allowedUDPPorts"]),
        },
        Resource::Container(it) => {
            path(&["virtualisation", "oci-containers", "containers", &it.name])
        }
        Resource::ContainerNetwork(_) => path(&["virtualisation", "oci-containers", "backend"]),
        Resource::Application(it) => path(&["systemd", "services", &it.name]),
        Resource::Setting(it) => path(about_setting(it.of)),
        Resource::Membership(it) => path(&["users", "users", &it.user]),
        Resource::SubordinateIds(it) => path(&["users", "users", &it.user]),
        Resource::Interface(it) => match &it.has {
            InterfaceTrait::Bridge(_) => path(&["networking", "bridges", &it.name]),
            InterfaceTrait::Vlan { .. } => path(&["networking", "vlans", &it.name]),
            InterfaceTrait::Bond { .. } => path(&["networking", "bonds", &it.name]),
            InterfaceTrait::Gateway { .. } => path(&["networking", "defaultGateway"]),
            InterfaceTrait::Dhcp(_)
            | InterfaceTrait::Address { .. }
            | InterfaceTrait::Route { .. }
            | InterfaceTrait::Mtu(_)
            | InterfaceTrait::MacAddress(_) => path(&["networking", "interfaces", &it.name]),
        },
        Resource::NetworkUnit(it) => match it.kind {
            NetworkUnitKind::Network => path(&["systemd", "network", "networks", &it.name]),
            NetworkUnitKind::Netdev => path(&["systemd", "network", "netdevs", &it.name]),
            NetworkUnitKind::Link => path(&["systemd", "network", "links", &it.name]),
        },
        Resource::Step(_) => path(&["systemd", "services"]),
        Resource::Contradicted(it) => about(&it.resource),
        Resource::Opaque(it) => {
            // `ansible.builtin.apt` is about what `apt` is about.
            let subject = it.subject.rsplit('.').next().unwrap_or(&it.subject);
            let find = |subject: &str| SUBJECTS.iter().find(|(name, _)| *name == subject);
            let row = find(&it.subject).or_else(|| find(subject));
            row.map(|(_, option)| OptionPath::parse(option))
        }
    }
}

fn about_setting(of: Settings) -> &'static [&'static str] {
    match of {
        Settings::Locale => &["i18n", "defaultLocale"],
        Settings::LocaleList => &["i18n", "extraLocales"],
        Settings::Keyboard => &["services", "xserver", "xkb", "layout"],
        Settings::Console => &["console", "keyMap"],
        Settings::Session => &["environment", "sessionVariables"],
        Settings::LoginDefs => &["security", "loginDefs", "settings"],
        Settings::Limit => &["security", "pam", "loginLimits"],
        Settings::NameServer => &["networking", "nameservers"],
        Settings::SearchDomain => &["networking", "search"],
        Settings::ResolverOption => &["networking", "resolvconf", "extraOptions"],
        Settings::Tmpfiles => &["systemd", "tmpfiles", "rules"],
        Settings::KernelParameter => &["boot", "kernelParams"],
        Settings::BootMenu => &["boot", "loader", "timeout"],
        Settings::HostSource => &["system", "nssDatabases", "hosts"],
        Settings::Journald => &["services", "journald", "extraConfig"],
        Settings::Logind => &["services", "logind", "settings", "Login"],
        Settings::Resolved => &["services", "resolved", "settings", "Resolve"],
        Settings::Timesyncd => &["services", "timesyncd", "settings", "Time"],
        Settings::Manager => &["systemd", "settings", "Manager"],
        Settings::UserManager => &["systemd", "user", "settings", "Manager"],
        Settings::Sleep => &["systemd", "sleep", "settings", "Sleep"],
        Settings::Coredump => &["systemd", "coredump", "settings", "Coredump"],
        Settings::Oomd => &["systemd", "oomd", "settings", "OOM"],
        Settings::NetworkdNetwork => &["systemd", "network", "config", "networkConfig"],
        Settings::NetworkdDhcpV4 => &["systemd", "network", "config", "dhcpV4Config"],
        Settings::FirewallRule => &["networking", "firewall", "extraCommands"],
        Settings::FirewallZone => &["networking", "firewall", "interfaces"],
        Settings::Postgresql => &["services", "postgresql", "settings"],
        Settings::FirewallLog => &["networking", "firewall", "logRefusedConnections"],
        Settings::NetworkdDhcpV6 => &["systemd", "network", "config", "dhcpV6Config"],
    }
}

fn about_path(path: &str) -> Option<OptionPath> {
    Some(match path.strip_prefix("/etc/") {
        Some(below) => OptionPath::new(["environment", "etc", below]),
        None => OptionPath::new(["systemd", "tmpfiles", "rules"]),
    })
}
