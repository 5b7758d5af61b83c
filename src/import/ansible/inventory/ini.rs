//! Inventories as INI: sections, hosts with variables, ranges.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ini_inventory.html>

use super::{Inventory, literal};
use crate::diag::{Code, Diagnostics};
use crate::import::ansible::value::Value;
use crate::source::{FileId, Span};

enum Section {
    Hosts(String),
    Children(String),
    Vars(String),
}

pub(super) fn read(inventory: &mut Inventory, file: FileId, text: &str, diags: &mut Diagnostics) {
    let mut section = Section::Hosts("ungrouped".to_owned());
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let span = Span::new(file, offset, offset + raw.trim_end().len());
        offset += raw.len();
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            let Some(name) = name.split(']').next().filter(|_| name.contains(']')) else {
                diags.at(Code::InventorySyntax, span, "the section has no `]`");
                continue;
            };
            section = read_section(inventory, name.trim());
            continue;
        }
        let line = without_comment(line);
        match &section {
            Section::Hosts(group) => read_host(inventory, group, line, span, diags),
            Section::Children(group) => {
                inventory.group(line);
                inventory.group(group).children.insert(line.to_owned());
            }
            Section::Vars(group) => match line.split_once('=') {
                Some((name, value)) => {
                    let binding = literal(value.trim(), span);
                    inventory
                        .group(group)
                        .vars
                        .vars
                        .insert(name.trim().to_owned(), binding);
                }
                None => diags.at(
                    Code::InventorySyntax,
                    span,
                    format!("`{line}` is no `name=value`"),
                ),
            },
        }
    }
}

fn read_section(inventory: &mut Inventory, name: &str) -> Section {
    let (group, kind) = name.rsplit_once(':').unwrap_or((name, "hosts"));
    match kind {
        "children" => Section::Children(group.to_owned()),
        "vars" => Section::Vars(group.to_owned()),
        _ => {
            inventory.group(group);
            Section::Hosts(group.to_owned())
        }
    }
}

/// `#` begins a comment after a blank only, and not inside quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '#' && before.is_whitespace() => return line[..at].trim_end(),
            _ => {}
        }
        before = c;
    }
    line
}

fn read_host(
    inventory: &mut Inventory,
    group: &str,
    line: &str,
    span: Span,
    diags: &mut Diagnostics,
) {
    let words = words(line);
    let Some((pattern, vars)) = words.split_first() else {
        return;
    };
    let names = expand(pattern);
    if names.is_empty() {
        diags.at(
            Code::InventorySyntax,
            span,
            format!("`{pattern}` is no range of hosts"),
        );
    }
    for name in names {
        let (name, port) = split_port(&name);
        let host = inventory.add_host(name, Some(span));
        if let Some(port) = port {
            host.vars
                .vars
                .insert("ansible_port".to_owned(), literal(port, span));
        }
        for word in vars {
            match word.split_once('=') {
                Some((key, value)) => {
                    host.vars.vars.insert(key.to_owned(), literal(value, span));
                }
                None => diags.at(
                    Code::InventorySyntax,
                    span,
                    format!("`{word}` is no `name=value`"),
                ),
            }
        }
        inventory.group(group).hosts.insert(name.to_owned());
    }
}

fn split_port(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.chars().all(|c| c.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (name, None),
    }
}

/// Splits at blanks outside of quotes; the quotes are left out.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                any = true;
            }
            None if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            None => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Unrolls `web[01:20:2].example.org` and `db-[a:c]`.
pub(super) fn expand(pattern: &str) -> Vec<String> {
    let bounds = pattern
        .find('[')
        .and_then(|open| Some((open, open + pattern[open..].find(']')?)));
    let Some((open, close)) = bounds.filter(|(open, close)| pattern[*open..*close].contains(':'))
    else {
        return vec![pattern.to_owned()];
    };
    let (head, range, tail) = (
        &pattern[..open],
        &pattern[open + 1..close],
        &pattern[close + 1..],
    );
    let mut parts = range.split(':');
    let (first, last) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let step = parts
        .next()
        .and_then(|step| step.parse().ok())
        .filter(|step| *step > 0)
        .unwrap_or(1);
    let middle: Vec<String> =
        if let (Ok(from), Ok(to)) = (first.parse::<u32>(), last.parse::<u32>()) {
            let width = if first.starts_with('0') {
                first.len()
            } else {
                0
            };
            (from..=to.min(from.saturating_add(10_000)))
                .step_by(step)
                .map(|n| format!("{n:0width$}"))
                .collect()
        } else if let ([from], [to]) = (first.as_bytes(), last.as_bytes()) {
            (*from..=*to)
                .step_by(step)
                .map(|byte| char::from(byte).to_string())
                .collect()
        } else {
            return Vec::new();
        };
    let tails = expand(tail);
    middle
        .iter()
        .flat_map(|it| tails.iter().map(move |tail| format!("{head}{it}{tail}")))
        .collect()
}

/// Reads the Python literals that an INI inventory knows: numbers, booleans, None, lists and dictionaries of them.
pub(super) fn python_literal(text: &str) -> Option<Value> {
    match text {
        "True" | "true" => return Some(Value::Bool(true)),
        "False" | "false" => return Some(Value::Bool(false)),
        "None" => return Some(Value::None),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_octal = digits.len() > 1 && digits.starts_with('0');
    if !digits.is_empty() && !is_octal && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Value::Int);
    }
    let is_float = digits.contains('.')
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_float
        .then(|| text.parse().ok().map(Value::Float))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{expand, without_comment, words};

    #[test]
    fn ranges_unroll() {
        assert_eq!(expand("web[01:03]"), ["web01", "web02", "web03"]);
        assert_eq!(expand("db-[a:c].x"), ["db-a.x", "db-b.x", "db-c.x"]);
        assert_eq!(expand("n[1:5:2]"), ["n1", "n3", "n5"]);
        assert_eq!(expand("plain"), ["plain"]);
    }

    #[test]
    fn words_and_comments_respect_quotes() {
        assert_eq!(words("web a='b c' d=\"e\""), ["web", "a=b c", "d=e"]);
        assert_eq!(without_comment("web a='#b' # c"), "web a='#b'");
    }
}
