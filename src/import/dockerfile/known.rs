//! What is known of the files of an image, and which of them only its build reads.

use super::copy::is_in;
use super::files::in_context;
use super::player::{Player, not_needed};
use crate::account::{Account, Code, ItemId};
use crate::model::{Command, Content, Entry, File, Resource, SourceFrom};
use crate::source::absolute;
use crate::syntax::dockerfile::{CommandLine, Statement};

/// Programs that change the rights or the form of what they name, and make nothing else of it.
const TOUCHING: [&str; 8] = [
    "chgrp", "chmod", "chown", "dos2unix", "ln", "mkdir", "sed", "touch",
];

impl Player<'_> {
    /// Returns the text of a file of the image, where the recipe or the build context has it.
    pub(super) fn text_at(&self, path: &str) -> Option<&str> {
        if let Some(entry) = self.state.at_path(path) {
            return match &entry.resource {
                Resource::File(File {
                    content: Content::Text(text),
                    ..
                }) => text.plain(),
                _ => None,
            };
        }
        let within = self.parts.source.iter().rev().find_map(|it| {
            let source = &it.value;
            let SourceFrom::Context(from) = &source.from else {
                return None;
            };
            if !source.folder {
                return (source.path == path).then(|| from.clone());
            }
            let rest = path.strip_prefix(source.path.as_str())?;
            let rest = rest.strip_prefix('/')?;
            Some(if from == "." {
                rest.to_owned()
            } else {
                format!("{from}/{rest}")
            })
        })?;
        let tree = self.recipe.tree;
        let file = tree.find(&in_context(&self.recipe.given.context, &within));
        tree.text(file.ok()?).ok()
    }

    /// Tells whether a program is a script that only starts what it is told to.
    pub(super) fn starts_its_arguments(&self, program: &str) -> bool {
        let path = absolute(&self.here.directory, program);
        let text = self.text_at(&path);
        text.is_some_and(|it| {
            let last = it.lines().rev().find(|line| !line.trim().is_empty());
            last.is_some_and(|it| it.trim_start().starts_with("exec") && it.contains("\"$@\""))
        })
    }

    /// Leaves out what the image has of the context only for its build.
    pub(super) fn drop_sources_of_build(&mut self, account: &mut Account) {
        let sources = std::mem::take(&mut self.parts.source);
        let (of_build, kept) = sources.into_iter().partition(|it| {
            let item = it.origin.items.first().copied();
            self.is_of_build(&it.value.path, item)
        });
        self.parts.source = kept;
        let of_build: Vec<_> = of_build;
        for source in of_build {
            for item in source.origin.items {
                close(account, item);
            }
        }
    }

    /// Tells whether a file, or its entry, is there only for the build of the image.
    pub(super) fn is_file_of_build(&self, entry: &Entry) -> bool {
        let Resource::File(file) = &entry.resource else {
            return false;
        };
        let at_top = file.path.rfind('/') == Some(0);
        at_top && self.is_of_build(&file.path, entry.origin.items.first().copied())
    }

    fn is_of_build(&self, path: &str, item: Option<ItemId>) -> bool {
        let is_own = self.folder.as_deref().is_some_and(|it| is_in(path, it));
        if is_own || path == "/" || self.is_named_at_run(path) {
            return false;
        }
        if is_in(path, "/tmp") {
            return true;
        }
        let at = self.recipe.items.iter().position(|it| Some(*it) == item);
        let instructions = &self.recipe.file.instructions;
        at.is_some_and(|at| {
            let later = instructions.iter().skip(at + 1);
            later
                .filter_map(|it| it.statement.as_ref().ok())
                .any(|it| reads(it, path))
        })
    }

    /// Tells whether the command, a variable or a script of the image names a path.
    fn is_named_at_run(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let names_it =
            |text: &str| text.contains(path) || text.split_whitespace().any(|it| it == name);
        let command = self.parts.command.iter().any(|it| match &it.value {
            Command::Words(words) => words.iter().any(|it| names_it(&it.to_string())),
            Command::Script { text, .. } => names_it(&text.to_string()),
        });
        let mut variables = self.parts.environment.values();
        let mut written = self.state.entries().filter_map(|it| match &it.resource {
            Resource::File(File {
                path: own,
                content: Content::Text(text),
                ..
            }) if own != path => text.plain(),
            _ => None,
        });
        command
            || self.parts.health.is_some() && names_in_health(self, path)
            || variables.any(|it| it.value.value.to_string().contains(path))
            || written.any(|it| it.contains(path))
    }
}

fn names_in_health(player: &Player<'_>, path: &str) -> bool {
    let command = player.parts.health.as_ref().map(|it| &it.value.command);
    match command {
        Some(Command::Words(words)) => words.iter().any(|it| it.to_string().contains(path)),
        Some(Command::Script { text, .. }) => text.to_string().contains(path),
        None => false,
    }
}

/// Closes the instruction that brings what only a build reads.
pub(super) fn close(account: &mut Account, item: ItemId) {
    let reason = "only the build of the image reads it";
    not_needed(account, item, Code::NoMeaning, reason);
}

/// Tells whether a RUN makes something of a path, or runs it.
fn reads(statement: &Statement, path: &str) -> bool {
    let Statement::Run { command, .. } = statement else {
        return false;
    };
    let text = match command {
        CommandLine::Shell(text) => text.clone(),
        CommandLine::Exec(words) => words.join(" "),
    };
    let ends = |rest: &str| {
        rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "/*\"';)".contains(c))
    };
    text.split(['\n', ';', '&', '|']).any(|part| {
        let program = part.split_whitespace().next().unwrap_or_default();
        let program = program.rsplit('/').next().unwrap_or(program);
        !TOUCHING.contains(&program)
            && part.match_indices(path).any(|(at, _)| {
                let begins = part[..at].chars().next_back();
                let is_word = begins.is_none_or(|c| c.is_whitespace() || "\"'=(".contains(c));
                is_word && ends(&part[at + path.len()..])
            })
    })
}

#[cfg(test)]
mod tests {
    use super::reads;
    use crate::syntax::dockerfile::{CommandLine, Statement};

    #[test]
    fn a_run_reads_what_it_does_not_only_touch() {
        for (line, expected) in [
            ("pip install /wheels/*", true),
            (
                "pip install -r /requirements.txt && rm /requirements.txt",
                false,
            ),
            ("bash /wheels", true),
            ("chmod +x /wheels && ls", false),
            ("ls /wheelsandmore /opt/wheels", false),
        ] {
            let run = Statement::Run {
                command: CommandLine::Shell(line.into()),
                heredocs: Vec::new(),
            };
            assert_eq!(reads(&run, "/wheels"), expected, "{line}");
        }
    }
}
