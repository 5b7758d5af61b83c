//! `authorized_key`: public keys that may log in as a user.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/authorized_key_module.html>

use super::paths::{absolute, home};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{AuthorizedKey, HoleKind, Resource, Text};
use crate::syntax::{stand_in, stand_ins};

pub(super) const MODULE: Module = Module {
    names: &["authorized_key"],
    collection: "ansible.posix",
    becomes: "Keys of users.users.<name>.openssh.authorizedKeys.keys.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["manage_dir", "validate_certs", "follow"]);
    let user = params.required(&["user"])?;
    let text = params.text(&["key"])?;
    let Some(text) = text else {
        return params.required(&["key"]).map(|_| ());
    };
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let options = params.string(&["key_options"])?.filter(|it| !it.is_empty());
    let comment = params.string(&["comment"])?;
    let is_exclusive = params.flag(&["exclusive"])?.unwrap_or(false);
    if let Some(path) = params.string(&["path"])? {
        let usual = format!("{}/.ssh/authorized_keys", home(run, &user));
        if absolute(run, &path)? != usual {
            let reason = format!("the keys stand in a file of their own, `{path}`");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("services.openssh.authorizedKeysFiles names further files"));
        }
    }
    let text = match text.plain().map(str::trim) {
        Some(address) if address.starts_with("http") => Text::from(fetched(address, run)),
        _ => text,
    };
    if let Some(hole) = text.worst_hole().filter(|it| it.kind == HoleKind::Unknown) {
        return Err(Refusal::hole(hole));
    }
    let keys: Vec<Text> = text
        .lines()
        .iter()
        .filter_map(|line| read_line(line, options.as_deref(), comment.as_deref()))
        .collect();
    if keys.is_empty() {
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("it names no key of `{user}`"),
        );
    }
    if state == "absent" {
        for key in keys {
            let same = find(run, &user, &key);
            let key = same.unwrap_or_else(|| Key::Authorized(user.clone(), key.to_string()));
            run.remove(&key, &format!("a key of `{user}`"));
        }
        return Ok(());
    }
    if is_exclusive {
        for key in others(run, &user) {
            run.state.remove(&key, run.task.item);
        }
    }
    for key in keys {
        run.put(Resource::AuthorizedKey(AuthorizedKey {
            user: user.clone(),
            key,
        }));
    }
    Ok(())
}

/// Returns what stands for the keys that an address answers: Ansible asks it anew on each run, and a person once.
fn fetched(address: &str, run: &Run<'_, '_>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = address.chars().map(plain).collect();
    let name = name.trim_start_matches("https").trim_start_matches("http");
    let name = format!("keys_{}", name.trim_matches('_'));
    let clause = format!("values.nix says what `{name}` is: the keys that {address} answers");
    run.scope.assume(clause);
    stand_in(&name)
}

/// Returns a line of authorized_keys with what the task says of it; `None` for comments.
fn read_line(line: &Text, options: Option<&str>, comment: Option<&str>) -> Option<Text> {
    let Some(plain) = line.plain() else {
        return Some(line.clone());
    };
    let plain = plain.trim();
    if plain.is_empty() || plain.starts_with('#') {
        return None;
    }
    // What a person gives is one or several such lines.
    if stand_ins(plain).first().is_some_and(|it| it.0.start == 0) {
        return Some(line.clone());
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let kind = words.iter().position(|it| is_type(it))?;
    let mut key = String::new();
    match options {
        Some(options) => key.push_str(options),
        // Options may have blanks in quotes: all that stands in front of the type.
        None => key.push_str(plain[..plain.find(words[kind])?].trim_end()),
    }
    if !key.is_empty() {
        key.push(' ');
    }
    key.push_str(words[kind]);
    key.push(' ');
    key.push_str(words.get(kind + 1)?);
    let said = words[kind + 2..].join(" ");
    let comment = comment.unwrap_or(&said);
    if !comment.is_empty() {
        key.push(' ');
        key.push_str(comment);
    }
    Some(Text::from(key))
}

fn is_type(word: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"]
        .iter()
        .any(|it| word.starts_with(it))
}

/// Returns the part of a key by which Ansible finds it again.
fn blob(key: &Text) -> Option<String> {
    let plain = key.plain()?;
    let mut words = plain.split_whitespace().skip_while(|it| !is_type(it));
    words.nth(1).map(str::to_owned)
}

fn keys_of<'r>(run: &'r Run<'_, '_>, user: &'r str) -> impl Iterator<Item = (&'r Text, Key)> {
    run.state
        .entries()
        .filter_map(move |entry| match &entry.resource {
            Resource::AuthorizedKey(it) if it.user == user => {
                Some((&it.key, Key::of(&entry.resource)?))
            }
            _ => None,
        })
}

fn find(run: &Run<'_, '_>, user: &str, key: &Text) -> Option<Key> {
    let wanted = blob(key)?;
    keys_of(run, user).find_map(|(it, id)| (blob(it).as_ref() == Some(&wanted)).then_some(id))
}

fn others(run: &Run<'_, '_>, user: &str) -> Vec<Key> {
    keys_of(run, user).map(|(_, id)| id).collect()
}
