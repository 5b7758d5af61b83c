//! `pip install`: the libraries that the application has, as far as their names are known.

use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::import::package_name::read;
use crate::model::{Family, Package};
use crate::source::absolute;

/// Options whose value is the next word and says nothing here.
const VALUED: [&str; 8] = [
    "--cache-dir",
    "--extra-index-url",
    "--find-links",
    "--index-url",
    "--timeout",
    "--trusted-host",
    "-f",
    "-i",
];

/// Options with which what is installed is not for the interpreter of the image.
const ELSEWHERE: [&str; 5] = ["--prefix", "--root", "--target", "-t", "--user"];

/// What installs others, and is no library of the application.
const INSTALLERS: [&str; 5] = ["pip", "pip-tools", "setuptools", "virtualenv", "wheel"];

/// How deep files of requirements may name others.
const MAX_DEPTH: usize = 8;

/// Notes the libraries; `None` where this is something else, or a file of requirements is not known.
pub(super) fn install(runner: &mut Runner<'_, '_>, arguments: &[String]) -> Option<Outcome> {
    let mut words = arguments.iter().map(String::as_str);
    let verb = words.find(|it| !it.starts_with('-'))?;
    if verb != "install" || !runner.player.is_image() || !runner.is_certain() {
        return None;
    }
    let mut names: Vec<Package> = Vec::new();
    while let Some(word) = words.next() {
        let option = word.split('=').next().unwrap_or(word);
        if ELSEWHERE.contains(&option) {
            return None;
        }
        match word {
            "-r" | "--requirement" => requirements(runner, words.next()?, 0, &mut names)?,
            "-c" | "--constraint" => {
                words.next();
            }
            it if VALUED.contains(&it) => {
                words.next();
            }
            it => match it.strip_prefix("-r").filter(|_| !it.starts_with("--")) {
                Some(file) => requirements(runner, file, 0, &mut names)?,
                None if it.starts_with('-') => {
                    if matches!(option, "-e" | "--editable") {
                        return None;
                    }
                }
                None => names.extend(library(it)?),
            },
        }
    }
    if names.is_empty() {
        return None;
    }
    runner.install("pip", names);
    Some(Outcome::Stated)
}

/// Reads one requirement: none for an installer; `None` for what is no name.
fn library(word: &str) -> Option<Option<Package>> {
    let is_name = is_plain(word)
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !word.contains(['/', '*', '\\'])
        && !word.contains("://")
        && !word.contains(" @ ");
    if !is_name {
        return None;
    }
    let package = read(word, Family::Python).ok()?;
    let is_installer = INSTALLERS.contains(&package.name.as_str());
    Some((!is_installer).then_some(package))
}

fn requirements(
    runner: &Runner<'_, '_>,
    file: &str,
    depth: usize,
    names: &mut Vec<Package>,
) -> Option<()> {
    if depth > MAX_DEPTH || !is_plain(file) {
        return None;
    }
    let path = absolute(&runner.directory, file);
    let text = runner.player.text_at(&path)?;
    let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        match words.next().unwrap_or_default() {
            "-r" | "--requirement" => {
                let other = absolute(folder, words.next()?);
                requirements(runner, &other, depth + 1, names)?;
            }
            "-e" | "--editable" => return None,
            it if it.starts_with('-') => {}
            _ => {
                let required = line.split(" --").next().unwrap_or(line);
                names.extend(library(required)?);
            }
        }
    }
    Some(())
}
