//! Roots that hold what no text is: sockets, files that are too large or may not be read, links to everywhere.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::IMPORTER;
use crate::account::Account;
use crate::diag::Diagnostics;
use crate::import::Options;
use crate::model::{Machine, Resource};
use crate::source::SourceTree;

/// What became of a root.
struct Outcome {
    machine: Machine,
    /// Path, verdict and reason of what was decided while importing.
    closed: Vec<String>,
    said: Vec<String>,
}

fn import(folder: &Path) -> Outcome {
    let tree = SourceTree::open(folder, &[]).unwrap();
    let (mut account, mut diags) = (Account::new(), Diagnostics::new());
    let model = (IMPORTER.import)(&tree, &Options::default(), &mut account, &mut diags);
    let closed = account.items().flat_map(|(_, item)| {
        let path = tree.path(item.span.file).to_owned();
        let closings = item.closings.iter();
        closings.map(move |it| format!("{path} {}: {}", it.verdict.name(), it.reason))
    });
    Outcome {
        closed: closed.collect(),
        said: diags.sorted().iter().map(|it| it.message.clone()).collect(),
        machine: model.machines.into_iter().next().unwrap(),
    }
}

fn root() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("etc")).unwrap();
    fs::write(folder.path().join("etc/hostname"), "box\n").unwrap();
    folder
}

fn check(outcome: &Outcome, expected: &[&str]) {
    for line in expected {
        assert!(
            outcome.closed.iter().any(|it| it == line),
            "{line}\nis not in\n{}",
            outcome.closed.join("\n")
        );
    }
}

#[test]
fn what_is_no_text_is_named_and_never_opened() {
    let folder = root();
    let etc = folder.path().join("etc");
    let _socket = UnixListener::bind(etc.join("gate")).unwrap();
    let huge = fs::File::create(etc.join("huge.db")).unwrap();
    huge.set_len(17 * 1024 * 1024).unwrap();
    fs::write(etc.join("tool"), b"\x7fELF\0").unwrap();
    let outcome = import(folder.path());
    check(
        &outcome,
        &[
            "etc/gate manual: it is not opened: it is a device, socket or FIFO",
            "etc/huge.db manual: it is not read: it has 17825792 bytes, more than 16 MiB",
            "etc/tool manual: it is binary: what it says cannot be seen here",
        ],
    );
    assert_eq!(
        outcome.said,
        [
            "`/etc/gate`: it is not opened: it is a device, socket or FIFO",
            "`/etc/huge.db`: it is not read: it has 17825792 bytes, more than 16 MiB",
        ]
    );
}

#[test]
fn a_file_that_may_not_be_read_is_said() {
    let folder = root();
    let path = folder.path().join("etc/closed.conf");
    fs::write(&path, "a = 1\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read(&path).is_ok();
    let outcome = import(folder.path());
    if is_root {
        // Whoever may read all: a file that nobody else may read is a secret.
        let dump = serde_json::to_string(&outcome.machine).unwrap();
        assert!(dump.contains("the file etc/closed.conf") && !dump.contains("a = 1"));
    } else {
        check(
            &outcome,
            &["etc/closed.conf manual: it cannot be read: permission denied"],
        );
    }
}

#[test]
fn links_do_not_leave_the_root() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.conf");
    fs::write(&secret, "never = seen\n").unwrap();
    let folder = root();
    let etc = folder.path().join("etc");
    symlink(&secret, etc.join("absolute.conf")).unwrap();
    symlink(outside.path(), etc.join("folder")).unwrap();
    let up = "../".repeat(20);
    let relative = format!("{up}{}", secret.strip_prefix("/").unwrap().display());
    symlink(&relative, etc.join("relative.conf")).unwrap();
    symlink(&relative, etc.join("sysctl.conf")).unwrap();
    symlink("round", etc.join("round")).unwrap();
    let outcome = import(folder.path());
    let dump = serde_json::to_string(&outcome.machine).unwrap();
    assert!(!dump.contains("never"));
    let links = outcome.machine.entries.iter();
    let links = links.filter(|it| matches!(it.resource, Resource::Link(_)));
    assert_eq!(links.count(), 4);
    check(
        &outcome,
        &["etc/round manual: it is not read: the links go round in a circle"],
    );
}

#[test]
fn names_that_are_left_out_elsewhere_are_accounted_for() {
    let folder = root();
    let etc = folder.path().join("etc");
    for path in [
        ".git/HEAD",
        "node_modules/x.conf",
        "tests/y.conf",
        ".hidden",
    ] {
        fs::create_dir_all(etc.join(path).parent().unwrap()).unwrap();
        fs::write(etc.join(path), "x = 1\n").unwrap();
    }
    let outcome = import(folder.path());
    check(
        &outcome,
        &[
            "etc/.git/HEAD not-needed: it keeps the history of /etc: a NixOS configuration is kept in a repository of its own",
        ],
    );
    let dump = serde_json::to_string(&outcome.machine).unwrap();
    for path in [
        "/etc/node_modules/x.conf",
        "/etc/tests/y.conf",
        "/etc/.hidden",
    ] {
        assert!(dump.contains(path), "{path}");
    }
}

#[test]
fn scripts_that_units_run_come_along() {
    let folder = root();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "etc/systemd/system/x.service",
        "[Service]\nExecStart=/usr/local/bin/x\n",
    );
    write("usr/local/bin/x", "#!/bin/sh\n/usr/local/sbin/y\n");
    write("usr/local/sbin/y", "#!/bin/sh\ntrue\n");
    write("usr/local/bin/z", "#!/bin/sh\ntrue\n");
    let outcome = import(folder.path());
    let entries = outcome.machine.entries.iter();
    let files: Vec<(&str, Option<u32>)> = entries
        .filter_map(|it| match &it.resource {
            Resource::File(file) => Some((file.path.as_str(), file.mode.map(|it| it.0))),
            _ => None,
        })
        .collect();
    assert_eq!(
        files,
        [
            ("/usr/local/bin/x", Some(0o755)),
            ("/usr/local/sbin/y", Some(0o755)),
        ]
    );
}
