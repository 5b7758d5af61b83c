//! `caddyfile`: a Caddyfile as `globalConfig` and `extraConfig` of `services.caddy`.
//!
//! Manual: <https://caddyserver.com/docs/caddyfile/concepts#structure>. The module writes the global block itself, with a
//! logger for errors alone (nixos/modules/services/web-servers/caddy/default.nix); a text with a logger of its own
//! there has no answer.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "caddyfile",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let starts = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let lines: Vec<&str> = text.lines().filter(starts).collect();
    if lines.first().is_none_or(|it| it.trim() != "{") {
        return (!lines.is_empty()).then(|| json!({ "global": null, "sites": text }));
    }
    let mut depth = 0;
    let mut end = None;
    for (at, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        depth += usize::from(words.last() == Some(&"{"));
        if words.first() == Some(&"log") && depth <= 2 {
            return None;
        }
        if words.first() == Some(&"}") {
            depth -= 1;
        }
        if depth == 0 {
            end = Some(at);
            break;
        }
    }
    let (global, sites) = (&lines[1..end?], &lines[end? + 1..]);
    let joined = |lines: &[&str]| match lines {
        [] => Value::Null,
        lines => lines
            .iter()
            .map(|it| format!("{it}\n"))
            .collect::<String>()
            .into(),
    };
    Some(json!({ "global": joined(global), "sites": joined(sites) }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_global_block_stands_apart() {
        check(
            &FUNCTION,
            "# x\n{\n  email a@b.org\n  servers {\n    protocols h1\n  }\n}\n\na.org {\n  file_server\n}\n",
            Some(json!({
                "global": "  email a@b.org\n  servers {\n    protocols h1\n  }\n", "sites": "a.org {\n  file_server\n}\n",
            })),
        );
        check(
            &FUNCTION,
            ":80\nrespond hi\n",
            Some(json!({"global": null, "sites": ":80\nrespond hi\n"})),
        );
        check(&FUNCTION, "{\n  log {\n    level INFO\n  }\n}\n", None);
    }
}
