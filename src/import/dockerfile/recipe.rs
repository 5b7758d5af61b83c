//! One Dockerfile: its items, its stages, and which of them the image stands on or takes from.

use std::collections::BTreeMap;

use super::Options;
use super::base::{self, Base, Kind};
use super::context::Context;
use super::files::Given;
use super::mistakes::say;
use super::player::{Here, Player, Purpose};
use super::scope::{Below, Holes, Scope, given_arg, hide, is_plain};
use crate::account::{Account, Closing, Code, ItemId, ItemKind, Verdict};
use crate::diag::{self, Diagnostics};
use crate::model::{Condition, Entry, Family, Origin, Part, Resource};
use crate::source::{SourceTree, Span};
use crate::syntax::dockerfile::{Dockerfile, Instruction, Statement, read};

/// What a Dockerfile asks of the machine.
#[derive(Default)]
pub(super) struct Played {
    pub(super) entries: Vec<Entry>,
    pub(super) family: Option<Family>,
}

/// From one FROM to the next.
pub(super) struct Stage {
    pub(super) name: Option<String>,
    pub(super) parent: Parent,
    /// The instructions, FROM first.
    range: std::ops::Range<usize>,
    role: Role,
}

/// What a stage begins with.
#[derive(Clone, Debug)]
pub(super) enum Parent {
    Stage(usize),
    /// An image from elsewhere; a placeholder stands for what is not known.
    Image {
        image: String,
        base: Base,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The image is this stage, or stands on it.
    Image,
    /// The image takes files from it.
    Build,
    Unneeded,
}

/// What all parts of the reading of a file share.
pub(super) struct Recipe<'a> {
    pub(super) tree: &'a SourceTree,
    pub(super) given: &'a Given,
    pub(super) file: Dockerfile,
    pub(super) items: Vec<ItemId>,
    pub(super) stages: Vec<Stage>,
    pub(super) holes: Holes,
    pub(super) global: Scope,
    pub(super) options: &'a Options,
}

pub(super) fn import(
    tree: &SourceTree,
    given: &Given,
    options: &Options,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Played {
    let start = Span::new(given.file, 0, 0);
    let text = match tree.text(given.file) {
        Ok(text) => text,
        Err(problem) => {
            let message = format!("`{}` cannot be read: {problem}", given.path);
            diags.at(diag::Code::SourceUnreadable, start, message);
            return Played::default();
        }
    };
    if tree.is_latin1(given.file) {
        let message = format!("`{}` is no UTF-8", given.path);
        diags.at_with_help(diag::Code::SourceLatin1, start, message, "save it as UTF-8");
    }
    let file = read(text);
    let span = |it: &Instruction| Span::new(given.file, it.place.start, it.place.end);
    let items = file.instructions.iter().map(|it| {
        let subject: String = it.keyword.chars().take(40).collect();
        account.open(ItemKind::DockerfileInstruction, &subject, "", span(it))
    });
    let mut recipe = Recipe {
        tree,
        given,
        items: items.collect(),
        file,
        stages: Vec::new(),
        holes: Holes::default(),
        global: Scope::global(),
        options,
    };
    for fault in &recipe.file.faults {
        let place = Span::new(given.file, fault.place.start, fault.place.end);
        say(
            diags,
            diag::Code::DockerfileSyntax,
            place,
            &fault.why,
            fault.cure.as_deref(),
        );
    }
    if let Some(all) = recipe.refuse(diags) {
        return Played {
            entries: recipe.manual(all.0, all.1),
            family: None,
        };
    }
    recipe.say_frontend(diags);
    recipe.find_stages(account, diags);
    let windows = recipe.windows();
    if let Some(span) = windows {
        let cure = "what it runs has to be found for Linux; an image of Windows cannot become a NixOS service";
        let message = "the image is one for Windows, which is not translated";
        diags.at_with_help(diag::Code::DockerfileWindows, span, message, cure);
        return Played {
            entries: recipe.manual(
                "the image is one for Windows",
                "Find what it runs for Linux.",
            ),
            family: None,
        };
    }
    recipe.choose(diags);
    recipe.play(account, diags)
}

impl Recipe<'_> {
    pub(super) fn span(&self, at: usize) -> Span {
        let place = self.file.instructions[at].place;
        Span::new(self.given.file, place.start, place.end)
    }

    pub(super) fn entry(&self, item: ItemId, resource: Resource) -> Entry {
        Entry {
            resource,
            part: Part::Service(self.given.name.clone()),
            origin: Origin::of(item),
            assumptions: Vec::new(),
            guard: Condition::True,
        }
    }

    /// Reads what stands before the first FROM, and finds the stages.
    fn find_stages(&mut self, account: &mut Account, diags: &mut Diagnostics) {
        let count = self.file.instructions.len();
        let starts: Vec<usize> = (0..count)
            .filter(|at| self.file.instructions[*at].keyword == "FROM")
            .collect();
        for at in 0..starts.first().copied().unwrap_or(count) {
            self.global_argument(at, account, diags);
        }
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(count);
            let (parent, name) = self.parent(*start, number, diags);
            self.stages.push(Stage {
                name,
                parent,
                range: *start..end,
                role: Role::Unneeded,
            });
        }
    }

    fn global_argument(&mut self, at: usize, account: &mut Account, diags: &mut Diagnostics) {
        let Ok(Statement::Arg(pairs)) = self.file.instructions[at].statement.clone() else {
            return;
        };
        let span = self.span(at);
        for (name, default) in pairs {
            let value = given_arg(&name, &self.options.build_args).unwrap_or_else(|| {
                let default = default.as_deref()?;
                match self.global.expand(default, self.file.escape, &self.holes) {
                    Ok(value) => Some(value.text),
                    Err(why) => {
                        diags.at(
                            diag::Code::DockerfileSyntax,
                            span,
                            format!("ARG {name}: {why}"),
                        );
                        None
                    }
                }
            });
            let value = value.map(|it| hide(&name, it, &self.holes, span));
            self.global.set_arg(&name, value);
        }
        account.close(
            self.items[at],
            Closing {
                host: String::new(),
                verdict: Verdict::Control,
                code: Code::Evaluated,
                reason: "it has its value where FROM and the stages name it".to_owned(),
            },
        );
    }

    /// Says what a FROM begins with.
    fn parent(
        &self,
        at: usize,
        number: usize,
        diags: &mut Diagnostics,
    ) -> (Parent, Option<String>) {
        let span = self.span(at);
        let unknown = |image: String| Parent::Image {
            image,
            base: Base {
                kind: Kind::Unknown,
                family: Family::Other,
                brings: Vec::new(),
                runs: &[],
            },
        };
        let Ok(Statement::From { image, name }) = &self.file.instructions[at].statement else {
            return (unknown(String::new()), None);
        };
        let value = match self.global.expand(image, self.file.escape, &self.holes) {
            Ok(value) => value,
            Err(why) => {
                diags.at(diag::Code::DockerfileSyntax, span, format!("FROM: {why}"));
                return (unknown(String::new()), name.clone());
            }
        };
        let missed = value.unset.first().cloned().or_else(|| {
            let hole = self.holes.first(&value.text)?;
            Some(hole.what)
        });
        if let Some(missed) = missed {
            let message = format!("the image `{image}` is not known: {missed} has no value");
            let cure = "give it with --build-arg, or write a default behind ARG";
            diags.at_with_help(diag::Code::DockerfileUnset, span, message, cure);
        }
        let earlier = self.stages.iter().take(number).position(|stage| {
            stage.name.is_some() && stage.name.as_deref() == Some(&value.text.to_ascii_lowercase())
        });
        let parent = match earlier {
            Some(stage) => Parent::Stage(stage),
            None if !is_plain(&value.text) || value.text.is_empty() => unknown(value.text),
            None => Parent::Image {
                base: base::of(&value.text),
                image: value.text,
            },
        };
        (parent, name.clone())
    }

    /// Returns where it is said that the image is one for Windows.
    fn windows(&self) -> Option<Span> {
        let of_windows = |stage: &&Stage| {
            let base =
                matches!(&stage.parent, Parent::Image { base, .. } if base.kind == Kind::Windows);
            let from = &self.file.instructions[stage.range.start];
            base || from
                .flag("platform")
                .is_some_and(|it| it.starts_with("windows"))
        };
        if let Some(stage) = self.stages.iter().find(of_windows) {
            return Some(self.span(stage.range.start));
        }
        let shell = self.file.instructions.iter().position(|it| {
            let Ok(Statement::Shell(words)) = &it.statement else {
                return false;
            };
            let program = words.first().map(|it| it.to_ascii_lowercase());
            program.is_some_and(|it| {
                ["cmd", "cmd.exe", "powershell", "powershell.exe"].contains(&it.as_str())
            })
        });
        shell.map(|at| self.span(at))
    }

    /// Finds the stage of a name or number.
    pub(super) fn stage(&self, name: &str) -> Option<usize> {
        let lower = name.to_ascii_lowercase();
        let named = self
            .stages
            .iter()
            .rposition(|stage| stage.name.as_deref() == Some(&lower));
        named.or_else(|| name.parse().ok().filter(|it| *it < self.stages.len()))
    }

    /// Chooses the stage that is the image, and what it needs.
    fn choose(&mut self, diags: &mut Diagnostics) {
        let last = self.stages.len().saturating_sub(1);
        let wished = self
            .options
            .target
            .as_deref()
            .map(|name| (name, self.stage(name)));
        if let Some((name, None)) = wished {
            let message = format!("there is no stage `{name}`; the last one is translated");
            let names: Vec<&str> = self
                .stages
                .iter()
                .filter_map(|it| it.name.as_deref())
                .collect();
            let cure = format!("stages are: {}", names.join(", "));
            let span = Span::new(self.given.file, 0, 0);
            diags.at_with_help(diag::Code::DockerfileTarget, span, message, cure);
        }
        let mut at = wished.and_then(|(_, stage)| stage).unwrap_or(last);
        while let Some(stage) = self.stages.get_mut(at) {
            stage.role = Role::Image;
            match stage.parent {
                Parent::Stage(parent) => at = parent,
                Parent::Image { .. } => break,
            }
        }
        // A stage names only those before it, so one way from the end finds all.
        for at in (0..self.stages.len()).rev() {
            if self.stages[at].role == Role::Unneeded {
                continue;
            }
            let mut needed: Vec<usize> = Vec::new();
            if let Parent::Stage(parent) = self.stages[at].parent {
                needed.push(parent);
            }
            for instruction in &self.file.instructions[self.stages[at].range.clone()] {
                let mounts = instruction.flags("mount").flat_map(|it| it.split(','));
                let mounted = mounts.filter_map(|it| it.strip_prefix("from="));
                let from = instruction.flag("from").into_iter().chain(mounted);
                needed.extend(
                    from.filter_map(|name| self.stage(name))
                        .filter(|it| *it < at),
                );
            }
            for stage in needed {
                if self.stages[stage].role == Role::Unneeded {
                    self.stages[stage].role = Role::Build;
                }
            }
        }
    }

    fn play(&self, account: &mut Account, diags: &mut Diagnostics) -> Played {
        let context = Context::open(self.tree, self.given);
        let mut ends: BTreeMap<usize, Here> = BTreeMap::new();
        let mut image: Option<Player<'_>> = None;
        let mut entries = self.misplaced(diags);
        for (number, stage) in self.stages.iter().enumerate() {
            let here = match &stage.parent {
                Parent::Stage(parent) => ends.get(parent).cloned().unwrap_or_default(),
                Parent::Image { image, base } => Here::on(image, base, &self.holes),
            };
            match stage.role {
                Role::Unneeded => self.skip(number, account),
                Role::Build => {
                    let purpose = Purpose::Build(self.title(number));
                    let mut player = Player::new(self, &context, purpose);
                    player.here = here;
                    self.play_stage(number, &mut player, account, diags);
                    ends.insert(number, player.here.clone());
                    entries.extend(player.into_entries(account, diags));
                }
                Role::Image => {
                    let mut player = image
                        .take()
                        .unwrap_or_else(|| Player::new(self, &context, Purpose::Image));
                    player.here = here;
                    self.play_stage(number, &mut player, account, diags);
                    ends.insert(number, player.here.clone());
                    image = Some(player);
                }
            }
        }
        let Some(mut player) = image else {
            return Played {
                entries,
                family: None,
            };
        };
        let bottom = self.stages.iter().find(|stage| stage.role == Role::Image);
        let family = player.here.family;
        if let Some(stage) = bottom {
            player.close_bottom(stage.range.start, &stage.parent, account);
        }
        entries.extend(player.into_entries(account, diags));
        self.sweep(&entries, account);
        Played {
            entries,
            family: Some(family),
        }
    }

    fn play_stage(
        &self,
        number: usize,
        player: &mut Player<'_>,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) {
        let range = self.stages[number].range.clone();
        if player.is_image() {
            player.begin_stage(range.clone());
        }
        for at in range {
            player.play(at, account, diags);
        }
    }

    /// Tells whether a stage ends before an instruction.
    pub(super) fn is_before(&self, stage: usize, at: usize) -> bool {
        self.stages[stage].range.end <= at
    }

    /// Returns the FROM of the stage that is the image.
    pub(super) fn image_from(&self) -> Option<usize> {
        let last = self.stages.iter().rfind(|it| it.role == Role::Image)?;
        Some(last.range.start)
    }

    /// Returns each FROM of the image that goes on from another stage, and what that is called.
    pub(super) fn stages_of_image(&self) -> Vec<(usize, String)> {
        let stages = self.stages.iter().filter(|it| it.role == Role::Image);
        let found = stages.filter_map(|stage| match stage.parent {
            Parent::Stage(parent) => Some((stage.range.start, self.title(parent))),
            Parent::Image { .. } => None,
        });
        found.collect()
    }

    /// Returns what people call a stage.
    pub(super) fn title(&self, number: usize) -> String {
        match self.stages.get(number).and_then(|it| it.name.as_deref()) {
            Some(name) => name.to_owned(),
            None => number.to_string(),
        }
    }

    fn skip(&self, number: usize, account: &mut Account) {
        let reason = format!(
            "the image takes nothing from the stage `{}`",
            self.title(number)
        );
        for at in self.stages[number].range.clone() {
            account.close(
                self.items[at],
                Closing {
                    host: String::new(),
                    verdict: Verdict::Skipped,
                    code: Code::NotReached,
                    reason: reason.clone(),
                },
            );
        }
    }

    /// Closes what left no trace because something later changed or removed it.
    fn sweep(&self, entries: &[Entry], account: &mut Account) {
        let mut awaited: Vec<ItemId> = Vec::new();
        for entry in entries {
            awaited.extend(&entry.origin.items);
            if let Resource::Application(application) = &entry.resource {
                awaited.extend(super::finish::items(application));
            }
        }
        for item in &self.items {
            if awaited.contains(item) || !account.get(*item).closings.is_empty() {
                continue;
            }
            account.close(
                *item,
                Closing {
                    host: String::new(),
                    verdict: Verdict::NotNeeded,
                    code: Code::Overwritten,
                    reason: "a later instruction says it anew, or removes it again".to_owned(),
                },
            );
        }
    }
}

impl Here {
    /// What a stage begins with that stands on an image from elsewhere.
    fn on(image: &str, base: &Base, holes: &Holes) -> Here {
        let mut here = Here {
            family: base.family,
            ..Here::default()
        };
        here.scope.below = match base.kind {
            Kind::Empty | Kind::System => Below::Nothing,
            Kind::Program | Kind::Unknown | Kind::Windows if image.is_empty() => {
                Below::Image("below".to_owned())
            }
            Kind::Program | Kind::Unknown | Kind::Windows => {
                let image = holes.text(image).to_string();
                base::directory(&image).clone_into(&mut here.directory);
                Below::Image(image)
            }
        };
        here
    }
}
