//! `File`: below /etc to `environment.etc`, elsewhere to a rule of systemd-tmpfiles.
//!
//! tmpfiles.d(5): `f+` makes the file with its argument as its content, mode and owner, and writes it again when it is
//! there already: the same as "the file has this content". Its argument has specifiers, so `%` is doubled. A file
//! that is no text becomes `L+`, a link to a read-only copy in the store.
//!
//! What is run and root's is a link to a script in the store, and the keys with which a user logs in are that user's
//! options.
//!
//! A file with a secret is never written: a person puts it below /run/secrets, and what read it reads it there.

use super::fetched;
use super::init_words;
use super::lifted;
use super::machine;
use super::paths;
use super::program;
use super::secret_file;
use super::statement::{Left, Lowered, Statement};
use super::tmpfiles::{Rule, doubled};
use super::{authorized_key, commands, user};
use crate::account::Code;
use crate::model::{AuthorizedKey, Content, File, HoleKind, Machine, Mode};
use crate::nix::{Asset, Expr, StrPart};
use crate::plan::OptionPath;

/// Longer texts are files of their own.
const MAX_LINES: usize = 40;
/// The same on a machine that has many files: nobody finds a setting between hundreds of texts.
const MAX_LINES_OF_MANY: usize = 6;
const MANY_FILES: usize = 100;

pub(super) fn lower(file: &File, machine: &Machine) -> Lowered {
    if let Some(lowered) = lifted::lower(file, machine) {
        return lowered;
    }
    match (out_of_place(&file.path, machine), packaged(file, machine)) {
        (Some(Lowered::Manual(_)) | None, Some(left)) => return Lowered::Manual(left),
        (Some(lowered), _) => return lowered,
        (None, None) => {}
    }
    let mut lowered = match &file.content {
        Content::Text(text) => match text.holes().find(|hole| hole.kind == HoleKind::Unknown) {
            Some(unknown) => Lowered::Manual(
                Left::new(
                    Code::ValueUnknown,
                    format!(
                        "its content holds {}, which is known only on the machine",
                        unknown.what
                    ),
                )
                .cure(format!("Write {} with its real content.", file.path)),
            ),
            None if paths::has_secret(file) => match secret_file::readable(file, text) {
                Some(readable) => secret_file::lower_script(file, readable, machine),
                None => secret_file::lower_secret(file, text, machine),
            },
            None => match keys_of(file, machine) {
                Some(key) => authorized_key::lower(&key, machine),
                None => lower_text(file, text.plain().unwrap_or_default(), machine),
            },
        },
        Content::Binary(bytes) => lower_binary(file, bytes, machine),
        Content::Fetched(fetched) => fetched::lower(file, fetched, machine),
    };
    if let Lowered::Stated(statement) = &mut lowered
        && machine.packaged.contains_key(&file.path)
    {
        statement.assume("what reads it looks there on NixOS too");
    }
    lowered
}

/// Reads the file of the keys with which a user of the machine logs in.
fn keys_of(file: &File, machine: &Machine) -> Option<AuthorizedKey> {
    let home = file.path.strip_suffix("/.ssh/authorized_keys")?;
    let owner = file.owner.as_deref();
    let user = user::at_home(home, machine).or_else(|| {
        owner
            .filter(|it| home.strip_prefix("/home/") == Some(*it))
            .map(str::to_owned)
    })?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let lines = text.plain()?.lines().map(str::trim);
    let mut keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    keys.next()?;
    Some(AuthorizedKey {
        user,
        key: text.clone(),
    })
}

/// What a package of the old system may have brought just so is not carried over.
fn packaged(file: &File, machine: &Machine) -> Option<Left> {
    machine
        .packaged
        .get(&file.path)
        .filter(|it| !it.is_empty())?;
    let reason =
        "a package of the old system brings it, and whether somebody changed it is not known here";
    Some(
        Left::new(Code::PackagedFile, reason)
            .cure("Take over what was changed, where something was."),
    )
}

/// Says why a path cannot be stated as a file, folder or link.
pub(super) fn out_of_place(path: &str, machine: &Machine) -> Option<Lowered> {
    if let Some(why) = paths::out_of_place(path) {
        return Some(Lowered::manual_with_cure(
            Code::CannotState,
            format!("`{path}` has no place on NixOS: {why}"),
            "Make it a package, or move it to /etc, /opt or /usr/local and tell what reads it.",
        ));
    }
    let row = paths::etc_row(path, machine)?;
    Some(match &row.option {
        None => Lowered::NotNeeded(Code::NoMeaning, format!("nothing on NixOS reads `{path}`")),
        Some(option) => Lowered::Manual(
            Left::new(
                Code::ServiceConfig,
                format!("NixOS does not read `{path}` as a file: it comes from options"),
            )
            .about(option)
            .cure(format!(
                "State what differs by `{option}` and the options beside it."
            )),
        ),
    })
}

/// Says why no line of a file at this path is read.
pub(super) fn is_unread(path: &str, machine: &Machine) -> Option<String> {
    match out_of_place(path, machine)? {
        Lowered::NotNeeded(_, reason) => Some(reason),
        Lowered::Stated(_) | Lowered::Merged(_) | Lowered::Manual(_) => None,
    }
}

/// Returns the path of a file below /etc.
pub(super) fn below_etc(path: &str) -> Option<&str> {
    path.strip_prefix("/etc/")
}

/// Says which owners have to be there.
pub(super) fn claim_owner(
    names: (Option<&str>, Option<&str>),
    machine: &Machine,
    statement: &mut Statement,
) {
    let user = names.0.and_then(|name| paths::user_claim(machine, name));
    let group = names.1.and_then(|name| paths::group_claim(machine, name));
    for claim in [user, group].into_iter().flatten() {
        statement.assume(claim);
    }
}

pub(super) fn lower_text(file: &File, text: &str, machine: &Machine) -> Lowered {
    let mut statement = Statement::default();
    let mut inline = Statement::default();
    let content = content(text, machine, &mut inline);
    let most = if machine::files(machine).nth(MANY_FILES).is_some() {
        MAX_LINES_OF_MANY
    } else {
        MAX_LINES
    };
    let has_many_lines = text.lines().count() > most;
    let is_long = has_many_lines && content.as_str().is_some();
    let asset = || Expr::Asset(asset(&file.path, text.as_bytes()));
    if let Some(below) = below_etc(&file.path) {
        let path = OptionPath::new(["environment", "etc", below]);
        if is_long {
            statement.set(path.child("source"), asset());
        } else if text.lines().count() > MAX_LINES {
            let script = long_script(text, asset(), machine, &mut statement);
            statement.set(path.child("text"), script);
        } else {
            statement.join(inline);
            statement.set(path.child("text"), content);
        }
        etc_ownership(&path, file, machine, &mut statement);
        return Lowered::Stated(statement);
    }
    if is_program(file) {
        let script = if has_many_lines {
            long_script(text, asset(), machine, &mut statement)
        } else {
            statement.join(inline);
            content
        };
        link_program(file, script, machine, &mut statement);
        return Lowered::Stated(statement);
    }
    statement.join(inline);
    let lines = text.trim_end_matches('\n').contains('\n');
    let argument = if is_long {
        let read = Expr::apply("builtins.readFile", vec![asset()]);
        let read = if text.contains('%') {
            let (from, to) = (Expr::strs(["%"]), Expr::strs(["%%"]));
            Expr::apply("lib.replaceStrings", vec![from, to, read])
        } else {
            read
        };
        escaped(read)
    } else if lines || content.as_str().is_none() {
        escaped(doubled_expr(content))
    } else {
        StrPart::Literal(escape(&doubled(text)))
    };
    let rule = Rule {
        mode: file.mode,
        user: file.owner.as_deref(),
        group: file.group.as_deref(),
        argument: vec![argument],
        // `f+` would empty at every boot what only has to be there.
        ..Rule::new(if text.is_empty() { "f" } else { "f+" }, &file.path)
    };
    rule.state(machine, &mut statement);
    Lowered::Stated(statement)
}

/// Tells whether the file is one that is run, and root's: nobody else writes to it.
pub(super) fn is_program(file: &File) -> bool {
    let is_roots = |name: &Option<String>| {
        let name = name.as_deref();
        name.is_none_or(|it| matches!(it, "root" | "0" | "wheel"))
    };
    let is_run = |Mode(mode)| mode & 0o111 != 0 && mode & 0o7000 == 0;
    file.mode.is_some_and(is_run) && is_roots(&file.owner) && is_roots(&file.group)
}

/// Puts a program into the store, and a link to it where the source has it.
fn link_program(file: &File, script: Expr, machine: &Machine, statement: &mut Statement) {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let in_store = |it: char| it.is_ascii_alphanumeric() || "+-._?=".contains(it);
    let name: String = name.chars().filter(|it| in_store(*it)).collect();
    let name = name.trim_start_matches('.');
    let name = if name.is_empty() { "script" } else { name };
    let script = Expr::apply("pkgs.writeScript", vec![Expr::str(name), script]);
    let link = Rule {
        argument: vec![StrPart::Splice(script)],
        ..Rule::new("L+", &file.path)
    };
    link.state(machine, statement);
}

/// The characters that would end the argument of a rule, or change it: those that NixOS's own tmpfiles module escapes.
const ESCAPED: [(char, &str); 5] = [
    ('\t', "\\t"),
    ('\n', "\\n"),
    ('\r', "\\r"),
    (' ', "\\x20"),
    ('\\', "\\\\"),
];

/// Lets Nix escape an argument, so that a text of several lines stays one that people can read.
fn escaped(text: Expr) -> StrPart {
    let characters = ESCAPED.iter().map(|(c, _)| c.to_string());
    let arguments = vec![Expr::strs(characters), text];
    StrPart::Splice(Expr::apply("lib.strings.escapeC", arguments))
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match ESCAPED.iter().find(|(it, _)| *it == c) {
            // Inside an argument a blank stands for itself; at its start it would be skipped.
            Some((' ', _)) if !out.is_empty() => out.push(' '),
            Some((_, escape)) => out.push_str(escape),
            None => out.push(c),
        }
    }
    out
}

/// A script's interpreter is in the store, as are the programs that a shell's script names by their paths; `/bin/sh` and
/// `/usr/bin/env` are there as everywhere.
pub(super) fn content(text: &str, machine: &Machine, statement: &mut Statement) -> Expr {
    let (head, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let Some(interpreter) = head.strip_prefix("#!") else {
        return Expr::str(text);
    };
    let mut parts = program::splice(interpreter).parts_told(statement);
    parts.insert(0, StrPart::Literal("#!".to_owned()));
    if commands::is_shell_script(text) {
        statement.left.extend(foreign(rest, machine));
        init_words::taken(rest, machine, statement);
        let rest = init_words::said(rest, machine);
        parts.extend(program::splice(&rest).known_parts(statement));
    } else {
        parts.push(StrPart::Literal(rest.to_owned()));
    }
    Expr::Str(program::joined(parts))
}

/// Says which programs of a script NixOS does not have.
pub(super) fn foreign(script: &str, machine: &Machine) -> Option<Left> {
    let script = init_words::said(script, machine);
    let found = commands::foreign_in(&script);
    let (_, why) = found.first()?;
    let names: Vec<String> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
    let reason = format!(
        "the script runs {}, which NixOS does not have: {why}",
        names.join(", ")
    );
    Some(
        Left::new(Code::CommandUnsafe, reason)
            .cure("Take these lines out of it, and state what they do."),
    )
}

/// A long script is a file beside the modules, in which the same is replaced.
fn long_script(text: &str, asset: Expr, machine: &Machine, statement: &mut Statement) -> Expr {
    let (head, rest) = text.split_at(text.find('\n').unwrap_or(text.len()));
    let interpreter = content(head, machine, statement);
    let mut replaced = Vec::new();
    if interpreter.as_str() != Some(head) {
        replaced.push((head.to_owned(), interpreter));
    }
    if commands::is_shell_script(text) {
        statement.left.extend(foreign(rest, machine));
        let calls = init_words::taken(rest, machine, statement).into_iter();
        replaced.extend(calls.map(|(from, to)| (from, Expr::str(to))));
        replaced.extend(program::replacements(rest, statement));
    }
    let read = Expr::apply("builtins.readFile", vec![asset]);
    if replaced.is_empty() {
        return read;
    }
    let (from, to): (Vec<String>, Vec<Expr>) = replaced.into_iter().unzip();
    let arguments = vec![Expr::strs(from), Expr::List(to), read];
    Expr::apply("lib.replaceStrings", arguments)
}

fn doubled_expr(expr: Expr) -> Expr {
    let Expr::Str(parts) = expr else { return expr };
    let double = |part| match part {
        StrPart::Literal(text) => StrPart::Literal(doubled(&text)),
        StrPart::Splice(expr) => StrPart::Splice(expr),
    };
    Expr::Str(parts.into_iter().map(double).collect())
}

/// Makes a file of the output of what a machine has at a path.
pub(super) fn asset(path: &str, bytes: &[u8]) -> Asset {
    Asset {
        name: path.trim_start_matches('/').to_owned(),
        bytes: bytes.into(),
    }
}

/// `environment.etc` links to the store, readable by all and root's: only what differs from that is said.
pub(super) fn etc_ownership(
    path: &OptionPath,
    file: &File,
    machine: &Machine,
    statement: &mut Statement,
) {
    let other = |name: Option<&str>| {
        name.filter(|it| !matches!(*it, "root" | "0" | "wheel"))
            .map(str::to_owned)
    };
    let owner = other(file.owner.as_deref());
    let group = other(file.group.as_deref());
    let readable = file.mode.is_none_or(|mode| matches!(mode.0, 0o644 | 0o444));
    if readable && owner.is_none() && group.is_none() {
        return;
    }
    let mode = file.mode.unwrap_or(Mode(0o644));
    statement.set(path.child("mode"), Expr::str(mode.octal()));
    claim_owner((owner.as_deref(), group.as_deref()), machine, statement);
    for (name, by_name, by_number) in [(owner, "user", "uid"), (group, "group", "gid")] {
        match name.as_deref().map(|it| (it, it.parse::<i64>())) {
            Some((_, Ok(number))) => statement.set(path.child(by_number), Expr::Int(number)),
            Some((name, Err(_))) => statement.set(path.child(by_name), Expr::str(name)),
            None => {}
        }
    }
}

fn lower_binary(file: &File, bytes: &[u8], machine: &Machine) -> Lowered {
    let mut statement = Statement::default();
    let asset = asset(&file.path, bytes);
    if let Some(below) = below_etc(&file.path) {
        let path = OptionPath::new(["environment", "etc", below]);
        statement.set(path.child("source"), Expr::Asset(asset));
        etc_ownership(&path, file, machine, &mut statement);
    } else {
        statement.assume("a link to a read-only copy that all may read does as well as the file");
        let rule = Rule {
            argument: vec![StrPart::Splice(Expr::Asset(asset))],
            ..Rule::new("L+", &file.path)
        };
        rule.state(machine, &mut statement);
    }
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, text};
    use crate::model::{Content, File, Mode, Resource};

    fn file(path: &str, content: &str, mode: u32, owner: Option<&str>) -> Resource {
        Resource::File(File {
            path: path.into(),
            content: Content::Text(text(content)),
            mode: Some(Mode(mode)),
            owner: owner.map(str::to_owned),
            group: None,
        })
    }

    #[test]
    fn files_below_etc_are_options() {
        check(
            file("/etc/shop/a.conf", "a=1\n", 0o644, Some("root")),
            "environment.etc.\"shop/a.conf\".text = ''\n  a=1\n'';",
        );
        check(
            file("/etc/shop.conf", "", 0o640, Some("shop")),
            r#"
            environment.etc."shop.conf".text = "";
            environment.etc."shop.conf".mode = "0640";
            environment.etc."shop.conf".user = "shop";
            assumed: the user `shop` is there
            "#,
        );
        let script = format!("#!/bin/bash\n/usr/bin/find\n{}", "x\n".repeat(41));
        check(
            file("/etc/long.sh", &script, 0o644, None),
            r##"
            environment.etc."long.sh".text = lib.replaceStrings [ "#!/bin/bash" "/usr/bin/find" ] [ "#!${pkgs.bash}/bin/bash" "${pkgs.findutils}/bin/find" ] (builtins.readFile ./files/etc/long.sh);
            "##,
        );
        let long = "x\n".repeat(41);
        check(
            file("/etc/long", &long, 0o644, None),
            "environment.etc.long.source = ./files/etc/long;",
        );
    }

    #[test]
    fn other_files_are_rules_of_tmpfiles() {
        check(
            file(
                "/opt/run.sh",
                "#!/bin/bash\n/usr/bin/find /nowhere/bin/find 100%\n",
                0o755,
                Some("root"),
            ),
            r#"
            systemd.tmpfiles.rules += "L+ /opt/run.sh - - - - ${pkgs.writeScript "run.sh" ''
              #!${pkgs.bash}/bin/bash
              ${pkgs.findutils}/bin/find /nowhere/bin/find 100%
            ''}";
            "#,
        );
        check(
            file("/opt/a.ini", "[a]\nb = 5%\n", 0o640, None),
            r#"
            systemd.tmpfiles.rules += "f+ /opt/a.ini 0640 - - - ${lib.strings.escapeC [ "\t" "\n" "\r" " " "\\" ] ''
              [a]
              b = 5%%
            ''}";
            "#,
        );
        let long = "%\n".repeat(41);
        check(
            file("/srv/long", &long, 0o644, None),
            r#"
            systemd.tmpfiles.rules += "f+ /srv/long 0644 - - - ${lib.strings.escapeC [ "\t" "\n" "\r" " " "\\" ] (lib.replaceStrings [ "%" ] [ "%%" ] (builtins.readFile ./files/srv/long))}";
            "#,
        );
    }

    #[test]
    fn keys_of_a_user_are_options() {
        let path = ["/root", "/.ssh/authorized_keys"].concat();
        check(
            file(&path, "# x\nssh-rsa AAAA x\n", 0o600, None),
            r#"users.users.root.openssh.authorizedKeys.keys += "ssh-rsa AAAA x";"#,
        );
    }

    #[test]
    fn what_nixos_makes_itself_is_left() {
        check(
            file("/etc/hosts", "", 0o644, None),
            "manual: NixOS does not read `/etc/hosts` as a file: it comes from options",
        );
        check(
            file("/etc/apt/sources.list", "", 0o644, None),
            "not-needed: nothing on NixOS reads `/etc/apt/sources.list`",
        );
        check(
            file("/usr/share/x", "", 0o644, None),
            "manual: `/usr/share/x` has no place on NixOS: the files of programs live in the Nix store",
        );
        check(
            file("/etc/x", "<unknown: y>", 0o644, None),
            "manual: its content holds y, which is known only on the machine",
        );
    }

    #[test]
    fn a_secret_file_that_no_unit_reads_is_a_link() {
        check(
            file("/etc/x.key", "<secret: y>", 0o600, None),
            r#"
            environment.etc."x.key".source = "/run/secrets/x.key";
            /run/secrets/x.key: <secret: y>
            assumed: the content of `/etc/x.key` is put into `/run/secrets/x.key`
            "#,
        );
    }
}
