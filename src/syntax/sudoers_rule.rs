//! A rule of sudoers in detail, where it is as simple as most are; `sudoers` reads the lines of the file.
//!
//! Manual: <https://www.sudo.ws/docs/man/sudoers.man/>
//!
//! Left out (`read` says `None`): aliases, netgroups, quoted names, several hosts, a second `(user)` in one list,
//! digests, and everything that is no user specification.

/// `users host = (run_as) commands`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSpec {
    /// Names as written: `alice`, `%wheel`, `#1000`, `%#100`, `ALL`.
    pub users: Vec<String>,
    pub host: String,
    /// What stands in the parentheses: `ALL`, `ALL:ALL`; without them only root is meant.
    pub run_as: Option<String>,
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The tags that hold for it, those of the commands before included.
    pub tags: Vec<String>,
    pub command: String,
}

const TAGS: [&str; 16] = [
    "EXEC",
    "NOEXEC",
    "FOLLOW",
    "NOFOLLOW",
    "LOG_INPUT",
    "NOLOG_INPUT",
    "LOG_OUTPUT",
    "NOLOG_OUTPUT",
    "MAIL",
    "NOMAIL",
    "INTERCEPT",
    "NOINTERCEPT",
    "PASSWD",
    "NOPASSWD",
    "SETENV",
    "NOSETENV",
];

/// Reads a line; `None` where it says more than the parts here.
pub fn read(line: &str) -> Option<UserSpec> {
    let line = line.trim();
    let first = line.split_whitespace().next()?;
    let no_spec = first.starts_with("Defaults")
        || first.starts_with('@')
        || first.ends_with("_Alias")
        || first.starts_with("#include");
    if no_spec || line.contains(['"', '\n']) {
        return None;
    }
    let (left, right) = line.split_once('=')?;
    let (users, host) = left.trim_end().rsplit_once(char::is_whitespace)?;
    let users: Vec<String> = users.split(',').map(|it| it.trim().to_owned()).collect();
    if !users.iter().all(|it| is_user(it)) || !is_host(host) {
        return None;
    }
    let right = right.trim_start();
    let (run_as, list) = match right.strip_prefix('(') {
        None => (None, right),
        Some(rest) => {
            let (run_as, list) = rest.split_once(')')?;
            (Some(run_as.split_whitespace().collect::<String>()), list)
        }
    };
    if run_as.as_deref() == Some("") {
        return None;
    }
    let commands = read_commands(list)?;
    Some(UserSpec {
        users,
        host: host.to_owned(),
        run_as,
        commands,
    })
}

fn is_user(name: &str) -> bool {
    let bare = name.trim_start_matches('%').trim_start_matches('#');
    let alias = bare != "ALL"
        && !bare.chars().any(|c| c.is_ascii_lowercase())
        && bare.chars().any(|c| c.is_ascii_uppercase());
    !bare.is_empty()
        && !alias
        && bare
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$'))
}

fn is_host(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    host == "ALL" || (host.chars().all(plain) && host.chars().any(|c| c.is_ascii_lowercase()))
}

/// Reads `TAG: command, command`; a backslash keeps the character behind it.
fn read_commands(list: &str) -> Option<Vec<Command>> {
    let mut commands = Vec::new();
    let mut tags: Vec<String> = Vec::new();
    for part in split_list(list)? {
        let mut rest = part.trim();
        while let Some((tag, behind)) = rest.split_once(':') {
            if !TAGS.contains(&tag.trim_end()) {
                break;
            }
            let tag = tag.trim_end();
            let opposite = tag
                .strip_prefix("NO")
                .map_or_else(|| format!("NO{tag}"), str::to_owned);
            tags.retain(|it| it != tag && *it != opposite);
            tags.push(tag.to_owned());
            rest = behind.trim_start();
        }
        let program = rest.split_whitespace().next()?;
        let named = program.trim_start_matches('!');
        if !(named == "ALL" || named == "sudoedit" || named.starts_with('/')) {
            return None;
        }
        commands.push(Command {
            tags: tags.clone(),
            command: rest.split_whitespace().collect::<Vec<_>>().join(" "),
        });
    }
    Some(commands)
}

/// Splits at commas; `None` for an unescaped `:` or `=` that could begin another host.
fn split_list(list: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut chars = list.chars();
    while let Some(c) = chars.next() {
        let last = parts.last_mut()?;
        match c {
            '\\' => {
                last.push(c);
                last.extend(chars.next());
            }
            ',' => parts.push(String::new()),
            '(' | ')' | '#' => return None,
            ':' if !TAGS.contains(&last.trim().rsplit(':').next()?.trim()) => return None,
            c => last.push(c),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(line: &str, expected: &str) {
        let read = read(line).map_or_else(
            || "-".to_owned(),
            |it| {
                let commands: Vec<String> = it
                    .commands
                    .iter()
                    .map(|c| format!("{}>{}", c.tags.join("+"), c.command))
                    .collect();
                format!(
                    "{}|{}|{:?}|{}",
                    it.users.join(","),
                    it.host,
                    it.run_as,
                    commands.join(",")
                )
            },
        );
        assert_eq!(read, expected, "{line}");
    }

    #[test]
    fn simple_rules_are_read() {
        check(
            "%wheel ALL=(ALL) NOPASSWD: ALL",
            "%wheel|ALL|Some(\"ALL\")|NOPASSWD>ALL",
        );
        check(
            "%sudo\tALL=(ALL:ALL) ALL",
            "%sudo|ALL|Some(\"ALL:ALL\")|>ALL",
        );
        check(
            "bob ALL = /bin/a x, NOPASSWD:SETENV: /bin/b",
            "bob|ALL|None|>/bin/a x,NOPASSWD+SETENV>/bin/b",
        );
        check(
            "a, b ALL=(root)NOPASSWD:/x, PASSWD: /y",
            "a,b|ALL|Some(\"root\")|NOPASSWD>/x,PASSWD>/y",
        );
    }

    #[test]
    fn the_rest_is_not() {
        check("Defaults env_reset", "-");
        check("ADMINS ALL=(ALL) ALL", "-");
        check("a ALL=(b) /x, (c) /y", "-");
        check("a h1=/x : h2=/y", "-");
        check("#includedir /etc/sudoers.d", "-");
        check("User_Alias A = b", "-");
    }
}
