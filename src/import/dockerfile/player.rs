//! `Player`: plays the instructions of a stage, one after the other.

use std::ops::Range;

use indexmap::IndexMap;

use super::base::Kind;
use super::context::Context;
use super::copy;
use super::recipe::{Parent, Recipe};
use super::run;
use super::scope::{Scope, Value, given_arg, hide};
use crate::account::{Account, Closing, Code, ItemId, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::state::State;
use crate::model::{
    Application, ApplicationPort, ApplicationSource, Command, Entry, Family, FetchedProgram,
    Health, Opaque, Origin, Package, Product, Resource, Sourced, Variable,
};
use crate::source::{Span, absolute};
use crate::syntax::dockerfile::{CommandLine, Statement};

/// Why a stage is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Image,
    /// The image takes files from it; what people call it.
    Build(String),
}

/// What an instruction finds.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub(super) scope: Scope,
    /// WORKDIR, absolute.
    pub(super) directory: String,
    pub(super) user: Option<String>,
    /// What runs commands that are no JSON.
    pub(super) shell: Vec<String>,
    pub(super) family: Family,
}

impl Default for Here {
    fn default() -> Here {
        Here {
            scope: Scope::default(),
            directory: "/".to_owned(),
            user: None,
            shell: vec!["/bin/sh".to_owned(), "-c".to_owned()],
            family: Family::Other,
        }
    }
}

/// The application in the making.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) summary: Option<String>,
    pub(super) entrypoint: Option<(CommandLine, Vec<String>, ItemId)>,
    pub(super) cmd: Option<(CommandLine, Vec<String>, ItemId)>,
    /// CMD was said in this stage, so that an ENTRYPOINT leaves it.
    pub(super) cmd_is_own: bool,
    pub(super) directory: Option<Sourced<String>>,
    pub(super) user: Option<Sourced<String>>,
    pub(super) group: Option<Sourced<String>>,
    pub(super) environment: IndexMap<String, Sourced<Variable>>,
    pub(super) ports: Vec<Sourced<ApplicationPort>>,
    pub(super) packages: IndexMap<String, Sourced<Package>>,
    pub(super) fetched: Vec<Sourced<FetchedProgram>>,
    /// Programs whose sources the last RUN that fetched some has fetched.
    pub(super) unbuilt: Vec<Product>,
    pub(super) state: Vec<Sourced<String>>,
    pub(super) source: Vec<Sourced<ApplicationSource>>,
    pub(super) stop_signal: Option<Sourced<String>>,
    pub(super) health: Option<Sourced<Health>>,
    pub(super) base: Option<String>,
    /// Whoever runs the image says what it starts.
    pub(super) is_told: bool,
    /// The recipe gives the application's folder to a user.
    pub(super) owns_source: bool,
    pub(super) command: Option<Sourced<Command>>,
}

pub(super) struct Player<'a> {
    pub(super) recipe: &'a Recipe<'a>,
    pub(super) context: &'a Context<'a>,
    pub(super) purpose: Purpose,
    pub(super) here: Here,
    pub(super) state: State,
    pub(super) parts: Parts,
    /// The folder of the application itself: the last WORKDIR.
    pub(super) folder: Option<String>,
}

/// What is left to the person.
pub(super) struct Left {
    pub(super) reason: String,
    pub(super) cure: String,
}

impl Left {
    pub(super) fn new(reason: impl Into<String>, cure: impl Into<String>) -> Left {
        Left {
            reason: reason.into(),
            cure: cure.into(),
        }
    }
}

impl<'a> Player<'a> {
    pub(super) fn new(
        recipe: &'a Recipe<'a>,
        context: &'a Context<'a>,
        purpose: Purpose,
    ) -> Player<'a> {
        Player {
            recipe,
            context,
            purpose,
            here: Here::default(),
            state: State::default(),
            parts: Parts::default(),
            folder: None,
        }
    }

    pub(super) fn is_image(&self) -> bool {
        self.purpose == Purpose::Image
    }

    /// Looks ahead at where the stage ends up working.
    pub(super) fn begin_stage(&mut self, range: Range<usize>) {
        self.parts.cmd_is_own = false;
        let mut ahead = self.here.clone();
        std::mem::swap(&mut ahead, &mut self.here);
        self.here = ahead.clone();
        for at in range {
            match &self.recipe.file.instructions[at].statement {
                Ok(Statement::Arg(pairs)) => {
                    for (name, default) in pairs {
                        let _unset = self.set_arg(name, default.as_deref(), at);
                    }
                }
                Ok(Statement::Env(pairs)) => {
                    if let Ok(values) = self.values(pairs) {
                        for (name, value) in values {
                            self.here.scope.set_env(&name, value.text);
                        }
                    }
                }
                Ok(Statement::Workdir(path)) => {
                    if let Ok(value) = self.expand(path) {
                        self.here.directory = absolute(&self.here.directory, &value.text);
                    }
                }
                Ok(_) | Err(_) => {}
            }
        }
        let last = std::mem::replace(&mut self.here, ahead).directory;
        self.folder = Some(last).filter(|it| copy::is_folder_of_application(it));
    }

    pub(super) fn play(&mut self, at: usize, account: &mut Account, diags: &mut Diagnostics) {
        let instruction = &self.recipe.file.instructions[at];
        let item = self.recipe.items[at];
        let span = self.recipe.span(at);
        let statement = match &instruction.statement {
            Ok(statement) => statement,
            Err(fault) => {
                let code = diag::Code::DockerfileSyntax;
                match &fault.cure {
                    Some(cure) => diags.at_with_help(code, span, fault.why.clone(), cure),
                    None => diags.at(code, span, fault.why.clone()),
                }
                let left = Left::new(&fault.why, "Mend the line.");
                self.leave(item, &instruction.keyword, left);
                return;
            }
        };
        let outcome = match statement {
            Statement::From { .. } => {
                self.from(item, account);
                Ok(())
            }
            Statement::Arg(pairs) => self.arg(pairs, at, account, diags),
            Statement::Label(pairs) => {
                self.label(pairs);
                control(
                    account,
                    item,
                    "it says something about the image, to people",
                );
                Ok(())
            }
            Statement::Maintainer(_) => {
                control(account, item, "it says who keeps the image");
                Ok(())
            }
            Statement::Shell(words) => {
                self.here.shell.clone_from(words);
                control(account, item, "it says what runs the commands that follow");
                Ok(())
            }
            Statement::Onbuild(_) => {
                let reason = "it acts only when another image is made from this one";
                not_needed(account, item, Code::NoMeaning, reason);
                Ok(())
            }
            Statement::Run { command, heredocs } => {
                run::play(self, at, command, heredocs, account);
                Ok(())
            }
            Statement::Copy(transfer) | Statement::Add(transfer) => match &self.purpose {
                Purpose::Build(stage) => {
                    let reason = format!(
                        "it brings sources into the stage `{stage}`; a package that is made of the stage has them as its own"
                    );
                    not_needed(account, item, Code::NoMeaning, &reason);
                    Ok(())
                }
                Purpose::Image => copy::play(self, at, transfer, diags),
            },
            Statement::Env(_)
            | Statement::Cmd(_)
            | Statement::Entrypoint(_)
            | Statement::Expose(_)
            | Statement::Volume(_)
            | Statement::User(_)
            | Statement::Workdir(_)
            | Statement::Stopsignal(_)
            | Statement::Healthcheck(_) => self.metadata(statement, at, account, diags),
        };
        if let Err(left) = outcome {
            self.leave(item, &instruction.keyword, left);
        }
    }

    /// What an image from elsewhere is, is said when all is played.
    fn from(&mut self, item: ItemId, account: &mut Account) {
        if let Purpose::Build(stage) = &self.purpose {
            let reason = format!("the stage `{stage}` makes what the image takes from it");
            control(account, item, &reason);
        }
    }

    /// Closes the FROM of the image from elsewhere that all stands on.
    pub(super) fn close_bottom(&mut self, at: usize, parent: &Parent, account: &mut Account) {
        let item = self.recipe.items[at];
        for (from, stage) in self.recipe.stages_of_image() {
            if from != at {
                let reason = format!("it goes on from the stage `{stage}`");
                control(account, self.recipe.items[from], &reason);
            }
        }
        let Parent::Image { image, base } = parent else {
            return;
        };
        let shown = self.recipe.holes.text(image).to_string();
        self.parts.base = Some(shown.clone()).filter(|it| !it.is_empty());
        if self.recipe.file.instructions[at].statement.is_err() {
            return;
        }
        for name in &base.brings {
            let package = Package {
                name: (*name).to_owned(),
                family: base.family,
                version: None,
            };
            let assumption = Application::of_release(&shown);
            self.parts
                .packages
                .entry(package.name.clone())
                .or_insert(Sourced {
                    value: package,
                    origin: Origin::of(item),
                    assumptions: vec![assumption],
                });
        }
        self.join_command();
        self.default_command(item, &shown, base);
        let has_command = self.parts.command.is_some();
        let known = match base.kind {
            Kind::Empty => "it begins with an empty image".to_owned(),
            Kind::System => format!("names of packages are those of `{shown}`"),
            Kind::Program | Kind::Unknown | Kind::Windows => {
                format!("`{shown}` may hold more than is known here")
            }
        };
        if let Some(hole) = self.recipe.holes.first(image) {
            let reason = format!("the image below is not known: it depends on {}", hole.what);
            let cure = "Translate again with --build-arg, which gives the value.";
            self.leave(item, "FROM", Left::new(reason, cure));
        } else if !has_command && !self.parts.is_told {
            let reason = format!("what it runs is said by the image `{shown}` alone");
            let cure = format!(
                "Look at Entrypoint and Cmd of `docker image inspect {shown}`, and state them as ExecStart."
            );
            self.leave(item, "FROM", Left::new(reason, cure));
        } else if base.kind == Kind::Unknown {
            let reason = format!("{known}: its environment, its programs and its files");
            let cure = "Look at what it has (docker image history), and state what the service needs of it.";
            self.leave(item, "FROM", Left::new(reason, cure));
        } else if base.brings.is_empty() {
            control(account, item, &known);
        }
    }

    /// Takes an argument; what has no value although it names another is returned.
    fn set_arg(&mut self, name: &str, default: Option<&str>, at: usize) -> Result<Value, Left> {
        let given = given_arg(name, &self.recipe.options.build_args);
        // A global argument of the same name gives the value where the stage gives none.
        let global = self.recipe.global.arg(name).cloned();
        let mut value = Value::default();
        let text = match (given, default, global) {
            (Some(given), _, _) if self.is_given(name) || default.is_none() => given,
            (_, Some(default), _) => {
                value = self.expand(default)?;
                Some(value.text.clone())
            }
            (Some(given), None, _) => given,
            (None, None, Some(global)) => global,
            (None, None, None) => None,
        };
        let text = text.map(|it| hide(name, it, &self.recipe.holes, self.recipe.span(at)));
        self.here.scope.set_arg(name, text);
        Ok(value)
    }

    fn is_given(&self, name: &str) -> bool {
        let mut given = self.recipe.options.build_args.iter();
        given.any(|(it, _)| it == name)
    }

    fn arg(
        &mut self,
        pairs: &[(String, Option<String>)],
        at: usize,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Result<(), Left> {
        for (name, default) in pairs {
            let value = self.set_arg(name, default.as_deref(), at)?;
            self.tell_unset(&value, at, diags);
        }
        let reason = "it has its value where later instructions name it";
        control(account, self.recipe.items[at], reason);
        Ok(())
    }

    /// Remembers what the author says that the image is.
    fn label(&mut self, pairs: &[(String, String)]) {
        const NAMES: [&str; 4] = [
            "org.opencontainers.image.description",
            "description",
            "summary",
            "org.opencontainers.image.title",
        ];
        let Ok(values) = self.values(pairs) else {
            return;
        };
        let said = NAMES.iter().find_map(|name| {
            let (_, value) = values.iter().find(|(key, _)| key == name)?;
            let text = self.recipe.holes.text(&value.text);
            let plain = text
                .plain()?
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            (!plain.is_empty() && plain.len() < 120).then_some(plain)
        });
        self.parts.summary = said.or(self.parts.summary.take());
    }

    /// Expands names and values by what was before all of them.
    pub(super) fn values(&self, pairs: &[(String, String)]) -> Result<Vec<(String, Value)>, Left> {
        let values = pairs.iter().map(|(name, value)| {
            let name = self.expand(name)?.text;
            Ok((name, self.expand(value)?))
        });
        values.collect()
    }

    /// Expands a word of an instruction.
    pub(super) fn expand(&self, word: &str) -> Result<Value, Left> {
        let escape = self.recipe.file.escape;
        let expanded = self.here.scope.expand(word, escape, &self.recipe.holes);
        expanded.map_err(|why| Left::new(why, "Mend the line."))
    }

    /// Says which variables are empty because nothing gives them a value.
    pub(super) fn tell_unset(&self, value: &Value, at: usize, diags: &mut Diagnostics) {
        for name in &value.unset {
            let message = format!("`${name}` has no value, and is empty");
            let cure = "declare it with ARG or ENV before, in this stage";
            let span = self.recipe.span(at);
            diags.at_with_help(diag::Code::DockerfileUnset, span, message, cure);
        }
    }

    pub(super) fn span(&self, at: usize) -> Span {
        self.recipe.span(at)
    }

    /// Leaves something to the person: a comment in the output, `manual` in the account.
    pub(super) fn leave(&mut self, item: ItemId, keyword: &str, left: Left) {
        let opaque = Opaque {
            subject: keyword.chars().take(40).collect(),
            title: String::new(),
            reason: left.reason,
            cure: Some(left.cure),
            lines: Vec::new(),
        };
        self.put(item, Resource::Opaque(opaque), Vec::new());
    }

    pub(super) fn put(&mut self, item: ItemId, resource: Resource, assumptions: Vec<String>) {
        let entry = Entry {
            assumptions,
            ..self.recipe.entry(item, resource)
        };
        self.state.put(entry, 0);
    }
}

pub(super) fn control(account: &mut Account, item: ItemId, reason: &str) {
    close(account, item, Verdict::Control, Code::Evaluated, reason);
}

pub(super) fn not_needed(account: &mut Account, item: ItemId, code: Code, reason: &str) {
    close(account, item, Verdict::NotNeeded, code, reason);
}

fn close(account: &mut Account, item: ItemId, verdict: Verdict, code: Code, reason: &str) {
    account.close(
        item,
        Closing {
            host: String::new(),
            verdict,
            code,
            reason: reason.to_owned(),
        },
    );
}
