//! A unit of the machine's own, as options of the module that runs its program.

use super::{Flag, Row, flags, row_of};
use crate::lower::machine;
use crate::lower::statement::Statement;
use crate::lower::step_words;
use crate::lower::systemd::Base;
use crate::lower::systemd_directives::{Directive, directives};
use crate::model::{Content, Machine, Text, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::assignments;

/// Units that are there before any service, or that the module waits for.
const EARLY: [&str; 15] = [
    "basic.target",
    "docker.service",
    "local-fs.target",
    "multi-user.target",
    "network-online.target",
    "network.service",
    "network.target",
    "nss-lookup.target",
    "remote-fs.target",
    "sysinit.target",
    "syslog.service",
    "syslog.target",
    "systemd-networkd.service",
    "time-sync.target",
    "time-set.target",
];

/// Directives of `[Service]` that say how a program is guarded, watched and stopped: the module says that for its own unit.
const OF_MODULE: [&str; 62] = [
    "AmbientCapabilities",
    "CapabilityBoundingSet",
    "DeviceAllow",
    "DevicePolicy",
    "DynamicUser",
    "ExecReload",
    "ExecStop",
    "Group",
    "IPAddressDeny",
    "KeyringMode",
    "KillMode",
    "KillSignal",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PermissionsStartOnly",
    "PIDFile",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "ReadOnlyDirectories",
    "ReadOnlyPaths",
    "ReadWriteDirectories",
    "ReadWritePaths",
    "RemoveIPC",
    "Restart",
    "RestartSec",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "RuntimeDirectory",
    "RuntimeDirectoryMode",
    "SecureBits",
    "SendSIGKILL",
    "StandardError",
    "StandardOutput",
    "StartLimitBurst",
    "StartLimitInterval",
    "StartLimitIntervalSec",
    "StateDirectory",
    "StateDirectoryMode",
    "SyslogFacility",
    "SyslogIdentifier",
    "SystemCallArchitectures",
    "SystemCallErrorNumber",
    "SystemCallFilter",
    "TimeoutStopSec",
    "UMask",
    "WorkingDirectory",
];

/// Directives of `[Service]` that the module does not have, and that its unit is given besides.
const CARRIED: [&str; 11] = [
    "CPUQuota",
    "CPUWeight",
    "IOSchedulingClass",
    "IOWeight",
    "LimitNOFILE",
    "LimitNPROC",
    "MemoryHigh",
    "MemoryMax",
    "Nice",
    "OOMScoreAdjust",
    "Slice",
];

/// Finds the module for the program that a unit starts.
pub(super) fn row(unit: &Unit) -> Option<&'static Row> {
    if unit.drop_in || !unit.name.ends_with(".service") || unit.name.contains('@') {
        return None;
    }
    let services = unit.sections.iter().filter(|it| it.name == "Service");
    let mut starts = services
        .filter_map(|it| it.directives.get("ExecStart"))
        .flatten()
        .filter(|it| it.plain() != Some(""));
    let start = starts.next().filter(|_| starts.next().is_none())?;
    let first = start.pieces().first()?;
    let crate::model::Piece::Literal(text) = first else {
        return None;
    };
    let program = text.split_whitespace().next()?;
    row_of(
        program
            .trim_start_matches(['-', '@'])
            .trim_matches(['"', '\'']),
    )
}

/// States what a unit comes to; none where it says more than the module can.
pub(super) fn state(unit: &Unit, machine: &Machine) -> Option<Statement> {
    let row = row(unit)?;
    let mut others = machine::units(machine).filter(|it| it.name == unit.name && *it != unit);
    if others.next().is_some() {
        return None;
    }
    let mut statement = Statement::default();
    let directives = directives(unit, machine, Base::Own);
    let environment = Environment::of(&directives, machine)?;
    let own = OptionPath::new(["systemd", "services", &row.unit]);
    let mut start = None;
    for it in &directives {
        // What is not known of them does not count.
        if it.section == "Service" && OF_MODULE.contains(&it.name.as_str()) {
            continue;
        }
        let texts = it.values.iter().filter(|it| !is_usual_variable(it));
        let texts: Option<Vec<&str>> = texts.map(Text::plain).collect();
        let texts = texts?;
        match (it.section.as_str(), it.name.as_str()) {
            ("Unit", "Description" | "Documentation") => {}
            ("Unit", name) if name.starts_with("StartLimit") => {}
            ("Unit", "After" | "Wants" | "Requires" | "Before" | "BindsTo" | "PartOf") => {
                let words = texts.iter().flat_map(|it| it.split_whitespace());
                for word in words.filter(|it| !EARLY.contains(it)) {
                    let list = match it.name.as_str() {
                        "After" => "after",
                        "Wants" => "wants",
                        "Requires" => "requires",
                        "Before" => "before",
                        "BindsTo" => "bindsTo",
                        _ => "partOf",
                    };
                    statement.add(own.child(list), Expr::str(word));
                }
            }
            ("Install", "WantedBy") => {
                let words = texts.iter().flat_map(|it| it.split_whitespace());
                let is_usual = |it: &str| matches!(it, "multi-user.target" | "default.target");
                if !words.into_iter().all(is_usual) {
                    return None;
                }
            }
            ("Service", "Type") => {
                let is_usual = |it: &&str| matches!(*it, "simple" | "exec");
                texts.iter().all(is_usual).then_some(())?;
            }
            ("Service", "ExecStart") => start = texts.first().copied(),
            ("Service", "User") => {
                let usual = row.user.as_deref();
                let user = texts.first().copied().unwrap_or_default();
                if user == "root" && usual != Some("root") {
                    statement.assume("it does not have to be root");
                }
            }
            ("Service", "Environment" | "EnvironmentFile") => {}
            ("Service", name) if CARRIED.contains(&name) => {
                let value = texts.last().copied().unwrap_or_default();
                let path = own.child("serviceConfig").child(name);
                statement.set(path, Expr::str(value));
            }
            _ => return None,
        }
    }
    let start = start?;
    // What the command line does not take is for the program.
    let takes = |name: &String| {
        start.contains(&format!("${name}")) || start.contains(&format!("${{{name}}}"))
    };
    environment.of_files.iter().all(takes).then_some(())?;
    let words = environment.command(start)?;
    let (_, arguments) = words.split_first()?;
    let own_variables = environment.own.iter();
    let variables = own_variables.filter_map(|(name, value)| {
        let flag = row.variables.get(name)?;
        Some((flag, value.as_str()))
    });
    let variables: Vec<(&Flag, &str)> = variables.collect();
    flags::state(row, arguments, &variables, machine, &mut statement)?;
    for (name, value) in &environment.own {
        if !row.variables.contains_key(name) {
            let path = own.child("environment").child(name);
            statement.set(path, Expr::str(value));
        }
    }
    if let Some(needed) = &row.needs {
        environment
            .own
            .iter()
            .any(|(name, _)| name == needed)
            .then_some(())?;
    }
    if unit.enabled == Some(true) {
        let enable = OptionPath::parse(&row.option).child("enable");
        statement.share(enable, Expr::Bool(true));
    }
    let clause = format!(
        "NixOS's own unit `{}.service`, with its program, user and restrictions, does as well as `{}`",
        row.unit, unit.name
    );
    statement.assume(clause);
    Some(statement)
}

/// Tells whether a directive sets the number of processors that a program of Go uses, which is that of the machine anyway.
fn is_usual_variable(value: &Text) -> bool {
    let value = value.to_string();
    let value = value.trim_start_matches(['"', '\'']);
    value.starts_with("GOMAXPROCS=") && value.matches('=').count() == 1
}

/// The variables that a unit gives its program.
#[derive(Default)]
struct Environment {
    /// Those that the program sees: no file gives them for the command line alone.
    own: Vec<(String, String)>,
    all: Vec<(String, String)>,
    /// The names that files give.
    of_files: Vec<String>,
}

impl Environment {
    fn of(directives: &[Directive], machine: &Machine) -> Option<Environment> {
        let mut environment = Environment::default();
        for it in directives.iter().filter(|it| it.section == "Service") {
            for value in it.values.iter().filter(|it| !is_usual_variable(it)) {
                let value = match it.name.as_str() {
                    "Environment" | "EnvironmentFile" => value.plain()?,
                    _ => continue,
                };
                match it.name.as_str() {
                    "Environment" => {
                        for word in split(value)? {
                            let (name, value) = word.split_once('=')?;
                            let pair = (name.to_owned(), value.to_owned());
                            environment.own.push(pair.clone());
                            environment.all.push(pair);
                        }
                    }
                    "EnvironmentFile" => environment.file(value, machine)?,
                    _ => {}
                }
            }
        }
        Some(environment)
    }

    /// Reads a file of the machine; one that may be missing and is not there says nothing.
    fn file(&mut self, path: &str, machine: &Machine) -> Option<()> {
        let found = machine::files(machine).find(|it| it.path == path.trim_start_matches('-'));
        let Some(file) = found else {
            return path.starts_with('-').then_some(());
        };
        let Content::Text(text) = &file.content else {
            return None;
        };
        let read = assignments::read(text.plain()?);
        read.faults.is_empty().then_some(())?;
        for it in read.assignments {
            self.of_files.push(it.name.clone());
            self.all.push((it.name, it.value));
        }
        Some(())
    }

    /// Returns the words of a command with its variables; none where one is not known.
    fn command(&self, text: &str) -> Option<Vec<String>> {
        let mut out = Vec::new();
        for word in split(text.trim_start_matches(['-', '@']))? {
            let name = word.strip_prefix('$');
            match name {
                None if !word.contains("$") => out.push(word),
                None => return None,
                Some(name) => {
                    let bare = name.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                    let pairs = self.all.iter().rev();
                    let known = pairs.map(|(own, value)| (own.as_str(), value));
                    let mut known = known.filter(|(own, _)| *own == bare.unwrap_or(name));
                    let value = known.next()?.1;
                    match bare {
                        Some(_) => out.push(value.clone()),
                        None => out.extend(split(value)?),
                    }
                }
            }
        }
        Some(out)
    }
}

/// The words of a directive; none where a quote stays open.
pub(super) fn split(text: &str) -> Option<Vec<String>> {
    let words = step_words::split(&Text::from(text))?;
    let words = words.iter().map(|it| it.plain().map(str::to_owned));
    words.collect()
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use crate::lower::tests::{check, check_all, file};
    use crate::model::{Family, Resource, Service, Unit, UnitSection};

    fn unit(name: &str, service: &[(&str, &str)]) -> Resource {
        let mut directives: IndexMap<String, Vec<crate::model::Text>> = IndexMap::new();
        for (name, value) in service {
            let values = directives.entry((*name).to_owned()).or_default();
            values.push(crate::lower::tests::text(value));
        }
        Resource::Unit(Unit {
            name: name.into(),
            drop_in: false,
            sections: vec![UnitSection {
                name: "Service".into(),
                directives,
            }],
            enabled: None,
        })
    }

    fn enabled(name: &str) -> Resource {
        Resource::Service(Service {
            name: name.into(),
            family: Family::Debian,
            enabled: Some(true),
            running: Some(true),
            masked: false,
            linked_in: Vec::new(),
        })
    }

    #[test]
    fn flags_are_options() {
        check_all(
            vec![
                unit(
                    "node_exporter.service",
                    &[
                        ("User", "root"),
                        ("Restart", "always"),
                        ("LimitNOFILE", "1000"),
                        (
                            "ExecStart",
                            "/usr/local/bin/node_exporter '--collector.systemd' --collector.textfile.directory=/x --no-collector.wifi --web.listen-address=:9100 --web.telemetry-path /metrics",
                        ),
                    ],
                ),
                enabled("node_exporter"),
            ],
            r#"
            systemd.services.prometheus-node-exporter.serviceConfig.LimitNOFILE = "1000";
            services.prometheus.exporters.node.port = 9100;
            services.prometheus.exporters.node.disabledCollectors = [ "wifi" ];
            services.prometheus.exporters.node.enabledCollectors = [ "systemd" ];
            services.prometheus.exporters.node.extraFlags = [ "--collector.textfile.directory=/x" "--web.telemetry-path" "/metrics" ];
            services.prometheus.exporters.node.enable = true;
            assumed: it does not have to be root; nobody asks it by IPv6; NixOS's own unit `prometheus-node-exporter.service`, with its program, user and restrictions, does as well as `node_exporter.service`
            "#,
        );
    }

    #[test]
    fn words_of_a_variable_are_words() {
        check_all(
            vec![
                unit(
                    "alertmanager.service",
                    &[
                        ("EnvironmentFile", "/etc/alertmanager/args"),
                        ("ExecStart", "/opt/alertmanager $ARGS"),
                    ],
                ),
                file(
                    "/etc/alertmanager/args",
                    "ARGS=\"--config.file=/etc/alertmanager/alertmanager.yml --cluster.listen-address=\"\n",
                ),
            ],
            r#"
            services.prometheus.alertmanager.extraFlags = [ "--cluster.listen-address=" ];
            services.prometheus.alertmanager.logLevel = "info";
            environment.etc."alertmanager/args".text = ''
            ARGS="--config.file=/etc/alertmanager/alertmanager.yml --cluster.listen-address="
            '';
            assumed: NixOS's own unit `alertmanager.service`, with its program, user and restrictions, does as well as `alertmanager.service`
            manual: nothing switches it on, and the module of `services.prometheus.alertmanager.enable` does not evaluate without `services.prometheus.alertmanager.configuration` or `services.prometheus.alertmanager.configText`
            "#,
        );
    }

    #[test]
    fn what_is_not_understood_stays_a_unit() {
        let start = ("ExecStart", "/usr/local/bin/node_exporter");
        check(
            unit("n.service", &[start, ("ExecStartPre", "/x")]),
            r#"
            systemd.services.n.serviceConfig.ExecStart = "/usr/local/bin/node_exporter";
            systemd.services.n.serviceConfig.ExecStartPre = "/x";
            assumed: the program `/usr/local/bin/node_exporter` is there; the program `/x` is there
            "#,
        );
        check(
            unit(
                "n.service",
                &[("ExecStart", "/usr/local/bin/node_exporter $X")],
            ),
            r#"
            systemd.services.n.serviceConfig.ExecStart = "/usr/local/bin/node_exporter $X";
            assumed: the program `/usr/local/bin/node_exporter` is there
            "#,
        );
    }
}
