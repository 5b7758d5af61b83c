//! `main-cf`: postfix's main.cf as services/mail/postfix.nix writes it; a value is its words.

use serde_json::{Map, Value};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "main-cf",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (name, value) in value.as_object()? {
        let value = match value {
            Value::Null => continue,
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::Array(list) => {
                let list: Vec<String> = list.iter().map(plain).collect();
                format!("\n  {}", list.join(",\n  "))
            }
            other => plain(other),
        };
        text += &format!("{name} = {value}\n");
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let mut last: Option<String> = None;
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let value = if line.starts_with([' ', '\t']) {
            bare
        } else {
            let (name, value) = bare.split_once('=').ok_or("a line has no `=`")?;
            map.insert(name.trim().to_owned(), Value::Array(Vec::new()));
            last = Some(name.trim().to_owned());
            value
        };
        let words = value.split([' ', '\t', ',']).filter(|it| !it.is_empty());
        if let Some(Value::Array(list)) = last.as_ref().and_then(|it| map.get_mut(it)) {
            list.extend(words.map(Value::from));
        }
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn a_list_is_its_words() {
        check(
            &FORMAT,
            &json!({"biff": false, "mynetworks": ["a", "b"], "x": "y z", "n": null, "relayhost": []}),
            "# c\nbiff = no\nmynetworks = a\n  b\nx=y z\nrelayhost =\n",
        );
    }
}
