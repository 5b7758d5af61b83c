//! `User` and `Group`: `users.users` and `users.groups`.
//!
//! What is said is what differs from what `isNormalUser` and `isSystemUser` bring (nixos/modules/config/users-groups.nix).

use super::base_accounts;
use super::brought::named;
use super::carried::{DATA, HOMES, USERS};
use super::machine;
use super::program;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Family, Group, Machine, Resource, User};
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath, Secret, SecretPart};

/// Groups that every NixOS has, with their own numbers.
pub(super) const BASE_GROUPS: [&str; 26] = [
    "adm",
    "audio",
    "cdrom",
    "clock",
    "dialout",
    "disk",
    "floppy",
    "input",
    "kmem",
    "kvm",
    "lp",
    "nixbld",
    "nogroup",
    "render",
    "root",
    "sgx",
    "shadow",
    "systemd-journal",
    "tape",
    "tty",
    "users",
    "utmp",
    "uucp",
    "video",
    "wheel",
    "systemd-network",
];

/// The groups whose members are administrators on other systems, where nothing else says what they may do.
const ADMINS: [&str; 2] = ["sudo", "admin"];

pub(super) fn lower_user(user: &User, machine: &Machine) -> Lowered {
    if user.name == "nobody" {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "every NixOS has the user `nobody`".to_owned(),
        );
    }
    let mut statement = Statement::default();
    let base = OptionPath::new(["users", "users", &user.name]);
    if user.name != "root" {
        identity(user, &base, machine, &mut statement);
    }
    groups(user, &base, machine, &mut statement);
    shell(user, &base, &mut statement);
    password(user, &base, &mut statement);
    if statement.definitions.is_empty() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("every NixOS has the user `{}`", user.name),
        );
    }
    Lowered::Stated(statement)
}

pub(super) fn lower_group(group: &Group, machine: &Machine) -> Lowered {
    if BASE_GROUPS.contains(&group.name.as_str()) {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("every NixOS has the group `{}`", group.name),
        );
    }
    let owns = machine::stated(machine).any(|it| {
        let is_member = matches!(it.resource, Resource::User(_) | Resource::Membership(_));
        !is_member && named(&it.resource).1.contains(&group.name)
    });
    if let Some(admin) = admin_group(&group.name, machine).filter(|_| !owns) {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!(
                "what the group `{}` is for, NixOS has the group `{admin}` for",
                group.name
            ),
        );
    }
    let mut statement = Statement::default();
    let path = OptionPath::new(["users", "groups", &group.name]);
    let numbered = machine::groups(machine).any(|it| it.name == group.name && it.gid.is_some());
    match group.gid {
        Some(gid) => statement.set(path.child("gid"), Expr::Int(i64::from(gid))),
        None if numbered => {
            return Lowered::NotNeeded(
                Code::AlreadySo,
                "the group is stated with its number elsewhere".to_owned(),
            );
        }
        None => statement.set(path, Expr::Attrs(Vec::new())),
    }
    Lowered::Stated(statement)
}

/// Makes a user that others only refer to, so that the configuration is whole.
pub(super) fn presume(name: &str, machine: &Machine, statement: &mut Statement) {
    let made = machine::users(machine).any(|user| user.name == name);
    if name == "root" || made {
        return;
    }
    statement.assume(format!("`{name}` is a user who logs in"));
    let path = OptionPath::new(["users", "users", name, "isNormalUser"]);
    statement.share(path, Expr::Bool(true));
}

/// Returns the user of the machine who has this home.
pub(super) fn at_home(home: &str, machine: &Machine) -> Option<String> {
    if home == "/root" {
        return Some("root".to_owned());
    }
    let has_home = |user: &&User| match &user.home {
        Some(own) => own.trim_end_matches('/') == home,
        None => home.strip_prefix("/home/") == Some(user.name.as_str()),
    };
    machine::users(machine)
        .find(has_home)
        .map(|user| user.name.clone())
}

/// Returns the name that an administrators' group has on NixOS.
pub(super) fn admin_group(name: &str, machine: &Machine) -> Option<&'static str> {
    // Debian's base has `sudo`: who makes sure that it is there makes no other one.
    let made = name != "sudo" && machine::groups(machine).any(|it| it.name == name);
    let is_debian = matches!(machine.family, Family::Debian | Family::Other);
    (ADMINS.contains(&name) && !made && is_debian).then_some("wheel")
}

fn identity(user: &User, base: &OptionPath, machine: &Machine, statement: &mut Statement) {
    let is_of_service = is_of_service(user, machine);
    let is_system = is_of_service || is_system(user);
    if is_of_service {
        statement.assume(format!("`{}` is an account of the system alone", user.name));
    }
    let kind = if is_system {
        "isSystemUser"
    } else {
        "isNormalUser"
    };
    statement.set(base.child(kind), Expr::Bool(true));
    if let Some(uid) = user.uid {
        statement.set(base.child("uid"), Expr::Int(i64::from(uid)));
    } else {
        statement.chores.push(Chore {
            topic: USERS.to_owned(),
            text: format!("`{}`", user.name),
        });
    }
    let group = match &user.group {
        Some(group) => group_name(group, machine, statement),
        None => user.name.clone(),
    };
    declare_group(&group, &user.name, machine, statement);
    if is_system || group != "users" {
        statement.set(base.child("group"), Expr::str(group));
    }
    if let Some(comment) = user.comment.as_deref().filter(|it| !it.is_empty()) {
        if comment.contains([':', '\n']) {
            let reason = format!(
                "the comment of `{}` holds a colon or a line break",
                user.name
            );
            statement.left.push(Left::new(Code::CannotState, reason));
        } else {
            statement.set(base.child("description"), Expr::str(comment));
        }
    }
    if !is_of_service {
        home(user, base, is_system, statement);
    }
}

/// The groups besides the user's own.
pub(super) fn groups(user: &User, base: &OptionPath, machine: &Machine, statement: &mut Statement) {
    let own = user.group.as_deref().unwrap_or(&user.name);
    for group in user.groups.iter().filter(|it| *it != own) {
        statement.recent();
        let name = group_name(group, machine, statement);
        let clauses = statement.recent();
        declare_group(&name, &user.name, machine, statement);
        statement.add(base.child("extraGroups"), Expr::str(name));
        statement.about_last(clauses);
    }
}

/// Homes of accounts that have none.
const NO_HOMES: [&str; 8] = [
    "",
    "/bin",
    "/dev/null",
    "/nonexistent",
    "/proc",
    "/run",
    "/usr/games",
    "/var/empty",
];

fn home(user: &User, base: &OptionPath, is_system: bool, statement: &mut Statement) {
    let usual = format!("/home/{}", user.name);
    let home = user.home.as_deref().map(|it| it.trim_end_matches('/'));
    // A source that says nothing of the home makes one.
    let makes = user.create_home.unwrap_or(true);
    match home {
        Some(home) if is_system || home != usual => {
            statement.set(
                base.child("home"),
                Expr::str(if home.is_empty() { "/" } else { home }),
            );
        }
        None if is_system && makes => statement.set(base.child("home"), Expr::str(usual.clone())),
        Some(_) | None => {}
    }
    if makes && is_system {
        statement.set(base.child("createHome"), Expr::Bool(true));
    } else if !makes && !is_system {
        statement.set(base.child("createHome"), Expr::Bool(false));
    }
    // A home of a service, which the old machine had from elsewhere, holds something as well.
    let is_there = is_system && home.is_some_and(|it| !NO_HOMES.contains(&it));
    if makes || is_there {
        let home = home.unwrap_or(&usual);
        let uid = user
            .uid
            .map_or_else(String::new, |uid| format!(" (uid {uid})"));
        let chore = if is_system {
            Chore {
                topic: DATA.to_owned(),
                text: format!(
                    "`{home}`, the home of `{}`{uid}: carry over what it holds, if it is to be kept",
                    user.name
                ),
            }
        } else {
            Chore {
                topic: HOMES.to_owned(),
                text: format!("`{home}` of `{}`{uid}", user.name),
            }
        };
        statement.chores.push(chore);
    }
}

fn is_system(user: &User) -> bool {
    if let Some(uid) = user.uid
        && uid < 1000
    {
        return true;
    }
    user.system
        .unwrap_or_else(|| user.shell.as_deref().is_some_and(is_no_shell) && user.uid.is_none())
}

/// Tells whether a user of whom only groups are said is the account that a package made for its service.
fn is_of_service(user: &User, machine: &Machine) -> bool {
    let rest = User {
        name: user.name.clone(),
        groups: user.groups.clone(),
        ..User::default()
    };
    *user == rest && base_accounts::is_of_packages(&user.name, machine)
}

fn is_no_shell(shell: &str) -> bool {
    shell.ends_with("/nologin") || shell.ends_with("/false")
}

/// A group by its name; a number is looked up among the groups of the machine.
pub(super) fn group_name(group: &str, machine: &Machine, statement: &mut Statement) -> String {
    if let Ok(gid) = group.parse::<u32>() {
        let found = machine::groups(machine).find(|it| it.gid == Some(gid));
        return match found {
            Some(found) => found.name.clone(),
            None => {
                let name = format!("gid-{gid}");
                statement.assume(format!(
                    "the group with the number {gid} may be called `{name}`"
                ));
                let path = OptionPath::new(["users", "groups", &name, "gid"]);
                statement.share(path, Expr::Int(i64::from(gid)));
                name
            }
        };
    }
    if let Some(admin) = admin_group(group, machine) {
        statement.assume(format!("the group `{group}` is `{admin}` on NixOS"));
        return admin.to_owned();
    }
    group.to_owned()
}

pub(super) fn declare_group(name: &str, user: &str, machine: &Machine, statement: &mut Statement) {
    let made = machine::groups(machine).any(|it| it.name == name)
        || BASE_GROUPS.contains(&name)
        || name.starts_with("gid-");
    if made {
        return;
    }
    let path = OptionPath::new(["users", "groups", name]);
    if name == user {
        statement.set(path, Expr::Attrs(Vec::new()));
    } else {
        statement.share(path, Expr::Attrs(Vec::new()));
    }
}

/// Packages of which nixpkgs says which of their programs is the shell (`passthru.shellPath`).
const SHELLS: [(&str, &str); 7] = [
    ("csh", "tcsh"),
    ("dash", "dash"),
    ("elvish", "elvish"),
    ("ksh", "ksh"),
    ("mksh", "mksh"),
    ("nu", "nushell"),
    ("tcsh", "tcsh"),
];

pub(super) fn shell(user: &User, base: &OptionPath, statement: &mut Statement) {
    let Some(shell) = user.shell.as_deref() else {
        return;
    };
    let is_system = is_system(user) && user.name != "root";
    let name = shell.rsplit('/').next().unwrap_or(shell);
    let path = base.child("shell");
    match name {
        "nologin" | "false" if is_system => {}
        "nologin" | "false" => statement.set(path, Expr::package("shadow")),
        "bash" if is_system => statement.set(path, Expr::package("bashInteractive")),
        "bash" => {}
        "sh" => statement.set(path, Expr::str("/bin/sh")),
        "zsh" | "fish" => {
            statement.share(
                OptionPath::new(["programs", name, "enable"]),
                Expr::Bool(true),
            );
            statement.set(path, Expr::package(name));
        }
        _ => match SHELLS.iter().find(|it| it.0 == name) {
            Some((_, package)) => statement.set(path, Expr::package(package)),
            None => {
                let expr = program::splice(shell).told(statement);
                statement.set(path, expr);
            }
        },
    }
}

/// A password never stands in the output: its hash is read from a file that a person makes.
pub(super) fn password(user: &User, base: &OptionPath, statement: &mut Statement) {
    let mark = user.password.as_ref().and_then(|it| it.plain());
    let no_login = mark.is_some_and(|it| matches!(it, "!" | "!!" | "*" | "x"));
    if user.locked || no_login {
        statement.set(base.child("hashedPassword"), Expr::str("!"));
        return;
    }
    let Some(password) = &user.password else {
        return;
    };
    if mark == Some("") {
        return;
    }
    let path = format!("/run/secrets/{}-password", user.name);
    statement.assume(format!("the hash of the password is put into `{path}`"));
    statement.set(base.child("hashedPasswordFile"), Expr::str(path.clone()));
    let from = password
        .worst_hole()
        .map_or("the password", |hole| hole.what.as_str());
    let what = format!("{from}: its hash on one line, as `mkpasswd` prints it");
    statement.secrets.push(Secret {
        path,
        content: vec![SecretPart::Hole(what)],
        used_by: format!(
            "the user `{}`; it is read when users are made, early in the activation",
            user.name
        ),
        is_early: true,
        ..Secret::default()
    });
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all};
    use crate::model::{AuthorizedKey, Group, Resource, User};

    #[test]
    fn a_person_is_a_normal_user() {
        check(
            Resource::User(User {
                name: "alice".into(),
                uid: Some(1001),
                groups: vec!["sudo".into(), "docker".into()],
                comment: Some("Alice".into()),
                shell: Some("/usr/bin/zsh".into()),
                password: Some("$6$x".into()),
                ..User::default()
            }),
            r#"
            users.users.alice.isNormalUser = true;
            users.users.alice.uid = 1001;
            users.groups.alice = { };
            users.users.alice.group = "alice";
            users.users.alice.description = "Alice";
            users.users.alice.extraGroups += "wheel";
            users.users.alice.extraGroups += "docker";
            users.groups.docker = { };
            programs.zsh.enable = true;
            users.users.alice.shell = pkgs.zsh;
            users.users.alice.hashedPasswordFile = "/run/secrets/alice-password";
            /run/secrets/alice-password: <secret: the password: its hash on one line, as `mkpasswd` prints it>
            assumed: the group `sudo` is `wheel` on NixOS; the hash of the password is put into `/run/secrets/alice-password`
            "#,
        );
    }

    #[test]
    fn an_account_of_a_service_is_a_system_user() {
        check(
            Resource::User(User {
                name: "shop".into(),
                uid: Some(2001),
                home: Some("/srv/shop".into()),
                shell: Some("/usr/sbin/nologin".into()),
                system: Some(true),
                ..User::default()
            }),
            r#"
            users.users.shop.isSystemUser = true;
            users.users.shop.uid = 2001;
            users.groups.shop = { };
            users.users.shop.group = "shop";
            users.users.shop.home = "/srv/shop";
            users.users.shop.createHome = true;
            "#,
        );
    }

    #[test]
    fn root_is_there() {
        let root = |locked| {
            Resource::User(User {
                name: "root".into(),
                locked,
                shell: Some("/bin/bash".into()),
                ..User::default()
            })
        };
        check(root(false), "not-needed: every NixOS has the user `root`");
        check(root(true), r#"users.users.root.hashedPassword = "!";"#);
    }

    #[test]
    fn groups_have_their_numbers() {
        let group = |name: &str, gid| {
            Resource::Group(Group {
                name: name.into(),
                gid,
            })
        };
        check(group("shop", Some(2001)), "users.groups.shop.gid = 2001;");
        check(group("shop", None), "users.groups.shop = { };");
        check(
            group("adm", Some(4)),
            "not-needed: every NixOS has the group `adm`",
        );
        check(
            group("sudo", None),
            "not-needed: what the group `sudo` is for, NixOS has the group `wheel` for",
        );
        let user = Resource::User(User {
            name: "b".into(),
            system: Some(true),
            uid: Some(2002),
            group: Some("2001".into()),
            shell: Some("/usr/sbin/nologin".into()),
            create_home: Some(false),
            ..User::default()
        });
        check_all(
            vec![user, group("shop", Some(2001))],
            r#"
            users.users.b.isSystemUser = true;
            users.users.b.uid = 2002;
            users.users.b.group = "shop";
            users.groups.shop.gid = 2001;
            "#,
        );
    }

    #[test]
    fn keys_belong_to_users() {
        let key = |user: &str| {
            Resource::AuthorizedKey(AuthorizedKey {
                user: user.into(),
                key: "ssh-ed25519 AAAA x\n".into(),
            })
        };
        check(
            key("root"),
            r#"users.users.root.openssh.authorizedKeys.keys += "ssh-ed25519 AAAA x";"#,
        );
        check(
            key("deploy"),
            r#"
            users.users.deploy.isNormalUser = true;
            users.users.deploy.openssh.authorizedKeys.keys += "ssh-ed25519 AAAA x";
            assumed: `deploy` is a user who logs in
            "#,
        );
    }
}
