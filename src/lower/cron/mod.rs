//! `CronJob`: a service with a timer, or a line of `services.cron.systemCronJobs` where that is asked for (`--cron`).

mod line;
mod timer;

use super::periodic;
use super::statement::Lowered;
use crate::account::Code;
use crate::model::{CronJob, HoleKind, Machine};

/// What runs the jobs of cron.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cron {
    /// A timer of systemd for each.
    #[default]
    Timers,
    /// `services.cron`.
    Daemon,
}

pub(super) fn lower(job: &CronJob, machine: &Machine, cron: Cron) -> Lowered {
    if let Some(lowered) = periodic::lower_job(job, machine) {
        return lowered;
    }
    match cron {
        Cron::Timers => timer::lower(job, machine),
        Cron::Daemon => line::lower(job, machine),
    }
}

/// Says why a command cannot be stated.
fn refused(job: &CronJob) -> Lowered {
    match job.command.worst_hole() {
        Some(hole) if hole.kind == HoleKind::Secret => Lowered::manual_with_cure(
            Code::ValueSecret,
            format!(
                "its command holds a secret ({}), which must not reach the store",
                hole.what
            ),
            "Let the command read the secret from a file below /run/secrets.",
        ),
        hole => Lowered::manual(
            Code::ValueUnknown,
            format!(
                "its command holds {}, which is known only on the machine",
                hole.map_or("something", |hole| hole.what.as_str())
            ),
        ),
    }
}

fn is_usual_shell(shell: &str) -> bool {
    matches!(
        shell.trim_matches('"'),
        "/bin/sh" | "/bin/bash" | "/usr/bin/bash" | "/bin/dash" | "/usr/bin/sh"
    )
}
