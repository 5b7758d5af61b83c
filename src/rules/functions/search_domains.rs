//! `search-domains`: the domains of a resolv.conf(5), often none.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "search-domains",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut domains: Vec<&str> = Vec::new();
    for line in value.as_str()?.lines() {
        let mut words = line.split_whitespace();
        // The last of `search` and `domain` counts.
        if matches!(words.next(), Some("search" | "domain")) {
            domains = words.collect();
        }
    }
    Some(domains.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_last_line_counts() {
        check(&FUNCTION, "domain a\nsearch b c\n", Some(json!(["b", "c"])));
        check(&FUNCTION, "", Some(json!([])));
    }
}
