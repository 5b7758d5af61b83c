//! `Mount`: a line of fstab as `fileSystems` or `swapDevices`.

use super::statement::{Lowered, Statement};
use super::step::swap;
use crate::account::Code;
use crate::model::{Machine, Mount};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret, SecretPart};
use crate::rules;

/// File systems that the kernel or NixOS mounts itself.
const OWN: [&str; 9] = [
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "securityfs",
    "debugfs",
    "efivarfs",
];

/// What stage 1 of NixOS mounts, with options of its own (system/boot/stage-1.nix, tasks/filesystems.nix).
const SPECIAL: [(&str, &str); 5] = [
    ("/dev", "devtmpfs"),
    ("/dev/pts", "devpts"),
    ("/dev/shm", "tmpfs"),
    ("/proc", "proc"),
    ("/run", "tmpfs"),
];

/// The options for the size of some of them: a second `size=` beside theirs would depend on which comes last.
const SIZES: [(&str, &str); 3] = [
    ("/dev", "devSize"),
    ("/dev/shm", "devShmSize"),
    ("/run", "runSize"),
];

/// Options that say nothing beside those.
const USUAL: [&str; 8] = [
    "", "defaults", "rw", "relatime", "nosuid", "nodev", "gid=5", "mode=620",
];

/// File systems of other kernels.
const FOREIGN: [(&str, &str); 5] = [
    ("fdescfs", "FreeBSD"),
    ("linprocfs", "FreeBSD"),
    ("linsysfs", "FreeBSD"),
    ("hammer2", "DragonFly BSD"),
    ("kernfs", "NetBSD"),
];

/// What hardware-configuration.nix of the machine says as well, and knows better: its disks may be others.
const OF_HARDWARE: [&str; 7] = [
    "/",
    "/boot",
    "/boot/efi",
    "/boot/firmware",
    "/efi",
    "/nix",
    "/usr",
];

pub(super) fn lower(mount: &Mount, machine: &Machine) -> Lowered {
    let fstype = mount.fstype.as_str();
    if let Some(system) = FOREIGN.iter().find(|(name, _)| *name == fstype) {
        let reason = format!("`{fstype}` is a file system of {}", system.1);
        return Lowered::manual(Code::CannotState, reason);
    }
    if OWN.contains(&fstype) || is_special(mount) {
        return lower_special(mount);
    }
    let device = device(&mount.device);
    if fstype == "swap" {
        return lower_swap(mount, &device, machine);
    }
    if !mount.path.starts_with('/') {
        return Lowered::manual(
            Code::BadInput,
            format!(
                "`{}` is no place where a file system can be mounted",
                mount.path
            ),
        );
    }
    let path = match mount.path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let mut statement = Statement::default();
    let base = OptionPath::new(["fileSystems", path]);
    let yielding = |expr: Expr| {
        if OF_HARDWARE.contains(&path) {
            Expr::apply("lib.mkDefault", vec![expr])
        } else {
            expr
        }
    };
    statement.set(base.child("device"), yielding(Expr::str(device)));
    statement.set(base.child("fsType"), yielding(Expr::str(fstype)));
    let options: Vec<&str> = mount
        .options
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty() && *it != "defaults")
        .collect();
    let credentials = options.iter().find_map(|it| {
        it.strip_prefix("credentials=")
            .or_else(|| it.strip_prefix("cred="))
    });
    if let Some(file) = credentials {
        statement.assume(format!("`{file}` is put there by hand"));
        statement.secrets.push(Secret {
            path: file.to_owned(),
            // The name in it is none, but stands nowhere else: the file is copied as it is.
            content: vec![SecretPart::Hole(format!(
                "what {file} of the old machine holds (`username=`, `password=`)"
            ))],
            used_by: format!("the mount of `{}`", mount.path),
            ..Secret::default()
        });
    }
    if !options.is_empty() {
        let all = Expr::strs(options.clone());
        statement.set(base.child("options"), yielding(all));
    }
    let is_bind = options.iter().any(|it| matches!(*it, "bind" | "rbind"));
    if mount.passno == 0 && !rules::UNCHECKED_FILE_SYSTEMS.contains(&fstype) && !is_bind {
        statement.set(base.child("noCheck"), Expr::Bool(true));
    }
    Lowered::Stated(statement)
}

/// What NixOS mounts itself takes further options.
fn lower_special(mount: &Mount) -> Lowered {
    let wishes: Vec<&str> = mount
        .options
        .iter()
        .map(String::as_str)
        .filter(|it| !USUAL.contains(it))
        .collect();
    if wishes.is_empty() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("NixOS mounts `{}` itself", mount.fstype),
        );
    }
    let Some((path, fstype)) = SPECIAL.iter().find(|(path, _)| *path == mount.path) else {
        let reason = format!("no option of NixOS changes how `{}` is mounted", mount.path);
        return Lowered::manual(Code::CannotState, reason);
    };
    let mut statement = Statement::default();
    let base = OptionPath::new(["boot", "specialFileSystems", path]);
    let size = SIZES.iter().find(|(of, _)| of == path);
    for wish in wishes {
        match (wish.strip_prefix("size="), size) {
            (Some(value), Some((_, option))) => {
                statement.set(OptionPath::new(["boot", option]), Expr::str(value));
            }
            _ => {
                // The type is that of the module; said again, the definition is whole by itself.
                statement.set(base.child("fsType"), Expr::str(*fstype));
                statement.add(base.child("options"), Expr::str(wish));
            }
        }
    }
    Lowered::Stated(statement)
}

fn is_special(mount: &Mount) -> bool {
    SPECIAL.iter().any(|(path, _)| *path == mount.path)
}

fn lower_swap(mount: &Mount, device: &str, machine: &Machine) -> Lowered {
    let mut attrs = swap::attributes(device, machine);
    let mut rest = Vec::new();
    for option in &mount.options {
        match option.split_once('=') {
            Some(("pri" | "priority", number)) => match number.parse::<i64>() {
                Ok(number) => attrs.push(("priority".to_owned(), Expr::Int(number))),
                Err(_) => rest.push(option.as_str()),
            },
            _ if matches!(option.as_str(), "sw" | "swap" | "defaults" | "") => {}
            _ => rest.push(option.as_str()),
        }
    }
    if !rest.is_empty() {
        attrs.push(("options".to_owned(), Expr::strs(rest)));
    }
    let mut statement = Statement::default();
    statement.add(OptionPath::new(["swapDevices"]), Expr::Attrs(attrs));
    Lowered::Stated(statement)
}

/// The links of udev say the same as the tags of fstab, and NixOS's own tools write them.
fn device(device: &str) -> String {
    const TAGS: [(&str, &str); 4] = [
        ("UUID=", "by-uuid"),
        ("LABEL=", "by-label"),
        ("PARTUUID=", "by-partuuid"),
        ("PARTLABEL=", "by-partlabel"),
    ];
    let tag = TAGS.iter().find_map(|(tag, folder)| {
        let value = device.strip_prefix(tag)?.trim_matches('"');
        let plain = value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        plain.then(|| format!("/dev/disk/{folder}/{value}"))
    });
    tag.unwrap_or_else(|| device.to_owned())
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::check;
    use crate::model::{Mount, Resource};

    fn mount(device: &str, path: &str, fstype: &str, options: &[&str], passno: u32) -> Resource {
        Resource::Mount(Mount {
            device: device.into(),
            path: path.into(),
            fstype: fstype.into(),
            options: options.iter().map(|&it| it.to_owned()).collect(),
            passno,
        })
    }

    #[test]
    fn file_systems_have_device_type_and_options() {
        check(
            mount("UUID=ab-cd", "/data/", "ext4", &["defaults", "noatime"], 2),
            r#"
            fileSystems."/data".device = "/dev/disk/by-uuid/ab-cd";
            fileSystems."/data".fsType = "ext4";
            fileSystems."/data".options = [ "noatime" ];
            "#,
        );
        check(
            mount("nas:/x", "/mnt/x", "nfs", &["ro"], 0),
            r#"
            fileSystems."/mnt/x".device = "nas:/x";
            fileSystems."/mnt/x".fsType = "nfs";
            fileSystems."/mnt/x".options = [ "ro" ];
            "#,
        );
        check(
            mount("/a", "/b", "none", &["bind"], 0),
            r#"
            fileSystems."/b".device = "/a";
            fileSystems."/b".fsType = "none";
            fileSystems."/b".options = [ "bind" ];
            "#,
        );
    }

    #[test]
    fn swap_is_a_device_of_swap() {
        check(
            mount("/swap", "none", "swap", &["sw", "pri=5"], 0),
            r#"swapDevices += { device = "/swap"; priority = 5; };"#,
        );
        check(
            mount("proc", "/proc", "proc", &[], 0),
            "not-needed: NixOS mounts `proc` itself",
        );
        check(
            mount("proc", "/proc", "proc", &["hidepid=2"], 0),
            r#"
            boot.specialFileSystems."/proc".fsType = "proc";
            boot.specialFileSystems."/proc".options += "hidepid=2";
            "#,
        );
        check(
            mount(
                "tmpfs",
                "/dev/shm",
                "tmpfs",
                &["nodev", "noexec", "size=1G"],
                0,
            ),
            r#"
            boot.specialFileSystems."/dev/shm".fsType = "tmpfs";
            boot.specialFileSystems."/dev/shm".options += "noexec";
            boot.devShmSize = "1G";
            "#,
        );
        check(
            mount("sys", "/sys", "linsysfs", &[], 0),
            "manual: `linsysfs` is a file system of FreeBSD",
        );
    }

    #[test]
    fn a_password_stays_in_its_file() {
        check(
            mount(
                "//nas/x",
                "/mnt/x",
                "cifs",
                &["credentials=/etc/x.creds"],
                0,
            ),
            r#"
            fileSystems."/mnt/x".device = "//nas/x";
            fileSystems."/mnt/x".fsType = "cifs";
            fileSystems."/mnt/x".options = [ "credentials=/etc/x.creds" ];
            /etc/x.creds: <secret: what /etc/x.creds of the old machine holds (`username=`, `password=`)>
            assumed: `/etc/x.creds` is put there by hand
            "#,
        );
    }
}
