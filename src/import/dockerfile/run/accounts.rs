//! Users and groups: shadow's programs, and those of Debian and BusyBox that have the same names.

use super::Kind;
use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::import::state::Key;
use crate::model::{Family, Group, Resource, User};

/// What each option means, by program.
const OPTIONS: &[(&str, &[(&str, Option)])] = &[
    (
        "useradd",
        &[
            ("-r --system", Option::System),
            ("-u --uid", Option::Uid),
            ("-g --gid", Option::Group),
            ("-G --groups", Option::Groups),
            ("-d --home-dir --home", Option::Home),
            ("-m --create-home", Option::CreateHome),
            ("-M --no-create-home", Option::NoHome),
            ("-s --shell", Option::Shell),
            ("-c --comment", Option::Comment),
            ("-p --password", Option::Password),
            (
                "-k --skel -b --base-dir -e --expiredate -f --inactive -K --key -R --root",
                Option::Valued,
            ),
        ],
    ),
    (
        "adduser",
        &[
            ("-S --system", Option::System),
            ("-u --uid", Option::Uid),
            ("-G --ingroup --gid", Option::Group),
            ("-h --home", Option::Home),
            ("-H --no-create-home", Option::NoHome),
            ("-s --shell", Option::Shell),
            ("-g --gecos --comment", Option::Comment),
            ("--group", Option::OwnGroup),
            ("-k --firstuid --lastuid --conf", Option::Valued),
        ],
    ),
    (
        "groupadd",
        &[
            ("-g --gid", Option::Gid),
            ("-r --system -f --force -o --non-unique", Option::Flag),
            ("-K --key -R --root -p --password", Option::Valued),
        ],
    ),
    (
        "addgroup",
        &[("-g --gid", Option::Gid), ("-S --system", Option::Flag)],
    ),
    (
        "usermod",
        &[
            ("-u --uid", Option::Uid),
            ("-g --gid", Option::Group),
            ("-G --groups -aG", Option::Groups),
            ("-d --home", Option::Home),
            ("-s --shell", Option::Shell),
            ("-c --comment", Option::Comment),
            ("-p --password", Option::Password),
            ("-l --login", Option::Rename),
        ],
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Option {
    System,
    Uid,
    Gid,
    Group,
    Groups,
    Home,
    CreateHome,
    NoHome,
    Shell,
    Comment,
    Password,
    OwnGroup,
    Rename,
    /// It has a value that says nothing here.
    Valued,
    Flag,
}

pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> std::option::Option<Outcome> {
    match program {
        "userdel" | "deluser" | "groupdel" | "delgroup" => {
            let name = arguments.iter().rfind(|it| !it.starts_with('-'))?.clone();
            let key = if program.contains("user") {
                Key::User(name)
            } else {
                Key::Group(name)
            };
            if runner.is_certain() {
                let item = runner.item;
                runner.player.state.remove(&key, item);
            }
            return Some(Outcome::nothing("a new machine does not have it"));
        }
        "groupmod" => return Some(changes("changes a group", arguments)),
        "passwd" | "chpasswd" => {
            return Some(Outcome::Left(Kind::Other, "sets a password".to_owned()));
        }
        "chsh" => return Some(Outcome::nothing("nobody logs in to a service")),
        _ => {}
    }
    let (_, options) = OPTIONS.iter().find(|(name, _)| *name == program)?;
    Some(read(runner, program, options, arguments))
}

fn read(
    runner: &mut Runner<'_, '_>,
    program: &str,
    options: &[(&str, Option)],
    arguments: &[String],
) -> Outcome {
    if arguments.iter().any(|it| !is_plain(it)) || !runner.is_certain() {
        return changes("makes an account", arguments);
    }
    let mut user = User::default();
    let mut names: Vec<&str> = Vec::new();
    let mut gid = None;
    let mut left = None;
    let mut owns_group = false;
    for (option, value) in split(arguments, options) {
        let Some(option) = option else {
            names.push(value);
            continue;
        };
        let text = || Some(value.to_owned());
        match option {
            Option::System => user.system = Some(true),
            Option::Uid => user.uid = value.parse().ok(),
            Option::Gid => gid = value.parse().ok(),
            Option::Group => user.group = text(),
            Option::Groups => user.groups = value.split(',').map(str::to_owned).collect(),
            Option::Home => user.home = text(),
            Option::CreateHome => user.create_home = Some(true),
            Option::NoHome => user.create_home = Some(false),
            Option::Shell => user.shell = text(),
            Option::Comment => user.comment = text().filter(|it| !it.is_empty()),
            Option::Password => left = Some("sets a password".to_owned()),
            Option::Rename => left = Some(format!("renames a user to `{value}`")),
            Option::OwnGroup => owns_group = true,
            Option::Valued | Option::Flag => {}
        }
    }
    let is_group = program.contains("group");
    match (is_group, names.as_slice()) {
        (true, [name]) => {
            let name = (*name).to_owned();
            put(runner, Resource::Group(Group { name, gid }));
        }
        (_, [name, group]) if program.starts_with("add") => {
            user.name = (*name).to_owned();
            user.groups.push((*group).to_owned());
            put(runner, Resource::User(user));
        }
        (false, [name]) => {
            // Numbers of groups are those of groups that were made before.
            if let Some(group) = user.group.as_deref().filter(|it| it.parse::<u32>().is_ok())
                && let Some(named) = group_of(runner, group)
            {
                user.group = Some(named);
            }
            if owns_group {
                user.group = Some((*name).to_owned());
                put(
                    runner,
                    Resource::Group(Group {
                        name: (*name).to_owned(),
                        gid: None,
                    }),
                );
            }
            user.name = (*name).to_owned();
            if program != "usermod" {
                let family = runner.player.here.family;
                let makes = makes_home(program, &user, family);
                user.create_home = user.create_home.or(Some(makes));
            }
            put(runner, Resource::User(user));
        }
        _ => return changes("makes an account", arguments),
    }
    left.map_or(Outcome::Stated, |what| Outcome::Left(Kind::Other, what))
}

/// Tells whether a program makes the home of a user where no option says it.
///
/// useradd(8) does where CREATE_HOME of login.defs says so, as Red Hat's does; Debian's adduser(8) makes none for a
/// system user whose home nobody names.
fn makes_home(program: &str, user: &User, family: Family) -> bool {
    let is_system = user.system == Some(true);
    if program == "useradd" {
        return family == Family::Rhel && !is_system;
    }
    family != Family::Debian || !is_system || user.home.is_some()
}

/// Names the account only: among the arguments may be a password.
fn changes(what: &str, arguments: &[String]) -> Outcome {
    let name = arguments
        .last()
        .filter(|it| is_plain(it) && !it.starts_with('-'));
    let name = name.map_or_else(String::new, |it| format!(" `{it}`"));
    Outcome::Left(
        Kind::Other,
        format!("{what}{name} by what is not known here"),
    )
}

fn group_of(runner: &Runner<'_, '_>, number: &str) -> std::option::Option<String> {
    let number: u32 = number.parse().ok()?;
    runner
        .player
        .state
        .entries()
        .find_map(|entry| match &entry.resource {
            Resource::Group(group) if group.gid == Some(number) => Some(group.name.clone()),
            _ => None,
        })
}

/// Splits arguments into options with their values, and names.
fn split<'w>(
    arguments: &'w [String],
    options: &[(&str, Option)],
) -> Vec<(std::option::Option<Option>, &'w str)> {
    let find = |word: &str| {
        let row = options
            .iter()
            .find(|(names, _)| names.split(' ').any(|it| it == word));
        row.map(|(_, option)| *option)
    };
    let takes = |option: Option| {
        !matches!(
            option,
            Option::System | Option::CreateHome | Option::NoHome | Option::OwnGroup | Option::Flag
        )
    };
    let mut found = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            found.push((None, word));
        } else if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with("--"))
        {
            found.push((find(name).or(Some(Option::Flag)), value));
        } else if let Some(option) = find(word) {
            let value = if takes(option) {
                words.next().unwrap_or_default()
            } else {
                ""
            };
            found.push((Some(option), value));
        } else if !word.starts_with("--") && word.len() > 2 {
            // `-rm`, `-SDH`, `-u1000`: letters that may end with one that has a value.
            let letters = &word[1..];
            for (at, letter) in letters.char_indices() {
                let option = find(&format!("-{letter}"));
                let rest = &letters[at + letter.len_utf8()..];
                match option {
                    Some(option) if takes(option) => {
                        let value = if rest.is_empty() {
                            words.next().unwrap_or_default()
                        } else {
                            rest
                        };
                        found.push((Some(option), value));
                        break;
                    }
                    other => found.push((other.or(Some(Option::Flag)), "")),
                }
            }
        } else {
            found.push((Some(Option::Flag), ""));
        }
    }
    found
}

fn put(runner: &mut Runner<'_, '_>, resource: Resource) {
    let item = runner.item;
    runner.player.put(item, resource, Vec::new());
}
