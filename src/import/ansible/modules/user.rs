//! `user`: accounts.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/user_module.html>

use super::kept::{Kept, keep, line_of, texts};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Condition, Hole, HoleKind, Resource, Text, User};

pub(super) const MODULE: Module = Module {
    names: &["user"],
    collection: "ansible.builtin",
    becomes: "An account of users.users, with its groups and shell.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How the account is made or changed, and what only macOS, FreeBSD, Solaris or SELinux know. A new machine has
    // neither an old home to move nor a password to keep.
    params.pass_over(&[
        "force",
        "move_home",
        "local",
        "non_unique",
        "update_password",
        "hidden",
        "seuser",
        "login_class",
        "profile",
        "authorization",
        "role",
        "uid_min",
        "uid_max",
        "umask",
    ]);
    let name = params.required(&["name", "user"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let removes_home = params.flag(&["remove"])?.unwrap_or(false);
    if state == "absent" {
        let rest: Vec<String> = params.left();
        params.pass_over(&rest.iter().map(String::as_str).collect::<Vec<_>>());
        return remove(&name, removes_home, run);
    }
    let uid = params.number(&["uid"])?;
    let uid = match uid {
        Some(uid) => {
            Some(u32::try_from(uid).map_err(|_| params.bad("uid", &uid.to_string(), "a number"))?)
        }
        None => None,
    };
    let groups = params.list(&["groups"])?;
    let appends = params.flag(&["append"])?.unwrap_or(false);
    let (password, is_locked) = password(params, &name)?;
    let user = User {
        uid,
        group: params.string(&["group"])?,
        groups: groups.clone().unwrap_or_default(),
        comment: params.string(&["comment"])?,
        home: params
            .string(&["home"])?
            .map(|it| it.trim_end_matches('/').to_owned()),
        create_home: params.flag(&["create_home", "createhome"])?,
        shell: params.string(&["shell"])?,
        system: params.flag(&["system"])?,
        password,
        locked: params.flag(&["password_lock"])?.unwrap_or(false) || is_locked,
        name: name.clone(),
    };
    let usual = if name == "root" {
        "/root".to_owned()
    } else {
        format!("/home/{name}")
    };
    let home = user.home.clone().unwrap_or(usual);
    let key = key_pair(params, &name, &home)?;
    let manual = by_hand(params, &name)?;
    let before = run.state.changes();
    let had = user_of(run, &name);
    run.put(Resource::User(user));
    // Without `append` the groups are these and no others.
    if let (Some(groups), false, Condition::True) = (groups, appends, run.guard.clone()) {
        for group in memberships(run, &name) {
            if !groups.contains(&group) {
                let key = Key::Membership(name.clone(), group);
                run.state.remove(&key, run.task.item);
            }
        }
        if let Some(user) = user_of(run, &name)
            && user.groups.iter().any(|it| !groups.contains(it))
        {
            run.amend(Resource::User(User { groups, ..user }));
        }
    }
    let mut said = vec![
        ("name", Value::str(&name)),
        ("state", Value::str("present")),
        ("home", Value::str(&home)),
    ];
    if run.state.changes() == before || user_of(run, &name) == had {
        said.push(("changed", Value::Bool(false)));
        run.returns = Some(results::of_change_with(run.task, said));
    } else {
        run.returns_changed(said);
    }
    if let Some(kept) = key {
        keep(kept, run)?;
    }
    manual.map_or(Ok(()), Err)
}

fn user_of(run: &Run<'_, '_>, name: &str) -> Option<User> {
    match &run.state.get(&Key::User(name.to_owned()))?.resource {
        Resource::User(user) => Some(user.clone()),
        _ => None,
    }
}

/// Returns the groups that other tasks put the user into.
fn memberships(run: &Run<'_, '_>, name: &str) -> Vec<String> {
    let found = run.state.entries().filter_map(|it| match &it.resource {
        Resource::Membership(it) if it.user == name => Some(it.group.clone()),
        _ => None,
    });
    found.collect()
}

/// Takes the password: whatever it is, none of its characters goes further. `!` and `*` are no password at all.
fn password(params: &mut Params, name: &str) -> Result<(Option<Text>, bool), Refusal> {
    let Some(text) = params.text(&["password"])? else {
        return Ok((None, false));
    };
    match text.plain() {
        Some("") => {
            let reason = format!("`{name}` may log in without a password");
            Err(Refusal::new(Code::CannotState, reason)
                .cure("give it a password, or state it by hand"))
        }
        Some("!" | "!!" | "*" | "x") => Ok((None, true)),
        Some(_) => Ok((
            Some(Text::hole(Hole {
                kind: HoleKind::Secret,
                what: format!("the password of the user {name}"),
                span: Some(params.span),
            })),
            false,
        )),
        // A hash with a hole in it is a secret like the whole.
        None => {
            let hole = text.worst_hole().cloned();
            Ok((hole.map(Text::hole), false))
        }
    }
}

/// Takes how a pair of keys is made in the user's home, where there is none.
fn key_pair(params: &mut Params, name: &str, home: &str) -> Result<Option<Kept>, Refusal> {
    let is_asked = params.flag(&["generate_ssh_key"])?.unwrap_or(false);
    let kind = params.string(&["ssh_key_type"])?;
    let kind = kind.unwrap_or_else(|| "rsa".to_owned());
    let size = params.string(&["ssh_key_bits"])?.filter(|it| it != "0");
    let comment = params.string(&["ssh_key_comment"])?;
    let file = params.string(&["ssh_key_file"])?;
    if !is_asked {
        return Ok(None);
    }
    let file = file.unwrap_or_else(|| format!(".ssh/id_{kind}"));
    let path = match file.strip_prefix("~/") {
        Some(below) => format!("{home}/{below}"),
        None if file.starts_with('/') => file,
        None => format!("{home}/{file}"),
    };
    let folder = super::paths::parent(&path).to_owned();
    let mut words = texts(["ssh-keygen", "-q", "-t", kind.as_str()]);
    if let Some(size) = &size {
        words.extend(texts(["-b", size.as_str()]));
    }
    words.extend(texts(["-N", "", "-f", path.as_str()]));
    let mut script = line_of(&texts(["mkdir", "-p", "-m", "0700", folder.as_str()]));
    script.push_str("\n");
    script.push(&line_of(&words));
    match &comment {
        Some(comment) => {
            script.push(&line_of(&texts([" -C", comment.as_str()])));
        }
        None => script.push_str(" -C \"ansible-generated on $(uname -n)\""),
    }
    let mut kept = Kept::script(script).creating(path);
    kept.user = Some(name.to_owned());
    Ok(Some(kept))
}

/// Takes what there is no way to state, and says so.
fn by_hand(params: &mut Params, name: &str) -> Result<Option<Refusal>, Refusal> {
    let mut parts = Vec::new();
    let mut cure = None;
    if params.text(&["ssh_key_passphrase"])?.is_some() {
        parts.push("the passphrase of its SSH key".to_owned());
        cure = Some("run ssh-keygen -p as the user");
    }
    if let Some(expires) = params.string(&["expires"])?
        && !expires.starts_with('-')
    {
        parts.push(format!("the day on which it expires ({expires})"));
        cure = cure.or(Some("users.users.<name>.expires has it"));
    }
    if let Some(skeleton) = params.string(&["skeleton"])? {
        parts.push(format!("the files of {skeleton} in its home"));
    }
    for (key, what) in [
        ("password_expire_max", "when its password expires"),
        ("password_expire_min", "how long its password has to stay"),
        (
            "password_expire_warn",
            "when its password is about to expire",
        ),
        ("password_expire_account_disable", "when it is closed"),
    ] {
        if params.string(&[key])?.is_some() {
            parts.push(what.to_owned());
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    let reason = format!(
        "of the user `{name}` this is not stated: {}",
        parts.join(", ")
    );
    let mut refusal = Refusal::new(Code::CannotState, reason);
    refusal.cure = cure.map(str::to_owned);
    Ok(Some(refusal))
}

fn remove(name: &str, removes_home: bool, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if removes_home && run.guard == Condition::True {
        let home = super::paths::home(run, name);
        run.state.remove_below(&home, run.task.item);
    }
    // What the user was part of, and who may log in as one who is gone, goes, too.
    if run.guard == Condition::True {
        let of_user: Vec<Key> = run
            .state
            .entries()
            .filter_map(|it| match &it.resource {
                Resource::Membership(member) if member.user == name => Key::of(&it.resource),
                Resource::AuthorizedKey(key) if key.user == name => Key::of(&it.resource),
                _ => None,
            })
            .collect();
        for key in of_user {
            run.state.remove(&key, run.task.item);
        }
    }
    run.remove(&Key::User(name.to_owned()), &format!("the user `{name}`"));
    Ok(())
}
