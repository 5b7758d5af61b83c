//! Single rules of a packet filter, as tasks ask for them one by one: all of them are one text of commands.

use std::fmt::Write;

use super::{by_hand, firewalld};
use crate::account::Code;
use crate::lower::firewall::{interfaces_of, unknown_zone};
use crate::lower::machine;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{Machine, Setting, Settings};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::iptables::{self, Rule, command_words};

/// A rule in the words of iptables-save, and the zone whose file says it.
pub(super) struct Wanted {
    pub(super) value: String,
    pub(super) zone: Option<String>,
}

/// A rule that can be stated, with the command for its family.
struct Read {
    tool: &'static str,
    rules: Vec<Rule>,
}

/// Lowers a rule that a task asks for.
pub(in crate::lower) fn lower_rule(setting: &Setting, machine: &Machine) -> Lowered {
    if let Err(left) = read(&setting.value, machine) {
        return Lowered::Manual(left);
    }
    let text = match super::commands_of_files(machine) {
        Some(all) => all,
        None => Expr::str(commands(machine)),
    };
    let mut statement = Statement::default();
    let path = OptionPath::new(["networking", "firewall", "extraCommands"]);
    statement.set(path, text);
    Lowered::Stated(statement)
}

/// Returns the rules of tasks and of zones.
pub(super) fn all(machine: &Machine) -> Vec<Wanted> {
    let own = machine::settings(machine, Settings::FirewallRule);
    let own = own.map(|it| Wanted {
        value: it.value.clone(),
        zone: None,
    });
    own.chain(firewalld::rules(machine)).collect()
}

/// Writes the commands of all rules that can be stated: what refuses comes first, as it would come too late behind the
/// ports that are open.
pub(super) fn commands(machine: &Machine) -> String {
    text(&all(machine), machine)
}

pub(super) fn text(all: &[Wanted], machine: &Machine) -> String {
    let mut first = String::new();
    let mut then = String::new();
    let mut number = 0;
    for wanted in all {
        let Ok(Read { tool, rules }) = read(&wanted.value, machine) else {
            continue;
        };
        for rule in rules {
            let words = command_words(&rule.conditions, tool == "ip6tables").join(" ");
            let target = rule.target.as_ref().map(|it| it.name.as_str());
            let target = target.map(|it| format!(" -j {it}")).unwrap_or_default();
            if target == " -j ACCEPT" {
                let _ = writeln!(then, "{tool} -A nixos-fw {words} -j nixos-fw-accept");
            } else {
                number += 1;
                // Who refuses lets the machine itself in all the same.
                let inside = match rule.value("in-interface") {
                    None => "! -i lo ",
                    Some(_) => "",
                };
                let _ = writeln!(first, "{tool} -I nixos-fw {number} {inside}{words}{target}");
            }
        }
    }
    first + &then
}

/// Reads a rule, once for each interface of its zone.
fn read(value: &str, machine: &Machine) -> Result<Read, Left> {
    let (tool, text) = match value.split_once(' ') {
        Some(("-4", rest)) => ("iptables", rest),
        Some(("-6", rest)) => ("ip6tables", rest),
        _ => ("ip46tables", value),
    };
    let found = iptables::read(&format!("*filter\n{text}\n"));
    let rule = found.tables.into_iter().flat_map(|it| it.rules).next();
    let Some(rule) = rule.filter(|_| found.faults.is_empty()) else {
        return Err(by_hand(Code::BadInput, format!("`{text}` is no rule")));
    };
    let zone = rule
        .value("in-interface")
        .and_then(|it| it.strip_prefix('@'));
    let Some(zone) = zone.map(str::to_owned) else {
        let rules = vec![rule];
        return Ok(Read { tool, rules });
    };
    let interfaces = interfaces_of(&zone, machine);
    if interfaces.is_empty() {
        return Err(unknown_zone(&zone));
    }
    let on = |interface: String| {
        let mut own = rule.clone();
        for condition in &mut own.conditions {
            if condition.name == "in-interface" {
                condition.values = vec![interface.clone()];
            }
        }
        own
    };
    let rules = interfaces.into_iter().map(on).collect();
    Ok(Read { tool, rules })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check_all;
    use crate::model::{Resource, Setting, Settings};

    fn setting(of: Settings, name: &str, value: &str) -> Resource {
        Resource::Setting(Setting {
            of,
            name: name.into(),
            value: value.into(),
        })
    }

    #[test]
    fn rules_are_one_text_on_the_interfaces_of_their_zone() {
        let rule = |value: &str| setting(Settings::FirewallRule, "", value);
        check_all(
            vec![
                rule("-4 -A INPUT -i @vpn -s 10.0.0.1 -p tcp --dport 9100 -j ACCEPT"),
                setting(Settings::FirewallZone, "wg0", "vpn"),
                rule("-A INPUT -p tcp --dport 23 -j DROP"),
            ],
            r#"
            networking.firewall.extraCommands = ''
            ip46tables -I nixos-fw 1 ! -i lo -p tcp --dport 23 -j DROP
            iptables -A nixos-fw -p tcp -i wg0 -s 10.0.0.1 --dport 9100 -j nixos-fw-accept
            '';
            not-needed: NixOS's firewall has no zones; what is open in this one is stated for its interfaces
            "#,
        );
        check_all(
            vec![rule("-A INPUT -i @dmz -p tcp --dport 23 -j ACCEPT")],
            "manual: which interfaces are in the zone `dmz` is not said",
        );
    }
}
