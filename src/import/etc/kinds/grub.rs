//! /etc/default/grub: the boot menu and the kernel's command line.
//!
//! Manual: <https://www.gnu.org/software/grub/manual/grub/html_node/Simple-configuration.html>

use super::{Entry, Fate, Given, Kind, Lines, last_places};
use crate::model::{Resource, Setting, Settings};
use crate::syntax::Place;
use crate::syntax::assignments::{self, Assignment};

pub(super) const KIND: Kind = Kind {
    name: "grub",
    paths: "/etc/default/grub and /etc/default/grub.d/*.cfg",
    becomes: "boot.kernelParams, boot.loader.timeout and boot.loader.grub.",
    matches: |path| {
        path == "/etc/default/grub"
            || super::name_in(path, "/etc/default/grub.d")
                .is_some_and(|name| name.ends_with(".cfg"))
    },
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let mut file = assignments::read(given.text());
    for it in &mut file.assignments {
        extend(it);
    }
    let added = |it: &Assignment| it.value.starts_with(MORE);
    let of_own = file.assignments.iter().filter(|it| !added(it));
    let last = last_places(of_own.map(|it| (it.name.as_str(), it.place)));
    let entries = file.assignments.iter().map(|it| {
        let is_later = |last: &&Place| last.line > it.place.line;
        match last.get(it.name.as_str()).filter(is_later) {
            Some(later) => given.not_needed(
                it.place,
                format!("line {} sets `{}` again", later.line, it.name),
            ),
            None => entry(given, it),
        }
    });
    let entries = entries.collect();
    given.with_faults(entries, file.faults)
}

/// What stands before parameters that are added to those of an earlier line or file.
const MORE: &str = "+ ";

/// Reads `NAME="$NAME more"` as what it adds.
fn extend(it: &mut Assignment) {
    if !it.expands || !it.name.starts_with("GRUB_CMDLINE_LINUX") {
        return;
    }
    let own = [format!("${}", it.name), format!("${{{}}}", it.name)];
    let (before, more): (Vec<&str>, Vec<&str>) = it
        .value
        .split_ascii_whitespace()
        .partition(|word| own.iter().any(|it| it == word));
    if before.len() == 1 && !more.iter().any(|it| it.contains(['$', '`'])) {
        it.value = format!("{MORE}{}", more.join(" "));
        it.expands = false;
    }
}

fn entry(given: &Given, it: &Assignment) -> Entry {
    let (place, name, value) = (it.place, it.name.as_str(), it.value.as_str());
    if name == "GRUB_DISTRIBUTOR" {
        return given.not_needed(place, "NixOS names its entries in the menu itself");
    }
    if it.expands {
        return given.unknown(
            place,
            "a shell would put something else in place of a part of the value",
        );
    }
    if value.is_empty() {
        return given.not_needed(place, format!("an empty `{name}` sets nothing"));
    }
    match (name, value) {
        ("GRUB_CMDLINE_LINUX" | "GRUB_CMDLINE_LINUX_DEFAULT", _) => parameters(given, it),
        ("GRUB_TIMEOUT" | "GRUB_HIDDEN_TIMEOUT", _) => match value.parse::<u32>() {
            Ok(5) => given.not_needed(place, "NixOS waits 5 seconds by default"),
            Ok(_) => given.sets(place, Settings::BootMenu, "timeout", value),
            Err(_) => given.unknown(place, "the time is no number of seconds"),
        },
        ("GRUB_TIMEOUT_STYLE", "menu") => {
            given.not_needed(place, "NixOS shows the menu by default")
        }
        ("GRUB_TIMEOUT_STYLE", "hidden" | "countdown") => {
            given.sets(place, Settings::BootMenu, "style", value)
        }
        ("GRUB_DEFAULT", "0") => given.not_needed(place, "NixOS boots the first entry by default"),
        ("GRUB_DEFAULT", "saved") => given.sets(place, Settings::BootMenu, "default", value),
        ("GRUB_DISABLE_OS_PROBER", "false") => {
            given.sets(place, Settings::BootMenu, "os-prober", "yes")
        }
        ("GRUB_DISABLE_OS_PROBER", "true") => {
            given.not_needed(place, "NixOS looks for no other systems by default")
        }
        (
            "GRUB_SAVEDEFAULT"
            | "GRUB_DISABLE_RECOVERY"
            | "GRUB_DISABLE_SUBMENU"
            | "GRUB_PRELOAD_MODULES"
            | "GRUB_DISABLE_LINUX_UUID"
            | "GRUB_HIDDEN_TIMEOUT_QUIET"
            | "GRUB_RECORDFAIL_TIMEOUT",
            _,
        ) => given.not_needed(
            place,
            "it is about entries and modules that NixOS's menu makes its own way",
        ),
        ("GRUB_COLOR_NORMAL" | "GRUB_COLOR_HIGHLIGHT" | "GRUB_THEME" | "GRUB_BACKGROUND", _) => {
            given.not_needed(place, "how another distribution's menu looks")
        }
        ("GRUB_GFXMODE", _) if value != "auto" => {
            given.sets(place, Settings::BootMenu, "mode", value)
        }
        ("GRUB_GFXPAYLOAD_LINUX", _) if value != "keep" => {
            given.sets(place, Settings::BootMenu, "payload", value)
        }
        ("GRUB_ENABLE_CRYPTODISK", "y") => {
            given.sets(place, Settings::BootMenu, "encrypted", "yes")
        }
        ("GRUB_ENABLE_CRYPTODISK", "n") => {
            given.not_needed(place, "NixOS's menu opens no encrypted disk by default")
        }
        // What grub-mkconfig writes at the head of the menu.
        ("GRUB_SERIAL_COMMAND", _) => command(given, it, value.to_owned()),
        ("GRUB_INIT_TUNE", _) => command(given, it, format!("play {value}")),
        ("GRUB_TERMINAL_INPUT", other) if other != "console" => {
            command(given, it, format!("terminal_input {value}"))
        }
        ("GRUB_TERMINAL_OUTPUT", _) => command(given, it, format!("terminal_output {value}")),
        ("GRUB_TERMINAL", _) => {
            let both = format!("terminal_input {value}; terminal_output {value}");
            command(given, it, both)
        }
        ("GRUB_TERMINAL_INPUT", "console")
        | ("GRUB_GFXMODE", "auto")
        | ("GRUB_GFXPAYLOAD_LINUX", "keep") => {
            given.not_needed(place, "NixOS's menu does so by default")
        }
        _ => given.unknown(
            place,
            format!("no option of NixOS says what `{name}` does; see boot.loader.grub.extraConfig"),
        ),
    }
}

/// A command of GRUB itself; where it has no such program as a serial line, it says so and goes on.
fn command(given: &Given, it: &Assignment, command: String) -> Entry {
    given.sets(it.place, Settings::BootMenu, "", &command)
}

fn parameters(given: &Given, it: &Assignment) -> Entry {
    // Where the root is, and what the screen shows at boot, NixOS says itself.
    let own: Vec<&str> = it
        .value
        .trim_start_matches(MORE)
        .split_ascii_whitespace()
        .filter(|word| {
            !["root=", "ro", "rw", "splash"].contains(word) && !word.starts_with("root=")
        })
        .collect();
    if own.is_empty() {
        return given.not_needed(
            it.place,
            "NixOS says these parameters itself, or has no use for them",
        );
    }
    let resources = own.iter().map(|word| {
        Resource::Setting(Setting {
            of: Settings::KernelParameter,
            name: String::new(),
            value: (*word).to_owned(),
        })
    });
    given.asks_all(it.place, resources.collect())
}
