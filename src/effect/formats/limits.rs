//! `limits`: limits.conf as security/pam.nix writes it: a line for each limit.

use serde_json::Value;

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "limits",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for limit in value.as_array()? {
        let word = |name: &str| limit.get(name).map(plain);
        text += &format!(
            "{} {} {} {}\n",
            word("domain")?,
            word("type")?,
            word("item")?,
            word("value")?
        );
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<&str>>().join(" "));
    Ok(lines.filter(|line| !line.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_limit_is_a_line() {
        check(
            &FORMAT,
            &json!([{"domain": "*", "type": "soft", "item": "nofile", "value": 9}]),
            "# x\n*  soft nofile\t9 # y\n",
        );
    }
}
