//! `limits`: the lines of limits.conf(5) as `{ domain, type, item, value }`.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "limits",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut list = Vec::new();
    for line in value.as_str()?.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [domain, kind @ ("soft" | "hard" | "-"), item, value] => list.push(json!({
                "domain": domain, "type": kind, "item": item, "value": value,
            })),
            _ => return None,
        }
    }
    (!list.is_empty()).then(|| list.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn four_words_make_a_limit() {
        check(
            &FUNCTION,
            "# x\n* soft nofile 1024 # y\n",
            Some(json!([{"domain": "*", "type": "soft", "item": "nofile", "value": "1024"}])),
        );
        check(&FUNCTION, "bob -\n", None);
    }
}
