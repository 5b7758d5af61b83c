//! `Membership`: a user in `users.users.<name>.extraGroups`.

use super::machine;
use super::statement::{Lowered, Statement};
use super::user::{declare_group, group_name};
use crate::account::Code;
use crate::model::{Machine, Membership};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(membership: &Membership, machine: &Machine) -> Lowered {
    let Membership { group, user } = membership;
    let made = user == "root" || machine::users(machine).any(|it| it.name == *user);
    if !made {
        return Lowered::manual_with_cure(
            Code::CannotState,
            format!("`{user}` is a member of `{group}`, and no user of this configuration"),
            format!(
                "add the group to extraGroups of the user that does the work of `{user}` on NixOS"
            ),
        );
    }
    let mut statement = Statement::default();
    let name = group_name(group, machine, &mut statement);
    declare_group(&name, user, machine, &mut statement);
    let path = OptionPath::new(["users", "users", user, "extraGroups"]);
    statement.add(path, Expr::str(name));
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all};
    use crate::model::{Membership, Resource, User};

    fn member(group: &str, user: &str) -> Resource {
        Resource::Membership(Membership {
            group: group.into(),
            user: user.into(),
        })
    }

    #[test]
    fn a_member_has_the_group_besides_its_own() {
        let bob = Resource::User(User {
            name: "bob".into(),
            uid: Some(1000),
            group: Some("users".into()),
            ..User::default()
        });
        check_all(
            vec![bob, member("adm", "bob"), member("sudo", "bob")],
            r#"
            users.users.bob.isNormalUser = true;
            users.users.bob.uid = 1000;
            users.users.bob.extraGroups += "adm";
            users.users.bob.extraGroups += "wheel";
            assumed: the group `sudo` is `wheel` on NixOS
            "#,
        );
    }

    #[test]
    fn who_is_no_user_is_left() {
        check(
            member("shop", "carl"),
            "manual: `carl` is a member of `shop`, and no user of this configuration",
        );
    }
}
