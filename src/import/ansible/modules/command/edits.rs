//! `sed -i` and `postconf -e`: an edit of a file, in the words of `replace` and `lineinfile`.
//!
//! Manual: sed(1), re_format(7), postconf(1)

use super::calls::{Call, call};

/// Reads the arguments of sed; nothing for what only prints, or is more than one plain edit of one file.
pub(super) fn of_sed(arguments: &[&str]) -> Option<Call> {
    let mut is_extended = false;
    let mut is_in_place = false;
    let mut script = None;
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
            "-e" | "--expression" if script.is_none() => script = Some(words.next()?),
            word if word.starts_with("-i.") || word.starts_with("--in-place=") => {
                is_in_place = true;
            }
            word if word.starts_with('-') => return None,
            word if script.is_none() => script = Some(word),
            word if file.is_none() => file = Some(word),
            _ => return None,
        }
    }
    let (script, path) = (script?, file?);
    if !is_in_place || !path.starts_with('/') || path.contains(['*', '?', '[', '$']) {
        return None;
    }
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
    if !is_all && !pattern.starts_with('^') && !pattern.ends_with('$') {
        return None;
    }
    let regexp = python(&pattern, is_extended, delimiter)?;
    let new = replacement(&new, delimiter)?;
    let params = [("path", path), ("regexp", &regexp), ("replace", &new)];
    Some(call("replace", &params))
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

/// postconf(1): `postconf -e 'name = value'` is a line of main.cf.
pub(super) fn of_postconf(arguments: &[&str]) -> Option<Vec<Call>> {
    let settings: Vec<&str> = match arguments {
        ["-e", rest @ ..] if !rest.is_empty() => rest.to_vec(),
        [one] if one.contains('=') => vec![*one],
        _ => return None,
    };
    let lines = settings.into_iter().map(|setting| {
        let (name, value) = setting.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let is_line = !name.is_empty() && name.chars().all(is_name) && !name.starts_with('-');
        let regexp = format!("^{name}\\s*=");
        let line = format!("{name} = {value}");
        is_line.then(|| {
            call(
                "lineinfile",
                &[
                    ("path", "/etc/postfix/main.cf"),
                    ("regexp", &regexp),
                    ("line", line.trim_end()),
                ],
            )
        })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::{of_postconf, of_sed};

    #[test]
    fn a_parameter_of_postfix_is_a_line() {
        let lines = |words: &[&str]| {
            let calls = of_postconf(words)?.into_iter();
            let line = calls.map(|it| it.params.last().map(|it| it.1.clone()));
            line.collect::<Option<Vec<String>>>()
        };
        assert_eq!(
            lines(&["-e", "inet_interfaces=all", "relayhost = [a]:25"]),
            Some(vec![
                "inet_interfaces = all".to_owned(),
                "relayhost = [a]:25".to_owned()
            ])
        );
        assert_eq!(lines(&["-M", "smtp/inet"]), None);
        assert_eq!(lines(&["mail_version"]), None);
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
                r"replace(path=/etc/ssh/sshd_config regexp=^#?PermitRootLogin.* replace=PermitRootLogin no)",
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
            (&["-i", "s/a/b/g;s/c/d/g", "/srv/a"], ""),
            (&["-i", "s/a/b/g", "/srv/*"], ""),
        ] {
            let found = of_sed(words).map(|it| {
                let params: Vec<String> = it
                    .params
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                format!("{}({})", it.module, params.join(" "))
            });
            assert_eq!(found.unwrap_or_default(), expected, "{words:?}");
        }
    }
}
