//! Drop-ins of units that others bring: whether anything brings them, and which of their directives a module sets.
//!
//! Over a unit that is nowhere a drop-in would become a unit of its own, without a command, which systemd refuses. And
//! where the module says nothing of a directive a plain value is enough: `lib.mkForce` is for what it says otherwise.
//! What modules set is in rules/nixos/unit-directives.json, read from the modules that it names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::ctx::Ctx;
use super::machine;
use super::unit_name;
use super::unit_want;
use crate::model::{Machine, Resource, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules::{self, ModuleOption, OptionShape};

const TABLE: &str = include_str!("../../rules/nixos/unit-directives.json");

/// What a module says of its unit.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Where nixpkgs says so.
    #[serde(rename = "module")]
    _module: String,
    /// Directives of the unit's own section, and options of single values.
    sets: Vec<String>,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Units that every NixOS has, of systemd and of what is always on, besides those of which `unit_name` knows.
const ALWAYS: [&str; 20] = [
    "console-getty.service",
    "dbus-broker.service",
    "dbus.service",
    "dbus.socket",
    "emergency.service",
    "network-setup.service",
    "nix-daemon.service",
    "nix-daemon.socket",
    "nscd.service",
    "systemd-ask-password-console.service",
    "systemd-ask-password-wall.service",
    "systemd-journal-flush.service",
    "systemd-journald.service",
    "systemd-journald.socket",
    "systemd-logind.service",
    "systemd-timesyncd.service",
    "systemd-tmpfiles-clean.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-tmpfiles-setup.service",
    "systemd-user-sessions.service",
];

/// Why a drop-in cannot be stated, and what helps.
pub(super) struct Missing {
    pub(super) reason: String,
    pub(super) cure: String,
}

/// Tells that nothing brings the unit of a drop-in; `None` where something does, or where it is whole.
pub(super) fn missing(resource: &Resource, ctx: &Ctx<'_>) -> Option<Missing> {
    let Resource::Unit(unit) = resource else {
        return None;
    };
    if !unit.drop_in || is_there(unit, ctx.machine) {
        return None;
    }
    let (stem, suffix) = unit.name.rsplit_once('.')?;
    let known = rules::service(stem, ctx.machine.family).filter(|_| {
        // The table has the names of services, and of other units with their suffix.
        suffix == "service"
    });
    let known = known.or_else(|| rules::service(&unit.name, ctx.machine.family));
    let place = super::systemd::option_of(&unit.name)
        .map_or_else(String::new, |(stem, kind)| format!("systemd.{kind}.{stem}"));
    match known.map(|it| (it.option, it.unit)) {
        Some((Some(option), _)) if is_on(option, ctx) => None,
        Some((Some(option), _)) => Some(Missing {
            reason: format!(
                "`{}` is the unit of `{}`, which nothing here switches on",
                unit.name, option.path
            ),
            cure: format!("Switch that on, then state the drop-in below `{place}`."),
        }),
        // NixOS has the unit without an option that switches it.
        Some((None, Some(_))) => None,
        Some((None, None)) | None => Some(Missing {
            reason: format!("nothing here brings the unit `{}`", unit.name),
            cure: format!(
                "State the whole unit below `{place}`, or switch its module on and state the drop-in there."
            ),
        }),
    }
}

fn is_there(unit: &Unit, machine: &Machine) -> bool {
    let template = unit_want::template_of(&unit.name);
    let is_it = |it: &Unit| {
        !it.drop_in && (it.name == unit.name || template.as_deref() == Some(it.name.as_str()))
    };
    let stem = unit.name.rsplit_once('.').map_or("", |it| it.0);
    // Those of templates are beside the units that they change, and never units of their own; slices are made by
    // whatever is put into them.
    machine::units(machine).any(is_it)
        || unit.name.ends_with(".slice")
        || unit_name::is_of_systemd(&unit.name)
        || ALWAYS.contains(&unit.name.as_str())
        || stem.ends_with('-')
        || stem.contains('@')
        || is_container(stem, machine)
        || is_made_of_mounts(&unit.name)
}

/// Tells whether NixOS runs a container of the machine in a unit of this name.
fn is_container(stem: &str, machine: &Machine) -> bool {
    let name = stem
        .strip_prefix("docker-")
        .or_else(|| stem.strip_prefix("podman-"));
    name.is_some_and(|name| machine::containers(machine).any(|it| it.name == name))
}

/// Units that systemd makes of fstab and of devices.
fn is_made_of_mounts(name: &str) -> bool {
    [".mount", ".automount", ".swap", ".device", ".scope"]
        .iter()
        .any(|it| name.ends_with(it))
}

fn is_on(option: ModuleOption, ctx: &Ctx<'_>) -> bool {
    if option.default == Some(true) {
        return true;
    }
    let draft = ctx.brought.draft();
    let path = OptionPath::parse(option.path);
    match option.shape {
        OptionShape::Switch => draft.get(&path).is_some_and(|setting| {
            let mut definitions = setting.definitions().iter();
            definitions.any(|it| it.expr == Expr::Bool(true))
        }),
        // What has no switch is there as soon as anything is said of it, or always.
        OptionShape::Packages | OptionShape::Other | OptionShape::Unknown => {
            let is_instance =
                option.path.ends_with("servers") || option.path.ends_with("instances");
            !is_instance
                || draft
                    .settings()
                    .any(|(it, _)| it.names().starts_with(path.names()))
        }
    }
}

/// Tells whether a module may set a directive of a unit: `None` where what it sets is not known here.
pub(super) fn is_set_by_module(unit: &str, directive: &str) -> Option<bool> {
    let row = ROWS.get(unit)?;
    Some(row.sets.iter().any(|it| it == directive))
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::lower::tests::check_all;
    use crate::model::{Family, Package, Resource, Unit, UnitSection};
    use indexmap::IndexMap;

    fn drop_in(name: &str, directives: &[(&str, &str)]) -> Resource {
        let directives: IndexMap<String, Vec<crate::model::Text>> = directives
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).into()]))
            .collect();
        Resource::Unit(Unit {
            name: name.into(),
            drop_in: true,
            sections: vec![UnitSection {
                name: "Service".into(),
                directives,
            }],
            enabled: None,
        })
    }

    #[test]
    fn a_drop_in_of_a_module_that_is_on_changes_its_unit() {
        let package = Resource::Package(Package {
            name: "rabbitmq-server".into(),
            family: Family::Debian,
            version: None,
        });
        let of = |name: &str| drop_in(name, &[("LimitNOFILE", "9"), ("MemoryMax", "1G")]);
        check_all(
            vec![package, of("rabbitmq-server.service")],
            r#"
            services.rabbitmq.enable = true;
            systemd.services.rabbitmq.serviceConfig.LimitNOFILE = lib.mkForce 9;
            systemd.services.rabbitmq.serviceConfig.MemoryMax = "1G";
            services.rabbitmq.listenAddress = "";
            assumed: RabbitMQ listens on all addresses, as the distribution has it
            assumed: NixOS has the unit `rabbitmq.service`
            "#,
        );
        check_all(
            vec![of("rabbitmq-server.service")],
            "manual: `rabbitmq-server.service` is the unit of `services.rabbitmq.enable`, which nothing here switches on",
        );
    }

    #[test]
    fn a_drop_in_of_nothing_is_no_unit() {
        check_all(
            vec![drop_in("shop.service", &[("LimitNOFILE", "9")])],
            "manual: nothing here brings the unit `shop.service`",
        );
        check_all(
            vec![drop_in("dbus.service", &[("MemoryMax", "1G")])],
            r#"
            systemd.services.dbus.serviceConfig.MemoryMax = lib.mkForce "1G";
            assumed: something brings the unit `dbus.service`
            "#,
        );
    }

    #[test]
    fn the_table_is_read() {
        assert!(ROWS.len() > 3);
    }
}
