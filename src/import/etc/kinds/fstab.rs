//! /etc/fstab: mounts, without the kernel's own file systems.
//!
//! Manual: fstab(5)

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::{Mount, Resource};
use crate::syntax::fstab;

pub(super) const KIND: Kind = Kind {
    name: "fstab",
    paths: "/etc/fstab",
    becomes: "Each line becomes fileSystems.<path> or an element of swapDevices. What the kernel or systemd mounts \
              by itself is not needed.",
    matches: |path| path == "/etc/fstab",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// What every machine with systemd mounts by itself, and where.
const KERNEL: &[(&str, &str)] = &[
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devpts", "/dev/pts"),
    ("devtmpfs", "/dev"),
    ("tmpfs", "/dev/shm"),
    ("tmpfs", "/run"),
    ("cgroup", "/sys/fs/cgroup"),
    ("cgroup2", "/sys/fs/cgroup"),
    ("securityfs", "/sys/kernel/security"),
    ("debugfs", "/sys/kernel/debug"),
    ("tracefs", "/sys/kernel/tracing"),
    ("efivarfs", "/sys/firmware/efi/efivars"),
    ("mqueue", "/dev/mqueue"),
];

/// The options under which they are mounted anyway; any other one is a wish.
const USUAL: &[&str] = &[
    "rw",
    "nosuid",
    "nodev",
    "relatime",
    "gid=5",
    "mode=620",
    "mode=0620",
];

fn read(given: &Given) -> Vec<Entry> {
    let file = fstab::read(given.text());
    let entries = file
        .mounts
        .iter()
        .map(|mount| entry(given, mount))
        .collect();
    given.with_faults(entries, file.faults)
}

fn entry(given: &Given, mount: &fstab::Mount) -> Entry {
    let is_kernels = KERNEL.contains(&(mount.fstype.as_str(), mount.path.as_str()));
    let is_usual = |option: &String| USUAL.contains(&option.as_str());
    if is_kernels && mount.options.iter().all(is_usual) {
        let why = format!("NixOS mounts {} by itself", mount.path);
        return given.not_needed(mount.place, why);
    }
    let options = mount.options.join(",");
    let fields = [&mount.device, &mount.path, &mount.fstype, &options].map(String::as_str);
    let resource = Resource::Mount(Mount {
        device: mount.device.clone(),
        path: if mount.fstype == "swap" {
            "none".to_owned()
        } else {
            mount.path.clone()
        },
        fstype: mount.fstype.clone(),
        options: mount.options.clone(),
        passno: mount.passno,
    });
    given.asks(mount.place, &fields, resource)
}
