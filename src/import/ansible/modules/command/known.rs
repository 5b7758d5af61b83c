//! Commands that only ask for what the source itself made: their answer is known.

use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::{There, absolute, bytes, placed, real, there};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::Resource;

/// What a command answers.
pub(super) struct Answer {
    pub(super) status: i64,
    /// What it prints, where that is known.
    pub(super) output: Option<String>,
    /// What has to hold for it.
    pub(super) under: Vec<String>,
}

/// Returns what a command answers, as far as the source made what it asks for.
pub(super) fn answer(words: &[&str], run: &Run<'_, '_>) -> Option<Answer> {
    let says = |yes: bool, text: &str, otherwise: i64| Answer {
        status: if yes { 0 } else { otherwise },
        output: Some(text.to_owned()),
        under: Vec::new(),
    };
    match words {
        ["cat" | "/bin/cat" | "/usr/bin/cat", path] if !path.starts_with('-') => {
            let path = real(run, &absolute(run, path).ok()?);
            let There::Made(entry) = there(run, &path) else {
                return None;
            };
            let Resource::File(file) = &entry.resource else {
                return None;
            };
            let text = String::from_utf8(bytes(&file.content)?.into_owned()).ok()?;
            Some(says(true, &text, 0))
        }
        ["readlink", path] => match there(run, &placed(run, &absolute(run, path).ok()?)) {
            There::Made(entry) => match &entry.resource {
                Resource::Link(link) => Some(says(true, &link.target, 0)),
                _ => Some(says(false, "", 1)),
            },
            _ => None,
        },
        ["id", name] | ["getent", "passwd", name] => {
            run.state.get(&Key::User((*name).to_owned()))?;
            Some(Answer {
                status: 0,
                output: None,
                under: Vec::new(),
            })
        }
        ["id", "-u", name] => match &run.state.get(&Key::User((*name).to_owned()))?.resource {
            Resource::User(user) => Some(Answer {
                status: 0,
                output: user.uid.map(|it| it.to_string()),
                under: Vec::new(),
            }),
            _ => None,
        },
        ["getent", "group", name] => {
            run.state.get(&Key::Group((*name).to_owned()))?;
            Some(Answer {
                status: 0,
                output: None,
                under: Vec::new(),
            })
        }
        ["systemctl", asked @ ("is-active" | "is-enabled"), name] => {
            let name = name.trim_end_matches(".service").to_owned();
            let Resource::Service(service) = &run.state.get(&Key::Service(name))?.resource else {
                return None;
            };
            if *asked == "is-active" {
                let is_running = service.running?;
                let word = if is_running { "active" } else { "inactive" };
                Some(says(is_running, word, 3))
            } else if service.masked {
                Some(says(false, "masked", 1))
            } else {
                let is_enabled = service.enabled?;
                let word = if is_enabled { "enabled" } else { "disabled" };
                Some(says(is_enabled, word, 1))
            }
        }
        _ => None,
    }
}

/// Says what `register` binds of a command whose answer is known.
pub(super) fn tell(answer: &Answer, run: &mut Run<'_, '_>) {
    let may_fail = results::failed(run.task);
    let is_failed = answer.status != 0;
    // Where the play does not provide for it, that it goes on says more than what is known here.
    if is_failed && matches!(may_fail, Value::Bool(_)) {
        return;
    }
    let output = answer
        .output
        .as_deref()
        .map(|it| it.trim_end_matches(['\r', '\n']));
    tell_all(answer.status, output, "", run);
    if !answer.under.is_empty() {
        run.returns_under = Some(answer.under.join("; "));
    }
}

/// Says what `register` binds of a command that did not run, because of what is there or not.
pub(super) fn tell_skipped(message: &str, output: &str, run: &mut Run<'_, '_>) {
    tell_all(0, Some(output), message, run);
}

fn tell_all(status: i64, output: Option<&str>, message: &str, run: &mut Run<'_, '_>) {
    let hole = |what: &str| {
        let what = format!("{what} of {}", results::said(run.task));
        Value::unknown(what, Some(run.task.span))
    };
    let lines = |text: &str| Value::list(text.lines().map(Value::str).collect());
    let ran = message.is_empty();
    let unsaid = |what: &str| if ran { hole(what) } else { Value::None };
    let changed = results::of_command(run.task);
    let changed = changed.get("changed").cloned().unwrap_or(Value::None);
    let pairs = vec![
        ("changed", if ran { changed } else { Value::Bool(false) }),
        ("failed", Value::Bool(status != 0)),
        ("rc", Value::Int(status)),
        ("cmd", hole("the command")),
        (
            "stdout",
            output.map_or_else(|| hole("the output"), Value::str),
        ),
        (
            "stdout_lines",
            output.map_or_else(|| hole("the output"), lines),
        ),
        (
            "stderr",
            if status == 0 {
                Value::str("")
            } else {
                hole("the errors")
            },
        ),
        (
            "stderr_lines",
            if status == 0 {
                Value::list(Vec::new())
            } else {
                hole("the errors")
            },
        ),
        ("start", unsaid("the start")),
        ("end", unsaid("the end")),
        ("delta", unsaid("the time")),
        (
            "msg",
            Value::str(if status == 0 {
                message
            } else {
                "non-zero return code"
            }),
        ),
    ];
    run.returns = Some(Value::of_pairs(pairs));
}
