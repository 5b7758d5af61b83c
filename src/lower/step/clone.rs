//! `git clone` into a folder of which something is stated: git clones only into an empty one, and the rules of tmpfiles
//! fill it before any step runs.

use crate::lower::{machine, paths};
use crate::model::{Command, Machine, Step, Text};
use crate::syntax::shell::quoted;

/// A clone that fits itself into its folder.
pub(super) struct Fitted {
    pub(super) step: Step,
    /// The folder whose stated files have the last word.
    pub(super) folder: Option<String>,
}

/// Returns the step that does the same where its folder is not empty; `None` where it is, or where nothing is cloned.
pub(super) fn fitted(step: &Step, machine: &Machine) -> Option<Fitted> {
    let Command::Words(words) = &step.command else {
        return None;
    };
    let words: Vec<&str> = words.iter().map(Text::plain).collect::<Option<_>>()?;
    let at = words.iter().position(|it| *it == "clone")?;
    let [options @ .., url, folder] = words.get(at + 1..)? else {
        return None;
    };
    let git = words.first().map(|it| it.rsplit('/').next());
    let keeps_apart = |it: &&str| it.starts_with("--bare") || it.starts_with("--separate-git-dir");
    if git != Some(Some("git")) || !folder.starts_with('/') || options.iter().any(keeps_apart) {
        return None;
    }
    let is_inside = |path: &str| path != *folder && paths::is_below(path, folder);
    let has_files = machine::files(machine).any(|it| is_inside(&it.path))
        || machine::links(machine).any(|it| is_inside(&it.path));
    if !has_files && !machine::directories(machine).any(|it| is_inside(&it.path)) {
        return None;
    }
    let git = format!(
        "git -c {} -C {}",
        quoted(&format!("safe.directory={folder}")),
        quoted(folder)
    );
    let apart = format!("{folder}/.clone");
    let line = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|it| quoted(it)).collect();
        words.join(" ")
    };
    let mut clone: Vec<&str> = words[..=at].to_vec();
    clone.push("--no-checkout");
    clone.extend(options);
    clone.extend([*url, &apart]);
    let mut lines = vec![
        line(&clone),
        line(&["mv", &format!("{apart}/.git"), &format!("{folder}/.git")]),
        line(&["rmdir", &apart]),
        format!("{git} reset --hard"),
    ];
    if options
        .iter()
        .any(|it| it.starts_with("--recurse-submodules"))
    {
        lines.push(format!("{git} submodule update --init --recursive"));
    }
    let step = Step {
        command: Command::Script {
            shell: "/bin/sh".to_owned(),
            text: Text::from(lines.join("\n")),
        },
        creates: Some(
            step.creates
                .clone()
                .unwrap_or_else(|| format!("{folder}/.git")),
        ),
        ..step.clone()
    };
    Some(Fitted {
        step,
        folder: has_files.then(|| (*folder).to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Command, Content, File, Resource, Step, Text};

    #[test]
    fn a_clone_fits_itself_around_what_is_stated() {
        let words = ["git", "clone", "https://example.org/x.git", "/srv/x"];
        let step = Resource::Step(Step {
            name: "Clone".into(),
            command: Command::Words(words.into_iter().map(Text::from).collect()),
            user: None,
            directory: None,
            environment: Vec::new(),
            creates: Some("/srv/x/.git".into()),
            removes: None,
            after: Vec::new(),
        });
        let file = Resource::File(File {
            path: "/srv/x/x.conf".into(),
            content: Content::Text("a\n".into()),
            mode: None,
            owner: None,
            group: None,
        });
        check_all(
            vec![step, file],
            r#"
            systemd.services.shop-clone.description = "Clone";
            systemd.services.shop-clone.wantedBy += "multi-user.target";
            systemd.services.shop-clone.after += "network-online.target";
            systemd.services.shop-clone.wants += "network-online.target";
            systemd.services.shop-clone.environment.HOME = "/root";
            systemd.services.shop-clone.serviceConfig.Type = "oneshot";
            systemd.services.shop-clone.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-clone.path += pkgs.git;
            systemd.services.shop-clone.script = ''
            git clone --no-checkout https://example.org/x.git /srv/x/.clone
            mv /srv/x/.clone/.git /srv/x/.git
            rmdir /srv/x/.clone
            git -c safe.directory=/srv/x -C /srv/x reset --hard
            '';
            systemd.services.shop-clone.serviceConfig.ExecStartPost = "+${pkgs.systemd}/bin/systemd-tmpfiles --create --prefix=/srv/x";
            systemd.services.shop-clone.unitConfig.ConditionPathExists = "!/srv/x/.git";
            systemd.tmpfiles.rules += "f+ /srv/x/x.conf - - - - a\\n";
            runtime: a command cannot be stated as configuration; it runs while /srv/x/.git does not exist
            "#,
        );
    }
}
