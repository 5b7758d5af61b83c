//! Extensions of PHP, as the official image and PECL install them.
//!
//! Manual: <https://hub.docker.com/_/php>, "How to install more PHP extensions"

use super::Kind;
use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::model::{Family, Origin, PHP_EXTENSION, Package, Sourced};

/// Notes the extensions; `None` where a program does something else.
pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> Option<Outcome> {
    match program {
        "docker-php-ext-configure" => {
            return Some(Outcome::nothing(
                "nixpkgs builds each extension of PHP with what it needs",
            ));
        }
        "docker-php-ext-enable" | "docker-php-ext-install" | "install-php-extensions" => {}
        "pecl" if arguments.iter().any(|it| it == "install") => {}
        _ => return None,
    }
    let mut extensions = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if matches!(
            word.as_str(),
            "-j" | "-D" | "--configureoptions" | "--ini-name"
        ) {
            words.next();
        } else if !(word.starts_with('-') || program == "pecl" && word == "install") {
            extensions.push(extension(word));
        }
    }
    if !runner.is_certain() || extensions.iter().any(Option::is_none) {
        let shown = runner.shown(&arguments.join(" "));
        let what = format!("installs extensions of PHP with `{program}`: {shown}");
        return Some(Outcome::Left(Kind::Language, what));
    }
    if !runner.player.is_image() {
        return Some(Outcome::nothing("what this stage builds has its own PHP"));
    }
    let item = runner.item;
    for name in extensions.into_iter().flatten() {
        let name = format!("{PHP_EXTENSION}{name}");
        let found = runner.player.parts.packages.entry(name.clone());
        let sourced = found.or_insert(Sourced {
            value: Package {
                name,
                family: Family::Other,
                version: None,
            },
            origin: Origin::of(item),
            assumptions: Vec::new(),
        });
        sourced.origin.merge(&Origin::of(item));
    }
    Some(Outcome::Stated)
}

/// `redis`, `redis-6.0.2`, `xdebug-stable`, `@composer`.
fn extension(word: &str) -> Option<String> {
    let word = word.strip_prefix("pecl.php.net/").unwrap_or(word);
    let name = match word.split_once('-') {
        Some((name, version))
            if version.starts_with(|c: char| c.is_ascii_digit())
                || matches!(version, "stable" | "beta" | "alpha" | "devel") =>
        {
            name
        }
        Some(_) | None => word,
    };
    let name = name.strip_suffix(".so").unwrap_or(name);
    let is_name = is_plain(name)
        && !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    is_name.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn extensions_are_named_without_their_versions() {
        for (word, expected) in [
            ("redis", Some("redis")),
            ("redis-6.0.2", Some("redis")),
            ("xdebug-stable", Some("xdebug")),
            ("Zend_Test", Some("zend_test")),
            ("https://example.org/x.tgz", None),
            ("@composer", None),
        ] {
            assert_eq!(extension(word).as_deref(), expected, "{word}");
        }
    }
}
