//! Settings of the system as a whole.

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hostname {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Timezone {
    pub name: String,
}

/// A kernel parameter; the name with dots.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sysctl {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KernelModule {
    pub name: String,
    /// Loaded at boot, or kept from being loaded.
    pub blacklisted: bool,
}

/// A line of fstab.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mount {
    /// `/dev/…`, `UUID=…`, `LABEL=…`, `host:/path`.
    pub device: String,
    /// The mount point; `none` for swap.
    pub path: String,
    pub fstype: String,
    pub options: Vec<String>,
    pub passno: u32,
}

/// A setting of a part of the system that is nothing but a table of settings.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Setting {
    pub of: Settings,
    /// Empty where the table is a list, of which this is an element.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub value: String,
}

/// The tables of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settings {
    /// `LANG`, `LANGUAGE` and `LC_*`.
    Locale,
    /// List: locales that can be used: `de_DE.UTF-8/UTF-8`.
    LocaleList,
    /// The keyboard by the words of XKB: `layout`, `model`, `variant`, `options`.
    Keyboard,
    /// The text console: `keymap`, `font`.
    Console,
    /// Variables of every session.
    Session,
    /// Of login.defs(5).
    LoginDefs,
    /// List: `<domain> <type> <item> <value>` as in limits.conf(5).
    Limit,
    /// List: addresses of name servers.
    NameServer,
    /// List: domains in which names are looked up.
    SearchDomain,
    /// List: options of the resolver, as in resolv.conf(5).
    ResolverOption,
    /// List: lines of tmpfiles.d(5).
    Tmpfiles,
    /// List: words of the kernel's command line.
    KernelParameter,
    /// The boot menu: `timeout`, `style`, `default`, `os-prober`, `mode`, `payload`, `encrypted`; without a name a
    /// command of GRUB.
    BootMenu,
    /// List: sources of host names besides files and DNS: `mdns4`.
    HostSource,
    /// Of the daemons of systemd, by the names of their manuals.
    Journald,
    Logind,
    Resolved,
    Timesyncd,
    Manager,
    UserManager,
    Sleep,
    Coredump,
    Oomd,
    NetworkdNetwork,
    NetworkdDhcpV4,
    NetworkdDhcpV6,
    /// List: rules of a packet filter in the words of iptables-save, `-4` or `-6` before those that are for one family.
    /// The interface `@public` stands for those of a zone.
    FirewallRule,
    /// The zones of interfaces and of addresses, by the names of these.
    FirewallZone,
    /// What is said of packets that are refused: `level`, as ufw has it.
    FirewallLog,
    /// Of the server of PostgreSQL, by the names of postgresql.conf.
    Postgresql,
}

/// A line of /etc/hosts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HostsEntry {
    pub address: String,
    pub names: Vec<String>,
}

/// One keyword of sshd_config.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SshdSetting {
    pub keyword: String,
    /// Everything behind the keyword, as written.
    pub value: String,
    /// The criteria of the `Match` block it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching: Option<String>,
}

/// A user specification or `Defaults` line of sudoers, as written.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SudoRule {
    pub line: String,
}
