//! `HEALTHCHECK`: a timer that runs the check.
//!
//! NixOS has no health checks of services. What a container engine makes of a bad one is a word in its list, so here it
//! is a failed unit, which `systemctl --failed` lists; nothing is started again because of it.

use super::Service;
use super::command::{self, Around, Refused, Runs};
use super::environment::environment_file;
use super::find::path_element;
use super::source;
use crate::account::Code;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::Health;
use crate::nix::Expr;
use crate::plan::OptionPath;

/// What docker takes where nothing is said.
const INTERVAL: &str = "30s";

pub(super) fn lower(health: &Health, service: &Service<'_>) -> Lowered {
    let mut statement = Statement::default();
    let around = Around {
        application: service.application,
        machine: service.machine,
        layout: &service.layout,
        port: service.port.filter(|_| service.follows_port()),
        is_check: true,
    };
    let start = match command::start(&health.command, around, &mut statement) {
        Ok(start) => start,
        Err(Refused::Left(left)) => return Lowered::Manual(left),
        Err(Refused::Interactive(_) | Refused::Absent) => {
            return Lowered::Manual(Left::new(Code::BadInput, "it has no command"));
        }
    };
    let name = format!("{}-health", service.name);
    let unit = OptionPath::new(["systemd", "services", &name]);
    let config = unit.child("serviceConfig");
    let own = Expr::str(format!("{}.service", service.name));
    statement.set(
        unit.child("description"),
        Expr::str(format!("Health of {}", service.name)),
    );
    statement.add(unit.child("requisite"), own);
    statement.add(
        unit.child("after"),
        Expr::str(format!("{}.service", service.name)),
    );
    for attr in &start.path {
        statement.add(unit.child("path"), path_element(attr));
    }
    statement.set(config.child("Type"), Expr::str("oneshot"));
    if let Some(timeout) = &health.timeout {
        statement.set(config.child("TimeoutStartSec"), Expr::str(timeout));
    }
    match start.runs {
        Runs::Line(parts) => statement.set(config.child("ExecStart"), Expr::Str(parts)),
        Runs::Script(text) => statement.set(unit.child("script"), text),
    }
    // The check runs where the service does, and sees what it sees.
    let of_service = |names: &[&str]| {
        let unit = ["config", "systemd", "services", &service.name];
        Expr::Select(unit.iter().chain(names).map(ToString::to_string).collect())
    };
    let environment = vec![of_service(&["environment"]), Expr::strs(["PATH"])];
    statement.set(
        unit.child("environment"),
        Expr::apply("removeAttrs", environment),
    );
    if service.has_variables() {
        statement.set(config.child("EnvironmentFile"), environment_file());
    }
    statement.set(config.child("User"), of_service(&["serviceConfig", "User"]));
    if let Some(directory) = &service.application.directory
        && let Lowered::Stated(_) = source::directory(&directory.value, service)
    {
        statement.set(
            config.child("WorkingDirectory"),
            of_service(&["serviceConfig", "WorkingDirectory"]),
        );
    }
    let timer = OptionPath::new(["systemd", "timers", &name]);
    let interval = health.interval.as_deref().unwrap_or(INTERVAL);
    let first = health.start_period.as_deref().unwrap_or(interval);
    statement.add(timer.child("wantedBy"), Expr::str("timers.target"));
    statement.set(
        timer.child("timerConfig").child("OnActiveSec"),
        Expr::str(first),
    );
    statement.set(
        timer.child("timerConfig").child("OnUnitInactiveSec"),
        Expr::str(interval),
    );
    statement.runtime = Some(
        "NixOS has no health checks of services: a timer runs it, and `systemctl --failed` shows what it finds"
            .to_owned(),
    );
    Lowered::Stated(statement)
}
