//! Host patterns: `web:&prod:!db1`, `*.example.org`, `~regex`, `web[0]`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html>; follows
//! `ansible/inventory/manager.py`.

use indexmap::IndexSet;

use super::{ALL, Inventory, address};
use crate::syntax::python_regex::{Characters, Pattern};

/// The names of the control node.
pub(in crate::import::ansible) const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// Returns the hosts that a pattern means, in Ansible's order; none where it is wrong.
pub(in crate::import::ansible) fn matches(
    inventory: &Inventory,
    pattern: &str,
) -> IndexSet<String> {
    select(inventory, &split(pattern)).unwrap_or_default()
}

/// Returns the hosts that the parts of a pattern mean together.
///
/// # Errors
/// What Ansible stops with.
pub(in crate::import::ansible) fn select(
    inventory: &Inventory,
    parts: &[String],
) -> Result<IndexSet<String>, String> {
    // Ansible takes unions first, then intersections, then exclusions.
    let of = |mark: Option<char>| {
        parts
            .iter()
            .filter(move |part| part.chars().next().filter(|c| "&!".contains(*c)) == mark)
    };
    let mut hosts: IndexSet<String> = IndexSet::new();
    let mut unions = of(None).peekable();
    if unions.peek().is_none() && !parts.is_empty() {
        hosts.extend(inventory.members(ALL).iter().cloned());
    }
    for part in unions {
        if inventory.hosts.contains_key(part) {
            hosts.insert(part.clone());
        } else {
            hosts.extend(one(inventory, part)?);
        }
    }
    for part in of(Some('&')) {
        let other = one(inventory, &part[1..])?;
        hosts.retain(|host| other.contains(host));
    }
    for part in of(Some('!')) {
        let other = one(inventory, &part[1..])?;
        hosts.retain(|host| !other.contains(host));
    }
    Ok(hosts)
}

/// Returns the parts of a pattern that are plain names of groups or hosts.
pub(in crate::import::ansible) fn plain_names(pattern: &str) -> Vec<String> {
    let is_name = |part: &&String| {
        let odd = |c: char| "&!~*?[]{}'\"% ".contains(c);
        !part.is_empty()
            && !part.contains(odd)
            && part.as_str() != ALL
            && !LOCAL_NAMES.contains(&part.as_str())
    };
    split(pattern).iter().filter(is_name).cloned().collect()
}

/// Returns a pattern without its parts that only the run of Ansible decides: what is left says who may be meant.
pub(in crate::import::ansible) fn certain_part(pattern: &str) -> String {
    let mut left = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("{{") {
        let before = before.trim_end_matches(['&', '!', '~', '*']);
        left.push_str(before.trim_end_matches([':', ',', ' ']));
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
        let more = rest.trim_start_matches(|c| c != ':' && c != ',');
        rest = if left.is_empty() {
            more.trim_start_matches([':', ','])
        } else {
            more
        };
    }
    left.push_str(rest);
    if left.trim().is_empty() {
        ALL.to_owned()
    } else {
        left
    }
}

/// Splits a pattern at its commas; without one at its colons and blanks, where it is no address. Each line is a pattern
/// of its own.
pub(in crate::import::ansible) fn split(pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    for pattern in pattern.lines().map(str::trim) {
        let parts: Vec<&str> = if pattern.contains("{{") || pattern.contains("{%") {
            // A template may hold colons and commas of its own.
            vec![pattern]
        } else if pattern.contains(',') {
            pattern.split(',').collect()
        } else if address::is_name(address::split_port(pattern).0) {
            vec![pattern]
        } else {
            at_colons(pattern)
        };
        let parts = parts.into_iter().map(str::trim);
        found.extend(parts.filter(|it| !it.is_empty()).map(str::to_owned));
    }
    found
}

/// Brackets hold colons and blanks of their own; one that is left open ends the part.
fn at_colons(pattern: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(c) = pattern[at..].chars().next() {
        let close = (c == '[').then(|| pattern[at..].find(']')).flatten();
        if let Some(close) = close {
            at += close + 1;
            continue;
        }
        let next = at + c.len_utf8();
        if c.is_whitespace() || matches!(c, ':' | '[' | ']') {
            parts.push(&pattern[start..at]);
            start = next;
        }
        at = next;
    }
    parts.push(&pattern[start..]);
    parts
}

fn one(inventory: &Inventory, part: &str) -> Result<IndexSet<String>, String> {
    let (name, subscript) = subscript(part);
    let hosts = by_name(inventory, name)?;
    let Some(subscript) = subscript.filter(|_| !hosts.is_empty()) else {
        return Ok(hosts);
    };
    let count = hosts.len();
    let single = |at: i64| {
        let at = if at < 0 {
            count.checked_sub(usize::try_from(-at).unwrap_or(usize::MAX))
        } else {
            usize::try_from(at).ok()
        };
        let host = at.and_then(|at| hosts.get_index(at)).cloned();
        let wrong = || format!("no host is number {part} of `{name}`, which has {count}");
        host.map(|it| IndexSet::from([it])).ok_or_else(wrong)
    };
    match subscript {
        Subscript::One(at) => single(at),
        // Ansible takes an end of 0 for none.
        Subscript::Range(first, Some(0)) => single(i64::try_from(first).unwrap_or(i64::MAX)),
        Subscript::Range(first, last) => {
            let end = last.map_or(count, |it| it.saturating_add(1).min(count));
            Ok(hosts.into_iter().take(end).skip(first).collect())
        }
    }
}

fn by_name(inventory: &Inventory, name: &str) -> Result<IndexSet<String>, String> {
    let mut hosts: IndexSet<String> = IndexSet::new();
    let is_pattern = name.starts_with('~') || name.contains(['?', '*', '[']);
    if is_pattern {
        let pattern = match name.strip_prefix('~') {
            Some(pattern) => format!("(?:{pattern})"),
            None => format!("(?:{})\\Z", glob(name)),
        };
        let regex = Pattern::new(&format!("\\A{pattern}"), "", Characters::Unicode)
            .map_err(|problem| format!("`{name}` is no pattern of hosts: {problem}"))?;
        let test = |text: &str| regex.search(text, 0).is_ok_and(|it| it.is_some());
        for group in inventory.groups.keys().filter(|it| test(it)) {
            hosts.extend(inventory.members(group).iter().cloned());
        }
        hosts.extend(inventory.hosts.keys().filter(|it| test(it)).cloned());
    } else {
        let is_group = inventory.groups.contains_key(name);
        if is_group {
            hosts.extend(inventory.members(name).iter().cloned());
        }
        if (!is_group || name.contains('.')) && inventory.hosts.contains_key(name) {
            hosts.insert(name.to_owned());
        }
    }
    if is_pattern && let Some(implicit) = &inventory.implicit {
        hosts.shift_remove(implicit);
    }
    if hosts.is_empty() && LOCAL_NAMES.contains(&name) {
        hosts.extend(inventory.local_host().cloned());
    }
    Ok(hosts)
}

enum Subscript {
    One(i64),
    /// From here to there, both included.
    Range(usize, Option<usize>),
}

/// Splits `web[0]`, `web[-1]`, `web[1:3]` and `web[1:]`; `web[a-c]` is a glob.
fn subscript(part: &str) -> (&str, Option<Subscript>) {
    let split = || {
        let (name, range) = part.strip_suffix(']')?.rsplit_once('[')?;
        if name.is_empty() || name.starts_with('~') {
            return None;
        }
        let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
        if digits(range.strip_prefix('-').unwrap_or(range)) {
            return range.parse().ok().map(|at| (name, Subscript::One(at)));
        }
        let (first, last) = range.split_once([':', '-'])?;
        let last = match last {
            "" => None,
            last => Some(last.parse().ok().filter(|_| digits(last))?),
        };
        let first = first.parse().ok().filter(|_| digits(first))?;
        Some((name, Subscript::Range(first, last)))
    };
    split().map_or((part, None), |(name, range)| (name, Some(range)))
}

/// Makes a regular expression of a shell's pattern, as Python's `fnmatch` does.
fn glob(pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => text.push_str("(?s:.*)"),
            '?' => text.push_str("(?s:.)"),
            '[' => {
                let skipped = usize::from(rest.starts_with('!'));
                let first = skipped + usize::from(rest[skipped..].starts_with(']'));
                let Some(close) = rest[first..].find(']').map(|at| first + at) else {
                    text.push_str("\\[");
                    continue;
                };
                let mark = if skipped == 1 { "[^" } else { "[" };
                let inner = rest[skipped..close]
                    .replace('\\', "\\\\")
                    .replace('[', "\\[");
                let inner = match inner.strip_prefix('^') {
                    Some(inner) => format!("\\^{inner}"),
                    None => inner,
                };
                text.push_str(&format!("{mark}{inner}]"));
                rest = &rest[close + 1..];
            }
            _ => text.push_str(&regex::escape(&c.to_string())),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{certain_part, plain_names, select, split};
    use crate::diag::Diagnostics;
    use crate::import::ansible::inventory::Inventory;
    use crate::source::SourceTree;

    fn check(pattern: &str, expected: &[&str]) {
        let text = "lone\n[web]\nweb[1:3]\n[db]\ndb1\n[prod:children]\nweb\ndb\n";
        let tree = SourceTree::from_texts("t", &[("hosts", text)]);
        let inventory = Inventory::read(&tree, &["hosts".to_owned()], &mut Diagnostics::new());
        let hosts = select(&inventory, &split(pattern));
        let hosts: Vec<_> = match hosts {
            Ok(hosts) => hosts.into_iter().collect(),
            Err(_) => vec!["wrong".to_owned()],
        };
        assert_eq!(hosts, expected, "{pattern}");
    }

    #[test]
    fn patterns_mean_hosts() {
        check("all", &["lone", "web1", "web2", "web3", "db1"]);
        check("prod:!db", &["web1", "web2", "web3"]);
        check("web[0]", &["web1"]);
        check("web[-1]", &["web3"]);
        check("web[1:]", &["web2", "web3"]);
        check("web[0:0]", &["web1"]);
        check("web[7:9]", &[]);
        check("web[7]", &["wrong"]);
        check("prod:&web:!web2", &["web1", "web3"]);
        // With a comma, colons are no separators.
        check("prod,&web:!web2", &[]);
        check("prod db lone", &["web1", "web2", "web3", "db1", "lone"]);
        check("~db\\d", &["db1"]);
        check("~eb1", &[]);
        check("~(", &["wrong"]);
        check("w*", &["web1", "web2", "web3"]);
        check("web[!1]", &["web2", "web3"]);
        check("!web", &["lone", "db1"]);
        check("ungrouped", &["lone"]);
        check("nobody", &[]);
    }

    #[test]
    fn a_templated_part_leaves_the_rest() {
        assert_eq!(certain_part("web:&{{ env }}"), "web");
        assert_eq!(certain_part("{{ env }}:&web"), "&web");
        assert_eq!(certain_part("{{ hosts | default('x:y') }}"), "all");
        assert_eq!(certain_part("a,{{ b }},c"), "a,c");
    }

    #[test]
    fn plain_names_leave_patterns_out() {
        assert_eq!(
            plain_names("web:!db:localhost:{{ x }}"),
            Vec::<String>::new()
        );
        assert_eq!(plain_names("web,!db,app"), ["web", "app"]);
    }
}
