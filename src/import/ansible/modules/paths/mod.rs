//! What the modules about paths share: paths on the machine, owners and permissions, files of the input, edits.

mod assets;
mod edit;
mod mode;

pub(super) use assets::{Asset, content, find, folder_files};
pub(super) use edit::{Edit, edit};

use super::Run;
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Mode, Resource};
use crate::source;

/// The permissions that new files and folders get from the usual umask.
pub(super) const NEW_FILE: Mode = Mode(0o644);
pub(super) const NEW_FOLDER: Mode = Mode(0o755);

/// Owner, group and permissions, as most modules about files take them.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) mode: Option<Mode>,
    pub(super) owner: Option<String>,
    pub(super) group: Option<String>,
}

impl Attributes {
    pub(super) fn is_empty(&self) -> bool {
        self.mode.is_none() && self.owner.is_none() && self.group.is_none()
    }
}

/// Takes owner, group and permissions. Modes such as `u+x` are about `base`, where that is known.
pub(super) fn attributes(params: &mut Params, base: Option<Mode>) -> Result<Attributes, Refusal> {
    // SELinux: NixOS has none. `unsafe_writes` is how the file is written.
    params.pass_over(&["seuser", "serole", "setype", "selevel", "unsafe_writes"]);
    Ok(Attributes {
        mode: mode::take(params, base)?,
        owner: params.string(&["owner"])?,
        group: params.string(&["group"])?,
    })
}

/// Takes a mode under another name than `mode`.
pub(super) fn mode_of(
    params: &mut Params,
    name: &str,
    base: Mode,
) -> Result<Option<Mode>, Refusal> {
    mode::take_named(params, name, Some(base))
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
        None => path.to_owned(),
    };
    if !whole.starts_with('/') {
        let reason =
            format!("`{path}` is relative: where that is, only the run of Ansible decides");
        return Err(Refusal::new(Code::CannotState, reason).cure("give the whole path"));
    }
    Ok(source::absolute("/", &whole))
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

/// Returns where a file called `name` is written when `dest` is asked for: a folder keeps the name.
pub(super) fn destination(run: &Run<'_, '_>, dest: &str, name: &str) -> Result<String, Refusal> {
    let path = absolute(run, dest)?;
    if dest.trim_end().ends_with('/') || is_folder(run, &path) {
        let path = path.trim_end_matches('/');
        Ok(format!("{path}/{name}"))
    } else {
        Ok(path)
    }
}

/// Tells whether a path is known to be a folder: the source made it, or every machine has it.
pub(super) fn is_folder(run: &Run<'_, '_>, path: &str) -> bool {
    match run.state.at_path(path).map(|it| &it.resource) {
        Some(Resource::Directory(_)) => true,
        Some(_) => false,
        None => FOLDERS.contains(&path),
    }
}

/// Returns the last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
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

/// Names below /etc that NixOS itself has, or may have.
const ETC_OF_NIXOS: [&str; 44] = [
    "NetworkManager",
    "X11",
    "bashrc",
    "dbus-1",
    "default",
    "environment",
    "fonts",
    "fstab",
    "group",
    "host.conf",
    "hostname",
    "hosts",
    "inputrc",
    "issue",
    "kernel",
    "locale.conf",
    "localtime",
    "login.defs",
    "lsb-release",
    "lvm",
    "machine-id",
    "modprobe.d",
    "modules-load.d",
    "motd",
    "mtab",
    "nix",
    "nixos",
    "nsswitch.conf",
    "os-release",
    "pam.d",
    "passwd",
    "polkit-1",
    "profile",
    "resolv.conf",
    "services",
    "shadow",
    "shells",
    "ssh",
    "ssl",
    "sudoers",
    "sysctl.d",
    "systemd",
    "udev",
    "zshrc",
];

/// Tells whether a new machine has nothing at a path that the source did not make: not where NixOS has something, nor
/// where a package that the source installs may have brought it.
pub(super) fn is_absent_at_first(path: &str, run: &Run<'_, '_>) -> bool {
    if run.state.has_path(path) {
        return false;
    }
    if is_empty_at_first(path) {
        return true;
    }
    let Some(below) = path.strip_prefix("/etc/") else {
        return false;
    };
    let first = below.split('/').next().unwrap_or_default();
    if first.is_empty() || ETC_OF_NIXOS.contains(&first) {
        return false;
    }
    let stem: String = first
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect();
    let mut packages = run
        .state
        .entries()
        .filter_map(|entry| match &entry.resource {
            Resource::Package(it) => Some(it.name.as_str()),
            _ => None,
        });
    let brings = |name: &str| name.contains(&stem) || (name.len() > 3 && path.contains(name));
    !packages.any(brings)
}

/// Tells whether a new machine has nothing at a path that nothing made.
pub(super) fn is_empty_at_first(path: &str) -> bool {
    EMPTY_FOLDERS.iter().any(|folder| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    })
}
