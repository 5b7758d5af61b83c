//! Who the service runs as, and the accounts that the recipe makes.
//!
//! A user that the recipe makes is that user. Any other one of the image, root too, is a system user of the service's
//! own: a program of an image has the rights of root in a container, which on a machine would be those over all of it.
//! Not `DynamicUser`: what the service keeps, and the folder of its source, belong to somebody who is there before it.
//!
//! An account of an image is in a world of its own: of it only the name, the group and the home mean something to a
//! machine. Its number may be a person's there, and its other groups have rights over the machine.

use super::layout::{self, Layout, trimmed};
use super::state::machine_path;
use super::{Service, service_name};
use crate::account::Code;
use crate::lower::machine;
use crate::lower::paths::is_below;
use crate::lower::statement::{Lowered, Statement};
use crate::lower::user::BASE_GROUPS;
use crate::model::{Application, Group, Machine, User};
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath};

/// NixOS refuses names of users and groups that are longer.
const LONGEST: usize = 31;

/// Homes that are none.
const NOWHERE: [&str; 5] = ["/", "/dev/null", "/nonexistent", "/root", "/var/empty"];

/// Who runs an application.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Runner<'m> {
    /// A user that the recipe makes and that the image names.
    Named(&'m str),
    /// The one user that the recipe makes: where the image starts as root, its entry point changes to that one.
    Only(&'m str),
    /// A user of the service's own.
    Own,
}

impl<'m> Runner<'m> {
    /// Finds who runs an application that is to run as `user`, among the users of the image.
    pub(super) fn of(user: Option<&str>, image: &'m Machine) -> Runner<'m> {
        if is_root(user) {
            let mut users = machine::users(image).filter(|it| it.name != "root");
            return match (users.next(), users.next()) {
                (Some(only), None) => Runner::Only(&only.name),
                (Some(_) | None, _) => Runner::Own,
            };
        }
        let found = user.and_then(|user| made_user(user, image));
        found.map_or(Runner::Own, Runner::Named)
    }

    pub(super) fn name(&self) -> Option<&'m str> {
        match self {
            Runner::Named(name) | Runner::Only(name) => Some(name),
            Runner::Own => None,
        }
    }
}

fn is_root(user: Option<&str>) -> bool {
    matches!(user, None | Some("root" | "0"))
}

/// Finds a user that the recipe makes, by the name or the number.
pub(super) fn made_user<'m>(user: &str, image: &'m Machine) -> Option<&'m str> {
    let number: Option<u32> = user.parse().ok();
    let is_it = |it: &&User| it.name == user || (number.is_some() && it.uid == number);
    machine::users(image)
        .find(is_it)
        .map(|it| it.name.as_str())
        .filter(|it| *it != "root")
}

/// Finds a group that the recipe makes, by the name or the number.
pub(super) fn made_group<'m>(group: &str, image: &'m Machine) -> Option<&'m str> {
    let number: Option<u32> = group.parse().ok();
    let is_it = |it: &&Group| it.name == group || (number.is_some() && it.gid == number);
    machine::groups(image)
        .find(is_it)
        .map(|it| it.name.as_str())
        .filter(|it| !BASE_GROUPS.contains(it))
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
    let runner = Runner::of(user, service.machine);
    if let Some(name) = runner.name() {
        if runner == Runner::Only(name) {
            statement.assume(format!(
                "`{name}`, whom the recipe makes, runs `{}`",
                service.name
            ));
        }
        statement.set(config.child("User"), Expr::str(name));
        if let Some(group) = group.and_then(|it| made_group(it, service.machine)) {
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
    statement.set(group_path(name), Expr::Attrs(Vec::new()));
    statement
}

pub(super) fn account_name(service: &str) -> &str {
    let cut = service.get(..LONGEST).unwrap_or(service);
    cut.trim_end_matches('-')
}

/// Tells whether a user, or a group, is one that the module of a service makes for it.
pub(in crate::lower) fn has_account(name: &str, machine: &Machine) -> bool {
    machine::applications(machine).any(|(_, it)| account_name(&service_name(&it.name)) == name)
}

fn group_path(name: &str) -> OptionPath {
    OptionPath::new(["users", "groups", name])
}

/// A user that the recipe makes: a system user with a group, and with a home where the image has one.
pub(super) fn lower_user(user: &User, image: &Machine) -> Lowered {
    if matches!(user.name.as_str(), "root" | "nobody") {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!(
                "the machine has its own `{}`, which no service changes",
                user.name
            ),
        );
    }
    let mut statement = Statement::default();
    let path = OptionPath::new(["users", "users", &user.name]);
    // A number is of files alone: without any that are carried over, nothing has it.
    if let (Some(uid), Some((service, folders))) = (user.uid, volumes(image)) {
        statement.assume(format!(
            "`{}` has the number {uid} only in the image",
            user.name
        ));
        statement.chores.push(Chore {
            topic: format!("Service {service}"),
            text: format!(
                "`{}` has the number {uid} in the image and another one here: `chown -R {}` what of {folders} is carried over",
                user.name, user.name
            ),
        });
    }
    let strange: Vec<String> = user
        .groups
        .iter()
        .filter(|it| made_group(it, image).is_none())
        .map(|it| format!("`{it}`"))
        .collect();
    if !strange.is_empty() {
        statement.assume(format!(
            "`{}` is in {} only in the image: no service needs such rights over a machine",
            user.name,
            strange.join(" and ")
        ));
    }
    statement.set(path.child("isSystemUser"), Expr::Bool(true));
    let own = user.group.as_deref().and_then(|it| made_group(it, image));
    let group = own.unwrap_or(&user.name);
    statement.set(path.child("group"), Expr::str(group));
    statement.set(group_path(group), Expr::Attrs(Vec::new()));
    let others = user.groups.iter().filter_map(|it| made_group(it, image));
    for group in others.filter(|it| *it != group) {
        statement.add(path.child("extraGroups"), Expr::str(group));
        statement.set(group_path(group), Expr::Attrs(Vec::new()));
    }
    let comment = user.comment.as_deref().unwrap_or_default();
    if !comment.is_empty() && !comment.contains([':', '\n']) {
        statement.set(path.child("description"), Expr::str(comment));
    }
    if let Some(home) = home(user, image) {
        statement.set(path.child("home"), Expr::str(home.path));
        if home.is_made {
            statement.set(path.child("createHome"), Expr::Bool(true));
        }
    }
    Lowered::Stated(statement)
}

/// A group that the recipe makes.
pub(super) fn lower_group(group: &Group, image: &Machine) -> Lowered {
    if BASE_GROUPS.contains(&group.name.as_str()) {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("every NixOS has the group `{}`", group.name),
        );
    }
    let mut statement = Statement::default();
    if let (Some(gid), true) = (group.gid, volumes(image).is_some()) {
        statement.assume(format!(
            "`{}` has the number {gid} only in the image",
            group.name
        ));
    }
    statement.set(group_path(&group.name), Expr::Attrs(Vec::new()));
    Lowered::Stated(statement)
}

struct Home {
    path: String,
    /// The account makes it.
    is_made: bool,
}

/// Returns the home of a user where it is a folder of its own: neither that of the application nor one that is no folder.
fn home(user: &User, image: &Machine) -> Option<Home> {
    let usual = format!("/home/{}", user.name);
    let given = user.home.as_deref().map(trimmed);
    let path = given.clone().unwrap_or(usual);
    let is_there = machine::directories(image).any(|it| trimmed(&it.path) == path);
    let is_made = user.create_home.unwrap_or(false) || is_there;
    if NOWHERE.contains(&path.as_str()) || (given.is_none() && !is_made) {
        return None;
    }
    let layouts =
        machine::applications(image).map(|(_, it)| Layout::of(it, image, &service_name(&it.name)));
    for layout in layouts {
        if let Some(kept) = layout.kept.iter().find(|it| it.path == path) {
            return Some(Home {
                path: machine_path(kept),
                is_made: false,
            });
        }
        // Whoever builds the application puts its folder there.
        let root = layout.root.as_deref();
        if root.is_some_and(|root| is_below(&path, root) || is_below(root, &path)) {
            return None;
        }
    }
    Some(Home { path, is_made })
}

/// Names the user whose account makes a folder of the image.
pub(super) fn whose_home<'m>(path: &str, image: &'m Machine) -> Option<&'m str> {
    let path = layout::trimmed(path);
    let is_its = |user: &&User| {
        let home = home(user, image);
        home.is_some_and(|it| it.is_made && it.path == path)
    };
    machine::users(image)
        .find(is_its)
        .map(|it| it.name.as_str())
}

/// Returns the service of an image, and what it keeps, for people.
fn volumes(image: &Machine) -> Option<(String, String)> {
    let (_, application) = machine::applications(image).next()?;
    let Application { name, state, .. } = application;
    let folders: Vec<String> = state.iter().map(|it| format!("`{}`", it.value)).collect();
    (!folders.is_empty()).then(|| (service_name(name), folders.join(" and ")))
}
