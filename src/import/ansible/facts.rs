//! Facts: what `setup` would find, from a built-in profile or a file, and what only the machine can tell.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_vars_facts.html>

use std::sync::Arc;

use indexmap::IndexMap;

use super::left_open;
use super::scope::{Binding, Layer, fact_name};
use super::value::{Key, Value};
use crate::model::{Family, Hole, HoleKind};

/// What is taken to hold of a host.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) name: String,
    /// From a file: what it does not have is unknown, not absent.
    facts: IndexMap<String, Value>,
    from_file: bool,
}

struct Row {
    profile: &'static str,
    distribution: &'static str,
    version: &'static str,
    release: &'static str,
    family: &'static str,
    package_manager: &'static str,
    kernel: &'static str,
    python: &'static str,
    /// Empty where there is none, or where it moves on.
    systemd: &'static str,
}

const fn row(
    profile: &'static str,
    distribution: &'static str,
    version: &'static str,
    release: &'static str,
    more: [&'static str; 5],
) -> Row {
    let [family, package_manager, kernel, python, systemd] = more;
    Row {
        profile,
        distribution,
        version,
        release,
        family,
        package_manager,
        kernel,
        python,
        systemd,
    }
}

/// The built-in profiles, as fresh installations of these releases report themselves.
const PROFILES: &[Row] = &[
    row(
        "debian-11",
        "Debian",
        "11.11",
        "bullseye",
        ["Debian", "apt", "5.10", "3.9.2", "247"],
    ),
    row(
        "debian-12",
        "Debian",
        "12.5",
        "bookworm",
        ["Debian", "apt", "6.1", "3.11.2", "252"],
    ),
    row(
        "debian-13",
        "Debian",
        "13.0",
        "trixie",
        ["Debian", "apt", "6.12", "3.13.5", "257"],
    ),
    row(
        "ubuntu-20.04",
        "Ubuntu",
        "20.04",
        "focal",
        ["Debian", "apt", "5.4", "3.8.10", "245"],
    ),
    row(
        "ubuntu-22.04",
        "Ubuntu",
        "22.04",
        "jammy",
        ["Debian", "apt", "5.15", "3.10.12", "249"],
    ),
    row(
        "ubuntu-24.04",
        "Ubuntu",
        "24.04",
        "noble",
        ["Debian", "apt", "6.8", "3.12.3", "255"],
    ),
    row(
        "rhel-8",
        "RedHat",
        "8.9",
        "Ootpa",
        ["RedHat", "dnf", "4.18", "3.6.8", "239"],
    ),
    row(
        "rhel-9",
        "RedHat",
        "9.4",
        "Plow",
        ["RedHat", "dnf", "5.14", "3.9.18", "252"],
    ),
    row(
        "rocky-9",
        "Rocky",
        "9.4",
        "Blue Onyx",
        ["RedHat", "dnf", "5.14", "3.9.18", "252"],
    ),
    row(
        "centos-7",
        "CentOS",
        "7.9",
        "Core",
        ["RedHat", "yum", "3.10", "2.7.5", "219"],
    ),
    row(
        "fedora-40",
        "Fedora",
        "40",
        "",
        ["RedHat", "dnf", "6.8", "3.12.3", "255"],
    ),
    row(
        "alpine-3.20",
        "Alpine",
        "3.20.0",
        "NA",
        ["Alpine", "apk", "6.6", "3.12.3", ""],
    ),
    row(
        "arch",
        "Archlinux",
        "rolling",
        "NA",
        ["Archlinux", "pacman", "6.9", "3.12.4", ""],
    ),
];

/// Facts that every machine has, and that nobody knows without it.
const MACHINE_FACTS: &[&str] = &[
    "all_ipv4_addresses",
    "all_ipv6_addresses",
    "bios_date",
    "bios_vendor",
    "bios_version",
    "board_asset_tag",
    "board_name",
    "board_serial",
    "board_vendor",
    "board_version",
    "chassis_asset_tag",
    "chassis_serial",
    "chassis_vendor",
    "chassis_version",
    "cmdline",
    "date_time",
    "default_ipv4",
    "default_ipv6",
    "device_links",
    "devices",
    "dns",
    "fibre_channel_wwn",
    "flags",
    "form_factor",
    "interfaces",
    "iscsi_iqn",
    "kernel_version",
    "loadavg",
    "locally_reachable_ips",
    "lvm",
    "machine_id",
    "memfree_mb",
    "memory_mb",
    "memtotal_mb",
    "mounts",
    "processor",
    "processor_cores",
    "processor_count",
    "processor_nproc",
    "processor_threads_per_core",
    "processor_vcpus",
    "product_name",
    "product_serial",
    "product_uuid",
    "product_version",
    "proc_cmdline",
    "ssh_host_key_dsa_public",
    "ssh_host_key_ecdsa_public",
    "ssh_host_key_ed25519_public",
    "ssh_host_key_rsa_public",
    "swapfree_mb",
    "swaptotal_mb",
    "system_vendor",
    "systemd",
    "uptime_seconds",
    "virtualization_tech_guest",
    "virtualization_tech_host",
    "eth0",
    "eth1",
    "eno1",
    "ens3",
    "ens5",
    "ens18",
    "ens160",
    "ens192",
    "enp0s3",
    "enp1s0",
    "docker0",
    "br0",
    "lo",
    "wlan0",
    "tun0",
    "hostnqn",
    "system_capabilities",
    "system_capabilities_enforced",
    "fips",
];

/// Facts that a module of its own gathers: `package_facts`, `service_facts`, `getent`.
const MODULE_FACTS: &[&str] = &[
    "getent_group",
    "getent_hosts",
    "getent_passwd",
    "getent_services",
    "getent_shadow",
    "packages",
    "services",
];

impl Profile {
    /// Returns the names of the built-in profiles.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        PROFILES.iter().map(|row| row.profile)
    }

    pub(super) fn built_in(name: &str) -> Option<Profile> {
        let row = PROFILES.iter().find(|row| row.profile == name)?;
        Some(Profile {
            name: name.to_owned(),
            facts: built_in_facts(row),
            from_file: false,
        })
    }

    /// Takes facts as `ansible -m setup` prints them: with or without `ansible_facts` around, with or without the prefix.
    pub(super) fn from_facts(name: &str, value: &Value) -> Profile {
        let inner = value.get("ansible_facts").unwrap_or(value);
        let mut facts = IndexMap::new();
        if let Value::Dict(pairs) = inner {
            for (key, value) in pairs.iter() {
                let name = key.to_string();
                facts.insert(
                    name.strip_prefix("ansible_").unwrap_or(&name).to_owned(),
                    value.clone(),
                );
            }
        }
        Profile {
            name: name.to_owned(),
            facts,
            from_file: true,
        }
    }

    pub(super) fn family(&self) -> Family {
        match self
            .facts
            .get("os_family")
            .map(|it| it.to_text().to_string())
            .as_deref()
        {
            Some("Debian") => Family::Debian,
            Some("RedHat" | "Suse") => Family::Rhel,
            Some("Alpine") => Family::Alpine,
            Some("Archlinux") => Family::Arch,
            _ => Family::Other,
        }
    }

    /// Returns the level of facts of a host: `ansible_facts` and a variable for each.
    pub(super) fn layer(&self, host: &str, address: Option<&str>) -> Layer {
        let mut facts = self.facts.clone();
        if !self.from_file {
            let short = host.split('.').next().unwrap_or_default();
            let domain = host.split_once('.').map_or("", |(_, domain)| domain);
            facts.insert("hostname".to_owned(), Value::str(short));
            facts.insert("nodename".to_owned(), Value::str(host));
            facts.insert("fqdn".to_owned(), Value::str(host));
            facts.insert("domain".to_owned(), Value::str(domain));
        }
        for name in MACHINE_FACTS {
            let what = left_open::fact(name);
            let hole = Hole {
                kind: HoleKind::Unknown,
                what,
                span: None,
            };
            facts
                .entry((*name).to_owned())
                .or_insert(Value::Unknown(hole));
        }
        for name in MODULE_FACTS {
            let value = Value::unknown(format!("the fact `{name}`"), None);
            facts.entry((*name).to_owned()).or_insert(value);
        }
        let mut layer = Layer {
            assumed: Some(Arc::from(format!("the facts of {}", self.name))),
            ..Layer::default()
        };
        for (name, value) in &facts {
            // Facts that are the same on every Linux are no assumption; the evaluator asks by name.
            layer
                .vars
                .insert(format!("ansible_{name}"), Binding::Value(value.clone()));
        }
        // These modules bring their facts without a prefix.
        for name in MODULE_FACTS
            .iter()
            .filter(|name| name.starts_with("getent_"))
        {
            if let Some(value) = facts.get(*name) {
                let binding = Binding::Value(value.clone());
                layer.vars.insert((*name).to_owned(), binding);
            }
        }
        // An inventory that reaches the host by an address says which one it has.
        if let Some(address) = address.filter(|_| !self.from_file) {
            let rest = Value::unknown(left_open::fact("default_ipv4"), None);
            let known = Value::open(vec![("address", Value::str(address))], rest);
            let clause =
                format!("{address}, by which the inventory reaches the host, is its address");
            let binding = Binding::under(known, vec![clause]);
            layer
                .vars
                .insert("ansible_default_ipv4".to_owned(), binding.clone());
            layer.vars.insert(fact_name("default_ipv4"), binding);
        }
        let all = facts
            .into_iter()
            .map(|(name, value)| (Key::Str(name), value))
            .collect();
        layer.vars.insert(
            "ansible_facts".to_owned(),
            Binding::Value(Value::Dict(Arc::new(all))),
        );
        layer
    }
}

fn built_in_facts(row: &Row) -> IndexMap<String, Value> {
    let mut facts = IndexMap::new();
    let mut set = |name: &str, value: Value| {
        facts.insert(name.to_owned(), value);
    };
    let int = |text: &str| text.parse().map_or(Value::Int(0), Value::Int);
    let major = row.version.split('.').next().unwrap_or_default();
    set("distribution", Value::str(row.distribution));
    set("distribution_version", Value::str(row.version));
    set("distribution_major_version", Value::str(major));
    set("distribution_release", Value::str(row.release));
    set("os_family", Value::str(row.family));
    set("pkg_mgr", Value::str(row.package_manager));
    set(
        "service_mgr",
        Value::str(if row.distribution == "Alpine" {
            "openrc"
        } else {
            "systemd"
        }),
    );
    if let Ok(version) = row.systemd.parse() {
        let features = Value::unknown("the features of systemd", None);
        let known = vec![("version", Value::Int(version)), ("features", features)];
        set("systemd", Value::of_pairs(known));
    }
    set("system", Value::str("Linux"));
    set("kernel", Value::str(row.kernel));
    set("architecture", Value::str("x86_64"));
    set("machine", Value::str("x86_64"));
    set("userspace_architecture", Value::str("x86_64"));
    set("userspace_bits", Value::str("64"));
    set("python_version", Value::str(row.python));
    let python: Vec<&str> = row.python.split('.').collect();
    let part = |at: usize| int(python.get(at).copied().unwrap_or("0"));
    let version = Value::of_pairs(vec![
        ("major", part(0)),
        ("minor", part(1)),
        ("micro", part(2)),
    ]);
    let executable = if row.python.starts_with('2') {
        "/usr/bin/python"
    } else {
        "/usr/bin/python3"
    };
    let list = Value::list(vec![part(0), part(1), part(2)]);
    set(
        "python",
        Value::of_pairs(vec![
            ("version", version),
            ("version_info", list),
            ("executable", Value::str(executable)),
            ("type", Value::str("cpython")),
        ]),
    );
    let enforcing = row.family == "RedHat";
    let selinux = if enforcing {
        Value::of_pairs(vec![
            ("status", Value::str("enabled")),
            ("mode", Value::str("enforcing")),
            ("policyvers", Value::Int(33)),
            ("type", Value::str("targeted")),
        ])
    } else {
        Value::of_pairs(vec![("status", Value::str("disabled"))])
    };
    set("selinux", selinux);
    set("selinux_python_present", Value::Bool(enforcing));
    set(
        "apparmor",
        Value::of_pairs(vec![(
            "status",
            Value::str(if row.family == "Debian" {
                "enabled"
            } else {
                "disabled"
            }),
        )]),
    );
    set(
        "lsb",
        Value::of_pairs(vec![
            ("id", Value::str(row.distribution)),
            ("release", Value::str(row.version)),
            ("codename", Value::str(row.release)),
            ("major_release", Value::str(major)),
            (
                "description",
                Value::str(&format!("{} {}", row.distribution, row.version)),
            ),
        ]),
    );
    set("user_id", Value::str("root"));
    set("user_uid", Value::Int(0));
    set("user_gid", Value::Int(0));
    set("user_dir", Value::str("/root"));
    set("user_shell", Value::str("/bin/bash"));
    set("user_gecos", Value::str("root"));
    set("effective_user_id", Value::Int(0));
    set("real_user_id", Value::Int(0));
    set("effective_group_id", Value::Int(0));
    set("real_group_id", Value::Int(0));
    set("is_chroot", Value::Bool(false));
    // As `setup` says of a machine that is no guest.
    set("virtualization_type", Value::str("NA"));
    set("virtualization_role", Value::str("NA"));
    set(
        "env",
        Value::of_pairs(vec![
            ("HOME", Value::str("/root")),
            ("USER", Value::str("root")),
            ("LOGNAME", Value::str("root")),
            ("SHELL", Value::str("/bin/bash")),
            ("PWD", Value::str("/root")),
            (
                "PATH",
                Value::str("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ),
            (
                "LANG",
                Value::unknown("the variable LANG of the login", None),
            ),
            (
                "SUDO_USER",
                Value::unknown("the user that Ansible logs in as", None),
            ),
        ]),
    );
    set("local", Value::of_pairs(Vec::new()));
    set("module_setup", Value::Bool(true));
    facts
}
