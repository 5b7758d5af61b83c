//! Accounts that options name: the user and the group of a pool, of a module of rsyncd, of a rotated log.
//!
//! A rule takes the names over as a file has them. They get the names that the modules of the plan have for them, as the
//! owners of files do; an account that nothing makes is said, or made where the service could not start without it.

use super::base_accounts;
use super::brought::AccountKind;
use super::ctx::Ctx;
use super::machine;
use super::paths;
use super::statement::Statement;
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules::Join;

/// Whose name an option holds.
#[derive(Clone, Copy)]
enum Holds {
    User,
    Group,
    /// A line of words: which of them is the user, the group comes behind it.
    Words(usize),
    /// Users with commas between them.
    Users,
    /// Groups with commas between them.
    Groups,
}

/// What becomes of an account that nothing makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is made: the service fails at its start without it.
    Made,
    Assumed,
}

/// Options that hold accounts; `*` is any name.
const HOLDERS: [(&[&str], Holds, Missing); 10] = [
    // nixos/modules/services/web-servers/phpfpm/default.nix: the master is root, and sets the pool's ids.
    (
        &["services", "phpfpm", "pools", "*", "user"],
        Holds::User,
        Missing::Made,
    ),
    (
        &["services", "phpfpm", "pools", "*", "group"],
        Holds::Group,
        Missing::Made,
    ),
    (
        &[
            "services",
            "phpfpm",
            "pools",
            "*",
            "settings",
            "listen.owner",
        ],
        Holds::User,
        Missing::Made,
    ),
    (
        &[
            "services",
            "phpfpm",
            "pools",
            "*",
            "settings",
            "listen.group",
        ],
        Holds::Group,
        Missing::Made,
    ),
    (
        &[
            "services",
            "phpfpm",
            "pools",
            "*",
            "settings",
            "listen.acl_users",
        ],
        Holds::Users,
        Missing::Made,
    ),
    (
        &[
            "services",
            "phpfpm",
            "pools",
            "*",
            "settings",
            "listen.acl_groups",
        ],
        Holds::Groups,
        Missing::Made,
    ),
    (
        &["services", "rsyncd", "settings", "*", "*", "uid"],
        Holds::User,
        Missing::Assumed,
    ),
    (
        &["services", "rsyncd", "settings", "*", "*", "gid"],
        Holds::Group,
        Missing::Assumed,
    ),
    // logrotate(8): `su user group`, `create mode user group`.
    (
        &["services", "logrotate", "settings", "*", "su"],
        Holds::Words(0),
        Missing::Assumed,
    ),
    (
        &["services", "logrotate", "settings", "*", "create"],
        Holds::Words(1),
        Missing::Assumed,
    ),
];

/// Gives the accounts among settings the names of NixOS; returns what that rests on, and the accounts that are to be made.
pub(super) fn name(settings: &mut [(OptionPath, Expr, Join)], ctx: &Ctx<'_>) -> Statement {
    let mut statement = Statement::default();
    let mut made = Made::default();
    for (path, expr, _) in settings {
        let found = HOLDERS.iter().find(|(pattern, _, _)| fits(pattern, path));
        let (Some((_, holds, missing)), Some(text)) = (found, expr.as_str()) else {
            continue;
        };
        let mut words: Vec<String> = match holds {
            Holds::User | Holds::Group => vec![text.to_owned()],
            Holds::Words(_) => text.split_whitespace().map(str::to_owned).collect(),
            Holds::Users | Holds::Groups => text
                .split(',')
                .map(|it| it.trim().to_owned())
                .filter(|it| !it.is_empty())
                .collect(),
        };
        let kinds: Vec<(usize, AccountKind)> = match *holds {
            Holds::User => vec![(0, AccountKind::User)],
            Holds::Group => vec![(0, AccountKind::Group)],
            Holds::Words(at) => vec![(at, AccountKind::User), (at + 1, AccountKind::Group)],
            Holds::Users => all(words.len(), AccountKind::User),
            Holds::Groups => all(words.len(), AccountKind::Group),
        };
        let mut is_renamed = false;
        for (at, kind) in kinds {
            let Some(word) = words.get_mut(at) else {
                continue;
            };
            if let Some(other) = ctx.brought.account(kind, word) {
                statement.assume(format!("`{word}` is `{other}` on NixOS"));
                other.clone_into(word);
                is_renamed = true;
                continue;
            }
            let claim = match kind {
                AccountKind::User => paths::user_claim(ctx.machine, word),
                AccountKind::Group => paths::group_claim(ctx.machine, word),
            };
            match (claim, missing) {
                (Some(_), Missing::Made) => made.add(kind, word),
                (Some(claim), Missing::Assumed) => statement.assume(claim),
                (None, _) => {}
            }
        }
        if is_renamed {
            words.dedup();
            let between = match holds {
                Holds::Users | Holds::Groups => ",",
                Holds::User | Holds::Group | Holds::Words(_) => " ",
            };
            *expr = Expr::str(words.join(between));
        }
    }
    made.state(ctx, &mut statement);
    statement
}

fn all(count: usize, kind: AccountKind) -> Vec<(usize, AccountKind)> {
    (0..count).map(|at| (at, kind)).collect()
}

fn fits(pattern: &[&str], path: &OptionPath) -> bool {
    let names = path.names();
    let same = |(it, name): (&&str, &String)| *it == "*" || it == name;
    pattern.len() == names.len() && pattern.iter().zip(names).all(same)
}

/// The accounts that nobody else makes.
#[derive(Default)]
struct Made {
    users: Vec<String>,
    groups: Vec<String>,
}

impl Made {
    fn add(&mut self, kind: AccountKind, name: &str) {
        let list = match kind {
            AccountKind::User => &mut self.users,
            AccountKind::Group => &mut self.groups,
        };
        if !list.iter().any(|it| it == name) {
            list.push(name.to_owned());
        }
    }

    fn state(self, ctx: &Ctx<'_>, statement: &mut Statement) {
        for user in &self.users {
            let base = OptionPath::new(["users", "users", user]);
            match base_accounts::of(user, ctx.machine.family) {
                Some(known) => statement.share(base.child("uid"), Expr::Int(known.uid.into())),
                None => statement.assume(format!("`{user}` is an account of the system alone")),
            }
            statement.share(base.child("isSystemUser"), Expr::Bool(true));
            statement.share(base.child("group"), Expr::str(user));
        }
        for group in self.groups.iter().chain(&self.users) {
            let is_stated = machine::groups(ctx.machine).any(|it| it.name == *group);
            if !is_stated {
                let path = OptionPath::new(["users", "groups", group]);
                match base_accounts::of(group, ctx.machine.family) {
                    Some(known) => {
                        statement.share(path.child("gid"), Expr::Int(known.gid.into()));
                    }
                    None => statement.share(path, Expr::Attrs(Vec::new())),
                }
            }
        }
    }
}
