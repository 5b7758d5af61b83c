//! `ini_file`: one option of a section.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/ini_file_module.html>

use super::paths::{Edit, NEW_FILE, absolute, attributes, edit};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &["ini_file"],
    collection: "community.general",
    becomes: "An edit: applied to the text that an earlier task wrote, or read as an entry of a known kind of \
              file. Else the original is needed, and the edit is left to you.",
    kind: Kind::Changes,
    run,
};

/// What is asked of the options of one name.
struct Setting<'s> {
    section: &'s str,
    option: Option<&'s str>,
    removes: bool,
    exclusive: bool,
    allow_no_value: bool,
    /// A commented line of the name is taken for the option, too.
    takes_comments: bool,
    /// Between name and value.
    equals: &'s str,
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "follow", "ignore_spaces"]);
    let path = params.required(&["path", "dest"])?;
    let path = absolute(run, &path)?;
    let section = params.string(&["section"])?.unwrap_or_default();
    let option = params.string(&["option"])?;
    let removes = params.choice(&["state"], &["absent", "present"], "present")? == "absent";
    let mut values: Vec<Text> = params.text(&["value"])?.into_iter().collect();
    for value in params.list(&["values"])?.unwrap_or_default() {
        values.push(Text::from(value.as_str()));
    }
    let is_tight = params.flag(&["no_extra_spaces"])?.unwrap_or(false);
    let setting = Setting {
        section: &section,
        option: option.as_deref(),
        removes,
        exclusive: params.flag(&["exclusive"])?.unwrap_or(true),
        allow_no_value: params.flag(&["allow_no_value"])?.unwrap_or(false),
        takes_comments: params.flag(&["modify_inactive_option"])?.unwrap_or(true),
        equals: if is_tight { "=" } else { " = " },
    };
    let creates = params.flag(&["create"])?.unwrap_or(true);
    let attributes = attributes(params, Some(NEW_FILE))?;
    if params.value(&["section_has_values"]).is_some() {
        let reason = "it looks for the section by what it holds";
        return Err(Refusal::new(Code::CannotState, reason));
    }
    let lines = line(&setting, &values);
    let change = |parts: &[&str], text: &str| Ok(set(text, &setting, parts));
    let edited = Edit {
        path: &path,
        parts: &values,
        change: &change,
        lines: &lines,
        creates: creates && !removes,
        removes,
        attributes,
    };
    edit(&edited, run)
}

/// Returns the lines that are set, where they mean something without a section.
fn line(setting: &Setting<'_>, values: &[Text]) -> Vec<Text> {
    match setting.option {
        Some(option) if setting.section.is_empty() && !setting.removes => values
            .iter()
            .map(|value| {
                let mut line = Text::from(format!("{option}{}", setting.equals).as_str());
                line.push(value);
                line
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the text with the option set or taken out, as the module does it.
fn set(text: &str, setting: &Setting<'_>, values: &[&str]) -> String {
    let mut lines: Vec<String> = text.lines().map(|it| format!("{it}\n")).collect();
    let is_head = |line: &String| line.starts_with('[');
    let (start, end) = if setting.section.is_empty() {
        (0, lines.iter().position(is_head).unwrap_or(lines.len()))
    } else {
        let head = lines
            .iter()
            .position(|line| section_name(line) == Some(setting.section.trim()));
        match head {
            Some(head) => {
                let rest = lines.iter().skip(head + 1).position(is_head);
                (head, rest.map_or(lines.len(), |it| head + 1 + it))
            }
            None if setting.removes => return text.to_owned(),
            None => {
                lines.push(format!("[{}]\n", setting.section));
                (lines.len() - 1, lines.len())
            }
        }
    };
    let tail = lines.split_off(end);
    let mut section = lines.split_off(start);
    match setting.option {
        None if setting.removes => section.clear(),
        None => {}
        Some(option) if setting.removes => section.retain(|line| {
            let found = value_of(line, option, false);
            !found.is_some_and(|value| setting.exclusive || values.contains(&value))
        }),
        Some(option) => set_option(&mut section, option, setting, values),
    }
    lines.extend(section);
    lines.extend(tail);
    lines.concat()
}

fn set_option(section: &mut Vec<String>, option: &str, setting: &Setting<'_>, values: &[&str]) {
    let mut missing: Vec<&str> = Vec::new();
    for value in values {
        if !missing.contains(value) {
            missing.push(value);
        }
    }
    let line = |value: &str| format!("{option}{}{value}\n", setting.equals);
    let bare = format!("{option}\n");
    let mut kept = vec![false; section.len()];
    let mut has_bare = false;
    for (at, current) in section.iter_mut().enumerate() {
        let Some(value) = value_of(current, option, setting.takes_comments) else {
            continue;
        };
        if let Some(found) = missing.iter().position(|it| *it == value) {
            let value = missing.remove(found);
            *current = line(value);
            kept[at] = true;
        } else if values.is_empty() && setting.allow_no_value && !has_bare {
            current.clone_from(&bare);
            kept[at] = true;
            has_bare = true;
        }
    }
    if setting.exclusive && !setting.allow_no_value {
        let mut rest = Vec::with_capacity(section.len());
        for (at, mut current) in std::mem::take(section).into_iter().enumerate() {
            let is_other =
                !kept[at] && value_of(&current, option, setting.takes_comments).is_some();
            if is_other {
                if missing.is_empty() {
                    continue;
                }
                current = line(missing.remove(0));
            }
            rest.push(current);
        }
        *section = rest;
    }
    let is_blank = |line: &String| {
        let line = line.trim_start_matches([' ', '\t']).trim_end();
        line.is_empty() || line.starts_with(['#', ';'])
    };
    let place = section
        .iter()
        .rposition(|it| !is_blank(it))
        .map_or(0, |it| it + 1);
    if values.is_empty() && setting.allow_no_value && !has_bare {
        section.insert(place, bare);
        return;
    }
    for value in missing.iter().rev() {
        section.insert(place, line(value));
    }
}

fn section_name(line: &str) -> Option<&str> {
    Some(line.strip_prefix('[')?.split_once(']')?.0.trim())
}

/// Returns the value of a line that sets the option, or would without its comment sign.
fn value_of<'l>(line: &'l str, option: &str, with_comments: bool) -> Option<&'l str> {
    let blanks = [' ', '\t'];
    let mut rest = line
        .trim_end_matches(['\n', '\r'])
        .trim_start_matches(blanks);
    if with_comments {
        rest = rest
            .strip_prefix(['#', ';'])
            .unwrap_or(rest)
            .trim_start_matches(blanks);
    }
    let rest = rest.strip_prefix(option)?.trim_start_matches(blanks);
    match rest.strip_prefix('=') {
        Some(value) => Some(value.trim_matches(blanks)),
        None if rest.is_empty() => Some(""),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Setting, set};

    fn check(text: &str, section: &str, option: &str, values: &[&str], expected: &str) {
        let setting = Setting {
            section,
            option: Some(option),
            removes: values.is_empty(),
            exclusive: true,
            allow_no_value: false,
            takes_comments: true,
            equals: " = ",
        };
        assert_eq!(set(text, &setting, values), expected, "{text}");
    }

    #[test]
    fn an_option_is_set_once() {
        check("", "a", "x", &["1"], "[a]\nx = 1\n");
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
