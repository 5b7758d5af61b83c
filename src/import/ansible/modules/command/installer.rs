//! An installer that an earlier task fetched to the machine, and that is run now: the same as `curl … | sh`.

use super::pipes;
use super::sense::Sense;
use crate::import::ansible::modules::Run;
use crate::model::{Command, Content, Resource, Text};

/// Returns what a command asks for that runs a fetched script.
pub(super) fn of(words: &[&str], run: &Run<'_, '_>) -> Option<Sense> {
    let mut words = words.iter().copied().skip_while(|it| {
        matches!(
            *it,
            "sudo" | "-E" | "sh" | "bash" | "/bin/sh" | "/bin/bash" | "-x" | "-e"
        )
    });
    let path = words.next().filter(|it| it.starts_with('/'))?;
    let url = run
        .state
        .entries()
        .find_map(|entry| address(&entry.resource, path))?;
    let is_script = url.ends_with(".sh") || path.ends_with(".sh") || pipes::is_installer(&url);
    is_script.then(|| pipes::installs(&url))
}

/// Returns the address from which a resource fetches a path.
fn address(resource: &Resource, path: &str) -> Option<String> {
    match resource {
        Resource::File(file) if file.path == path => match &file.content {
            Content::Fetched(fetched) => Some(fetched.url.clone()),
            _ => None,
        },
        Resource::Step(step) if step.creates.as_deref() == Some(path) => {
            let line = match &step.command {
                Command::Script { text, .. } => text.plain().map(str::to_owned),
                Command::Words(words) => {
                    let words: Option<Vec<&str>> = words.iter().map(Text::plain).collect();
                    words.map(|it| it.join(" "))
                }
            };
            let line = line.filter(|it| it.starts_with("curl ") || it.starts_with("wget "))?;
            pipes::address(&line)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn an_installer_that_is_known_is_a_package() {
        check(
            "- get_url: {url: 'https://sh.rustup.rs', dest: /tmp/rustup.sh}\n- command: sh /tmp/rustup.sh -y",
            &[
                r#"{"step":{"name":"get url","command":{"script":{"shell":"/bin/sh","text":"curl -fsSL --create-dirs -o /tmp/rustup.sh https://sh.rustup.rs"}},"environment":[],"creates":"/tmp/rustup.sh","after":[]}}"#,
                r#"{"package":{"name":"rustup","family":"other"}}"#,
            ],
        );
        check(
            "- get_url: {url: 'https://example.org/x/install.sh', dest: /opt/i.sh}\n- command: /opt/i.sh",
            &[
                r#"{"step":{"name":"get url","command":{"script":{"shell":"/bin/sh","text":"curl -fsSL --create-dirs -o /opt/i.sh https://example.org/x/install.sh"}},"environment":[],"creates":"/opt/i.sh","after":[]}}"#,
                "manual: it fetches an installer and runs it: https://example.org/x/install.sh",
            ],
        );
    }
}
