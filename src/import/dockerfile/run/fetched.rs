//! Programs that a RUN fetches, and builds or only unpacks: what they are called, by the addresses they come from.
//!
//! Whether nixpkgs has such a program is not known here. Where it has, the package is what a person takes; where it has
//! not, the RUN is left to the person with what it does.

use super::{Kind, Remainder, Sum};
use crate::model::{FetchedProgram, Product};

/// Ends of files that only prove others, or are no programs.
const PROOFS: [&str; 19] = [
    ".asc", ".cer", ".conf", ".crt", ".diff", ".gpg", ".ini", ".json", ".key", ".md5", ".patch",
    ".pem", ".pub", ".sha1", ".sha256", ".sha512", ".sig", ".txt", ".yml",
];

/// What an archive or a program of a release ends with.
const ARCHIVES: [&str; 11] = [
    ".tar.bz2", ".tar.gz", ".tar.lz", ".tar.xz", ".tar.zst", ".apk", ".deb", ".rpm", ".tgz",
    ".txz", ".zip",
];

/// Words of a file's name that say for which machine it is, or how it was made.
const PLATFORM: [&str; 24] = [
    "aarch64", "all", "alpine", "amd64", "arm64", "bin", "binary", "debian", "glibc", "gnu",
    "install", "linux", "linux32", "linux64", "musl", "portable", "release", "server", "source",
    "src", "static", "unknown", "x64", "x86",
];

/// What a RUN does with a program that it fetched, and that says nothing besides.
const HANDLING: [&str; 6] = [
    "copies files to ",
    "makes or changes ",
    "makes the link ",
    "moves files to ",
    "runs `find`",
    "runs `install`",
];

/// Programs that build what was unpacked, and not the application of the context.
const TOOLS: [&str; 14] = [
    "autoconf",
    "autogen.sh",
    "autoreconf",
    "buildconf",
    "cmake",
    "configure",
    "docker-php-source",
    "make",
    "meson",
    "ninja",
    "patch",
    "phpize",
    "scons",
    "strip",
];

/// Says which programs a RUN fetches and makes; `None` where it does more than that.
pub(super) fn of(sum: &Sum, earlier: &[Product]) -> Option<FetchedProgram> {
    let mut products: Vec<Product> = Vec::new();
    let mut builds = false;
    for remainder in &sum.left {
        match (remainder.kind, remainder.what.as_str()) {
            (Kind::Fetch, what) => {
                if let Some(address) = what.strip_prefix("fetches ")
                    && address.contains("://")
                {
                    if is_proof(address) {
                        continue;
                    }
                    let product = product(address)?;
                    if !products.iter().any(|it| it.names == product.names) {
                        products.push(product);
                    }
                } else if !what.starts_with("unpacks with ") && !what.starts_with("fetches with ") {
                    return None;
                }
            }
            (Kind::Build, what) => {
                let tool = what.strip_prefix("builds with `")?.strip_suffix('`')?;
                if !TOOLS.contains(&tool) {
                    return None;
                }
                builds = true;
            }
            (Kind::Edit, what) if is_of_sources(what) => {}
            (Kind::Other, what) if HANDLING.iter().any(|it| what.starts_with(it)) => {}
            (Kind::Edit | Kind::Language | Kind::Other, _) => return None,
        }
    }
    if products.is_empty() && builds {
        // What an earlier RUN fetched is built here.
        products = earlier.to_vec();
    }
    (!products.is_empty()).then_some(FetchedProgram {
        products,
        builds,
        reason: String::new(),
        cure: String::new(),
    })
}

/// Tells whether what is edited are the sources that a build unpacked.
fn is_of_sources(what: &str) -> bool {
    let path = what.split('`').nth(1).unwrap_or_default();
    ["/usr/src/", "/tmp/", "/usr/local/src/"]
        .iter()
        .any(|it| path.starts_with(it))
}

/// Tells whether an address is that of a file which only proves another one.
pub(super) fn is_proof(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    PROOFS.iter().any(|it| name.ends_with(it))
        || name.contains("shasum")
        || name.contains("sha256sum")
        || name.contains("checksums")
}

/// Names the program that an address is of.
fn product(address: &str) -> Option<Product> {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let (_, path) = path.split_once("://")?;
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let file = parts.last()?;
    // A script that installs something is not what it installs.
    if [".sh", ".py", ".php", ".jar", ".phar", ".html"]
        .iter()
        .any(|it| file.ends_with(it))
        && !file.ends_with(".phar")
    {
        return None;
    }
    let mut names = Vec::new();
    let (name, mut version) = stem(file);
    names.extend(name);
    if let ["github.com", _, repository, rest @ ..] = parts.as_slice() {
        let repository = repository.strip_suffix(".git").unwrap_or(repository);
        names.insert(0, repository.to_ascii_lowercase());
        if version.is_none() {
            version = rest.iter().find_map(|it| number(it));
        }
    }
    names.dedup();
    if version.is_none() {
        version = parts.iter().rev().find_map(|it| number(it));
    }
    names.retain(|it| {
        it.len() > 1 && !["archive", "download", "main", "master", "latest"].contains(&it.as_str())
    });
    (!names.is_empty()).then(|| Product {
        names,
        version,
        address: address.to_owned(),
    })
}

/// `v1.2.3` is `1.2.3`.
fn number(word: &str) -> Option<String> {
    let bare = word.trim_start_matches(['v', 'V']);
    let is_version = bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.contains('.')
        && bare
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c));
    is_version.then(|| bare.to_owned())
}

/// Takes the name and the version out of the name of a file: `redis-6.2.14.tar.gz`, `gosu-amd64`.
fn stem(file: &str) -> (Option<String>, Option<String>) {
    let lower = file.to_ascii_lowercase();
    let bare = ARCHIVES
        .iter()
        .find_map(|it| lower.strip_suffix(it))
        .unwrap_or(&lower);
    let mut name: Vec<&str> = Vec::new();
    let mut version = None;
    for part in bare.split(['-', '_']) {
        let begins = part.trim_start_matches('v');
        if begins.starts_with(|c: char| c.is_ascii_digit()) && begins.contains('.') {
            version = Some(begins.to_owned());
            break;
        }
        if PLATFORM.contains(&part) || part.starts_with('<') {
            break;
        }
        name.push(part);
    }
    let name = name.join("-");
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c));
    (is_name.then_some(name), version)
}

/// Returns what of a RUN is said of the programs that it fetches, for later ones that build them.
pub(super) fn sources(left: &[Remainder]) -> Vec<Product> {
    let addresses = left.iter().filter(|it| it.kind == Kind::Fetch);
    let addresses = addresses.filter_map(|it| it.what.strip_prefix("fetches "));
    let archives = addresses.filter(|it| !is_proof(it) && it.contains(".tar"));
    archives.filter_map(product).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_proof, product};

    #[test]
    fn programs_are_named_by_their_addresses() {
        for (address, expected) in [
            (
                "https://github.com/tianon/gosu/releases/download/1.17/gosu-amd64",
                "gosu 1.17",
            ),
            (
                "http://download.redis.io/releases/redis-6.2.14.tar.gz",
                "redis 6.2.14",
            ),
            (
                "https://github.com/x/Shadow-Libev/archive/v2.4.6.tar.gz",
                "shadow-libev 2.4.6",
            ),
            (
                "https://www.php.net/distributions/php-8.2.33.tar.xz",
                "php 8.2.33",
            ),
            (
                "https://dl.example.org/v1.6.0/tool_1.6.0_linux_amd64.tar.gz",
                "tool 1.6.0",
            ),
            ("https://example.org/install.sh", ""),
        ] {
            let found = product(address).map_or_else(String::new, |it| {
                let version = it.version.unwrap_or_default();
                format!("{} {version}", it.names.join(","))
            });
            assert_eq!(found, expected, "{address}");
        }
        assert!(is_proof("https://example.org/gosu-amd64.asc"));
    }
}
