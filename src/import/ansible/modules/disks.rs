//! `filesystem`, `lvg`, `lvol`, `parted` and their kin: disks are set up once, before there is a configuration.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/general/filesystem_module.html> and its kin

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Resource, Text};

pub(super) const MODULE: Module = Module {
    names: &[
        "btrfs_subvolume",
        "filesystem",
        "gluster_volume",
        "luks_device",
        "lvg",
        "lvm_pv",
        "lvol",
        "mdadm_array",
        "open_iscsi",
        "parted",
        "zfs",
        "zpool",
    ],
    collection: "community.general",
    becomes: "Left to you: a disk is set up once, by hand or by disko. fileSystems says what is mounted.",
    kind: Kind::Changes,
    run,
};

const DISKO: &str =
    "set it up by hand, once, or describe the disk for disko; fileSystems says what is mounted";

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let module = run
        .task
        .module
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_owned();
    let state = params.text(&["state"])?;
    let state = state.as_ref().and_then(Text::plain).unwrap_or("present");
    let is_gone = matches!(state, "absent" | "removed" | "inactive");
    let asks = module == "parted" && state == "info";
    let names = ["dev", "device", "lv", "vg", "name", "target"];
    let mut named = Vec::new();
    for name in names {
        let given = params.text(&[name])?;
        named.extend(given.as_ref().and_then(Text::plain).map(str::to_owned));
    }
    let kind = params.text(&["fstype", "type"])?;
    let kind = kind
        .as_ref()
        .and_then(Text::plain)
        .unwrap_or_default()
        .to_owned();
    params.rest();
    if asks {
        run.probe("it only looks at a disk");
        return Ok(());
    }
    let named = named.join("`, `");
    if is_gone {
        run.already(format!("a new machine does not have `{named}`"));
        return Ok(());
    }
    let (what, cure) = match module.as_str() {
        "filesystem" => {
            let mounts = mount_point(&named, run);
            let cure = match mounts {
                Some(point) => format!(
                    "fileSystems.\"{point}\".autoFormat = true; makes it where there is none, at boot"
                ),
                None => DISKO.to_owned(),
            };
            (format!("a file system ({kind}) is made on `{named}`"), cure)
        }
        "gluster_volume" => (
            format!("a volume of Gluster, `{named}`, is made on all its machines"),
            "services.glusterfs.enable runs the server; make the volume by hand, once".to_owned(),
        ),
        "open_iscsi" => (
            "a target of iSCSI is logged in at".to_owned(),
            "services.openiscsi.enable and .discoverPortal have it; boot.iscsi-initiator at boot"
                .to_owned(),
        ),
        "zfs" | "zpool" => (
            format!("a pool or data set of ZFS, `{named}`, is made"),
            format!("boot.supportedFilesystems has zfs; {DISKO}"),
        ),
        "luks_device" => (
            format!("`{named}` is encrypted, or opened"),
            format!("boot.initrd.luks.devices opens it at boot; {DISKO}"),
        ),
        _ => (format!("`{named}` is set up on a disk"), DISKO.to_owned()),
    };
    Err(Refusal::new(Code::CannotState, what).cure(cure))
}

/// Returns where the source mounts a device.
fn mount_point(device: &str, run: &Run<'_, '_>) -> Option<String> {
    run.state.entries().find_map(|entry| match &entry.resource {
        Resource::Mount(it) if it.device == device => Some(it.path.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn disks_are_set_up_by_hand() {
        check(
            "- filesystem: {fstype: ext4, dev: /dev/sdb1}",
            &["manual: a file system (ext4) is made on `/dev/sdb1`"],
        );
        check(
            "- lvol: {vg: data, lv: a, size: 1g}\n- lvg: {vg: old, state: absent}",
            &[
                "manual: `a`, `data` is set up on a disk",
                "not-needed: a new machine does not have `old`",
            ],
        );
        check(
            "- parted: {device: /dev/sdb, state: info}",
            &["not-needed: it only looks at a disk"],
        );
    }
}
