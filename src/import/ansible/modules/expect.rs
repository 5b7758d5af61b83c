//! `expect`: a program that asks, and the answers.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/expect_module.html>
//!
//! The program of the same name does it: the answers are variables of the unit, so that none stands in the script.

use super::command::split_words;
use super::kept::{Kept, keep, line_of, texts};
use super::paths::absolute;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &["expect"],
    collection: "ansible.builtin",
    becomes: "A oneshot unit in which expect gives the answers, once.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["echo"]);
    let line = match params.free() {
        Some(value) => value.to_text(),
        None => params.text(&["command"])?.unwrap_or_default(),
    };
    let Some(line) = line.plain().map(str::to_owned) else {
        return Err(line
            .worst_hole()
            .map_or_else(|| params.bad("command", "", "a command"), Refusal::hole));
    };
    let folder = params.string(&["chdir"])?;
    let creates = params.string(&["creates"])?;
    let removes = params.string(&["removes"])?;
    let timeout = params.number(&["timeout"])?.unwrap_or(30);
    let responses = match params.value(&["responses"]) {
        Some(Value::Dict(fields)) => fields,
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(_) => return Err(params.bad("responses", "", "a mapping")),
        None => return params.required(&["responses"]).map(|_| ()),
    };
    let words = split_words(&line).map_err(|why| {
        Refusal::new(Code::BadInput, format!("the command cannot be read: {why}"))
    })?;
    let mut environment: Vec<(String, Text)> = Vec::new();
    let mut counters = String::new();
    let mut cases = String::new();
    for (number, (question, answer)) in responses.iter().enumerate() {
        let question = question.to_string();
        let answers: Vec<Text> = match answer {
            Value::List(items) => items.iter().map(text_of).collect(),
            one => vec![text_of(one)],
        };
        let count = answers.len();
        let name = format!("ANSWER_{}", number + 1);
        for (at, text) in answers.into_iter().enumerate() {
            environment.push((format!("{name}_{}", at + 1), text));
        }
        let (Some(question), true) = (braced(&question), count > 0) else {
            let reason = format!("expect cannot be told of the question `{question}`");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("run the program by hand, or give it its answers by its options"));
        };
        // A question that is asked again has the next answer.
        let counter = format!("count{}", number + 1);
        counters.push_str(&format!("set {counter} 0\n"));
        let next = match count {
            1 => format!("$env({name}_1)"),
            _ => format!("$env({name}_[incr {counter}])"),
        };
        cases.push_str(&format!(
            "  -re {question} {{ send -- \"{next}\\r\"; exp_continue }}\n"
        ));
    }
    let Some(spawned) = words
        .iter()
        .map(|it| braced(it))
        .collect::<Option<Vec<_>>>()
    else {
        let reason = "expect cannot be told of the command: its braces do not match";
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("run the program by hand, or give it its answers by its options"));
    };
    let script = format!(
        "set timeout {timeout}\n{counters}spawn {}\nexpect {{\n{cases}  timeout {{ exit 1 }}\n  eof\n}}\nexit [lindex [wait] 3]",
        spawned.join(" ")
    );
    let mut kept = Kept::script(line_of(&texts(["expect", "-c", script.as_str()])));
    kept.environment = environment;
    kept.creates = creates.map(|it| absolute(run, &it)).transpose()?;
    kept.removes = removes.map(|it| absolute(run, &it)).transpose()?;
    match folder {
        Some(folder) => {
            let folder = absolute(run, &folder)?;
            keep(kept.within(folder), run)
        }
        None => keep(kept, run),
    }
}

/// Tcl: what stands between braces is as it is written, where they match.
fn braced(text: &str) -> Option<String> {
    let mut depth = 0_i32;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    (depth == 0 && !text.ends_with('\\')).then(|| format!("{{{text}}}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn answers_are_variables() {
        check(
            "- expect: {command: /opt/x/setup --fresh, creates: /opt/x/done, responses: {'(?i)password:': '{{ db_password }}', Name: [a, b]}}",
            &[
                r#"{"step":{"name":"expect","command":{"script":{"shell":"/bin/sh","text":"expect -c 'set timeout 30\nset count1 0\nset count2 0\nspawn {/opt/x/setup} {--fresh}\nexpect {\n  -re {(?i)password:} { send -- \"$env(ANSWER_1_1)\\r\"; exp_continue }\n  -re {Name} { send -- \"$env(ANSWER_2_[incr count2])\\r\"; exp_continue }\n  timeout { exit 1 }\n  eof\n}\nexit [lindex [wait] 3]'"}},"environment":[["ANSWER_1_1",[{"secret":"site.yml:3 db_password"}]],["ANSWER_2_1","a"],["ANSWER_2_2","b"]],"creates":"/opt/x/done","after":[]}}"#,
            ],
        );
    }
}
