//! What `evaluate.nix` returns.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What a host would have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Evaluation {
    /// The derivation of the whole system.
    pub drv: String,
    pub release: String,
    pub missing: Missing,
    pub etc: BTreeMap<String, EtcFile>,
    pub units: BTreeMap<String, Unit>,
    pub users: BTreeMap<String, User>,
    pub groups: BTreeMap<String, Group>,
    pub ports: Ports,
    pub packages: Vec<Package>,
    pub tmpfiles: Vec<String>,
    /// The names of each address.
    pub hosts: BTreeMap<String, Vec<String>>,
    /// Lines of /etc/hosts besides.
    #[serde(rename = "extraHosts")]
    pub extra_hosts: String,
    pub cron: Vec<String>,
    #[serde(rename = "hostName")]
    pub host_name: String,
    pub domain: Option<String>,
    #[serde(rename = "timeZone")]
    pub time_zone: Option<String>,
    pub sysctl: BTreeMap<String, String>,
    /// Kernel modules that are loaded at boot.
    pub modules: Vec<String>,
    pub filesystems: Vec<Filesystem>,
    /// The values of the options that were asked for; those that cannot be shown are not there.
    pub values: Vec<Held>,
    pub ours: Ours,
}

/// What the nixpkgs has not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Missing {
    pub options: Vec<String>,
    pub packages: Vec<String>,
    pub functions: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EtcFile {
    pub text: Option<String>,
    pub source: String,
    pub target: String,
    pub mode: String,
    pub user: String,
    pub group: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Unit {
    pub text: Option<String>,
    pub wanted_by: Vec<String>,
    pub enabled: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    pub uid: Option<u32>,
    pub group: String,
    pub extra_groups: Vec<String>,
    pub home: String,
    pub description: String,
    pub shell: String,
    pub keys: Vec<String>,
    /// Subordinate numbers: the first ones, and how many.
    pub uids: Vec<(u32, u32)>,
    pub gids: Vec<(u32, u32)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group {
    pub gid: Option<u32>,
    pub members: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Ports {
    pub enabled: bool,
    pub tcp: Vec<u16>,
    pub udp: Vec<u16>,
    pub tcp_ranges: Vec<[u16; 2]>,
    pub udp_ranges: Vec<[u16; 2]>,
    pub interfaces: BTreeMap<String, Ports>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Package {
    pub name: String,
    pub installed: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Filesystem {
    pub mount_point: String,
    pub device: Option<String>,
    pub fs_type: String,
    pub options: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Held {
    pub option: Vec<String>,
    pub value: Value,
}

/// What the modules of the folder define, by name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ours {
    pub etc: Vec<String>,
    pub units: Vec<String>,
    pub users: Vec<String>,
    pub groups: Vec<String>,
}
