//! The account: what became of each thing that was read.
//!
//! An importer opens an `Item` for each task, instruction, file or entry. Whoever decides its fate closes it, once per
//! host and part; the worst verdict counts. An item that nobody closed is a bug that a test finds, never a default.

mod code;
mod step;

pub use code::Code;
pub use step::{Outcome, Rendered, Step};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexSet;

use crate::source::Span;

/// What became of an item, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Not translated; the reason and what to do are given.
    Manual,
    /// Kept as a step at activation or a oneshot unit.
    Runtime,
    /// The output states this under an assumption that the item names.
    Assumed,
    /// The output states exactly this.
    Translated,
    /// Has no meaning on NixOS.
    NotNeeded,
    /// Steers the translation and was evaluated.
    Control,
    /// Its condition is false for every host.
    Skipped,
}

impl Verdict {
    pub const ALL: [Verdict; 7] = [
        Verdict::Translated,
        Verdict::Assumed,
        Verdict::Runtime,
        Verdict::Control,
        Verdict::Skipped,
        Verdict::NotNeeded,
        Verdict::Manual,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Manual => "manual",
            Verdict::Runtime => "runtime",
            Verdict::Assumed => "assumed",
            Verdict::Translated => "translated",
            Verdict::NotNeeded => "not-needed",
            Verdict::Control => "control",
            Verdict::Skipped => "skipped",
        }
    }

    /// What it says of an item, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Verdict::Manual => {
                "Not translated. The reason says why, and the output has a comment where it belongs."
            }
            Verdict::Runtime => {
                "Kept as a step at activation or as a oneshot unit: it could not be stated as a state that the machine has."
            }
            Verdict::Assumed => {
                "The output states this under an assumption that the item names: a profile of facts, the name of a \
                 package taken over, a default."
            }
            Verdict::Translated => "The output states exactly this.",
            Verdict::NotNeeded => {
                "Has no meaning on NixOS, or leaves nothing to state: a cache of packages, a reload, what is absent \
                 and was never there."
            }
            Verdict::Control => {
                "Steers the translation and was evaluated: variables, includes, conditions, looks at the machine."
            }
            Verdict::Skipped => {
                "Its condition is false for every host under the facts used, or nothing reaches it."
            }
        }
    }

    /// What a person can do; empty where there is nothing to do.
    pub fn cure(self) -> &'static str {
        match self {
            Verdict::Manual => {
                "Follow the comment `# MANUAL` in the output; MIGRATION.md counts them by file."
            }
            Verdict::Runtime => {
                "Look at the step: where NixOS has an option for what it does, the option is better."
            }
            Verdict::Assumed => {
                "Look at whether the assumption holds; the comment beside the definition names it."
            }
            Verdict::Skipped => {
                "If it should be done: give the facts with --facts, or variables with -e."
            }
            Verdict::Translated | Verdict::NotNeeded | Verdict::Control => "",
        }
    }

    /// Tells whether items with this verdict count in coverage, and whether as covered.
    pub fn counts(self) -> Option<bool> {
        match self {
            Verdict::Translated | Verdict::Assumed => Some(true),
            Verdict::Runtime | Verdict::Manual => Some(false),
            Verdict::NotNeeded | Verdict::Control | Verdict::Skipped => None,
        }
    }
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    AnsiblePlay,
    AnsibleTask,
    AnsibleHandler,
    DockerfileInstruction,
    EtcFile,
    EtcEntry,
}

impl ItemKind {
    pub fn name(self) -> &'static str {
        match self {
            ItemKind::AnsiblePlay => "ansible-play",
            ItemKind::AnsibleTask => "ansible-task",
            ItemKind::AnsibleHandler => "ansible-handler",
            ItemKind::DockerfileInstruction => "dockerfile-instruction",
            ItemKind::EtcFile => "etc-file",
            ItemKind::EtcEntry => "etc-entry",
        }
    }

    /// Tells whether items of this kind count in coverage; plays and whole files carry what they hold.
    pub fn is_counted(self) -> bool {
        !matches!(self, ItemKind::AnsiblePlay | ItemKind::EtcFile)
    }
}

/// An item, by its place in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ItemId(pub u32);

/// One thing that was read.
#[derive(Clone, Debug)]
pub struct Item {
    pub kind: ItemKind,
    /// The module, instruction or file kind.
    pub subject: String,
    /// What its author called it.
    pub name: String,
    pub span: Span,
    /// Whether it is in the account at all: an included file that turned out to hold no tasks is not.
    pub counted: bool,
    pub closings: IndexSet<Closing>,
    pub outputs: IndexSet<Output>,
    /// What a play or a file holds, per host: it carries the worst verdict of it.
    pub holds: BTreeMap<String, BTreeSet<ItemId>>,
}

/// One decision about an item, for one host (by name; empty: for all).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Closing {
    pub host: String,
    pub verdict: Verdict,
    pub code: Code,
    pub reason: String,
}

/// Where an item shows in the output.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
pub struct Output {
    /// Relative to the folder of the output, with `/`.
    pub file: String,
    pub line: u32,
    /// The option that is defined there, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
}

/// All items of a run.
#[derive(Clone, Debug, Default)]
pub struct Account {
    items: Vec<Item>,
    /// Every task as it was played, where a trace was asked for.
    pub steps: Vec<Step>,
}

impl Account {
    pub fn new() -> Account {
        Account::default()
    }

    pub fn open(&mut self, kind: ItemKind, subject: &str, name: &str, span: Span) -> ItemId {
        let id = self.next_id();
        self.items.push(Item {
            kind,
            subject: subject.to_owned(),
            name: name.to_owned(),
            span,
            counted: true,
            closings: IndexSet::new(),
            outputs: IndexSet::new(),
            holds: BTreeMap::new(),
        });
        id
    }

    /// Closes a part of an item; equal decisions are kept once.
    pub fn close(&mut self, id: ItemId, closing: Closing) {
        self.items[id.0 as usize].closings.insert(closing);
    }

    /// Takes back how an item was closed on a host for a reason: who knows more closes it again.
    pub fn take_back(&mut self, id: ItemId, host: &str, reason: &str) {
        let closings = &mut self.items[id.0 as usize].closings;
        closings.retain(|it| it.host != host || it.reason != reason);
    }

    /// Adds a place of the output to an item.
    pub fn add_output(&mut self, id: ItemId, output: Output) {
        self.items[id.0 as usize].outputs.insert(output);
    }

    /// Notes that `id`, for a host, holds other items.
    pub fn hold(&mut self, id: ItemId, held: impl IntoIterator<Item = ItemId>, host: &str) {
        let holds = &mut self.items[id.0 as usize].holds;
        holds.entry(host.to_owned()).or_default().extend(held);
    }

    /// Closes what holds others with the worst verdict of what it holds, and gives it an output of theirs.
    pub fn carry(&mut self) {
        let mut named: BTreeMap<Output, usize> = BTreeMap::new();
        for output in self.items.iter().flat_map(|item| &item.outputs) {
            *named.entry(output.clone()).or_default() += 1;
        }
        let verdicts = self.verdicts_by_host();
        for at in 0..self.items.len() {
            let holds = std::mem::take(&mut self.items[at].holds);
            let all: BTreeSet<ItemId> = holds.values().flatten().copied().collect();
            for (host, held) in holds {
                let closing = self.carried(host, &held, &verdicts);
                self.items[at].closings.insert(closing);
            }
            // Many plays may hold the same role: each names a line that few others name.
            let outputs = all.iter().flat_map(|id| &self.get(*id).outputs);
            let rarest = outputs.min_by_key(|it| named.get(*it).copied()).cloned();
            if let Some(output) = &rarest {
                *named.entry(output.clone()).or_default() += 1;
            }
            self.items[at].outputs.extend(rarest);
        }
    }

    /// Returns the worst verdict of each item, by host; under no name what holds for all.
    fn verdicts_by_host(&self) -> Vec<HashMap<String, Verdict>> {
        let of_item = |item: &Item| {
            let mut verdicts: HashMap<String, Verdict> = HashMap::new();
            for closing in &item.closings {
                let known = verdicts
                    .entry(closing.host.clone())
                    .or_insert(closing.verdict);
                *known = closing.verdict.min(*known);
            }
            verdicts
        };
        self.items.iter().map(of_item).collect()
    }

    /// Puts all that is said of items into other words.
    pub fn reword(&mut self, word: impl Fn(&str) -> String) {
        for item in &mut self.items {
            item.name = word(&item.name);
            let closings = std::mem::take(&mut item.closings).into_iter();
            let said = closings.map(|closing| Closing {
                reason: word(&closing.reason),
                ..closing
            });
            item.closings = said.collect();
        }
    }

    /// Puts all texts of the steps into other words.
    pub fn reword_steps(&mut self, word: impl Fn(&str) -> String) {
        for step in &mut self.steps {
            step.reword(&word);
        }
    }

    /// Returns the id that the next item gets.
    pub fn next_id(&self) -> ItemId {
        ItemId(u32::try_from(self.items.len()).unwrap_or(u32::MAX))
    }

    /// Makes the items from `first` on those of the project in `folder`: what they show in the output is there, and its
    /// hosts are other ones than hosts of the same name elsewhere.
    pub fn move_into(&mut self, first: ItemId, folder: &str) {
        for item in self.items.iter_mut().skip(first.0 as usize) {
            let outputs = std::mem::take(&mut item.outputs).into_iter();
            let moved = outputs.map(|mut output| {
                output.file = format!("{folder}/{}", output.file);
                output
            });
            item.outputs = moved.collect();
            let closings = std::mem::take(&mut item.closings).into_iter();
            let moved = closings.map(|mut closing| {
                if !closing.host.is_empty() {
                    closing.host = format!("{folder}/{}", closing.host);
                }
                closing
            });
            item.closings = moved.collect();
            let holds = std::mem::take(&mut item.holds);
            item.holds = holds
                .into_iter()
                .map(|(host, held)| (format!("{folder}/{host}"), held))
                .collect();
        }
    }

    fn carried(
        &self,
        host: String,
        held: &BTreeSet<ItemId>,
        verdicts: &[HashMap<String, Verdict>],
    ) -> Closing {
        let is_counted = |id: &&ItemId| self.get(**id).kind.is_counted();
        let counted = || held.iter().filter(is_counted);
        let verdict_of = |id: &ItemId| {
            let known = &verdicts[id.0 as usize];
            let own = [host.as_str(), ""].into_iter();
            own.filter_map(|it| known.get(it)).min().copied()
        };
        let worst = counted().filter_map(verdict_of).min();
        let reason = match worst {
            None => "it holds no tasks".to_owned(),
            Some(verdict) => {
                let alike = counted()
                    .filter(|id| verdict_of(id) == Some(verdict))
                    .count();
                format!(
                    "it holds {} items, {alike} of them {}",
                    counted().count(),
                    verdict.name()
                )
            }
        };
        let verdict = worst.unwrap_or(Verdict::Control);
        Closing {
            host,
            verdict,
            code: Code::Carries,
            reason,
        }
    }

    pub fn get(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: ItemId) -> &mut Item {
        &mut self.items[id.0 as usize]
    }

    /// Returns the counted items with their ids, in the order of their opening.
    pub fn items(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        (0..)
            .map(ItemId)
            .zip(&self.items)
            .filter(|(_, item)| item.counted)
    }
}

impl Item {
    /// Returns the decision that counts: the first of the worst.
    pub fn decision(&self) -> Option<&Closing> {
        self.closings.iter().min_by_key(|closing| closing.verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn verdicts_are_ordered_from_the_worst() {
        use Verdict::{Assumed, Control, Manual, NotNeeded, Runtime, Skipped, Translated};
        assert!(
            [
                Manual, Runtime, Assumed, Translated, NotNeeded, Control, Skipped
            ]
            .is_sorted()
        );
    }
}
