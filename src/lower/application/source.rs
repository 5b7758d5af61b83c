//! What is copied into the image: the folder that `source` names, and the working directory.

use super::Service;
use super::account::{Runner, account_name};
use super::layout::trimmed;
use super::state;
use crate::account::Code;
use crate::lower::paths::is_below;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{ApplicationSource, SourceFrom};
use crate::nix::{Expr, StrPart};
use crate::plan::Chore;

/// Parts of the source that a line names.
const SHOWN: usize = 8;

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
    let text = match &service.layout.root {
        Some(root) if is_below(&source.path, root) => whole(root, service),
        Some(_) | None => format!("put {from} into `{shown}` (`{}` in the image)", source.path),
    };
    statement.chores.push(Chore {
        topic: format!("Service {}", service.name),
        text,
    });
    Lowered::Stated(statement)
}

/// Says what is to be done for the application's folder as a whole.
fn whole(root: &str, service: &Service<'_>) -> String {
    let application = service.application;
    let sources = application.source.iter().map(|it| &it.value);
    let names: Vec<String> = sources
        .filter(|it| is_below(&it.path, root))
        .map(|it| match &it.from {
            SourceFrom::Context(path) if path == "." => "the whole folder of the source".to_owned(),
            SourceFrom::Context(path) => format!("`{path}`"),
            SourceFrom::Stage(path) | SourceFrom::Image(path) => format!("`{path}`"),
            SourceFrom::Address(address) => format!("`{address}`"),
        })
        .collect();
    let mut shown = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        shown.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    let folder = service.default_source();
    let mut text = format!(
        "build the application as {} does, and put it into `{folder}`, which is `{root}` in the image: {shown}",
        application.described
    );
    if application.owns_source {
        let user = application.user.as_ref().map(|it| it.value.as_str());
        let runner = Runner::of(user, service.machine).name();
        let user = runner.unwrap_or(account_name(&service.name));
        text.push_str(&format!("; it writes there: `chown -R {user}: {folder}`"));
    }
    text
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
