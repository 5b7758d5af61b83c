//! `assemble`: the files of a folder, one behind the other.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/assemble_module.html>

use super::paths::{
    Asset, There, absolute, bytes, content, find, folder_files, is_folder, placed, real, tell,
    there, told, wishes, write_file,
};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::digest::digest;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::holes::encode;
use crate::model::{Content, Resource, Text};
use crate::syntax::python_regex::{Characters, Pattern};

pub(super) const MODULE: Module = Module {
    names: &["assemble"],
    collection: "ansible.builtin",
    becomes: "A file with the text of all the files, where they are in the input or an earlier task wrote them.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "decrypt", "follow"]);
    let source = params.required(&["src"])?;
    let dest = params.required(&["dest"])?;
    let delimiter = params.string(&["delimiter"])?.filter(|it| !it.is_empty());
    let regexp = params.string(&["regexp"])?;
    let is_remote = params.flag(&["remote_src"])?.unwrap_or(true);
    let no_hidden = params.flag(&["ignore_hidden"])?.unwrap_or(false);
    let wishes = wishes(params)?;
    let found = if is_remote {
        match of_machine(&source, run)? {
            Some(found) => found,
            None => return Ok(()),
        }
    } else {
        of_input(&source, run)?
    };
    let bad = |why: String| Refusal::new(Code::BadInput, format!("`regexp`: {why}"));
    let pattern = match &regexp {
        Some(regexp) => Some(Pattern::new(regexp, "", Characters::Unicode).map_err(bad)?),
        None => None,
    };
    let mut fragments = Vec::new();
    for (name, content) in found {
        let is_meant = match &pattern {
            Some(pattern) => pattern.search(&name, 0).map_err(bad)?.is_some(),
            None => true,
        };
        if is_meant && !(no_hidden && name.starts_with('.')) {
            fragments.push(content);
        }
    }
    let text = joined(&fragments, delimiter.as_deref().map(unescaped).as_deref())?;
    let path = placed(run, &absolute(run, &dest)?);
    if is_folder(run, &path) {
        let reason = format!("`{path}` is a folder");
        return Err(Refusal::new(Code::BadInput, reason));
    }
    let content = Content::Text(text);
    let known = bytes(&content).map(|it| it.into_owned());
    let change = write_file(run, &path, content, &wishes);
    let print = |name: &str| {
        let found = known.as_deref().and_then(|it| digest(name, it));
        found.map_or_else(
            || Value::unknown(format!("the {name} of `{path}`"), Some(run.task.span)),
            |it| Value::str(&it),
        )
    };
    let mut pairs = vec![
        ("src", Value::str(&source)),
        ("dest", Value::str(&path)),
        ("checksum", print("sha1")),
        ("md5sum", print("md5")),
    ];
    if is_remote {
        pairs.push(("msg", Value::str("OK")));
    }
    pairs.extend(told(run, &path));
    tell(run, change, pairs);
    Ok(())
}

/// Returns the fragments that earlier tasks wrote, sorted by their names; `None` where the task fails.
fn of_machine(
    source: &str,
    run: &mut Run<'_, '_>,
) -> Result<Option<Vec<(String, Content)>>, Refusal> {
    let folder = real(run, &absolute(run, source)?);
    match there(run, &folder) {
        There::Nothing => {
            let message = format!("Source ({source}) does not exist");
            return run.fails(message, Vec::new()).map(|()| None);
        }
        There::Made(entry) if matches!(entry.resource, Resource::File(_)) => {
            let message = format!("Source ({source}) is not a directory");
            return run.fails(message, Vec::new()).map(|()| None);
        }
        _ => {}
    }
    let open = run.state.doubt_below(&folder).map(str::to_owned);
    if let Some(why) = open {
        let reason = format!("what is in `{folder}` hangs on {why}");
        return Err(Refusal::new(Code::ConditionUnknown, reason));
    }
    let is_known = matches!(
        there(run, &format!("{folder}/x")),
        There::Nothing | There::NothingAtFirst
    );
    if !is_known {
        let reason = format!("`{folder}` is on the machine, and what is in it is not known here");
        return Err(Refusal::new(Code::ValueUnknown, reason));
    }
    let mut found = Vec::new();
    for (path, entry) in run.state.below(&folder) {
        let Some(name) = path
            .strip_prefix(&folder)
            .map(|it| it.trim_start_matches('/'))
        else {
            continue;
        };
        let resource = match &entry.resource {
            Resource::Link(_) => {
                let target = real(run, path);
                run.state.at_path(&target).map(|it| &it.resource)
            }
            resource => Some(resource),
        };
        if let (Some(Resource::File(file)), false) = (resource, name.contains('/')) {
            found.push((name.to_owned(), file.content.clone()));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(Some(found))
}

/// Returns the fragments of a folder of the input, sorted by their names.
fn of_input(source: &str, run: &mut Run<'_, '_>) -> Result<Vec<(String, Content)>, Refusal> {
    let folder = match find(run, source, "files")? {
        Asset::Folder(folder) => folder,
        Asset::File(_) => {
            let reason = format!("`{source}` is a file, and `assemble` takes a folder");
            return Err(Refusal::new(Code::BadInput, reason));
        }
    };
    let tree = run.library.tree;
    let mut found = Vec::new();
    for (name, file) in folder_files(tree, &folder) {
        if let (Some(file), false) = (file, name.contains('/')) {
            found.push((name.to_owned(), content(tree, file)?));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// Returns the fragments one behind the other: each begins on a line of its own, with the delimiter in between.
fn joined(fragments: &[Content], delimiter: Option<&str>) -> Result<Text, Refusal> {
    let mut all = Text::new();
    let mut needs_end = false;
    for (at, content) in fragments.iter().enumerate() {
        let Content::Text(text) = content else {
            let reason = "one of the files is no text";
            return Err(Refusal::new(Code::CannotState, reason));
        };
        if needs_end {
            all.push_str("\n");
        }
        if let (Some(delimiter), true) = (delimiter, at > 0) {
            all.push_str(delimiter);
            if !delimiter.ends_with('\n') {
                all.push_str("\n");
            }
        }
        all.push(text);
        let encoded = encode(text).map(|it| it.text).unwrap_or_default();
        needs_end = !encoded.ends_with('\n');
    }
    Ok(all)
}

/// Python's escapes of bytes: `\n`, `\t`, `\\`, `\x41`, `\101`.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some('\n') => {}
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                let byte = u8::from_str_radix(&digits, 16).unwrap_or(b'?');
                out.push(char::from(byte));
            }
            Some(first @ '0'..='7') => {
                let mut value = first.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = chars.peek().and_then(|it| it.to_digit(8)) else {
                        break;
                    };
                    value = value * 8 + digit;
                    chars.next();
                }
                out.push(char::from_u32(value & 0xff).unwrap_or('?'));
            }
            Some(other @ ('\\' | '\'' | '"')) => out.push(other),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
