//! Modules that a program of the machine does as well: `archive`, `patch`, `htpasswd`, `capabilities`, `xml`, `at`.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/general/archive_module.html> and its kin
//!
//! Each is kept as a step that runs once.

use super::fetched::attributes;
use super::kept::{Kept, keep, line_of, push_quoted, texts};
use super::paths::{Asset, absolute, base_name, content, find, parent, wishes};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Content, Hole, HoleKind, Text};

pub(super) const ARCHIVE: Module = Module {
    names: &["archive"],
    collection: "community.general",
    becomes: "A oneshot unit that packs the files, once.",
    kind: Kind::Changes,
    run: run_archive,
};

pub(super) const AT: Module = Module {
    names: &["at"],
    collection: "ansible.posix",
    becomes: "Left to you: a job that runs once is no state of the machine.",
    run: run_at,
    ..ARCHIVE
};

pub(super) const CAPABILITIES: Module = Module {
    names: &["capabilities"],
    becomes: "A oneshot unit that calls setcap. For the program of a package, security.wrappers has it.",
    run: run_capabilities,
    ..ARCHIVE
};

pub(super) const HTPASSWD: Module = Module {
    names: &["htpasswd"],
    becomes: "A oneshot unit that puts the name into the file; the password is read from a file below /run/secrets.",
    run: run_htpasswd,
    ..ARCHIVE
};

pub(super) const PATCH: Module = Module {
    names: &["patch"],
    collection: "ansible.posix",
    becomes: "A oneshot unit that applies the patch, once. For the files of a package, overrideAttrs has patches.",
    run: run_patch,
    ..ARCHIVE
};

pub(super) const XML: Module = Module {
    names: &["xml"],
    becomes: "A oneshot unit that sets the value with xmlstarlet.",
    run: run_xml,
    ..ARCHIVE
};

/// Folders whose files packages bring, on other systems.
const PACKAGED: [&str; 5] = ["/bin/", "/lib/", "/lib64/", "/sbin/", "/usr/"];

fn is_packaged(path: &str) -> bool {
    !path.starts_with("/usr/local/") && PACKAGED.iter().any(|it| path.starts_with(it))
}

fn run_archive(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["force_archive"]);
    let given = params.list(&["path"])?.unwrap_or_default();
    let dest = params.string(&["dest"])?;
    let format = params.choice(&["format"], &["bz2", "gz", "tar", "xz", "zip"], "gz")?;
    let excluded = params.list(&["exclude_path"])?.unwrap_or_default();
    let patterns = params.list(&["exclusion_patterns"])?.unwrap_or_default();
    let removes = params.flag(&["remove"])?.unwrap_or(false);
    let wishes = wishes(params)?;
    let mut paths = Vec::new();
    for path in &given {
        paths.push(absolute(run, path)?);
    }
    let Some(first) = paths.first() else {
        return params.required(&["path"]).map(|_| ());
    };
    let dest = match dest {
        Some(dest) => absolute(run, &dest)?,
        None if paths.len() == 1 && format == "tar" => format!("{first}.tar"),
        None if paths.len() == 1 && format == "zip" => format!("{first}.zip"),
        None if paths.len() == 1 => format!("{first}.tar.{format}"),
        None => return params.required(&["dest"]).map(|_| ()),
    };
    let root = paths
        .iter()
        .skip(1)
        .fold(parent(first), |root, path| common(root, parent(path)));
    let within = |path: &String| {
        let below = path.strip_prefix(root).unwrap_or(path);
        below.trim_start_matches('/').to_owned()
    };
    let mut words = if format == "zip" {
        let mut words = texts(["zip", "-qr", &dest]);
        words.extend(paths.iter().map(|it| Text::from(within(it))));
        for pattern in excluded.iter().map(within).chain(patterns) {
            words.extend(texts(["-x", &pattern]));
        }
        words
    } else {
        let way = match format.as_str() {
            "bz2" => "--bzip2",
            "gz" => "--gzip",
            "xz" => "--xz",
            _ => "--auto-compress",
        };
        let mut words = texts(["tar", "--create", way, "--file", &dest]);
        for pattern in excluded.iter().map(within).chain(patterns) {
            words.push(Text::from(format!("--exclude={pattern}")));
        }
        words.push(Text::from("--"));
        words.extend(paths.iter().map(|it| Text::from(within(it))));
        words
    };
    let mut script = line_of(&std::mem::take(&mut words));
    attributes(&mut script, &dest, &wishes);
    if removes {
        script.push_str("\nrm -rf");
        for path in &paths {
            push_quoted(&mut script, &Text::from(path.as_str()));
        }
    }
    let root = if root.is_empty() { "/" } else { root };
    keep(Kept::script(script).within(root).creating(&dest), run)
}

/// Returns the folder that two paths have in common.
fn common<'p>(one: &'p str, other: &str) -> &'p str {
    let mut root = one;
    while !root.is_empty() && other != root && !other.starts_with(&format!("{root}/")) {
        root = root.rsplit_once('/').map_or("", |(above, _)| above);
    }
    root
}

fn run_at(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let command = params.text(&["command"])?;
    let count = params.string(&["count"])?.unwrap_or_default();
    let units = params.string(&["units"])?.unwrap_or_default();
    params.rest();
    let Some(command) = command else {
        run.already("a new machine has no such job");
        return Ok(());
    };
    let command = command.plain().unwrap_or("a command with a secret");
    let reason = format!("`{command}` runs once, {count} {units} after Ansible did");
    Err(Refusal::new(Code::CannotState, reason).cure(
        "run it by hand, or by systemd-run --on-active; a timer of systemd.timers repeats it",
    ))
}

fn run_capabilities(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = params.required(&["path", "key"])?;
    let path = absolute(run, &path)?;
    let capability = params.required(&["capability", "cap"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    if state == "absent" {
        run.already(format!("a new machine gives `{path}` no capability"));
        return Ok(());
    }
    if is_packaged(&path) {
        let name = base_name(&path);
        let reason = format!("`{path}` is of a package, which lies in the Nix store");
        return Err(Refusal::new(Code::CannotState, reason).cure(format!(
            "security.wrappers.{name} = {{ source = \"${{pkgs.<package>}}/bin/{name}\"; capabilities = \"{capability}\"; owner = \"root\"; group = \"root\"; }};"
        )));
    }
    let words = texts(["setcap", capability.to_lowercase().as_str(), path.as_str()]);
    keep(Kept::words(words), run)
}

fn run_htpasswd(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let path = params.required(&["path", "dest", "destfile"])?;
    let path = absolute(run, &path)?;
    let name = params.required(&["name", "username"])?;
    let password = params.text(&["password"])?;
    let scheme = params
        .string(&["hash_scheme", "crypt_scheme"])?
        .unwrap_or_else(|| "apr_md5_crypt".to_owned());
    let creates = params.flag(&["create"])?.unwrap_or(true);
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let wishes = wishes(params)?;
    if state == "absent" {
        run.already(format!("`{path}` of a new machine has no `{name}`"));
        return Ok(());
    }
    let Some(password) = password else {
        return params.required(&["password"]).map(|_| ());
    };
    if let Some(hole) = password
        .worst_hole()
        .filter(|it| it.kind == HoleKind::Unknown)
    {
        return Err(Refusal::hole(hole));
    }
    let way = match scheme.as_str() {
        "apr_md5_crypt" | "md5_crypt" | "portable" | "portable_apache22" | "portable_apache24" => {
            "-im"
        }
        "bcrypt" | "host" => "-iB",
        "sha256_crypt" | "linux_apache24" => "-i2",
        "sha512_crypt" => "-i5",
        "ldap_sha1" => "-is",
        "plaintext" => "-ip",
        _ => {
            let reason = format!("htpasswd does not know the scheme `{scheme}`");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("make the line by hand, in a file below /run/secrets"));
        }
    };
    // Whatever it is, none of its characters goes further.
    let secret = Text::hole(Hole {
        kind: HoleKind::Secret,
        what: format!("the password of {name} in {path}"),
        span: Some(params.span),
    });
    let mut script = Text::new();
    if creates {
        script.push_str("mkdir -p");
        push_quoted(&mut script, &Text::from(parent(&path)));
        script.push_str("\ntouch");
        push_quoted(&mut script, &Text::from(path.as_str()));
    }
    attributes(&mut script, &path, &wishes);
    script.push_str("\nprintf '%s'");
    push_quoted(&mut script, &secret);
    script.push_str(&format!(" | htpasswd {way}"));
    for word in [path.as_str(), name.as_str()] {
        push_quoted(&mut script, &Text::from(word));
    }
    keep(Kept::script(script), run)?;
    super::fetched::blur(run, &path);
    Ok(())
}

fn run_patch(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup"]);
    let source = params.required(&["src", "patchfile"])?;
    let is_remote = params.flag(&["remote_src"])?.unwrap_or(false);
    let folder = params.string(&["basedir"])?;
    let dest = params.string(&["dest", "originalfile"])?;
    let strip = params.string(&["strip"])?.unwrap_or_else(|| "0".to_owned());
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let is_binary = params.flag(&["binary"])?.unwrap_or(false);
    let ignores = params.flag(&["ignore_whitespace"])?.unwrap_or(false);
    if state == "absent" {
        run.already("on a new machine no patch is applied that could be taken back");
        return Ok(());
    }
    let folder = folder.map(|it| absolute(run, &it)).transpose()?;
    let dest = match (dest, &folder) {
        (Some(dest), Some(folder)) if !dest.starts_with('/') => Some(format!("{folder}/{dest}")),
        (dest, _) => dest.map(|it| absolute(run, &it)).transpose()?,
    };
    let Some(place) = dest.as_ref().or(folder.as_ref()) else {
        return params.required(&["basedir"]).map(|_| ());
    };
    if is_packaged(place) {
        let reason = format!("`{place}` is of a package, which lies in the Nix store");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("pkgs.<package>.overrideAttrs (old: { patches = (old.patches or [ ]) ++ [ ./x.patch ]; })"));
    }
    if place.starts_with("/etc/") {
        let reason = format!("`{place}` is changed by a patch, and NixOS makes the files of /etc");
        return Err(Refusal::new(Code::OriginalNeeded, reason)
            .cure("state what the patch changes by the options of that service, or the whole file by environment.etc"));
    }
    let mut words = texts(["patch", "--forward", "--batch", &format!("-p{strip}")]);
    if is_binary {
        words.push(Text::from("--binary"));
    }
    if ignores {
        words.push(Text::from("--ignore-whitespace"));
    }
    let mut script = Text::new();
    if is_remote {
        let source = absolute(run, &source)?;
        words.extend(texts(["-i", source.as_str()]));
    } else {
        let Asset::File(file) = find(run, &source, "files")? else {
            let reason = format!("`{source}` is a folder");
            return Err(Refusal::new(Code::BadInput, reason));
        };
        let Content::Text(text) = content(run.library.tree, file)? else {
            let reason = format!("`{source}` is no text");
            return Err(Refusal::new(Code::CannotState, reason));
        };
        script.push_str("printf '%s\\n'");
        let text = text.plain().unwrap_or_default();
        push_quoted(&mut script, &Text::from(text.trim_end_matches('\n')));
        script.push_str(" | ");
    }
    words.extend(dest.iter().map(|it| Text::from(it.as_str())));
    script.push(&line_of(&words));
    let kept = Kept::script(script);
    match &folder {
        Some(folder) => keep(kept.within(folder), run),
        None => keep(kept, run),
    }
}

fn run_xml(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "input_type", "pretty_print", "strip_cdata_tags"]);
    let path = params.string(&["path", "dest", "file"])?;
    let xpath = params.string(&["xpath"])?;
    let attribute = params.string(&["attribute"])?;
    let value = params.text(&["value"])?;
    let namespaces = params.pairs(&["namespaces"])?;
    let state = params.choice(&["state", "ensure"], &["absent", "present"], "present")?;
    let looks = params.flag(&["count"])?.unwrap_or(false)
        || params.flag(&["print_match"])?.unwrap_or(false)
        || params.value(&["content"]).is_some();
    let children = ["add_children", "set_children"].iter().any(|it| {
        params
            .value(&[it])
            .is_some_and(|it| !matches!(it, Value::Bool(false)))
    });
    params.pass_over(&["insertafter", "insertbefore"]);
    if params.value(&["xmlstring"]).is_some() || looks {
        run.probe("it only looks at a document");
        return Ok(());
    }
    let path = match path {
        Some(path) => absolute(run, &path)?,
        None => return params.required(&["path"]).map(|_| ()),
    };
    let xpath = match (xpath, attribute) {
        (Some(xpath), Some(attribute)) => format!("{xpath}/@{attribute}"),
        (Some(xpath), None) => xpath,
        (None, _) => {
            run.probe("it only looks at a document");
            return Ok(());
        }
    };
    if children || path.starts_with("/etc/") || is_packaged(&path) {
        let reason =
            format!("`{path}` is not in the input: the edit of `{xpath}` needs the original");
        return Err(Refusal::new(Code::OriginalNeeded, reason)
            .cure("state the whole document, as a file or by the options of its service"));
    }
    let mut words = texts(["xmlstarlet", "edit", "--inplace"]);
    for (prefix, uri) in namespaces {
        let mut pair = Text::from(format!("{prefix}="));
        pair.push(&uri);
        words.extend([Text::from("-N"), pair]);
    }
    match (state.as_str(), value) {
        ("absent", _) => words.extend(texts(["--delete", xpath.as_str()])),
        (_, Some(value)) => {
            words.extend(texts(["--update", xpath.as_str(), "--value"]));
            words.push(value);
        }
        (_, None) => {
            let reason = format!("it makes `{xpath}` where `{path}` does not have it");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("state the whole document, as a file or by the options of its service"));
        }
    }
    words.push(Text::from(path.as_str()));
    keep(Kept::words(words), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn files_are_packed_from_the_folder_they_share() {
        check(
            "- archive: {path: [/srv/a/x, /srv/a/y/z], dest: /srv/a.tgz, remove: true, mode: '0600'}",
            &[
                r#"{"step":{"name":"archive","command":{"script":{"shell":"/bin/sh","text":"tar --create --gzip --file /srv/a.tgz -- x y/z\nchmod 0600 /srv/a.tgz\nrm -rf /srv/a/x /srv/a/y/z"}},"directory":"/srv/a","environment":[],"creates":"/srv/a.tgz","after":[]}}"#,
            ],
        );
        check(
            "- archive: {path: /srv/shop, format: zip}",
            &[
                r#"{"step":{"name":"archive","command":{"script":{"shell":"/bin/sh","text":"zip -qr /srv/shop.zip shop"}},"directory":"/srv","environment":[],"creates":"/srv/shop.zip","after":[]}}"#,
            ],
        );
    }

    #[test]
    fn a_password_reaches_no_output() {
        check(
            "- htpasswd: {path: /srv/auth/x, name: ada, password: hunter2, owner: root, group: www, mode: '0640'}",
            &[
                r#"{"step":{"name":"htpasswd","command":{"script":{"shell":"/bin/sh","text":["mkdir -p /srv/auth\ntouch /srv/auth/x\nchown root:www /srv/auth/x\nchmod 0640 /srv/auth/x\nprintf '%s' ",{"secret":"the password of ada in /srv/auth/x"}," | htpasswd -im /srv/auth/x ada"]}},"environment":[],"after":[]}}"#,
            ],
        );
    }

    #[test]
    fn programs_of_packages_have_wrappers() {
        check(
            "- capabilities: {path: /opt/x/x, capability: cap_net_raw=ep}",
            &[
                r#"{"step":{"name":"capabilities","command":{"words":["setcap","cap_net_raw=ep","/opt/x/x"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- capabilities: {path: /usr/bin/ping, capability: cap_net_raw+ep}",
            &["manual: `/usr/bin/ping` is of a package, which lies in the Nix store"],
        );
    }

    #[test]
    fn patches_are_applied_where_files_may_change() {
        check(
            "- patch: {src: motd, basedir: /srv/a, strip: 1}",
            &[
                r#"{"step":{"name":"patch","command":{"script":{"shell":"/bin/sh","text":"printf '%s\\n' Welcome | patch --forward --batch -p1"}},"directory":"/srv/a","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- patch: {src: motd, dest: /usr/share/x/y.pl}",
            &["manual: `/usr/share/x/y.pl` is of a package, which lies in the Nix store"],
        );
    }

    #[test]
    fn values_of_documents_are_set() {
        check(
            "- xml: {path: /opt/x.xml, xpath: /a/b, attribute: c, value: d}",
            &[
                r#"{"step":{"name":"xml","command":{"words":["xmlstarlet","edit","--inplace","--update","/a/b/@c","--value","d","/opt/x.xml"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- xml: {path: /opt/x.xml, xpath: /a/b, count: true}",
            &["not-needed: it only looks at a document"],
        );
    }
}
