//! /etc/default/keyboard, /etc/default/console-setup and /etc/vconsole.conf: the keyboard and the text console.
//!
//! Manuals: keyboard(5), console-setup(5), vconsole.conf(5)
//!
//! Debian's one file is for the console as well as for X; so is what NixOS makes of it.

use super::{Entry, Fate, Given, Kind, Lines};
use crate::model::Settings;
use crate::syntax::assignments::{self, Assignment, Assignments};

pub(super) const KIND: Kind = Kind {
    name: "keyboard",
    paths: "/etc/default/keyboard, /etc/default/console-setup and /etc/vconsole.conf",
    becomes: "services.xserver.xkb, console.keyMap and console.font.",
    matches: |path| {
        matches!(
            path,
            "/etc/default/keyboard" | "/etc/default/console-setup" | "/etc/vconsole.conf"
        )
    },
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let file = assignments::read(given.text());
    let entries = file
        .assignments
        .iter()
        .map(|it| entry(given, it, &file))
        .collect();
    given.with_faults(entries, file.faults)
}

fn entry(given: &Given, it: &Assignment, file: &Assignments) -> Entry {
    if it.expands {
        return given.unknown(
            it.place,
            "a shell would put something else in place of a part of the value",
        );
    }
    let (name, value) = (it.name.as_str(), it.value.as_str());
    let (of, name) = match name {
        "XKBLAYOUT" => (Settings::Keyboard, "layout"),
        "XKBMODEL" => (Settings::Keyboard, "model"),
        "XKBVARIANT" => (Settings::Keyboard, "variant"),
        "XKBOPTIONS" => (Settings::Keyboard, "options"),
        "KEYMAP" => (Settings::Console, "keymap"),
        "FONT" => (Settings::Console, "font"),
        "BACKSPACE" if matches!(value, "" | "guess") => {
            return given.not_needed(it.place, "the keymaps say what the key does");
        }
        "CHARMAP" if value == "UTF-8" => {
            return given.not_needed(it.place, "the console of NixOS speaks UTF-8");
        }
        "ACTIVE_CONSOLES" | "CODESET" | "SCREEN_HEIGHT" | "SCREEN_WIDTH" | "VERBOSE_OUTPUT"
        | "VIDEOMODE" => {
            return given.not_needed(it.place, "it is about how Debian loads its fonts");
        }
        "FONTFACE" if matches!(value, "" | "Fixed" | "VGA") => {
            return given.not_needed(it.place, "the font of the kernel does as well");
        }
        "FONTSIZE" if matches!(value, "" | "16" | "8x16") => {
            return given.not_needed(it.place, "the font of the kernel does as well");
        }
        _ if value.is_empty() => {
            return given.not_needed(it.place, format!("an empty `{name}` sets nothing"));
        }
        _ => {
            let why = format!("nothing of NixOS says what `{name}` does");
            return given.unknown(it.place, why);
        }
    };
    if value.is_empty() {
        return given.not_needed(it.place, format!("no {name} is asked for"));
    }
    // Of the United States' keyboard, pc104 and pc105 differ in a key that it does not have.
    let is_usual = |known: &Assignment| known.name != "XKBLAYOUT" || known.value == "us";
    let is_default = match (name, value) {
        ("layout" | "keymap", "us") => true,
        ("model", "pc104") => true,
        ("model", "pc105") => file.assignments.iter().all(is_usual),
        _ => false,
    };
    if is_default && given.hole(&[value]).is_none() {
        return given.not_needed(it.place, format!("NixOS has `{value}` by default"));
    }
    given.sets(it.place, of, name, value)
}
