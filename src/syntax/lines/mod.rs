//! Edits of texts by lines: what Ansible's `lineinfile`, `blockinfile` and `replace` make of a file.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/lineinfile_module.html>,
//! `blockinfile_module.html` and `replace_module.html`; where they are silent, the modules of ansible-core 2.19.
//!
//! Left out: what happens to a file that is not there, which is the caller's to decide.

use super::python_regex::{Characters, Pattern};

/// How the lines are found that an edit is about.
#[derive(Clone, Copy, Debug)]
pub enum Find<'a> {
    Regexp(&'a str),
    /// The line holds these characters.
    Substring(&'a str),
    /// The line is the one that is set.
    Line,
}

/// Where something new goes: `insertafter`, `insertbefore`.
#[derive(Clone, Copy, Debug)]
pub enum Insert<'a> {
    /// Behind the line that matches, or `EOF`, or (of lines only) `BOF`.
    After(&'a str),
    /// In front of the line that matches, or `BOF`.
    Before(&'a str),
}

/// `lineinfile` with `state: present`.
#[derive(Clone, Copy, Debug)]
pub struct LineEdit<'a> {
    pub line: &'a str,
    pub find: Find<'a>,
    pub insert: Insert<'a>,
    /// `\1` in the line stands for a group of the regular expression.
    pub backrefs: bool,
    pub first_match: bool,
}

/// `blockinfile`; an empty block takes out what stands between the markers.
#[derive(Clone, Copy, Debug)]
pub struct BlockEdit<'a> {
    pub block: &'a str,
    /// The block is to be there: only then empty lines are added around it.
    pub is_present: bool,
    /// With `{mark}` in it.
    pub marker: &'a str,
    pub marker_begin: &'a str,
    pub marker_end: &'a str,
    pub insert: Insert<'a>,
    pub append_newline: bool,
    pub prepend_newline: bool,
}

/// `replace`.
#[derive(Clone, Copy, Debug)]
pub struct Replacement<'a> {
    pub regexp: &'a str,
    pub replace: &'a str,
    /// Only behind what matches this.
    pub after: Option<&'a str>,
    /// Only in front of what matches this.
    pub before: Option<&'a str>,
}

/// What became of a line that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// It stands there already, or nothing tells where it belongs.
    Nothing,
    Added,
    Replaced,
}

impl Set {
    fn replaced(yes: bool) -> Set {
        if yes { Set::Replaced } else { Set::Nothing }
    }
}

/// What became of the matches that are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// So many.
    Count(String, usize),
    /// The place in which to look is not there; its pattern.
    NoSection(String),
}

/// Returns the text in which a line stands, and what became of it.
///
/// # Errors
/// What is wrong with a regular expression or the line's references to its groups.
pub fn set_line(text: &str, edit: &LineEdit) -> Result<(String, Set), String> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let anchor = match edit.insert {
        Insert::After("BOF" | "EOF") | Insert::Before("BOF") => None,
        Insert::After(regexp) | Insert::Before(regexp) => Some(bytes_pattern(regexp)?),
    };
    let is_after = match edit.insert {
        Insert::After(regexp) => !regexp.is_empty(),
        Insert::Before(_) => false,
    };
    let is_before = matches!(edit.insert, Insert::Before(regexp) if !regexp.is_empty());

    let mut matched = None;
    match edit.find {
        Find::Regexp(regexp) => {
            let pattern = bytes_pattern(regexp)?;
            for (at, line) in lines.iter().enumerate() {
                if let Some(found) = pattern.search(line, 0)? {
                    let new = if edit.backrefs {
                        pattern.expand(edit.line, &found)
                    } else {
                        Ok(edit.line.to_owned())
                    };
                    matched = Some((at, new));
                    if edit.first_match {
                        break;
                    }
                }
            }
        }
        Find::Substring(part) => {
            for (at, line) in lines.iter().enumerate() {
                if line.contains(part) {
                    matched = Some((at, Ok(edit.line.to_owned())));
                    if edit.first_match {
                        break;
                    }
                }
            }
        }
        Find::Line => {}
    }
    if let Some((at, new)) = matched {
        let new = with_end(new?);
        let set = Set::replaced(lines[at] != new);
        lines[at] = new;
        return Ok((lines.concat(), set));
    }

    let mut same = None;
    let mut place = None;
    for (at, line) in lines.iter().enumerate() {
        if line.trim_end_matches(['\r', '\n']) == edit.line {
            same = Some(at);
        } else if let Some(anchor) = &anchor
            && anchor.search(line, 0)?.is_some()
        {
            if is_after {
                place = Some(at + 1);
            } else if is_before {
                place = Some(at);
            }
            if edit.first_match && (is_after || is_before) {
                break;
            }
        }
    }
    if let Some(at) = same {
        let new = with_end(edit.line.to_owned());
        let set = Set::replaced(lines[at] != new);
        lines[at] = new;
        return Ok((lines.concat(), set));
    }
    if edit.backrefs {
        return Ok((lines.concat(), Set::Nothing));
    }
    let new = format!("{}\n", edit.line);
    match (edit.insert, place) {
        (Insert::After("BOF") | Insert::Before("BOF"), _) => lines.insert(0, new),
        (Insert::After("EOF"), _) | (_, None) => {
            if lines
                .last()
                .is_some_and(|last| !last.ends_with(['\n', '\r']))
            {
                lines.push("\n".to_owned());
            }
            lines.push(new);
        }
        // Unlike at the end of the file, a last line without a line break gets none here: the module joins them.
        (Insert::After(_), Some(at)) if at == lines.len() => lines.push(new),
        (Insert::After(_), Some(at)) if lines[at].trim_end_matches(['\r', '\n']) == edit.line => {
            return Ok((lines.concat(), Set::Nothing));
        }
        (Insert::After(_) | Insert::Before(_), Some(at)) => lines.insert(at, new),
    }
    Ok((lines.concat(), Set::Added))
}

/// Returns the text without the lines that are found, and how many they were; `line` is for `Find::Line`.
///
/// # Errors
/// What is wrong with the regular expression.
pub fn remove_lines(text: &str, find: Find, line: &str) -> Result<(String, usize), String> {
    let pattern = match find {
        Find::Regexp(regexp) => Some(bytes_pattern(regexp)?),
        Find::Substring(_) | Find::Line => None,
    };
    let mut kept = String::new();
    let mut count = 0;
    for current in text.split_inclusive('\n') {
        let found = match (&pattern, find) {
            (Some(pattern), _) => pattern.search(current, 0)?.is_some(),
            (None, Find::Substring(part)) => current.contains(part),
            (None, Find::Line | Find::Regexp(_)) => current.trim_end_matches(['\r', '\n']) == line,
        };
        if found {
            count += 1;
        } else {
            kept.push_str(current);
        }
    }
    Ok((kept, count))
}

/// Returns the text in which a block stands between its markers.
///
/// # Errors
/// What is wrong with the regular expression of the place.
pub fn set_block(text: &str, edit: &BlockEdit) -> Result<String, String> {
    let mut lines: Vec<String> = split_lines(text);
    let begin = format!("{}\n", edit.marker.replace("{mark}", edit.marker_begin));
    let end = format!("{}\n", edit.marker.replace("{mark}", edit.marker_end));
    let mut block = Vec::new();
    if !edit.block.is_empty() {
        block.push(begin.clone());
        block.extend(split_lines(&with_end(edit.block.to_owned())));
        block.push(end.clone());
    }

    let first = lines.iter().rposition(|line| *line == begin);
    let last = lines.iter().rposition(|line| *line == end);
    let mut at = match (first, last) {
        (Some(first), Some(last)) => {
            lines.drain(first.min(last)..=first.max(last));
            first.min(last)
        }
        _ => block_place(text, &lines, edit.insert)?,
    };
    if let Some(before) = at.checked_sub(1).and_then(|before| lines.get_mut(before))
        && !before.ends_with('\n')
    {
        before.push('\n');
    }

    let has_blank = |lines: &[String], at: usize| lines.get(at).is_some_and(|line| line == "\n");
    if edit.prepend_newline && edit.is_present && at > 0 && !has_blank(&lines, at - 1) {
        lines.insert(at, "\n".to_owned());
        at += 1;
    }
    let behind = at + block.len();
    lines.splice(at..at, block);
    if edit.append_newline && edit.is_present && behind < lines.len() && !has_blank(&lines, behind)
    {
        lines.insert(behind, "\n".to_owned());
    }
    Ok(lines.concat())
}

fn block_place(text: &str, lines: &[String], insert: Insert) -> Result<usize, String> {
    let regexp = match insert {
        Insert::After("EOF") => return Ok(lines.len()),
        Insert::Before("BOF") => return Ok(0),
        Insert::After(regexp) | Insert::Before(regexp) => regexp,
    };
    let pattern = bytes_pattern(regexp)?;
    let mut place = None;
    if pattern.is_multiline() {
        if let Some(found) = pattern.search(text, 0)?
            && let Some(whole) = found.get(0)
        {
            let until = match insert {
                Insert::After(_) => whole.end(),
                Insert::Before(_) => whole.start(),
            };
            place = Some(text[..until].matches('\n').count());
        }
    } else {
        for (at, line) in lines.iter().enumerate() {
            if pattern.search(line, 0)?.is_some() {
                place = Some(at);
            }
        }
    }
    Ok(match (place, insert) {
        (None, _) => lines.len(),
        (Some(at), Insert::After(_)) => (at + 1).min(lines.len()),
        (Some(at), Insert::Before(_)) => at.min(lines.len()),
    })
}

/// Returns the text in which all matches are replaced.
///
/// # Errors
/// What is wrong with a regular expression or the replacement.
pub fn replace(text: &str, edit: &Replacement) -> Result<Replaced, String> {
    let section = match (edit.after, edit.before) {
        (None, None) => None,
        (after, before) => {
            // In the module, an empty string is none.
            let after = after.unwrap_or_default();
            let before = before.unwrap_or_default();
            // Only a pattern that goes on to something is content with less than the rest.
            let lazy = if !after.is_empty() && !before.is_empty() {
                "?"
            } else {
                ""
            };
            let source = format!("{after}(?P<subsection>.*{lazy}){before}");
            (!after.is_empty() || !before.is_empty()).then_some(source)
        }
    };
    let range = match section {
        None => 0..text.len(),
        Some(source) => {
            let pattern = Pattern::new(&source, "s", Characters::Unicode)?;
            let found = pattern.search(text, 0)?;
            match found.as_ref().and_then(|it| it.name("subsection")) {
                Some(group) => group.start()..group.end(),
                None => return Ok(Replaced::NoSection(source)),
            }
        }
    };
    let pattern = Pattern::new(edit.regexp, "m", Characters::Unicode)?;
    let (new, count) = pattern.substitute(edit.replace, &text[range.clone()], 0)?;
    let whole = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
    Ok(Replaced::Count(whole, count))
}

fn bytes_pattern(regexp: &str) -> Result<Pattern, String> {
    Pattern::new(regexp, "", Characters::Ascii)
}

fn with_end(mut line: String) -> String {
    if !line.ends_with('\n') {
        line.push('\n');
    }
    line
}

/// Python's `splitlines(True)` of bytes: a CR ends a line, too.
fn split_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            lines.push(text[start..=at].to_owned());
            start = at + 1;
        }
    }
    if start < text.len() {
        lines.push(text[start..].to_owned());
    }
    lines
}

#[cfg(test)]
mod tests;
