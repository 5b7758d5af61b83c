//! `git`: a checkout, which the machine makes itself when it is not there.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/git_module.html>

use super::{blur, is_commit, refused};
use crate::import::ansible::modules::kept::{Kept, keep, line_of, push_quoted, texts};
use crate::import::ansible::modules::paths::{absolute, real};
use crate::import::ansible::modules::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;

pub(in crate::import::ansible::modules) const MODULE: Module = Module {
    names: &["git"],
    collection: "ansible.builtin",
    becomes: "A oneshot unit that clones the repository when the checkout is not there.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How Ansible keeps up a checkout that is there.
    params.pass_over(&[
        "executable",
        "force",
        "gpg_allowlist",
        "gpg_whitelist",
        "track_submodules",
        "umask",
    ]);
    let repo = params.text(&["repo", "name"])?.unwrap_or_default();
    let dest = params.string(&["dest"])?;
    let version = params
        .string(&["version"])?
        .unwrap_or_else(|| "HEAD".to_owned());
    let is_bare = params.flag(&["bare"])?.unwrap_or(false);
    let is_recursive = params.flag(&["recursive"])?.unwrap_or(true);
    let depth = params.string(&["depth"])?;
    let remote = params.string(&["remote"])?;
    let is_single = params.flag(&["single_branch"])?.unwrap_or(false);
    let reference = params.string(&["reference"])?;
    let refspec = params.string(&["refspec"])?;
    let separate = params.string(&["separate_git_dir"])?;
    let archive = params.string(&["archive"])?;
    let prefix = params.string(&["archive_prefix"])?;
    let verifies = params.flag(&["verify_commit"])?.unwrap_or(false);
    let clones = params.flag(&["clone"])?.unwrap_or(true);
    params.pass_over(&["update"]);
    let ssh = ssh(params)?;
    let Some(dest) = dest.filter(|_| clones) else {
        run.probe("it only looks which commit the repository has");
        return Ok(());
    };
    let path = real(run, &absolute(run, &dest)?);
    let mut clone = texts(["git"]);
    if let Some(ssh) = ssh {
        clone.extend(texts(["-c", &format!("core.sshCommand={ssh}")]));
    }
    clone.push(Text::from("clone"));
    if is_bare {
        clone.push(Text::from("--bare"));
    } else if is_recursive {
        clone.push(Text::from("--recurse-submodules"));
    }
    // A commit is on no branch that could be asked for.
    let is_named = version != "HEAD" && !is_commit(&version) && refspec.is_none();
    let mut option = |name: &str, value: Option<&str>| {
        clone.extend(value.into_iter().flat_map(|it| texts([name, it])));
    };
    option("--branch", is_named.then_some(version.as_str()));
    option(
        "--depth",
        depth.as_deref().filter(|it| is_named || *it != "0"),
    );
    option("--origin", remote.as_deref().filter(|it| *it != "origin"));
    option("--reference", reference.as_deref());
    option("--separate-git-dir", separate.as_deref());
    if is_single {
        clone.push(Text::from("--single-branch"));
    }
    clone.push(repo);
    clone.push(Text::from(path.as_str()));
    let mut script = line_of(&clone);
    let inside = |script: &mut Text, words: &[&str]| {
        script.push_str("\ngit -C");
        push_quoted(script, &Text::from(path.as_str()));
        for word in words {
            push_quoted(script, &Text::from(*word));
        }
    };
    if version != "HEAD" && !is_named && !is_bare {
        let from = remote.as_deref().unwrap_or("origin");
        let what = refspec.as_deref().unwrap_or(&version);
        if refspec.is_some() || depth.is_some() {
            inside(&mut script, &["fetch", from, what]);
        }
        inside(&mut script, &["checkout", &version]);
        if is_recursive {
            inside(
                &mut script,
                &["submodule", "update", "--init", "--recursive"],
            );
        }
    }
    if verifies {
        inside(&mut script, &["verify-commit", "HEAD"]);
    }
    if let Some(archive) = archive {
        let archive = absolute(run, &archive)?;
        let prefix = prefix.map(|it| format!("--prefix={it}/"));
        let mut words = vec!["archive", "-o", &archive];
        words.extend(prefix.as_deref());
        words.push(&version);
        inside(&mut script, &words);
    }
    if path == "/etc" || path.starts_with("/nix/") {
        return Err(refused(format!("NixOS makes `{path}` itself"))
            .cure("state what the repository has by options"));
    }
    let mark = match (is_bare, &separate) {
        (true, _) => format!("{path}/HEAD"),
        (false, _) => format!("{path}/.git"),
    };
    let kept = if script.lines().len() == 1 {
        Kept::words(clone)
    } else {
        Kept::script(script)
    };
    keep(kept.creating(mark), run)?;
    blur(run, &path);
    run.returns_changed(vec![("before", Value::None)]);
    Ok(())
}

/// Takes how git is to call ssh.
fn ssh(params: &mut Params) -> Result<Option<String>, Refusal> {
    let key = params.string(&["key_file"])?;
    let options = params.string(&["ssh_opts"])?;
    let accepts = params.flag(&["accept_hostkey"])?.unwrap_or(false)
        || params.flag(&["accept_newhostkey"])?.unwrap_or(false);
    let mut words = Vec::new();
    if let Some(key) = key {
        words.push(format!("-i {key} -o IdentitiesOnly=yes"));
    }
    if accepts {
        words.push("-o StrictHostKeyChecking=accept-new".to_owned());
    }
    words.extend(options);
    Ok((!words.is_empty()).then(|| format!("ssh {}", words.join(" "))))
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn a_checkout_is_cloned_where_it_is_not_there() {
        check(
            "- git: {repo: 'https://example.org/shop.git', dest: /srv/shop, version: v1.2, depth: 1}",
            &[
                r#"{"step":{"name":"git","command":{"words":["git","clone","--recurse-submodules","--branch","v1.2","--depth","1","https://example.org/shop.git","/srv/shop"]},"environment":[],"creates":"/srv/shop/.git","after":[]}}"#,
            ],
        );
        check(
            "- git: {repo: 'git@example.org:shop.git', dest: /srv/shop, accept_hostkey: true, recursive: false, version: 0123456789012345678901234567890123456789}",
            &[
                r#"{"step":{"name":"git","command":{"script":{"shell":"/bin/sh","text":"git -c 'core.sshCommand=ssh -o StrictHostKeyChecking=accept-new' clone git@example.org:shop.git /srv/shop\ngit -C /srv/shop checkout 0123456789012345678901234567890123456789"}},"environment":[],"creates":"/srv/shop/.git","after":[]}}"#,
            ],
        );
    }
}
