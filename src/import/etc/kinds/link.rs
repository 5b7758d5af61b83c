//! Links below /etc that mean something by themselves: units that are wanted or masked, the time zone.
//!
//! Manual: systemctl(1), localtime(5)

use super::unit::{below_units, is_unit_name};
use crate::model::{Family, Link, Resource, Service, Timezone};

/// Reads a link at an absolute path; `None` when it is an ordinary one.
pub(crate) fn read_link(path: &str, target: &str, family: Family) -> Option<Resource> {
    if path == "/etc/localtime" {
        let (_, zone) = target.split_once("zoneinfo/")?;
        let name = zone.to_owned();
        return (!name.is_empty()).then_some(Resource::Timezone(Timezone { name }));
    }
    let below = below_units(path)?;
    let service = Service {
        name: super::file_name(path).to_owned(),
        family,
        enabled: None,
        running: None,
        masked: false,
        linked_in: Vec::new(),
    };
    match below.split_once('/') {
        None if target == "/dev/null" && is_unit_name(below) => Some(Resource::Service(Service {
            masked: true,
            ..service
        })),
        Some((folder, unit)) if is_unit_name(unit) => {
            let wanting = [".wants", ".requires", ".upholds"]
                .iter()
                .find_map(|kind| folder.strip_suffix(kind))?;
            is_unit_name(wanting).then_some(Resource::Service(Service {
                enabled: Some(true),
                linked_in: vec![folder.to_owned()],
                ..service
            }))
        }
        // A second name for a unit of the machine's own; one for a package's unit is no more than that it is enabled.
        None if is_unit_name(below) => {
            let unit = target
                .strip_prefix("/etc/systemd/system/")
                .unwrap_or(target);
            let is_alias = is_unit_name(unit) && unit != below && !unit.contains('/');
            is_alias.then(|| {
                Resource::Link(Link {
                    path: path.to_owned(),
                    target: format!("/etc/systemd/system/{unit}"),
                })
            })
        }
        None | Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read_link;
    use crate::model::Family;

    fn check(path: &str, target: &str, expected: &str) {
        let found = read_link(path, target, Family::Debian);
        let found = found.map_or_else(String::new, |it| serde_json::to_string(&it).unwrap());
        assert_eq!(found, expected, "{path} -> {target}");
    }

    #[test]
    fn links_of_systemd_say_what_is_wanted() {
        check(
            "/etc/systemd/system/multi-user.target.wants/shop.service",
            "/etc/systemd/system/shop.service",
            r#"{"service":{"name":"shop.service","family":"debian","enabled":true,"masked":false,"linked_in":["multi-user.target.wants"]}}"#,
        );
        check(
            "/etc/systemd/system/apt-daily.timer",
            "/dev/null",
            r#"{"service":{"name":"apt-daily.timer","family":"debian","masked":true}}"#,
        );
        check(
            "/etc/systemd/system/syslog.service",
            "/lib/systemd/system/rsyslog.service",
            "",
        );
        check("/etc/alternatives/vi", "/usr/bin/vim", "");
    }

    #[test]
    fn localtime_is_the_time_zone() {
        check(
            "/etc/localtime",
            "../usr/share/zoneinfo/Europe/Rome",
            r#"{"timezone":{"name":"Europe/Rome"}}"#,
        );
        check("/etc/localtime", "/etc/my-zone", "");
    }
}
