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
use crate::report;
use crate::rules::Rules;
use crate::source::SourceTree;

/// The inputs, open, and all that was said about them.
pub(super) struct Opened {
    input: Input,
    /// Completed by the file of settings in the input's root.
    pub(super) settings: Settings,
    tree: SourceTree,
    import: import::Options,
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
    let input = input::resolve(inputs, settings.from.as_deref())?;
    config::complete(&mut settings, &input.root, out)?;
    let (tree, import) = input::open(&input, &settings, out)?;
    Ok(Opened {
        input,
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
            input,
            settings,
            tree,
            import,
        } = self;
        let rules = Rules::load(&settings.rules)?;
        let Some(importer) = input::importer(&tree, &input, settings.from.as_deref()) else {
            let diags = nothing_to_translate(&tree);
            return Ok(Outcome::Nothing(Box::new(tree), diags));
        };
        let origins = if settings.no_origins {
            Origins::LeftOut
        } else {
            Origins::Shown
        };
        let options = Options {
            import,
            emit: emit::Options { origins },
        };
        let conversion = crate::convert(&tree, importer, &rules, &options);
        if conversion.account.items().next().is_none() {
            let mut diags = conversion.diagnostics;
            // The importer may have said why.
            if !diags.sorted().iter().any(|it| it.code == Code::NothingToDo) {
                diags.append(nothing_to_translate(&tree));
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

fn nothing_to_translate(tree: &SourceTree) -> Diagnostics {
    let mut diags = Diagnostics::new();
    diags.general(
        Code::NothingToDo,
        format!("`{}` holds no playbook and no role", tree.name()),
        "give the folder that holds the playbooks, or a playbook",
    );
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
