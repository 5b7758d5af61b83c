//! `get_url`, `unarchive` and `git`: what is fetched or unpacked while Ansible runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/get_url_module.html>
//!
//! An address that names a version is fetched by Nix, with the hash that the source gives. What is another thing each day,
//! a checkout and an archive are fetched when the machine starts.

mod archive;
mod git;

pub(super) use archive::MODULE as UNARCHIVE;
pub(super) use git::MODULE as GIT;

use super::kept::{Kept, keep, line_of, push_quoted, texts};
use super::paths::{
    Of, Wishes, absolute, base_name, is_folder, put_parents, real, wishes, write_file,
};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::model::{Content, Fetched, Hash, Text};

pub(super) const MODULE: Module = Module {
    names: &["get_url"],
    collection: "ansible.builtin",
    becomes: "pkgs.fetchurl with the checksum of the task, or with lib.fakeHash where it gives none, linked to its place; \
              a oneshot unit where the address names no version. Keys of package repositories need no word.",
    kind: Kind::Changes,
    run,
};

/// Where the keys of package repositories are.
const KEYS: [&str; 5] = [
    "/etc/apt/",
    "/etc/pki/rpm-gpg/",
    "/etc/yum.repos.d/",
    "/etc/zypp/",
    "/usr/share/keyrings/",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How Ansible goes about it.
    params.pass_over(&[
        "backup",
        "ciphers",
        "decompress",
        "force_basic_auth",
        "http_agent",
        "sha256sum",
        "timeout",
        "tmp_dest",
        "unredirected_headers",
        "use_gssapi",
        "use_netrc",
        "use_proxy",
    ]);
    let url = params.text(&["url"])?;
    let Some(url) = url else {
        params.required(&["url"])?;
        return Ok(());
    };
    let dest = params.required(&["dest"])?;
    let checksum = params.text(&["checksum"])?;
    let wishes = wishes(params)?;
    let headers = params.pairs(&["headers"])?;
    let user = params.text(&["url_username", "username"])?;
    let password = params.text(&["url_password", "password"])?;
    let certificate = [
        ("--cert", params.text(&["client_cert"])?),
        ("--key", params.text(&["client_key"])?),
    ];
    let is_checked = params.flag(&["validate_certs"])?.unwrap_or(true);
    let is_forced = params.flag(&["force"])?.unwrap_or(false);
    let path = real(run, &absolute(run, &dest)?);
    let path = match url.plain() {
        Some(plain) if dest.ends_with('/') || is_folder(run, &path) => {
            let name = plain.split(['?', '#']).next().unwrap_or_default();
            format!("{}/{}", path.trim_end_matches('/'), base_name(name))
        }
        _ => path,
    };
    let said = vec![
        ("dest", Value::str(&path)),
        ("state", Value::str("file")),
        ("url", Value::str(url.plain().unwrap_or_default())),
    ];
    if KEYS.iter().any(|it| path.starts_with(it)) {
        blur(run, &path);
        run.returns_changed(said);
        run.not_needed(
            "NixOS takes packages from nixpkgs, which checks what it builds by hashes: it needs no key and no list of a repository",
        );
        return Ok(());
    }
    let is_plain =
        headers.is_empty() && user.is_none() && certificate.iter().all(|it| it.1.is_none());
    if let Some(plain) = url
        .plain()
        .filter(|it| is_plain && is_checked && !it.starts_with("file:"))
    {
        let hash = checksum.as_ref().and_then(Text::plain).and_then(hash);
        if hash.is_some() || (names_version(plain) && !is_forced) {
            return state(plain, hash, &path, &wishes, said, run);
        }
    }
    let mut words = texts(["curl", "-fsSL"]);
    if !is_checked {
        words.push(Text::from("--insecure"));
    }
    for (name, value) in &headers {
        let mut header = Text::from(format!("{name}: "));
        header.push(value);
        words.extend([Text::from("-H"), header]);
    }
    if let Some(user) = user {
        let mut pair = user;
        pair.push_str(":");
        pair.push(&password.unwrap_or_default());
        words.extend([Text::from("-u"), pair]);
    }
    for (option, value) in certificate {
        words.extend(value.into_iter().flat_map(|it| [Text::from(option), it]));
    }
    words.extend(texts(["--create-dirs", "-o", &path]));
    words.push(url);
    let mut script = line_of(&words);
    attributes(&mut script, &path, &wishes);
    keep(Kept::script(script).creating(&path), run)?;
    blur(run, &path);
    run.returns_changed(said);
    Ok(())
}

/// Says that something is at a path of which nobody knows what it holds.
pub(super) fn blur(run: &mut Run<'_, '_>, path: &str) {
    let why = format!("what {} puts there", results::said(run.task));
    run.state.blur(path, &why);
}

/// States a file that Nix fetches.
fn state(
    url: &str,
    hash: Option<Hash>,
    path: &str,
    wishes: &Wishes,
    said: Vec<(&str, Value)>,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    put_parents(run, path, &Wishes::default());
    let url = url.to_owned();
    write_file(run, path, Content::Fetched(Fetched { url, hash }), wishes);
    run.returns_changed(said);
    Ok(())
}

/// Reads `sha256:<digits>`; a checksum may be the address of a file with many of them instead.
fn hash(checksum: &str) -> Option<Hash> {
    let (algorithm, digits) = checksum.split_once(':')?;
    let length = match algorithm {
        "md5" => 32,
        "sha1" => 40,
        "sha256" => 64,
        "sha512" => 128,
        _ => return None,
    };
    let digits = digits.trim().to_ascii_lowercase();
    let is_hash = digits.len() == length && digits.bytes().all(|it| it.is_ascii_hexdigit());
    is_hash.then(|| Hash {
        algorithm: algorithm.to_owned(),
        digits,
    })
}

/// Tells whether an address names a version or a commit, so that the same is there tomorrow.
fn names_version(url: &str) -> bool {
    let Some((_, path)) = url.split_once("://").and_then(|(_, it)| it.split_once('/')) else {
        return false;
    };
    let mut parts = path.split(['/', '_', '-', '=', '?', '&']);
    let moves = [
        "latest", "master", "main", "HEAD", "current", "nightly", "stable",
    ];
    if path.split('/').any(|it| moves.contains(&it)) {
        return false;
    }
    parts.any(|it| is_version(it) || is_commit(it))
}

/// `1.2`, `v1.2.3`, `1.2.3.tar.gz`
fn is_version(part: &str) -> bool {
    let part = part.strip_prefix('v').unwrap_or(part);
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = part.bytes().skip(digits);
    digits > 0 && rest.next() == Some(b'.') && rest.next().is_some_and(|it| it.is_ascii_digit())
}

fn is_commit(part: &str) -> bool {
    part.len() == 40 && part.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Appends what gives a path its owner and mode.
pub(super) fn attributes(script: &mut Text, path: &str, wishes: &Wishes) {
    if let Some(owners) = owners(wishes) {
        script.push_str("\nchown");
        push_quoted(script, &Text::from(owners));
        push_quoted(script, &Text::from(path));
    }
    if let Some(mode) = &wishes.mode {
        let mode = mode.over(super::paths::NEW_FILE, Of::File);
        script.push_str(&format!("\nchmod {}", mode.octal()));
        push_quoted(script, &Text::from(path));
    }
}

/// `owner:group`, as chown(1) takes it.
fn owners(wishes: &Wishes) -> Option<String> {
    match (&wishes.owner, &wishes.group) {
        (None, None) => None,
        (Some(owner), None) => Some(owner.clone()),
        (owner, Some(group)) => Some(format!("{}:{group}", owner.as_deref().unwrap_or_default())),
    }
}

fn refused(reason: impl Into<String>) -> Refusal {
    Refusal::new(Code::CannotState, reason)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::names_version;

    #[test]
    fn an_address_with_a_version_is_the_same_tomorrow() {
        for (url, expected) in [
            ("https://example.org/dl/shop-1.2.3.tar.gz", true),
            ("https://example.org/dl/v1.2/shop-linux-amd64", true),
            (
                "https://example.org/raw/0123456789012345678901234567890123456789/x.pl",
                true,
            ),
            ("https://example.org/dl/latest/shop-1.2.3.deb", false),
            ("https://example.org/install.sh", false),
            ("https://v1.2.example.org/install.sh", false),
        ] {
            assert_eq!(names_version(url), expected, "{url}");
        }
    }

    #[test]
    fn files_with_a_version_are_fetched_by_nix() {
        check(
            "- get_url: {url: 'https://example.org/shop-1.2.jar', dest: /opt/shop.jar, checksum: 'sha1:0123456789012345678901234567890123456789', mode: '0644'}",
            &[
                r#"{"file":{"path":"/opt/shop.jar","content":{"url":"https://example.org/shop-1.2.jar","hash":{"algorithm":"sha1","digits":"0123456789012345678901234567890123456789"}},"mode":"0644"}}"#,
            ],
        );
    }

    #[test]
    fn what_is_another_thing_each_day_is_fetched_by_the_machine() {
        check(
            "- get_url: {url: 'https://example.org/x.sh', dest: /opt/x.sh, mode: '0755', owner: shop}",
            &[
                r#"{"step":{"name":"get url","command":{"script":{"shell":"/bin/sh","text":"curl -fsSL --create-dirs -o /opt/x.sh https://example.org/x.sh\nchown shop /opt/x.sh\nchmod 0755 /opt/x.sh"}},"environment":[],"creates":"/opt/x.sh","after":[]}}"#,
            ],
        );
        check(
            "- get_url: {url: 'https://example.org/a.gpg', dest: /etc/apt/keyrings/a.gpg}",
            &[
                "not-needed: NixOS takes packages from nixpkgs, which checks what it builds by hashes: it needs no key and no list of a repository",
            ],
        );
    }
}
