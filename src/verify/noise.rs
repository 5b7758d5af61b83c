//! What NixOS adds or writes in another way without meaning anything else, with the reasons.

use std::sync::LazyLock;

use regex::Regex;

/// Directives that NixOS gives each unit it makes: section, name, reason.
const ADDED: [(&str, &str, &str); 9] = [
    (
        "Service",
        "Environment",
        "PATH, LOCALE_ARCHIVE and TZDIR of the store: there is no /usr/bin",
    ),
    ("Unit", "X-Restart-Triggers", "for switch-to-configuration"),
    ("Unit", "X-Reload-Triggers", "for switch-to-configuration"),
    (
        "Unit",
        "X-Restart-If-Changed",
        "for switch-to-configuration",
    ),
    (
        "Service",
        "X-ReloadIfChanged",
        "for switch-to-configuration",
    ),
    (
        "Service",
        "X-RestartIfChanged",
        "for switch-to-configuration",
    ),
    ("Service", "X-StopIfChanged", "for switch-to-configuration"),
    (
        "Unit",
        "After",
        "what modules order besides, such as the network's set-up",
    ),
    (
        "Unit",
        "Wants",
        "what modules order besides, such as the network's set-up",
    ),
];

/// Sections of a unit's file that NixOS keeps as links instead.
pub(super) const AS_LINKS: &str = "Install";

/// Directives of which NixOS writes the default of its own option: section, name, value.
pub(super) const DEFAULTS: [(&str, &str, &str); 2] = [
    ("Service", "Type", "simple"),
    ("Unit", "DefaultDependencies", "yes"),
];

/// Tells whether a directive that only NixOS has means nothing here.
pub(super) fn is_added(section: &str, name: &str) -> bool {
    ADDED
        .iter()
        .any(|(of, it, _)| *of == section && *it == name)
}

/// A program is the same wherever it lies: in the store, in /usr/bin.
static PROGRAM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:/nix/store/[^/\s]*|/usr/local|/usr|/run/current-system/sw)?/s?bin/([A-Za-z0-9_\[][A-Za-z0-9._+-]*)").ok()
});
static STORE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/nix/store/[0-9a-z]{32}-").ok());

/// Makes a text one that can be compared: programs by their names, no hashes of the store.
pub(super) fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(program) = PROGRAM.as_ref() {
        text = program.replace_all(&text, "/bin/$1").into_owned();
    }
    if let Some(store) = STORE.as_ref() {
        text = store.replace_all(&text, "/nix/store/").into_owned();
    }
    text
}

/// The lines of a text that mean something in nearly every format, with single blanks.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = plain(text);
    let lines = lines
        .lines()
        .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .filter(|it| !it.is_empty() && !it.starts_with(['#', ';']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn programs_and_blanks_are_alike() {
        let store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x-1.0";
        assert_eq!(
            lines(&format!("# c\na  b {store}/bin/x -y {store}/etc\n\n")),
            ["a b /bin/x -y /nix/store/x-1.0/etc"]
        );
        assert_eq!(lines("a b /usr/bin/x"), ["a b /bin/x"]);
    }
}
