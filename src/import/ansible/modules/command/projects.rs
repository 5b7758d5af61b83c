//! `docker compose up`: a project in a folder, in the words of `docker_compose_v2`.
//!
//! Manual: <https://docs.docker.com/reference/cli/docker/compose/up/>

use super::calls::{Call, call};

/// Reads the words of a command of Compose; nothing for what is no plain start or stop of a project.
pub(super) fn of_compose(words: &[&str], directory: Option<&str>) -> Option<Call> {
    let words = match words {
        ["sudo", rest @ ..] => rest,
        words => words,
    };
    let (program, rest) = words.split_first()?;
    let rest = match (program.rsplit('/').next()?, rest) {
        ("docker-compose", rest) | ("docker", ["compose", rest @ ..]) => rest,
        _ => return None,
    };
    let mut files: Vec<&str> = Vec::new();
    let mut folder = directory.map(str::to_owned);
    let mut others: Vec<(&'static str, &str)> = Vec::new();
    let mut words = rest.iter().copied();
    let verb = loop {
        let word = words.next()?;
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let mut value = || joined.or_else(|| words.next());
        match name {
            "-f" | "--file" => files.push(value()?),
            "-p" | "--project-name" => others.push(("project_name", value()?)),
            "--env-file" => others.push(("env_files", value()?)),
            "--profile" => others.push(("profiles", value()?)),
            "--project-directory" => folder = Some(value()?.to_owned()),
            _ if word.starts_with('-') => return None,
            _ => break word,
        }
    };
    let mut services: Vec<&str> = Vec::new();
    let mut pulls = None;
    while let Some(word) = words.next() {
        match word {
            "-d" | "--detach" | "--remove-orphans" | "--force-recreate" | "--no-recreate"
            | "--wait" | "--quiet-pull" | "-q" | "--quiet" | "--volumes" | "-v" => {}
            "--pull" => pulls = words.next(),
            word if word.starts_with("--pull=") => pulls = word.strip_prefix("--pull="),
            word if word.starts_with('-') => return None,
            word => services.push(word),
        }
    }
    if verb == "pull" {
        return Some(call("docker_compose_v2_pull", &[]));
    }
    let state = match verb {
        "up" | "start" => "present",
        "down" | "rm" => "absent",
        _ => return None,
    };
    // Where no folder is said, it is that of the first file.
    let first = files.first().copied().filter(|it| it.starts_with('/'));
    let folder = match (folder, first) {
        (Some(folder), _) => folder,
        (None, Some(file)) => file.rsplit_once('/')?.0.to_owned(),
        (None, None) => return None,
    };
    let files = files.join(",");
    let services = services.join(",");
    let mut params = vec![("project_src", folder.as_str()), ("state", state)];
    params.extend(others);
    params.extend(pulls.map(|it| ("pull", it)));
    for (name, value) in [("files", &files), ("services", &services)] {
        if !value.is_empty() {
            params.push((name, value));
        }
    }
    Some(call("docker_compose_v2", &params))
}

#[cfg(test)]
mod tests {
    use super::of_compose;

    #[test]
    fn a_project_is_that_of_its_folder() {
        for (line, directory, expected) in [
            (
                "docker compose up -d",
                Some("/srv/a"),
                "project_src=/srv/a state=present",
            ),
            (
                "docker-compose -f /srv/a/x.yml -p web up -d db",
                None,
                "project_src=/srv/a state=present project_name=web files=/srv/a/x.yml services=db",
            ),
            ("docker compose up -d", None, ""),
            ("docker compose up -d --build", Some("/srv/a"), ""),
            (
                "docker compose down",
                Some("/srv/a"),
                "project_src=/srv/a state=absent",
            ),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            let found = of_compose(&words, directory).map(|it| {
                let params = it.params.iter();
                let params: Vec<String> = params
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                params.join(" ")
            });
            assert_eq!(found.unwrap_or_default(), expected, "{line}");
        }
    }
}
