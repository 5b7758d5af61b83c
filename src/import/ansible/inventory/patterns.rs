//! Host patterns: `web:&prod:!db1`, `*.example.org`, `~regex`, `web[0]`.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/inventory_guide/intro_patterns.html>

use indexmap::IndexSet;
use regex::Regex;

use super::Inventory;

/// Returns the hosts that a pattern means, in the order of the inventory.
pub(in crate::import::ansible) fn matches(
    inventory: &Inventory,
    pattern: &str,
) -> IndexSet<String> {
    let parts = split(pattern);
    // Ansible takes unions first, then intersections, then exclusions.
    let of = |mark: Option<char>| {
        parts
            .iter()
            .filter(move |part| part.chars().next().filter(|c| "&!".contains(*c)) == mark)
    };
    let mut hosts: IndexSet<String> = IndexSet::new();
    let mut unions = of(None).peekable();
    if unions.peek().is_none() {
        hosts = inventory.members("all");
    }
    for part in unions {
        hosts.extend(one(inventory, part));
    }
    for part in of(Some('&')) {
        let other = one(inventory, &part[1..]);
        hosts.retain(|host| other.contains(host));
    }
    for part in of(Some('!')) {
        let other = one(inventory, &part[1..]);
        hosts.retain(|host| !other.contains(host));
    }
    hosts
}

/// Returns the parts of a pattern that are plain names of groups or hosts.
pub(in crate::import::ansible) fn plain_names(pattern: &str) -> Vec<String> {
    let is_name = |part: &&String| {
        let odd = |c: char| "&!~*?[]{}'\"% ".contains(c);
        !part.is_empty()
            && !part.contains(odd)
            && !matches!(part.as_str(), "all" | "localhost" | "127.0.0.1" | "::1")
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
        "all".to_owned()
    } else {
        left
    }
}

fn split(pattern: &str) -> Vec<String> {
    let pattern = pattern.trim();
    // A template may hold colons and commas of its own; an IPv6 address does.
    if pattern.contains("{{") || pattern.contains("{%") || pattern.starts_with('~') {
        return vec![pattern.to_owned()];
    }
    let comma = pattern.contains([',', ';']);
    let is_address = !comma && pattern.parse::<std::net::Ipv6Addr>().is_ok();
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in pattern.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        let separates = depth == 0 && (c == ',' || c == ';' || (c == ':' && !is_address));
        match parts.last_mut() {
            Some(last) if !separates => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
        .iter()
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn one(inventory: &Inventory, part: &str) -> IndexSet<String> {
    if let Some(pattern) = part.strip_prefix('~') {
        return by_test(inventory, |name| {
            Regex::new(pattern).is_ok_and(|it| it.is_match(name))
        });
    }
    let (name, range) = subscript(part);
    let hosts = if name == "all" || name == "*" {
        inventory.members("all")
    } else if name.contains(['*', '?', '[']) {
        let pattern = glob(name);
        by_test(inventory, |name| {
            pattern.as_ref().is_some_and(|it| it.is_match(name))
        })
    } else if inventory.groups.contains_key(name) {
        inventory.members(name)
    } else {
        inventory
            .hosts
            .keys()
            .filter(|host| *host == name)
            .cloned()
            .collect()
    };
    let Some((first, last)) = range else {
        return hosts;
    };
    let count = i64::try_from(hosts.len()).unwrap_or(i64::MAX);
    let index = |at: i64| if at < 0 { at + count } else { at };
    let inside =
        |at: usize| i64::try_from(at).is_ok_and(|at| index(first) <= at && at <= index(last));
    hosts
        .into_iter()
        .enumerate()
        .filter(|(at, _)| inside(*at))
        .map(|(_, host)| host)
        .collect()
}

fn by_test(inventory: &Inventory, test: impl Fn(&str) -> bool) -> IndexSet<String> {
    let mut hosts: IndexSet<String> = IndexSet::new();
    for group in inventory.groups.keys().filter(|group| test(group)) {
        hosts.extend(inventory.members(group));
    }
    hosts.extend(inventory.hosts.keys().filter(|host| test(host)).cloned());
    hosts
}

/// Splits `web[0]` and `web[1:3]`; `web[a-c]` is a glob.
fn subscript(part: &str) -> (&str, Option<(i64, i64)>) {
    let split = || {
        let (name, range) = part.strip_suffix(']')?.rsplit_once('[')?;
        match range.split_once(':') {
            Some((first, last)) => {
                let last = if last.is_empty() {
                    Some(-1)
                } else {
                    last.parse().ok()
                };
                Some((name, (first.parse().ok()?, last?)))
            }
            None => range.parse().ok().map(|at| (name, (at, at))),
        }
    };
    split().map_or((part, None), |(name, range)| (name, Some(range)))
}

fn glob(pattern: &str) -> Option<Regex> {
    let mut text = String::from("^");
    for c in pattern.chars() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' | ']' | '-' => text.push(c),
            _ => text.push_str(&regex::escape(&c.to_string())),
        }
    }
    Regex::new(&(text + "$")).ok()
}

#[cfg(test)]
mod tests {
    use super::{certain_part, matches, plain_names};
    use crate::diag::Diagnostics;
    use crate::import::ansible::inventory::Inventory;
    use crate::source::SourceTree;

    fn check(pattern: &str, expected: &[&str]) {
        let text = "lone\n[web]\nweb[1:3]\n[db]\ndb1\n[prod:children]\nweb\ndb\n";
        let tree = SourceTree::from_texts("t", &[("hosts", text)]);
        let inventory = Inventory::read(&tree, &["hosts".to_owned()], &mut Diagnostics::new());
        let hosts: Vec<_> = matches(&inventory, pattern).into_iter().collect();
        assert_eq!(hosts, expected, "{pattern}");
    }

    #[test]
    fn patterns_mean_hosts() {
        check("all", &["lone", "web1", "web2", "web3", "db1"]);
        check("prod:!db", &["web1", "web2", "web3"]);
        check("web[0]", &["web1"]);
        check("web[1:]", &["web2", "web3"]);
        check("prod,&web:!web2", &["web1", "web3"]);
        check("~db\\d", &["db1"]);
        check("w*", &["web1", "web2", "web3"]);
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
        assert_eq!(plain_names("web:!db,app"), ["web", "app"]);
    }
}
