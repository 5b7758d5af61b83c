//! `ops2nix.toml` in the input's root: the options of the command line, which wins.
//!
//! Left out: `out`, `stdout` and the like, which say where to, and so belong to whoever runs the program. For the same
//! reason a report that the file asks for lies in the folder of the output.

use std::path::{Component, Path, PathBuf};

use super::args::{CronJobs, FailOn, PreferredInput, SecretsWay, Settings};
use crate::error::Error;

const NAME: &str = "ops2nix.toml";

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    from: Option<String>,
    prefer: Option<PreferredInput>,
    secrets: Option<SecretsWay>,
    no_origins: bool,
    harden: bool,
    cron: Option<CronJobs>,
    report: Vec<PathBuf>,
    rules: Vec<PathBuf>,
    inventory: Vec<PathBuf>,
    limit: Option<String>,
    extra_vars: Option<ExtraVars>,
    tags: Vec<String>,
    skip_tags: Vec<String>,
    vault_password_file: Vec<PathBuf>,
    vault_id: Vec<String>,
    build_arg: Vec<String>,
    target: Option<String>,
    facts: Option<PathBuf>,
    assume: Option<String>,
    fail_on: Option<FailOn>,
    min_coverage: Option<f64>,
    strict: bool,
}

#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum ExtraVars {
    /// As on the command line.
    Texts(Vec<String>),
    Table(toml::Table),
}

/// Completes what the command line says by the file in `root`, where there is one. Paths in it are relative to `root`,
/// those of reports to `out`.
///
/// # Errors
/// `Error::Refused` with the line, when the file is not what it should be.
pub(super) fn complete(
    settings: &mut Settings,
    root: &Path,
    out: Option<&Path>,
) -> Result<(), Error> {
    let path = root.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::Read { path, source }),
    };
    let refused = |message: String| Error::Refused {
        path: path.clone(),
        message,
    };
    let config: Config =
        toml::from_str(&text).map_err(|error| refused(error.to_string().trim_end().to_owned()))?;
    if let Some(from) = &config.from
        && !crate::import::IMPORTERS.iter().any(|it| it.name == from)
    {
        return Err(refused(format!("`from` names no kind of input: `{from}`")));
    }
    if let Some(assume) = &config.assume
        && !crate::import::ansible::profile_names().any(|it| it == assume)
    {
        return Err(refused(format!("`assume` names no profile: `{assume}`")));
    }
    if config
        .min_coverage
        .is_some_and(|it| !(0.0..=100.0).contains(&it))
    {
        return Err(refused(
            "`min-coverage` is not between 0 and 100".to_owned(),
        ));
    }
    if config.strict && (config.fail_on.is_some() || config.min_coverage.is_some()) {
        return Err(refused(
            "`strict` says `fail-on` and `min-coverage` already".to_owned(),
        ));
    }
    if let Some(report) = config.report.iter().find(|it| !stays_below(it)) {
        return Err(refused(format!(
            "the report `{}` leads out of the output's folder; only the command line may ask for that",
            report.display()
        )));
    }
    merge(settings, config, root, out);
    Ok(())
}

fn stays_below(path: &Path) -> bool {
    path.components().all(|it| match it {
        Component::Normal(_) | Component::CurDir => true,
        Component::ParentDir | Component::RootDir | Component::Prefix(_) => false,
    })
}

fn merge(settings: &mut Settings, config: Config, root: &Path, out: Option<&Path>) {
    let Config {
        from,
        prefer,
        secrets,
        no_origins,
        harden,
        cron,
        report,
        rules,
        inventory,
        limit,
        extra_vars,
        tags,
        skip_tags,
        vault_password_file,
        vault_id,
        build_arg,
        target,
        facts,
        assume,
        fail_on,
        min_coverage,
        strict,
    } = config;
    let below = |paths: Vec<PathBuf>| paths.into_iter().map(|it| root.join(it)).collect();
    // What a command line says of the exit status replaces all that the file says of it.
    let is_exit_said =
        settings.strict || settings.fail_on.is_some() || settings.min_coverage.is_some();
    if !is_exit_said {
        (settings.strict, settings.fail_on, settings.min_coverage) =
            (strict, fail_on, min_coverage);
    }
    settings.from = settings.from.take().or(from);
    settings.prefer = settings.prefer.or(prefer);
    settings.secrets = settings.secrets.or(secrets);
    settings.no_origins |= no_origins;
    settings.harden |= harden;
    settings.cron = settings.cron.or(cron);
    settings.limit = settings.limit.take().or(limit);
    settings.assume = settings.assume.take().or(assume);
    settings.target = settings.target.take().or(target);
    settings.facts = settings.facts.take().or(facts.map(|it| root.join(it)));
    // Later variables count, so those of the command line come last.
    let texts = match extra_vars {
        None => Vec::new(),
        Some(ExtraVars::Texts(texts)) => texts.into_iter().map(|it| at_root(it, root)).collect(),
        Some(ExtraVars::Table(table)) => vec![serde_json::json!(table).to_string()],
    };
    settings.extra_vars.splice(0..0, texts);
    or_else_list(&mut settings.rules, below(rules));
    or_else_list(&mut settings.inventory, below(inventory));
    or_else_list(&mut settings.build_arg, build_arg);
    or_else_list(&mut settings.tags, tags);
    or_else_list(&mut settings.skip_tags, skip_tags);
    if settings.vault_password_file.is_empty() && settings.vault_id.is_empty() {
        settings.vault_password_file = below(vault_password_file);
        let ids = vault_id.into_iter().map(|it| vault_at_root(&it, root));
        settings.vault_id = ids.collect();
    }
    if let Some(out) = out {
        or_else_list(
            &mut settings.reports,
            report.into_iter().map(|it| out.join(it)).collect(),
        );
    }
}

fn at_root(text: String, root: &Path) -> String {
    match text.strip_prefix('@') {
        Some(file) => format!("@{}", root.join(file).display()),
        None => text,
    }
}

fn vault_at_root(id: &str, root: &Path) -> String {
    let (label, file) = id.rsplit_once('@').unwrap_or(("", id));
    match file {
        "prompt" | "prompt_ask_vault_pass" => id.to_owned(),
        file => format!("{label}@{}", root.join(file).display()),
    }
}

fn or_else_list<T>(said: &mut Vec<T>, configured: Vec<T>) {
    if said.is_empty() {
        *said = configured;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::complete;
    use crate::cli::args::{FailOn, Settings};

    fn check(text: &str, said: Settings) -> Result<Settings, String> {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("ops2nix.toml"), text).unwrap();
        let mut settings = said;
        complete(&mut settings, root.path(), Some(Path::new("out")))
            .map(|()| settings)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_wins() {
        let said = Settings {
            limit: Some("db".to_owned()),
            fail_on: Some(FailOn::Never),
            ..Settings::default()
        };
        let text = "limit = \"web\"\nstrict = true\ntags = [\"a\"]\nreport = [\"account.md\"]\n";
        let settings = check(text, said).unwrap();
        assert_eq!(settings.limit.as_deref(), Some("db"));
        assert!(!settings.strict);
        assert_eq!(settings.tags, ["a"]);
        assert_eq!(settings.reports, [Path::new("out/account.md")]);
    }

    #[test]
    fn variables_of_a_table_come_before_those_of_the_command_line() {
        let said = Settings {
            extra_vars: vec!["b=2".to_owned()],
            ..Settings::default()
        };
        let settings = check("[extra-vars]\na = 1\n", said).unwrap();
        assert_eq!(settings.extra_vars, [r#"{"a":1}"#, "b=2"]);
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_line() {
        let refused = |text: &str, expected: &str| {
            let message = check(text, Settings::default()).unwrap_err();
            assert!(message.contains(expected), "{message}");
        };
        refused("strict = true\nlimits = \"web\"\n", "line 2");
        refused("out = \"/etc\"\n", "unknown field `out`");
        refused("from = \"chef\"\n", "`chef`");
        refused("assume = \"beos\"\n", "no profile: `beos`");
        refused("min-coverage = 101\n", "between 0 and 100");
        refused(
            "report = [\"../../x.md\"]\n",
            "leads out of the output's folder",
        );
    }
}
