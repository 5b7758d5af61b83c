//! Files of nftables: `networking.firewall` where they are a plain filter of what comes in, else
//! `networking.nftables.ruleset`.
//!
//! Manual: nft(8); nixos/modules/services/networking/firewall-nftables.nix has the rules that NixOS's firewall is made of.
//! What it has no option for, but lets packets in, is one of its extraInputRules. Packets that are refused before others
//! are let in have no place in it, and with them the rules stay as they are.

mod chain;

use super::input::{Opens, Pings};
use super::{Outcome, by_hand, close_ssh_of, open, text_of};
use crate::account::Code;
use crate::lower::machine;
use crate::lower::statement::{Lowered, Statement};
use crate::model::{Content, File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::glob;
use crate::syntax::nftables::rule::{self, Asks, Rule, Verdict};
use crate::syntax::nftables::{self, Chain, Ruleset, Table};
use chain::Input;

/// The files that nftables.service loads, of Debian and of Red Hat.
const MAIN: [&str; 2] = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"];
/// Where files are that are included by no whole path.
const FOLDER: &str = "/etc/";
/// How deep files include others.
const DEPTH: usize = 8;

/// The files of a machine that are one set of rules.
struct Whole {
    text: String,
    files: Vec<String>,
}

/// Lowers a file of nftables; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let main = MAIN
        .into_iter()
        .find(|path| machine::files(machine).any(|it| it.path == *path))?;
    let is_near = file.path == main || file.path.contains("nft");
    if !is_near || !matches!(file.content, Content::Text(_)) {
        return None;
    }
    let whole = match whole(main, machine) {
        Ok(whole) => whole,
        Err(lowered) => return (file.path == main).then_some(*lowered),
    };
    if !whole.files.contains(&file.path) {
        return None;
    }
    let read = nftables::read(&whole.text).ok();
    let lowered = match read.and_then(|it| as_firewall(&it, machine)) {
        Some(lowered) => lowered,
        None => Lowered::Stated(as_ruleset(&whole.text)),
    };
    Some(match lowered {
        Lowered::Stated(mut statement) => {
            if !machine::is_enabled(machine, &["nftables"]) {
                statement.assume("nftables.service loads the rules at boot");
            }
            Lowered::Stated(statement)
        }
        other @ (Lowered::NotNeeded(..) | Lowered::Merged(_) | Lowered::Manual(_)) => other,
    })
}

/// Puts the files in that a file includes.
fn whole(main: &str, machine: &Machine) -> Outcome<Whole> {
    let mut files = Vec::new();
    let text = included(main, machine, &mut files, 0)?;
    Ok(Whole { text, files })
}

fn included(
    path: &str,
    machine: &Machine,
    files: &mut Vec<String>,
    depth: usize,
) -> Outcome<String> {
    files.push(path.to_owned());
    let text = text_of(path, machine)?.unwrap_or_default();
    let mut out = String::new();
    let mut done = 0;
    for (place, name) in nftables::includes(text) {
        out.push_str(text.get(done..place.start).unwrap_or_default());
        done = place.end;
        let wanted = if name.starts_with('/') {
            name.clone()
        } else {
            format!("{FOLDER}{name}")
        };
        let pattern = glob::glob(&wanted);
        let is_it = |path: &str| {
            path == wanted
                || glob::is_pattern(&wanted) && pattern.as_ref().is_some_and(|it| it.is_match(path))
        };
        let mut found: Vec<&str> = machine::files(machine)
            .map(|it| it.path.as_str())
            .filter(|path| is_it(path))
            .collect();
        found.sort_unstable();
        if found.is_empty() && !glob::is_pattern(&wanted) || depth > DEPTH {
            let reason = format!("`{name}`, which it includes, is not there to be read");
            return Err(Box::new(Lowered::Manual(
                by_hand(Code::CannotState, reason)
                    .about("networking.nftables.ruleset")
                    .cure("Join the files in networking.nftables.ruleset."),
            )));
        }
        for path in found {
            out.push_str(&included(path, machine, files, depth + 1)?);
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Ok(out)
}

/// The rules as they are, in the place of NixOS's own.
fn as_ruleset(text: &str) -> Statement {
    let mut statement = Statement::default();
    let nftables = OptionPath::new(["networking", "nftables"]);
    // Only a file that is run by itself says what runs it.
    let body = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => rest.trim_start_matches('\n'),
        _ => text,
    };
    statement.set(nftables.child("enable"), Expr::Bool(true));
    let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
    let body = format!("{}\n", lines.join("\n"));
    statement.set(nftables.child("ruleset"), Expr::str(body));
    let firewall = OptionPath::new(["networking", "firewall"]);
    statement.set(firewall.child("enable"), Expr::Bool(false));
    statement
}

/// The rules as options of NixOS's firewall; `None` where they do not say the same.
fn as_firewall(set: &Ruleset, machine: &Machine) -> Option<Lowered> {
    let mut v4: Option<Input> = None;
    let mut v6: Option<Input> = None;
    let mut forwarded: Vec<String> = Vec::new();
    let mut refuses_forwarded = false;
    let mut tables: Vec<&Table> = Vec::new();
    for table in &set.tables {
        let bases = table.chains.iter().filter_map(|chain| {
            let base = chain.base.as_ref()?;
            Some((chain, base))
        });
        let bases: Vec<_> = bases.collect();
        let is_idle = bases
            .iter()
            .all(|(chain, base)| chain.rules.is_empty() && base.policy == "accept");
        if is_idle {
            continue;
        }
        let is_filter = bases
            .iter()
            .any(|(_, base)| matches!(base.hook.as_str(), "input" | "forward" | "output"));
        if !is_filter {
            // Variables are of the whole file.
            if table.content.contains('$') {
                return None;
            }
            tables.push(table);
            continue;
        }
        let families: (bool, bool) = match table.family.as_str() {
            "inet" => (true, true),
            "ip" => (true, false),
            "ip6" => (false, true),
            _ => return None,
        };
        for (chain, base) in bases {
            match (base.kind.as_str(), base.hook.as_str()) {
                ("filter", "input") => {
                    for (is_meant, found) in [(families.0, &mut v4), (families.1, &mut v6)] {
                        if is_meant && found.is_some() {
                            return None;
                        }
                        if is_meant {
                            *found = Some(chain::input(chain, &base.policy)?);
                        }
                    }
                }
                ("filter", "forward") => {
                    refuses_forwarded |= base.policy == "drop";
                    forwarded.extend(chain::forwarded(chain, &base.policy)?);
                }
                ("filter", "output") if chain::lets_all(chain, &base.policy) => {}
                _ if chain.rules.is_empty() && base.policy == "accept" => {}
                _ => return None,
            }
        }
    }
    let is_empty = v4.is_none() && v6.is_none() && tables.is_empty();
    if is_empty && !refuses_forwarded {
        return Some(Lowered::NotNeeded(
            Code::NoMeaning,
            "the rules let everything through, as without any; NixOS's own firewall stays on"
                .to_owned(),
        ));
    }
    if v4.is_none() && v6.is_none() {
        return None;
    }
    let mut statement = Statement::default();
    let nftables = OptionPath::new(["networking", "nftables"]);
    statement.set(nftables.child("enable"), Expr::Bool(true));
    inputs(v4.as_ref(), v6.as_ref(), machine, &mut statement);
    forwards(refuses_forwarded, &forwarded, machine, &mut statement)?;
    for table in tables {
        let own = nftables.child("tables").child(&table.name);
        statement.set(own.child("family"), Expr::str(&table.family));
        statement.set(own.child("content"), Expr::str(dedented(&table.content)));
    }
    Some(Lowered::Stated(statement))
}

fn inputs(v4: Option<&Input>, v6: Option<&Input>, machine: &Machine, statement: &mut Statement) {
    let firewall = OptionPath::new(["networking", "firewall"]);
    if v4.is_none() != v6.is_none() {
        let other = if v4.is_some() { "IPv6" } else { "IPv4" };
        statement.assume(format!(
            "{other}, which the rules do not filter, is filtered alike"
        ));
    }
    let is_both = |item: &chain::Item| {
        let has = |it: Option<&Input>| it.is_none_or(|it| it.accepts.contains(item));
        has(v4) && has(v6)
    };
    let mut opened = Vec::new();
    let mut extra: Vec<String> = Vec::new();
    for (found, family) in [(v4, "ipv4"), (v6, "ipv6")] {
        for item in found.iter().flat_map(|it| &it.accepts) {
            match &item.opens {
                Some(opens) if is_both(item) => {
                    for it in opens {
                        open(it, statement, &mut opened);
                    }
                }
                Some(_) => extra.push(format!("meta nfproto {family} {}", item.text)),
                None if extra.contains(&item.text) => {}
                None => extra.push(item.text.clone()),
            }
        }
    }
    if v4.or(v6).is_some_and(|it| it.rejects) {
        statement.set(firewall.child("rejectPackets"), Expr::Bool(true));
        if v4.or(v6).is_some_and(|it| it.rejects_some) {
            statement.assume("every packet that is refused is answered, not only those of a rule");
        }
    }
    match v4.map(|it| &it.pings) {
        Some(Pings::Refused) => statement.set(firewall.child("allowPing"), Expr::Bool(false)),
        Some(Pings::Limited(limit)) => statement.set(firewall.child("pingLimit"), Expr::str(limit)),
        Some(Pings::Answered) | None => {}
    }
    if !extra.is_empty() {
        let text = format!("{}\n", extra.join("\n"));
        statement.set(firewall.child("extraInputRules"), Expr::str(text));
    }
    close_ssh_of(machine, &opened, statement);
}

/// What is handed on is refused unless a rule says otherwise: where nothing is handed on there is nothing to say.
fn forwards(
    refuses: bool,
    rules: &[String],
    machine: &Machine,
    statement: &mut Statement,
) -> Option<()> {
    let forwards = super::forwards(machine);
    if !forwards && !rules.is_empty() {
        return None;
    }
    if !refuses || !forwards {
        return Some(());
    }
    let firewall = OptionPath::new(["networking", "firewall"]);
    statement.set(firewall.child("filterForward"), Expr::Bool(true));
    if !rules.is_empty() {
        let text = format!("{}\n", rules.join("\n"));
        statement.set(firewall.child("extraForwardRules"), Expr::str(text));
    }
    statement.assume("what ICMP says for IPv6 is handed on besides");
    Some(())
}

/// Takes away the blanks that all lines begin with.
fn dedented(text: &str) -> String {
    let text = text.trim_start_matches('\n').trim_end();
    let lines = || text.lines().filter(|it| !it.trim().is_empty());
    let blanks = |it: &str| it.len() - it.trim_start().len();
    let least = lines().map(blanks).min().unwrap_or(0);
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line.get(least..).unwrap_or_default().trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, file};

    fn check_main(rules: &str, expected: &str) {
        check(file("/etc/nftables.conf", rules), expected);
    }

    #[test]
    fn a_plain_filter_is_the_firewall() {
        check_main(
            "#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    iif lo accept\n    ct state { established, related } accept\n    ct state invalid drop\n    ip protocol icmp accept\n    icmpv6 type { echo-request, nd-neighbor-solicit } accept\n    tcp dport { ssh, 80, 8000-8010 } ct state new counter accept\n    iifname \"eth1\" udp dport 53 accept\n    iifname br0 accept\n    ip saddr { 10.0.0.0/8, 192.0.2.1 } tcp dport 5432 accept comment \"db\"\n    log prefix \"no \" counter\n    reject with icmpx type admin-prohibited\n  }\n  chain forward { type filter hook forward priority 0; policy drop; }\n  chain output { type filter hook output priority 0; policy accept; }\n}\n",
            r#"
            networking.nftables.enable = true;
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.allowedTCPPorts += 80;
            networking.firewall.allowedTCPPortRanges += { from = 8000; to = 8010; };
            networking.firewall.interfaces.eth1.allowedUDPPorts += 53;
            networking.firewall.trustedInterfaces += "br0";
            networking.firewall.rejectPackets = true;
            networking.firewall.extraInputRules = ''
            ip saddr { 10.0.0.0/8, 192.0.2.1 } tcp dport 5432 accept comment "db"
            '';
            assumed: nftables.service loads the rules at boot
            "#,
        );
    }

    #[test]
    fn families_are_told_apart_where_they_differ() {
        check_main(
            "table ip filter { chain INPUT { type filter hook input priority 0; policy drop; icmp type echo-request limit rate 5/second accept\n tcp dport 22 accept\n udp dport 53 accept\n } }\ntable ip6 filter { chain INPUT { type filter hook input priority 0; policy drop; tcp dport 22 accept; meta l4proto ipv6-icmp accept; } }\n",
            r#"
            networking.nftables.enable = true;
            networking.firewall.allowedTCPPorts += 22;
            networking.firewall.pingLimit = "5/second";
            networking.firewall.extraInputRules = ''
            meta nfproto ipv4 udp dport 53 accept
            '';
            assumed: nftables.service loads the rules at boot
            "#,
        );
    }

    #[test]
    fn what_refuses_before_others_let_in_stays_a_ruleset() {
        check_main(
            "table inet a {\n  chain b {\n    type filter hook input priority 0; policy drop;\n    ip saddr 192.0.2.7 drop\n    tcp dport 22 accept\n  }\n}\n",
            r#"
            networking.nftables.enable = true;
            networking.nftables.ruleset = ''
            table inet a {
              chain b {
                type filter hook input priority 0; policy drop;
                ip saddr 192.0.2.7 drop
                tcp dport 22 accept
              }
            }
            '';
            networking.firewall.enable = false;
            assumed: nftables.service loads the rules at boot
            "#,
        );
    }

    #[test]
    fn included_files_are_part_of_the_rules() {
        check_all(
            vec![
                file("/etc/nftables.conf", "include \"/etc/nftables.d/*.nft\"\n"),
                file(
                    "/etc/nftables.d/a.nft",
                    "table inet a { chain b { type filter hook input priority 0; policy drop; ip protocol icmp accept; tcp dport 22 accept; } }\n",
                ),
            ],
            r#"
            networking.nftables.enable = true;
            networking.firewall.allowedTCPPorts += 22;
            assumed: nftables.service loads the rules at boot
            assumed: nftables.service loads the rules at boot
            "#,
        );
        check_main(
            "include \"/etc/rules.nft\"\n",
            "manual: `/etc/rules.nft`, which it includes, is not there to be read",
        );
    }

    #[test]
    fn other_tables_stay_tables() {
        check_main(
            "table inet f { chain i { type filter hook input priority 0; policy drop; ip protocol icmp accept\n } }\ntable ip nat {\n  chain post {\n    type nat hook postrouting priority 100;\n    oifname eth0 masquerade\n  }\n}\n",
            r#"
            networking.nftables.enable = true;
            networking.nftables.tables.nat.family = "ip";
            networking.nftables.tables.nat.content = ''
            chain post {
              type nat hook postrouting priority 100;
              oifname eth0 masquerade
            }
            '';
            assumed: nftables.service loads the rules at boot
            "#,
        );
    }

    #[test]
    fn rules_that_let_everything_through_say_nothing() {
        check_main(
            "flush ruleset\ntable inet filter { chain input { type filter hook input priority filter; } }\n",
            "not-needed: the rules let everything through, as without any; NixOS's own firewall stays on",
        );
    }
}
