//! COPY and ADD: what comes into the image from the build context, a stage, another image or an address.

use regex::Regex;

use super::context::{Found, Missing, cleaned};
use super::metadata::{sourced, unknown};
use super::player::{Left, Player};
use super::scope::{hide_credentials, is_plain, without_query};
use crate::account::ItemId;
use crate::diag::{self, Diagnostics};
use crate::import::permissions::symbolic;
use crate::import::redact::{hidden, redact};
use crate::import::taint::taken;
use crate::model::{ApplicationSource, Content, File, Mode, Resource, SourceFrom};
use crate::secret::holds_secret;
use crate::source::{FileId, Span, absolute};
use crate::syntax::dockerfile::{Heredoc, Source, Transfer};
use crate::syntax::glob::{glob, is_pattern};

/// More files than these are a tree of their own, not files of the machine.
const MAX_FILES: usize = 40;
/// Larger files are data.
const MAX_BYTES: usize = 256 * 1024;

/// Folders whose files a machine has, too: configuration and scripts.
const OF_MACHINE: [&str; 8] = [
    "/etc",
    "/usr/local/etc",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/bin",
    "/sbin",
];

/// Folders that official images and packages of servers bring.
const OF_PROGRAMS: [&str; 19] = [
    "/docker-entrypoint-initdb.d",
    "/etc/apache2",
    "/etc/apache2/sites-available",
    "/etc/apache2/sites-enabled",
    "/etc/caddy",
    "/etc/haproxy",
    "/etc/nginx",
    "/etc/nginx/sites-available",
    "/etc/nginx/sites-enabled",
    "/etc/prometheus",
    "/etc/ssl",
    "/etc/ssl/certs",
    "/usr/local/apache2",
    "/usr/local/apache2/conf",
    "/usr/local/apache2/htdocs",
    "/usr/local/etc/php",
    "/usr/share/nginx/html",
    "/var/www",
    "/var/www/html",
];

/// Folders in which no application lives.
const NO_HOMES: [&str; 6] = ["/tmp", "/usr", "/var", "/root", "/opt", "/home"];

/// Tells whether a working directory is where the application itself lies.
pub(super) fn is_folder_of_application(path: &str) -> bool {
    path != "/"
        && !NO_HOMES.contains(&path)
        && !OF_MACHINE.iter().any(|folder| is_in(path, folder))
        && !path.starts_with("/tmp/")
}

/// Tells whether a path is a folder, or in it.
pub(super) fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is said of all that one instruction brings.
struct Transport {
    item: ItemId,
    owner: Option<String>,
    group: Option<String>,
    mode: Option<Mode>,
    target: String,
    /// The target is a folder into which things are put.
    into: bool,
    /// ADD takes archives of the context apart.
    unpacks: bool,
    /// `--parents`: the folders above a source come with it.
    keeps_parents: bool,
    /// `--exclude`
    left_out: Vec<Regex>,
    assumptions: Vec<String>,
}

pub(super) fn play(
    player: &mut Player<'_>,
    at: usize,
    transfer: &Transfer,
    diags: &mut Diagnostics,
) -> Result<(), Left> {
    let instruction = &player.recipe.file.instructions[at];
    let target = player.known(&transfer.target, at, diags)?;
    let single = transfer.sources.len() == 1;
    let ends = target.text.ends_with('/') || target.text == "." || target.text.ends_with("/.");
    let mut transport = Transport {
        item: player.recipe.items[at],
        owner: None,
        group: None,
        mode: None,
        into: ends || !single,
        unpacks: instruction.keyword == "ADD" && instruction.flag("unpack") != Some("false"),
        keeps_parents: instruction.flag("parents") == Some("true"),
        left_out: instruction.flags("exclude").filter_map(glob).collect(),
        target: absolute(&player.here.directory, &target.text),
        assumptions: target.assumptions,
    };
    if let Some(owner) = instruction.flag("chown") {
        let owner = player.known(owner, at, diags)?.text;
        let (user, group) = owner.split_once(':').unwrap_or((&owner, ""));
        let named = |it: &str| Some(it.to_owned()).filter(|it| !it.is_empty());
        (transport.owner, transport.group) = (named(user), named(group));
        let folder = player.folder.as_deref();
        let is_own = folder.is_some_and(|folder| is_in(&transport.target, folder));
        player.parts.owns_source |= is_own && !matches!(user, "" | "root" | "0");
    }
    if let Some(mode) = instruction.flag("chmod") {
        let mode = player.known(mode, at, diags)?.text;
        transport.mode = mode_of(&mode, 0o644);
    }
    if let Some(from) = instruction.flag("from") {
        return from_elsewhere(player, from, transfer, at, &transport);
    }
    let mut left = None;
    for source in &transfer.sources {
        let outcome = match source {
            Source::Heredoc(heredoc) => inline(player, heredoc, &transport),
            Source::Path(path) => one(player, path, at, &transport, diags),
        };
        left = outcome.err().or(left);
    }
    left.map_or(Ok(()), Err)
}

/// `0755` or `u+x`.
pub(super) fn mode_of(text: &str, base: u32) -> Option<Mode> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(text, 8)
            .ok()
            .map(|it| Mode(it & 0o7777));
    }
    symbolic(text, base).map(|(bits, _)| Mode(bits))
}

fn one(
    player: &mut Player<'_>,
    source: &str,
    at: usize,
    transport: &Transport,
    diags: &mut Diagnostics,
) -> Result<(), Left> {
    let value = player.known(source, at, diags)?;
    if let Some(left) = address(player, &value.text, at, transport) {
        return left;
    }
    let found = match player.context.find(&value.text) {
        Ok(found) => found,
        Err(missing) => {
            let path = cleaned(&value.text);
            let (why, cure) = match missing {
                Missing::Nothing => (
                    "is not in the build context".to_owned(),
                    "give the folder of the build context with --context, or the file",
                ),
                Missing::Ignored => (
                    "is left out of the build context by .dockerignore".to_owned(),
                    "let .dockerignore keep it with `!`",
                ),
                Missing::Unreadable(problem) => (
                    format!("cannot be read: {problem}"),
                    "put the file itself into the build context",
                ),
            };
            let message = format!("`{path}` {why}");
            let code = diag::Code::DockerfileMissing;
            diags.at_with_help(code, player.span(at), message.clone(), cure);
            return Err(Left::new(
                message,
                "Put it there and translate again, or state what it holds.",
            ));
        }
    };
    let is_pattern = is_pattern(&cleaned(&value.text));
    for it in found {
        if transport.unpacks && it.file.is_some() && is_archive(&it.path) {
            let reason = format!("it unpacks `{}` into `{}`", it.path, transport.target);
            let cure = "Unpack it into the source of the service, or package what it holds.";
            return Err(Left::new(reason, cure));
        }
        match it.file {
            Some(file) => {
                let name = it.path.rsplit('/').next().unwrap_or(&it.path);
                let into = transport.into || is_pattern;
                let path = if transport.keeps_parents {
                    below(&transport.target, &it.path)
                } else if into {
                    below(&transport.target, name)
                } else {
                    transport.target.clone()
                };
                file_or_source(player, &it, file, &path, transport)?;
            }
            None => folder(player, &it, transport)?,
        }
    }
    Ok(())
}

fn below(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// A file of the context is one of the machine where it is configuration or a script, else a part of the application.
fn file_or_source(
    player: &mut Player<'_>,
    found: &Found,
    file: FileId,
    path: &str,
    transport: &Transport,
) -> Result<(), Left> {
    // A file of which nothing says that the image has it: into an existing folder, or as it is named.
    let path = if is_known_folder(player, path) {
        let name = found.path.rsplit('/').next().unwrap_or(&found.path);
        below(path, name)
    } else {
        path.to_owned()
    };
    if is_of_machine(player, &path) {
        return put_file(player, file, &path, transport);
    }
    bring(player, found, path, transport);
    Ok(())
}

/// Folders that every system has: COPY of a file to one of them puts the file into it.
fn is_known_folder(player: &Player<'_>, path: &str) -> bool {
    const USUAL: [&str; 20] = [
        "/",
        "/bin",
        "/etc",
        "/home",
        "/mnt",
        "/opt",
        "/root",
        "/sbin",
        "/srv",
        "/tmp",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/local",
        "/usr/local/bin",
        "/usr/local/etc",
        "/usr/local/sbin",
        "/usr/sbin",
        "/usr/share",
        "/var",
    ];
    let path = if path == "/" {
        path
    } else {
        path.trim_end_matches('/')
    };
    let made = matches!(
        player.state.at_path(path).map(|it| &it.resource),
        Some(Resource::Directory(_))
    );
    let worked = player
        .parts
        .directory
        .as_ref()
        .is_some_and(|it| it.value == path);
    let stated = player.parts.state.iter().any(|it| it.value == path);
    let filled = player
        .parts
        .source
        .iter()
        .any(|it| it.value.folder && it.value.path == path);
    // `conf.d`, `php/conf.d`, `initdb.d`
    let joins = path.ends_with(".d")
        && (path.starts_with("/etc/") || path.contains("/etc/") || path.starts_with("/docker"));
    USUAL.contains(&path)
        || OF_PROGRAMS.contains(&path)
        || joins
        || made
        || worked
        || stated
        || filled
        || path == player.here.directory
}

fn is_of_machine(player: &Player<'_>, path: &str) -> bool {
    if player
        .folder
        .as_deref()
        .is_some_and(|folder| is_in(path, folder))
    {
        return false;
    }
    let at_top = path
        .rmatch_indices('/')
        .next()
        .is_some_and(|(at, _)| at == 0);
    let is_docker = path.starts_with("/docker-entrypoint");
    at_top
        || is_docker
        || OF_MACHINE
            .iter()
            .any(|folder| is_in(path, folder) && path != *folder)
}

fn put_file(
    player: &mut Player<'_>,
    file: FileId,
    path: &str,
    transport: &Transport,
) -> Result<(), Left> {
    let tree = player.recipe.tree;
    let is_executable = tree.is_executable(file);
    let unreadable = |why: String| {
        Left::new(
            format!("`{}` {why}", tree.path(file)),
            "Package it, or put it onto the machine by hand.",
        )
    };
    let content = match (tree.text(file), tree.bytes(file)) {
        (_, Err(problem)) => return Err(unreadable(format!("cannot be read: {problem}"))),
        (_, Ok(bytes)) if bytes.len() > MAX_BYTES => {
            return Err(unreadable(format!(
                "has {} bytes: it is no configuration",
                bytes.len()
            )));
        }
        (Ok(text), Ok(_)) => {
            let shown = tree.path(file);
            let span = Span::new(file, 0, text.len());
            let redacted = if holds_secret(path, text) {
                hidden(format!("the file {shown}"), span)
            } else {
                redact(text, path, shown, |from, to| Span::new(file, from, to))
            };
            player.recipe.holes.keep(taken(text, &redacted));
            Content::Text(redacted)
        }
        (Err(_), Ok(bytes)) => Content::Binary(bytes.to_vec()),
    };
    let mode = transport.mode.or(is_executable.then_some(Mode(0o755)));
    put_content(player, path, content, mode, transport);
    Ok(())
}

fn put_content(
    player: &mut Player<'_>,
    path: &str,
    content: Content,
    mode: Option<Mode>,
    transport: &Transport,
) {
    let file = File {
        path: path.to_owned(),
        content,
        mode,
        owner: transport.owner.clone(),
        group: transport.group.clone(),
    };
    let assumptions = transport.assumptions.clone();
    player.put(transport.item, Resource::File(file), assumptions);
}

/// Of a folder, what is in it is copied.
fn folder(player: &mut Player<'_>, found: &Found, transport: &Transport) -> Result<(), Left> {
    let mut files = player.context.below(&found.path);
    files.retain(|(path, _)| !transport.left_out.iter().any(|it| it.is_match(path)));
    let machine = files
        .iter()
        .filter(|(path, _)| is_of_machine(player, &below(&transport.target, path)))
        .count();
    let is_tree = transport.target != "/" && machine < files.len();
    let is_whole = machine == 0 && transport.target != "/";
    if files.is_empty() || is_whole || is_tree || files.len() > MAX_FILES {
        let path = match transport.target.as_str() {
            "/" => "/".to_owned(),
            path => path.trim_end_matches('/').to_owned(),
        };
        bring(player, found, path, transport);
        return Ok(());
    }
    let mut left = None;
    for (path, file) in files {
        let target = below(&transport.target, &path);
        let outcome = if is_of_machine(player, &target) {
            put_file(player, file, &target, transport)
        } else {
            let within = if found.path == "." {
                path
            } else {
                format!("{}/{path}", found.path)
            };
            let found = Found {
                path: within,
                file: Some(file),
            };
            bring(player, &found, target, transport);
            Ok(())
        };
        left = outcome.err().or(left);
    }
    left.map_or(Ok(()), Err)
}

/// Notes what of the context is a part of the application.
fn bring(player: &mut Player<'_>, found: &Found, path: String, transport: &Transport) {
    let source = ApplicationSource {
        path,
        from: SourceFrom::Context(found.path.clone()),
        folder: found.file.is_none(),
    };
    push_source(player, source, transport);
}

fn push_source(player: &mut Player<'_>, source: ApplicationSource, transport: &Transport) {
    let sourced = sourced(source, transport.item, transport.assumptions.clone());
    player.parts.source.push(sourced);
}

/// A text that stands in the Dockerfile.
fn inline(player: &mut Player<'_>, heredoc: &Heredoc, transport: &Transport) -> Result<(), Left> {
    let content = heredoc.content();
    let text = if heredoc.expands {
        let escape = player.recipe.file.escape;
        let expanded = player
            .here
            .scope
            .expand_text(&content, escape, &player.recipe.holes);
        expanded
            .map_err(|why| Left::new(why, "Mend the text."))?
            .text
    } else {
        content
    };
    let path = if transport.into {
        below(&transport.target, &heredoc.name)
    } else {
        transport.target.clone()
    };
    let text = player.written(&text, &path, transport.item);
    put_content(
        player,
        &path,
        Content::Text(text),
        transport.mode,
        transport,
    );
    Ok(())
}

fn is_archive(name: &str) -> bool {
    [
        ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".txz", ".tbz2",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// An address, or a repository of git, that ADD fetches.
fn address(
    player: &mut Player<'_>,
    source: &str,
    at: usize,
    transport: &Transport,
) -> Option<Result<(), Left>> {
    let is_git = source.starts_with("git@") || source.ends_with(".git");
    let is_address = source.starts_with("http://") || source.starts_with("https://");
    if !is_address && !is_git {
        return None;
    }
    let hidden = hide_credentials(source.to_owned(), &player.recipe.holes, player.span(at));
    let shown = player
        .recipe
        .holes
        .text(&without_query(&hidden))
        .to_string();
    let checksum = player.recipe.file.instructions[at]
        .flag("checksum")
        .and_then(|it| {
            let value = player.expand(it).ok()?;
            is_plain(&value.text).then_some(value.text)
        });
    let name = source.rsplit('/').next().unwrap_or_default();
    let path = if transport.into && !is_git && !is_archive(name) && !name.is_empty() {
        below(&transport.target, name)
    } else {
        transport.target.clone()
    };
    let known = checksum.map_or_else(String::new, |it| format!(" ({it})"));
    Some(Err(Left::new(
        format!("it fetches {shown}{known} to `{path}`"),
        "Fetch it with pkgs.fetchurl or pkgs.fetchzip and name its hash, or find it in nixpkgs.",
    )))
}

/// Nothing tells a file of another image from a folder but what it is called and where it goes.
fn is_program_or_file(source: &str, target: &str) -> bool {
    let Some((folder, name)) = source.rsplit_once('/') else {
        return source.contains('.');
    };
    let is_of_programs = |path: &str| path.ends_with("/bin") || path.ends_with("/sbin");
    !name.is_empty()
        && !is_pattern(name)
        && (name.contains('.') || is_of_programs(folder) || target == "/" || is_of_programs(target))
}

/// What another stage or image has.
fn from_elsewhere(
    player: &mut Player<'_>,
    from: &str,
    transfer: &Transfer,
    at: usize,
    transport: &Transport,
) -> Result<(), Left> {
    let value = player.expand(from)?;
    if let Some(hole) = player.recipe.holes.first(&value.text) {
        return Err(unknown(from, &hole.what));
    }
    let stage = player
        .recipe
        .stage(&value.text)
        .filter(|it| player.recipe.is_before(*it, at));
    let title = stage.map(|it| player.recipe.title(it));
    let mut shown = Vec::new();
    for source in &transfer.sources {
        let Source::Path(path) = source else {
            continue;
        };
        let source = player.expand(path)?;
        if let Some(hole) = player.recipe.holes.first(&source.text) {
            return Err(unknown(path, &hole.what));
        }
        let whole = absolute("/", &source.text);
        let name = whole.rsplit('/').next().unwrap_or_default().to_owned();
        let origin = match &title {
            Some(title) => SourceFrom::Stage(format!("{title}:{whole}")),
            None => SourceFrom::Image(format!("{}:{whole}", value.text)),
        };
        let is_file = transport.into && is_program_or_file(&source.text, &transport.target);
        let path = match transport.target.as_str() {
            target if is_file => below(target, &name),
            target => target.trim_end_matches('/').to_owned(),
        };
        shown.push(whole);
        let folder = transport.into && !is_file;
        push_source(
            player,
            ApplicationSource {
                path: if path.is_empty() {
                    "/".to_owned()
                } else {
                    path
                },
                from: origin,
                folder,
            },
            transport,
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{is_folder_of_application, mode_of};

    #[test]
    fn applications_live_in_folders_of_their_own() {
        for (path, expected) in [
            ("/app", true),
            ("/usr/src/app", true),
            ("/var/www/html", true),
            ("/", false),
            ("/etc/nginx", false),
            ("/usr/local/bin", false),
            ("/root", false),
            ("/opt", false),
        ] {
            assert_eq!(is_folder_of_application(path), expected, "{path}");
        }
        assert_eq!(mode_of("755", 0).map(|it| it.0), Some(0o755));
        assert_eq!(mode_of("u+x", 0o644).map(|it| it.0), Some(0o744));
    }
}
