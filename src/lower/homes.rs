//! Homes: NixOS gives each home that it makes its mode and its owner anew at every activation, 0700 where nothing is said.
//!
//! nixos/modules/config/update-users-groups.pl does so with `homeMode`; a rule of systemd-tmpfiles for the same folder
//! would change it after each one. So what a source says of such a folder is the user's `homeMode`, and a home from which
//! another service reads is open to it, as it was on the system that the source was written for.

use super::machine;
use super::paths::is_below;
use super::statement::Statement;
use crate::model::{Machine, Mode, User};
use crate::nix::{Expr, StrPart};
use crate::plan::{OptionPath, Plan, Setting};

/// What others may have to read, below a folder.
const OPEN: &str = "755";

/// A folder that a service reads.
#[derive(Debug)]
pub(super) struct Served {
    path: String,
    by: String,
}

/// What a source says of a folder that is somebody's home.
#[derive(Debug)]
pub(super) struct Said<'a> {
    pub(super) mode: Option<Mode>,
    pub(super) owner: Option<&'a str>,
    pub(super) group: Option<&'a str>,
}

/// Returns the home of a user, where NixOS makes it.
fn home(user: &User) -> Option<String> {
    if user.name == "root" || user.create_home == Some(false) {
        return None;
    }
    Some(match &user.home {
        Some(home) => home.trim_end_matches('/').to_owned(),
        None => format!("/home/{}", user.name),
    })
}

/// Returns the user whose home NixOS makes at a path, where what is said of the folder is the user's own.
pub(super) fn made_at<'m>(path: &str, said: &Said<'_>, machine: &'m Machine) -> Option<&'m User> {
    let user = machine::users(machine).find(|user| home(user).as_deref() == Some(path))?;
    let number = user.uid.map(|it| it.to_string());
    let own_group = user.group.as_deref().unwrap_or(&user.name);
    let is_owner = |it: &str| it == user.name || Some(it) == number.as_deref();
    let is_own = said.owner.is_none_or(is_owner)
        && said
            .group
            .is_none_or(|it| it == own_group || it == user.name);
    is_own.then_some(user)
}

/// States the mode of a home.
pub(super) fn state(user: &User, mode: Mode, statement: &mut Statement) {
    let octal = mode.octal();
    let octal = octal.trim_start_matches('0');
    let octal = if octal.is_empty() { "0" } else { octal };
    statement.set(option(user), Expr::str(octal));
}

fn option(user: &User) -> OptionPath {
    OptionPath::new(["users", "users", &user.name, "homeMode"])
}

/// Opens a home to the service that reads in it, unless the source says the mode itself.
pub(super) fn open(user: &User, machine: &Machine, served: &[Served], statement: &mut Statement) {
    let Some(home) = home(user) else {
        return;
    };
    let is_home = |path: &str| path.trim_end_matches('/') == home;
    let says_mode = machine::directories(machine).any(|it| is_home(&it.path) && it.mode.is_some())
        || machine::modes(machine).any(|it| is_home(&it.path) && it.mode.is_some());
    let reader = served
        .iter()
        .find(|it| is_below(&it.path, &home) && it.by != user.name);
    if let (Some(reader), false) = (reader, says_mode) {
        let clause = format!(
            "`{}` reads `{}`, so the home of `{}` is open to it: NixOS's own mode is 0700",
            reader.by, reader.path, user.name
        );
        statement.recent();
        statement.assume(clause.clone());
        statement.set(option(user), Expr::str(OPEN));
        statement.about_last(vec![clause]);
    }
}

/// Finds the folders of a plan that services read: web roots, and the folders in which units work.
pub(super) fn served(plan: &Plan) -> Vec<Served> {
    let mut found = Vec::new();
    for (path, setting) in plan.settings() {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        let by = match names.as_slice() {
            [
                "services",
                "nginx",
                "virtualHosts",
                ..,
                "root" | "alias" | "extraConfig",
            ]
            | ["services", "nginx", "appendHttpConfig"] => "nginx".to_owned(),
            [
                "services",
                "httpd",
                "virtualHosts",
                ..,
                "documentRoot" | "extraConfig",
            ] => "httpd".to_owned(),
            [
                "systemd",
                "services",
                unit,
                "serviceConfig",
                "WorkingDirectory",
            ] => match user_of(plan, unit) {
                Some(user) => user,
                None => continue,
            },
            _ => continue,
        };
        for definition in setting.definitions() {
            let paths = folders(&definition.expr).into_iter();
            found.extend(paths.map(|path| Served {
                path,
                by: by.clone(),
            }));
        }
    }
    found
}

/// The user that a unit runs as; none where it is root, who reads everything.
fn user_of(plan: &Plan, unit: &str) -> Option<String> {
    let path = OptionPath::new(["systemd", "services", unit, "serviceConfig", "User"]);
    let Some(Setting::One(one)) = plan.get(&path) else {
        return None;
    };
    one.expr
        .as_str()
        .filter(|it| !matches!(*it, "root" | "0"))
        .map(str::to_owned)
}

/// The folders that an option names: itself, or the directives of a text that say what is served.
fn folders(expr: &Expr) -> Vec<String> {
    const DIRECTIVES: [&str; 3] = ["root", "alias", "DocumentRoot"];
    let Expr::Str(parts) = expr else {
        return Vec::new();
    };
    let mut texts = parts.iter().filter_map(|part| match part {
        StrPart::Literal(text) => Some(text.as_str()),
        StrPart::Splice(_) => None,
    });
    if let (Some(path), 1) = (expr.as_str(), parts.len())
        && path.starts_with('/')
        && !path.contains(['\n', ';'])
    {
        return vec![path.to_owned()];
    }
    let mut found = Vec::new();
    for line in texts.by_ref().flat_map(str::lines) {
        let mut words = line.split_whitespace();
        if words.next().is_some_and(|it| DIRECTIVES.contains(&it))
            && let Some(path) = words.next()
        {
            found.push(path.trim_matches(['"', ';']).to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Directory, Mode, PathMode, Resource, Unit, UnitSection, User};

    fn user(name: &str, home: Option<&str>) -> Resource {
        Resource::User(User {
            name: name.into(),
            uid: Some(2001),
            home: home.map(str::to_owned),
            system: Some(home.is_some()),
            ..User::default()
        })
    }

    #[test]
    fn the_mode_of_a_home_is_that_of_its_user() {
        let folder = |owner: &str, recurse| {
            Resource::Directory(Directory {
                path: "/home/x/".into(),
                mode: Some(Mode(0o750)),
                owner: Some(owner.into()),
                group: None,
                recurse,
            })
        };
        let account = r#"
            users.users.x.isNormalUser = true;
            users.users.x.uid = 2001;
            users.groups.x = { };
            users.users.x.group = "x";
        "#;
        check_all(
            vec![user("x", None), folder("x", false)],
            &format!("{account} users.users.x.homeMode = \"750\";"),
        );
        check_all(
            vec![user("x", None), folder("2001", true)],
            &format!(
                "{account} users.users.x.homeMode = \"750\";
                systemd.tmpfiles.rules += \"Z /home/x 0750 2001 - -\";"
            ),
        );
        check_all(
            vec![user("x", None), folder("root", false)],
            &format!("{account} systemd.tmpfiles.rules += \"d /home/x 0750 root - -\";"),
        );
        let mode = Resource::PathMode(PathMode {
            path: "/home/x".into(),
            mode: Some(Mode(0o711)),
            owner: None,
            group: None,
            recurse: false,
        });
        check_all(
            vec![user("x", None), mode],
            &format!("{account} users.users.x.homeMode = \"711\";"),
        );
    }

    #[test]
    fn a_home_is_open_to_who_reads_in_it() {
        let unit = |user: &str, folder: &str| {
            let directives = [("User", user), ("WorkingDirectory", folder)];
            let directives = directives.map(|(name, value)| (name.to_owned(), vec![value.into()]));
            Resource::Unit(Unit {
                name: "a.service".into(),
                drop_in: false,
                sections: vec![UnitSection {
                    name: "Service".into(),
                    directives: directives.into_iter().collect(),
                }],
                enabled: None,
            })
        };
        let check = |by: &str, folder: &str, mode: &str, why: &str| {
            let expected = format!(
                "users.users.shop.isSystemUser = true;
                users.users.shop.uid = 2001;
                users.groups.shop = {{ }};
                users.users.shop.group = \"shop\";
                users.users.shop.home = \"/srv/shop\";
                users.users.shop.createHome = true;
                {mode}
                systemd.services.a.serviceConfig.User = \"{by}\";
                systemd.services.a.serviceConfig.WorkingDirectory = \"{folder}\";
                {why}"
            );
            check_all(
                vec![user("shop", Some("/srv/shop")), unit(by, folder)],
                &expected,
            );
        };
        check(
            "nobody",
            "/srv/shop/public",
            "users.users.shop.homeMode = \"755\";",
            "assumed: `nobody` reads `/srv/shop/public`, so the home of `shop` is open to it: NixOS's own mode is 0700",
        );
        check("nobody", "/srv/shopping", "", "");
        check("shop", "/srv/shop/public", "", "");
    }
}
