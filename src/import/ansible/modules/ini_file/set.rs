//! What the module makes of the lines of a file: as community.general 12 does it, with its turns.

/// What is asked of the options of one name.
pub(super) struct Setting<'s> {
    pub(super) section: &'s str,
    /// Of several sections of the name, the one that has these options with one of these values.
    pub(super) has_values: &'s [(String, Vec<String>)],
    pub(super) option: Option<&'s str>,
    pub(super) removes: bool,
    pub(super) exclusive: bool,
    pub(super) allow_no_value: bool,
    /// A commented line of the name is taken for the option, too.
    pub(super) takes_comments: bool,
    /// A line that differs in its spaces only is left.
    pub(super) ignores_spaces: bool,
    /// Between name and value.
    pub(super) equals: &'s str,
}

impl Setting<'_> {
    fn line(&self, option: &str, value: &str) -> String {
        format!("{option}{}{value}\n", self.equals)
    }

    fn finds(&self, option: &str, line: &str) -> Option<String> {
        let (is_comment, value) = read(option, line)?;
        (self.takes_comments || !is_comment).then(|| value.to_owned())
    }
}

/// The lines of the section, and what became of them.
struct Section {
    lines: Vec<String>,
    /// Lines that are dealt with.
    done: Vec<bool>,
    is_changed: bool,
    message: &'static str,
}

impl Section {
    fn update(&mut self, at: usize, option: &str, new: String, ignores_spaces: bool) {
        let old = &self.lines[at];
        let is_same = match (ignores_spaces, read(option, old)) {
            (true, Some((false, value))) => read(option, &new).is_some_and(|it| it.1 == value),
            _ => *old == new,
        };
        if !is_same {
            self.lines[at] = new;
            self.is_changed = true;
            self.message = "option changed";
        }
        self.done[at] = true;
    }
}

/// Returns the text with the option set or taken out, and what the module says of it.
pub(super) fn set(text: &str, setting: &Setting<'_>, values: &[&str]) -> (String, String) {
    let mut values: Vec<String> = values.iter().fold(Vec::new(), |mut all, value| {
        if !all.iter().any(|it| it == value) {
            all.push((*value).to_owned());
        }
        all
    });
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain = plain.strip_prefix('\u{feff}').unwrap_or(&plain);
    let mut lines: Vec<String> = plain.split_inclusive('\n').map(str::to_owned).collect();
    let mut is_changed = false;
    // The module makes a file that is empty begin with an empty line.
    if lines.is_empty() {
        lines.push("\n".to_owned());
    }
    if let Some(last) = lines.last_mut()
        && !last.ends_with('\n')
    {
        last.push('\n');
        is_changed = true;
    }
    let found = place(&lines, setting);
    let (start, end) = found.unwrap_or((0, 0));
    let after = lines.split_off(end);
    let inside = lines.split_off(start);
    let mut section = Section {
        done: vec![false; inside.len()],
        lines: inside,
        is_changed,
        message: "OK",
    };
    // What stands above all sections has no line of its own at its head.
    let first = usize::from(!setting.section.is_empty());
    if setting.removes {
        remove(&mut section, setting, &values);
    } else if found.is_some() {
        present(&mut section, setting, &mut values, first);
    }
    lines.append(&mut section.lines);
    lines.extend(after);
    let mut message = section.message;
    let mut is_changed = section.is_changed;
    if found.is_none() && !setting.removes {
        message = append(&mut lines, setting, &mut values);
        is_changed = true;
    }
    let new = if is_changed {
        lines.concat()
    } else {
        text.to_owned()
    };
    (new, message.to_owned())
}

/// Finds the lines of the section; without one, those above the first section.
fn place(lines: &[String], setting: &Setting<'_>) -> Option<(usize, usize)> {
    let mut start = setting.section.is_empty().then_some(0);
    for (at, line) in lines.iter().enumerate() {
        if let Some(begun) = start
            && line.starts_with('[')
        {
            if has_values(setting, &lines[begun..at]) {
                return Some((begun, at));
            }
            start = None;
        }
        if !setting.section.is_empty() && is_head(line, setting.section) {
            start = Some(at);
        }
    }
    let begun = start?;
    has_values(setting, &lines[begun..]).then_some((begun, lines.len()))
}

fn is_head(line: &str, section: &str) -> bool {
    let rest = line.strip_prefix('[').map(str::trim_start);
    let rest = rest.and_then(|it| it.strip_prefix(section.trim()));
    rest.is_some_and(|it| it.trim_start().starts_with(']'))
}

fn has_values(setting: &Setting<'_>, lines: &[String]) -> bool {
    setting.has_values.iter().all(|(option, values)| {
        lines.iter().any(|line| {
            read(option, line)
                .is_some_and(|(_, value)| values.is_empty() || values.iter().any(|it| it == value))
        })
    })
}

fn present(section: &mut Section, setting: &Setting<'_>, values: &mut Vec<String>, first: usize) {
    let mut has_bare = false;
    if let Some(option) = setting.option {
        for at in 0..section.lines.len() {
            let Some(value) = setting.finds(option, &section.lines[at]) else {
                continue;
            };
            if let Some(same) = values.iter().position(|it| *it == value) {
                let value = values.remove(same);
                let new = if value.is_empty() && setting.allow_no_value {
                    has_bare = true;
                    format!("{option}\n")
                } else {
                    setting.line(option, &value)
                };
                section.update(at, option, new, setting.ignores_spaces);
            } else if values.is_empty() && setting.allow_no_value {
                section.update(at, option, format!("{option}\n"), setting.ignores_spaces);
                has_bare = true;
                break;
            }
        }
        if setting.exclusive && !setting.allow_no_value {
            for at in 0..section.lines.len() {
                if values.is_empty() {
                    break;
                }
                if !section.done[at] && setting.finds(option, &section.lines[at]).is_some() {
                    let new = setting.line(option, &values.remove(0));
                    section.update(at, option, new, setting.ignores_spaces);
                }
            }
            for at in (first..section.lines.len()).rev() {
                if !section.done[at] && setting.finds(option, &section.lines[at]).is_some() {
                    section.lines.remove(at);
                    section.done.remove(at);
                    section.is_changed = true;
                    section.message = "option changed";
                }
            }
        }
    }
    let is_blank = |line: &String| {
        let line = line.trim_start_matches([' ', '\t']);
        line == "\n" || line.is_empty() || line.starts_with(['#', ';'])
    };
    let last = section.lines.iter().rposition(|it| !is_blank(it));
    let place = match last {
        Some(at) => at + 1,
        None if first == 0 => 0,
        None => return,
    };
    let Some(option) = setting.option else {
        return;
    };
    let missing: Vec<String> = if !values.is_empty() {
        values.iter().map(|it| setting.line(option, it)).collect()
    } else if setting.allow_no_value && !has_bare {
        vec![format!("{option}\n")]
    } else {
        Vec::new()
    };
    if !missing.is_empty() {
        section.is_changed = true;
        section.message = "option added";
        section.lines.splice(place..place, missing);
    }
}

fn remove(section: &mut Section, setting: &Setting<'_>, values: &[String]) {
    let before = section.lines.len();
    let Some(option) = setting.option else {
        section.lines.clear();
        if before > 0 {
            section.message = "section removed";
            section.is_changed = true;
        }
        return;
    };
    section.lines.retain(|line| match read(option, line) {
        Some((false, value)) => !setting.exclusive && !values.iter().any(|it| it == value),
        _ => true,
    });
    if section.lines.len() != before {
        section.message = "option changed";
        section.is_changed = true;
    }
}

/// Sets the option in a section that was not there.
fn append(
    lines: &mut Vec<String>,
    setting: &Setting<'_>,
    values: &mut Vec<String>,
) -> &'static str {
    lines.push(format!("[{}]\n", setting.section));
    for (option, wanted) in setting.has_values {
        if Some(option.as_str()) != setting.option {
            if wanted.is_empty() && setting.allow_no_value {
                lines.push(format!("{option}\n"));
            }
            lines.extend(wanted.iter().map(|it| setting.line(option, it)));
        } else if !setting.exclusive {
            for value in wanted {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
        }
    }
    match setting.option {
        Some(option) if !values.is_empty() => {
            lines.extend(values.iter().map(|it| setting.line(option, it)));
            "section and option added"
        }
        Some(option) if setting.allow_no_value => {
            lines.push(format!("{option}\n"));
            "section and option added"
        }
        _ => "only section added",
    }
}

/// Reads a line that sets the option, or would without its comment sign: whether it has one, and the value.
fn read<'l>(option: &str, line: &'l str) -> Option<(bool, &'l str)> {
    let blanks = [' ', '\t'];
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.trim_start_matches(blanks);
    let (is_comment, line) = match line.strip_prefix(['#', ';']) {
        Some(rest) if !line.starts_with(option) => (true, rest.trim_start_matches(blanks)),
        _ => (false, line),
    };
    let rest = line.strip_prefix(option)?.trim_start_matches(blanks);
    match rest.strip_prefix('=') {
        Some(value) => Some((is_comment, value.trim_start_matches(blanks))),
        None if rest.is_empty() => Some((is_comment, "")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Setting, set};

    fn check(text: &str, section: &str, option: &str, values: &[&str], expected: &str) {
        let setting = Setting {
            section,
            has_values: &[],
            option: Some(option),
            removes: values.is_empty(),
            exclusive: true,
            allow_no_value: false,
            takes_comments: true,
            ignores_spaces: false,
            equals: " = ",
        };
        assert_eq!(set(text, &setting, values).0, expected, "{text}");
    }

    #[test]
    fn an_option_is_set_once() {
        check("", "a", "x", &["1"], "\n[a]\nx = 1\n");
        check(
            "[a]\n;x = 0\ny=2\n[b]\nx=3\n",
            "a",
            "x",
            &["1"],
            "[a]\nx = 1\ny=2\n[b]\nx=3\n",
        );
        check("[a]\nx=1\nx=2\n", "a", "x", &["2"], "[a]\nx = 2\n");
        check(
            "[a]\ny=1\n\n[b]\n",
            "a",
            "x",
            &["2"],
            "[a]\ny=1\nx = 2\n\n[b]\n",
        );
        check("y=1\n[b]\n", "", "x", &["2"], "y=1\nx = 2\n[b]\n");
        check("[a]\nx=1\ny=2\n", "a", "x", &[], "[a]\ny=2\n");
    }
}
