//! `ini_file`: one option of a section.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/ini_file_module.html>

mod set;

use super::paths::{
    Edit, Edited, Finds, Missing, There, absolute, edit, placed, real, there, wishes,
};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::model::{File, Resource, Text};
use set::{Setting, set};

pub(super) const MODULE: Module = Module {
    names: &["ini_file"],
    collection: "community.general",
    becomes: "An edit: applied to the text that an earlier task wrote, or read as an entry of a known kind of \
              file. Else the original is needed, and the edit is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup"]);
    let given = params.required(&["path", "dest"])?;
    let whole = absolute(run, &given)?;
    let follows = params.flag(&["follow"])?.unwrap_or(false);
    let path = if follows {
        real(run, &whole)
    } else {
        placed(run, &whole)
    };
    let section = params.string(&["section"])?.unwrap_or_default();
    let option = params.string(&["option"])?;
    let removes = params.choice(&["state"], &["absent", "present"], "present")? == "absent";
    let value = params.text(&["value"])?;
    let several = match params.value(&["values"]) {
        None => Vec::new(),
        Some(Value::List(items)) => items.iter().map(text_of).collect(),
        Some(one) => vec![text_of(&one)],
    };
    let allow_no_value = params.flag(&["allow_no_value"])?.unwrap_or(false);
    let is_tight = params.flag(&["no_extra_spaces"])?.unwrap_or(false);
    let has_values = section_has_values(params)?;
    let setting = Setting {
        section: &section,
        has_values: &has_values,
        option: option.as_deref(),
        removes,
        exclusive: params.flag(&["exclusive"])?.unwrap_or(true),
        allow_no_value,
        takes_comments: params.flag(&["modify_inactive_option"])?.unwrap_or(true),
        ignores_spaces: params.flag(&["ignore_spaces"])?.unwrap_or(false),
        equals: if is_tight { "=" } else { " = " },
    };
    let creates = params.flag(&["create"])?.unwrap_or(true);
    let wishes = wishes(params)?;
    if value.is_some() && !several.is_empty() {
        let message = "parameters are mutually exclusive: value|values".to_owned();
        return run.fails(message, Vec::new());
    }
    if !removes && !allow_no_value && value.is_none() && several.is_empty() {
        let message = "Parameter 'value(s)' must be defined if state=present and \
                       allow_no_value=False."
            .to_owned();
        return run.fails(message, Vec::new());
    }
    let values: Vec<Text> = value.into_iter().chain(several).collect();
    unlink(&path, run);
    let lines = line(&setting, &values);
    let finds = finds(&setting, &values);
    let change = |parts: &[&str], text: Option<&str>| {
        let (text, message) = set(text.unwrap_or_default(), &setting, parts);
        Ok(Edited::new(text, &message))
    };
    let missing = if creates {
        Missing::Made
    } else {
        Missing::Fails(format!("Destination {path} does not exist!"))
    };
    let edited = Edit {
        path: &path,
        parts: &values,
        change: &change,
        lines: &lines,
        // Taking something out of a file that is not there makes none.
        section: &section,
        finds: finds.as_deref().map_or(Finds::Itself, Finds::Regexp),
        missing: match missing {
            Missing::Made if removes => Missing::Left("OK".to_owned()),
            other => other,
        },
        script: None,
        removes,
        wishes,
        says: vec![("path", Value::str(&given))],
    };
    edit(&edited, run)
}

/// The module puts a file in the place of a link.
fn unlink(path: &str, run: &mut Run<'_, '_>) {
    let is_link = match there(run, path) {
        There::Made(entry) => matches!(entry.resource, Resource::Link(_)),
        _ => false,
    };
    let target = real(run, path);
    if let (true, Some(Resource::File(file))) =
        (is_link, run.state.at_path(&target).map(|it| &it.resource))
    {
        let file = File {
            path: path.to_owned(),
            ..file.clone()
        };
        run.put(Resource::File(file));
    }
}

/// Takes options by which the section is known.
fn section_has_values(params: &mut Params) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let Some(value) = params.value(&["section_has_values"]) else {
        return Ok(Vec::new());
    };
    let bad = |params: &Params| params.bad("section_has_values", "", "a list of options");
    let Value::List(items) = &value else {
        return Err(bad(params));
    };
    let mut found = Vec::new();
    for item in items.iter() {
        let text = |value: &Value| {
            let text = text_of(value);
            match text.worst_hole() {
                Some(hole) => Err(Refusal::hole(hole)),
                None => Ok(text.to_string()),
            }
        };
        let option = item.get("option").ok_or_else(|| bad(params))?;
        let values = match (item.get("value"), item.get("values")) {
            (Some(value), _) => vec![text(value)?],
            (None, Some(Value::List(values))) => {
                values.iter().map(text).collect::<Result<_, _>>()?
            }
            (None, Some(value)) => vec![text(value)?],
            (None, None) => Vec::new(),
        };
        found.push((text(option)?, values));
    }
    Ok(found)
}

/// Returns the lines that are set.
fn line(setting: &Setting<'_>, values: &[Text]) -> Vec<Text> {
    let Some(option) = setting.option.filter(|_| !setting.removes) else {
        return Vec::new();
    };
    let line = |value: &Text| {
        let mut line = Text::from(format!("{option}{}", setting.equals).as_str());
        line.push(value);
        line
    };
    match values {
        [] if setting.allow_no_value => vec![Text::from(option)],
        values => values.iter().map(line).collect(),
    }
}

/// Returns the expression that finds the lines of an option, where it has one value.
fn finds(setting: &Setting<'_>, values: &[Text]) -> Option<String> {
    let option = setting.option?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    (values.len() < 2 && option.chars().all(is_plain))
        .then(|| format!("^{}\\s*=", option.replace('.', "\\.")))
}
