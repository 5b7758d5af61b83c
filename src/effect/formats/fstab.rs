//! `fstab` and `swap`: the mounts and the swap of /etc/fstab, as nixos/modules/tasks/filesystems.nix writes them from
//! `fileSystems` and `swapDevices`.
//!
//! Manual: fstab(5). A tag of a device and the link of udev for it are the same, `dump` has nothing to do, and of the order
//! of checks only counts whether there is one.

use serde_json::{Map, Value, json};

use super::{Format, each, plain};
use crate::rules;
use crate::syntax::fstab::{self, Mount};

pub(super) static FORMAT: Format = Format {
    name: "fstab",
    write,
    tree,
};

pub(super) static SWAP: Format = Format {
    name: "swap",
    write: write_swap,
    tree: tree_of_swap,
};

/// `pathsNeededForBoot` of nixos/lib/utils.nix: stage 1 mounts these.
const EARLY: [&str; 9] = [
    "/",
    "/etc",
    "/nix",
    "/nix/store",
    "/usr",
    "/var",
    "/var/lib",
    "/var/lib/nixos",
    "/var/log",
];

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (path, mount) in value.as_object()? {
        let fstype = mount.get("fsType").map(plain)?;
        let mut options: Vec<String> = mount
            .get("options")
            .map(each)
            .unwrap_or_default()
            .iter()
            .map(plain)
            .collect();
        if EARLY.contains(&path.as_str()) {
            options.push("x-initrd.mount".to_owned());
        }
        if options.is_empty() {
            options.push("defaults".to_owned());
        }
        let is_unchecked = mount.get("noCheck") == Some(&json!(true))
            || rules::UNCHECKED_FILE_SYSTEMS.contains(&fstype.as_str())
            || options.iter().any(|it| it == "bind");
        text += &format!(
            "{} {} {fstype} {} 0 {}\n",
            escaped(&mount.get("device").map(plain)?),
            escaped(path),
            escaped(&options.join(",")),
            u8::from(!is_unchecked)
        );
    }
    Some(text)
}

fn write_swap(value: &Value) -> Option<String> {
    let mut text = String::new();
    for swap in each(value) {
        let options = swap.get("options").map(each).unwrap_or_default();
        let mut options: Vec<String> = options.iter().map(plain).collect();
        if let Some(priority) = swap.get("priority").filter(|it| !it.is_null()) {
            options.push(format!("pri={priority}"));
        }
        if options.is_empty() {
            options.push("defaults".to_owned());
        }
        let device = swap.get("device").map(plain)?;
        text += &format!("{} none swap {}\n", escaped(&device), options.join(","));
    }
    Some(text)
}

fn escaped(field: &str) -> String {
    field.replace(' ', "\\040").replace('\t', "\\011")
}

fn mounts(text: &str) -> Result<Vec<Mount>, String> {
    let read = fstab::read(text);
    match read.faults.first() {
        Some(fault) => Err(format!("line {}: {}", fault.place.line, fault.why)),
        None => Ok(read.mounts),
    }
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all: Map<String, Value> = Map::new();
    for it in mounts(text)?.iter().filter(|it| it.fstype != "swap") {
        let is_unchecked = rules::UNCHECKED_FILE_SYSTEMS.contains(&it.fstype.as_str())
            || it.options.iter().any(|it| it == "bind" || it == "rbind");
        let mut entry = json!({ "device": device(&it.device), "type": it.fstype });
        let options = options(it);
        if options != json!({}) {
            entry["options"] = options;
        }
        if !is_unchecked {
            entry["check"] = (it.passno > 0).into();
        }
        let path = match it.path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        all.insert(path.to_owned(), entry);
    }
    Ok(all.into())
}

fn tree_of_swap(text: &str) -> Result<Value, String> {
    let mounts = mounts(text)?;
    let swaps = mounts.iter().filter(|it| it.fstype == "swap");
    let swaps = swaps.map(|it| (device(&it.device), options(it)));
    Ok(swaps.collect::<Map<String, Value>>().into())
}

/// Options that say something, as a set.
fn options(mount: &Mount) -> Value {
    let own = mount.options.iter().map(String::as_str);
    let own = own.filter(|it| !matches!(*it, "rw" | "sw" | "swap"));
    own.map(|it| (it.to_owned(), Value::Bool(true)))
        .collect::<Map<String, Value>>()
        .into()
}

fn device(device: &str) -> String {
    const TAGS: [(&str, &str); 4] = [
        ("UUID", "by-uuid"),
        ("LABEL", "by-label"),
        ("PARTUUID", "by-partuuid"),
        ("PARTLABEL", "by-partlabel"),
    ];
    let linked = device.split_once('=').and_then(|(tag, value)| {
        let (_, folder) = TAGS.iter().find(|it| it.0 == tag)?;
        Some(format!("/dev/disk/{folder}/{}", value.trim_matches('"')))
    });
    linked.unwrap_or_else(|| device.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::{FORMAT, SWAP};

    #[test]
    fn a_tag_is_its_link() {
        check(
            &FORMAT,
            &json!({
                "/": {"device": "/dev/disk/by-uuid/1-2", "fsType": "ext4"},
                "/a b": {"device": "x:/y", "fsType": "nfs", "options": ["ro"], "noCheck": false},
            }),
            "# x\nUUID=1-2 / ext4 defaults,x-initrd.mount 1 1\nx:/y /a\\040b/ nfs rw,ro 0 2\n/dev/z none swap sw 0 0\n",
        );
    }

    #[test]
    fn swap_is_apart() {
        check(
            &SWAP,
            &json!([{"device": "/dev/disk/by-label/s", "priority": 5}, {"device": "/swap"}]),
            "LABEL=s none swap sw,pri=5 0 0\n/swap swap swap defaults 0 0\n/dev/a / ext4 rw 0 1\n",
        );
    }
}
