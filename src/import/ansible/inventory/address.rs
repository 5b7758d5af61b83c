//! Names of hosts as inventories write them: ranges (`web[01:20:2].example.org`, `db-[a:c]`), ports, IPv6 addresses.
//!
//! Follows `ansible/parsing/utils/addresses.py` and `expand_hostname_range` of the inventory plugins.

use std::net::Ipv6Addr;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// More hosts than this in one line are taken for a mistake.
const MAX_HOSTS: usize = 100_000;

/// Returns the hosts that a name with ranges stands for, and the port behind it.
///
/// # Errors
/// What is wrong with a range.
pub(super) fn expand(text: &str) -> Result<(Vec<String>, Option<u16>), String> {
    let (pattern, port) = split_port(text);
    let mut hosts = Vec::new();
    if pattern.contains('[') {
        unroll(pattern, &mut hosts)?;
    } else {
        hosts.push(pattern.to_owned());
    }
    Ok((hosts, port))
}

/// Splits `name:port` and `[address]:port`; what is no name of the network stays whole.
pub(super) fn split_port(text: &str) -> (&str, Option<u16>) {
    let Some((before, digits)) = text.rsplit_once(':') else {
        return (text, None);
    };
    let is_port = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    let Some(port) = digits.parse().ok().filter(|_| is_port) else {
        return (text, None);
    };
    if let Some(inner) = before
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
        .filter(|it| is_name(it))
    {
        return (inner, Some(port));
    }
    let bare = without_ranges(before);
    if bare.contains([':', '[', ']']) || !is_name(before) {
        return (text, None);
    }
    (before, Some(port))
}

/// Tells whether a text is a name or an address of the network, ranges included.
pub(super) fn is_name(text: &str) -> bool {
    let plain = without_ranges(text);
    plain.parse::<Ipv6Addr>().is_ok() || plain.split('.').all(is_label)
}

/// Letters, digits and `_`, with `-` inside.
fn is_label(label: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    label.starts_with(is_word)
        && label.chars().all(|c| is_word(c) || c == '-')
        && !label.ends_with(['-', '_'])
}

/// Puts a digit in place of every range of which both ends are there.
fn without_ranges(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let Some(close) = rest[open..].find(']').map(|at| open + at) else {
            break;
        };
        if !is_range(&rest[open + 1..close]) {
            break;
        }
        plain.push_str(&rest[..open]);
        plain.push('0');
        rest = &rest[close + 1..];
    }
    plain + rest
}

fn is_range(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let letter = |it: &str| matches!(it.as_bytes(), [it] if it.is_ascii_alphabetic());
    let hexadecimal = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_hexdigit());
    let (Some(first), Some(last)) = (parts.first(), parts.get(1)) else {
        return false;
    };
    let ends = digits(first) && digits(last)
        || letter(first) && letter(last)
        || hexadecimal(first) && hexadecimal(last);
    ends && parts.len() <= 3 && parts.get(2).is_none_or(|it| digits(it))
}

fn unroll(text: &str, hosts: &mut Vec<String>) -> Result<(), String> {
    let wrong = || format!("`{text}` is no range of hosts");
    let (head, rest) = text.split_once('[').ok_or_else(wrong)?;
    let (range, tail) = rest.split_once(']').ok_or_else(wrong)?;
    if text.contains('|') {
        return Err(wrong());
    }
    for middle in steps(range)? {
        let name = format!("{head}{middle}{tail}");
        if name.contains('[') {
            unroll(&name, hosts)?;
        } else {
            hosts.push(name);
        }
        if hosts.len() > MAX_HOSTS {
            return Err(format!("`{text}` stands for more than {MAX_HOSTS} hosts"));
        }
    }
    Ok(())
}

/// Returns what a range stands for: `01:20`, `a:f`, `1:9:2`.
fn steps(range: &str) -> Result<Vec<String>, String> {
    let parts: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, "1"),
        [first, last, step] => (*first, *last, *step),
        _ => {
            return Err(format!(
                "the range `[{range}]` is neither [begin:end] nor [begin:end:step]"
            ));
        }
    };
    let first = if first.is_empty() { "0" } else { first };
    if last.is_empty() {
        return Err(format!("the range `[{range}]` has no end"));
    }
    let width = if first.starts_with('0') && first.len() > 1 {
        first.len()
    } else {
        0
    };
    if width > 0 && width != last.len() {
        return Err(format!(
            "both ends of the range `[{range}]` need as many digits"
        ));
    }
    let number = |text: &str| {
        let parsed = text.trim().parse::<i64>();
        parsed.map_err(|_| format!("`{text}` in the range `[{range}]` is no number"))
    };
    let step = number(step)?;
    let by = usize::try_from(step)
        .ok()
        .filter(|it| *it > 0)
        .ok_or_else(|| format!("the range `[{range}]` does not go up"))?;
    if let (Some(from), Some(to)) = (LETTERS.find(first), LETTERS.find(last)) {
        if from > to {
            return Err(format!("the range `[{range}]` ends before it begins"));
        }
        let letters = LETTERS[from..=to].chars().step_by(by);
        return Ok(letters.map(|it| it.to_string()).collect());
    }
    let (from, to) = (number(first)?, number(last)?);
    let numbers = (from..=to).step_by(by).take(MAX_HOSTS + 1);
    Ok(numbers.map(|it| format!("{it:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn check(text: &str, expected: &[&str], port: Option<u16>) {
        let (hosts, found) = expand(text).unwrap();
        assert_eq!(hosts, expected, "{text}");
        assert_eq!(found, port, "{text}");
    }

    #[test]
    fn ranges_unroll() {
        check("web[01:03]", &["web01", "web02", "web03"], None);
        check("db-[a:c].x", &["db-a.x", "db-b.x", "db-c.x"], None);
        check("n[1:5:2]", &["n1", "n3", "n5"], None);
        check(
            "r[1:2]n[a:b]:2222",
            &["r1na", "r1nb", "r2na", "r2nb"],
            Some(2222),
        );
        check("x[:2]", &["x0", "x1", "x2"], None);
        check("plain", &["plain"], None);
    }

    #[test]
    fn ports_stand_behind_names() {
        check("web:22", &["web"], Some(22));
        check("10.0.0.7:2200", &["10.0.0.7"], Some(2200));
        check("[2001:db8::1]:22", &["2001:db8::1"], Some(22));
        check("2001:db8::1", &["2001:db8::1"], None);
        check("odd_:22", &["odd_:22"], None);
    }

    #[test]
    fn bad_ranges_are_said() {
        for text in [
            "a[1]",
            "a[1:]",
            "a[01:100]",
            "a[c:a]",
            "a[1:x]",
            "a[1:2:0]",
            "a[1:2",
        ] {
            assert!(expand(text).is_err(), "{text}");
        }
    }
}
