//! Names of units: what NixOS calls them, and what its options take for one.

use super::machine;
use crate::model::Machine;
use crate::rules;

/// nixos/modules/system/boot/systemd.nix, `upstreamSystemUnits`: those that people are apt to write anew or to change.
const OF_SYSTEMD: &[&str] = &[
    "basic.target",
    "bluetooth.target",
    "boot-complete.target",
    "cryptsetup.target",
    "debug-shell.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "exit.target",
    "graphical.target",
    "halt.target",
    "hibernate.target",
    "kexec.target",
    "kmod-static-nodes.service",
    "local-fs-pre.target",
    "local-fs.target",
    "machine.slice",
    "machines.target",
    "modprobe@.service",
    "multi-user.target",
    "network-online.target",
    "network-pre.target",
    "network.target",
    "nss-lookup.target",
    "nss-user-lookup.target",
    "paths.target",
    "poweroff.target",
    "printer.target",
    "reboot.target",
    "remote-fs-pre.target",
    "remote-fs.target",
    "rescue.service",
    "rescue.target",
    "rpcbind.target",
    "shutdown.target",
    "sleep.target",
    "slices.target",
    "smartcard.target",
    "sockets.target",
    "sound.target",
    "suspend.target",
    "swap.target",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sysinit.target",
    "systemd-backlight@.service",
    "systemd-fsck-root.service",
    "systemd-fsck@.service",
    "systemd-growfs@.service",
    "systemd-halt.service",
    "systemd-hibernate.service",
    "systemd-hostnamed.service",
    "systemd-hybrid-sleep.service",
    "systemd-kexec.service",
    "systemd-localed.service",
    "systemd-machined.service",
    "systemd-modules-load.service",
    "systemd-nspawn@.service",
    "systemd-poweroff.service",
    "systemd-random-seed.service",
    "systemd-reboot.service",
    "systemd-remount-fs.service",
    "systemd-rfkill.service",
    "systemd-suspend-then-hibernate.service",
    "systemd-suspend.service",
    "systemd-sysctl.service",
    "systemd-timedated.service",
    "systemd-udev-trigger.service",
    "systemd-udevd.service",
    "systemd-update-done.service",
    "systemd-update-utmp.service",
    "time-set.target",
    "time-sync.target",
    "timers.target",
    "umount.target",
];

/// What stands for the name of one of a module's services, and the module of which one has no name.
const INSTANCE: &str = "<name>";
const UNNAMED: (&str, &str) = ("redis-<name>", "redis");

/// Returns the name that NixOS has for a service, without its suffix; the machine's own units keep theirs.
pub(super) fn service_name(name: &str, machine: &Machine) -> String {
    let own = format!("{name}.service");
    if machine::units(machine).any(|it| !it.drop_in && it.name == own) {
        return name.to_owned();
    }
    known_name(name, machine).unwrap_or_else(|| name.to_owned())
}

/// Returns the name that NixOS has for a distribution's service, where a table says one.
pub(super) fn known_name(name: &str, machine: &Machine) -> Option<String> {
    let unit = rules::service(name, machine.family)?.unit?;
    let stem = unit.strip_suffix(".service")?;
    match stem.split_once(INSTANCE) {
        None => Some(stem.to_owned()),
        Some(_) if stem == UNNAMED.0 => Some(UNNAMED.1.to_owned()),
        // One of many, which the source has by its own name.
        Some((before, after)) => {
            let (_, instance) = name.split_once('@').filter(|it| !it.1.is_empty())?;
            Some(format!("{before}{instance}{after}"))
        }
    }
}

/// Tells whether systemd itself brings the unit on every NixOS, so that what is stated of it is written beside it.
pub(super) fn is_of_systemd(unit: &str) -> bool {
    OF_SYSTEMD.contains(&unit)
}

/// The pattern that the options ask for.
pub(super) fn is_unit_name(word: &str) -> bool {
    const SUFFIXES: [&str; 11] = [
        "service",
        "socket",
        "device",
        "mount",
        "automount",
        "swap",
        "target",
        "path",
        "timer",
        "scope",
        "slice",
    ];
    word.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty()
            && SUFFIXES.contains(&suffix)
            && stem
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "@%:_.\\-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::is_unit_name;

    #[test]
    fn names_of_units_have_a_suffix() {
        assert!(is_unit_name("a@b.service"));
        assert!(!is_unit_name("a"));
        assert!(!is_unit_name("a b.service"));
    }
}
