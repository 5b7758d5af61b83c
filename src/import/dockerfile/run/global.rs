//! `npm install -g` and its like: programs of Node and Ruby by their names.

use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::import::package_name::read;
use crate::model::{Family, Package};

/// What installs others, or builds the application, and is no program of the service.
const INSTALLERS: [&str; 16] = [
    "@angular/cli",
    "@vue/cli",
    "bower",
    "bundler",
    "corepack",
    "grunt-cli",
    "gulp",
    "gulp-cli",
    "node-gyp",
    "npm",
    "pnpm",
    "rubygems-update",
    "turbo",
    "typescript",
    "webpack",
    "yarn",
];

/// Notes the programs; `None` where something else is done.
pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> Option<Outcome> {
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let family = match (program, given.as_slice()) {
        ("npm" | "pnpm", words)
            if words.iter().any(|it| matches!(*it, "-g" | "--global"))
                && words
                    .iter()
                    .any(|it| matches!(*it, "install" | "i" | "add")) =>
        {
            Family::Node
        }
        ("yarn", ["global", "add", ..]) => Family::Node,
        ("gem", ["install", ..]) => Family::Ruby,
        ("corepack", ["enable" | "prepare" | "install", ..]) => {
            return Some(Outcome::nothing(
                "it renews what installs the dependencies of the build",
            ));
        }
        _ => return None,
    };
    let mut words = arguments.iter();
    let mut packages: Vec<Package> = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "install" | "i" | "add" | "global" => {}
            "-v" | "--version" if family == Family::Ruby => {
                words.next();
            }
            "--prefix" | "--registry" => return None,
            it if it.starts_with('-') => {}
            it => packages.push(package(it, family)?),
        }
    }
    packages.retain(|it| !INSTALLERS.contains(&it.name.as_str()));
    if packages.is_empty() {
        return Some(Outcome::nothing(
            "it renews what installs the dependencies of the build",
        ));
    }
    if !runner.player.is_image() || !runner.is_certain() {
        return None;
    }
    runner.install(program, packages);
    Some(Outcome::Stated)
}

/// `serve`, `serve@14`, `@scope/name@1.2`
fn package(word: &str, family: Family) -> Option<Package> {
    let is_name = is_plain(word) && !word.contains("://") && !word.starts_with(['.', '/', '~']);
    if !is_name {
        return None;
    }
    read(word, family).ok()
}
