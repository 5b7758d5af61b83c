//! The texts of units, as NixOS writes them from a plan.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::effect::value;
use crate::plan::{OptionPath, Plan};
use crate::syntax::systemd_words;

/// A unit that NixOS writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// With its suffix.
    pub name: String,
    pub text: String,
    /// It is written beside the unit that something else brings, as `overrides.conf`.
    pub is_drop_in: bool,
    /// It is a link to /dev/null.
    pub is_masked: bool,
}

/// The units of a plan, and the links that systemd-lib.nix (`generateUnits`) makes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Units {
    pub units: Vec<Unit>,
    /// Where a link stands below /etc/systemd/system, and the unit that it leads to.
    pub links: BTreeSet<(String, String)>,
}

/// A kind of unit with an option of its own: the option, the suffix, the section, the option of the section.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("services", "service", "Service", "serviceConfig"),
    ("sockets", "socket", "Socket", "socketConfig"),
    ("timers", "timer", "Timer", "timerConfig"),
    ("paths", "path", "Path", "pathConfig"),
    ("slices", "slice", "Slice", "sliceConfig"),
    ("targets", "target", "", ""),
    ("mounts", "mount", "Mount", "mountConfig"),
    ("automounts", "automount", "Automount", "automountConfig"),
];

/// systemd-lib.nix, `unitConfig`: lists that become one line of words.
const UNIT_LISTS: [(&str, &str); 12] = [
    ("requires", "Requires"),
    ("wants", "Wants"),
    ("upholds", "Upholds"),
    ("after", "After"),
    ("before", "Before"),
    ("bindsTo", "BindsTo"),
    ("partOf", "PartOf"),
    ("conflicts", "Conflicts"),
    ("requisite", "Requisite"),
    ("documentation", "Documentation"),
    ("onFailure", "OnFailure"),
    ("onSuccess", "OnSuccess"),
];

/// systemd-unit-options.nix, `serviceOptions.config`: options with a script, and the directive that runs it.
const SCRIPTS: [(&str, &str, &str); 6] = [
    ("preStart", "ExecStartPre", "pre-start"),
    ("script", "ExecStart", "start"),
    ("postStart", "ExecStartPost", "post-start"),
    ("reload", "ExecReload", "reload"),
    ("preStop", "ExecStop", "pre-stop"),
    ("postStop", "ExecStopPost", "post-stop"),
];

/// systemd-lib.nix, `stage2ServiceConfig`: what every service has in its path, last.
const DEFAULT_PATH: [&str; 5] = [
    "${pkgs.coreutils}",
    "${pkgs.findutils}",
    "${pkgs.gnugrep}",
    "${pkgs.gnused}",
    "${pkgs.systemd}",
];

/// Writes the units that the options of a plan lead to.
pub fn units(plan: &Plan) -> Units {
    let mut all = Units::default();
    let stated = value::stated(plan);
    for (option, suffix, section, config) in KINDS {
        if matches!(option, "mounts" | "automounts") {
            let path = OptionPath::new(["systemd", option]);
            for (_, list) in value::values(&stated, &path) {
                let items = list.as_array().cloned().unwrap_or_default();
                for item in items.iter().filter_map(Value::as_object) {
                    // nixos/lib/utils.nix, `escapeSystemdPath`.
                    let name = systemd_words::escape_path(text_of(item, "where"));
                    put(&name, suffix, section, config, item, &mut all);
                }
            }
            continue;
        }
        let path = OptionPath::new(["systemd", option, "*"]);
        for (path, unit) in value::values(&stated, &path) {
            if let (Some(name), Value::Object(unit)) = (path.names().last(), &unit) {
                put(name, suffix, section, config, unit, &mut all);
            }
        }
    }
    for (path, unit) in value::values(&stated, &OptionPath::new(["systemd", "units", "*"])) {
        if let (Some(name), Value::Object(unit)) = (path.names().last(), &unit) {
            let text = text_of(unit, "text").to_owned();
            finish(name, text, unit, &mut all);
        }
    }
    all
}

fn put(
    stem: &str,
    suffix: &str,
    section: &str,
    config: &str,
    unit: &Map<String, Value>,
    all: &mut Units,
) {
    let name = format!("{stem}.{suffix}");
    let mut text = String::from("[Unit]\n");
    text.push_str(&section_text(&unit_section(unit)));
    if !section.is_empty() {
        text.push_str(&format!("\n[{section}]\n"));
        if suffix == "service" {
            text.push_str(&environment(unit));
            text.push_str(&restarting(unit));
        }
        let mut own = Map::new();
        if suffix == "mount" {
            for (option, directive) in [
                ("what", "What"),
                ("where", "Where"),
                ("type", "Type"),
                ("options", "Options"),
            ] {
                if !text_of(unit, option).is_empty() {
                    join(&mut own, directive, text_of(unit, option).into());
                }
            }
        } else if suffix == "automount" {
            join(&mut own, "Where", text_of(unit, "where").into());
        } else if suffix == "service" {
            scripts(stem, unit, &mut own);
        }
        if let Some(Value::Object(config)) = unit.get(config) {
            for (name, value) in config {
                join(&mut own, name, value.clone());
            }
        }
        text.push_str(&section_text(&own));
        // systemd-lib.nix, `socketToUnit`: behind the section, streams first.
        for (option, directive) in [
            ("listenStreams", "ListenStream"),
            ("listenDatagrams", "ListenDatagram"),
        ] {
            for listen in words_of(unit, option) {
                text.push_str(&format!("{directive}={listen}\n"));
            }
        }
    }
    let start_at = words_of(unit, "startAt");
    if suffix == "service" && !start_at.is_empty() {
        let timer = section_text(&Map::from_iter([(
            "OnCalendar".to_owned(),
            Value::from(start_at),
        )]));
        all.units.push(Unit {
            name: format!("{stem}.timer"),
            text: format!("[Unit]\n\n[Timer]\n{timer}"),
            is_drop_in: false,
            is_masked: false,
        });
        let link = format!("timers.target.wants/{stem}.timer");
        all.links.insert((link, format!("{stem}.timer")));
    }
    finish(&name, text, unit, all);
}

/// Adds a unit and its links: wantedBy, requiredBy, upheldBy and aliases.
fn finish(name: &str, text: String, unit: &Map<String, Value>, all: &mut Units) {
    let links = [
        ("wantedBy", "wants"),
        ("requiredBy", "requires"),
        ("upheldBy", "upholds"),
    ];
    for (option, folder) in links {
        for by in words_of(unit, option) {
            let place = format!("{by}.{folder}/{name}");
            all.links.insert((place, name.to_owned()));
        }
    }
    for alias in words_of(unit, "aliases") {
        all.links.insert((alias, name.to_owned()));
    }
    all.units.push(Unit {
        name: name.to_owned(),
        text,
        is_drop_in: text_of(unit, "overrideStrategy") == "asDropin",
        is_masked: unit.get("enable") == Some(&Value::Bool(false)),
    });
}

fn unit_section(unit: &Map<String, Value>) -> Map<String, Value> {
    let mut section = Map::new();
    for (option, directive) in UNIT_LISTS {
        let words = words_of(unit, option);
        if !words.is_empty() {
            section.insert(directive.to_owned(), words.join(" ").into());
        }
    }
    if !text_of(unit, "description").is_empty() {
        section.insert(
            "Description".to_owned(),
            text_of(unit, "description").into(),
        );
    }
    for (option, directive) in [
        ("startLimitIntervalSec", "StartLimitIntervalSec"),
        ("startLimitBurst", "StartLimitBurst"),
    ] {
        if let Some(value) = unit.get(option) {
            section.insert(directive.to_owned(), value.clone());
        }
    }
    if let Some(Value::Object(config)) = unit.get("unitConfig") {
        for (name, value) in config {
            join(&mut section, name, value.clone());
        }
    }
    section
}

/// systemd-unit-options.nix, `unitOption`: definitions join where one of them is a list.
fn join(section: &mut Map<String, Value>, name: &str, value: Value) {
    let Some(first) = section.remove(name) else {
        section.insert(name.to_owned(), value);
        return;
    };
    let as_list = |it: Value| match it {
        Value::Array(items) => items,
        other => vec![other],
    };
    let joined = if first.is_array() || value.is_array() {
        let mut items = as_list(first);
        items.extend(as_list(value));
        Value::Array(items)
    } else {
        value
    };
    section.insert(name.to_owned(), joined);
}

/// systemd-lib.nix, `attrsToSection`: sorted by name, a line for each element of a list.
fn section_text(section: &Map<String, Value>) -> String {
    let mut names: Vec<&String> = section.keys().collect();
    names.sort();
    let mut text = String::new();
    for name in names {
        match section.get(name) {
            Some(Value::Array(items)) => {
                for item in items {
                    text.push_str(&format!("{name}={}\n", word(item)));
                }
            }
            Some(value) => text.push_str(&format!("{name}={}\n", word(value))),
            None => {}
        }
    }
    text
}

/// systemd-lib.nix, `serviceToUnit`: the variables, sorted, each as JSON, which systemd reads as a quoted word.
fn environment(unit: &Map<String, Value>) -> String {
    let mut variables: Vec<(String, String)> = Vec::new();
    if let Some(Value::Object(given)) = unit.get("environment") {
        let given = given.iter().filter(|(_, value)| !value.is_null());
        variables.extend(given.map(|(name, value)| (name.clone(), word(value))));
    }
    let mut path = words_of(unit, "path");
    if unit.get("enableDefaultPath") != Some(&Value::Bool(false)) {
        path.extend(DEFAULT_PATH.iter().map(|&it| it.to_owned()));
    }
    if !path.is_empty() && !variables.iter().any(|(name, _)| name == "PATH") {
        let folders: Vec<String> = ["bin", "sbin"]
            .iter()
            .flat_map(|folder| path.iter().map(move |it| format!("{it}/{folder}")))
            .collect();
        variables.push(("PATH".to_owned(), folders.join(":")));
    }
    variables.sort();
    let lines = variables.iter().map(|(name, value)| {
        let json = Value::from(format!("{name}={value}"));
        format!("Environment={json}\n")
    });
    lines.collect()
}

/// systemd-lib.nix, `serviceToUnit`: what only switch-to-configuration reads.
fn restarting(unit: &Map<String, Value>) -> String {
    let is = |option: &str, value: bool| unit.get(option) == Some(&Value::Bool(value));
    let mut text = String::new();
    if is("reloadIfChanged", true) {
        text.push_str("X-ReloadIfChanged=true\n");
    } else if is("restartIfChanged", false) {
        text.push_str("X-RestartIfChanged=false\n");
    }
    if is("stopIfChanged", false) {
        text.push_str("X-StopIfChanged=false\n");
    }
    text
}

fn scripts(stem: &str, unit: &Map<String, Value>, own: &mut Map<String, Value>) {
    for (option, directive, name) in SCRIPTS {
        if text_of(unit, option).is_empty() {
            continue;
        }
        let stem = stem.replace('@', "_").replace('\\', "-");
        let mut line = format!("${{script}}/bin/{stem}-{name}");
        let arguments = text_of(unit, "scriptArgs");
        if option == "script" && !arguments.is_empty() {
            line.push_str(&format!(" {arguments}"));
        }
        let value = if matches!(option, "preStart" | "postStart") {
            Value::Array(vec![line.into()])
        } else {
            line.into()
        };
        join(own, directive, value);
    }
}

fn text_of<'a>(unit: &'a Map<String, Value>, option: &str) -> &'a str {
    unit.get(option).and_then(Value::as_str).unwrap_or_default()
}

fn words_of(unit: &Map<String, Value>, option: &str) -> Vec<String> {
    match unit.get(option) {
        Some(Value::Array(items)) => items.iter().map(word).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(value) => vec![word(value)],
    }
}

/// systemd-lib.nix, `toOption`.
fn word(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::units;
    use crate::effect::tests::plan;
    use crate::nix::{Expr, StrPart};

    #[test]
    fn a_service_is_written_as_nixos_writes_it() {
        let plan = plan(&[
            (
                "systemd.services.\"shop@\".description",
                Expr::str("The shop"),
            ),
            (
                "systemd.services.\"shop@\".after",
                Expr::strs(["a.service", "b.service"]),
            ),
            (
                "systemd.services.\"shop@\".wantedBy",
                Expr::strs(["x.target"]),
            ),
            (
                "systemd.services.\"shop@\".environment.B",
                Expr::str("a \"b\""),
            ),
            (
                "systemd.services.\"shop@\".path",
                Expr::List(vec![Expr::package("git")]),
            ),
            (
                "systemd.services.\"shop@\".enableDefaultPath",
                Expr::Bool(false),
            ),
            (
                "systemd.services.\"shop@\".serviceConfig.PrivateTmp",
                Expr::Bool(true),
            ),
            (
                "systemd.services.\"shop@\".serviceConfig.ExecStart",
                Expr::List(vec![Expr::Str(vec![
                    StrPart::Splice(Expr::package("x")),
                    StrPart::Literal("/bin/x %i".to_owned()),
                ])]),
            ),
        ]);
        let all = units(&plan);
        assert_eq!(
            all.units[0].text,
            "[Unit]\nAfter=a.service b.service\nDescription=The shop\n\n[Service]\nEnvironment=\"B=a \\\"b\\\"\"\n\
             Environment=\"PATH=${pkgs.git}/bin:${pkgs.git}/sbin\"\nExecStart=${pkgs.x}/bin/x %i\nPrivateTmp=true\n"
        );
        let links: Vec<&str> = all.links.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(links, ["x.target.wants/shop@.service"]);
    }
}
