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
