//! From inputs and settings to a conversion: what `translate` and `diff` share.

use std::path::{Path, PathBuf};

use super::args::Settings;
use super::input::{self, Input};
use super::progress::{Progress, Watcher};
use super::{Streams, config};
use crate::Conversion;
use crate::Options;
use crate::diag::{Code, Diagnostics, Severity};
use crate::emit::{self, Origins};
use crate::error::Error;
use crate::import;
use crate::import::IMPORTERS;
use crate::lower::{Cron, Harden};
use crate::plan::Way;
use crate::report;
use crate::rules::Rules;
use crate::source::SourceTree;

/// The inputs, open, and all that was said about them.
pub(super) struct Opened {
    roots: Vec<Input>,
    /// Completed by the files of settings in the roots.
    pub(super) settings: Settings,
    tree: SourceTree,
    pub(super) import: import::Options,
}

pub(super) struct Made {
    pub(super) settings: Settings,
    pub(super) tree: SourceTree,
    pub(super) conversion: Conversion,
}

pub(super) enum Outcome {
    Made(Box<Made>),
    /// There is nothing to translate, and the diagnostics say why.
    Nothing(Box<SourceTree>, Diagnostics),
}

/// Opens the inputs; `out` is the folder that the output is for.
///
/// # Errors
/// `Error::Read` for what cannot be read, `Error::Usage` and `Error::Refused` for settings that cannot be followed.
pub(super) fn open(
    inputs: &[PathBuf],
    mut settings: Settings,
    out: Option<&Path>,
) -> Result<Opened, Error> {
    let mut roots = input::resolve(inputs, &settings)?;
    for root in &roots {
        config::complete(&mut settings, &root.root, out)?;
    }
    let (tree, import) = input::open(&mut roots, &settings, out)?;
    Ok(Opened {
        roots,
        settings,
        tree,
        import,
    })
}

impl Opened {
    /// Starts the line that says what is being done.
    pub(super) fn progress(&self, watcher: Watcher) -> Progress {
        let files = self.tree.entries().count();
        let progress = Progress::start(watcher, files);
        progress.say(format!("translating {files} files of {}", self.tree.name()));
        progress
    }

    /// Converts the inputs.
    ///
    /// # Errors
    /// `Error::Rule` and `Error::Read` for the user's own rules.
    pub(super) fn convert(self) -> Result<Outcome, Error> {
        let Opened {
            roots,
            settings,
            tree,
            import,
        } = self;
        let rules = Rules::load(&settings.rules)?;
        let (inputs, unknown) = input::importers_of(&tree, &roots, settings.from.as_deref());
        if !unknown.is_empty() {
            let diags = nothing_to_translate(&tree, &unknown);
            return Ok(Outcome::Nothing(Box::new(tree), diags));
        }
        let origins = if settings.no_origins {
            Origins::LeftOut
        } else {
            Origins::Shown
        };
        let options = Options {
            import,
            harden: if settings.harden {
                Harden::Services
            } else {
                Harden::Nothing
            },
            cron: settings.cron.map_or(Cron::Timers, Cron::from),
            emit: emit::Options {
                origins,
                secrets: settings.secrets.map_or(Way::Files, Way::from),
            },
        };
        let conversion = crate::convert(&tree, &inputs, &rules, &options);
        let is_empty = conversion.model.machines.is_empty();
        if is_empty && conversion.account.items().next().is_none() {
            let mut diags = conversion.diagnostics;
            // The importer may have said why.
            if !diags.sorted().iter().any(|it| it.code == Code::NothingToDo) {
                diags.append(nothing_to_translate(&tree, &[String::new()]));
            }
            return Ok(Outcome::Nothing(Box::new(tree), diags));
        }
        Ok(Outcome::Made(Box::new(Made {
            settings,
            tree,
            conversion,
        })))
    }
}

/// What is said of inputs that nothing is known for, by their paths in the tree.
fn nothing_to_translate(tree: &SourceTree, inputs: &[String]) -> Diagnostics {
    let kinds: Vec<&str> = IMPORTERS.iter().map(|it| it.described).collect();
    let kinds = kinds.join(", no ");
    let mut diags = Diagnostics::new();
    for path in inputs {
        let name = if path.is_empty() { tree.name() } else { path };
        diags.general(
            Code::NothingToDo,
            format!("`{name}` holds no {kinds}"),
            "give what is to be translated itself, and say what it is with --from",
        );
    }
    diags
}

/// Prints the diagnostics of a severity of at least `least`.
pub(super) fn say(
    diags: &Diagnostics,
    tree: &SourceTree,
    least: Severity,
    streams: &mut Streams<'_>,
) -> anyhow::Result<()> {
    let text = report::render_diagnostics(&diags.at_least(least), tree, streams.colour);
    streams.stderr.write_all(text.as_bytes())?;
    Ok(())
}
