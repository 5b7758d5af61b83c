//! `lineinfile`: one line of a file.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/lineinfile_module.html>

use super::paths::by_shell;
use super::paths::{
    Edit, Edited, Finds, Missing, absolute, edit, expanded, real, section_of, wishes,
};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::syntax::lines::{Find, Insert, LineEdit, Set, remove_lines, set_line};

pub(super) const MODULE: Module = Module {
    names: &["lineinfile"],
    collection: "ansible.builtin",
    becomes: "An edit: applied to the text that an earlier task wrote, or read as an entry of a known kind of \
              file, such as sshd_config or fstab. Else the original is needed, and the edit is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "encoding"]);
    let path = params.required(&["path", "dest", "destfile", "name"])?;
    let path = real(run, &absolute(run, &path)?);
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let regexp = params.string(&["regexp", "regex"])?;
    let part = params.string(&["search_string"])?;
    let line = params.text(&["line", "value"])?;
    let has_references = params.flag(&["backrefs"])?.unwrap_or(false);
    let after = params.string(&["insertafter"])?;
    let before = params.string(&["insertbefore"])?;
    let creates = params.flag(&["create"])?.unwrap_or(false);
    let first_match = params.flag(&["firstmatch"])?.unwrap_or(false);
    let wishes = wishes(params)?;

    let removes = state == "absent";
    let both = |one: &str, other: &str| format!("parameters are mutually exclusive: {one}|{other}");
    let wrong = if after.is_some() && before.is_some() {
        Some(both("insertbefore", "insertafter"))
    } else if regexp.is_some() && part.is_some() {
        Some(both("regexp", "search_string"))
    } else if has_references && part.is_some() {
        Some(both("backrefs", "search_string"))
    } else if !removes && has_references && regexp.is_none() {
        Some("regexp is required with backrefs=true".to_owned())
    } else if !removes && line.is_none() {
        Some("line is required with state=present".to_owned())
    } else if removes && regexp.is_none() && part.is_none() && line.is_none() {
        Some("one of line, search_string, or regexp is required with state=absent".to_owned())
    } else {
        None
    };
    if let Some(message) = wrong {
        return run.fails(message, Vec::new());
    }
    let find = match (&regexp, &part) {
        (Some(regexp), _) => Find::Regexp(regexp),
        (None, Some(part)) => Find::Substring(part),
        (None, None) => Find::Line,
    };
    let line = line.unwrap_or_default();
    let insert = match (&after, &before) {
        (_, Some(before)) => Insert::Before(before),
        (Some(after), None) => Insert::After(after),
        (None, None) => Insert::After("EOF"),
    };
    let change = |parts: &[&str], text: Option<&str>| {
        let line = parts.first().copied().unwrap_or_default();
        let text = text.unwrap_or_default();
        if removes {
            let (text, count) = remove_lines(text, find, line)?;
            let message = match count {
                0 => String::new(),
                count => format!("{count} line(s) removed"),
            };
            let mut edited = Edited::new(text, &message);
            edited.more = vec![(
                "found",
                Value::Int(i64::try_from(count).unwrap_or(i64::MAX)),
            )];
            return Ok(edited);
        }
        let edit = LineEdit {
            line,
            find,
            insert,
            backrefs: has_references,
            first_match,
        };
        let (text, done) = set_line(text, &edit)?;
        let message = match done {
            Set::Nothing => "",
            Set::Added => "line added",
            Set::Replaced => "line replaced",
        };
        Ok(Edited::new(text, message))
    };
    let missing = match (removes, creates) {
        (true, _) => Missing::Left("file not present".to_owned()),
        (false, true) => Missing::Made,
        (false, false) => Missing::Fails(format!("Destination {path} does not exist !")),
    };
    // A line made of what is there says nothing without it.
    let whole = match (&regexp, line.plain(), has_references) {
        (_, _, false) => Some(line.clone()),
        (Some(regexp), Some(line), true) => match expanded(regexp, line) {
            None if line.starts_with('#') && !has_lines(line) => Some("#".into()),
            whole => whole.map(|it| it.as_str().into()),
        },
        (_, _, true) => None,
    };
    let lines: Vec<Text> = whole.into_iter().filter(|_| !removes).collect();
    let anchor = after.as_deref().or(before.as_deref());
    let section = anchor.and_then(section_of).unwrap_or_default();
    let script = match (&regexp, &part, line.plain()) {
        _ if has_references || part.is_some() || section_of_anchor(anchor) => None,
        (Some(regexp), _, _) if removes => by_shell::remove_lines(&path, regexp),
        (_, _, Some(line)) if !removes => {
            by_shell::set_line(&path, regexp.as_deref(), line, creates)
        }
        _ => None,
    };
    let parts = [line];
    let own = parts[0].to_string();
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        lines: &lines,
        section: &section,
        finds: match (&regexp, &part) {
            (Some(regexp), _) => Finds::Regexp(regexp),
            (None, Some(part)) => Finds::Part(part),
            (None, None) if removes => Finds::Part(&own),
            (None, None) => Finds::Itself,
        },
        missing,
        script,
        removes,
        wishes,
        says: vec![("backup", Value::str(""))],
    };
    edit(&edited, run)
}

/// Tells whether a line has a place other than the end of the file.
fn section_of_anchor(anchor: Option<&str>) -> bool {
    anchor.is_some_and(|it| it != "EOF")
}

/// Tells whether a line with references to groups becomes several.
fn has_lines(line: &str) -> bool {
    line.contains('\n') || line.contains("\\n")
}
