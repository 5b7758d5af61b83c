//! sysctl.conf and sysctl.d: kernel parameters.
//!
//! Manual: sysctl.d(5)

use std::collections::HashMap;

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::{Resource, Sysctl};
use crate::syntax::sysctl;

pub(super) const KIND: Kind = Kind {
    name: "sysctl",
    paths: "/etc/sysctl.conf, and *.conf of the sysctl.d folders",
    becomes: "Each line becomes boot.kernel.sysctl.<parameter>.",
    matches,
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn matches(path: &str) -> bool {
    path == "/etc/sysctl.conf"
        || ["/etc", "/run", "/usr/lib", "/usr/local/lib", "/lib"]
            .iter()
            .any(|root| is_conf_in(path, &format!("{root}/sysctl.d")))
}

fn read(given: &Given) -> Vec<Entry> {
    let file = sysctl::read(given.text());
    // The last line for a parameter counts.
    let last: HashMap<&str, u32> = file
        .settings
        .iter()
        .map(|setting| (setting.name.as_str(), setting.place.line))
        .collect();
    let entries =
        file.settings
            .iter()
            .map(|setting| {
                let place = setting.place;
                let later = last.get(setting.name.as_str()).copied();
                match (&setting.value, later) {
                    (_, Some(later)) if later > place.line => given
                        .not_needed(place, format!("line {later} sets `{}` again", setting.name)),
                    (None, _) => given.unknown(
                        place,
                        format!(
                            "`{}` is taken out of what patterns of other lines set",
                            setting.name
                        ),
                    ),
                    (Some(value), _) => given.asks(
                        place,
                        &[&setting.name, value],
                        Resource::Sysctl(Sysctl {
                            name: setting.name.clone(),
                            value: value.clone(),
                        }),
                    ),
                }
            })
            .collect();
    given.with_faults(entries, file.faults)
}
