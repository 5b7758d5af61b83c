//! What a path is on NixOS: made by an option, out of place, or free to be stated.

use std::sync::LazyLock;

use super::{application, machine};
use crate::model::{Content, File, HoleKind, Machine, Text};

const TABLE: &str = include_str!("../../rules/nixos/etc.json");

/// A path below /etc that NixOS makes from an option, or that nothing reads; folders end with `/`.
#[derive(Debug, serde::Deserialize)]
pub(super) struct EtcRow {
    path: String,
    pub(super) option: Option<String>,
}

impl EtcRow {
    /// Tells whether it is about one file, not about a folder.
    pub(super) fn is_file(&self) -> bool {
        !self.path.ends_with('/')
    }

    fn has(&self, path: &str) -> bool {
        match self.path.strip_suffix('/') {
            Some(folder) => is_below(path, folder),
            None => path == self.path,
        }
    }
}

static ETC: LazyLock<Vec<EtcRow>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Folders that NixOS has, but not as other systems do: nothing looks there.
const FOREIGN: [(&str, &str); 9] = [
    ("/usr/lib", "programs and libraries live in the Nix store"),
    ("/usr/share", "the files of programs live in the Nix store"),
    (
        "/usr/bin",
        "programs live in the Nix store; /usr/bin has only env",
    ),
    ("/usr/sbin", "programs live in the Nix store"),
    ("/bin", "programs live in the Nix store; /bin has only sh"),
    ("/sbin", "programs live in the Nix store"),
    ("/lib", "libraries live in the Nix store"),
    ("/lib64", "libraries live in the Nix store"),
    ("/boot", "NixOS writes the boot loader's files itself"),
];

/// Folders of the kernel, which no file makes.
const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Says why a path outside /etc has no place on NixOS.
pub(super) fn out_of_place(path: &str) -> Option<&'static str> {
    let foreign = FOREIGN.iter().find(|(folder, _)| is_below(path, folder));
    if let Some((_, why)) = foreign {
        return Some(why);
    }
    if KERNEL.iter().any(|folder| is_below(path, folder)) {
        return Some("the kernel makes what is there");
    }
    is_below(path, "/nix/store").then_some("the Nix store is read-only")
}

/// Says what a path is on NixOS, where it is not free to be stated; for people who ask.
pub fn on_nixos(path: &str) -> Option<String> {
    if let Some(why) = out_of_place(path) {
        return Some(format!("It has no place there: {why}."));
    }
    let row = ETC.iter().find(|row| row.has(path))?;
    Some(match &row.option {
        Some(option) => format!("It is made from options: {option}, and those beside it."),
        None => "Nothing reads it: what it says comes from options.".to_owned(),
    })
}

/// Returns the row of a path below /etc that the machine's own units do not read.
pub(super) fn etc_row(path: &str, machine: &Machine) -> Option<&'static EtcRow> {
    let row = ETC.iter().find(|row| row.has(path))?;
    let of_service = row
        .option
        .as_deref()
        .is_some_and(|it| it.starts_with("services."));
    (!of_service || !units_name(machine, path)).then_some(row)
}

pub(super) fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Tells whether a unit that the machine brings names a path, or the folder that it is in.
fn units_name(machine: &Machine, path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    machine::units(machine).any(|unit| {
        let values = unit
            .sections
            .iter()
            .flat_map(|it| it.directives.values())
            .flatten();
        let mut plain = values.filter_map(Text::plain);
        !unit.drop_in
            && plain.any(|value| {
                value.contains(path) || (folder.matches('/').count() > 1 && value.contains(folder))
            })
    })
}

/// Returns where a file with secret content will be put, where the machine has such a file at `path`.
pub(super) fn secret_file(machine: &Machine, path: &str) -> Option<String> {
    let file = machine::files(machine).find(|file| file.path == path)?;
    has_secret(file).then(|| secret_path(machine, path))
}

/// Makes the path of a secret: the name of its file, or its whole path where two have one name.
pub(super) fn secret_path(machine: &Machine, path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let shared = machine::files(machine).any(|file| {
        file.path != path && has_secret(file) && file.path.rsplit('/').next() == Some(name)
    });
    if shared {
        format!("/run/secrets/{}", path.trim_matches('/').replace('/', "-"))
    } else {
        format!("/run/secrets/{name}")
    }
}

pub(super) fn has_secret(file: &File) -> bool {
    match &file.content {
        Content::Text(text) => text
            .worst_hole()
            .is_some_and(|hole| hole.kind == HoleKind::Secret),
        Content::Binary(_) | Content::Fetched(_) => false,
    }
}

/// Says what has to hold for a name of a user that the machine does not make itself.
pub(super) fn user_claim(machine: &Machine, name: &str) -> Option<String> {
    let known = matches!(name, "root" | "nobody") || name.parse::<u32>().is_ok();
    let made = machine::users(machine).any(|user| user.name == name)
        || application::has_account(name, machine);
    (!known && !made).then(|| format!("the user `{name}` is there"))
}

/// As `user_claim`, for a group; a user's own group comes with the user.
pub(super) fn group_claim(machine: &Machine, name: &str) -> Option<String> {
    let known = super::user::BASE_GROUPS.contains(&name) || name.parse::<u32>().is_ok();
    let made = machine::groups(machine).any(|group| group.name == name)
        || machine::users(machine).any(|user| {
            user.name == name
                || user.group.as_deref() == Some(name)
                || user.groups.iter().any(|it| it == name)
        })
        || application::has_account(name, machine);
    (!known && !made).then(|| format!("the group `{name}` is there"))
}

#[cfg(test)]
mod tests {
    use super::{ETC, out_of_place};

    #[test]
    fn every_option_of_the_table_is_in_the_index() {
        let index = include_str!("../../rules/nixos/options.json");
        assert!(!ETC.is_empty());
        for option in ETC.iter().filter_map(|row| row.option.as_deref()) {
            assert!(index.contains(&format!(" \"{option}\": {{")), "{option}");
        }
    }

    #[test]
    fn folders_are_told_apart_by_whole_names() {
        assert!(out_of_place("/usr/share/x").is_some());
        assert!(out_of_place("/usr/local/bin/x").is_none());
        assert!(out_of_place("/library").is_none());
    }
}
