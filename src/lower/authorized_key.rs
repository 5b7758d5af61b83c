//! `AuthorizedKey`: an element of `users.users.<name>.openssh.authorizedKeys.keys`.

use super::statement::{Left, Lowered, Statement};
use super::user;
use crate::account::Code;
use crate::model::{AuthorizedKey, HoleKind, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;

pub(super) fn lower(key: &AuthorizedKey, machine: &Machine) -> Lowered {
    let Some(text) = key.key.plain() else {
        let (code, why) = match key.key.worst_hole() {
            Some(hole) if hole.kind == HoleKind::Secret => (
                Code::ValueSecret,
                format!("the key is secret ({})", hole.what),
            ),
            Some(hole) => (
                Code::ValueUnknown,
                format!(
                    "the key is {}, which is known only on the machine",
                    hole.what
                ),
            ),
            None => (Code::ValueUnknown, "the key is not known".to_owned()),
        };
        return Lowered::Manual(
            Left::new(code, why)
                .cure("Add the public key to this user's openssh.authorizedKeys.keys."),
        );
    };
    let mut statement = Statement::default();
    user::presume(&key.user, machine, &mut statement);
    let path = OptionPath::new([
        "users",
        "users",
        &key.user,
        "openssh",
        "authorizedKeys",
        "keys",
    ]);
    let lines = text.lines().map(str::trim);
    let keys: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    if keys.is_empty() {
        return Lowered::manual(Code::BadInput, "there is no key");
    }
    for line in keys {
        statement.add(path.clone(), Expr::str(line));
    }
    Lowered::Stated(statement)
}
