//! Why a step cannot be kept: what it runs or writes has no place on NixOS, or nobody knows enough of it.

use super::programs;
use super::runs::{self, Ran, Runs};
use crate::account::Code;
use crate::lower::statement::Left;
use crate::lower::{commands, file, machine, paths, program};
use crate::model::{Command, Content, HoleKind, Machine, Step, Text};

/// Programs that set up disks.
const DISKS: [&str; 11] = [
    "cryptsetup",
    "fdisk",
    "lvcreate",
    "mkswap",
    "parted",
    "pvcreate",
    "sfdisk",
    "sgdisk",
    "vgcreate",
    "wipefs",
    "zpool",
];

/// Where a machine has programs of its own.
const LOCAL: [&str; 2] = ["/usr/local/bin", "/usr/local/sbin"];

/// Finds why a step cannot be kept.
pub(in crate::lower) fn problem(step: &Step, machine: &Machine) -> Option<Left> {
    let texts: Vec<&Text> = match &step.command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    };
    let values = step.environment.iter().map(|(_, value)| value);
    let hole = texts.into_iter().chain(values).find_map(Text::worst_hole);
    if let Some(hole) = hole {
        return Some(if hole.kind == HoleKind::Secret {
            Left::new(
                Code::ValueSecret,
                format!(
                    "the command holds a secret ({}), which must not reach the store",
                    hole.what
                ),
            )
            .cure("Let the command read it from a file below /run/secrets, or run it by hand.")
        } else {
            Left::new(
                Code::ValueUnknown,
                format!(
                    "the command holds {}, which is known only on the machine",
                    hole.what
                ),
            )
        });
    }
    let foreign = programs(step)
        .into_iter()
        .find_map(|it| program::foreign(&it).map(|why| (it.clone(), why)));
    if let Some((name, why)) = foreign {
        return Some(Left::new(
            Code::CommandUnsafe,
            format!("`{name}` has no work on NixOS: {why}"),
        ));
    }
    let runs = runs::of(step);
    unfit(step, &runs)
        .or_else(|| misplaced(step, &runs, machine))
        .or_else(|| missing(step, &runs, machine))
}

/// Says why no unit can run a command of this form.
fn unfit(step: &Step, runs: &Runs) -> Option<Left> {
    let unsafe_because = |reason| Some(Left::new(Code::CommandUnsafe, reason));
    match &step.command {
        Command::Words(words) => {
            let Some(program) = words.first().and_then(Text::plain) else {
                return Some(Left::new(Code::BadInput, "there is no command"));
            };
            if program.contains('/') && !program.starts_with('/') && step.directory.is_none() {
                return unsafe_because(format!(
                    "`{program}` is relative, and the folder is not known"
                ));
            }
            let mut operands = words.iter().filter_map(Text::plain);
            if step.directory.is_none()
                && let Some(path) = operands.find(|it| it.starts_with("../"))
            {
                return unsafe_because(format!(
                    "`{path}` is relative, and the folder is not known"
                ));
            }
        }
        Command::Script { shell, .. } => {
            let name = shell.rsplit('/').next().unwrap_or(shell);
            if !matches!(name, "sh" | "bash" | "dash" | "") {
                return unsafe_because(format!(
                    "the script is for `{shell}`, and units run scripts with bash"
                ));
            }
        }
    }
    let mut programs = runs.commands.iter().map(|it| it.program());
    let disks = programs.find(|it| it.starts_with("mkfs") || DISKS.contains(it))?;
    unsafe_because(format!(
        "`{disks}` sets up a disk, which no boot must do again"
    ))
    .map(|left| {
        left.cure("Do it by hand, or state the disk for disko; fileSystems says what is mounted.")
    })
}

/// Says where a step writes what NixOS makes, or what nothing can write.
fn misplaced(step: &Step, runs: &Runs, machine: &Machine) -> Option<Left> {
    let is_once = step.creates.is_some() || step.removes.is_some();
    for command in &runs.commands {
        for path in command.written() {
            let left = |why: &str| {
                let reason = format!("it writes `{path}`: {why}");
                Left::new(Code::CannotState, reason)
            };
            let is_kernels = ["/proc", "/sys", "/dev"]
                .iter()
                .any(|folder| paths::is_below(path, folder));
            if let Some(why) = paths::out_of_place(path).filter(|_| !is_kernels) {
                return Some(
                    left(why).cure("State what it is to say by options, or as a package."),
                );
            }
            let is_stated = paths::etc_row(path, machine).is_some_and(|row| row.is_file())
                || machine::files(machine).any(|it| it.path == path);
            let is_printed = command.outputs.iter().any(|it| it == path)
                || matches!(command.program(), "tee" | "sed" | "perl");
            if paths::is_below(path, "/etc") && (is_stated || (is_printed && !is_once)) {
                return Some(
                    left("NixOS makes the files of /etc, as links into its store")
                        .cure("State what it is to hold by its option, or by environment.etc."),
                );
            }
        }
    }
    None
}

/// Says which program nothing of the plan brings, as far as that can be known.
fn missing(step: &Step, runs: &Runs, machine: &Machine) -> Option<Left> {
    for path in runs.commands.iter().filter_map(Ran::script) {
        let mut files = machine::files(machine).filter(|it| it.path == path);
        let text = files.find_map(|file| match &file.content {
            Content::Text(text) => text.plain(),
            Content::Binary(_) | Content::Fetched(_) => None,
        });
        let foreign = text.filter(|it| commands::is_shell_script(it));
        if let Some(left) = foreign.and_then(|it| file::foreign(it, machine)) {
            let reason = left.reason.trim_start_matches("the script ").to_owned();
            return Some(Left {
                reason: format!("it runs `{path}`, which {reason}"),
                ..left
            });
        }
    }
    let has_own_path = step.environment.iter().any(|(name, _)| name == "PATH");
    if !runs.is_whole || has_own_path {
        return None;
    }
    let scripts = runs.commands.iter().filter_map(Ran::script);
    let mut passing = scripts.filter(|it| it.starts_with("/tmp/") || it.starts_with("/var/tmp/"));
    if let Some(path) = passing.find(|path| !machine::files(machine).any(|it| it.path == **path)) {
        let reason = format!("it runs `{path}`, which nothing here brings");
        return Some(
            Left::new(Code::CommandUnsafe, reason)
                .cure("Take the program from nixpkgs, or switch on the module that has it."),
        );
    }
    let mut programs = runs.commands.iter().filter_map(|it| it.words.first());
    let name = programs.find(|it| {
        commands::is_program(it)
            && *it != "sh"
            && program::likely_package_of(it).is_none()
            && local_folder(it, machine).is_none()
    })?;
    Some(
        Left::new(
            Code::PackageUnknown,
            format!("nothing here brings `{name}`, which it runs"),
        )
        .cure("Find its package at https://search.nixos.org/packages, and say what it is to do where NixOS has an option for it."),
    )
}

/// Returns the folder of the machine's own programs in which one of this name is.
pub(super) fn local_folder(name: &str, machine: &Machine) -> Option<&'static str> {
    LOCAL.into_iter().find(|folder| {
        let path = format!("{folder}/{name}");
        machine::files(machine).any(|it| it.path == path)
            || machine::links(machine).any(|it| it.path == path)
    })
}
