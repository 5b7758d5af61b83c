//! Kinds of files below /etc: from the path and the text of one file to what it asks of the machine.
//!
//! One way for all importers: a tree of /etc holds the files, a playbook writes them, and an edit changes a line.
//! A file that is of no kind here is an ordinary file.

mod accounts;
mod aliases;
mod anacrontab;
mod cron_script;
mod crontab;
mod environment;
mod exports;
mod fragment;
mod fstab;
mod grub;
mod hostname;
mod hosts;
mod ifcfg;
mod interfaces;
mod keyboard;
mod limits;
mod link;
mod locale;
mod locale_gen;
mod login_defs;
mod modprobe;
mod modules_load;
mod netplan;
mod network_unit;
mod nftables;
mod nsswitch;
mod resolv_conf;
mod shells;
mod sshd_config;
mod sudoers;
mod sysctl;
mod systemd_settings;
mod timezone;
mod tmpfiles;
mod unit;
mod whole;

pub(in crate::import::etc) use accounts::passwd::{PASSWD, SHADOW, locked};
pub(crate) use fragment::{fragment, in_section, is_partial};
pub(crate) use link::read_link;

use std::collections::HashMap;

use crate::import::Subject;
use crate::import::holes::{Encoded, encode};
use crate::model::{Hole, Resource, Setting, Settings, Text};
use crate::syntax::assignments::{self, Assignment};
use crate::syntax::list;
use crate::syntax::{Fault, Place};

/// A kind of file and how it is read.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Which files are of the kind, for people.
    pub(crate) paths: &'static str,
    /// What its entries become, for people.
    pub(crate) becomes: &'static str,
    /// Tells whether the file at this absolute path is of the kind.
    pub(crate) matches: fn(path: &str) -> bool,
    read: fn(given: &Given) -> Vec<Entry>,
    pub(crate) lines: Lines,
    pub(crate) file: Fate,
}

/// What a line of a file means without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// What it means in the file.
    Apart,
    /// Nothing: only the whole file does.
    Together,
}

/// What becomes of the file when its entries are stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is gone, but for `Reading::rest`: what it asks for is stated otherwise.
    Replaced,
    /// It stays, and its entries are stated besides.
    Kept,
}

/// All kinds. A path is of one kind at most.
pub(crate) const KINDS: &[&Kind] = &[
    &aliases::KIND,
    &anacrontab::KIND,
    &cron_script::KIND,
    &crontab::KIND,
    &environment::KIND,
    &exports::KIND,
    &fstab::KIND,
    &accounts::group::KIND,
    &grub::KIND,
    &hostname::KIND,
    &hosts::KIND,
    &ifcfg::KIND,
    &interfaces::KIND,
    &keyboard::KIND,
    &limits::KIND,
    &locale::KIND,
    &locale_gen::KIND,
    &login_defs::KIND,
    &modprobe::KIND,
    &modules_load::KIND,
    &netplan::KIND,
    &network_unit::KIND,
    &nftables::KIND,
    &nsswitch::KIND,
    &accounts::passwd::KIND,
    &resolv_conf::KIND,
    &shells::KIND,
    &sshd_config::KIND,
    &accounts::subordinate_ids::KIND,
    &sudoers::KIND,
    &sysctl::KIND,
    &systemd_settings::KIND,
    &timezone::KIND,
    &tmpfiles::KIND,
    &unit::KIND,
    &whole::CONNECTION,
    &whole::WIREGUARD,
];

/// What a file asks for.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// The name of the kind.
    pub(crate) kind: &'static str,
    pub(crate) file: Fate,
    /// In the order of the file. Comments and empty lines are none.
    pub(crate) entries: Vec<Entry>,
}

/// A logical line of a file, or all of it where its lines only mean something together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Lines and bytes of the text that was read; the bytes are those of the text as long as it has no holes.
    pub(crate) place: Place,
    /// The sections that it consists of, where it does.
    pub(crate) sections: Vec<Place>,
    /// As written.
    pub(crate) text: Text,
    pub(crate) meaning: Meaning,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Asks(Vec<Resource>),
    /// It has no meaning of its own on NixOS; why.
    NotNeeded(String),
    /// What has to be known is not, or is secret.
    Hole(Hole),
    /// It has no resource of its own: it is for a file of just such lines (`Reading::rest`); why.
    Verbatim(String),
    /// It is not understood; why.
    Unknown(String),
}

impl Reading {
    /// Returns the lines that stay as the content of the file; `None` where there are none.
    pub(crate) fn rest(&self) -> Option<Text> {
        let mut rest = Text::new();
        for entry in &self.entries {
            if matches!(entry.meaning, Meaning::Verbatim(_)) {
                rest.push(&entry.text);
                rest.push_str("\n");
            }
        }
        (!rest.pieces().is_empty()).then_some(rest)
    }
}

/// Returns what is known of each kind, for people.
pub(crate) fn subjects() -> Vec<Subject> {
    let subject = |kind: &&'static Kind| Subject {
        name: kind.name,
        names: std::slice::from_ref(&kind.name),
        paths: kind.paths,
        becomes: kind.becomes,
        manual: String::new(),
    };
    KINDS.iter().map(subject).collect()
}

/// Returns the kind of the file at an absolute path.
pub(crate) fn kind(path: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| (kind.matches)(path))
}

/// Reads a file; `None` when it is of no kind that is known here, and so is an ordinary file.
pub(crate) fn read(path: &str, content: &Text) -> Option<Reading> {
    read_among(path, content, &[])
}

/// Tells whether files of a kind are read with the others of theirs: what one says hangs on them.
pub(crate) fn is_among_others(path: &str) -> bool {
    (netplan::KIND.matches)(path) || (accounts::passwd::KIND.matches)(path)
}

/// Reads a file of a machine that has others of its kind, by path and text.
pub(crate) fn read_among(
    path: &str,
    content: &Text,
    others: &[(String, String)],
) -> Option<Reading> {
    let kind = kind(path)?;
    let encoded = encode(content)?;
    let given = Given {
        path,
        encoded: &encoded,
        others,
    };
    Some(Reading {
        kind: kind.name,
        file: kind.file,
        entries: (kind.read)(&given),
    })
}

/// Reads a line that is set in a file which the source did not write.
///
/// `None` when the path is of no kind, or the line means nothing without the others. A comment has no entries: to set
/// one takes back what stood there, and asks for nothing.
pub(crate) fn read_edit_line(path: &str, line: &Text) -> Option<Vec<Entry>> {
    let kind = kind(path)?;
    match kind.lines {
        Lines::Apart => Some(read(path, line)?.entries),
        Lines::Together => None,
    }
}

/// A file as a kind is given it.
struct Given<'a> {
    /// Absolute.
    path: &'a str,
    encoded: &'a Encoded,
    /// Files of the machine that belong to it, by path and text.
    others: &'a [(String, String)],
}

impl Given<'_> {
    fn text(&self) -> &str {
        &self.encoded.text
    }

    /// Returns the last part of the path.
    fn file_name(&self) -> &str {
        file_name(self.path)
    }

    fn decode(&self, part: &str) -> Text {
        self.encoded.decode(part)
    }

    fn entry(&self, place: Place, meaning: Meaning) -> Entry {
        let written = self.text().get(place.start..place.end).unwrap_or_default();
        Entry {
            place,
            sections: Vec::new(),
            text: self.decode(written),
            meaning,
        }
    }

    /// An entry that asks for a resource, unless one of the fields that must be known has a hole.
    fn asks(&self, place: Place, fields: &[&str], resource: Resource) -> Entry {
        let meaning = match self.hole(fields) {
            Some(hole) => Meaning::Hole(hole),
            None => Meaning::Asks(vec![resource]),
        };
        self.entry(place, meaning)
    }

    /// An entry that asks for resources of which every part must be known.
    fn asks_all(&self, place: Place, resources: Vec<Resource>) -> Entry {
        let mut entry = self.entry(place, Meaning::Asks(resources));
        if let Some(hole) = entry.text.worst_hole() {
            entry.meaning = Meaning::Hole(hole.clone());
        }
        entry
    }

    /// An entry that asks for a setting.
    fn sets(&self, place: Place, of: Settings, name: &str, value: &str) -> Entry {
        let setting = Setting {
            of,
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.asks_all(place, vec![Resource::Setting(setting)])
    }

    fn not_needed(&self, place: Place, why: impl Into<String>) -> Entry {
        self.entry(place, Meaning::NotNeeded(why.into()))
    }

    /// A line that cannot be read: for its hole, where it has one.
    fn unknown(&self, place: Place, why: impl Into<String>) -> Entry {
        let mut entry = self.entry(place, Meaning::Unknown(why.into()));
        if let Some(hole) = entry.text.worst_hole() {
            entry.meaning = Meaning::Hole(hole.clone());
        }
        entry
    }

    /// Reads a file of assignments of a shell, of which the last one of a name counts.
    fn last_assignments(&self, entry: impl Fn(&Assignment) -> Entry) -> Vec<Entry> {
        let file = assignments::read(self.text());
        let places = file.assignments.iter();
        let last = last_places(places.map(|it| (it.name.as_str(), it.place)));
        let entries = file.assignments.iter().map(|it| {
            let later = last.get(it.name.as_str()).filter(|last| **last != it.place);
            match later {
                Some(later) => self.not_needed(
                    it.place,
                    format!("line {} sets `{}` again", later.line, it.name),
                ),
                None => entry(it),
            }
        });
        let entries = entries.collect();
        self.with_faults(entries, file.faults)
    }

    /// Reads a file whose first line is a name, and all that counts.
    fn only_name(&self, of: &str, resource: impl Fn(String) -> Resource) -> Vec<Entry> {
        let lines = list::read(self.text()).into_iter().enumerate();
        let entries = lines.map(|(at, item)| match at {
            0 => self.asks(item.place, &[item.text], resource(item.text.to_owned())),
            _ => {
                let why = format!("only the first line is the name of {of}");
                self.unknown(item.place, why)
            }
        });
        entries.collect()
    }

    /// Adds the lines that a reader could not read, and sorts by place.
    fn with_faults(&self, mut entries: Vec<Entry>, faults: Vec<Fault>) -> Vec<Entry> {
        let faults = faults
            .into_iter()
            .map(|fault| self.unknown(fault.place, fault.why));
        entries.extend(faults);
        entries.sort_by_key(|entry| entry.place);
        entries
    }

    fn hole(&self, fields: &[&str]) -> Option<Hole> {
        let mut all = Text::new();
        for field in fields {
            all.push(&self.decode(field));
        }
        all.worst_hole().cloned()
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Returns the name of a file directly in a folder; `None` elsewhere, and for hidden files and what editors and
/// package managers leave behind.
fn name_in<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let name = path.strip_prefix(folder)?.strip_prefix('/')?;
    let left_over = [
        ".dpkg-old",
        ".dpkg-new",
        ".dpkg-dist",
        ".rpmsave",
        ".rpmnew",
        "~",
    ];
    let usual = !name.is_empty() && !name.contains('/') && !name.starts_with('.');
    (usual && !left_over.iter().any(|end| name.ends_with(end))).then_some(name)
}

/// Returns why it is not known whether cron runs what a file of this name holds: Debian's cron and run-parts know only
/// names of letters, digits, `-` and `_`, and a `backup.sh` never runs there.
fn doubt_about(name: &str) -> Option<&'static str> {
    let is_usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.chars().all(is_usual)).then_some(
        "Debian leaves files with such a name out, others run them; give it a name of letters, digits, `-` and `_`",
    )
}

/// Returns the last place at which each name stands.
fn last_places<'a>(names: impl Iterator<Item = (&'a str, Place)>) -> HashMap<&'a str, Place> {
    names.collect()
}

/// Tells whether a path is a `.conf` file directly in a folder.
fn is_conf_in(path: &str, folder: &str) -> bool {
    name_in(path, folder).is_some_and(|name| name.ends_with(".conf"))
}

#[cfg(test)]
mod tests;
