//! The server that an image starts, and what its arguments say.

use super::server::{self, Server};
use crate::lower::application::command::{INITS, SWITCHES};
use crate::lower::application::find::base_name;
use crate::lower::machine;
use crate::model::{Application, Command, Content, File, Machine, Text};
use crate::syntax::shell;

/// Entry points of official images, which prepare what their server needs and start it.
const ENTRY_POINTS: [&str; 5] = [
    "docker-entrypoint",
    "docker-entrypoint.sh",
    "docker-php-entrypoint",
    "entrypoint",
    "entrypoint.sh",
];

/// A server, and how an image starts it.
pub(super) struct Started {
    pub(super) server: &'static Server,
    /// The name that it is started by; empty where the image below says it.
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    /// The script of the recipe that prepares it.
    pub(super) entry_point: Option<String>,
    /// That script does other things than the module does.
    pub(super) does_more: bool,
}

/// Finds the server that an image starts, where it starts one and nothing else.
pub(super) fn started(application: &Application, image: &Machine) -> Option<Started> {
    let words = words(&application.command.as_ref()?.value)?;
    let mut words = words.as_slice();
    let mut entry_point = None;
    let mut does_more = false;
    loop {
        let (first, rest) = words.split_first()?;
        let name = first.rsplit('/').next().unwrap_or(first);
        if let Some((_, taking)) = INITS.iter().find(|(init, _)| *init == name) {
            words = behind_options(rest, taking);
        } else if SWITCHES.contains(&name) && rest.len() > 1 {
            words = &rest[1..];
        } else if ENTRY_POINTS.contains(&name) && !rest.is_empty() && entry_point.is_none() {
            let script = script(first, name, image);
            let next = next_server(rest, application)?;
            let prepares = |text: &str| next.prepares.iter().any(|it| text.contains(it.as_str()));
            match script {
                Some(file) => {
                    does_more = !prepares(text(file)?);
                    // The application of a server of PHP is prepared by its own script, and served as any other.
                    let serves_php = ["services.phpfpm", "services.httpd"];
                    if does_more && !serves_php.contains(&next.module().as_str()) {
                        return None;
                    }
                    entry_point = Some(file.path.clone());
                }
                // An image below has it: that of the official one.
                None if server::of_image(base_name(application)).is_none()
                    && base_name(application) != "php" =>
                {
                    return None;
                }
                None => {}
            }
            words = rest;
        } else {
            break;
        }
    }
    let server = next_server(words, application)?;
    let (first, rest) = words.split_first()?;
    let (program, arguments) = if first.starts_with('-') {
        (String::new(), words)
    } else {
        (first.clone(), rest)
    };
    Some(Started {
        server,
        program,
        arguments: arguments.to_vec(),
        entry_point,
        does_more,
    })
}

fn next_server(words: &[String], application: &Application) -> Option<&'static Server> {
    let first = words.first()?;
    if first.starts_with('-') {
        return server::of_image(base_name(application));
    }
    server::of_program(first)
}

fn behind_options<'w>(words: &'w [String], taking: &[&str]) -> &'w [String] {
    let mut at = 0;
    while let Some(option) = words.get(at).filter(|it| it.starts_with('-')) {
        at += 1;
        if option == "--" {
            break;
        }
        at += usize::from(taking.contains(&option.as_str()));
    }
    words.get(at..).unwrap_or_default()
}

/// Returns the words of a command that is one program.
fn words(command: &Command) -> Option<Vec<String>> {
    match command {
        Command::Words(words) => words
            .iter()
            .map(|it| it.plain().map(str::to_owned))
            .collect(),
        Command::Script { text, .. } => {
            let script = shell::read(text.plain()?).ok()?;
            let simple = script.single()?;
            if !simple.assignments.is_empty() || !simple.redirections.is_empty() {
                return None;
            }
            let words = simple.plain_words()?;
            let words = words.strip_prefix(&["exec"]).unwrap_or(&words);
            Some(words.iter().map(ToString::to_string).collect())
        }
    }
}

fn script<'m>(program: &str, name: &str, image: &'m Machine) -> Option<&'m File> {
    machine::files(image).find(|file| {
        file.path == program || (!program.contains('/') && file.path.ends_with(&format!("/{name}")))
    })
}

fn text(file: &File) -> Option<&str> {
    match &file.content {
        Content::Text(text) => text.plain(),
        Content::Binary(_) | Content::Fetched(_) => None,
    }
}

/// What the arguments of a server come to.
#[derive(Default)]
pub(super) struct Said {
    /// Lines of a file that says the same.
    pub(super) lines: Vec<String>,
    /// Words that the option for the rest takes.
    pub(super) rest: Vec<String>,
    /// Files of configuration that they name.
    pub(super) files: Vec<String>,
    /// Arguments that have no place.
    pub(super) left: Vec<String>,
}

/// Takes the arguments of a server apart.
pub(super) fn said(started: &Started) -> Said {
    let server = started.server;
    let mut said = Said::default();
    let mut arguments = started.arguments.iter().map(String::as_str).peekable();
    while let Some(argument) = arguments.next() {
        let with_value = arguments.peek().map(|value| format!("{argument} {value}"));
        let is_known = |it: &str| server.arguments.iter().any(|known| known == it.trim());
        if with_value.as_deref().is_some_and(is_known) {
            arguments.next();
            continue;
        }
        if is_known(argument) {
            continue;
        }
        if server.rest.is_some() {
            said.rest.push(argument.to_owned());
            continue;
        }
        let setting = server.section.as_ref().and_then(|_| {
            let value = arguments.peek().copied();
            setting(&server.unit, argument, value)
        });
        match setting {
            Some(Setting { line, taken }) => {
                match line.split_once(" = ").filter(|it| it.0 == "config_file") {
                    Some((_, path)) => said.files.push(path.trim_matches('\'').to_owned()),
                    None => said.lines.push(line),
                }
                for _ in 0..taken {
                    arguments.next();
                }
                // Values of an option of redis go on until the next one.
                if server.unit == "redis" {
                    while let Some(more) = arguments.next_if(|it| !it.starts_with('-')) {
                        if let Some(last) = said.lines.last_mut() {
                            last.push_str(&format!(" {}", quoted_of_redis(more)));
                        }
                    }
                }
            }
            None => said.left.push(argument.to_owned()),
        }
    }
    said
}

struct Setting {
    line: String,
    /// How many of the words behind it are its.
    taken: usize,
}

/// Makes an argument the line of a file that says the same.
fn setting(unit: &str, argument: &str, value: Option<&str>) -> Option<Setting> {
    let line = |line: String, taken| Some(Setting { line, taken });
    match unit {
        "redis" => {
            let name = argument.strip_prefix("--")?;
            line(name.to_owned(), 0)
        }
        "postgresql" => {
            let said = match argument {
                "-c" => return postgres(value?, 1),
                _ => argument
                    .strip_prefix("--")
                    .or_else(|| argument.strip_prefix("-c"))?,
            };
            postgres(said, 0)
        }
        _ => {
            let said = argument.strip_prefix("--")?;
            match said.split_once('=') {
                Some((name, value)) => line(format!("{name} = {value}"), 0),
                None => line(said.to_owned(), 0),
            }
        }
    }
}

fn postgres(said: &str, taken: usize) -> Option<Setting> {
    let (name, value) = said.split_once('=')?;
    let value = value.trim_matches('\'');
    Some(Setting {
        line: format!("{} = '{value}'", name.replace('-', "_")),
        taken,
    })
}

fn quoted_of_redis(value: &str) -> String {
    if value.is_empty() {
        "\"\"".to_owned()
    } else {
        value.to_owned()
    }
}

/// Makes the lines of arguments a text of the section that they are for.
pub(super) fn file_of(lines: &[String], section: &server::Section) -> Text {
    let mut text = String::new();
    if !section.name.is_empty() {
        text.push_str(&format!("[{}]\n", section.name));
    }
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    Text::from(text)
}

#[cfg(test)]
mod tests {
    use super::{Started, said};
    use crate::lower::application::native::server;

    #[test]
    fn arguments_are_settings_or_left() {
        for (line, lines, rest, left) in [
            ("nginx -g daemon_off;", "", "", "-g daemon_off;"),
            ("nginx -c /etc/nginx/nginx.conf", "", "", ""),
            ("memcached -m 64 -c 10", "", "-m 64 -c 10", ""),
            (
                "mysqld --max-connections=5 --skip-name-resolve",
                "max-connections = 5|skip-name-resolve",
                "",
                "",
            ),
            (
                "postgres -c max_connections=5 --work-mem=4MB -d",
                "max_connections = '5'|work_mem = '4MB'",
                "",
                "-d",
            ),
            (
                "redis-server /redis.conf --appendonly yes --save 60 1",
                "appendonly yes|save 60 1",
                "",
                "",
            ),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let started = Started {
                server: server::of_program(&words[0]).unwrap(),
                program: words[0].clone(),
                arguments: words[1..].to_vec(),
                entry_point: None,
                does_more: false,
            };
            let said = said(&started);
            let shown = (
                said.lines.join("|"),
                said.rest.join(" "),
                said.left.join(" "),
            );
            assert_eq!(
                shown,
                (lines.to_owned(), rest.to_owned(), left.to_owned()),
                "{line}"
            );
        }
    }
}
