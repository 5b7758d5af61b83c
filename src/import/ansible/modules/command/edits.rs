//! `sed -i`, `postconf -e`, `crudini --set`: edits of files, in the words of modules.
//!
//! Manuals: sed(1), re_format(7), postconf(1), crudini(1)

use super::calls::{Call, call};

/// Reads the arguments of sed; nothing for what only prints, or is more than one plain edit of one file.
pub(super) fn of_sed(arguments: &[&str]) -> Option<Vec<Call>> {
    let mut is_extended = false;
    let mut is_in_place = false;
    let mut scripts = Vec::new();
    let mut file = None;
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "-i" | "--in-place" => is_in_place = true,
            "-E" | "-r" | "--regexp-extended" => is_extended = true,
            "-ri" | "-Ei" => {
                is_extended = true;
                is_in_place = true;
            }
            "-e" | "--expression" => scripts.push(words.next()?),
            word if word.starts_with("-i.") || word.starts_with("--in-place=") => {
                is_in_place = true;
            }
            word if word.starts_with('-') => return None,
            word if scripts.is_empty() => scripts.push(word),
            word if file.is_none() => file = Some(word),
            _ => return None,
        }
    }
    let path = file?;
    if !is_in_place || !path.starts_with('/') || path.contains(['*', '?', '[', '$']) {
        return None;
    }
    let edits = scripts.iter().map(|it| edit(it, path, is_extended));
    edits.collect()
}

/// Reads one command of a script of sed.
fn edit(script: &str, path: &str, is_extended: bool) -> Option<Call> {
    if let Some(pattern) = script
        .strip_prefix('/')
        .and_then(|it| it.strip_suffix("/d"))
    {
        let regexp = python(pattern, is_extended, '/')?;
        let params = [("path", path), ("regexp", &regexp), ("state", "absent")];
        return Some(call("lineinfile", &params));
    }
    let mut chars = script.strip_prefix('s')?.chars();
    let delimiter = chars.next().filter(char::is_ascii_punctuation)?;
    let [pattern, new, flags] = parts(chars.as_str(), delimiter)?;
    let is_all = match flags.as_str() {
        "" => false,
        "g" => true,
        _ => return None,
    };
    // Without `g`, only the first of each line: the same where a line has one.
    let is_anchored = pattern.starts_with('^') || pattern.ends_with('$');
    if !is_all && !is_anchored && !is_long(&pattern) {
        return None;
    }
    let regexp = python(&pattern, is_extended, delimiter)?;
    let new = replacement(&new, delimiter)?;
    if sets_line(&pattern, &new, path) {
        let params = [("path", path), ("regexp", &regexp), ("line", &new)];
        return Some(call("lineinfile", &params));
    }
    let params = [("path", path), ("regexp", &regexp), ("replace", &new)];
    Some(call("replace", &params))
}

/// Tells whether a replacement is a setting of a distribution's file, which has it as a comment or with another value:
/// `s/^#\?Port .*/Port 2222/`.
fn sets_line(pattern: &str, new: &str, path: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let name = new.split(|c: char| !is_name(c)).next().unwrap_or_default();
    let old = pattern.trim_start_matches(['^', '#', '\\', '?', '*', ' ', '[', ']', 's', '(']);
    let is_comment = pattern.strip_prefix('^').is_some_and(|it| it.contains('#'));
    path.starts_with("/etc/")
        && pattern.starts_with('^')
        && (is_comment || pattern.ends_with(".*") || pattern.ends_with(".*$"))
        && name.len() > 2
        && !new.contains(['\\', '\n'])
        && (old.starts_with(name) || pattern.contains(&format!("#{name}")))
}

/// Tells whether a pattern asks for so much that no line has it twice.
fn is_long(pattern: &str) -> bool {
    const LONG: usize = 6;
    let mut words = pattern.split(|c: char| !c.is_ascii_alphanumeric() && !"_ -=/#".contains(c));
    words.any(|it| it.len() >= LONG)
}

/// Reads the arguments of crudini: a setting of a file in sections.
pub(super) fn of_crudini(arguments: &[&str]) -> Option<Call> {
    let [
        verb @ ("--set" | "--del"),
        path,
        section,
        option,
        value @ ..,
    ] = arguments
    else {
        return None;
    };
    let mut params = vec![("path", *path), ("section", section), ("option", option)];
    match (*verb, value) {
        ("--set", [value]) => params.push(("value", value)),
        ("--del", []) => params.push(("state", "absent")),
        _ => return None,
    }
    Some(call("ini_file", &params))
}

/// Reads the arguments of postconf; nothing for what only prints, or changes another file than main.cf.
pub(super) fn of_postconf(arguments: &[&str]) -> Option<Vec<Call>> {
    let is_taken_out = match arguments.first() {
        Some(&"-X" | &"-#") => true,
        Some(&"-e") => false,
        Some(first) if !first.starts_with('-') => false,
        _ => return None,
    };
    let mut calls = Vec::new();
    for word in arguments {
        if matches!(*word, "-e" | "-X" | "-#") {
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if !is_taken_out => (name.trim(), Some(value.trim())),
            None if is_taken_out => (word.trim(), None),
            Some(_) | None => return None,
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let regexp = format!(r"^{name}\s*=");
        let line = value.map(|it| format!("{name} = {it}"));
        let mut params = vec![("path", "/etc/postfix/main.cf"), ("regexp", &regexp)];
        params.push(match &line {
            Some(line) => ("line", line.trim_end()),
            None => ("state", "absent"),
        });
        calls.push(call("lineinfile", &params));
    }
    (!calls.is_empty()).then_some(calls)
}

/// Splits `pattern/new/flags`, and nothing more behind it.
fn parts(text: &str, delimiter: char) -> Option<[String; 3]> {
    let mut parts = [String::new(), String::new(), String::new()];
    let mut at = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == delimiter {
            at += 1;
            if at > 2 {
                return None;
            }
            continue;
        }
        let part = parts.get_mut(at)?;
        part.push(c);
        if c == '\\' {
            part.push(chars.next()?);
        }
    }
    (at == 2).then_some(parts)
}

/// Returns a regular expression of sed as Python has it.
fn python(pattern: &str, is_extended: bool, delimiter: char) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    let mut is_set = false;
    let mut is_start = true;
    while let Some(c) = chars.next() {
        if is_set {
            if c == '[' && chars.peek() == Some(&':') {
                let mut name = String::new();
                chars.next();
                for c in chars.by_ref() {
                    if c == ']' {
                        break;
                    }
                    name.push(c);
                }
                out.push_str(match name.trim_end_matches(':') {
                    "space" => r"\s",
                    "blank" => r" \t",
                    "digit" => "0-9",
                    "alpha" => "a-zA-Z",
                    "alnum" => "a-zA-Z0-9",
                    "upper" => "A-Z",
                    "lower" => "a-z",
                    _ => return None,
                });
            } else {
                is_set = c != ']' || out.ends_with('[') || out.ends_with("[^");
                out.push(c);
                if c == '\\' {
                    out.push('\\');
                }
            }
            is_start = false;
            continue;
        }
        match c {
            '\\' => {
                let c = chars.next()?;
                match c {
                    c if c == delimiter => {
                        if !c.is_alphanumeric() && c != '/' {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                    '(' | ')' | '{' | '}' | '|' | '+' | '?' if !is_extended => out.push(c),
                    's' | 'S' | 'w' | 'W' | 'b' | 'B' | '1'..='9' | 't' | 'n' => {
                        out.extend(['\\', c]);
                    }
                    c if c.is_ascii_punctuation() => out.extend(['\\', c]),
                    _ => return None,
                }
            }
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if !is_extended => out.extend(['\\', c]),
            // At the start of a basic expression, a star is a star.
            '*' if !is_extended && is_start => out.push_str(r"\*"),
            '[' => {
                is_set = true;
                out.push(c);
            }
            c => out.push(c),
        }
        is_start = is_start && c == '^';
    }
    (!is_set).then_some(out)
}

/// Returns what sed puts in the place, as Python has it.
fn replacement(new: &str, delimiter: char) -> Option<String> {
    let mut out = String::new();
    let mut chars = new.chars();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str(r"\g<0>"),
            '\\' => match chars.next()? {
                c if c == delimiter => out.push(c),
                c @ '0'..='9' => out.push_str(&format!(r"\g<{c}>")),
                c @ ('n' | 't' | '\\') => out.extend(['\\', c]),
                c @ ('&' | '/' | '.' | '"' | '\'' | '$' | '*' | '[' | ']') => out.push(c),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Call, of_crudini, of_postconf, of_sed};

    fn shown(call: &Call) -> String {
        let params: Vec<String> = call
            .params
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("{}({})", call.module, params.join(" "))
    }

    #[test]
    fn settings_of_sections_are_those_of_ini_file() {
        for (words, expected) in [
            (
                &["--set", "/etc/a.conf", "DEFAULT", "debug", "true"][..],
                "ini_file(path=/etc/a.conf section=DEFAULT option=debug value=true)",
            ),
            (
                &["--del", "/etc/a.conf", "DEFAULT", "debug"],
                "ini_file(path=/etc/a.conf section=DEFAULT option=debug state=absent)",
            ),
            (&["--get", "/etc/a.conf", "DEFAULT", "debug"], ""),
        ] {
            let found = of_crudini(words).map(|it| shown(&it)).unwrap_or_default();
            assert_eq!(found, expected, "{words:?}");
        }
    }

    #[test]
    fn parameters_of_postfix_are_lines_of_main_cf() {
        for (words, expected) in [
            (
                &["-e", "relayhost = [a]:587", "mydestination="][..],
                r"lineinfile(path=/etc/postfix/main.cf regexp=^relayhost\s*= line=relayhost = [a]:587); lineinfile(path=/etc/postfix/main.cf regexp=^mydestination\s*= line=mydestination =)",
            ),
            (
                &["-X", "relayhost"],
                r"lineinfile(path=/etc/postfix/main.cf regexp=^relayhost\s*= state=absent)",
            ),
            (&["relayhost"], ""),
            (&["-n", "relayhost"], ""),
            (&["-M", "smtp/inet=smtp inet n - y - - smtpd"], ""),
        ] {
            let calls = of_postconf(words).unwrap_or_default();
            let found: Vec<String> = calls.iter().map(shown).collect();
            assert_eq!(found.join("; "), expected, "{words:?}");
        }
    }

    #[test]
    fn an_edit_is_one_of_a_module() {
        for (words, expected) in [
            (
                &[
                    "-i",
                    r"s/^#\?PermitRootLogin.*/PermitRootLogin no/",
                    "/etc/ssh/sshd_config",
                ][..],
                r"lineinfile(path=/etc/ssh/sshd_config regexp=^#?PermitRootLogin.* line=PermitRootLogin no)",
            ),
            (
                &[
                    "-i",
                    r"s/^# *Storage=auto/Storage=persistent/",
                    "/etc/systemd/journald.conf",
                ],
                "lineinfile(path=/etc/systemd/journald.conf regexp=^# *Storage=auto line=Storage=persistent)",
            ),
            (
                &["-i", r"s/^Port 22/Port 23/", "/etc/ssh/sshd_config"],
                "replace(path=/etc/ssh/sshd_config regexp=^Port 22 replace=Port 23)",
            ),
            (
                &["-i", "-E", "s|^(a+)=/x|\\1=/y&|g", "/srv/a"],
                r"replace(path=/srv/a regexp=^(a+)=/x replace=\g<1>=/y\g<0>)",
            ),
            (
                &["-i", r"s/a[[:space:]]*+(b)/c/g", "/srv/a"],
                r"replace(path=/srv/a regexp=a[\s]*\+\(b\) replace=c)",
            ),
            (
                &["-i.bak", r"/^swap\/x/d", "/etc/fstab"],
                "lineinfile(path=/etc/fstab regexp=^swap/x state=absent)",
            ),
            (&["s/a/b/", "/srv/a"], ""),
            (&["-i", "s/a/b/", "/srv/a"], ""),
            (
                &[
                    "-i",
                    "-e",
                    "s/Port 22/Port 23/",
                    "-e",
                    "s/a.*b/c/g",
                    "/srv/a",
                ],
                "replace(path=/srv/a regexp=Port 22 replace=Port 23); replace(path=/srv/a regexp=a.*b replace=c)",
            ),
            (&["-i", "s/a/b/g;s/c/d/g", "/srv/a"], ""),
            (&["-i", "s/a/b/g", "/srv/*"], ""),
        ] {
            let found = of_sed(words).map(|it| it.iter().map(shown).collect::<Vec<_>>().join("; "));
            assert_eq!(found.unwrap_or_default(), expected, "{words:?}");
        }
    }
}
