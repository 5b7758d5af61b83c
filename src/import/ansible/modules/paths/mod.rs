//! What the modules about paths share: paths on the machine, owners and permissions, files of the input, edits.

mod assets;
pub(super) mod by_shell;
mod disk;
mod edit;
pub(super) mod fresh;
mod line;
mod mode;
mod told;
mod write;

pub(super) use assets::{Asset, content, find, folder_files, folder_links};
pub(super) use disk::{There, has_homes, is_empty_at_first, is_folder, placed, real, there};
pub(super) use edit::{Edit, Edited, Missing, edit};
pub(super) use line::{Finds, expanded, is_whole, section_of};
pub(super) use mode::{Asked, Of, not_known};
pub(super) use told::{bytes, tell, told};
pub(super) use write::{
    Change, differs, make_folder, parent, put_parents, same_content, set_attributes, write_file,
};

use super::Run;
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Mode, Resource};
use crate::source;
use crate::syntax::stand_ins;

/// The permissions that new files and folders get from the usual umask.
pub(super) const NEW_FILE: Mode = Mode(0o644);
pub(super) const NEW_FOLDER: Mode = Mode(0o755);

/// Owner, group and permissions, as most modules about files take them.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    pub(super) mode: Option<Asked>,
    pub(super) owner: Option<String>,
    pub(super) group: Option<String>,
}

impl Wishes {
    pub(super) fn is_empty(&self) -> bool {
        self.mode.is_none() && self.owner.is_none() && self.group.is_none()
    }
}

/// Takes owner, group and permissions.
pub(super) fn wishes(params: &mut Params) -> Result<Wishes, Refusal> {
    // SELinux: NixOS has none. `unsafe_writes` is how the file is written.
    params.pass_over(&[
        "seuser",
        "serole",
        "setype",
        "selevel",
        "attributes",
        "attr",
        "unsafe_writes",
    ]);
    Ok(Wishes {
        mode: mode::take(params, "mode")?,
        owner: params.string(&["owner"])?,
        group: params.string(&["group"])?,
    })
}

/// Takes the permissions of folders that are made on the way.
pub(super) fn directory_mode(params: &mut Params) -> Result<Option<Asked>, Refusal> {
    mode::take(params, "directory_mode")
}

/// Returns a path of the machine without `~`, `.` and doubled or final slashes.
pub(super) fn absolute(run: &Run<'_, '_>, path: &str) -> Result<String, Refusal> {
    let path = path.trim();
    let whole = match path.strip_prefix('~') {
        Some(rest) => {
            let (name, below) = rest.split_once('/').unwrap_or((rest, ""));
            let user = if name.is_empty() {
                run.user.as_deref()
            } else {
                Some(name)
            };
            let user = user.ok_or_else(|| {
                let reason = format!("`{path}` is in the home of a user that is not known here");
                Refusal::new(Code::ValueUnknown, reason)
            })?;
            format!("{}/{below}", home(run, user))
        }
        // What a person gives is a path from the root, or the machine would not know where it is.
        None => match stand_ins(path).first() {
            Some((range, name)) if range.start == 0 => {
                run.scope.assume(format!("`{name}` is a whole path"));
                format!("/{path}")
            }
            _ => path.to_owned(),
        },
    };
    if path.is_empty() {
        return Err(no_path());
    }
    if !whole.starts_with('/') {
        let reason =
            format!("`{path}` is relative: where that is, only the run of Ansible decides");
        return Err(Refusal::new(Code::CannotState, reason).cure("give the whole path"));
    }
    Ok(source::absolute("/", &whole))
}

/// A path that is empty is one that the source leaves to whoever runs it, such as the default of a role.
pub(super) fn no_path() -> Refusal {
    Refusal::new(Code::ValueUnknown, "its path is empty")
        .cure("give the variable that it is made of a value, with `--extra-vars` or where its host has its variables")
}

/// Returns the home of a user: as the source says, else where users usually have it.
pub(super) fn home(run: &Run<'_, '_>, user: &str) -> String {
    let said = match run
        .state
        .get(&Key::User(user.to_owned()))
        .map(|it| &it.resource)
    {
        Some(Resource::User(it)) => it.home.clone(),
        _ => None,
    };
    said.unwrap_or_else(|| match user {
        "root" => "/root".to_owned(),
        _ => format!("/home/{user}"),
    })
}

/// Returns the last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}
