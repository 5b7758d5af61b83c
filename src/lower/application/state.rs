//! Folders that outlive the service: systemd makes them, and gives them to the unit's user.

use super::Service;
use super::layout::{Kept, Place, trimmed};
use crate::account::Code;
use crate::lower::statement::{Lowered, Statement};
use crate::nix::{Expr, StrPart};
use crate::plan::Chore;

pub(super) fn lower(path: &str, service: &Service<'_>) -> Lowered {
    let path = trimmed(path);
    let Some(kept) = service.layout.kept.iter().find(|it| it.path == path) else {
        return Lowered::manual(Code::BadInput, format!("`{path}` is no folder to keep"));
    };
    let mut statement = Statement::default();
    match &kept.place {
        Place::There => {
            return Lowered::NotNeeded(
                Code::AlreadySo,
                format!("every machine has `{path}`, and it outlives a service"),
            );
        }
        Place::Source => {
            statement.assume(format!(
                "`{}` belongs to the user of the service, who keeps its data there",
                service.default_source()
            ));
        }
        Place::Made(..) | Place::Moved(_) | Place::Bound(_) => {
            make(kept, service, &mut statement);
        }
    }
    let machine = machine_path(kept);
    let machine = if kept.place == Place::Source {
        service.default_source()
    } else {
        machine
    };
    statement.chores.push(Chore {
        topic: format!("Service {}", service.name),
        text: format!(
            "carry over what the volume `{path}` holds to `{machine}`, and give it to the user of the service"
        ),
    });
    Lowered::Stated(statement)
}

/// Returns where the machine has a folder.
pub(super) fn machine_path(kept: &Kept) -> String {
    match &kept.place {
        Place::There | Place::Source | Place::Made(..) => kept.path.clone(),
        Place::Moved(directory) | Place::Bound(directory) => format!("/var/lib/{directory}"),
    }
}

/// States what makes a folder.
pub(super) fn make(kept: &Kept, service: &Service<'_>, statement: &mut Statement) {
    let Some((directive, directory)) = directive(kept) else {
        return;
    };
    let alone = service
        .layout
        .kept
        .iter()
        .filter_map(self::directive)
        .filter(|(it, _)| *it == directive)
        .count()
        == 1;
    let option = service.config(directive);
    if alone {
        statement.set(option, Expr::str(directory));
    } else {
        statement.add(option, Expr::str(directory));
    }
    if let Place::Bound(_) = kept.place {
        let mut parts = vec![StrPart::Literal(format!("{}:", machine_path(kept)))];
        match service.layout.path(&kept.path) {
            Some(path) => parts.extend(path),
            None => parts.push(StrPart::Literal(kept.path.clone())),
        }
        statement.add(service.config("BindPaths"), Expr::Str(parts));
    }
}

/// Returns the directive that makes a folder, and what it is called there.
fn directive(kept: &Kept) -> Option<(&'static str, &str)> {
    match &kept.place {
        Place::There | Place::Source => None,
        Place::Made(directive, directory) => Some((directive, directory)),
        Place::Moved(directory) | Place::Bound(directory) => Some(("StateDirectory", directory)),
    }
}
