//! Swap files: what makes, formats and switches one on is one element of `swapDevices`, with its size.
//!
//! nixos/modules/config/swap.nix: with `size`, a unit makes the file and formats it where its size is another one.

use super::runs::{self, Ran};
use crate::account::Code;
use crate::lower::machine;
use crate::lower::statement::{Lowered, Statement};
use crate::model::{Command, Machine, Step, Text};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// What a command does to a swap file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Work {
    /// Makes a file of so many MiB.
    Makes(String, i64),
    /// Sets its owner or mode.
    Guards(String),
    Formats(String),
    SwitchesOn(String),
    /// Looks, or switches on what fstab has.
    Nothing,
}

impl Work {
    fn path(&self) -> Option<&str> {
        match self {
            Work::Makes(path, _)
            | Work::Guards(path)
            | Work::Formats(path)
            | Work::SwitchesOn(path) => Some(path),
            Work::Nothing => None,
        }
    }
}

/// States a step that is about nothing but swap files.
pub(super) fn lower(step: &Step, machine: &Machine) -> Option<Lowered> {
    let works = works(step)?;
    let paths: Vec<&str> = works.iter().filter_map(Work::path).collect();
    let path = paths.first()?;
    if paths.iter().any(|it| it != path) || !is_swap_file(path, machine) {
        return None;
    }
    // A line of fstab states the device, with its priority and options.
    if is_mounted(path, machine) {
        let reason = format!("`swapDevices` has `{path}`, which NixOS makes and formats itself");
        return Some(Lowered::NotNeeded(Code::AlreadySo, reason));
    }
    let mut statement = Statement::default();
    let attrs = attributes(path, machine);
    statement.add(OptionPath::new(["swapDevices"]), Expr::Attrs(attrs));
    Some(Lowered::Stated(statement))
}

/// Returns the device and, where the source makes the file, its size.
pub(in crate::lower) fn attributes(device: &str, machine: &Machine) -> Vec<(String, Expr)> {
    let mut attrs = vec![("device".to_owned(), Expr::str(device))];
    let size = all(device, machine).find_map(|work| match work {
        Work::Makes(path, size) if path == device => Some(size),
        Work::Makes(..)
        | Work::Guards(_)
        | Work::Formats(_)
        | Work::SwitchesOn(_)
        | Work::Nothing => None,
    });
    attrs.extend(size.map(|size| ("size".to_owned(), Expr::Int(size))));
    attrs
}

/// Tells whether a path is that of a swap file that the source makes: one that is formatted or switched on, and no device.
pub(in crate::lower) fn is_swap_file(path: &str, machine: &Machine) -> bool {
    let is_it = |work: Work| {
        let is_swap = matches!(work, Work::Formats(_) | Work::SwitchesOn(_));
        is_swap && work.path() == Some(path)
    };
    !path.starts_with("/dev/") && (is_mounted(path, machine) || all(path, machine).any(is_it))
}

fn is_mounted(path: &str, machine: &Machine) -> bool {
    machine::mounts(machine).any(|it| it.fstype == "swap" && it.device == path)
}

/// Returns what the steps do that name a path.
fn all(path: &str, machine: &Machine) -> impl Iterator<Item = Work> {
    machine::steps(machine)
        .filter(move |(_, step)| names(path, step))
        .filter_map(|(_, step)| works(step))
        .flatten()
}

fn names(path: &str, step: &Step) -> bool {
    let has = |text: &Text| text.plain().is_some_and(|it| it.contains(path));
    match &step.command {
        Command::Words(words) => words.iter().any(has),
        Command::Script { text, .. } => has(text),
    }
}

fn works(step: &Step) -> Option<Vec<Work>> {
    let is_plain = match &step.command {
        Command::Words(words) => words.iter().all(|it| it.plain().is_some()),
        Command::Script { text, .. } => text.plain().is_some(),
    };
    let runs = runs::of(step);
    if !is_plain || !runs.is_whole {
        return None;
    }
    let commands = runs.commands.iter();
    commands.map(work).collect()
}

fn work(command: &Ran) -> Option<Work> {
    let (program, arguments) = command.parts()?;
    let operands = command.operands();
    let last = || Some((*operands.last()?).to_owned()).filter(|it| it.starts_with('/'));
    match program {
        "fallocate" => {
            let mut pairs = arguments.windows(2);
            let joined = || arguments.iter().find_map(|it| it.strip_prefix("-l"));
            let size = pairs
                .find(|it| matches!(it[0].as_str(), "-l" | "--length"))
                .map(|it| it[1].as_str())
                .or_else(joined)?;
            Some(Work::Makes(last()?, mebibytes(size)?))
        }
        "dd" => {
            let value = |name: &str| arguments.iter().find_map(|it| it.strip_prefix(name));
            if value("if=") != Some("/dev/zero") {
                return None;
            }
            let count: i64 = value("count=")?.parse().ok()?;
            let bytes = bytes(value("bs=").unwrap_or("512"))?.checked_mul(count)?;
            Some(Work::Makes(value("of=")?.to_owned(), whole(bytes)?))
        }
        "truncate" => {
            let mut pairs = arguments.windows(2);
            let size = pairs.find(|it| matches!(it[0].as_str(), "-s" | "--size"))?;
            Some(Work::Makes(last()?, mebibytes(&size[1])?))
        }
        "chmod" | "chown" if operands.len() == 2 => Some(Work::Guards(last()?)),
        "mkswap" => Some(Work::Formats(last()?)),
        "swapon" => Some(match last() {
            Some(path) => Work::SwitchesOn(path),
            None => Work::Nothing,
        }),
        _ => None,
    }
}

/// A file of no whole MiB would be made anew at every boot.
fn whole(bytes: i64) -> Option<i64> {
    (bytes % (1024 * 1024) == 0 && bytes > 0).then_some(bytes / (1024 * 1024))
}

fn mebibytes(size: &str) -> Option<i64> {
    whole(bytes(size)?)
}

/// Reads a size as coreutils and util-linux do: `2G` and `2GiB` are powers of 1024, `2GB` of 1000.
fn bytes(size: &str) -> Option<i64> {
    let end = size
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(size.len());
    let number: i64 = size[..end].parse().ok()?;
    let (base, exponent): (i64, u32) = match size[end..].to_ascii_uppercase().as_str() {
        "" | "B" | "C" => (1, 0),
        "K" | "KIB" => (1024, 1),
        "M" | "MIB" => (1024, 2),
        "G" | "GIB" => (1024, 3),
        "T" | "TIB" => (1024, 4),
        "KB" => (1000, 1),
        "MB" => (1000, 2),
        "GB" => (1000, 3),
        _ => return None,
    };
    number.checked_mul(base.checked_pow(exponent)?)
}

#[cfg(test)]
mod tests {
    use crate::lower::step::tests::{step, words};
    use crate::lower::tests::check_all;
    use crate::model::{Command, Mount, Resource};

    fn command(command: Command) -> Resource {
        Resource::Step(step("x", command))
    }

    #[test]
    fn a_swap_file_is_made_by_its_size() {
        let line = Resource::Mount(Mount {
            device: "/swapfile".into(),
            path: "none".into(),
            fstype: "swap".into(),
            options: vec!["sw".into()],
            passno: 0,
        });
        check_all(
            vec![
                command(words(&["fallocate", "-l", "2G", "/swapfile"])),
                command(words(&["mkswap", "/swapfile"])),
                line,
            ],
            r#"
            swapDevices += { device = "/swapfile"; size = 2048; };
            not-needed: `swapDevices` has `/swapfile`, which NixOS makes and formats itself
            not-needed: `swapDevices` has `/swapfile`, which NixOS makes and formats itself
            "#,
        );
    }

    #[test]
    fn without_a_line_of_fstab_the_commands_state_it() {
        let script = Command::Script {
            shell: "/bin/sh".into(),
            text: "dd if=/dev/zero of=/swap bs=1M count=512 && chmod 600 /swap && mkswap /swap && swapon /swap".into(),
        };
        check_all(
            vec![command(script)],
            r#"swapDevices += { device = "/swap"; size = 512; };"#,
        );
    }

    #[test]
    fn a_disk_is_set_up_by_hand() {
        check_all(
            vec![command(words(&["mkswap", "/dev/sdb1"]))],
            "manual: `mkswap` sets up a disk, which no boot must do again",
        );
    }
}
