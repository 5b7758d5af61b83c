//! Who can log in: what a person has to do before the switch, else nobody gets in after it.
//!
//! NixOS asks nothing of users without a key or a password: they are there, and locked (nixos/modules/config/users-groups.nix).

use super::carried::ACCESS;
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath, Plan, Setting};

/// Options of a user that are a password, and what they are of one who has none.
const PASSWORDS: [&str; 6] = [
    "hashedPassword",
    "hashedPasswordFile",
    "initialHashedPassword",
    "initialPassword",
    "password",
    "passwordFile",
];
const LOCKED: [&str; 3] = ["!", "!!", "*"];

/// Adds the chore of letting somebody in, where the plan has sshd and lets nobody in.
pub(super) fn chores(plan: &mut Plan) {
    let is = |option: &str, value: bool| match plan.get(&OptionPath::parse(option)) {
        Some(Setting::One(one)) => one.expr == Expr::Bool(value),
        Some(Setting::Elements(_)) | None => false,
    };
    if !is("services.openssh.enable", true) {
        return;
    }
    let asks_for_keys = is("services.openssh.settings.PasswordAuthentication", false);
    let mut keys = false;
    let mut passwords = false;
    for (path, setting) in plan.settings() {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        match names.as_slice() {
            ["users", "users", _, "openssh", "authorizedKeys", ..] => keys = true,
            ["users", "users", name, option] if PASSWORDS.contains(option) => {
                // root logs in with a key alone, unless the source says otherwise.
                let is_locked = |expr: &Expr| expr.as_str().is_some_and(|it| LOCKED.contains(&it));
                passwords |=
                    *name != "root" && setting.definitions().iter().any(|it| !is_locked(&it.expr));
            }
            ["environment", "etc", file, ..] if file.starts_with("ssh/authorized_keys") => {
                keys = true;
            }
            [
                "services",
                "openssh",
                "authorizedKeysFiles" | "authorizedKeysCommand",
            ] => keys = true,
            _ => {}
        }
    }
    if keys || (passwords && !asks_for_keys) {
        return;
    }
    let why = if passwords {
        "sshd takes keys alone, and no user has one here"
    } else {
        "no user has a key or a password here"
    };
    plan.chores.push(Chore {
        topic: ACCESS.to_owned(),
        text: format!(
            "nobody can log in over ssh: {why}. Give one before the switch, as in `users.users.root.openssh.authorizedKeys.keys = [ \"ssh-ed25519 AAAA...\" ];`; what is in `~/.ssh/authorized_keys` of the old machine is not part of the configuration"
        ),
    });
}

#[cfg(test)]
mod tests {
    use super::chores;
    use crate::lower::tests::plan;
    use crate::nix::Expr;

    fn check(options: &[(&str, Expr)], expected: &str) {
        let mut plan = plan(options);
        chores(&mut plan);
        let found = plan.chores.first().map_or("", |it| it.text.as_str());
        assert!(found.contains(expected), "{found}");
        assert_eq!(found.is_empty(), expected.is_empty());
    }

    #[test]
    fn somebody_has_to_get_in() {
        let sshd = || ("services.openssh.enable", Expr::Bool(true));
        let keys_alone = (
            "services.openssh.settings.PasswordAuthentication",
            Expr::Bool(false),
        );
        let password = (
            "users.users.a.hashedPasswordFile",
            Expr::str("/run/secrets/a"),
        );
        check(&[], "");
        check(&[sshd()], "no user has a key or a password");
        check(&[sshd(), password.clone()], "");
        check(&[sshd(), password, keys_alone], "sshd takes keys alone");
        check(
            &[
                sshd(),
                (
                    "users.users.a.openssh.authorizedKeys.keys",
                    Expr::strs(["ssh-rsa A"]),
                ),
            ],
            "",
        );
    }
}
