//! `docker_compose_v2` and `docker_compose`: the services of a project of Compose, each a container.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/docker/docker_compose_v2_module.html>; the files:
//! <https://github.com/compose-spec/compose-spec/blob/main/spec.md>
//!
//! A project whose file is not in the input is brought up by `docker compose` itself.

mod project;
mod service;
mod variables;

use project::{Project, Sought};

use super::docker::run_network;
use super::docker_container::{connection, state_it, without_image};
use super::kept::{Kept, keep, texts};
use super::paths::{absolute, real};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &["docker_compose_v2", "docker_compose"],
    collection: "community.docker",
    becomes: "The containers of virtualisation.oci-containers.containers that the project's file has, and its networks; \
              without the file, a oneshot unit that calls `docker compose up`.",
    kind: Kind::Changes,
    run,
};

pub(super) const PULL: Module = Module {
    names: &["docker_compose_v2_pull"],
    collection: "community.docker",
    becomes: "Nothing: the unit of each container fetches its image.",
    kind: Kind::Changes,
    run: |params, run| {
        params.rest();
        run.not_needed("the unit of each container fetches its image");
        Ok(())
    },
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How Compose goes about it: NixOS makes each container anew where something of it changes.
    params.pass_over(&[
        "assume_yes",
        "build",
        "check_files_existing",
        "debug",
        "dependencies",
        "hostname_check",
        "ignore_build_events",
        "nocache",
        "recreate",
        "remove_images",
        "remove_orphans",
        "remove_volumes",
        "renew_anon_volumes",
        "timeout",
        "wait",
        "wait_timeout",
    ]);
    connection(params)?;
    let source = params.string(&["project_src"])?;
    let name = params.string(&["project_name"])?;
    let files = params.list(&["files"])?.unwrap_or_default();
    let definition = params.value(&["definition"]);
    let env_files = params.list(&["env_files", "env_file"])?.unwrap_or_default();
    let profiles = params.list(&["profiles"])?.unwrap_or_default();
    let services = params.list(&["services"])?.unwrap_or_default();
    let pull = params.string(&["pull"])?;
    let mut state = params.choice(
        &["state"],
        &["absent", "present", "restarted", "stopped"],
        "present",
    )?;
    for (name, meant) in [("stopped", "stopped"), ("restarted", "restarted")] {
        if params.flag(&[name])?.unwrap_or(false) {
            meant.clone_into(&mut state);
        }
    }
    let scale = params.value(&["scale"]);
    let folder = match &source {
        Some(source) => real(run, &absolute(run, source)?),
        None => "/".to_owned(),
    };
    let sought = Sought {
        folder: folder.clone(),
        files: files.clone(),
        definition,
        env_files,
        profiles: profiles.clone(),
        services,
        name,
    };
    let project = match project::read(&sought, run)? {
        Some(project) => project,
        None if state == "present" => {
            let mut words = texts(["docker", "compose", "--project-directory", &folder]);
            for file in &files {
                words.extend(texts(["-f", file]));
            }
            for profile in &profiles {
                words.extend(texts(["--profile", profile]));
            }
            words.extend(texts(["up", "--detach"]));
            words.extend(sought.services.iter().map(|it| Text::from(it.as_str())));
            return keep(Kept::words(words).within(folder), run);
        }
        None => {
            let reason = "the containers of the project were never there: a new machine does not have them, and NixOS \
                          starts those that it has";
            run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
            return Ok(());
        }
    };
    let scaled = scale.as_ref().and_then(Value::as_dict);
    let more: Vec<String> = scaled
        .into_iter()
        .flatten()
        .filter(|(_, it)| !matches!(it.as_int(), Some(0 | 1)))
        .map(|(name, _)| format!("more than one container of `{name}`"))
        .collect();
    if state == "absent" {
        for name in project.names() {
            run.remove(
                &Key::Container(name.clone()),
                &format!("the container `{name}`"),
            );
        }
        return Ok(());
    }
    if state == "stopped" || (state == "restarted" && is_known(&project, run)) {
        for name in project.names() {
            without_image(&name, &state, state == "restarted", run)?;
        }
        return Ok(());
    }
    put(
        &project,
        pull.as_deref() == Some("always"),
        more,
        params,
        run,
    )
}

fn is_known(project: &Project, run: &Run<'_, '_>) -> bool {
    let mut names = project.names().into_iter();
    names.all(|name| run.state.get(&Key::Container(name)).is_some())
}

/// States the containers of a project, and then what of them has no option.
fn put(
    project: &Project,
    pulls: bool,
    mut all_left: Vec<String>,
    params: &Params,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    run.assumptions.extend(project.assumptions.iter().cloned());
    for mut network in project.networks(params.span) {
        run_network(&mut network, run)?;
    }
    let mut refusal = None;
    for one in &project.services {
        match service::read(one, project, params.span) {
            Ok(mut found) => {
                found.container.pulls |= pulls;
                let name = found.container.name.clone();
                let left = found.left.iter().map(|it| format!("{it} of `{name}`"));
                all_left.extend(left);
                state_it(found.container, found.assumptions, &[], run)?;
            }
            Err(it) => refusal = Some(it),
        }
    }
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    all_left.extend(project.left.iter().cloned());
    run.returns_changed(Vec::new());
    if all_left.is_empty() {
        return Ok(());
    }
    let reason = format!("of the project this is not stated: {}", all_left.join(", "));
    Err(Refusal::new(Code::CannotState, reason)
        .cure("where the engine has an option for it, add it to the container's extraOptions"))
}

#[cfg(test)]
mod tests;
