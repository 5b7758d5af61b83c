//! `Unit`: a unit file or drop-in to the typed options of `systemd.services` and its like.
//!
//! Manuals: systemd.unit(5), systemd.service(5), and nixos/lib/systemd-unit-options.nix for the options.
//!
//! Every directive has its place: `[Unit]` in options of their own or `unitConfig`, `[Install]` in `wantedBy` and its
//! like where the unit is enabled, the unit's own section in `serviceConfig` and its like. A drop-in of a unit that the
//! machine brings itself is one unit with it, as systemd reads both; of another unit it overrides what NixOS says.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use super::systemd_directives::{Directive, directives, hole};
use super::systemd_value::{self, Place};
use super::unit_name;
use crate::account::Code;
use crate::model::{Machine, Text, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// A kind of unit: its suffix, its option, its own section and the option for that.
struct UnitKind {
    suffix: &'static str,
    option: &'static str,
    section: &'static str,
    config: &'static str,
    /// The option is a list, so the unit is one element.
    is_element: bool,
}

const KINDS: [UnitKind; 8] = [
    kind("service", "services", "Service", "serviceConfig", false),
    kind("timer", "timers", "Timer", "timerConfig", false),
    kind("socket", "sockets", "Socket", "socketConfig", false),
    kind("path", "paths", "Path", "pathConfig", false),
    kind("slice", "slices", "Slice", "sliceConfig", false),
    kind("target", "targets", "", "", false),
    kind("mount", "mounts", "Mount", "mountConfig", true),
    kind(
        "automount",
        "automounts",
        "Automount",
        "automountConfig",
        true,
    ),
];

/// Directives of `[Unit]` and `[Install]` that are lists of units, and their options.
const UNIT_LISTS: [(&str, &str); 15] = [
    ("After", "after"),
    ("Before", "before"),
    ("Wants", "wants"),
    ("Requires", "requires"),
    ("Requisite", "requisite"),
    ("BindsTo", "bindsTo"),
    ("PartOf", "partOf"),
    ("Conflicts", "conflicts"),
    ("OnFailure", "onFailure"),
    ("OnSuccess", "onSuccess"),
    ("Upholds", "upholds"),
    ("WantedBy", "wantedBy"),
    ("RequiredBy", "requiredBy"),
    ("UpheldBy", "upheldBy"),
    ("Alias", "aliases"),
];

/// Who else defines the unit that a drop-in changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The unit is whole: nobody else says anything about it.
    Own,
    /// NixOS has the unit; single values have to be forced.
    Foreign,
}

const fn kind(
    suffix: &'static str,
    option: &'static str,
    section: &'static str,
    config: &'static str,
    is_element: bool,
) -> UnitKind {
    UnitKind {
        suffix,
        option,
        section,
        config,
        is_element,
    }
}

pub(super) fn lower(unit: &Unit, machine: &Machine) -> Lowered {
    let Some((stem, kind)) = kind_of(&unit.name) else {
        return Lowered::manual(
            Code::CannotState,
            format!("there is no option for units such as `{}`", unit.name),
        );
    };
    if unit.sections.iter().all(|it| it.directives.is_empty()) {
        return Lowered::manual(
            Code::BadInput,
            format!("`{}` holds no directive", unit.name),
        );
    }
    let own = !unit.drop_in || has_main(unit, machine);
    let base = if own { Base::Own } else { Base::Foreign };
    let directives = directives(unit, machine, base);
    if let Some(left) = hole(&directives) {
        return Lowered::Manual(left);
    }
    let mut statement = Statement::default();
    let stem = match base {
        Base::Own => stem.to_owned(),
        Base::Foreign => foreign_name(stem, kind, machine, &mut statement),
    };
    // What was assumed of the unit is about all of it.
    statement.recent();
    let mut place = Place {
        unit: &stem,
        base,
        machine,
        statement: &mut statement,
        leaves: Vec::new(),
        environment_files: Vec::new(),
        file_clauses: Vec::new(),
    };
    for directive in &directives {
        lower_directive(directive, unit, kind, &mut place);
    }
    let leaves = place.finish();
    finish(kind, &stem, leaves, &mut statement);
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("nothing of `{}` is left to state", unit.name),
        );
    }
    Lowered::Stated(statement)
}

/// Tells whether the machine brings the unit whole.
fn has_main(unit: &Unit, machine: &Machine) -> bool {
    machine::units(machine).any(|it| !it.drop_in && it.name == unit.name)
}

/// Returns a unit's name without its suffix, and its option below `systemd` where that is a set.
pub(super) fn option_of(name: &str) -> Option<(&str, &'static str)> {
    let (stem, kind) = kind_of(name)?;
    (!kind.is_element).then_some((stem, kind.option))
}

fn kind_of(name: &str) -> Option<(&str, &'static UnitKind)> {
    let (stem, suffix) = name.rsplit_once('.')?;
    let kind = KINDS.iter().find(|kind| kind.suffix == suffix)?;
    Some((stem, kind))
}

/// As `known_name`, for a unit that a drop-in changes; says what it rests on.
fn foreign_name(
    stem: &str,
    kind: &UnitKind,
    machine: &Machine,
    statement: &mut Statement,
) -> String {
    let known = (kind.suffix == "service")
        .then(|| unit_name::known_name(stem, machine))
        .flatten();
    if let Some(name) = known {
        statement.assume(format!("NixOS has the unit `{name}.service`"));
        return name;
    }
    statement.assume(format!(
        "something brings the unit `{stem}.{}`",
        kind.suffix
    ));
    if !kind.is_element {
        // Without a whole unit under this name it must stay a drop-in.
        let path = OptionPath::new(["systemd", kind.option, stem, "overrideStrategy"]);
        statement.set(path, Expr::str("asDropin"));
    }
    stem.to_owned()
}

fn lower_directive(directive: &Directive, unit: &Unit, kind: &UnitKind, place: &mut Place<'_>) {
    let Directive {
        section,
        name,
        values,
        reset,
    } = directive;
    match section.as_str() {
        "Unit" => lower_unit_directive(name, values, *reset, place),
        "Install" => lower_install(name, values, unit, place),
        // Before systemd 230 the limits of starting stood here; systemd still reads them.
        it if it == kind.section && name.starts_with("StartLimit") => {
            let name = if name == "StartLimitInterval" {
                "StartLimitIntervalSec"
            } else {
                name
            };
            lower_unit_directive(name, values, *reset, place);
        }
        it if it == kind.section && !kind.section.is_empty() => {
            match (kind.suffix, name.as_str()) {
                ("service", "Environment") => place.environment(values),
                ("service", "EnvironmentFile") => place.environment_file(values, *reset),
                ("socket", "ListenStream") if place.base == Base::Own => {
                    place.add_words("listenStreams", values);
                }
                ("socket", "ListenDatagram") if place.base == Base::Own => {
                    place.add_words("listenDatagrams", values);
                }
                ("mount", "What" | "Where" | "Type") | ("automount", "Where") => {
                    place.single(&[&name.to_lowercase()], values);
                }
                ("mount", "Options") => place.single(&["options"], values),
                _ => place.directive(kind.config, name, values, *reset),
            }
        }
        it if it.starts_with("X-") => {}
        _ => place.statement.left.push(Left::new(
            Code::CannotState,
            format!(
                "there is no option for the section [{section}] of `{}`",
                unit.name
            ),
        )),
    }
}

fn lower_unit_directive(name: &str, values: &[Text], reset: bool, place: &mut Place<'_>) {
    if let Some((_, option)) = UNIT_LISTS.iter().find(|(it, _)| *it == name) {
        let words = systemd_value::plain_words(values);
        if !reset && words.iter().all(|word| unit_name::is_unit_name(word)) {
            for word in words {
                place.add(&[option], Expr::str(word));
            }
            return;
        }
        place.directive("unitConfig", name, values, reset);
        return;
    }
    let seconds = || systemd_value::last_plain(values).and_then(systemd_value::seconds);
    match name {
        "Description" => place.single(&["description"], values),
        "Documentation" if !reset => place.add_words("documentation", values),
        "StartLimitIntervalSec" | "StartLimitInterval" => match seconds() {
            Some(seconds) => place.set(&["startLimitIntervalSec"], Expr::Int(seconds)),
            None => place.directive("unitConfig", "StartLimitIntervalSec", values, reset),
        },
        "StartLimitBurst" => match seconds() {
            Some(count) => place.set(&["startLimitBurst"], Expr::Int(count)),
            None => place.directive("unitConfig", name, values, reset),
        },
        _ => place.directive("unitConfig", name, values, reset),
    }
}

/// `[Install]` says what `systemctl enable` links; NixOS makes the links at once, so they are stated only where
/// something enables the unit.
fn lower_install(name: &str, values: &[Text], unit: &Unit, place: &mut Place<'_>) {
    let is_template = place.unit.ends_with('@');
    if is_template || !(unit.drop_in || is_enabled(unit, place.machine)) {
        return;
    }
    let words = systemd_value::plain_words(values);
    if let Some((_, option)) = UNIT_LISTS.iter().find(|(it, _)| *it == name) {
        let own = format!("{}.service", place.unit);
        for word in words.into_iter().filter(|word| *word != own) {
            place.add(&[option], Expr::str(word));
        }
    } else if name == "Also" {
        for word in words {
            if !machine::units(place.machine).any(|it| it.name == word) {
                place.statement.left.push(Left::new(
                    Code::CannotState,
                    format!("`Also={word}`: NixOS enables each unit by itself, and this one is not in the input"),
                ));
            }
        }
    } else {
        place.statement.left.push(Left::new(
            Code::CannotState,
            format!("there is no option for `{name}` of [Install]"),
        ));
    }
}

/// Tells whether the unit is enabled, by itself or by a service of the same name.
fn is_enabled(unit: &Unit, machine: &Machine) -> bool {
    if let Some(enabled) = unit.enabled {
        return enabled;
    }
    machine::services(machine).any(|it| {
        it.enabled == Some(true)
            && (it.name == unit.name
                || unit.name.strip_suffix(".service") == Some(it.name.as_str()))
    })
}

fn finish(
    kind: &UnitKind,
    stem: &str,
    leaves: Vec<systemd_value::Leaf>,
    statement: &mut Statement,
) {
    if kind.is_element {
        let path = OptionPath::new(["systemd", kind.option]);
        if !leaves.is_empty() {
            statement.add(path, systemd_value::nested(&leaves));
        }
        return;
    }
    let base = OptionPath::new(["systemd", kind.option, stem]);
    for leaf in leaves {
        let path = leaf
            .path
            .iter()
            .fold(base.clone(), |path, name| path.child(name));
        if leaf.joins {
            statement.add(path, leaf.expr);
        } else {
            statement.set(path, leaf.expr);
        }
        statement.about_last(leaf.clauses);
    }
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all, text};
    use crate::model::{Content, File, Mode, Resource, Unit, UnitSection};

    fn unit(name: &str, drop_in: bool, source: &str) -> Resource {
        let mut sections: Vec<UnitSection> = Vec::new();
        for line in source
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            if let Some(name) = line.strip_prefix('[') {
                sections.push(UnitSection {
                    name: name.trim_end_matches(']').to_owned(),
                    directives: indexmap::IndexMap::new(),
                });
            } else if let (Some(last), Some((name, value))) =
                (sections.last_mut(), line.split_once('='))
            {
                last.directives
                    .entry(name.to_owned())
                    .or_default()
                    .push(text(value));
            }
        }
        Resource::Unit(Unit {
            name: name.to_owned(),
            drop_in,
            sections,
            enabled: (!drop_in).then_some(true),
        })
    }

    #[test]
    fn a_service_has_typed_options() {
        check(
            unit(
                "shop.service",
                false,
                "[Unit]
                 Description=The shop
                 After=network.target postgresql.service
                 StartLimitIntervalSec=1min
                 ConditionPathExists=/srv/shop
                 [Service]
                 Type=simple
                 WorkingDirectory=/srv/shop
                 Environment=PORT=8000 \"GREETING=good day\"
                 ExecStartPre=-/bin/mkdir -p /run/shop
                 ExecStart=/usr/bin/node server.js --at %i
                 Restart=no
                 RemainAfterExit=yes
                 UMask=0022
                 LimitNOFILE=65536
                 [Install]
                 WantedBy=multi-user.target",
            ),
            r#"
            systemd.services.shop.description = "The shop";
            systemd.services.shop.after += "network.target";
            systemd.services.shop.after += "postgresql.service";
            systemd.services.shop.startLimitIntervalSec = 60;
            systemd.services.shop.unitConfig.ConditionPathExists = "/srv/shop";
            systemd.services.shop.serviceConfig.Type = "simple";
            systemd.services.shop.serviceConfig.WorkingDirectory = "/srv/shop";
            systemd.services.shop.environment.PORT = "8000";
            systemd.services.shop.environment.GREETING = "good day";
            systemd.services.shop.serviceConfig.ExecStartPre = "-${pkgs.coreutils}/bin/mkdir -p /run/shop";
            systemd.services.shop.serviceConfig.ExecStart = "${pkgs.nodejs}/bin/node server.js --at %i";
            systemd.services.shop.serviceConfig.Restart = "no";
            systemd.services.shop.serviceConfig.RemainAfterExit = true;
            systemd.services.shop.serviceConfig.UMask = "0022";
            systemd.services.shop.serviceConfig.LimitNOFILE = 65536;
            systemd.services.shop.wantedBy += "multi-user.target";
            assumed: `/bin/mkdir` is taken from `pkgs.coreutils`; `/usr/bin/node` is taken from `pkgs.nodejs`
            "#,
        );
    }

    #[test]
    fn secret_variables_come_from_a_file() {
        check(
            unit(
                "shop.service",
                false,
                "[Service]\nEnvironment=A=1 B=<secret: token>\nExecStart=/bin/sh x",
            ),
            r#"
            systemd.services.shop.environment.A = "1";
            systemd.services.shop.serviceConfig.ExecStart = "/bin/sh x";
            systemd.services.shop.serviceConfig.EnvironmentFile = "/run/secrets/shop.env";
            /run/secrets/shop.env: B=<secret: token>
            assumed: its secret variables are put into `/run/secrets/shop.env`
            "#,
        );
    }

    #[test]
    fn a_shell_finds_its_programs_in_the_path() {
        check(
            unit(
                "pull.service",
                false,
                "[Service]\nExecStart=/bin/sh -c 'git pull && date'\nWorkingDirectory=/usr/share/x",
            ),
            r#"
            systemd.services.pull.path += pkgs.git;
            systemd.services.pull.serviceConfig.ExecStart = "/bin/sh -c 'git pull && date'";
            systemd.services.pull.serviceConfig.WorkingDirectory = "/usr/share/x";
            assumed: a program of its command is in `git`
            manual: `/usr/share/x` is not on NixOS: the files of packages live in the Nix store
            "#,
        );
    }

    #[test]
    fn a_hole_in_a_command_leaves_the_unit_to_the_person() {
        check(
            unit(
                "shop.service",
                false,
                "[Service]\nExecStart=/bin/sh <unknown: the version>",
            ),
            "manual: `ExecStart` holds the version, which is known only on the machine",
        );
    }

    #[test]
    fn a_secret_file_is_read_where_it_is_put() {
        let file = Resource::File(File {
            path: "/etc/shop.env".into(),
            content: Content::Text(text("DB=<secret: shop_db>\n")),
            mode: Some(Mode(0o600)),
            owner: None,
            group: None,
        });
        let unit = unit(
            "shop.service",
            false,
            "[Service]\nEnvironmentFile=-/etc/shop.env",
        );
        check_all(
            vec![file, unit],
            r#"
            systemd.services.shop.serviceConfig.EnvironmentFile = "/run/secrets/shop.env";
            /run/secrets/shop.env: DB=<secret: shop_db>
            assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`
            assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`
            "#,
        );
    }

    #[test]
    fn a_drop_in_of_an_own_unit_is_one_unit_with_it() {
        check_all(
            vec![
                unit(
                    "a.service",
                    false,
                    "[Service]\nExecStart=/bin/sh 1\nRestart=no\nUser=root",
                ),
                unit(
                    "a.service",
                    true,
                    "[Service]\nExecStart=\nExecStart=/bin/sh 2\nRestart=always",
                ),
            ],
            r#"
            systemd.services.a.serviceConfig.User = "root";
            systemd.services.a.serviceConfig.ExecStart = "/bin/sh 2";
            systemd.services.a.serviceConfig.Restart = "always";
            "#,
        );
    }

    #[test]
    fn a_drop_in_of_another_unit_overrides_it() {
        check(
            unit(
                "nginx.service",
                true,
                "[Service]\nExecStartPre=\nLimitNOFILE=9\n[Unit]\nAfter=a.mount",
            ),
            r#"
            systemd.services.nginx.serviceConfig.ExecStartPre = lib.mkForce [ "" ];
            systemd.services.nginx.serviceConfig.LimitNOFILE = lib.mkForce 9;
            systemd.services.nginx.after += "a.mount";
            assumed: NixOS has the unit `nginx.service`
            "#,
        );
        check(
            unit("odd@.service", true, "[Service]\nNice=5"),
            r#"
            systemd.services."odd@".overrideStrategy = "asDropin";
            systemd.services."odd@".serviceConfig.Nice = lib.mkForce 5;
            assumed: something brings the unit `odd@.service`
            "#,
        );
    }

    #[test]
    fn timers_sockets_and_mounts_have_their_options() {
        check(
            unit(
                "b.timer",
                false,
                "[Timer]\nOnCalendar=daily\nPersistent=yes\n[Install]\nWantedBy=timers.target",
            ),
            r#"
            systemd.timers.b.timerConfig.OnCalendar = "daily";
            systemd.timers.b.timerConfig.Persistent = true;
            systemd.timers.b.wantedBy += "timers.target";
            "#,
        );
        check(
            unit(
                "b.socket",
                false,
                "[Socket]\nListenStream=80\nListenStream=/run/b\nAccept=no",
            ),
            r#"
            systemd.sockets.b.listenStreams += "80";
            systemd.sockets.b.listenStreams += "/run/b";
            systemd.sockets.b.socketConfig.Accept = false;
            "#,
        );
        check(
            unit(
                "b.mount",
                false,
                "[Mount]\nWhat=/dev/b\nWhere=/b\nType=ext4\nLazyUnmount=true\n[Install]\nWantedBy=x.target",
            ),
            r#"
            systemd.mounts += { what = "/dev/b"; where = "/b"; type = "ext4"; mountConfig = { LazyUnmount = true; }; wantedBy = [ "x.target" ]; };
            "#,
        );
    }
}
