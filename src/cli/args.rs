//! The command line as types: commands, options, and what `--help` says of them.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum};

use super::help;
use crate::diag::Severity;
use crate::import::Prefer;
use crate::lower::Cron;
use crate::plan::Way;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default())
    .usage(AnsiColor::Yellow.on_default())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

#[derive(Debug, Parser)]
#[command(
    name = "ops2nix", version, about = help::ABOUT, long_about = help::LONG_ABOUT,
    after_long_help = help::both(help::EXAMPLES, help::EXIT_STATUS),
    styles = STYLES, max_term_width = 100, disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        help_heading = "Messages"
    )]
    pub(super) color: Option<ColorChoice>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[command(
        about = help::TRANSLATE_ABOUT, long_about = help::TRANSLATE_LONG,
        after_long_help = help::both(help::TRANSLATE_EXAMPLES, help::EXIT_STATUS)
    )]
    Translate(Box<Translate>),

    #[command(
        about = help::DIFF_ABOUT, long_about = help::DIFF_LONG,
        after_long_help = help::both(help::DIFF_EXAMPLES, help::DIFF_EXIT_STATUS)
    )]
    Diff(Box<Diff>),

    #[command(
        about = help::CHECK_ABOUT, long_about = help::CHECK_LONG,
        after_long_help = help::both(help::CHECK_EXAMPLES, help::CHECK_EXIT_STATUS)
    )]
    Check(Check),

    #[command(
        about = help::VERIFY_ABOUT, long_about = help::VERIFY_LONG,
        after_long_help = help::both(help::VERIFY_EXAMPLES, help::VERIFY_EXIT_STATUS)
    )]
    Verify(Box<Verify>),

    #[command(
        about = help::EXPLAIN_ABOUT, long_about = help::EXPLAIN_LONG,
        after_long_help = help::both(help::EXPLAIN_EXAMPLES, help::EXPLAIN_EXIT_STATUS)
    )]
    Explain(Explain),

    #[command(
        about = help::RULES_ABOUT, long_about = help::RULES_LONG,
        after_long_help = help::both(help::RULES_EXAMPLES, help::RULES_EXIT_STATUS)
    )]
    Rules(RulesLine),

    #[command(
        about = help::SCHEMA_ABOUT, long_about = help::SCHEMA_LONG, after_long_help = help::SCHEMA_EXAMPLES
    )]
    Schema {
        /// What to print the schema of
        #[arg(value_enum, value_name = "WHAT")]
        of: SchemaOf,
    },
}

#[derive(Args, Debug)]
pub(super) struct Check {
    /// A .nix file, or a folder, which is searched for them
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// The options of a system, an options.json as NixOS's manual is made from, in place of the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(super) options: Option<PathBuf>,

    /// Rewrite renamed options in the files, where the value can stay as it is
    #[arg(long)]
    pub(super) fix: bool,

    /// The least severity that makes the exit status 1 [default: error]
    #[arg(
        long,
        value_name = "SEVERITY",
        value_enum,
        help_heading = "Exit status"
    )]
    pub(super) fail_on: Option<FailOn>,

    /// Say errors only, and no summary
    #[arg(short, long, help_heading = "Messages")]
    pub(super) quiet: bool,
}

#[derive(Args, Debug)]
pub(super) struct RulesLine {
    #[command(subcommand)]
    pub(super) command: RulesCommand,

    /// A folder of rules of your own; they override built-in ones of the same id (repeatable)
    #[arg(long = "rules", value_name = "DIR", global = true)]
    pub(super) folders: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// Print each rule: its id, the kind of resource it is for, what it does, and where it stands
    List,
    /// Print what is wrong with rules that can be read, such as a missing example
    Lint,
    /// Run the examples of all rules, and print those that do not hold
    Test,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// The file that `--report FILE.json` writes
    Report,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("to").required(true).args(["out", "stdout", "dump_model"]))]
pub(super) struct Translate {
    /// A project's folder or playbooks of it, a Dockerfile, or a folder with the etc of a machine (repeatable)
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,

    /// The folder to write to; made where it is missing
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,

    /// Print all files instead of writing them, each under a line `==> path <==`
    #[arg(long, help_heading = "Output")]
    pub(super) stdout: bool,

    /// Print what was understood of each host instead of writing anything
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub(super) dump_model: Option<DumpFormat>,

    /// Write each task as it was played, with its arguments and its result: a JSON object on a line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) trace: Option<PathBuf>,

    /// What is done with a file of DIR where you and the sources changed the same lines
    #[arg(
        long,
        value_name = "CHOICE",
        value_enum,
        default_value = "keep",
        hide_default_value = true,
        help_heading = "Output"
    )]
    pub(super) on_conflict: OnConflict,

    #[command(flatten)]
    pub(super) settings: Settings,

    /// Say errors only, and no summary
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Messages")]
    pub(super) quiet: bool,

    /// Say notes too: choices that were made without a change of meaning
    #[arg(short, long, help_heading = "Messages")]
    pub(super) verbose: bool,
}

#[derive(Args, Debug)]
pub(super) struct Diff {
    /// As for `translate`: a project, playbooks of it, a Dockerfile, or a folder with the etc of a machine (repeatable)
    pub(super) inputs: Vec<PathBuf>,

    /// The folder that translate would write to
    #[arg(long, value_name = "DIR", required = true, help_heading = "Output")]
    pub(super) out: PathBuf,

    /// Show the options that change, per host
    #[arg(long, help_heading = "Difference")]
    pub(super) meaning: bool,

    /// Show how many lines of which file change
    #[arg(long, help_heading = "Difference")]
    pub(super) stat: bool,

    /// Show the files as text [default: --meaning --patch]
    #[arg(short, long, help_heading = "Difference")]
    pub(super) patch: bool,

    /// Make the exit status 1 when there is a difference
    #[arg(long, help_heading = "Exit status")]
    pub(super) exit_code: bool,

    /// What is done with a file of DIR where you and the sources changed the same lines
    #[arg(
        long,
        value_name = "CHOICE",
        value_enum,
        default_value = "keep",
        hide_default_value = true,
        help_heading = "Output"
    )]
    pub(super) on_conflict: OnConflict,

    #[command(flatten)]
    pub(super) settings: Settings,

    /// Print the difference only
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Messages")]
    pub(super) quiet: bool,

    /// Say all that translating has to say
    #[arg(short, long, help_heading = "Messages")]
    pub(super) verbose: bool,
}

#[derive(Args, Debug)]
pub(super) struct Verify {
    /// A folder that translate wrote
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,

    /// The nixpkgs to evaluate in: a folder
    #[arg(long, value_name = "PATH")]
    pub(super) nixpkgs: PathBuf,

    /// What DIR was translated from, as for `translate` (repeatable); without it, hosts are only evaluated
    #[arg(long = "source", value_name = "INPUT")]
    pub(super) sources: Vec<PathBuf>,

    /// Only this host, by the name of its folder (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(super) host: Vec<String>,

    #[command(flatten)]
    pub(super) settings: Settings,

    /// Print the difference only
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Messages")]
    pub(super) quiet: bool,

    /// Name what is not there as such and why that is right, too
    #[arg(short, long, help_heading = "Messages")]
    pub(super) verbose: bool,
}

#[derive(Args, Debug)]
pub(super) struct Explain {
    /// What to explain; none for what can be
    #[arg(value_name = "WORD")]
    pub(super) words: Vec<String>,

    /// A folder of rules of your own; they override built-in ones of the same id (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
}

/// What the file ops2nix.toml may set too.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Settings {
    /// The kind of the input; found out by itself where it is not given
    #[arg(long, value_name = "KIND", value_parser = importer_names())]
    pub(super) from: Option<String>,

    /// Which input stands where a playbook and the root of the host disagree [default: the first one given]
    #[arg(long, value_name = "INPUT", value_enum)]
    pub(super) prefer: Option<PreferredInput>,

    /// How secrets get onto the machines; none of them is ever written [default: files]
    #[arg(long, value_name = "WAY", value_enum, help_heading = "Output")]
    pub(super) secrets: Option<SecretsWay>,

    /// Leave out the comments that say where each definition comes from
    #[arg(long, help_heading = "Output")]
    pub(super) no_origins: bool,

    /// Sandbox the services that the output itself defines, as far as their units say nothing against it
    #[arg(long, help_heading = "Output")]
    pub(super) harden: bool,

    /// What runs the jobs of cron: a timer for each, or NixOS's cron [default: timers]
    #[arg(long, value_name = "BY", value_enum, help_heading = "Output")]
    pub(super) cron: Option<CronJobs>,

    /// Write the account of the run; the ending says the format (.json, .md) (repeatable)
    #[arg(long = "report", value_name = "FILE", help_heading = "Output")]
    pub(super) reports: Vec<PathBuf>,

    /// A folder of rules of your own; they override built-in ones of the same id (repeatable)
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) rules: Vec<PathBuf>,

    /// An inventory: a file, a folder, or host names with commas (repeatable)
    #[arg(short, long, value_name = "FILE", help_heading = "Ansible")]
    pub(super) inventory: Vec<PathBuf>,

    /// Translate only the hosts that this pattern selects
    #[arg(short, long, value_name = "PATTERN", help_heading = "Ansible")]
    pub(super) limit: Option<String>,

    /// Variables that override all others: k=v, JSON, YAML, or @FILE (repeatable)
    #[arg(short, long, value_name = "VARS", help_heading = "Ansible")]
    pub(super) extra_vars: Vec<String>,

    /// Play only what has one of these tags, with commas between (repeatable)
    #[arg(
        short,
        long,
        value_name = "TAGS",
        value_delimiter = ',',
        help_heading = "Ansible"
    )]
    pub(super) tags: Vec<String>,

    /// Leave out what has one of these tags, with commas between (repeatable)
    #[arg(
        long,
        value_name = "TAGS",
        value_delimiter = ',',
        help_heading = "Ansible"
    )]
    pub(super) skip_tags: Vec<String>,

    /// A file with the password of vaults; what comes out of them is never shown (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Ansible")]
    pub(super) vault_password_file: Vec<PathBuf>,

    /// A file with the password of vaults, behind the name that the vaults have for it (repeatable)
    #[arg(long, value_name = "LABEL@FILE", help_heading = "Ansible")]
    pub(super) vault_id: Vec<String>,

    /// Facts as `ansible -m setup --tree` writes them: for all hosts, or a mapping by host
    #[arg(long, value_name = "FILE", help_heading = "Ansible")]
    pub(super) facts: Option<PathBuf>,

    /// Take the facts of this system
    #[arg(long, value_name = "PROFILE", value_parser = profile_names(), help_heading = "Ansible")]
    pub(super) assume: Option<String>,

    /// The value of an ARG of a Dockerfile: NAME=VALUE (repeatable)
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Dockerfile")]
    pub(super) build_arg: Vec<String>,

    /// Translate this stage, by name or number [default: the last one]
    #[arg(long, value_name = "STAGE", help_heading = "Dockerfile")]
    pub(super) target: Option<String>,

    /// The folder of the build context [default: the folder of the Dockerfile]
    #[arg(long, value_name = "DIR", help_heading = "Dockerfile")]
    pub(super) context: Option<PathBuf>,

    /// The least severity that makes the exit status 1 [default: error]
    #[arg(
        long,
        value_name = "SEVERITY",
        value_enum,
        help_heading = "Exit status"
    )]
    pub(super) fail_on: Option<FailOn>,

    /// Make the exit status 1 when coverage in percent is below N
    #[arg(long, value_name = "N", value_parser = percent, help_heading = "Exit status")]
    pub(super) min_coverage: Option<f64>,

    /// Same as --fail-on warning --min-coverage 100
    #[arg(long, action = ArgAction::SetTrue, conflicts_with_all = ["fail_on", "min_coverage"], help_heading = "Exit status")]
    pub(super) strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnConflict {
    /// Your file stays as it is, and a warning says so (the default)
    Keep,
    /// Both are written into the file, between markers as of git, for you to choose
    Markers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DumpFormat {
    Yaml,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PreferredInput {
    /// What the playbook would make of the host
    Playbook,
    /// What the host's root has
    Host,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SecretsWay {
    /// A person puts files below /run/secrets
    Files,
    /// The same, and units get them as credentials of systemd
    Credentials,
    /// sops-nix decrypts them
    Sops,
    /// agenix decrypts them
    Agenix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CronJobs {
    /// A service with a timer for each
    Timers,
    /// Lines of services.cron
    Cron,
}

impl From<CronJobs> for Cron {
    fn from(jobs: CronJobs) -> Cron {
        match jobs {
            CronJobs::Timers => Cron::Timers,
            CronJobs::Cron => Cron::Daemon,
        }
    }
}

impl From<SecretsWay> for Way {
    fn from(way: SecretsWay) -> Way {
        match way {
            SecretsWay::Files => Way::Files,
            SecretsWay::Credentials => Way::Credentials,
            SecretsWay::Sops => Way::Sops,
            SecretsWay::Agenix => Way::Agenix,
        }
    }
}

impl From<PreferredInput> for Prefer {
    fn from(input: PreferredInput) -> Prefer {
        match input {
            PreferredInput::Playbook => Prefer::Playbook,
            PreferredInput::Host => Prefer::Host,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailOn {
    Note,
    Warning,
    Error,
    Never,
}

impl FailOn {
    pub(super) fn is_reached_by(self, worst: Option<Severity>) -> bool {
        let least = match self {
            FailOn::Note => Severity::Note,
            FailOn::Warning => Severity::Warning,
            FailOn::Error => Severity::Error,
            FailOn::Never => return false,
        };
        worst.is_some_and(|worst| worst >= least)
    }
}

fn importer_names() -> clap::builder::PossibleValuesParser {
    let names = crate::import::IMPORTERS.iter().map(|it| it.name);
    clap::builder::PossibleValuesParser::new(names)
}

fn profile_names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(crate::import::ansible::profile_names())
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err("it is not between 0 and 100".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{CommandLine, FailOn, percent};
    use crate::diag::Severity;

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn where_to_is_asked_for_once() {
        let check = |args: &str, expected: bool| {
            let parsed = CommandLine::try_parse_from(args.split(' '));
            assert_eq!(parsed.is_ok(), expected, "{args}");
        };
        check("ops2nix translate x", false);
        check("ops2nix translate x --out y --stdout", false);
        check("ops2nix translate x --out y", true);
        check("ops2nix translate x --dump-model yaml", true);
        check("ops2nix translate x --out y --strict --fail-on note", false);
    }

    #[test]
    fn a_percentage_lies_between_0_and_100() {
        assert_eq!(percent("87.5"), Ok(87.5));
        assert!(percent("101").is_err());
        assert!(percent("most").is_err());
        assert!(percent("NaN").is_err());
    }

    #[test]
    fn a_severity_at_or_above_the_limit_fails() {
        assert!(FailOn::Warning.is_reached_by(Some(Severity::Error)));
        assert!(!FailOn::Error.is_reached_by(Some(Severity::Warning)));
        assert!(!FailOn::Never.is_reached_by(Some(Severity::Error)));
        assert!(!FailOn::Note.is_reached_by(None));
    }
}
