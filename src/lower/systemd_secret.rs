//! Commands of a unit that give a secret to a shell: `/bin/sh -c '...'` reads it from a file when it runs.
//!
//! systemd itself reads no file into a command line: a secret that stands anywhere else keeps the unit from being stated.

use super::secret::readable;
use super::systemd_directives::Directive;
use super::systemd_value::{atoms, text};
use crate::model::{HoleKind, Text};
use crate::plan::Secret;
use crate::syntax::systemd_words::{quote, words};

/// What systemd lets stand before a program.
const PREFIXES: [char; 5] = ['@', '-', ':', '+', '!'];

/// Takes the secrets out of the commands that a shell runs; returns the files that they are read from.
pub(super) fn without_secrets(directives: &mut [Directive], unit: &str) -> Vec<Secret> {
    let user = directives
        .iter()
        .find(|it| it.name == "User")
        .and_then(|it| it.values.last()?.plain().map(str::to_owned));
    let mut secrets = Vec::new();
    for directive in directives
        .iter_mut()
        .filter(|it| it.name.starts_with("Exec"))
    {
        for value in &mut directive.values {
            if let Some((new, found)) = command(value, unit, user.as_deref()) {
                *value = Text::from(new);
                secrets.extend(found);
            }
        }
    }
    secrets
}

fn command(value: &Text, unit: &str, user: Option<&str>) -> Option<(String, Vec<Secret>)> {
    let hole = value.worst_hole()?;
    if hole.kind != HoleKind::Secret {
        return None;
    }
    let (atoms, holes) = atoms(value);
    let words: Vec<Text> = words(&atoms)
        .ok()?
        .iter()
        .map(|word| text(word, &holes))
        .collect();
    let [shell, flag, script] = words.as_slice() else {
        return None;
    };
    let (shell, flag) = (shell.plain()?, flag.plain()?);
    let name = shell.trim_start_matches(PREFIXES).rsplit('/').next()?;
    if !matches!(name, "sh" | "bash" | "dash") || flag != "-c" {
        return None;
    }
    let readable = readable(script, &format!("the unit `{unit}`"), user)?;
    // Of `$$` systemd makes the `$` that the shell is to see.
    let script = readable
        .script
        .replace("$(cat /run/secrets/", "$$(cat /run/secrets/");
    let secrets = readable.secrets.into_iter().map(|secret| Secret {
        units: vec![unit.to_owned()],
        ..secret
    });
    let line = format!("{} {flag} {}", quote(shell), quote(&script));
    Some((line, secrets.collect()))
}

#[cfg(test)]
mod tests {
    use super::command;
    use crate::lower::tests::text;

    #[test]
    fn a_shell_of_a_unit_reads_a_secret_from_a_file() {
        for (value, expected) in [
            (
                "/bin/sh -c 'x -p <secret: k>'",
                Some(r#"/bin/sh -c "x -p \"$$(cat /run/secrets/k)\"""#),
            ),
            (
                r#"-/bin/bash -c "x %i $$A '<secret: k>'""#,
                Some(r#"-/bin/bash -c "x %i $$A \"$$(cat /run/secrets/k)\"""#),
            ),
            // No shell reads these.
            ("/opt/x -p <secret: k>", None),
            ("/bin/sh -c x <secret: k>", None),
            ("/bin/sh -c 'x <unknown: k>'", None),
        ] {
            let found = command(&text(value), "shop.service", Some("ada"));
            if let Some((_, secrets)) = &found {
                assert_eq!(secrets.len(), 1, "{value}");
                assert_eq!(secrets[0].owner.as_deref(), Some("ada"));
            }
            assert_eq!(found.map(|it| it.0).as_deref(), expected, "{value}");
        }
    }
}
