//! What iptables-save prints and iptables-restore reads: tables, their chains and their rules.
//!
//! Manuals: iptables-restore(8), iptables(8), iptables-extensions(8)
//!
//! The files of ufw (ufw-framework(8)) are the same format. Counters and comments of rules mean nothing and are left
//! out; so are the names of modules that iptables loads by itself for the options that follow.

use super::place::lines;
use super::{Fault, Place};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    pub tables: Vec<Table>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub chains: Vec<Chain>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub name: String,
    /// What becomes of packets that no rule decides about; none for chains that a table does not have by itself.
    pub policy: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub chain: String,
    /// It stands before the rules above it (`-I`).
    pub is_first: bool,
    pub conditions: Vec<Condition>,
    pub target: Option<Target>,
    pub place: Place,
}

/// What a packet must be, under the long name of the option: `dport`, `source`, `ctstate`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    pub name: String,
    pub is_not: bool,
    /// Words as they were given; none for an option that takes no value.
    pub values: Vec<String>,
}

/// Where a packet goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// `ACCEPT`, or the name of a chain.
    pub name: String,
    /// It does not come back (`-g`).
    pub is_goto: bool,
    pub options: Vec<Condition>,
}

/// Short and other names of options, and the ones that stand for them here.
const NAMES: [(&str, &str); 24] = [
    ("-p", "protocol"),
    ("--proto", "protocol"),
    ("-s", "source"),
    ("--src", "source"),
    ("-d", "destination"),
    ("--dst", "destination"),
    ("-i", "in-interface"),
    ("-o", "out-interface"),
    ("-f", "fragment"),
    ("--destination-port", "dport"),
    ("--destination-ports", "dport"),
    ("--dports", "dport"),
    ("--source-port", "sport"),
    ("--source-ports", "sport"),
    ("--sports", "sport"),
    ("--state", "ctstate"),
    ("--to-port", "to-ports"),
    ("--icmpv6-type", "icmp-type"),
    ("--hl", "hl-eq"),
    ("--ttl", "ttl-eq"),
    ("--physdev", "physdev-in"),
    ("--mss", "mss"),
    ("--in", "in-interface"),
    ("--out", "out-interface"),
];

/// Beginnings of options that belong to targets.
const OF_TARGETS: [&str; 17] = [
    "clamp-mss",
    "log-",
    "nflog-",
    "or-mark",
    "and-mark",
    "persistent",
    "queue-",
    "random",
    "reject-with",
    "restore-mark",
    "save-mark",
    "set-",
    "tee",
    "to-",
    "ttl-set",
    "notrack",
    "ulog-",
];

/// Modules that say something by themselves, without an option of theirs behind.
const TELLING_MODULES: [&str; 3] = ["socket", "rpfilter", "eui64"];

/// Reads all tables; a table that `COMMIT` does not end counts all the same.
pub fn read(text: &str) -> RuleSet {
    let mut it = RuleSet::default();
    for (place, line) in lines(text) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line == "COMMIT" {
            continue;
        }
        if let Some(name) = line.strip_prefix('*') {
            let name = name.trim().to_owned();
            if it.tables.iter().all(|table| table.name != name) {
                it.tables.push(Table {
                    name,
                    ..Table::default()
                });
            } else {
                // A table that is given twice goes on: the second one is read last.
                let at = it.tables.iter().position(|table| table.name == name);
                let table = it.tables.remove(at.unwrap_or_default());
                it.tables.push(table);
            }
            continue;
        }
        let Some(table) = it.tables.last_mut() else {
            it.faults
                .push(Fault::new(place, "it stands in no table (`*filter`)"));
            continue;
        };
        let read = match line.strip_prefix(':') {
            Some(chain) => read_chain(chain).map(|chain| put_chain(table, chain)),
            None => read_rule(line, place).map(|rule| table.rules.push(rule)),
        };
        if let Err(why) = read {
            it.faults.push(Fault::new(place, why));
        }
    }
    it
}

fn put_chain(table: &mut Table, chain: Chain) {
    table.chains.retain(|old| old.name != chain.name);
    table.chains.push(chain);
}

fn read_chain(text: &str) -> Result<Chain, String> {
    let mut words = text.split_whitespace();
    let (Some(name), Some(policy)) = (words.next(), words.next()) else {
        return Err(format!("`:{text}` is no chain with its policy"));
    };
    Ok(Chain {
        name: name.to_owned(),
        policy: (policy != "-").then(|| policy.to_owned()),
    })
}

fn read_rule(line: &str, place: Place) -> Result<Rule, String> {
    let words = words(line)?;
    let mut words = words.iter().map(String::as_str).peekable();
    // Counters that iptables-save -c prints.
    words.next_if(|word| word.starts_with('[') && word.ends_with(']'));
    let is_first = match words.next() {
        Some("-A" | "--append") => false,
        Some("-I" | "--insert") => true,
        Some(other) => return Err(format!("`{other}` is no rule that is added")),
        None => return Err("there is no rule".to_owned()),
    };
    let chain = words.next().ok_or("it names no chain")?.to_owned();
    if is_first
        && let Some(number) = words.next_if(|word| word.parse::<u32>().is_ok())
        && number != "1"
    {
        return Err(format!("it is put at the place {number} of its chain"));
    }
    let mut rule = Rule {
        chain,
        is_first,
        conditions: Vec::new(),
        target: None,
        place,
    };
    while let Some(word) = words.next() {
        let (is_not, word) = if word == "!" {
            (true, words.next().ok_or("nothing follows `!`")?)
        } else {
            (false, word)
        };
        if !word.starts_with('-') {
            return Err(format!("`{word}` is no option"));
        }
        let name = long_name(word);
        let mut values = Vec::new();
        let mut is_not = is_not;
        // Old rules have the sign behind the option.
        if words.next_if_eq(&"!").is_some() {
            is_not = true;
        }
        while let Some(value) = words.next_if(|it| *it != "!" && !is_option(it)) {
            values.push(value.to_owned());
        }
        let condition = Condition {
            name,
            is_not,
            values,
        };
        take(condition, word, &mut rule)?;
    }
    Ok(rule)
}

fn take(condition: Condition, word: &str, rule: &mut Rule) -> Result<(), String> {
    let only = || condition.values.first().cloned();
    match condition.name.as_str() {
        "j" | "jump" | "g" | "goto" => {
            let name = only().ok_or_else(|| format!("nothing follows `{word}`"))?;
            rule.target = Some(Target {
                name,
                is_goto: word.trim_start_matches('-').starts_with('g'),
                options: Vec::new(),
            });
        }
        "comment" => {}
        "m" | "match" => {
            let module = only().unwrap_or_default();
            if TELLING_MODULES.contains(&module.as_str()) {
                rule.conditions.push(Condition {
                    name: "match".to_owned(),
                    ..condition
                });
            }
        }
        name if OF_TARGETS.iter().any(|start| name.starts_with(start)) => match &mut rule.target {
            Some(target) => target.options.push(condition),
            None => rule.conditions.push(condition),
        },
        _ => rule.conditions.push(condition),
    }
    Ok(())
}

fn is_option(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && !word[1..].starts_with(|c: char| c.is_ascii_digit())
}

fn long_name(word: &str) -> String {
    let found = NAMES.iter().find(|(name, _)| *name == word);
    let name = found.map_or_else(|| word.trim_start_matches('-'), |(_, name)| name);
    name.to_owned()
}

/// Splits a line as iptables-restore does: quotes hold blanks together, a backslash takes the next character as it is.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quote.is_some() => word
                .get_or_insert_with(String::new)
                .push(chars.next().unwrap_or(c)),
            _ if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(c);
                word.get_or_insert_with(String::new);
            }
            _ if quote.is_none() && c.is_ascii_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_with(String::new).push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote stays open".to_owned());
    }
    words.extend(word);
    Ok(words)
}

impl Rule {
    /// Returns the values of a condition that holds, not one that must not.
    pub fn values(&self, name: &str) -> Option<&[String]> {
        let found = self
            .conditions
            .iter()
            .find(|it| it.name == name && !it.is_not)?;
        Some(&found.values)
    }

    /// Returns the one value of a condition.
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.values(name)? {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Tells whether a packet must be nothing but what these conditions ask for.
    pub fn asks_only(&self, names: &[&str]) -> bool {
        self.conditions
            .iter()
            .all(|it| !it.is_not && names.contains(&it.name.as_str()))
    }
}

/// Modules whose options are not of the protocol's own.
const MODULES: [(&str, &str); 32] = [
    (
        "addrtype",
        "src-type dst-type limit-iface-in limit-iface-out",
    ),
    (
        "conntrack",
        "ctstate ctproto ctstatus ctorigsrc ctorigdst ctdir ctreplsrc ctreplsrcport ctorigdstport",
    ),
    (
        "connlimit",
        "connlimit-upto connlimit-above connlimit-mask connlimit-saddr connlimit-daddr",
    ),
    ("connmark", "connmark"),
    ("dscp", "dscp dscp-class"),
    (
        "hashlimit",
        "hashlimit-upto hashlimit-above hashlimit-burst hashlimit-mode hashlimit-srcmask hashlimit-dstmask hashlimit-name hashlimit-htable-size hashlimit-htable-max hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit",
    ),
    ("hl", "hl-eq hl-lt hl-gt"),
    ("helper", "helper"),
    ("iprange", "src-range dst-range"),
    ("length", "length"),
    ("limit", "limit limit-burst"),
    ("mac", "mac-source"),
    ("mark", "mark"),
    ("owner", "uid-owner gid-owner socket-exists"),
    (
        "physdev",
        "physdev-in physdev-out physdev-is-in physdev-is-out physdev-is-bridged",
    ),
    ("pkttype", "pkt-type"),
    (
        "policy",
        "dir pol strict reqid spi proto mode tunnel-src tunnel-dst next",
    ),
    ("realm", "realm"),
    (
        "recent",
        "set rcheck update remove seconds hitcount rttl name rsource rdest mask reap",
    ),
    ("rt", "rt-type rt-segsleft rt-len"),
    ("set", "match-set return-nomatch update-counters"),
    ("state", "state"),
    ("statistic", "probability every packet"),
    ("string", "string hex-string algo from to icase"),
    ("tcpmss", "mss"),
    (
        "time",
        "timestart timestop weekdays monthdays datestart datestop kerneltz utc",
    ),
    ("tos", "tos"),
    ("ttl", "ttl-eq ttl-lt ttl-gt"),
    ("u32", "u32"),
    ("quota", "quota"),
    ("cluster", "cluster-total-nodes cluster-local-node"),
    ("bpf", "bytecode"),
];

/// Options that iptables-extensions(8) spells with one dash or another name than here.
const SHORT: [(&str, &str); 6] = [
    ("protocol", "-p"),
    ("source", "-s"),
    ("destination", "-d"),
    ("in-interface", "-i"),
    ("out-interface", "-o"),
    ("fragment", "-f"),
];

/// Writes conditions as the words of an iptables command; `is_v6` names ICMP as the family does.
pub fn command_words(conditions: &[Condition], is_v6: bool) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut loaded: Vec<&str> = Vec::new();
    // The options of a protocol can only follow it.
    let protocol = conditions.iter().filter(|it| it.name == "protocol");
    let others = conditions.iter().filter(|it| it.name != "protocol");
    for condition in protocol.chain(others) {
        let has_list = condition.values.first().is_some_and(|it| it.contains(','));
        let is_ports = matches!(condition.name.as_str(), "dport" | "sport" | "ports");
        let module = if is_ports && has_list || condition.name == "ports" {
            Some("multiport")
        } else {
            let own = MODULES
                .iter()
                .find(|(_, options)| options.split(' ').any(|option| option == condition.name));
            own.map(|(module, _)| *module)
        };
        if let Some(module) = module.filter(|it| !loaded.contains(it)) {
            loaded.push(module);
            out.extend(["-m".to_owned(), module.to_owned()]);
        }
        if condition.is_not {
            out.push("!".to_owned());
        }
        let short = SHORT.iter().find(|(name, _)| *name == condition.name);
        out.push(match (short, condition.name.as_str()) {
            (Some((_, short)), _) => (*short).to_owned(),
            (None, "match") => "-m".to_owned(),
            (None, "dport") if has_list => "--dports".to_owned(),
            (None, "sport") if has_list => "--sports".to_owned(),
            (None, "icmp-type") if is_v6 => "--icmpv6-type".to_owned(),
            (None, name) => format!("--{name}"),
        });
        out.extend(condition.values.iter().map(|value| quoted(value)));
    }
    out
}

/// Writes a target and what it is told.
pub fn target_words(target: &Target) -> Vec<String> {
    let mut out = vec![if target.is_goto { "-g" } else { "-j" }.to_owned()];
    out.push(quoted(&target.name));
    for option in &target.options {
        if option.is_not {
            out.push("!".to_owned());
        }
        out.push(format!("--{}", option.name));
        out.extend(option.values.iter().map(|value| quoted(value)));
    }
    out
}

/// Writes a word for a shell and for iptables-restore, which both know double quotes and backslashes in them.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '.' | ',' | ':' | '/' | '-' | '_' | '+' | '%' | '@' | '=')
    };
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        let mut out = String::from("\"");
        for c in word.chars() {
            if matches!(c, '"' | '\\' | '$' | '`') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{command_words, read, target_words};
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let found = read(text);
        let mut out = Vec::new();
        for table in &found.tables {
            for chain in &table.chains {
                out.push(format!("{}:{} {:?}", table.name, chain.name, chain.policy));
            }
            for rule in &table.rules {
                let mut words = command_words(&rule.conditions, false);
                words.extend(rule.target.iter().flat_map(target_words));
                let first = if rule.is_first { "!" } else { "" };
                out.push(format!("{first}{} {}", rule.chain, words.join(" ")));
            }
        }
        out.extend(shown(&found.faults));
        assert_eq!(out, expected, "{text}");
    }

    #[test]
    fn tables_chains_and_rules() {
        check(
            "# x\n*filter\n:INPUT DROP [0:0]\n:own - [0:0]\n[1:2] -A INPUT -p tcp -m tcp --dport 22 -m comment --comment \"a b\" -j ACCEPT\n-I own ! -i lo -j DROP\nCOMMIT\n",
            &[
                "filter:INPUT Some(\"DROP\")",
                "filter:own None",
                "INPUT -p tcp --dport 22 -j ACCEPT",
                "!own ! -i lo -j DROP",
            ],
        );
    }

    #[test]
    fn modules_that_are_needed_are_named_again() {
        check(
            "*filter\n-A INPUT -p tcp -m multiport --dports 80,443 -m state --state NEW -j LOG --log-prefix \"x \" -m limit --limit 3/min\n",
            &[
                "INPUT -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -m limit --limit 3/min -j LOG --log-prefix \"x \"",
            ],
        );
        check(
            "*nat\n-A PREROUTING -d 192.0.2.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080\n",
            &[
                "PREROUTING -p tcp -d 192.0.2.1/32 --dport 80 -j DNAT --to-destination 10.0.0.2:8080",
            ],
        );
    }

    #[test]
    fn what_is_no_rule_is_said() {
        check(
            "-A INPUT -j ACCEPT\n*filter\n-D INPUT -j x\n-A INPUT \"x\n-A INPUT x\n",
            &[
                "1! it stands in no table (`*filter`)",
                "3! `-D` is no rule that is added",
                "4! a quote stays open",
                "5! `x` is no option",
            ],
        );
    }
}
