//! What is at a path of the machine, as far as the play and the rules about new machines tell.

use super::fresh;
use crate::import::ansible::modules::Run;
use crate::import::state::Key;
use crate::model::{Entry, Resource, User};
use crate::source;

/// What is at a path.
#[derive(Clone, Copy, Debug)]
pub(in crate::import::ansible::modules) enum There<'r> {
    /// The play made it.
    Made(&'r Entry),
    /// A folder that every machine has, or that what stands below it needs.
    Folder,
    /// Nothing: the play made or emptied the folder, and nothing else wrote there.
    Nothing,
    /// Nothing, on a new machine.
    NothingAtFirst,
    /// The machine may have something there.
    Foreign,
    /// The play did something there that hangs on the machine, and why.
    Open(&'r str),
}

/// Tells what is at a path; links are not followed.
pub(in crate::import::ansible::modules) fn there<'r>(
    run: &'r Run<'_, '_>,
    path: &str,
) -> There<'r> {
    let state = &run.state;
    if let Some(why) = state
        .doubt(&Key::Path(path.to_owned()))
        .or_else(|| state.vague(path))
    {
        return There::Open(why);
    }
    match state.at_path(path) {
        Some(entry) if matches!(entry.resource, Resource::PathMode(_)) => return There::Foreign,
        Some(entry) if matches!(entry.resource, Resource::RemovedPath(_)) => return There::Nothing,
        Some(entry) => return There::Made(entry),
        None => {}
    }
    if FOLDERS.contains(&path) || state.has_path(path) {
        return There::Folder;
    }
    if let Some(found) = in_home(run, path) {
        return found;
    }
    let is_temporary = path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
    if state.is_fresh(path) || (is_temporary && !state.is_stirred()) {
        return There::Nothing;
    }
    if is_absent_at_first(path, run) {
        return There::NothingAtFirst;
    }
    There::Foreign
}

/// What a new home gets of /etc/skel.
const SKELETON: [&str; 5] = [
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".profile",
    ".zshrc",
];

/// Tells what is at a path in the home of a user that the play made.
fn in_home(run: &Run<'_, '_>, path: &str) -> Option<There<'static>> {
    if !path.starts_with("/home/") && !path.starts_with("/root/") {
        let is_home = |user: &User| user.home.as_deref() == Some(path);
        return users(run).any(is_home).then_some(There::Folder);
    }
    if SKELETON.contains(&path.rsplit('/').next().unwrap_or_default()) {
        return Some(There::Foreign);
    }
    let usual = |user: &User| match &user.home {
        Some(home) => home == path,
        None => path.strip_prefix("/home/") == Some(user.name.as_str()),
    };
    users(run).any(usual).then_some(There::Folder)
}

/// Returns the users with homes that the play made.
fn users<'r>(run: &'r Run<'_, '_>) -> impl Iterator<Item = &'r User> {
    run.state.users().filter(|it| it.create_home != Some(false))
}

/// Tells whether homes stand in a folder.
pub(in crate::import::ansible::modules) fn has_homes(run: &Run<'_, '_>, folder: &str) -> bool {
    users(run).any(|user| {
        let home = user
            .home
            .clone()
            .unwrap_or_else(|| format!("/home/{}", user.name));
        home == folder || home.starts_with(&format!("{}/", folder.trim_end_matches('/')))
    })
}

/// Returns a path whose folders are no links, as far as the play made them.
pub(in crate::import::ansible::modules) fn placed(run: &Run<'_, '_>, path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) | None => path.to_owned(),
        Some((folder, name)) => format!("{}/{name}", real(run, folder).trim_end_matches('/')),
    }
}

/// Returns a path without links, as far as the play made them.
pub(in crate::import::ansible::modules) fn real(run: &Run<'_, '_>, path: &str) -> String {
    follow(run, path, 40)
}

/// Links that lead to each other in a circle lead nowhere.
fn follow(run: &Run<'_, '_>, path: &str, left: usize) -> String {
    let mut found = String::new();
    for part in path.split('/').filter(|it| !it.is_empty()) {
        found.push('/');
        found.push_str(part);
        if left > 0
            && let Some(Resource::Link(link)) = run.state.at_path(&found).map(|it| &it.resource)
        {
            let folder = found.rsplit_once('/').map_or("/", |(folder, _)| folder);
            let target =
                source::absolute(if folder.is_empty() { "/" } else { folder }, &link.target);
            found = follow(run, &target, left - 1);
        }
    }
    if found.is_empty() {
        "/".to_owned()
    } else {
        found
    }
}

/// Folders that every machine has: a file that is written there under their name goes into them.
const FOLDERS: [&str; 36] = [
    "/",
    "/bin",
    "/boot",
    "/etc",
    "/etc/apt/apt.conf.d",
    "/etc/apt/keyrings",
    "/etc/apt/preferences.d",
    "/etc/apt/sources.list.d",
    "/etc/apt/trusted.gpg.d",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.monthly",
    "/etc/cron.weekly",
    "/etc/default",
    "/etc/init.d",
    "/etc/logrotate.d",
    "/etc/modprobe.d",
    "/etc/modules-load.d",
    "/etc/profile.d",
    "/etc/rsyslog.d",
    "/etc/ssh",
    "/etc/sudoers.d",
    "/etc/sysctl.d",
    "/etc/systemd/system",
    "/etc/yum.repos.d",
    "/home",
    "/lib/systemd/system",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/share/ca-certificates",
    "/var/tmp",
];

/// Tells whether a path is known to be a folder: the source made it, or every machine has it.
pub(in crate::import::ansible::modules) fn is_folder(run: &Run<'_, '_>, path: &str) -> bool {
    match there(run, path) {
        There::Made(entry) => matches!(entry.resource, Resource::Directory(_)),
        There::Folder => true,
        There::Nothing | There::NothingAtFirst | There::Foreign | There::Open(_) => false,
    }
}

/// Folders in which a new machine has nothing of its own.
const EMPTY_FOLDERS: [&str; 12] = [
    "/opt",
    "/srv",
    "/home",
    "/var/www",
    "/usr/local",
    "/root",
    "/data",
    "/mnt",
    "/media",
    "/tmp",
    "/var/tmp",
    "/var/backups",
];

/// Tells whether a new machine has nothing at a path that the source did not make: not where NixOS has something, nor
/// where a package that the source installs may have brought it.
fn is_absent_at_first(path: &str, run: &Run<'_, '_>) -> bool {
    if run.state.has_path(path) {
        return false;
    }
    is_empty_at_first(path) || (fresh::is_bare(path) && !fresh::may_be_brought(path, run))
}

/// Tells whether a new machine has nothing at a path that nothing made.
pub(in crate::import::ansible::modules) fn is_empty_at_first(path: &str) -> bool {
    EMPTY_FOLDERS.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    })
}
