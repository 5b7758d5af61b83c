//! Instructions that change no file: what the image says about its application.

use super::player::{Left, Player, Purpose, not_needed};
use super::scope::{Value, hide};
use crate::account::{Account, Code, ItemId};
use crate::diag::{self, Diagnostics};
use crate::model::{ApplicationPort, Origin, Protocol, Sourced, Variable};
use crate::source::absolute;
use crate::syntax::dockerfile::{self, CommandLine, Statement};

impl Player<'_> {
    pub(super) fn metadata(
        &mut self,
        statement: &Statement,
        at: usize,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Result<(), Left> {
        let item = self.recipe.items[at];
        match statement {
            Statement::Env(pairs) => self.env(pairs, at, diags)?,
            Statement::Workdir(path) => self.workdir(path, at, diags)?,
            Statement::User(user) => self.user(user, at, diags)?,
            Statement::Expose(ports) => self.expose(ports, at, diags)?,
            Statement::Volume(paths) => self.volume(paths, at, diags)?,
            Statement::Stopsignal(signal) => {
                let value = self.known(signal, at, diags)?;
                self.parts.stop_signal = Some(sourced(value.text, item, value.assumptions));
            }
            Statement::Healthcheck(health) => self.health(health, at, account)?,
            Statement::Cmd(command) => {
                self.tell_form("CMD", command, at, diags);
                self.parts.cmd = Some((command.clone(), self.here.shell.clone(), item));
                self.parts.cmd_is_own = true;
            }
            Statement::Entrypoint(command) => {
                self.tell_form("ENTRYPOINT", command, at, diags);
                if !self.parts.cmd_is_own {
                    self.parts.cmd = None;
                }
                self.parts.entrypoint = Some((command.clone(), self.here.shell.clone(), item));
            }
            Statement::From { .. }
            | Statement::Arg(_)
            | Statement::Label(_)
            | Statement::Run { .. }
            | Statement::Copy(_)
            | Statement::Add(_)
            | Statement::Shell(_)
            | Statement::Maintainer(_)
            | Statement::Onbuild(_) => {}
        }
        if let Purpose::Build(stage) = &self.purpose {
            let reason = format!(
                "it is about the stage `{stage}` alone, of which the image takes only files"
            );
            not_needed(account, item, Code::NoMeaning, &reason);
        }
        Ok(())
    }

    /// Expands a word of which all has to be known.
    pub(super) fn known(
        &self,
        word: &str,
        at: usize,
        diags: &mut Diagnostics,
    ) -> Result<Value, Left> {
        let value = self.expand(word)?;
        self.tell_unset(&value, at, diags);
        match self.recipe.holes.first(&value.text) {
            None => Ok(value),
            Some(hole) => Err(unknown(word, &hole.what)),
        }
    }

    fn env(
        &mut self,
        pairs: &[(String, String)],
        at: usize,
        diags: &mut Diagnostics,
    ) -> Result<(), Left> {
        let item = self.recipe.items[at];
        let span = self.span(at);
        for (name, value) in self.values(pairs)? {
            self.tell_unset(&value, at, diags);
            let text = hide(&name, value.text, &self.recipe.holes, span);
            self.here.scope.set_env(&name, text.clone());
            if !self.is_image() {
                continue;
            }
            let variable = Variable {
                name: name.clone(),
                value: self.recipe.holes.text(&text),
            };
            let sourced = sourced(variable, item, value.assumptions);
            self.parts.environment.insert(name, sourced);
        }
        Ok(())
    }

    fn workdir(&mut self, path: &str, at: usize, diags: &mut Diagnostics) -> Result<(), Left> {
        let item = self.recipe.items[at];
        let value = self.known(path, at, diags)?;
        let directory = absolute(&self.here.directory, &value.text);
        self.here.directory.clone_from(&directory);
        let mut origin = Origin::of(item);
        let mut assumptions = value.assumptions;
        if !value.text.starts_with('/')
            && let Some(before) = &self.parts.directory
        {
            let mut both = before.origin.clone();
            both.merge(&origin);
            origin = both;
            assumptions.extend(before.assumptions.clone());
        }
        self.parts.directory = Some(Sourced {
            value: directory,
            origin,
            assumptions,
        });
        Ok(())
    }

    fn user(&mut self, user: &str, at: usize, diags: &mut Diagnostics) -> Result<(), Left> {
        let item = self.recipe.items[at];
        let value = self.known(user, at, diags)?;
        let (user, group) = match value.text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (value.text.as_str(), None),
        };
        self.here.user =
            Some(user.to_owned()).filter(|it| !matches!(it.as_str(), "" | "root" | "0"));
        let part = |text: &str| sourced(text.to_owned(), item, value.assumptions.clone());
        self.parts.user = Some(part(user)).filter(|_| !user.is_empty());
        self.parts.group = group.filter(|it| !it.is_empty()).map(part);
        Ok(())
    }

    fn expose(&mut self, ports: &[String], at: usize, diags: &mut Diagnostics) -> Result<(), Left> {
        let item = self.recipe.items[at];
        let mut left = None;
        for written in ports {
            let value = self.known(written, at, diags);
            let value = match value {
                Ok(value) => value,
                Err(more) => {
                    left = Some(more);
                    continue;
                }
            };
            for word in &value.words {
                match port(word) {
                    Some(port) => {
                        let same = self.parts.ports.iter_mut().find(|it| it.value == port);
                        match same {
                            Some(same) => same.origin.merge(&Origin::of(item)),
                            None => self.parts.ports.push(sourced(
                                port,
                                item,
                                value.assumptions.clone(),
                            )),
                        }
                    }
                    None => {
                        let reason = format!("`{word}` is no port of TCP or UDP");
                        let cure = "Write it as 8080, 8000-8010 or 53/udp.";
                        left = Some(Left::new(reason, cure));
                    }
                }
            }
        }
        left.map_or(Ok(()), Err)
    }

    fn volume(&mut self, paths: &[String], at: usize, diags: &mut Diagnostics) -> Result<(), Left> {
        let item = self.recipe.items[at];
        for path in paths {
            let value = self.known(path, at, diags)?;
            let path = absolute(&self.here.directory, &value.text);
            self.keep(path, item, value.assumptions);
        }
        Ok(())
    }

    /// Notes a folder that the application writes to.
    pub(super) fn keep(&mut self, path: String, item: ItemId, assumptions: Vec<String>) {
        match self.parts.state.iter_mut().find(|it| it.value == path) {
            Some(same) => same.origin.merge(&Origin::of(item)),
            None => self.parts.state.push(sourced(path, item, assumptions)),
        }
    }

    fn health(
        &mut self,
        health: &dockerfile::Health,
        at: usize,
        account: &mut Account,
    ) -> Result<(), Left> {
        let item = self.recipe.items[at];
        let command = match health {
            dockerfile::Health::None => {
                self.parts.health = None;
                let reason = "no check is asked for";
                not_needed(account, item, Code::AlreadySo, reason);
                return Ok(());
            }
            dockerfile::Health::Command(command) => command,
        };
        let instruction = &self.recipe.file.instructions[at];
        let flag = |name: &str| -> Result<Option<String>, Left> {
            let Some(written) = instruction.flag(name) else {
                return Ok(None);
            };
            let value = self.expand(written)?;
            match self.recipe.holes.first(&value.text) {
                None => Ok(Some(value.text)),
                Some(hole) => Err(unknown(written, &hole.what)),
            }
        };
        let health = crate::model::Health {
            command: self.command_of(command, &self.here.shell),
            interval: flag("interval")?,
            timeout: flag("timeout")?,
            start_period: flag("start-period")?,
            retries: flag("retries")?.and_then(|it| it.parse().ok()),
        };
        self.parts.health = Some(sourced(health, item, Vec::new()));
        Ok(())
    }

    /// A command that was meant as JSON and is none runs in a shell, which takes its brackets for words.
    fn tell_form(&self, keyword: &str, command: &CommandLine, at: usize, diags: &mut Diagnostics) {
        if let CommandLine::Shell(text) = command
            && text.starts_with('[')
            && text.ends_with(']')
        {
            let message =
                format!("{keyword} begins with `[` and is no JSON: a shell gets all of it");
            let cure = "JSON has its strings in double quotes";
            diags.at_with_help(diag::Code::DockerfileForm, self.span(at), message, cure);
        }
    }
}

pub(super) fn sourced<T>(value: T, item: ItemId, assumptions: Vec<String>) -> Sourced<T> {
    Sourced {
        value,
        origin: Origin::of(item),
        assumptions,
    }
}

pub(super) fn unknown(written: &str, what: &str) -> Left {
    Left::new(
        format!("`{written}` depends on {what}"),
        "Give its value with --build-arg where it is an argument; else state it by hand.",
    )
}

/// `80`, `8000-8010/tcp`, `53/udp`; a port of the host in front of it says nothing here.
fn port(word: &str) -> Option<ApplicationPort> {
    let (numbers, protocol) = match word.split_once('/') {
        Some((numbers, protocol)) => (numbers, protocol),
        None => (word, "tcp"),
    };
    let protocol = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    let numbers = numbers.rsplit(':').next()?;
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first > 0 && first <= last).then_some(ApplicationPort {
        protocol,
        first,
        last,
    })
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn ports_have_ranges_and_protocols() {
        for (word, expected) in [
            ("80", "Tcp 80 80"),
            ("53/udp", "Udp 53 53"),
            ("8000-8010/TCP", "Tcp 8000 8010"),
            ("8080:80", "Tcp 80 80"),
            ("0", ""),
            ("90-80", ""),
            ("80/sctp", ""),
            ("http", ""),
        ] {
            let found = port(word);
            let shown = found.map_or_else(String::new, |it| {
                format!("{:?} {} {}", it.protocol, it.first, it.last)
            });
            assert_eq!(shown, expected, "{word}");
        }
    }
}
