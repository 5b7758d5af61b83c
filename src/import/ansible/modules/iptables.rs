//! `iptables`: single rules of the packet filter, policies and chains.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/iptables_module.html>
//!
//! The rule is made of the parameters in the order of the module's own `construct_rule`, in the words of iptables-save.

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Resource, Setting, Settings};

pub(super) const MODULE: Module = Module {
    names: &["iptables"],
    collection: "ansible.builtin",
    becomes: "Ports and interfaces of networking.firewall, networking.nat, or networking.firewall.extraCommands; what \
              NixOS's firewall does anyway is not needed.",
    kind: Kind::Changes,
    run,
};

/// Parameters with one value, and the options that they are; in order.
const PLAIN: [(&str, &str); 5] = [
    ("protocol", "-p"),
    ("source", "-s"),
    ("destination", "-d"),
    ("in_interface", "-i"),
    ("out_interface", "-o"),
];

/// Options of targets, and the target that they are for where none is given.
const OF_TARGET: [(&str, &str, &str); 9] = [
    ("gateway", "--gateway", ""),
    ("log_prefix", "--log-prefix", "LOG"),
    ("log_level", "--log-level", "LOG"),
    ("to_destination", "--to-destination", ""),
    ("to_source", "--to-source", ""),
    ("to_ports", "--to-ports", ""),
    ("set_dscp_mark", "--set-dscp", "DSCP"),
    ("set_dscp_mark_class", "--set-dscp-class", "DSCP"),
    ("reject_with", "--reject-with", "REJECT"),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How long it waits for others, how rules are listed, and what people call the rule.
    params.pass_over(&["wait", "numeric", "comment", "set_counters"]);
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let table = params.choice(
        &["table"],
        &["filter", "nat", "mangle", "raw", "security"],
        "filter",
    )?;
    let family = params.choice(&["ip_version"], &["ipv4", "ipv6", "both"], "ipv4")?;
    let action = params.choice(&["action"], &["append", "insert"], "append")?;
    let number = params.string(&["rule_num"])?;
    let chain = params.string(&["chain"])?;
    let manages = params.flag(&["chain_management"])?.unwrap_or(false);
    let policy = params.string(&["policy"])?;
    let mut head = match family.as_str() {
        "ipv4" => "-4 ",
        "ipv6" => "-6 ",
        _ => "",
    }
    .to_owned();
    if table != "filter" {
        head.push_str(&format!("-t {table} "));
    }
    if params.flag(&["flush"])?.unwrap_or(false) {
        flush(&head, chain.as_deref(), run);
        return Ok(());
    }
    let Some(chain) = chain else {
        return params.required(&["chain"]).map(|_| ());
    };
    if let Some(policy) = policy {
        let name = format!("{head}-P {chain}");
        let value = format!("{name} {policy}");
        run.put(rule(name, value));
        return Ok(());
    }
    let line = match params.string(&["_line"])? {
        Some(line) => line,
        None => words(&family, params)?.join(" "),
    };
    if line.is_empty() {
        if !manages {
            run.already("without `chain_management` it only looks for the chain");
            return Ok(());
        }
        return change(
            rule(String::new(), format!("{head}-N {chain}")),
            &state,
            run,
        );
    }
    let place = match (action.as_str(), number) {
        ("insert", Some(number)) => format!("-I {chain} {number}"),
        ("insert", None) => format!("-I {chain}"),
        _ => format!("-A {chain}"),
    };
    if state == "absent" {
        for verb in ["-A", "-I"] {
            let value = format!("{head}{verb} {chain} {line}");
            let key = Key::of(&rule(String::new(), value));
            if let Some(key) = key.filter(|it| run.state.get(it).is_some()) {
                run.remove(&key, "the rule");
                return Ok(());
            }
        }
    }
    change(
        rule(String::new(), format!("{head}{place} {line}")),
        &state,
        run,
    )
}

fn rule(name: String, value: String) -> Resource {
    Resource::Setting(Setting {
        of: Settings::FirewallRule,
        name,
        value,
    })
}

fn change(resource: Resource, state: &str, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    if state == "present" {
        run.put(resource);
    } else if let Some(key) = Key::of(&resource) {
        run.remove(&key, "the rule");
    }
    Ok(())
}

/// Takes away the rules that earlier tasks made: of a chain, or of a table.
fn flush(head: &str, chain: Option<&str>, run: &mut Run<'_, '_>) {
    let is_of = |value: &str| {
        let Some(rest) = value.strip_prefix(head) else {
            return false;
        };
        let mut words = rest.split(' ');
        let verb = words.next().unwrap_or_default();
        matches!(verb, "-A" | "-I") && chain.is_none_or(|chain| words.next() == Some(chain))
    };
    let entries = run.state.entries();
    let own = entries.filter_map(|it| match &it.resource {
        Resource::Setting(setting)
            if setting.of == Settings::FirewallRule && is_of(&setting.value) =>
        {
            Key::of(&it.resource)
        }
        _ => None,
    });
    let own: Vec<Key> = own.collect();
    if own.is_empty() {
        run.already("a new machine has no rules of its own that could be taken away");
    }
    for key in own {
        run.remove(&key, "the rule");
    }
}

/// Makes the rule of the parameters.
fn words(family: &str, params: &mut Params) -> Result<Vec<String>, Refusal> {
    let mut words = Words::default();
    for (name, option) in PLAIN {
        if let Some(value) = params.string(&[name])? {
            words.option(option, &value);
        }
    }
    let modules = params.list(&["match"])?.unwrap_or_default();
    for module in &modules {
        words.option("-m", module);
    }
    if let Some(flags) = params.value(&["tcp_flags"]) {
        let list = |name: &str| -> Vec<String> {
            let list = flags.get(name).and_then(Value::as_list);
            let all = list.into_iter().flatten();
            all.map(|it| it.to_text().to_string()).collect()
        };
        let (all, set) = (list("flags"), list("flags_set"));
        if !all.is_empty() && !set.is_empty() {
            words.all.push("--tcp-flags".to_owned());
            words.all.extend([all.join(","), set.join(",")]);
        }
    }
    match params.string(&["fragment"])?.as_deref() {
        None | Some("") => {}
        Some("!") => words.all.extend(["!".to_owned(), "-f".to_owned()]),
        Some(_) => words.all.push("-f".to_owned()),
    }
    if let Some(value) = params.string(&["source_port"])? {
        words.option("--sport", &value);
    }
    if let Some(value) = params.string(&["destination_port"])? {
        words.option("--dport", &value);
    }
    let ports = params.list(&["destination_ports"])?.unwrap_or_default();
    if !ports.is_empty() {
        words.option("-m", "multiport");
        words.option("--dports", &ports.join(","));
    }
    match params
        .choice(&["syn"], &["ignore", "match", "negate"], "ignore")?
        .as_str()
    {
        "match" => words.all.push("--syn".to_owned()),
        "negate" => words.all.extend(["!".to_owned(), "--syn".to_owned()]),
        _ => {}
    }
    let states = params.list(&["ctstate"])?.unwrap_or_default();
    if !states.is_empty() {
        if !modules.iter().any(|it| it == "conntrack" || it == "state") {
            words.option("-m", "conntrack");
        }
        words.option("--ctstate", &states.join(","));
    }
    for (module, names) in [
        ("iprange", ["src_range", "dst_range"].as_slice()),
        ("limit", &["limit", "limit_burst"]),
        ("owner", &["uid_owner", "gid_owner"]),
    ] {
        for name in names {
            let Some(value) = params.string(&[name])? else {
                continue;
            };
            if !modules.iter().any(|it| it == module) && !words.has(module) {
                words.option("-m", module);
            }
            words.option(&format!("--{}", name.replace('_', "-")), &value);
        }
    }
    if let Some(set) = params.string(&["match_set"])? {
        let flags = params.string(&["match_set_flags"])?.unwrap_or_default();
        words.option("-m", "set");
        words.option("--match-set", &set);
        words.all.push(flags);
    }
    if let Some(kind) = params.string(&["icmp_type"])? {
        let is_v6 = family == "ipv6";
        words.option(
            if is_v6 {
                "--icmpv6-type"
            } else {
                "--icmp-type"
            },
            &kind,
        );
    }
    target(params, &mut words)?;
    Ok(words.all)
}

fn target(params: &mut Params, words: &mut Words) -> Result<(), Refusal> {
    let jump = params.string(&["jump"])?;
    let goto = params.string(&["goto"])?;
    let mut told = Words::default();
    let mut usual = "";
    for (name, option, target) in OF_TARGET {
        if let Some(value) = params.string(&[name])? {
            told.option(option, &value);
            usual = target;
        }
    }
    match (jump, goto) {
        (Some(jump), _) => words.option("-j", &jump),
        (None, Some(goto)) => words.option("-g", &goto),
        (None, None) if !usual.is_empty() => words.option("-j", usual),
        (None, None) => {}
    }
    words.all.extend(told.all);
    Ok(())
}

/// The words of a rule.
#[derive(Default)]
struct Words {
    all: Vec<String>,
}

impl Words {
    /// Adds an option with its value, which a `!` in front turns round.
    fn option(&mut self, option: &str, value: &str) {
        let (is_not, value) = match value.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, value),
        };
        if value.is_empty() {
            return;
        }
        if is_not {
            self.all.push("!".to_owned());
        }
        self.all.push(option.to_owned());
        let is_plain = |c: char| !c.is_whitespace() && !"\"'\\".contains(c);
        self.all.push(if value.chars().all(is_plain) {
            value.to_owned()
        } else {
            format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        });
    }

    fn has(&self, module: &str) -> bool {
        self.all
            .windows(2)
            .any(|it| it[0] == "-m" && it[1] == module)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    fn one(task: &str, expected: &str) {
        let expected = format!(
            "{{\"setting\":{{\"of\":\"firewall-rule\",\"value\":{}}}}}",
            serde_json::to_string(expected).unwrap()
        );
        check(&format!("- iptables: {{{task}}}"), &[&expected]);
    }

    #[test]
    fn parameters_are_a_rule_in_the_words_of_iptables() {
        one(
            "chain: INPUT, protocol: tcp, destination_port: '22', ctstate: NEW, syn: match, jump: ACCEPT, comment: x",
            "-4 -A INPUT -p tcp --dport 22 --syn -m conntrack --ctstate NEW -j ACCEPT",
        );
        one(
            "chain: INPUT, ip_version: both, action: insert, protocol: tcp, destination_ports: ['80', '443', '8081:8083'], source: '!10.0.0.0/8', jump: DROP",
            "-I INPUT -p tcp ! -s 10.0.0.0/8 -m multiport --dports 80,443,8081:8083 -j DROP",
        );
        one(
            "table: nat, chain: POSTROUTING, out_interface: eth0, source: 10.0.0.0/24, jump: SNAT, to_source: 192.0.2.1",
            "-4 -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 192.0.2.1",
        );
        one(
            "chain: INPUT, in_interface: eth0, limit: 2/second, limit_burst: '20', log_prefix: 'IN: ', log_level: info",
            "-4 -A INPUT -i eth0 -m limit --limit 2/second --limit-burst 20 -j LOG --log-prefix \"IN: \" --log-level info",
        );
        one(
            "chain: OUTPUT, uid_owner: '!0', protocol: tcp, reject_with: tcp-reset, ip_version: ipv6, icmp_type: '8', tcp_flags: {flags: ALL, flags_set: [ACK, SYN]}",
            "-6 -A OUTPUT -p tcp -m owner ! --uid-owner 0 --icmpv6-type 8 -j REJECT --reject-with tcp-reset",
        );
        one("chain: FILTERS, chain_management: true", "-4 -N FILTERS");
    }

    #[test]
    fn a_policy_is_the_last_one_and_what_is_absent_is_gone() {
        check(
            "- iptables: {chain: INPUT, policy: ACCEPT}\n- iptables: {chain: INPUT, policy: DROP}\n- iptables: {chain: INPUT, protocol: tcp, jump: ACCEPT}\n- iptables: {chain: INPUT, protocol: tcp, jump: ACCEPT, state: absent}\n- iptables: {flush: true, chain: INPUT}",
            &[
                r#"{"setting":{"of":"firewall-rule","name":"-4 -P INPUT","value":"-4 -P INPUT DROP"}}"#,
                r#"not-needed: later the task "iptables" writes the same thing"#,
                r#"not-needed: made here and removed again by the task "iptables""#,
                "not-needed: the rule was made by an earlier task and is gone again",
                "not-needed: a new machine has no rules of its own that could be taken away",
            ],
        );
    }
}
