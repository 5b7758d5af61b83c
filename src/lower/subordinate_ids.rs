//! `SubordinateIds`: `users.users.<name>.subUidRanges` and `subGidRanges`.

use super::machine;
use super::statement::{Lowered, Statement};
use crate::account::Code;
use crate::model::{IdKind, Machine, SubordinateIds};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(ids: &SubordinateIds, machine: &Machine) -> Lowered {
    let uid = ids.user.parse::<u32>().ok();
    let found =
        machine::users(machine).find(|it| it.name == ids.user || it.uid == uid && uid.is_some());
    let name = match found {
        Some(user) => user.name.as_str(),
        None if ids.user == "root" || ids.user == "0" => "root",
        None => {
            return Lowered::manual(
                Code::CannotState,
                format!("`{}` is no user of this configuration", ids.user),
            );
        }
    };
    let (option, first) = match ids.kind {
        IdKind::User => ("subUidRanges", "startUid"),
        IdKind::Group => ("subGidRanges", "startGid"),
    };
    let range = Expr::Attrs(vec![
        (first.to_owned(), Expr::Int(i64::from(ids.first))),
        ("count".to_owned(), Expr::Int(i64::from(ids.count))),
    ]);
    let mut statement = Statement::default();
    statement.add(OptionPath::new(["users", "users", name, option]), range);
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check;
    use crate::model::{IdKind, Resource, SubordinateIds};

    fn ids(user: &str, kind: IdKind) -> Resource {
        Resource::SubordinateIds(SubordinateIds {
            user: user.into(),
            kind,
            first: 100_000,
            count: 65_536,
        })
    }

    #[test]
    fn ranges_belong_to_users() {
        check(
            ids("root", IdKind::User),
            "users.users.root.subUidRanges += { startUid = 100000; count = 65536; };",
        );
        check(
            ids("0", IdKind::Group),
            "users.users.root.subGidRanges += { startGid = 100000; count = 65536; };",
        );
        check(
            ids("lxd", IdKind::User),
            "manual: `lxd` is no user of this configuration",
        );
    }
}
