//! `cron`: the crontab of the system, as nixos/modules/services/scheduling/cron.nix writes it from `services.cron`.
//!
//! Manual: crontab(5). In the tree is each job, with its variables; the shell is bash and the search path that of the
//! system, so that only other variables count.

use serde_json::{Map, Value, json};

use super::{Format, each, plain, text};
use crate::effect::compare::programs_alike;
use crate::syntax::crontab::{self, Line};

pub(super) static FORMAT: Format = Format {
    name: "cron",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut all = "SHELL=/bin/bash\nPATH=/run/current-system/sw/bin\n".to_owned();
    let mailto = text(value, "mailto");
    if !mailto.is_empty() {
        all += &format!("MAILTO=\"{mailto}\"\n");
    }
    all += "NIX_CONF_DIR=/etc/nix\n";
    let jobs = value.get("systemCronJobs").map(each).unwrap_or_default();
    all.extend(jobs.iter().map(|it| plain(it) + "\n"));
    Some(all)
}

fn tree(text: &str) -> Result<Value, String> {
    let read = crontab::read(text, crontab::Format::System);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut mailto = Value::Null;
    let mut variables: Map<String, Value> = Map::new();
    let mut jobs: Map<String, Value> = Map::new();
    for (_, line) in read.lines {
        match line {
            Line::Variable { name, value } => match name.as_str() {
                "SHELL" | "PATH" | "NIX_CONF_DIR" => {}
                "MAILTO" => mailto = value.into(),
                _ => drop(variables.insert(name, value.into())),
            },
            Line::Job(job) => {
                let mut own = variables.clone();
                let command = exports(&job.command, &mut own);
                let user = job.user.unwrap_or_default();
                let mut name = format!("{} {user} {}", job.schedule, told(command));
                while jobs.contains_key(&name) {
                    name += " (again)";
                }
                jobs.insert(name, own.into());
            }
        }
    }
    let mut all = json!({ "jobs": jobs });
    if !mailto.is_null() {
        all["MAILTO"] = mailto;
    }
    Ok(all)
}

/// Takes off `export A=b; ` at the start of a command.
fn exports<'a>(command: &'a str, variables: &mut Map<String, Value>) -> &'a str {
    let mut rest = command;
    while let Some((name, after)) = rest
        .strip_prefix("export ")
        .and_then(|it| it.split_once('='))
    {
        let Some((value, after)) = after.split_once("; ") else {
            return rest;
        };
        let bare = value
            .strip_prefix('\'')
            .and_then(|it| it.strip_suffix('\''));
        let value = bare.map_or_else(
            || value.to_owned(),
            |it| it.replace("'\\''", "'").replace("\\%", "%"),
        );
        variables.insert(name.to_owned(), value.into());
        rest = after;
    }
    rest
}

/// The command, with its programs by their names.
pub(super) fn told(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let all = programs_alike(&words.join(" "));
    match all
        .strip_prefix("<program ")
        .and_then(|it| it.split_once('>'))
    {
        Some((name, rest)) => format!("{name}{rest}"),
        None => all,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_variable_stands_with_its_job() {
        check(
            &FORMAT,
            &json!({"mailto": "ops", "systemCronJobs": [
                "5 3 * * * root export A='b c'; ${pkgs.rsync}/bin/rsync -a /a /b-$(date +\\%F)",
            ]}),
            "PATH=/usr/bin\nMAILTO=ops\nA=b c\n# x\n5 3 * * *\troot  /usr/bin/rsync -a /a /b-$(date +\\%F)\n",
        );
    }
}
