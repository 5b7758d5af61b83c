//! Crontabs: of the system, with a user in each line, and of a user.
//!
//! Manual: crontab(5), Vixie's and cronie's

use super::place::{BLANKS, lines, split_word};
use super::{Fault, Place, placeholder_index};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// /etc/crontab and cron.d: a user stands in front of the command.
    System,
    User,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It holds for the jobs below it.
    Variable {
        name: String,
        value: String,
    },
    Job(Job),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Five fields with one blank between them, or `@daily` and the like.
    pub schedule: String,
    pub user: Option<String>,
    /// As written: `%` is not yet resolved.
    pub command: String,
    /// The comment on the line above, without its `#`.
    pub comment: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crontab {
    pub lines: Vec<(Place, Line)>,
    pub faults: Vec<Fault>,
}

const WORDS: &[&str] = &[
    "@reboot",
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

pub fn read(text: &str, format: Format) -> Crontab {
    let mut it = Crontab::default();
    let mut comment = None;
    for (place, line) in lines(text) {
        let line = line.trim_matches(BLANKS);
        if let Some(words) = line.strip_prefix('#') {
            comment = Some(
                words
                    .trim_start_matches('#')
                    .trim_matches(BLANKS)
                    .to_owned(),
            );
            continue;
        }
        let comment = comment.take();
        if line.is_empty() {
            continue;
        }
        let read = match variable(line) {
            Some(variable) => Ok(variable),
            None => job(line, format, comment).map(Line::Job),
        };
        match read {
            Ok(line) => it.lines.push((place, line)),
            Err(why) => it.faults.push(Fault::new(place, why)),
        }
    }
    it
}

/// `NAME = value`; both may stand in quotes.
fn variable(line: &str) -> Option<Line> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_matches(BLANKS);
    let bare = unquoted(name);
    if bare.is_empty() || (bare == name && name.contains(BLANKS)) {
        return None;
    }
    Some(Line::Variable {
        name: bare.to_owned(),
        value: unquoted(value.trim_matches(BLANKS)).to_owned(),
    })
}

fn unquoted(text: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(text)
}

fn job(line: &str, format: Format, comment: Option<String>) -> Result<Job, String> {
    // cronie: a `-` in front keeps the start of the job out of the log.
    let line = line.strip_prefix('-').unwrap_or(line);
    let (schedule, rest) = if line.starts_with('@') {
        let (word, rest) = split_word(line);
        if !WORDS.contains(&word) {
            return Err(format!("`{word}` is no time that cron knows"));
        }
        (word.to_owned(), rest)
    } else {
        let mut fields = Vec::new();
        let mut rest = line;
        for _ in 0..5 {
            let (field, after) = split_word(rest);
            if !is_field(field) {
                return Err("a job has five fields of time and a command".to_owned());
            }
            fields.push(field);
            rest = after;
        }
        (fields.join(" "), rest)
    };
    let (user, command) = match format {
        Format::System => {
            let (user, command) = split_word(rest);
            (Some(user.to_owned()), command)
        }
        Format::User => (None, rest),
    };
    if command.is_empty() {
        return Err("a job has no command".to_owned());
    }
    Ok(Job {
        schedule,
        user,
        command: command.to_owned(),
        comment,
    })
}

fn is_field(field: &str) -> bool {
    !field.is_empty()
        && field.chars().all(|c| {
            c.is_ascii_alphanumeric() || "*/,-~".contains(c) || placeholder_index(c).is_some()
        })
}

/// Returns the command as the shell gets it: the first bare `%` ends it, what follows is its input, in which each
/// further one is a line break; `\%` is a `%`.
pub fn shell_command(command: &str) -> String {
    let mut parts = vec![String::new()];
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('\\', Some(last)) if chars.peek() == Some(&'%') => {
                chars.next();
                last.push('%');
            }
            ('%', _) => parts.push(String::new()),
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    match parts.as_slice() {
        [] => String::new(),
        [command] => command.clone(),
        [command, input @ ..] => {
            let input = input.join("\n");
            let mut end = "INPUT".to_owned();
            while input.lines().any(|line| line == end) {
                end.push('_');
            }
            format!("{{ {command}\n}} <<'{end}'\n{input}\n{end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Line, read, shell_command};
    use crate::syntax::place::shown;

    fn check(format: Format, text: &str, expected: &[&str]) {
        let it = read(text, format);
        let mut found: Vec<String> = it
            .lines
            .iter()
            .map(|(place, line)| match line {
                Line::Variable { name, value } => format!("{}: {name}={value}", place.line),
                Line::Job(job) => format!(
                    "{}: [{}] {} {} ({})",
                    place.line,
                    job.schedule,
                    job.user.as_deref().unwrap_or("-"),
                    job.command,
                    job.comment.as_deref().unwrap_or("-"),
                ),
            })
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_system_crontab_names_users() {
        check(
            Format::System,
            "SHELL=/bin/sh\n# Clean up\n17 *\t* * 1-5  root  cd / && run a=b\n\n@daily www-data /bin/x\n",
            &[
                "1: SHELL=/bin/sh",
                "3: [17 * * * 1-5] root cd / && run a=b (Clean up)",
                "5: [@daily] www-data /bin/x (-)",
            ],
        );
    }

    #[test]
    fn a_users_crontab_does_not() {
        check(
            Format::User,
            "MAILTO = \"a b\"\n\"X Y\" = 1\n*/5 0,12 * jan mon X=1 /bin/x\n",
            &[
                "1: MAILTO=a b",
                "2: X Y=1",
                "3: [*/5 0,12 * jan mon] - X=1 /bin/x (-)",
            ],
        );
    }

    #[test]
    fn what_cron_does_not_know_is_a_fault() {
        check(
            Format::User,
            "@often /bin/x",
            &["1! `@often` is no time that cron knows"],
        );
        check(
            Format::User,
            "* * * /bin/x",
            &["1! a job has five fields of time and a command"],
        );
        check(
            Format::System,
            "* * * * * root",
            &["1! a job has no command"],
        );
    }

    #[test]
    fn a_percent_sign_ends_the_command() {
        assert_eq!(shell_command("date +\\%F"), "date +%F");
        assert_eq!(
            shell_command("mail -s x ops%hello%world"),
            "{ mail -s x ops\n} <<'INPUT'\nhello\nworld\nINPUT"
        );
    }
}
