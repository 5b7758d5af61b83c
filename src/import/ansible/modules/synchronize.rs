//! `synchronize`: rsync between the machine from which Ansible is run and this one, or within this one.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/synchronize_module.html>
//!
//! What is pushed are files of the input, as `copy` has them. On a new machine there is nothing that `delete` could take away.

use super::copy::{Way, from_input};
use super::kept::{Kept, keep, texts};
use super::paths::{Asset, Wishes, absolute, find, folder_files};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::syntax::glob::glob;

pub(super) const MODULE: Module = Module {
    names: &["synchronize"],
    collection: "ansible.posix",
    becomes: "Files of the input as `copy` states them; a oneshot unit with rsync within the machine. Nothing for what \
              is pulled to where Ansible runs.",
    kind: Kind::Changes,
    run,
};

/// Options with their option of rsync; they decide what is taken over, within a machine.
const FLAGS: [(&str, &str, bool); 12] = [
    ("archive", "--archive", true),
    ("checksum", "--checksum", false),
    ("copy_links", "--copy-links", false),
    ("delete", "--delete-after", false),
    ("dirs", "--dirs", false),
    ("existing_only", "--existing", false),
    ("group", "--group", false),
    ("links", "--links", false),
    ("owner", "--owner", false),
    ("perms", "--perms", false),
    ("recursive", "--recursive", false),
    ("times", "--times", false),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How rsync reaches the machine.
    params.pass_over(&[
        "_local_rsync_password",
        "_local_rsync_path",
        "_ssh_args",
        "_substitute_controller",
        "compress",
        "delay_updates",
        "dest_port",
        "link_dest",
        "partial",
        "private_key",
        "rsync_path",
        "rsync_timeout",
        "set_remote_user",
        "ssh_args",
        "ssh_connection_multiplexing",
        "use_ssh_args",
        "verify_host",
    ]);
    let source = params.required(&["src"])?;
    let dest = params.required(&["dest"])?;
    let mode = params.choice(&["mode"], &["pull", "push"], "push")?;
    let options = params.list(&["rsync_opts"])?.unwrap_or_default();
    let mut flags = Vec::new();
    let mut follows = false;
    for (name, option, default) in FLAGS {
        let is_on = params.flag(&[name])?.unwrap_or(default);
        if is_on {
            flags.push(option);
        }
        follows |= is_on && name == "copy_links";
    }
    // Delegated to the host itself: rsync runs on it, from it to it.
    if run.task.keywords.delegate_to.is_some() {
        let (from, to) = match mode.as_str() {
            "push" => (source, dest),
            _ => (dest, source),
        };
        return within(&from, &to, &flags, &options, run);
    }
    if mode == "pull" {
        run.not_needed(
            "it takes files of the machine to where Ansible runs, and changes nothing on it",
        );
        return Ok(());
    }
    if let Asset::Folder(folder) = find(run, &source, "files")? {
        let files = folder_files(run.library.tree, &folder);
        let names = || files.iter().map(|(path, _)| *path);
        if let Some(option) = options.iter().find(|it| decides(it, names())) {
            let reason = format!("`{option}` decides which files rsync takes");
            return Err(
                Refusal::new(Code::CannotState, reason).cure("copy only the files that are meant")
            );
        }
    }
    let way = Way {
        dest,
        wishes: Wishes::default(),
        folder_mode: None,
        force: true,
        follow: false,
        local_follow: follows,
        preserves: true,
        checksum: None,
    };
    run.assumptions
        .push("the files belong to root, whoever owns them where Ansible runs".to_owned());
    let copied = from_input(&source, way, run);
    run.assumptions.pop();
    copied
}

/// Tells whether an option of rsync changes which of these files are taken.
fn decides<'n>(option: &str, mut names: impl Iterator<Item = &'n str>) -> bool {
    let Some(pattern) = option.strip_prefix("--exclude=") else {
        let ways = [
            "--delete", "--chown", "--chmod", "--info", "--stats", "--no-", "-v", "-q",
        ];
        return !ways.iter().any(|it| option.starts_with(it));
    };
    let pattern = pattern.trim_matches(['/', '"', '\'']);
    let Some(pattern) = glob(pattern) else {
        return true;
    };
    names.any(|path| path.split('/').any(|it| pattern.is_match(it)) || pattern.is_match(path))
}

fn within(
    from: &str,
    to: &str,
    flags: &[&str],
    options: &[String],
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let whole = |path: &str, run: &Run<'_, '_>| {
        let end = if path.ends_with('/') { "/" } else { "" };
        Ok::<String, Refusal>(format!("{}{end}", absolute(run, path)?))
    };
    let (from, to) = (whole(from, run)?, whole(to, run)?);
    let mut words = texts(["rsync"]);
    words.extend(texts(flags.iter().copied()));
    words.extend(texts(options.iter().map(String::as_str)));
    words.extend(texts([from.as_str(), to.as_str()]));
    keep(Kept::words(words), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn what_is_pushed_are_files_of_the_input() {
        check(
            "- synchronize: {src: site/, dest: /etc/site, delete: true, rsync_opts: ['--exclude=.git']}",
            &[
                r#"{"file":{"path":"/etc/site/css/a.css","content":"p {}\n","mode":"0644"}} if the files belong to root, whoever owns them where Ansible runs"#,
                r#"{"file":{"path":"/etc/site/index.html","content":"<p>\n","mode":"0644"}} if the files belong to root, whoever owns them where Ansible runs"#,
            ],
        );
        check(
            "- synchronize: {src: site/, dest: /srv/www, rsync_opts: ['--exclude=*.css']}",
            &["manual: `--exclude=*.css` decides which files rsync takes"],
        );
    }

    #[test]
    fn what_is_pulled_changes_nothing() {
        check(
            "- synchronize: {mode: pull, src: /etc/motd, dest: out/}",
            &[
                "not-needed: it takes files of the machine to where Ansible runs, and changes nothing on it",
            ],
        );
    }

    #[test]
    fn within_the_machine_rsync_runs_there() {
        check(
            "- synchronize: {src: /srv/a/, dest: /srv/b}\n  delegate_to: '{{ inventory_hostname }}'",
            &[
                r#"{"step":{"name":"synchronize","command":{"words":["rsync","--archive","/srv/a/","/srv/b"]},"environment":[],"after":[]}}"#,
            ],
        );
    }
}
