//! Who the service runs as.
//!
//! A user that the recipe makes is that user. Any other one of the image, root too, is a system user of the service's
//! own: a program of an image has the rights of root in a container, which on a machine would be those over all of it.
//! Not `DynamicUser`: what the service keeps, and the folder of its source, belong to somebody who is there before it.

use super::Service;
use crate::lower::machine;
use crate::lower::statement::Statement;
use crate::model::Resource;
use crate::nix::Expr;
use crate::plan::OptionPath;

/// NixOS refuses names of users and groups that are longer.
const LONGEST: usize = 31;

/// Returns the user that the recipe makes, where it makes just one.
fn only_user<'s>(service: &Service<'s>) -> Option<&'s str> {
    let entries = service.machine.entries.iter();
    let mut users = entries
        .filter(|entry| entry.part == service.entry.part)
        .filter_map(|entry| {
            if let Resource::User(user) = &entry.resource {
                Some(user.name.as_str())
            } else {
                None
            }
        });
    let only = users.next()?;
    users.next().is_none().then_some(only)
}

/// States user and group of the unit, and makes them where nothing else does.
pub(super) fn lower(user: Option<&str>, group: Option<&str>, service: &Service<'_>) -> Statement {
    let mut statement = Statement::default();
    let config = service.unit().child("serviceConfig");
    let (user, own_group) = match user {
        Some(user) => user
            .split_once(':')
            .map_or((Some(user), None), |(user, group)| {
                (Some(user), Some(group))
            }),
        None => (None, None),
    };
    let group = group.or(own_group);
    let made = user.filter(|name| machine::users(service.machine).any(|it| it.name == *name));
    // Where the image starts as root, its entry point changes to the one user that the recipe makes.
    let only = match user {
        None | Some("root" | "0") => only_user(service),
        Some(_) => None,
    };
    if let Some(name) = made.filter(|it| *it != "root").or(only) {
        if only.is_some() {
            statement.assume(format!(
                "`{name}`, whom the recipe makes, runs `{}`",
                service.name
            ));
        }
        statement.set(config.child("User"), Expr::str(name));
        let made_group =
            group.filter(|name| machine::groups(service.machine).any(|it| it.name == *name));
        if let Some(group) = made_group {
            statement.set(config.child("Group"), Expr::str(group));
        }
        return statement;
    }
    let name = account_name(&service.name);
    match user {
        None | Some("root" | "0") => {
            statement.assume(format!("`{name}` does not need the rights of root"));
        }
        Some(user) => statement.assume(format!("the user `{user}` of the image is `{name}` here")),
    }
    let clauses = statement.recent();
    statement.set(config.child("User"), Expr::str(name));
    statement.about_last(clauses.clone());
    statement.set(config.child("Group"), Expr::str(name));
    statement.about_last(clauses);
    let account = OptionPath::new(["users", "users", name]);
    statement.set(account.child("isSystemUser"), Expr::Bool(true));
    statement.set(account.child("group"), Expr::str(name));
    if service.keeps_home() {
        statement.set(account.child("home"), Expr::str(service.home()));
    }
    statement.set(
        OptionPath::new(["users", "groups", name]),
        Expr::Attrs(Vec::new()),
    );
    statement
}

fn account_name(service: &str) -> &str {
    let cut = service.get(..LONGEST).unwrap_or(service);
    cut.trim_end_matches('-')
}
