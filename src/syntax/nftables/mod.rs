//! Rules of nftables: tables, their chains and the rules in them, as nft(8) reads a file.
//!
//! Manual: nft(8). Variables are put in where they are used. Files that are included have to be put in before.

mod words;

pub mod rule;

use std::collections::BTreeMap;

use words::{Word, Words};

/// What a file says as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruleset {
    pub tables: Vec<Table>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// `inet`, `ip`, `ip6`, `arp`, `bridge` or `netdev`.
    pub family: String,
    pub name: String,
    pub chains: Vec<Chain>,
    /// Sets, maps and whatever else it has besides chains: their headings.
    pub others: Vec<String>,
    /// What stands between its braces, as written.
    pub content: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub name: String,
    /// None where only other chains lead to it.
    pub base: Option<Base>,
    pub rules: Vec<Vec<Word>>,
}

/// Where the kernel calls a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// `filter`, `nat` or `route`.
    pub kind: String,
    pub hook: String,
    pub policy: String,
}

/// What variables stand for.
type Defines = BTreeMap<String, Vec<Word>>;

/// Reads a file.
///
/// # Errors
/// What is not understood.
pub fn read(text: &str) -> Result<Ruleset, String> {
    let mut set = Ruleset::default();
    let mut words = Words::of(text)?;
    let mut defines = Defines::new();
    while let Some(word) = words.next() {
        match word.text.as_str() {
            ";" => {}
            "define" | "redefine" => define(&mut words, &mut defines),
            "flush" if words.peek_is("ruleset") => {
                words.statement();
                set.tables.clear();
            }
            "flush" => return Err("it flushes a part of the rules".to_owned()),
            "delete" | "destroy" => {
                let rest = words.statement();
                let rest: Vec<&str> = rest.iter().map(|it| it.text.as_str()).collect();
                let ["table", name @ ..] = rest.as_slice() else {
                    return Err(format!("it takes away `{}`", rest.join(" ")));
                };
                let (family, name) = named(name)?;
                set.tables
                    .retain(|it| it.family != family || it.name != name);
            }
            "add" | "create" => added(&mut words, &mut set, &mut defines)?,
            "table" => table(&mut words, &mut set, &mut defines)?,
            other => return Err(format!("`{other}` is not known here")),
        }
    }
    Ok(set)
}

/// Returns the files that a text includes, as it names them, with the places of the statements.
pub fn includes(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let name = bare.strip_prefix("include ").map(|it| {
            let it = it.split('#').next().unwrap_or_default();
            it.trim().trim_end_matches(';').trim().trim_matches('"')
        });
        if let Some(name) = name {
            found.push((start..start + line.len(), name.to_owned()));
        }
        start += line.len();
    }
    found
}

fn named<'a>(words: &[&'a str]) -> Result<(&'a str, &'a str), String> {
    match words {
        [name] => Ok(("ip", name)),
        [family, name] => Ok((family, name)),
        _ => Err("a table has no name".to_owned()),
    }
}

fn define(words: &mut Words, defines: &mut Defines) {
    let all = words.statement();
    let Some((name, rest)) = all.split_first() else {
        return;
    };
    let value = rest.iter().filter(|it| it.text != "=").cloned();
    let value = substituted(value.collect(), defines);
    defines.insert(name.text.clone(), value);
}

/// Puts the values of variables in; a list within a list is one list.
fn substituted(words: Vec<Word>, defines: &Defines) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut depth = 0usize;
    for word in words {
        match word.text.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let value = word.text.strip_prefix('$').and_then(|it| defines.get(it));
        match value {
            Some(value) => {
                let is_brace = |it: &&Word| depth == 0 || it.text != "{" && it.text != "}";
                out.extend(value.iter().filter(is_brace).cloned());
            }
            None => out.push(word),
        }
    }
    out
}

/// Reads `add table ..`, `add chain ..` and `add rule ..`.
fn added(words: &mut Words, set: &mut Ruleset, defines: &mut Defines) -> Result<(), String> {
    let what = words.next().map(|it| it.text).unwrap_or_default();
    match what.as_str() {
        "table" => table(words, set, defines),
        "chain" | "rule" => {
            let (family, name) = head(words)?;
            let at = at(set, &family, &name);
            let chain_name = words.next().map(|it| it.text).unwrap_or_default();
            let Some(table) = set.tables.get_mut(at) else {
                return Ok(());
            };
            let chain = chain_of(table, &chain_name);
            if what == "chain" {
                if words.peek_is("{") {
                    words.next();
                    return body(words, chain, defines);
                }
                words.statement();
                return Ok(());
            }
            let rule = words.statement();
            chain.rules.push(substituted(rule, defines));
            Ok(())
        }
        other => Err(format!("it adds a `{other}` outside of a table")),
    }
}

/// Reads the family and the name of a table.
fn head(words: &mut Words) -> Result<(String, String), String> {
    const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
    let first = words.next().ok_or("a table has no name")?.text;
    if !FAMILIES.contains(&first.as_str()) {
        return Ok(("ip".to_owned(), first));
    }
    let name = words.next().ok_or("a table has no name")?.text;
    Ok((first, name))
}

/// Returns the place of a table, which is made where it is not there.
fn at(set: &mut Ruleset, family: &str, name: &str) -> usize {
    let is_it = |it: &Table| it.family == family && it.name == name;
    if let Some(at) = set.tables.iter().position(is_it) {
        return at;
    }
    set.tables.push(Table {
        family: family.to_owned(),
        name: name.to_owned(),
        ..Table::default()
    });
    set.tables.len() - 1
}

fn chain_of<'a>(table: &'a mut Table, name: &str) -> &'a mut Chain {
    let at = match table.chains.iter().position(|it| it.name == name) {
        Some(at) => at,
        None => {
            table.chains.push(Chain {
                name: name.to_owned(),
                ..Chain::default()
            });
            table.chains.len() - 1
        }
    };
    &mut table.chains[at]
}

fn table(words: &mut Words, set: &mut Ruleset, defines: &mut Defines) -> Result<(), String> {
    let (family, name) = head(words)?;
    let at = at(set, &family, &name);
    if !words.peek_is("{") {
        words.statement();
        return Ok(());
    }
    words.next();
    let start = words.place();
    let Some(table) = set.tables.get_mut(at) else {
        return Ok(());
    };
    loop {
        let word = words
            .next()
            .ok_or_else(|| format!("the table `{name}` is not closed"))?;
        match word.text.as_str() {
            "}" => break,
            ";" => {}
            "define" | "redefine" => define(words, defines),
            "comment" | "flags" => {
                words.statement();
            }
            "chain" => {
                let chain = words.next().map(|it| it.text).unwrap_or_default();
                if !words.peek_is("{") {
                    words.statement();
                    continue;
                }
                words.next();
                body(words, chain_of(table, &chain), defines)?;
            }
            other => {
                let mut heading = other.to_owned();
                for it in words.statement() {
                    if it.text == "{" {
                        break;
                    }
                    heading = format!("{heading} {}", it.text);
                }
                table.others.push(heading);
            }
        }
    }
    table.content.push_str(words.since(start));
    Ok(())
}

/// Reads what stands between the braces of a chain.
fn body(words: &mut Words, chain: &mut Chain, defines: &Defines) -> Result<(), String> {
    loop {
        if words.peek_is("}") {
            words.next();
            return Ok(());
        }
        if words.peek_is(";") {
            words.next();
            continue;
        }
        if words.is_at_end() {
            return Err(format!("the chain `{}` is not closed", chain.name));
        }
        let statement = words.statement();
        let text = |at: usize| statement.get(at).map_or("", |it: &Word| it.text.as_str());
        match text(0) {
            "type" => {
                let hook = statement.iter().position(|it| it.text == "hook");
                let own = chain.base.get_or_insert_with(Base::default);
                own.kind = text(1).to_owned();
                own.hook = hook.map_or("", |at| text(at + 1)).to_owned();
                if own.policy.is_empty() {
                    own.policy = "accept".to_owned();
                }
            }
            "policy" => {
                let own = chain.base.get_or_insert_with(Base::default);
                own.policy = text(1).to_owned();
            }
            "comment" => {}
            _ => chain.rules.push(substituted(statement, defines)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{includes, read};

    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        match read(text) {
            Err(why) => found.push(format!("! {why}")),
            Ok(set) => {
                for table in set.tables {
                    found.push(format!("{} {}", table.family, table.name));
                    found.extend(table.others.iter().map(|it| format!("  {it}")));
                    for chain in table.chains {
                        let base = chain
                            .base
                            .map(|it| format!(" {} {} {}", it.kind, it.hook, it.policy));
                        found.push(format!("  {}{}", chain.name, base.unwrap_or_default()));
                        for rule in chain.rules {
                            found.push(format!("    {}", super::rule::shown(&rule)));
                        }
                    }
                }
            }
        }
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn chains_hold_rules_one_for_each_line() {
        check(
            "#!/usr/sbin/nft -f\nflush ruleset\ndefine lan = eth1\ndefine web = { 80, 443 }\ntable inet filter {\n\tset bad { type ipv4_addr; flags timeout; }\n\tchain input {\n\t\ttype filter hook input priority filter\n\t\tpolicy drop\n\t\tiifname $lan tcp dport { 22, $web } accept # lan\n\t\tct state established,related \\\n\t\t  accept; tcp dport {\n\t\t 25,\n\t\t 587\n\t\t} accept comment \"mail; all\"\n\t}\n}\nadd rule inet filter input udp dport 53 accept\n",
            &[
                "inet filter",
                "  set bad",
                "  input filter input drop",
                "    iifname eth1 tcp dport { 22, 80, 443 } accept",
                "    ct state established, related accept",
                "    tcp dport { 25, 587 } accept comment \"mail; all\"",
                "    udp dport 53 accept",
            ],
        );
        check(
            "table inet x\ndelete table inet x\ntable inet x { chain a { jump b; } }\n",
            &["inet x", "  a", "    jump b"],
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        check("table x {\n", &["! the table `x` is not closed"]);
        check(
            "insert rule x y accept\n",
            &["! `insert` is not known here"],
        );
    }

    #[test]
    fn includes_are_found() {
        let text = "a\n  include \"/etc/nftables.d/*.nft\" # x\nb\n";
        assert_eq!(
            includes(text),
            [(2..40, "/etc/nftables.d/*.nft".to_owned())]
        );
    }
}
