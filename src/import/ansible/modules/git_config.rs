//! `git_config`: a setting of git, for the machine, a user, or one repository.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/git_config_module.html>
//!
//! The file is edited as git-config(1) would edit it; /etc/gitconfig is no distribution's own.

use super::kept::{Kept, keep, texts};
use super::paths::{Edit, Edited, Finds, Missing, Wishes, absolute, edit, home, real};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &["git_config"],
    collection: "community.general",
    becomes: "programs.git.config for the machine; the .gitconfig of a user; a oneshot unit for one repository.",
    kind: Kind::Changes,
    run,
};

/// The name of a setting: `section.subsection.key`, of which the middle may be missing.
struct Name<'n> {
    section: &'n str,
    subsection: Option<&'n str>,
    key: &'n str,
}

/// What becomes of a setting.
#[derive(Clone, Copy)]
enum Wish {
    /// It has this value, and no other.
    Only,
    /// It has this value, too.
    Also,
    Gone,
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.string(&["name"])?.unwrap_or_default();
    let file = params.string(&["file"])?;
    let repo = params.string(&["repo"])?;
    let value = params.text(&["value"])?;
    let scopes = ["file", "local", "global", "system"];
    let scope = params.choice(&["scope"], &scopes, "system")?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let mode = params.choice(&["add_mode"], &["add", "replace-all"], "replace-all")?;
    let lists = params.flag(&["list_all"])?.unwrap_or(false);
    let wish = match (state.as_str(), mode.as_str()) {
        ("absent", _) => Wish::Gone,
        (_, "add") => Wish::Also,
        _ => Wish::Only,
    };
    if lists || (value.is_none() && !matches!(wish, Wish::Gone)) {
        run.probe("it only looks at a setting of git");
        return Ok(());
    }
    let Some(parts) = split(&name) else {
        return Err(params.bad("name", &name, "`section.key`"));
    };
    let value = value.unwrap_or_default();
    let path = match scope.as_str() {
        "system" => "/etc/gitconfig".to_owned(),
        "global" => match run.user.clone() {
            Some(user) => format!("{}/.gitconfig", home(run, &user)),
            None => {
                let reason = "it is a setting of a user that is not known here";
                return Err(Refusal::new(Code::ValueUnknown, reason));
            }
        },
        "file" => absolute(run, &file.unwrap_or_default())?,
        _ => return in_repository(&repo.unwrap_or_default(), &name, value, wish, run),
    };
    let path = real(run, &path);
    let change = |given: &[&str], text: Option<&str>| {
        let value = given.first().copied().unwrap_or_default();
        let text = set(text.unwrap_or_default(), &parts, value, wish);
        Ok(Edited::new(text, ""))
    };
    let given = [value];
    let removes = matches!(wish, Wish::Gone);
    let edited = Edit {
        path: &path,
        parts: &given,
        change: &change,
        lines: &[],
        section: "",
        finds: Finds::Itself,
        missing: if removes {
            Missing::Left(String::new())
        } else {
            Missing::Made
        },
        script: None,
        removes,
        wishes: Wishes::default(),
        says: vec![("config_value", Value::None)],
    };
    edit(&edited, run)
}

fn in_repository(
    repo: &str,
    name: &str,
    value: Text,
    wish: Wish,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let folder = absolute(run, repo)?;
    let mut words = texts(["git", "config", "--local"]);
    match wish {
        Wish::Only => words.extend(texts(["--replace-all", name])),
        Wish::Also => words.extend(texts(["--add", name])),
        Wish::Gone => {
            run.already(format!("a new checkout does not set `{name}`"));
            return Ok(());
        }
    }
    words.push(value);
    keep(Kept::words(words).within(folder), run)
}

fn split(name: &str) -> Option<Name<'_>> {
    let (section, rest) = name.split_once('.')?;
    let (subsection, key) = match rest.rsplit_once('.') {
        Some((subsection, key)) => (Some(subsection), key),
        None => (None, rest),
    };
    (!section.is_empty() && !key.is_empty()).then_some(Name {
        section,
        subsection,
        key,
    })
}

/// Sets a value in the text of a file of git.
fn set(text: &str, name: &Name<'_>, value: &str, wish: Wish) -> String {
    let mut lines: Vec<String> = Vec::new();
    // Behind which line a further value goes: the last of the section.
    let mut end = None;
    let mut is_within = false;
    let mut is_set = false;
    let line = format!("\t{} = {}", name.key, escaped(value));
    for old in text.lines() {
        let trimmed = old.trim();
        if trimmed.starts_with('[') {
            is_within = is_head(trimmed, name);
        }
        let key = trimmed.split(['=', ' ', '\t']).next().unwrap_or_default();
        let is_own = is_within && !trimmed.starts_with('[') && key.eq_ignore_ascii_case(name.key);
        match wish {
            Wish::Gone if is_own => continue,
            Wish::Only if is_own => {
                if !is_set {
                    lines.push(line.clone());
                }
                is_set = true;
            }
            Wish::Also if is_own && trimmed == line.trim() => {
                is_set = true;
                lines.push(old.to_owned());
            }
            Wish::Only | Wish::Also | Wish::Gone => lines.push(old.to_owned()),
        }
        if is_within {
            end = Some(lines.len());
        }
    }
    if !is_set && !matches!(wish, Wish::Gone) {
        match end {
            Some(at) => lines.insert(at, line),
            None => {
                lines.push(match name.subsection {
                    None => format!("[{}]", name.section),
                    Some(own) => format!("[{} \"{}\"]", name.section, backslashed(own)),
                });
                lines.push(line);
            }
        }
    }
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// git-config(1): names of sections do not heed case, those of subsections do.
fn is_head(line: &str, name: &Name<'_>) -> bool {
    let Some(head) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) else {
        return false;
    };
    match (head.split_once(' '), name.subsection) {
        (None, None) => head.trim().eq_ignore_ascii_case(name.section),
        (Some((section, own)), Some(subsection)) => {
            let own = own.trim().trim_matches('"');
            section.eq_ignore_ascii_case(name.section) && own == backslashed(subsection)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn backslashed(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// git-config(1): a value with a sign of comments or blanks at its ends stands in quotes.
fn escaped(value: &str) -> String {
    let text = backslashed(value).replace('\n', "\\n").replace('\t', "\\t");
    let needs_quotes = value.contains(['#', ';']) || value != value.trim();
    if needs_quotes {
        format!("\"{text}\"")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{Wish, set, split};

    #[test]
    fn settings_stand_in_the_file_of_their_scope() {
        check(
            "- git_config: {name: core.editor, value: vim}\n- git_config: {name: alias.st, value: status}",
            &[
                r#"{"file":{"path":"/etc/gitconfig","content":"[core]\n\teditor = vim\n[alias]\n\tst = status\n"}} if there is no `/etc/gitconfig` on a new machine"#,
            ],
        );
        check(
            "- git_config: {name: remote.origin.url, scope: local, repo: /srv/a, value: 'https://example.org/a'}",
            &[
                r#"{"step":{"name":"git config","command":{"words":["git","config","--local","--replace-all","remote.origin.url","https://example.org/a"]},"directory":"/srv/a","environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- git_config: {list_all: true, scope: global}",
            &["not-needed: it only looks at a setting of git"],
        );
    }

    #[test]
    fn a_setting_stands_once_in_its_section() {
        for (text, name, value, wish, expected) in [
            ("", "a.b.c.d", "x", Wish::Only, "[a \"b.c\"]\n\td = x\n"),
            (
                "[A]\n\tb = 1\n[c]\n",
                "a.b",
                "2",
                Wish::Only,
                "[A]\n\tb = 2\n[c]\n",
            ),
            (
                "[a]\n\tb = 1\n",
                "a.b",
                "2",
                Wish::Also,
                "[a]\n\tb = 1\n\tb = 2\n",
            ),
            ("[a]\n\tb = 1\n", "a.b", "", Wish::Gone, "[a]\n"),
            (
                "",
                "a.b",
                "#x \"y\"",
                Wish::Only,
                "[a]\n\tb = \"#x \\\"y\\\"\"\n",
            ),
        ] {
            let name = split(name).unwrap();
            assert_eq!(set(text, &name, value, wish), expected);
        }
    }
}
