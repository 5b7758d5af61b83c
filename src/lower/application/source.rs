//! What is copied into the image: the folder that `source` names, and the working directory.

use super::Service;
use super::layout::trimmed;
use super::state;
use crate::account::Code;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{ApplicationSource, SourceFrom};
use crate::nix::{Expr, StrPart};
use crate::plan::Chore;

pub(super) fn lower(source: &ApplicationSource, service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    let Some(place) = service.layout.path(&source.path) else {
        return Lowered::Manual(
            Left::new(
                Code::CannotState,
                "it is put over the whole image, and a machine has its own system",
            )
            .cure("Name the folders of it that the service needs."),
        );
    };
    let shown = shown(&place, service);
    let from = match &source.from {
        SourceFrom::Context(path) if path == "." => "the folder of the source".to_owned(),
        SourceFrom::Context(path) => format!("`{path}` of the source"),
        SourceFrom::Stage(path) => format!("`{path}`, which a stage builds,"),
        SourceFrom::Image(path) => format!("`{path}` of another image"),
        SourceFrom::Address(address) => format!("`{address}`"),
    };
    statement.assume(format!("{from} is put into `{shown}`"));
    statement.chores.push(Chore {
        topic: format!("Service {}", service.name),
        text: format!("put {from} into `{shown}` (`{}` in the image)", source.path),
    });
    Lowered::Stated(statement)
}

/// States that the unit sees a part of the source where the image has it; nothing, where the service finds it elsewhere.
pub(super) fn bind(source: &ApplicationSource, service: &Service<'_>) -> Statement {
    let mut statement = Statement::default();
    let bound = service.layout.bound(&source.path);
    if let Some((path, mut parts)) = bound.and_then(|path| Some((path, service.layout.path(path)?)))
    {
        parts.push(StrPart::Literal(format!(":{path}")));
        statement.add(service.config("BindReadOnlyPaths"), Expr::Str(parts));
    }
    statement
}

/// Writes a path below `source` with what the option is by itself.
fn shown(place: &[StrPart], service: &Service<'_>) -> String {
    place
        .iter()
        .map(|part| match part {
            StrPart::Literal(text) => text.clone(),
            StrPart::Splice(_) => service.default_source(),
        })
        .collect()
}

pub(super) fn directory(directory: &str, service: &Service<'_>) -> Lowered {
    let path = trimmed(directory);
    if path == "/" {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            "a service of systemd starts in `/`".to_owned(),
        );
    }
    let mut statement = Statement::default();
    let place = service.layout.path(&path);
    let expr = match place {
        Some(parts) => Expr::Str(parts),
        None => {
            let kept = service.layout.kept.iter().find(|it| it.path == path);
            let is_asked = service
                .application
                .state
                .iter()
                .any(|it| trimmed(&it.value) == path);
            match kept {
                // The instruction that keeps it states it.
                Some(kept) if is_asked => Expr::str(state::machine_path(kept)),
                Some(kept) => {
                    state::make(kept, service, &mut statement);
                    Expr::str(state::machine_path(kept))
                }
                None => {
                    return Lowered::Manual(
                        Left::new(
                            Code::CannotState,
                            format!(
                                "`{path}` is not on NixOS, and nothing here says what is in it"
                            ),
                        )
                        .cure(
                            "Set WorkingDirectory to a folder that the service finds its files in.",
                        ),
                    );
                }
            }
        }
    };
    statement.set(service.config("WorkingDirectory"), expr);
    Lowered::Stated(statement)
}
