//! `service` and `systemd`: what is asked of a service.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/service_module.html>,
//! `systemd_service_module.html`

use super::paths::fresh;
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Resource, Service};

pub(super) const SERVICE: Module = Module {
    names: &["service", "sysvinit", "openrc"],
    collection: "ansible.builtin",
    becomes: "The option that enables the service's NixOS module, or the enablement of a unit that the source \
              itself wrote. Starting, restarting and reloading is what a switch does anyway.",
    kind: Kind::Changes,
    run: run_service,
};

pub(super) const SYSTEMD: Module = Module {
    names: &["systemd", "systemd_service"],
    collection: "ansible.builtin",
    becomes: "The option that enables the service's NixOS module, or the enablement of a unit that the source \
              itself wrote. Starting, restarting and reloading is what a switch does anyway.",
    kind: Kind::Changes,
    run: run_systemd,
};

const STATES: [&str; 6] = [
    "reloaded",
    "restarted",
    "started",
    "stopped",
    "running",
    "present",
];

fn run_service(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How an init script is called and found.
    params.pass_over(&[
        "sleep",
        "pattern",
        "runlevel",
        "runlevels",
        "use",
        "daemonize",
        "daemon_reload",
    ]);
    let arguments = params.string(&["arguments", "args"])?.unwrap_or_default();
    let name = params.required(&["name", "service"])?;
    ask(params, &name, run)?;
    if arguments.is_empty() {
        return Ok(());
    }
    let reason = format!("`{name}` is called with arguments of its own, `{arguments}`");
    Err(Refusal::new(Code::CannotState, reason))
}

fn run_systemd(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["force", "no_block"]);
    let reloads = params.flag(&["daemon_reload"])?.unwrap_or(false);
    let restarts = params.flag(&["daemon_reexec"])?.unwrap_or(false);
    let scope = params.choice(&["scope"], &["system", "user", "global"], "system")?;
    let Some(name) = params.string(&["name", "service", "unit"])? else {
        let reason = "NixOS tells systemd about changed units by itself";
        return if reloads || restarts {
            params.pass_over(&["state", "enabled", "masked"]);
            run.not_needed(reason);
            Ok(())
        } else {
            params.required(&["name"]).map(|_| ())
        };
    };
    if scope != "system" {
        params.pass_over(&["state", "enabled", "masked"]);
        let reason = format!("`{name}` is a unit of users, not of the system");
        return Err(Refusal::new(Code::CannotState, reason).cure("systemd.user.services has them"));
    }
    ask(params, &name, run)
}

/// Who asks for nothing and keeps the answer wants to know how the service is.
fn look(name: &str, run: &mut Run<'_, '_>) {
    run.probe("it only looks at the machine");
    let bare = name.trim_end_matches(".service");
    let service = run.state.get(&Key::Service(bare.to_owned()));
    let running = match service.map(|it| &it.resource) {
        Some(Resource::Service(it)) => it.running,
        _ => None,
    };
    let is_missing = service.is_none()
        && run.state.doubt(&Key::Service(bare.to_owned())).is_none()
        && !run
            .state
            .has_path(&format!("/etc/systemd/system/{bare}.service"))
        && fresh::has_service(bare, run) == Some(false);
    let state = match running {
        Some(true) => "active",
        Some(false) => "inactive",
        None if is_missing => "inactive",
        None => return,
    };
    let hole = |what: &str| Value::unknown(format!("{what} of `{name}`"), Some(run.task.span));
    let status = Value::open(
        vec![("ActiveState", Value::str(state))],
        hole("what systemd says"),
    );
    run.returns = Some(Value::open(
        vec![
            ("changed", Value::Bool(false)),
            ("failed", Value::Bool(false)),
            ("name", Value::str(name)),
            ("status", status),
        ],
        hole("the rest"),
    ));
    if is_missing {
        run.returns_under = Some(format!(
            "a new machine has no unit `{bare}` before the play brings it"
        ));
    }
}

fn ask(params: &mut Params, name: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let enabled = params.flag(&["enabled"])?;
    let known = Key::Service(name.trim_end_matches(".service").to_owned());
    let was_masked = matches!(
        run.state.get(&known).map(|it| &it.resource),
        Some(Resource::Service(Service { masked: true, .. }))
    );
    let masked = params.flag(&["masked"])?.unwrap_or(was_masked);
    let state = match params.string(&["state"])? {
        Some(_) if masked => None,
        Some(state) if STATES.contains(&state.as_str()) => Some(state),
        Some(state) => {
            return Err(params.bad(
                "state",
                &state,
                "one of started, stopped, restarted, reloaded",
            ));
        }
        None => None,
    };
    let running = match state.as_deref() {
        Some("started" | "running" | "present") => Some(true),
        Some("stopped") => Some(false),
        // With `enabled` the service is stated, and what restarts it is to run.
        Some(_) if enabled == Some(true) => Some(true),
        _ => None,
    };
    run.acts = matches!(state.as_deref(), Some("restarted" | "reloaded"));
    if enabled.is_none() && running.is_none() && masked == was_masked {
        match state.as_deref() {
            Some("restarted" | "reloaded") => run.close(
                Verdict::NotNeeded,
                Code::ServiceImplied,
                "NixOS restarts and reloads what a switch changes",
            ),
            None if run.task.keywords.register.is_some() => look(name, run),
            _ => run.close(
                Verdict::NotNeeded,
                Code::ServiceImplied,
                format!("it asks for nothing of `{name}` that NixOS does not do by itself"),
            ),
        }
        return Ok(());
    }
    run.put(Resource::Service(Service {
        name: name.to_owned(),
        family: run.family,
        enabled,
        running,
        masked,
        linked_in: Vec::new(),
    }));
    Ok(())
}
