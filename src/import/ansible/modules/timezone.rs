//! `timezone`: the time zone, and what the hardware clock shows.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/timezone_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Resource, Timezone};

pub(super) const MODULE: Module = Module {
    names: &["timezone"],
    collection: "community.general",
    becomes: "time.timeZone.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if let Some(name) = params.string(&["name"])? {
        run.put(Resource::Timezone(Timezone { name }));
    }
    match params.string(&["hwclock", "rtc"])?.as_deref() {
        None => Ok(()),
        Some("local") => Err(Refusal::new(
            Code::CannotState,
            "the hardware clock shows local time",
        )
        .cure("time.hardwareClockInLocalTime = true;")),
        Some(_) => {
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                "on NixOS the hardware clock shows UTC",
            );
            Ok(())
        }
    }
}
