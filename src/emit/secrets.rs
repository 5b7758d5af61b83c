//! `secrets/README.md`: every secret, where it was, what uses it, and the commands that put it there.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::comment::Sources;
use super::layout::file_name;
use super::markdown::Markdown;
use super::papers::names;
use super::skeleton::{SecretEntry, SecretsPage};
use crate::nix::attr_path;
use crate::plan::{Plan, SECRETS_FOLDER, Secret, Way};

/// So many places that asked for a secret are named.
const MOST_PLACES: usize = 6;

/// A file of more lines is written beside the page, and only what is secret of it shows.
const MOST_LINES: usize = 30;
const LEFT_OUT: &str = "[...]";

/// Secrets and their hosts, by the path and what the file holds.
type ByContent<'a> = BTreeMap<(&'a str, Vec<String>), (Secret, Vec<&'a str>)>;

/// Every secret of every host, each once; `None` where there is none.
pub(super) fn page(plans: &[Plan], sources: Sources<'_>, way: Way) -> Option<SecretsPage> {
    let mut found: ByContent<'_> = BTreeMap::new();
    for plan in plans {
        for secret in &plan.secrets {
            let key = (secret.path.as_str(), secret.lines(shown));
            let (known, hosts) = found
                .entry(key)
                .or_insert_with(|| (secret.clone(), Vec::new()));
            known.origin.merge(secret.origin.clone());
            hosts.push(&plan.host);
        }
    }
    let long = long(plans, way);
    let secrets: Vec<SecretEntry> = found
        .values()
        .map(|(secret, hosts)| {
            let skeleton = long.get(secret.path.as_str()).map(|it| skeleton(it));
            entry((secret, hosts), skeleton.as_deref(), sources, way)
        })
        .collect();
    let hosts = plans.iter().filter(|plan| !plan.secrets.is_empty());
    let first = hosts.map(|plan| plan.host.as_str()).next()?;
    Some(SecretsPage {
        secrets,
        host: Markdown::words(&file_name(first)),
    })
}

/// The files of which only a part is secret and which nobody would type: all else of them, with a name in the place of each
/// secret.
pub(super) fn skeletons(plans: &[Plan], way: Way) -> BTreeMap<String, String> {
    let long = long(plans, way).into_values();
    long.map(|it| {
        let mut text = it.lines(shown).join("\n");
        text.push('\n');
        (skeleton(it), text)
    })
    .collect()
}

/// The long files that somebody has to make, by their paths; hosts of which one has another content type theirs.
fn long(plans: &[Plan], way: Way) -> BTreeMap<&str, &Secret> {
    let all = || plans.iter().flat_map(|plan| &plan.secrets);
    let is_one = |secret: &Secret| {
        let mut same = all().filter(|it| it.path == secret.path);
        same.all(|it| it.content == secret.content)
    };
    // sops-nix fills its templates in by itself.
    let is_made = |secret: &Secret| way == Way::Sops && secret.name().is_some();
    all()
        .filter(|it| !is_made(it) && it.lines(shown).len() > MOST_LINES && is_one(it))
        .map(|it| (it.path.as_str(), it))
        .collect()
}

/// Where the file with names in the place of secrets is.
fn skeleton(secret: &Secret) -> String {
    let name = secret.path.trim_start_matches(SECRETS_FOLDER);
    let name = name.trim_start_matches('/').replace('/', "-");
    format!("secrets/skeletons/{}", file_name(&name))
}

/// The lines that hold a secret, with one around each.
fn excerpt(lines: &[String], holes: &[&str]) -> Vec<String> {
    let holes: Vec<String> = holes.iter().map(|it| shown(it)).collect();
    let has_hole = |line: &String| holes.iter().any(|it| line.contains(it.as_str()));
    let near = |at: usize| {
        let around = &lines[at.saturating_sub(1)..lines.len().min(at + 2)];
        around.iter().any(has_hole)
    };
    let mut out: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            out.push(line.clone());
        } else if out.last().is_none_or(|last| last != LEFT_OUT) {
            out.push(LEFT_OUT.to_owned());
        }
    }
    out
}

fn entry(
    (secret, hosts): (&Secret, &[&str]),
    skeleton: Option<&str>,
    sources: Sources<'_>,
    way: Way,
) -> SecretEntry {
    let mut content = secret.lines(shown);
    if skeleton.is_some() {
        content = excerpt(&content, &secret.holes());
    }
    let holes = secret.holes().into_iter();
    let users = [
        secret.owner.as_ref().map(|it| format!("owner {it}")),
        secret.group.as_ref().map(|it| format!("group {it}")),
        secret.mode.as_ref().map(|it| format!("mode {it}")),
    ];
    let users: Vec<String> = users.into_iter().flatten().collect();
    let rights = if users.is_empty() {
        "root alone reads it".to_owned()
    } else {
        users.join(", ")
    };
    SecretEntry {
        path: Markdown::code(match way {
            Way::Files | Way::Credentials => &secret.path,
            Way::Sops | Way::Agenix => secret.name().unwrap_or(&secret.path),
        }),
        hosts: Markdown::words(&names(hosts)),
        used_by: Markdown::words(&secret.used_by),
        rights: Markdown::words(&rights),
        from: holes.map(Markdown::words).collect(),
        asked: Markdown::words(&places(secret, sources)),
        content: Markdown::block(&content, 2),
        commands: Markdown::block(&commands(secret, skeleton, way), 2),
        age: attr_path(&[secret
            .kept_in
            .as_deref()
            .unwrap_or_default()
            .trim_start_matches("secrets/")
            .to_owned()]),
    }
}

/// How a secret shows in what a file must hold.
fn shown(what: &str) -> String {
    format!("<{what}>")
}

/// The places that asked for a secret, as `file:line`.
fn places(secret: &Secret, sources: Sources<'_>) -> String {
    let items = secret.origin.items.iter();
    let spans = items
        .map(|item| sources.account.get(*item).span)
        .chain(secret.origin.places.iter().copied());
    let places: IndexSet<String> = spans
        .map(|span| {
            let line = sources.tree.position(span).line;
            format!(
                "`{}:{line}`",
                sources.tree.path(span.file).replace('`', "'")
            )
        })
        .collect();
    let shown: Vec<&str> = places
        .iter()
        .take(MOST_PLACES)
        .map(String::as_str)
        .collect();
    match places.len() - shown.len() {
        0 if shown.is_empty() => "the source as a whole".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Where the files of secrets are kept; `secrets/README.md` links `/run/secrets` to it.
const KEPT_FOLDER: &str = "/var/lib/secrets/";

/// The commands that put a secret where it belongs.
fn commands(secret: &Secret, skeleton: Option<&str>, way: Way) -> Vec<String> {
    let by_hand = || {
        let mut words = vec!["sudo install -D".to_owned()];
        words.push(format!("-m {}", secret.mode.as_deref().unwrap_or("0400")));
        words.extend(secret.owner.as_ref().map(|it| format!("-o {}", quoted(it))));
        words.extend(secret.group.as_ref().map(|it| format!("-g {}", quoted(it))));
        words.push(skeleton.unwrap_or("/dev/stdin").to_owned());
        // Below /run it would be gone after a restart.
        let kept = secret.name().map(|it| format!("{KEPT_FOLDER}{it}"));
        let kept = quoted(kept.as_deref().unwrap_or(&secret.path));
        words.push(kept.clone());
        if skeleton.is_some() {
            let edit =
                format!("sudoedit {kept}   # put what it stands for in the place of each <...>");
            return vec![words.join(" "), edit];
        }
        vec![format!(
            "{}   # type what it holds, end with Ctrl-D",
            words.join(" ")
        )]
    };
    let file = secret.kept_in.as_deref().unwrap_or("secrets/secrets.yaml");
    match way {
        _ if secret.name().is_none() => by_hand(),
        Way::Files | Way::Credentials => by_hand(),
        Way::Sops => {
            let mut lines = vec![format!("sops {}   # an editor opens: add", quoted(file))];
            for (key, what) in secret.keys.iter().zip(secret.holes()) {
                lines.push(format!("{}: |-", yaml_key(key)));
                lines.push(format!("  {}", shown(what)));
            }
            lines
        }
        Way::Agenix => {
            let to_write = match skeleton {
                Some(skeleton) => format!("read in {skeleton}, and fill it in"),
                None => "write what it holds".to_owned(),
            };
            vec![format!(
                "(cd secrets && agenix -e {})   # an editor opens: {to_write}",
                quoted(file.trim_start_matches("secrets/"))
            )]
        }
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn yaml_key(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\\\""))
    }
}
