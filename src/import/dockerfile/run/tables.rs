//! Programs by their names: what only looks, what means nothing on NixOS, what builds.

use super::Kind;
use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::{is_plain, without_query};
use crate::import::programs::{BY_HAND, NOTHING, READERS};

/// Programs that make something, and what to say of them; the word before the program's name.
const MAKERS: &[(Kind, &str, &[&str])] = &[
    (
        Kind::Build,
        "builds with",
        &[
            "ant",
            "autoconf",
            "autoreconf",
            "automake",
            "autogen.sh",
            "bazel",
            "buildconf",
            "cargo",
            "cc",
            "clang",
            "cmake",
            "configure",
            "docker-php-source",
            "dotnet",
            "g++",
            "gcc",
            "go",
            "gradle",
            "gradlew",
            "hugo",
            "jlink",
            "make",
            "meson",
            "mvn",
            "mvnw",
            "ninja",
            "patch",
            "phpize",
            "rustc",
            "rustup",
            "sbt",
            "scons",
            "stack",
            "strip",
            "swift",
            "xbuild",
        ],
    ),
    (
        Kind::Language,
        "installs dependencies with",
        &[
            "bower",
            "bun",
            "bundle",
            "bundler",
            "composer",
            "composer.phar",
            "conda",
            "corepack",
            "cpan",
            "cpanm",
            "docker-php-ext-configure",
            "docker-php-ext-enable",
            "docker-php-ext-install",
            "easy_install",
            "gem",
            "install-php-extensions",
            "luarocks",
            "mamba",
            "mix",
            "n",
            "npm",
            "npx",
            "nvm",
            "pear",
            "pecl",
            "pip",
            "pip2",
            "pip3",
            "pipenv",
            "pipx",
            "pnpm",
            "poetry",
            "uv",
            "yarn",
        ],
    ),
    (
        Kind::Fetch,
        "fetches",
        &[
            "aria2c", "axel", "curl", "fetch", "git", "hg", "lftp", "rsync", "scp", "svn", "wget",
        ],
    ),
    (
        Kind::Fetch,
        "unpacks with",
        &[
            "7z", "bsdtar", "bunzip2", "bzip2", "cpio", "gunzip", "gzip", "tar", "unrar", "unxz",
            "unzip", "xz",
        ],
    ),
    (
        Kind::Fetch,
        "installs a package of its own with",
        &["dpkg", "dpkg-deb", "gdebi", "rpm"],
    ),
];

/// Programs that only a build needs, and why nothing comes of them.
const OF_BUILDS: &[(&str, &str)] = &[
    (
        "add-apt-repository",
        "NixOS takes packages from nixpkgs, not from repositories",
    ),
    (
        "addpkg",
        "NixOS takes packages from nixpkgs, not from repositories",
    ),
    (
        "apt-key",
        "NixOS takes packages from nixpkgs, and needs no key of a repository",
    ),
    (
        "crypto-policies",
        "NixOS has no system-wide policy of cryptography",
    ),
    ("dirmngr", "keys only prove what a build fetches"),
    ("dpkg-divert", "NixOS has no files of packages to divert"),
    ("dpkg-reconfigure", "NixOS has no questions of packages"),
    (
        "debconf-set-selections",
        "NixOS has no questions of packages",
    ),
    ("fetch-keys", "keys only prove what a build fetches"),
    ("gpg", "keys only prove what a build fetches"),
    ("gpg2", "keys only prove what a build fetches"),
    ("gpgconf", "keys only prove what a build fetches"),
    ("gpgv", "keys only prove what a build fetches"),
    (
        "localedef",
        "NixOS makes the locales of i18n.supportedLocales itself",
    ),
    (
        "locale-gen",
        "NixOS makes the locales of i18n.supportedLocales itself",
    ),
    ("ldconfig", "programs of NixOS name their libraries by path"),
    ("ldd", "it only looks"),
    ("mktemp", "it only looks"),
    ("cosign", "it proves what the build fetched"),
    ("gpg1", "keys only prove what a build fetches"),
    ("locale", "it only looks"),
    ("minisign", "it proves what the build fetched"),
    ("nproc", "it only looks"),
    ("pkill", "it ends what the build started"),
    ("kill", "it ends what the build started"),
    ("killall", "it ends what the build started"),
    (
        "rpmkeys",
        "NixOS takes packages from nixpkgs, and needs no key of a repository",
    ),
    (
        "rpm-import",
        "NixOS takes packages from nixpkgs, and needs no key of a repository",
    ),
    (
        "setcap",
        "a unit has its capabilities from AmbientCapabilities",
    ),
    ("sha512sum", "it proves what the build fetched"),
    ("shasum", "it proves what the build fetched"),
    ("shift", "it only steers the script"),
    ("trap", "it only steers the script"),
    ("ulimit", "it only steers the script"),
    ("update-alternatives", "NixOS has no alternatives of Debian"),
    (
        "update-ca-certificates",
        "NixOS makes the list of authorities of security.pki itself",
    ),
    (
        "update-ca-trust",
        "NixOS makes the list of authorities of security.pki itself",
    ),
    (
        "update-locale",
        "NixOS makes its locale from i18n.defaultLocale",
    ),
    ("wait", "it only steers the script"),
    (".", "it only reads variables"),
    ("source", "it only reads variables"),
];

/// Words in front of a program that run it otherwise.
pub(super) fn bare(words: &[String]) -> &[String] {
    let Some((program, rest)) = words.split_first() else {
        return words;
    };
    let skipped = match program.as_str() {
        "sudo" | "exec" | "command" | "time" | "nice" | "nohup" | "builtin" | "eatmydata" => {
            rest.iter().take_while(|it| it.starts_with('-')).count()
        }
        "env" => rest
            .iter()
            .take_while(|it| it.starts_with('-') || it.contains('='))
            .count(),
        _ => return words,
    };
    // `command -v x` asks where a program is, and runs nothing.
    if program == "command" && skipped > 0 || skipped >= rest.len() {
        return words;
    }
    bare(&rest[skipped..])
}

pub(super) fn of(
    runner: &Runner<'_, '_>,
    name: &str,
    program: &str,
    arguments: &[String],
) -> Outcome {
    let given: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let [only] | [_, only] = given.as_slice()
        && [
            "--version",
            "-version",
            "--help",
            "version",
            "-V",
            "-v",
            "-h",
        ]
        .contains(only)
    {
        return Outcome::nothing("it only looks whether the program runs");
    }
    if matches!(name, "curl" | "wget")
        && let Some(outcome) = super::installers::only_proves(arguments)
    {
        return outcome;
    }
    if name == "truncate" && given.iter().any(|it| it.starts_with("/var/log/")) {
        return Outcome::nothing("what a build leaves behind is not on a new machine");
    }
    if super::checks::only_checks(name, &given) {
        return Outcome::nothing("it only checks the sources, and makes nothing");
    }
    if matches!(name, "gosu" | "su-exec") && given.contains(&"true") {
        return Outcome::nothing("it only looks whether the program runs");
    }
    let decrypts = given.iter().any(|it| ["--decrypt", "-d"].contains(it));
    let writes = given.iter().any(|it| ["--output", "-o"].contains(it));
    if matches!(name, "gpg" | "gpg2") && decrypts && writes {
        return Outcome::Left(
            Kind::Fetch,
            format!("unpacks what it fetches with `{name}`"),
        );
    }
    if let Some((_, why)) = OF_BUILDS.iter().find(|(it, _)| *it == name) {
        return Outcome::nothing(why);
    }
    if name == "dpkg"
        && given
            .iter()
            .any(|it| it.starts_with("--add-arch") || *it == "--configure")
    {
        return Outcome::nothing("NixOS has no database of installed packages to mend");
    }
    if name == "rpm" && given.contains(&"--import") {
        return Outcome::nothing(
            "NixOS takes packages from nixpkgs, and needs no key of a repository",
        );
    }
    if name == "git" && given.contains(&"config")
        || matches!(
            name,
            "npm"
                | "yarn"
                | "pip"
                | "pip3"
                | "composer"
                | "pnpm"
                | "go"
                | "conda"
                | "gem"
                | "pear"
                | "pecl"
        ) && given.iter().any(|it| {
            matches!(
                *it,
                "cache" | "clean" | "config" | "channel-update" | "update-channels" | "clear-cache"
            )
        })
    {
        return Outcome::nothing("it sets up or clears what only the build uses");
    }
    let is_meant =
        |wanted: &[&str]| wanted.is_empty() || given.iter().any(|it| wanted.contains(it));
    let reads = READERS
        .iter()
        .any(|(it, wanted)| *it == name && is_meant(wanted));
    if reads && !acts(name, &given) {
        return Outcome::nothing("it only looks, or steers the script");
    }
    if let Some((_, _, why)) = NOTHING
        .iter()
        .find(|(it, wanted, _)| *it == name && is_meant(wanted))
    {
        return Outcome::nothing(why);
    }
    if let Some((_, what, _)) = BY_HAND.iter().find(|(it, _, _)| *it == name) {
        let named: Vec<&str> = given
            .iter()
            .filter(|it| !it.starts_with('-'))
            .copied()
            .collect();
        let shown = runner.shown(&named.join(" "));
        return Outcome::Left(
            Kind::Other,
            format!("does what a person states otherwise ({what}): {shown}"),
        );
    }
    if renews_installer(name, &given) {
        return Outcome::nothing("it renews what installs the dependencies of the build");
    }
    if let Some((kind, verb, _)) = MAKERS.iter().find(|(_, _, names)| names.contains(&name)) {
        return Outcome::Left(*kind, made(runner, *kind, verb, name, &given));
    }
    // A Python or Node program that installs is a build, any other is a program of the image.
    if name.starts_with("python")
        && given
            .iter()
            .any(|it| matches!(*it, "pip" | "setup.py" | "ensurepip" | "venv"))
    {
        return Outcome::Left(
            Kind::Language,
            "installs dependencies with `pip`".to_owned(),
        );
    }
    let shown = runner.shown(program);
    let shown: String = shown.chars().take(60).collect();
    Outcome::Left(Kind::Other, format!("runs `{shown}`"))
}

/// `pip install --upgrade pip setuptools wheel`
fn renews_installer(name: &str, given: &[&str]) -> bool {
    let is_pip = matches!(name, "pip" | "pip2" | "pip3") || name.starts_with("python");
    let words: Vec<&str> = given
        .iter()
        .copied()
        .filter(|it| !it.starts_with('-') && !matches!(*it, "pip" | "install"))
        .collect();
    let bare = |it: &str| {
        it.split(['=', '<', '>', '~'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    is_pip
        && given.contains(&"install")
        && given.iter().any(|it| it.contains("pip"))
        && words
            .iter()
            .all(|it| matches!(bare(it).as_str(), "pip" | "setuptools" | "wheel"))
}

/// Says what a program makes: addresses that it fetches, names that it installs.
fn made(runner: &Runner<'_, '_>, kind: Kind, verb: &str, name: &str, given: &[&str]) -> String {
    let address = given.iter().find(|it| it.contains("://"));
    if kind == Kind::Fetch && verb == "fetches" {
        return match address {
            Some(address) => format!("fetches {}", runner.shown(&without_query(address))),
            None => format!("fetches with `{name}`"),
        };
    }
    let is_install = given
        .iter()
        .any(|it| matches!(*it, "install" | "add" | "i"));
    let names: Vec<&str> = given
        .iter()
        .copied()
        .filter(|it| !it.starts_with('-') && is_plain(it) && !it.contains("://"))
        .filter(|it| !matches!(*it, "install" | "add" | "i" | "global" | "update"))
        .take(6)
        .collect();
    if kind == Kind::Language && (is_install || name.starts_with("docker-php")) && !names.is_empty()
    {
        return format!("installs {} with `{name}`", names.join(", "));
    }
    format!("{verb} `{name}`")
}

/// Arguments with which a program that usually looks does something.
fn acts(name: &str, given: &[&str]) -> bool {
    match name {
        // What it runs on what is found is mostly clean-up and rights.
        "find" => given
            .windows(2)
            .filter(|it| it[0].starts_with("-exec") || it[0] == "-ok")
            .any(|it| {
                !matches!(
                    it[1],
                    "rm" | "chmod" | "chown" | "strip" | "ldd" | "grep" | "test" | "touch"
                )
            }),
        "awk" | "gawk" => given
            .iter()
            .any(|it| it.contains("system(") || it.contains("print >")),
        "sort" => given.contains(&"-o"),
        // Of a build, `xargs` runs what only builds run.
        "xargs" => given
            .iter()
            .find(|it| !it.starts_with('-'))
            .is_some_and(|it| {
                !matches!(
                    *it,
                    "rm" | "apt-mark" | "dpkg-query" | "apk" | "echo" | "strip" | "ldd" | "grep"
                )
            }),
        _ => false,
    }
}
