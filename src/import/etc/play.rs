//! `play`: from the files of a root to what the machine must have.

use std::collections::{BTreeMap, BTreeSet};

use super::distribution::Distribution;
use super::judge::{self, Fate, Left};
use super::kinds::Reading;
use super::link::{self, Meant};
use super::order;
use super::root::{Found, Root};
use super::scripts;
use crate::account::{Account, Closing, Code, ItemId, ItemKind, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::reading::{self, Said};
use crate::import::state::{Key, State};
use crate::model::{
    Condition, Entry, Family, File, Hostname, Link, Machine, Opaque, Origin, Part, Resource,
    Service, Text,
};
use crate::parallel;
use crate::source::{EntryKind, FileId, Span};

/// So many files are judged side by side.
const MANY_FILES: usize = 64;

/// As many files of one folder are left with a comment each; more share one.
const MOST_ALONE: usize = 3;
/// As many items may share a comment: more would name one line of the output.
const MOST_SHARED: usize = 20;

/// Returns the machine whose /etc it is; `None` where there is none.
pub(super) fn play(
    root: &Root<'_>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Option<Machine> {
    let mut found: Vec<Found<'_>> = root.found().collect();
    // An etc/ without a file is a machine of which nothing is known.
    if found.is_empty() && !root.tree.is_directory("etc") {
        return None;
    }
    found.sort_by_cached_key(|it| order::rank(&it.path));
    let distribution = Distribution::of(root, diags);
    let mut player = Player {
        root,
        distribution: &distribution,
        name: machine_name(root),
        account,
        diags,
        state: State::default(),
        idle: BTreeSet::new(),
        sshd: Vec::new(),
        left: BTreeMap::new(),
        packaged: BTreeMap::new(),
        started: link::started(found.iter().map(|it| it.path.as_str())),
    };
    let (links, files): (Vec<_>, Vec<_>) = found
        .iter()
        .partition(|it| matches!(it.kind, EntryKind::Link(_)));
    let fates: Vec<Fate> = parallel::map(&files, MANY_FILES, |it| {
        judge::judge(root, &distribution, it)
    });
    for (file, fate) in files.into_iter().zip(fates) {
        player.play_file(file, fate);
    }
    player.play_sshd();
    for it in links {
        player.play_link(it);
    }
    player.play_scripts();
    player.leave_the_rest();
    Some(player.finish())
}

/// The name that the machine gives itself, else that of the folder it was captured to.
fn machine_name(root: &Root<'_>) -> String {
    let hostname = root.text("/etc/hostname").unwrap_or_default();
    let mut lines = hostname.lines().map(str::trim);
    let own = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let is_usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = own.unwrap_or_else(|| root.tree.name());
    let name: String = name
        .chars()
        .map(|c| if is_usual(c) { c } else { '-' })
        .collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() {
        "machine".to_owned()
    } else {
        name.to_owned()
    }
}

struct Player<'a> {
    root: &'a Root<'a>,
    distribution: &'a Distribution<'a>,
    name: String,
    account: &'a mut Account,
    diags: &'a mut Diagnostics,
    state: State,
    /// Paths of files of which nothing is needed.
    idle: BTreeSet<String>,
    /// What the files of sshd say, by when sshd reads it.
    sshd: Vec<(u8, Said)>,
    /// Files that are left to the person, by folder and reason.
    left: BTreeMap<(String, String), Vec<(ItemId, Left)>>,
    /// Files of the machine, and the package that may have brought them as they are.
    packaged: BTreeMap<String, String>,
    /// The init scripts that the machine started, where the links are there that say what it did.
    started: Option<BTreeSet<String>>,
}

impl Player<'_> {
    fn open_file(&mut self, found: &Found<'_>, subject: &str) -> ItemId {
        let span = Span::new(found.id, 0, 0);
        self.account.open(ItemKind::EtcFile, subject, "", span)
    }

    fn play_file(&mut self, found: &Found<'_>, fate: Fate) {
        let subject = match &fate {
            Fate::Reads(_, reading) => reading.kind,
            Fate::NotNeeded(..) | Fate::Manual(_) | Fate::Stays(..) => "file",
        };
        let item = self.open_file(found, subject);
        self.settle(found, item, fate);
    }

    fn settle(&mut self, found: &Found<'_>, item: ItemId, fate: Fate) {
        if let Fate::Stays(file, _) | Fate::Reads(file, _) = &fate
            && let Ok(text) = self.root.tree.text(found.id)
        {
            self.state.remember(text.as_ref(), &file.content);
        }
        match fate {
            Fate::NotNeeded(code, reason) => {
                self.idle.insert(found.path.clone());
                self.close(item, Verdict::NotNeeded, code, reason);
            }
            Fate::Manual(left) => self.leave(found, item, left),
            Fate::Stays(file, package) => {
                let package = package.unwrap_or_default();
                self.packaged.insert(found.path.clone(), package);
                let entry = entry(Resource::File(file), Origin::of(item));
                self.state.put(entry, 0);
            }
            Fate::Reads(file, reading) => self.play_reading(found, item, file, &reading),
        }
    }

    fn play_reading(&mut self, found: &Found<'_>, item: ItemId, file: File, reading: &Reading) {
        self.packaged.insert(found.path.clone(), String::new());
        let origins = self.open_parts(found.id, reading);
        let items = origins.iter().flat_map(|it| it.items.iter().copied());
        let items: BTreeSet<ItemId> = items.collect();
        if items.is_empty() {
            self.idle.insert(found.path.clone());
            let reason = "the file sets nothing".to_owned();
            self.close(item, Verdict::NotNeeded, Code::NoMeaning, reason);
        } else {
            self.account.hold(item, items, &self.name);
        }
        let include = if found.path == order::SSHD {
            self.root.text(order::SSHD).and_then(order::sshd_include)
        } else {
            None
        };
        let lines: Vec<u32> = reading.entries.iter().map(|it| it.place.line).collect();
        let whole = entry(Resource::File(file), Origin::of(item));
        let of = |at: usize| origins.get(at).cloned().unwrap_or_default();
        let said = reading::said(&whole, reading, of);
        if found.path == order::SSHD || found.path.starts_with(order::SSHD_FOLDER) {
            let line_of = |origin: &Origin| {
                let at = origins.iter().position(|it| it == origin);
                at.and_then(|at| lines.get(at)).copied()
            };
            for it in said {
                let rank = match (found.path == order::SSHD, include) {
                    (false, _) => 1,
                    (true, Some(include)) if line_of(origin_of(&it)) < Some(include) => 0,
                    (true, _) => 2,
                };
                self.sshd.push((rank, it));
            }
            return;
        }
        for it in said {
            self.put(it);
        }
    }

    /// Opens the items of the parts of a file: one for each section where a part has some, else one.
    fn open_parts(&mut self, file: FileId, reading: &Reading) -> Vec<Origin> {
        let text = self.root.tree.text(file).unwrap_or_default();
        let starts: Vec<usize> = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let has_holes = reading
            .entries
            .iter()
            .any(|part| part.text.holes().next().is_some());
        let mut opened: BTreeMap<u32, ItemId> = BTreeMap::new();
        let mut origins = Vec::new();
        for part in &reading.entries {
            let places = match part.sections.as_slice() {
                [] => std::slice::from_ref(&part.place),
                sections => sections,
            };
            let mut origin = Origin::default();
            for place in places {
                let line = usize::try_from(place.line.max(1)).unwrap_or(1) - 1;
                let start = starts.get(line).copied().unwrap_or(0);
                // Places are those of the text with its secrets left out: only their lines are those of the file.
                let span = if has_holes {
                    let end = starts.get(line + 1).map_or(text.len(), |next| next - 1);
                    Span::new(file, start, end)
                } else {
                    Span::new(file, place.start, place.end)
                };
                let item = match opened.get(&span.start) {
                    Some(item) => *item,
                    None => {
                        let item = self
                            .account
                            .open(ItemKind::EtcEntry, reading.kind, "", span);
                        opened.insert(span.start, item);
                        item
                    }
                };
                origin.merge(&Origin::of(item));
            }
            origins.push(origin);
        }
        origins
    }

    fn put(&mut self, said: Said) {
        match said {
            Said::Asks(entry) => self.state.put(entry, 0),
            Said::NotNeeded(origin, reason) => {
                for item in origin.items {
                    self.close(item, Verdict::NotNeeded, Code::NoMeaning, reason.clone());
                }
            }
            Said::Left(entry, code, reason) => {
                for item in entry.origin.items.clone() {
                    self.close(item, Verdict::Manual, code, reason.clone());
                }
                self.state.put(entry, 0);
            }
        }
    }

    /// Of sshd's settings the first one counts.
    fn play_sshd(&mut self) {
        let mut all = std::mem::take(&mut self.sshd);
        all.sort_by_key(|(rank, _)| *rank);
        for (_, said) in all {
            let first = match &said {
                Said::Asks(entry) => Key::of(&entry.resource)
                    .and_then(|key| self.state.get(&key))
                    .filter(|there| there.resource != entry.resource)
                    .map(|there| there.origin.clone()),
                Said::NotNeeded(..) | Said::Left(..) => None,
            };
            let Some(first) = first else {
                self.put(said);
                continue;
            };
            let place = first.items.first().map(|item| {
                let span = self.account.get(*item).span;
                let position = self.root.tree.position(span);
                format!("{}:{}", self.root.tree.path(span.file), position.line)
            });
            let reason = format!(
                "{} sets it before, and sshd takes the first",
                place.unwrap_or_default()
            );
            for item in origin_of(&said).items.clone() {
                self.close(item, Verdict::NotNeeded, Code::Overwritten, reason.clone());
            }
        }
    }

    fn play_link(&mut self, found: &Found<'_>) {
        let EntryKind::Link(target) = found.kind else {
            return;
        };
        let item = self.open_file(found, "link");
        if super::leftover::is_copy(&found.path) {
            let reason = "it is a copy that was put aside, which nothing reads".to_owned();
            self.close(item, Verdict::NotNeeded, Code::NoMeaning, reason);
            return;
        }
        match link::judge(self.root, &found.path, target, self.distribution.family) {
            Meant::States(resource) => self.state.put(entry(resource, Origin::of(item)), 0),
            Meant::NotNeeded(code, reason) => self.close(item, Verdict::NotNeeded, code, reason),
            Meant::Follows(target) => self.follow(found, item, target),
            Meant::Manual(reason) => {
                let left = Left {
                    code: Code::CannotState,
                    reason,
                    cure: None,
                    is_problem: false,
                };
                self.leave(found, item, left);
            }
            Meant::Bad(problem) => {
                let fate = judge::bad_link(&problem);
                self.settle(found, item, fate);
            }
        }
    }

    /// Scripts outside /etc that the machine's units, jobs and files name come along, and so do those that they name.
    fn play_scripts(&mut self) {
        let mut others = self.root.programs();
        let mut naming = if others.is_empty() {
            String::new()
        } else {
            let entries = self.state.entries();
            let told = entries.filter_map(|it| serde_json::to_string(&it.resource).ok());
            told.collect::<Vec<_>>().join("\n")
        };
        loop {
            let (named, rest): (Vec<_>, Vec<_>) = others
                .into_iter()
                .partition(|it| scripts::names(&naming, &it.path));
            if named.is_empty() {
                return;
            }
            for found in named {
                let text = self.root.tree.text(found.id).unwrap_or_default();
                if !text.starts_with("#!") {
                    continue;
                }
                naming.push_str(text);
                let item = self.open_file(&found, "script");
                let fate = judge::judge(self.root, self.distribution, &found);
                self.settle(&found, item, scripts::run(fate));
            }
            others = rest;
        }
    }

    /// A link to a file that is not needed is not needed either.
    fn follow(&mut self, found: &Found<'_>, item: ItemId, target: String) {
        if self.idle.contains(&target) {
            let reason = format!("it leads to `{target}`, of which nothing is needed");
            self.close(item, Verdict::NotNeeded, Code::NoMeaning, reason);
            return;
        }
        if found.path == "/etc/sysctl.d/99-sysctl.conf" {
            let reason = format!("it leads to `{target}`, which is read by itself");
            self.close(item, Verdict::NotNeeded, Code::NoMeaning, reason);
            return;
        }
        let path = found.path.clone();
        let link = Resource::Link(Link { path, target });
        self.state.put(entry(link, Origin::of(item)), 0);
    }

    fn leave(&mut self, found: &Found<'_>, item: ItemId, left: Left) {
        if left.is_problem && left.code == Code::NotRead {
            let span = Span::new(found.id, 0, 0);
            let message = format!("`{}`: {}", found.path, left.reason);
            match &left.cure {
                Some(cure) => {
                    self.diags
                        .at_with_help(diag::Code::EtcNotRead, span, message, cure.as_str());
                }
                None => self.diags.at(diag::Code::EtcNotRead, span, message),
            }
        }
        let folder = found.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (folder.to_owned(), left.reason.clone());
        self.left.entry(key).or_default().push((item, left));
    }

    /// Shows what is left to the person: many files of one folder share a comment.
    fn leave_the_rest(&mut self) {
        for ((folder, reason), files) in std::mem::take(&mut self.left) {
            let Some((_, first)) = files.first() else {
                continue;
            };
            let cure = first.cure.clone();
            let paths: Vec<String> = files.iter().map(|(item, _)| self.path_of(*item)).collect();
            let groups: Vec<Vec<ItemId>> = if files.len() > MOST_ALONE {
                vec![files.iter().map(|(item, _)| *item).collect()]
            } else {
                files.iter().map(|(item, _)| vec![*item]).collect()
            };
            for items in groups {
                let mut lines: Vec<Text> = Vec::new();
                if items.len() > 1 {
                    lines.push(Text::from(format!("{} files of {folder}:", items.len())));
                    lines.extend(paths.iter().map(|path| Text::from(path.as_str())));
                }
                let opaque = Opaque {
                    subject: "file".to_owned(),
                    title: String::new(),
                    reason: reason.clone(),
                    cure: cure.clone(),
                    lines,
                };
                for item in items.iter().skip(MOST_SHARED) {
                    self.close(*item, Verdict::Manual, first.code, reason.clone());
                }
                let origin = Origin {
                    items: items.into_iter().take(MOST_SHARED).collect(),
                    places: Vec::new(),
                };
                for item in &origin.items {
                    self.close(*item, Verdict::Manual, first.code, reason.clone());
                }
                self.state.put(entry(Resource::Opaque(opaque), origin), 0);
            }
        }
    }

    fn path_of(&self, item: ItemId) -> String {
        let file = self.account.get(item).span.file;
        self.root.on_machine(self.root.tree.path(file))
    }

    fn close(&mut self, item: ItemId, verdict: Verdict, code: Code, reason: String) {
        let closing = Closing {
            host: self.name.clone(),
            verdict,
            code,
            reason,
        };
        self.account.close(item, closing);
    }

    fn finish(self) -> Machine {
        self.diags.hide(self.state.known().values());
        let search = self.state.search();
        let (entries, closings) = self.state.finish();
        for (item, closing) in closings {
            let host = self.name.clone();
            self.account.close(item, Closing { host, ..closing });
        }
        if let Some(search) = search {
            self.account.reword(|it| search.shown(it));
            self.diags.reword(|it| search.shown(it));
        }
        let described = match self.distribution.name.as_str() {
            "" => "captured root".to_owned(),
            name => format!("captured root, {name}"),
        };
        let mut entries: Vec<Entry> = entries.into_iter().map(|(entry, _)| entry).collect();
        if self.started.is_none() {
            let services: Vec<Entry> = entries.iter().filter_map(started).collect();
            entries.extend(services);
        }
        for entry in &mut entries {
            // A name is one machine's alone.
            if matches!(entry.resource, Resource::Hostname(Hostname { .. })) {
                entry.part = Part::Host;
            }
        }
        Machine {
            name: self.name,
            described,
            family: self.distribution.family,
            entries,
            packaged: self.packaged,
            started: self.started,
        }
    }
}

fn entry(resource: Resource, origin: Origin) -> Entry {
    Entry {
        resource,
        part: Part::Machine,
        origin,
        assumptions: Vec::new(),
        guard: Condition::True,
    }
}

/// A root without the links that enable units says nothing of what started: its own units do as their `[Install]` says.
fn started(entry: &Entry) -> Option<Entry> {
    let Resource::Unit(unit) = &entry.resource else {
        return None;
    };
    let mut sections = unit.sections.iter().filter(|it| it.name == "Install");
    let asks = sections.any(|it| {
        let wants = ["WantedBy", "RequiredBy", "UpheldBy"];
        wants.iter().any(|name| it.directives.contains_key(*name))
    });
    // Which instances of a template ran only links would tell.
    (asks && !unit.drop_in && !unit.name.contains('@')).then(|| Entry {
        resource: Resource::Service(Service {
            name: unit.name.clone(),
            family: Family::Other,
            enabled: Some(true),
            running: None,
            masked: false,
            linked_in: Vec::new(),
        }),
        assumptions: vec![format!(
            "`{}` was enabled: the root has no links that say what was",
            unit.name
        )],
        ..entry.clone()
    })
}

fn origin_of(said: &Said) -> &Origin {
    match said {
        Said::Asks(entry) | Said::Left(entry, _, _) => &entry.origin,
        Said::NotNeeded(origin, _) => origin,
    }
}
