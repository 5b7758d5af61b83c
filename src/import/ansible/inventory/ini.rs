//! Inventories as INI: sections, hosts with variables, ranges. Ansible reads nothing behind a line that is wrong; here
//! such a line is said and passed over.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ini_inventory.html>

use indexmap::IndexMap;

use super::{Inventory, address, literal};
use crate::diag::{Code, Diagnostics};
use crate::source::{FileId, Span};

/// What the lines below a section's head are.
#[derive(Clone, Copy)]
enum State {
    Hosts,
    Children,
    Vars,
}

/// Groups that were named, and are not declared yet.
struct Pending {
    at: Span,
    /// The groups that hold it; none where it only has variables so far.
    parents: Vec<String>,
}

struct Reader<'i> {
    inventory: &'i mut Inventory,
    source: &'i str,
    group: String,
    state: State,
    pending: IndexMap<String, Pending>,
}

/// Reads a file; `source` is what hosts are told that they come from.
pub(super) fn read(
    inventory: &mut Inventory,
    source: &str,
    file: FileId,
    text: &str,
    diags: &mut Diagnostics,
) {
    let mut reader = Reader {
        inventory,
        source,
        group: "ungrouped".to_owned(),
        state: State::Hosts,
        pending: IndexMap::new(),
    };
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let span = Span::new(file, offset, offset + raw.trim_end().len());
        offset += raw.len();
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Err(message) = reader.line(line, span) {
            diags.at(Code::InventorySyntax, span, message);
        }
    }
    for (group, pending) in reader.pending {
        let message = match pending.parents.last() {
            Some(parent) => {
                format!("`[{parent}:children]` names the group `{group}`, which is not declared")
            }
            None => format!("`[{group}:vars]` is for the group `{group}`, which is not declared"),
        };
        let help = format!("declare it with a section `[{group}]`");
        diags.at_with_help(Code::InventorySyntax, pending.at, message, help);
    }
}

impl Reader<'_> {
    fn line(&mut self, line: &str, span: Span) -> Result<(), String> {
        if let Some((group, kind)) = section(line) {
            return self.section(group, kind, span);
        }
        if line.starts_with('[') && line.ends_with(']') {
            return Err(format!("`{line}` is no section"));
        }
        if line.starts_with('[') && !line.contains(']') {
            return Err("the section has no `]`".to_owned());
        }
        match self.state {
            State::Hosts => self.host(line, span),
            State::Children => self.child(line, span),
            State::Vars => {
                let (name, value) = line
                    .split_once('=')
                    .ok_or_else(|| format!("`{line}` is no `name=value`"))?;
                let value = literal::read(value.trim(), span);
                self.inventory.set_group(&self.group, name.trim(), value);
                Ok(())
            }
        }
    }

    fn section(&mut self, group: &str, kind: Option<&str>, span: Span) -> Result<(), String> {
        self.state = match kind {
            None | Some("hosts") => State::Hosts,
            Some("children") => State::Children,
            Some("vars") => State::Vars,
            Some(kind) => {
                return Err(format!(
                    "`{kind}` of the section `[{group}:{kind}]` is none of `hosts`, `children` and `vars`"
                ));
            }
        };
        group.clone_into(&mut self.group);
        let is_vars = matches!(self.state, State::Vars);
        if !self.inventory.groups.contains_key(group) {
            if is_vars && !self.pending.contains_key(group) {
                let parents = Vec::new();
                let pending = Pending { at: span, parents };
                self.pending.insert(group.to_owned(), pending);
            }
            self.inventory.group(group);
        }
        if !is_vars && let Some(pending) = self.pending.shift_remove(group) {
            for parent in pending.parents {
                self.inventory.add_child(&parent, group)?;
            }
        }
        Ok(())
    }

    fn child(&mut self, line: &str, span: Span) -> Result<(), String> {
        let (name, rest) = line
            .find([':', ']', ' ', '\t'])
            .map_or((line, ""), |at| line.split_at(at));
        let rest = rest.trim_start();
        if name.is_empty() || !(rest.is_empty() || rest.starts_with('#')) {
            return Err(format!("`{line}` is no name of a group"));
        }
        if self.inventory.groups.contains_key(name) {
            return self.inventory.add_child(&self.group, name);
        }
        let parents = Vec::new();
        let pending = self
            .pending
            .entry(name.to_owned())
            .or_insert(Pending { at: span, parents });
        pending.parents.push(self.group.clone());
        Ok(())
    }

    fn host(&mut self, line: &str, span: Span) -> Result<(), String> {
        let words = shlex(line)?;
        let Some((pattern, vars)) = words.split_first() else {
            return Ok(());
        };
        let (hosts, port) = address::expand(pattern)?;
        if pattern.ends_with(':') && port.is_none() {
            return Err(format!("`{pattern}` ends in `:`, and no port follows"));
        }
        if hosts.iter().any(|it| it.trim() == "---") {
            return Err("`---` begins YAML, and this is read as INI".to_owned());
        }
        let mut wrong = None;
        let mut values = Vec::new();
        for word in vars {
            match word.split_once('=') {
                Some((name, value)) => values.push((name, literal::read(value, span))),
                None => wrong = wrong.or(Some(format!("`{word}` is no `name=value`"))),
            }
        }
        for host in hosts {
            self.inventory
                .declare_host(&host, &self.group, port, self.source, span);
            for (name, value) in &values {
                self.inventory.set_host(&host, name, value);
            }
        }
        wrong.map_or(Ok(()), Err)
    }
}

/// Takes `[group]` and `[group:kind]` apart, with a comment behind it.
fn section(line: &str) -> Option<(&str, Option<&str>)> {
    let (inner, rest) = line.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let (group, kind) = match inner.split_once(':') {
        Some((group, kind)) => (group, Some(kind)),
        None => (inner, None),
    };
    let is_word = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_alphanumeric() || c == '_');
    let fits =
        !group.is_empty() && !group.contains(char::is_whitespace) && kind.is_none_or(is_word);
    fits.then_some((group, kind))
}

/// Splits as Python's `shlex` does with comments: `#` ends the line wherever it stands outside of quotes.
fn shlex(line: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    let open = || format!("a quote of `{line}` is left open");
    while let Some(c) = chars.next() {
        match c {
            '#' => break,
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(open)? {
                        '\'' => break,
                        inner => word.push(inner),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(open)? {
                        '"' => break,
                        '\\' => {
                            let next = chars.next().ok_or_else(open)?;
                            if !matches!(next, '\\' | '"') {
                                word.push('\\');
                            }
                            word.push(next);
                        }
                        inner => word.push(inner),
                    }
                }
            }
            '\\' => {
                let next = chars
                    .next()
                    .ok_or_else(|| format!("nothing follows the last `\\` of `{line}`"))?;
                word.get_or_insert_default().push(next);
            }
            ' ' | '\t' | '\r' | '\n' => found.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    found.extend(word);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{section, shlex};

    #[test]
    fn words_are_those_of_shlex() {
        let check = |line: &str, expected: &[&str]| assert_eq!(shlex(line).unwrap(), expected);
        check("web a='b c' d=\"e\"", &["web", "a=b c", "d=e"]);
        check("web a='#b' # c", &["web", "a=#b"]);
        check("web a=b#c d=e", &["web", "a=b"]);
        check(
            r#"web a="x \"y\" \n" b=\'z"#,
            &["web", r#"a=x "y" \n"#, "b='z"],
        );
        check("web a=''", &["web", "a="]);
        assert!(shlex("web a='b").is_err());
        assert!(shlex("web a=b\\").is_err());
    }

    #[test]
    fn sections_have_a_group_and_a_kind() {
        assert_eq!(section("[web]"), Some(("web", None)));
        assert_eq!(section("[web:vars]  # x"), Some(("web", Some("vars"))));
        assert_eq!(section("[a b]"), None);
        assert_eq!(section("[web] ; x"), None);
    }
}
