//! `useradd` and its kin, in the words of the modules `user` and `group`.
//!
//! Manuals: useradd(8), usermod(8), groupadd(8) of shadow; adduser(8) and addgroup(8) of Debian

use super::calls::{Call, call};

/// What an option says: the parameter of the module, or nothing, with or without a value of its own.
enum Means {
    Value(&'static str),
    Flag(&'static str, &'static str),
    /// How the program goes about it.
    Nothing,
    NothingWithValue,
}

use Means::{Flag, Nothing, NothingWithValue, Value};

/// The options of shadow's programs.
const SHADOW: &[(&[&str], Means)] = &[
    (&["-c", "--comment"], Value("comment")),
    (&["-d", "--home", "--home-dir"], Value("home")),
    (&["-g", "--gid"], Value("group")),
    (&["-G", "--groups"], Value("groups")),
    (&["-s", "--shell"], Value("shell")),
    (&["-u", "--uid"], Value("uid")),
    (&["-p", "--password"], Value("password")),
    (
        &["-e", "--expiredate", "-f", "--inactive"],
        NothingWithValue,
    ),
    (&["-k", "--skel"], NothingWithValue),
    (
        &["-m", "--create-home", "--move-home"],
        Flag("create_home", "yes"),
    ),
    (&["-M", "--no-create-home"], Flag("create_home", "no")),
    (&["-r", "--system"], Flag("system", "yes")),
    (&["-a", "--append"], Flag("append", "yes")),
    (&["-L", "--lock", "-l"], Flag("password_lock", "yes")),
    (&["-N", "-U", "--user-group", "--no-user-group"], Nothing),
];

/// The options of Debian's programs.
const DEBIAN: &[(&[&str], Means)] = &[
    (&["--gecos", "--comment"], Value("comment")),
    (&["--home"], Value("home")),
    (&["--shell"], Value("shell")),
    (&["--uid"], Value("uid")),
    (&["--gid"], Value("group")),
    (&["--ingroup"], Value("group")),
    (&["--system"], Flag("system", "yes")),
    (&["--no-create-home"], Flag("create_home", "no")),
    (
        &[
            "--disabled-password",
            "--disabled-login",
            "--group",
            "--quiet",
            "-q",
            "--force-badname",
            "--allow-bad-names",
        ],
        Nothing,
    ),
];

pub(super) fn of(program: &str, arguments: &[&str]) -> Option<Vec<Call>> {
    let is_debian = matches!(program, "adduser" | "addgroup" | "deluser" | "delgroup");
    let table = if is_debian { DEBIAN } else { SHADOW };
    let (mut params, operands) = read(arguments, table)?;
    let has = |name: &str, params: &[(&'static str, &str)]| params.iter().any(|it| it.0 == name);
    let [name] = operands.as_slice() else {
        return None;
    };
    match program {
        "groupadd" | "addgroup" => {
            let gid = params
                .iter()
                .find(|it| it.0 == "group")
                .map(|it| ("gid", it.1));
            let system = params.iter().find(|it| it.0 == "system").copied();
            let mut params = vec![("name", *name)];
            params.extend(gid);
            params.extend(system);
            return Some(vec![call("group", &params)]);
        }
        "groupdel" | "delgroup" => {
            return Some(vec![call("group", &[("name", name), ("state", "absent")])]);
        }
        "userdel" | "deluser" => {
            return Some(vec![call("user", &[("name", name), ("state", "absent")])]);
        }
        // The module sets a password, which `-l` alone does not.
        "passwd" if params != [("password_lock", "yes")] => return None,
        // `-l` of the others is a login's new name.
        "usermod" | "useradd" | "chsh" if arguments.contains(&"-l") => return None,
        // Without -m, most distributions' useradd makes none.
        "useradd" if !has("create_home", &params) => params.push(("create_home", "no")),
        // The module takes the groups as the only ones.
        "usermod" if !has("append", &params) && has("groups", &params) => return None,
        _ => {}
    }
    if params.is_empty() && !matches!(program, "useradd" | "adduser") {
        return None;
    }
    params.retain(|(name, value)| !(*name == "comment" && value.is_empty()));
    params.insert(0, ("name", name));
    Some(vec![call("user", &params)])
}

type Read<'w> = (Vec<(&'static str, &'w str)>, Vec<&'w str>);

fn read<'w>(arguments: &[&'w str], table: &[(&[&str], Means)]) -> Option<Read<'w>> {
    let mut params = Vec::new();
    let mut operands = Vec::new();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            operands.push(word);
            continue;
        }
        // `-aG docker`, `-ms /bin/sh`: letters in one word, of which the last one may have a value.
        let is_joined = word.len() > 2 && !word.starts_with("--");
        let names: Vec<String> = if is_joined {
            word.chars().skip(1).map(|it| format!("-{it}")).collect()
        } else {
            vec![word.to_owned()]
        };
        for name in &names {
            let (name, mut value) = match name.split_once('=') {
                Some((name, _)) => (name, word.split_once('=').map(|it| it.1)),
                None => (name.as_str(), None),
            };
            let (_, means) = table.iter().find(|(names, _)| names.contains(&name))?;
            match means {
                Value(param) => params.push((*param, value.take().or_else(|| words.next())?)),
                Flag(param, value) => params.push((*param, *value)),
                Nothing => {}
                NothingWithValue => {
                    value.take().or_else(|| words.next())?;
                }
            }
        }
    }
    Some((params, operands))
}
