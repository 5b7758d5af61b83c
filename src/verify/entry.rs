//! Entries of tables that the evaluation shows whole: fstab, hosts, sysctl, the rules of systemd-tmpfiles.

use super::direct::{Shown, etc};
use super::evaluation::Evaluation;
use crate::model::{Directory, HostsEntry, Link, Mode, Mount, PathMode, Sysctl};
use crate::syntax::{fstab, hosts as hosts_file, sysctl as sysctl_file};

/// A mount as NixOS has it.
struct There {
    device: String,
    path: String,
    fstype: String,
    options: Vec<String>,
    passno: Option<u32>,
}

/// The device by any of its names, the type, the options and whether it is checked.
pub(super) fn mount(source: &Mount, evaluation: &Evaluation) -> Shown {
    let there = mounts(evaluation);
    let is_swap = source.fstype == "swap";
    let device = named_device(&source.device);
    let found = there.iter().find(|it| {
        if is_swap {
            it.fstype == "swap" && (it.device == device || it.device == source.device)
        } else {
            it.fstype != "swap" && it.path == source.path
        }
    });
    let Some(there) = found else {
        return Shown::Nothing;
    };
    let (mut lost, mut added) = (Vec::new(), Vec::new());
    let mut differ = |what: &str, wanted: &str, is: &str| {
        lost.push(format!("{what} {wanted}"));
        added.push(format!("{what} {is}"));
    };
    if device != there.device && source.device != there.device {
        differ("device", &device, &there.device);
    }
    if source.fstype != there.fstype {
        differ("type", &source.fstype, &there.fstype);
    }
    if let Some(passno) = there
        .passno
        .filter(|it| !is_swap && (*it == 0) != (source.passno == 0))
    {
        differ("check", &source.passno.to_string(), &passno.to_string());
    }
    let is_said = |it: &&String| *it != "defaults" && !is_swap;
    let options = source.options.iter().filter(is_said);
    let options = options.filter(|it| !there.options.contains(it));
    lost.extend(options.map(|it| format!("option {it}")));
    // What systemd's initrd adds is of NixOS alone.
    let more = there.options.iter().filter(is_said);
    let more = more.filter(|it| !source.options.contains(it) && !it.starts_with("x-initrd."));
    added.extend(more.map(|it| format!("option {it}")));
    Shown::of(lost, added)
}

/// The file itself where the evaluation has its text, else what it is written from.
fn mounts(evaluation: &Evaluation) -> Vec<There> {
    match etc("fstab", evaluation).and_then(|it| it.text.as_deref()) {
        Some(text) => {
            let mounts = fstab::read(text).mounts.into_iter();
            let there = mounts.map(|it| There {
                device: it.device,
                path: it.path,
                fstype: it.fstype,
                options: it.options,
                passno: Some(it.passno),
            });
            there.collect()
        }
        None => {
            let mounts = evaluation.filesystems.iter();
            let there = mounts.map(|it| There {
                device: it.device.clone().unwrap_or_default(),
                path: it.mount_point.clone(),
                fstype: it.fs_type.clone(),
                options: it.options.clone(),
                passno: None,
            });
            there.collect()
        }
    }
}

/// fstab(5): tags stand for links below /dev/disk.
fn named_device(device: &str) -> String {
    let folder = match device.split_once('=') {
        Some(("UUID", _)) => "by-uuid",
        Some(("LABEL", _)) => "by-label",
        Some(("PARTUUID", _)) => "by-partuuid",
        Some(("PARTLABEL", _)) => "by-partlabel",
        Some(_) | None => return device.to_owned(),
    };
    let name = device.split_once('=').map_or(device, |it| it.1);
    format!("/dev/disk/{folder}/{}", name.trim_matches('"'))
}

pub(super) fn hosts(source: &HostsEntry, evaluation: &Evaluation) -> Shown {
    let lines = hosts_file::read(&evaluation.extra_hosts).hosts;
    let lines = lines.iter().filter(|it| it.address == source.address);
    let mut there: Vec<&String> = lines.flat_map(|it| &it.names).collect();
    there.extend(evaluation.hosts.get(&source.address).into_iter().flatten());
    if there.is_empty() {
        return Shown::Nothing;
    }
    let missing = source.names.iter().filter(|it| !there.contains(it));
    Shown::of(missing.cloned().collect(), Vec::new())
}

pub(super) fn sysctl(source: &Sysctl, evaluation: &Evaluation) -> Shown {
    let file = etc("sysctl.d/60-nixos.conf", evaluation).and_then(|it| it.text.as_deref());
    let there = match file {
        Some(text) => {
            let settings = sysctl_file::read(text).settings.into_iter();
            let mut own = settings.filter(|it| it.name == sysctl_file::dotted(&source.name));
            own.next_back().and_then(|it| it.value)
        }
        None => evaluation.sysctl.get(&source.name).cloned(),
    };
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    match there {
        Some(value) if words(&value) == words(&source.value) => Shown::Same,
        Some(value) => Shown::of(vec![source.value.clone()], vec![value]),
        None => Shown::Nothing,
    }
}

/// A line of tmpfiles.d: kind, path, mode, owner, group.
struct Rule<'a> {
    kind: &'a str,
    mode: &'a str,
    user: &'a str,
    group: &'a str,
    argument: &'a str,
}

/// Returns the rules that name a path.
fn rules<'a>(path: &str, evaluation: &'a Evaluation) -> Vec<Rule<'a>> {
    let path = match path.strip_prefix("/var/run/") {
        Some(below) => format!("/run/{below}"),
        None => path.trim_end_matches('/').to_owned(),
    };
    let mut found = Vec::new();
    for line in &evaluation.tmpfiles {
        let Some((kind, rest)) = line.trim_start().split_once(char::is_whitespace) else {
            continue;
        };
        let rest = rest.trim_start();
        let (own, rest) = match rest.strip_prefix('"').and_then(|it| it.split_once('"')) {
            Some((own, rest)) => (own.to_owned(), rest),
            None => {
                let (own, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                (own.replace("\\x20", " "), rest)
            }
        };
        if own.replace("%%", "%").trim_end_matches('/') != path {
            continue;
        }
        let mut fields = rest.split_whitespace();
        let mut next = || fields.next().unwrap_or("-");
        found.push(Rule {
            kind,
            mode: next(),
            user: next(),
            group: next(),
            argument: {
                next();
                next()
            },
        });
    }
    found
}

/// Tells whether anything is made at a path.
pub(super) fn made(path: &str, evaluation: &Evaluation) -> Shown {
    if rules(path, evaluation).is_empty() {
        Shown::Nothing
    } else {
        Shown::Same
    }
}

pub(super) fn directory(source: &Directory, evaluation: &Evaluation) -> Shown {
    let owner = (source.owner.as_deref(), source.group.as_deref());
    owned(&source.path, source.mode, owner, evaluation)
}

pub(super) fn path_mode(source: &PathMode, evaluation: &Evaluation) -> Shown {
    let owner = (source.owner.as_deref(), source.group.as_deref());
    owned(&source.path, source.mode, owner, evaluation)
}

/// What the source says of mode and owner must be in one of the rules; systemd-tmpfiles makes what it says nothing of
/// root's with 0755.
fn owned(
    path: &str,
    mode: Option<Mode>,
    (owner, group): (Option<&str>, Option<&str>),
    evaluation: &Evaluation,
) -> Shown {
    let rules = rules(path, evaluation);
    if rules.is_empty() {
        return Shown::Nothing;
    }
    let mode = mode.map(Mode::octal);
    let (mut lost, mut added) = (Vec::new(), Vec::new());
    let mut differ = |what: &str, wanted: Option<&str>, usual: &str, there: Vec<String>| {
        let Some(wanted) = wanted else { return };
        let is = |value: &String| value == wanted || value == "-" && wanted == usual;
        if !there.iter().any(is) {
            lost.push(format!("{what} {wanted}"));
            added.extend(there.iter().map(|it| format!("{what} {it}")));
        }
    };
    let modes = rules.iter().map(|it| full_mode(it.mode)).collect();
    let users = rules.iter().map(|it| it.user.to_owned()).collect();
    let groups = rules.iter().map(|it| it.group.to_owned()).collect();
    differ("mode", mode.as_deref(), "0755", modes);
    differ("owner", owner, "root", users);
    differ("group", group, "root", groups);
    Shown::of(lost, added)
}

/// Four digits, without what keeps a mode where the path is there already.
fn full_mode(mode: &str) -> String {
    let digits = mode.trim_start_matches([':', '~']);
    match digits {
        "-" => "-".to_owned(),
        digits => format!("{digits:0>4}"),
    }
}

pub(super) fn link(source: &Link, evaluation: &Evaluation) -> Shown {
    let rules = rules(&source.path, evaluation);
    let links: Vec<&Rule<'_>> = rules.iter().filter(|it| it.kind.starts_with('L')).collect();
    match links.as_slice() {
        [] if rules.is_empty() => Shown::Nothing,
        links
            if links
                .iter()
                .any(|it| ends_alike(it.argument, &source.target)) =>
        {
            Shown::Same
        }
        links => Shown::of(
            vec![format!("to {}", source.target)],
            links
                .iter()
                .map(|it| format!("to {}", it.argument))
                .collect(),
        ),
    }
}

/// A link to a program or a file of a package leads into the store.
fn ends_alike(there: &str, target: &str) -> bool {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    there.replace("%%", "%") == target
        || there.starts_with("/nix/store/") && name(there) == name(target)
}

#[cfg(test)]
mod tests {
    use super::{directory, mount, sysctl};
    use crate::model::{Directory, Mode, Mount, Sysctl};
    use crate::verify::direct::Shown;
    use crate::verify::evaluation::Evaluation;

    fn evaluation(json: &str) -> Evaluation {
        serde_json::from_str(json).unwrap()
    }

    fn differs(lost: &[&str], added: &[&str]) -> Shown {
        let all = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        Shown::Differs {
            lost: all(lost),
            added: all(added),
        }
    }

    #[test]
    fn a_mount_is_a_line_of_the_file() {
        let there = evaluation(
            r##"{"etc": {"fstab": {"target": "fstab", "text": "# x\n/dev/disk/by-uuid/a-b / ext4 x-initrd.mount,noatime 0 1\n/swap none swap\n"}}}"##,
        );
        let source = |path: &str, options: &[&str]| Mount {
            device: "UUID=a-b".into(),
            path: path.into(),
            fstype: "ext4".into(),
            options: options.iter().map(|it| (*it).to_owned()).collect(),
            passno: 1,
        };
        assert_eq!(mount(&source("/", &["noatime"]), &there), Shown::Same);
        assert_eq!(mount(&source("/x", &[]), &there), Shown::Nothing);
        assert_eq!(
            mount(&source("/", &["ro"]), &there),
            differs(&["option ro"], &["option noatime"])
        );
        let swap = Mount {
            device: "/swap".into(),
            path: "none".into(),
            fstype: "swap".into(),
            options: vec!["sw".into()],
            passno: 0,
        };
        assert_eq!(mount(&swap, &there), Shown::Same);
    }

    #[test]
    fn a_folder_has_its_mode_and_owner() {
        let there = evaluation(r#"{"tmpfiles": ["d /srv/x 755 - www -", "Z /srv/x - u - -"]}"#);
        let source = |mode, owner: &str| Directory {
            path: "/srv/x/".into(),
            mode: Some(Mode(mode)),
            owner: Some(owner.into()),
            group: Some("www".into()),
            recurse: false,
        };
        assert_eq!(directory(&source(0o755, "u"), &there), Shown::Same);
        assert_eq!(
            directory(&source(0o700, "u"), &there),
            differs(&["mode 0700"], &["mode 0755", "mode -"])
        );
    }

    #[test]
    fn a_parameter_has_the_last_value_of_the_file() {
        let there = evaluation(
            r##"{"etc": {"x": {"target": "sysctl.d/60-nixos.conf", "text": "a.b=1\na.b=2\n"}}}"##,
        );
        let source = |value: &str| Sysctl {
            name: "a.b".into(),
            value: value.into(),
        };
        assert_eq!(sysctl(&source("2"), &there), Shown::Same);
        assert_eq!(sysctl(&source("1"), &there), differs(&["1"], &["2"]));
    }
}
