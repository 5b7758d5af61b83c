//! The programs that a script names, as far as their packages are concerned.
//!
//! By its words, not by `syntax::shell`: that one keeps loops and conditions as text, and a word too many does no harm
//! here, where only the names of known programs count.

use super::program;

/// Packages that every service of NixOS has in its path.
pub(super) const DEFAULT_PATH: [&str; 5] =
    ["coreutils", "findutils", "gnugrep", "gnused", "systemd"];

/// Tells whether a text is a script of a shell, by its first line.
pub(super) fn is_shell_script(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default();
    let Some(interpreter) = head.strip_prefix("#!") else {
        return false;
    };
    let words = interpreter.split_whitespace();
    let mut names = words.map(|it| it.rsplit('/').next().unwrap_or(it));
    let name = names.find(|it| *it != "env" && !it.starts_with('-'));
    name.is_some_and(is_shell)
}

/// Tells whether a program of this name is a shell whose scripts are read here.
pub(super) fn is_shell(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash" | "ash" | "dash" | "ksh" | "zsh" | "rbash"
    )
}

/// Returns the packages of the known programs of a script that a service does not have in its path anyway.
pub(super) fn packages_of(script: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for package in commands_of(script)
        .into_iter()
        .filter_map(program::package_of)
    {
        if !DEFAULT_PATH.contains(&package) && !found.contains(&package) {
            found.push(package);
        }
    }
    if found.contains(&"gnutar") {
        for package in compressors(script) {
            if !found.contains(&package) {
                found.push(package);
            }
        }
    }
    found
}

/// Returns the packages of what tar runs by its name to compress: by its options, or by the names of archives.
pub(super) fn compressors(script: &str) -> Vec<&'static str> {
    const KINDS: [(&str, char, &[&str]); 4] = [
        ("gzip", 'z', &["--gzip", "--gunzip", ".gz", ".tgz"]),
        ("bzip2", 'j', &["--bzip2", ".bz2", ".tbz2"]),
        ("xz", 'J', &["--xz", ".xz", ".txz"]),
        ("zstd", '\0', &["--zstd", ".zst"]),
    ];
    let words: Vec<&str> = script
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', ';', ')']))
        .collect();
    let options: Vec<&str> = words
        .windows(2)
        .filter(|pair| pair[0] == "tar" || pair[0].ends_with("/tar"))
        .map(|pair| pair[1])
        .filter(|it| !it.starts_with("--"))
        .collect();
    let is_used = |letter: char, marks: &[&str]| {
        options.iter().any(|it| it.contains(letter))
            || words
                .iter()
                .any(|word| marks.iter().any(|mark| word.ends_with(mark)))
    };
    let used = KINDS
        .iter()
        .filter(|(_, letter, marks)| is_used(*letter, marks));
    used.map(|(package, _, _)| *package).collect()
}

/// Finds the words of a script where a command begins. A word too many does no harm: only known programs count.
pub(super) fn commands_of(script: &str) -> Vec<&str> {
    const OPENERS: [&str; 9] = [
        "if", "then", "else", "elif", "do", "while", "until", "!", "{",
    ];
    let mut found = Vec::new();
    for part in script.split(['\n', ';', '|', '&', '(', '`']) {
        let mut words = part
            .split_whitespace()
            .skip_while(|word| OPENERS.contains(word) || is_assignment(word));
        let mut word = words.next();
        while let Some("sudo" | "exec" | "nohup" | "time" | "env" | "xargs") = word {
            found.extend(word);
            word = words.find(|it| !it.starts_with('-') && !is_assignment(it));
        }
        found.extend(word.map(|it| it.trim_matches(['"', '\'', ')', '}'])));
    }
    found
}

/// Finds the programs of a script that no NixOS has, and why; those that the script asks for first are none.
pub(super) fn foreign_in(script: &str) -> Vec<(&str, &'static str)> {
    let lines = script.lines();
    let lines = lines.filter(|it| !it.trim_start().starts_with('#'));
    let mut found: Vec<(&str, &str)> = Vec::new();
    for word in lines.flat_map(commands_of) {
        let name = word.rsplit('/').next().unwrap_or(word);
        let asks = ["command -v ", "which ", "type ", "hash ", "-x /usr/bin/"];
        let is_asked = asks
            .iter()
            .any(|it| script.contains(&format!("{it}{name}")));
        if let Some(why) = program::foreign(name).filter(|_| !is_asked)
            && !found.iter().any(|(known, _)| *known == name)
        {
            found.push((name, why));
        }
    }
    found
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Tells whether a word that begins a command could be a program's name: no builtin, no word of the shell.
pub(super) fn is_program(name: &str) -> bool {
    const BUILTINS: [&str; 40] = [
        ".", ":", "[[", "break", "case", "cd", "command", "continue", "declare", "done", "eval",
        "esac", "exit", "export", "fi", "for", "function", "hash", "in", "let", "local", "popd",
        "pushd", "read", "readonly", "return", "set", "shift", "shopt", "source", "trap", "type",
        "ulimit", "umask", "unalias", "unset", "wait", "}", "]", "]]",
    ];
    !BUILTINS.contains(&name)
        && name.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{commands_of, packages_of};

    #[test]
    fn commands_begin_behind_separators() {
        assert_eq!(
            commands_of("A=1 git pull && if test -f x; then sudo -u a curl y | tee z; fi"),
            ["git", "test", "sudo", "a", "tee", "fi"]
        );
        assert_eq!(packages_of("cd x; git a; git b | sort"), ["git"]);
    }

    #[test]
    fn programs_of_other_systems_are_found() {
        let names = |script| -> Vec<&str> {
            let found = super::foreign_in(script);
            found.into_iter().map(|(name, _)| name).collect()
        };
        let script = "set -e\n# dnf update\napt-get update && sudo apt-get -y upgrade; echo ufw\n";
        assert_eq!(names(script), ["apt-get"]);
        assert!(names("if command -v apt-get; then apt-get update; fi\n").is_empty());
    }

    #[test]
    fn tar_needs_what_it_compresses_with() {
        assert_eq!(packages_of("tar xz -C /a < /b.tgz"), ["gnutar", "gzip"]);
        assert_eq!(packages_of("tar cf a.tar.xz /b"), ["gnutar", "xz"]);
        assert_eq!(packages_of("tar xf a.tar; cat b.gz"), ["gnutar", "gzip"]);
        assert_eq!(packages_of("tar cf a.tar /b"), ["gnutar"]);
    }
}
