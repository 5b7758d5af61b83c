//! Folders, links, modes and removed paths: rules of systemd-tmpfiles, unless something makes them anyway.
//!
//! Manual: tmpfiles.d(5). `d` makes a folder and gives it its mode and owner, `Z` and `z` change what is there with or
//! without what is below, `L+` makes a link and replaces what stood there, `R` removes.

use super::carried;
use super::fetched;
use super::file::{below_etc, claim_owner, out_of_place};
use super::homes::{self, Said};
use super::machine;
use super::paths::{self, is_below};
use super::program;
use super::statement::{Left, Lowered, Statement};
use super::step::swap;
use super::unit_link;
use crate::account::Code;
use crate::model::{Directory, Link, Machine, Mode, PathMode, RemovedPath};
use crate::nix::{Expr, StrPart};
use crate::plan::{Chore, OptionPath};

/// Folders that every NixOS has.
const THERE: [&str; 17] = [
    "/",
    "/etc",
    "/home",
    "/root",
    "/run",
    "/srv",
    "/tmp",
    "/usr",
    "/var",
    "/var/cache",
    "/var/db",
    "/var/empty",
    "/var/lib",
    "/var/log",
    "/var/run",
    "/var/spool",
    "/var/tmp",
];

/// Folders that NixOS makes where something is to be in them, with what its options put there.
const MADE: [&str; 24] = [
    "/etc/NetworkManager",
    "/etc/audit",
    "/etc/audit/rules.d",
    "/etc/binfmt.d",
    "/etc/modprobe.d",
    "/etc/modules-load.d",
    "/etc/nix",
    "/etc/pam.d",
    "/etc/polkit-1",
    "/etc/polkit-1/rules.d",
    "/etc/security",
    "/etc/ssh",
    "/etc/ssl",
    "/etc/ssl/certs",
    "/etc/sudoers.d",
    "/etc/sysctl.d",
    "/etc/systemd",
    "/etc/systemd/network",
    "/etc/systemd/system",
    "/etc/systemd/user",
    "/etc/tmpfiles.d",
    "/etc/udev",
    "/etc/udev/rules.d",
    "/run/sshd",
];

/// Folders of drop-ins for what systemd itself reads; NixOS writes these files whole.
const DROP_INS: [&str; 7] = [
    "/etc/systemd/coredump.conf.d",
    "/etc/systemd/journald.conf.d",
    "/etc/systemd/logind.conf.d",
    "/etc/systemd/resolved.conf.d",
    "/etc/systemd/system.conf.d",
    "/etc/systemd/timesyncd.conf.d",
    "/etc/systemd/user.conf.d",
];

/// What other systems keep of an older state, and NixOS does not.
const COPIES: [&str; 8] = [
    "/etc/group-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/passwd-",
    "/etc/security/opasswd",
    "/etc/shadow-",
    "/etc/subgid-",
    "/etc/subuid-",
];

/// What the boot loader of another system has.
const BOOT: [&str; 3] = ["/boot/grub", "/boot/grub2", "/boot/efi"];

/// Folders whose content is not carried over to a new machine.
const PASSING: [&str; 8] = [
    "/etc",
    "/run",
    "/tmp",
    "/var/cache",
    "/var/log",
    "/var/run",
    "/var/tmp",
    "/usr/local",
];

/// A line of tmpfiles.d: `f+ /opt/x 0644 root root - argument`.
pub(super) struct Rule<'a> {
    pub(super) kind: &'a str,
    pub(super) path: &'a str,
    pub(super) mode: Option<Mode>,
    pub(super) user: Option<&'a str>,
    pub(super) group: Option<&'a str>,
    /// Escaped, with its specifiers doubled.
    pub(super) argument: Vec<StrPart>,
}

impl<'a> Rule<'a> {
    pub(super) fn new(kind: &'a str, path: &'a str) -> Rule<'a> {
        Rule {
            kind,
            path,
            mode: None,
            user: None,
            group: None,
            argument: Vec::new(),
        }
    }

    /// Adds the rule, and says which owners have to be there.
    pub(super) fn state(self, machine: &Machine, statement: &mut Statement) {
        claim_owner((self.user, self.group), machine, statement);
        let mode = self.mode.map_or_else(|| "-".to_owned(), Mode::octal);
        let (user, group) = (self.user.unwrap_or("-"), self.group.unwrap_or("-"));
        let path = field(self.path);
        let mut parts = vec![StrPart::Literal(format!(
            "{} {path} {mode} {user} {group} -",
            self.kind
        ))];
        if !self.argument.is_empty() {
            parts.push(StrPart::Literal(" ".to_owned()));
            parts.extend(self.argument);
        }
        let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
        statement.add(rules, Expr::Str(program::joined(parts)));
    }
}

/// Makes rules that write a file at every boot such that write one that is not there: what people add to it stays.
pub(super) fn only_where_missing(mut lowered: Lowered) -> Lowered {
    if let Lowered::Stated(statement) = &mut lowered {
        for definition in &mut statement.definitions {
            if let Expr::Str(parts) = &mut definition.expr
                && let Some(StrPart::Literal(text)) = parts.first_mut()
                && let Some(rest) = text.strip_prefix("f+ ")
            {
                *text = format!("f {rest}");
            }
        }
    }
    lowered
}

/// Specifiers are read in paths and arguments, so `%` is doubled.
pub(super) fn doubled(text: &str) -> String {
    text.chars()
        .flat_map(|c| std::iter::repeat_n(c, if c == '%' { 2 } else { 1 }))
        .collect()
}

/// A path with blanks or quotes is quoted, with the escapes of C; /var/run, of which systemd warns, is /run.
fn field(path: &str) -> String {
    let path = match path.strip_prefix("/var/run/") {
        Some(below) => doubled(&format!("/run/{below}")),
        None => doubled(path),
    };
    if !path.contains([' ', '\t', '\n', '"', '\'', '\\']) {
        return path;
    }
    let mut out = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

pub(super) fn lower_directory(directory: &Directory, machine: &Machine) -> Lowered {
    let path = trimmed(&directory.path);
    if let Some(lowered) = there_anyway(path, directory, machine) {
        return lowered;
    }
    match out_of_place(path, machine) {
        // A folder of a package that NixOS configures by options holds nothing by itself.
        Some(Lowered::Manual(left)) if left.code == Code::ServiceConfig => {
            return Lowered::NotNeeded(
                Code::NoMeaning,
                format!(
                    "NixOS does not read the folder `{path}`: what it would hold comes from options"
                ),
            );
        }
        Some(lowered) => return lowered,
        None => {}
    }
    if path.split('/').any(|it| it == ".ansible") {
        let why = format!("`{path}` is for what Ansible itself puts there while it runs");
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    if let Some(lowered) = fetched::passing_folder(path, machine) {
        return lowered;
    }
    let mut statement = Statement::default();
    let names = (directory.owner.as_deref(), directory.group.as_deref());
    let rule = |kind| Rule {
        mode: directory.mode,
        user: names.0,
        group: names.1,
        ..Rule::new(kind, path)
    };
    rule("d").state(machine, &mut statement);
    let says_more = directory.mode.is_some() || names.0.is_some() || names.1.is_some();
    if directory.recurse && says_more {
        rule("Z").state(machine, &mut statement);
    }
    if !PASSING.iter().any(|folder| is_below(path, folder)) {
        let owner = [("owner", names.0), ("group", names.1)]
            .iter()
            .filter_map(|(word, name)| name.map(|name| format!(", {word} {name}")))
            .collect::<String>();
        statement.chores.push(Chore {
            topic: carried::DATA.to_owned(),
            text: format!("`{path}`{owner}: carry over what it holds, if it is to be kept"),
        });
    }
    Lowered::Stated(statement)
}

/// Says what makes a folder without a statement of its own.
fn there_anyway(path: &str, directory: &Directory, machine: &Machine) -> Option<Lowered> {
    let says_owner = |name: Option<&str>| name.is_some_and(|it| it != "root" && it != "0");
    let is_plain = !says_owner(directory.owner.as_deref())
        && !says_owner(directory.group.as_deref())
        && directory.mode.is_none_or(|mode| mode.0 == 0o755);
    let so = |why: String| Some(Lowered::NotNeeded(Code::AlreadySo, why));
    if THERE.contains(&path) && (is_plain || path != "/srv") {
        return so(format!("`{path}` is there on every NixOS"));
    }
    if MADE.contains(&path) || DROP_INS.contains(&path) {
        return so(format!(
            "NixOS makes `{path}` where it needs it, with what its options put there"
        ));
    }
    // nixos/modules/config/users-groups.nix: nobody can write there, root included.
    if is_below(path, "/var/empty") {
        return so("`/var/empty` is empty on NixOS, and stays so".to_owned());
    }
    let said = Said {
        mode: directory.mode,
        owner: directory.owner.as_deref(),
        group: directory.group.as_deref(),
    };
    if let Some(lowered) = home(path, &said, directory.recurse, machine) {
        return Some(lowered);
    }
    let holds = machine::files(machine).any(|file| file.path != path && is_below(&file.path, path));
    if below_etc(path).is_some() && is_plain && holds {
        return so("`environment.etc` makes it with the files in it".to_owned());
    }
    None
}

/// What is said of the folder that is somebody's home, which NixOS makes with the user.
fn home(path: &str, said: &Said<'_>, recurse: bool, machine: &Machine) -> Option<Lowered> {
    let user = homes::made_at(path, said, machine)?;
    let mut statement = Statement::default();
    if let Some(mode) = said.mode {
        homes::state(user, mode, &mut statement);
    }
    if recurse && (said.mode.is_some() || said.owner.is_some() || said.group.is_some()) {
        let rule = Rule {
            mode: said.mode,
            user: said.owner,
            group: said.group,
            ..Rule::new("Z", path)
        };
        rule.state(machine, &mut statement);
    }
    if statement.definitions.is_empty() {
        let why = format!(
            "it is the home of `{}`, which is made with the user",
            user.name
        );
        return Some(Lowered::NotNeeded(Code::AlreadySo, why));
    }
    Some(Lowered::Stated(statement))
}

pub(super) fn lower_link(link: &Link, machine: &Machine) -> Lowered {
    if let Some(lowered) = unit_link::lower(link, machine) {
        return lowered;
    }
    if let Some(reason) = program::needs_no_link(&link.path, &link.target) {
        return Lowered::NotNeeded(Code::NoMeaning, reason);
    }
    if let Some(lowered) = out_of_place(&link.path, machine) {
        return lowered;
    }
    let folder = link.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = absolute(folder, &link.target);
    if let Some(why) = paths::out_of_place(&target) {
        return Lowered::manual(
            Code::CannotState,
            format!("it points to `{target}`, which is not on NixOS: {why}"),
        );
    }
    let mut statement = Statement::default();
    match below_etc(&link.path) {
        Some(below) => statement.set(
            OptionPath::new(["environment", "etc", below, "source"]),
            Expr::str(target),
        ),
        None => {
            let rule = Rule {
                argument: vec![StrPart::Literal(doubled(&link.target))],
                ..Rule::new("L+", &link.path)
            };
            rule.state(machine, &mut statement);
        }
    }
    Lowered::Stated(statement)
}

/// Tells whether an owner and permissions keep everybody but root from writing, and give nobody else the file.
fn is_roots(it: &PathMode) -> bool {
    let is_root = |name: &Option<String>| {
        let name = name.as_deref();
        name.is_none_or(|it| matches!(it, "root" | "0" | "wheel"))
    };
    let is_kept = it.mode.is_none_or(|mode| mode.0 & 0o7022 == 0);
    is_root(&it.owner) && is_root(&it.group) && is_kept
}

pub(super) fn lower_mode(it: &PathMode, machine: &Machine) -> Lowered {
    let path = trimmed(&it.path);
    if swap::is_swap_file(path, machine) {
        let reason = "NixOS makes the swap files of `swapDevices` itself, for root alone";
        return Lowered::NotNeeded(Code::AlreadySo, reason.to_owned());
    }
    let is_made = machine::directories(machine).any(|made| trimmed(&made.path) == path);
    let is_of_nixos = below_etc(path).is_some() && !is_made;
    let is_elsewhere = matches!(out_of_place(path, machine), Some(Lowered::NotNeeded(..)));
    if is_of_nixos && !is_elsewhere && is_roots(it) {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            format!("NixOS makes `{path}` itself where it has one, and only root changes it"),
        );
    }
    match out_of_place(path, machine) {
        // What NixOS writes has the rights that it gives it.
        Some(Lowered::Manual(left)) if left.code == Code::ServiceConfig => {
            let why = format!("NixOS writes `{path}` from its options, root's and read-only");
            return Lowered::NotNeeded(Code::NoMeaning, why);
        }
        Some(_) if BOOT.iter().any(|it| is_below(path, it)) => {
            let why = format!("NixOS writes what is below /boot itself: `{path}` is not there");
            return Lowered::NotNeeded(Code::NoMeaning, why);
        }
        Some(lowered) => return lowered,
        None => {}
    }
    if COPIES.contains(&path) {
        let why = format!("nothing on NixOS writes `{path}`");
        return Lowered::NotNeeded(Code::NoMeaning, why);
    }
    let said = Said {
        mode: it.mode,
        owner: it.owner.as_deref(),
        group: it.group.as_deref(),
    };
    if let Some(lowered) = home(path, &said, it.recurse, machine) {
        return lowered;
    }
    if is_of_nixos {
        return Lowered::Manual(
            Left::new(
                Code::CannotState,
                "NixOS makes /etc itself, with the modes that its options say",
            )
            .cure(
                "Where the file is stated by environment.etc, give it mode, user and group there.",
            ),
        );
    }
    if it.mode.is_none() && it.owner.is_none() && it.group.is_none() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "it asks for no mode and no owner".to_owned(),
        );
    }
    let mut statement = Statement::default();
    let rule = Rule {
        mode: it.mode,
        user: it.owner.as_deref(),
        group: it.group.as_deref(),
        ..Rule::new(if it.recurse { "Z" } else { "z" }, path)
    };
    rule.state(machine, &mut statement);
    Lowered::Stated(statement)
}

pub(super) fn lower_removed(it: &RemovedPath, machine: &Machine) -> Lowered {
    let path = trimmed(&it.path);
    if below_etc(path).is_some() || paths::out_of_place(path).is_some() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("`{path}` is never there: nothing here makes it"),
        );
    }
    if THERE.contains(&path) || path.is_empty() {
        return Lowered::manual(Code::CannotState, format!("NixOS needs `{path}`"));
    }
    let mut statement = Statement::default();
    Rule::new("R", path).state(machine, &mut statement);
    Lowered::Stated(statement)
}

fn trimmed(path: &str) -> &str {
    if path == "/" {
        path
    } else {
        path.trim_end_matches('/')
    }
}

/// Resolves a link's target against the folder of the link.
fn absolute(folder: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let mut names: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all};
    use crate::model::{Directory, Link, Mode, PathMode, RemovedPath, Resource, User};

    fn directory(path: &str, mode: Option<u32>, owner: Option<&str>, recurse: bool) -> Resource {
        Resource::Directory(Directory {
            path: path.into(),
            mode: mode.map(Mode),
            owner: owner.map(str::to_owned),
            group: None,
            recurse,
        })
    }

    #[test]
    fn folders_are_made_unless_they_are_there() {
        check(
            directory("/srv/a/", Some(0o750), Some("root"), true),
            r#"
            systemd.tmpfiles.rules += "d /srv/a 0750 root - -";
            systemd.tmpfiles.rules += "Z /srv/a 0750 root - -";
            "#,
        );
        check(
            directory("/var/lib", None, None, false),
            "not-needed: `/var/lib` is there on every NixOS",
        );
        check(
            directory("/etc/varnish/x", None, None, false),
            "not-needed: NixOS does not read the folder `/etc/varnish/x`: what it would hold comes from options",
        );
        let user = Resource::User(User {
            name: "shop".into(),
            uid: Some(2001),
            home: Some("/srv/shop".into()),
            create_home: Some(true),
            system: Some(true),
            ..User::default()
        });
        check_all(
            vec![user, directory("/srv/shop", None, Some("shop"), false)],
            r#"
            users.users.shop.isSystemUser = true;
            users.users.shop.uid = 2001;
            users.groups.shop = { };
            users.users.shop.group = "shop";
            users.users.shop.home = "/srv/shop";
            users.users.shop.createHome = true;
            not-needed: it is the home of `shop`, which is made with the user
            "#,
        );
    }

    #[test]
    fn links_modes_and_removals_are_rules() {
        let link = |path: &str, target: &str| {
            Resource::Link(Link {
                path: path.into(),
                target: target.into(),
            })
        };
        check(
            link("/etc/a/b", "../c"),
            r#"environment.etc."a/b".source = "/etc/c";"#,
        );
        check(
            link("/opt/a", "/opt/a-1"),
            r#"systemd.tmpfiles.rules += "L+ /opt/a - - - - /opt/a-1";"#,
        );
        check(
            link("/opt/a", "/usr/lib/a"),
            "manual: it points to `/usr/lib/a`, which is not on NixOS: programs and libraries live in the Nix store",
        );
        check(
            Resource::PathMode(PathMode {
                path: "/opt/a".into(),
                mode: Some(Mode(0o700)),
                owner: None,
                group: None,
                recurse: false,
            }),
            r#"systemd.tmpfiles.rules += "z /opt/a 0700 - - -";"#,
        );
        let removed = |path: &str| Resource::RemovedPath(RemovedPath { path: path.into() });
        check(
            removed("/etc/a"),
            "not-needed: `/etc/a` is never there: nothing here makes it",
        );
        check(
            removed("/opt/a"),
            r#"systemd.tmpfiles.rules += "R /opt/a - - - -";"#,
        );
    }
}
