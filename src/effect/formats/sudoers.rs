//! `sudoers`: as nixos/modules/security/sudo.nix writes it from `security.sudo`.
//!
//! Manual: sudoers(5). In the tree is a list for each principal, of who runs what as whom in the order of the lines,
//! since the last line that fits counts; lists of principals are taken apart. A line that says nothing of its target
//! means root. The groups of administrators of all systems are one, which is wheel on NixOS; the rule that every system
//! has for root, the one that NixOS has for administrators as well, and the search path, whose folders NixOS does not
//! have, mean nothing.

use serde_json::{Map, Value};

use super::{Format, each};
use crate::syntax::{sudoers, sudoers_rule};

pub(super) static FORMAT: Format = Format {
    name: "sudoers",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::new();
    if own.get("wheelNeedsPassword") == Some(&Value::Bool(false)) {
        text += "%wheel  ALL=(ALL:ALL)    NOPASSWD: ALL\n";
    }
    for rule in own.get("extraRules").map(each).unwrap_or_default() {
        let string = |name: &str, usual: &str| {
            let found = rule.get(name).and_then(Value::as_str);
            found.unwrap_or(usual).to_owned()
        };
        let commands: Option<Vec<String>> =
            each(rule.get("commands")?).iter().map(command).collect();
        let rest = format!(
            "{}=({})    {}",
            string("host", "ALL"),
            string("runAs", "ALL:ALL"),
            commands?.join(", ")
        );
        for (name, sign) in [("users", ""), ("groups", "%")] {
            for it in rule.get(name).map(each).unwrap_or_default() {
                let number = if it.is_number() { "#" } else { "" };
                text += &format!("{sign}{number}{}     {rest}\n", super::plain(it));
            }
        }
    }
    text += own
        .get("extraConfig")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some(text)
}

fn command(value: &Value) -> Option<String> {
    if let Some(command) = value.as_str() {
        return Some(command.to_owned());
    }
    let options: Vec<String> = each(value.get("options")?)
        .iter()
        .map(super::plain)
        .collect();
    let colon = if options.is_empty() { "" } else { ":" };
    let command = value.get("command")?.as_str()?;
    Some(format!("{}{colon} {command}", options.join(":")))
}

/// Puts a path in the place of a program that is spliced in, so that a command begins with one on both sides.
fn with_paths(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (inside, after) = behind.split_once('}').unwrap_or((behind, ""));
        out.push_str(before);
        if !after.starts_with('/') {
            let name = inside.trim_end_matches('"').rsplit(['"', '.']).next();
            out.push_str(&format!("/bin/{}", name.unwrap_or_default()));
        }
        rest = after;
    }
    out + rest
}

fn tree(text: &str) -> Result<Value, String> {
    let read = sudoers::read(&with_paths(text));
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut root: Map<String, Value> = Map::new();
    let mut put = |name: &str, value: String| {
        let list = root.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            // The groups of administrators are one here, and what is said of each is said once.
            let is_twice = name == "administrators" && list.last().is_some_and(|it| *it == value);
            if !is_twice {
                list.push(value.into());
            }
        }
    };
    for line in &read.lines {
        match (line.kind, sudoers_rule::read(&line.text)) {
            (sudoers::Kind::Include, _) => {}
            (sudoers::Kind::Rule, Some(spec)) if is_everywhere(&spec) => {}
            (sudoers::Kind::Rule, Some(spec)) => {
                let run_as = spec.run_as.as_deref().unwrap_or("root");
                for user in &spec.users {
                    let user = match user.as_str() {
                        "%sudo" | "%admin" | "%wheel" => "administrators",
                        other => other,
                    };
                    for command in &spec.commands {
                        let tags = command.tags.join(":");
                        let what = &command.command;
                        put(user, format!("{}=({run_as}) {tags} {what}", spec.host));
                    }
                }
            }
            (sudoers::Kind::Rule, None) => put("lines", squeezed(&line.text)),
            (sudoers::Kind::Defaults, _) if line.text.contains("secure_path") => {}
            (sudoers::Kind::Defaults, _) => put("defaults", squeezed(&line.text)),
            (sudoers::Kind::Alias, _) => put("aliases", squeezed(&line.text)),
        }
    }
    Ok(Value::Object(root))
}

fn is_everywhere(spec: &sudoers_rule::UserSpec) -> bool {
    let all = |it: &sudoers_rule::Command| it.command == "ALL" && it.tags.is_empty();
    let is_known = |it: &String| matches!(it.as_str(), "root" | "%sudo" | "%admin" | "%wheel");
    spec.users.iter().all(is_known)
        && spec.host == "ALL"
        && matches!(spec.run_as.as_deref(), Some("ALL" | "ALL:ALL"))
        && spec.commands.iter().all(all)
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn a_rule_of_several_principals_is_several() {
        check(
            &FORMAT,
            &json!({
                "extraRules": [{
                    "users": ["a"],
                    "groups": ["g", 7],
                    "runAs": "root",
                    "commands": [{ "command": "/bin/x", "options": ["NOPASSWD"] }],
                }],
                "extraConfig": "Defaults env_keep += \"A\"\n",
            }),
            "# c\na,%g,%#7 ALL = NOPASSWD: /bin/x\nDefaults  env_keep += \"A\"\n",
        );
    }
}
