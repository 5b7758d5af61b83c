//! `git-config`: /etc/gitconfig as programs/git.nix writes it: `[section "name"]`, and a name alone is true.

use serde_json::{Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "git-config",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let mut text = String::new();
    for (section, fields) in value.as_object()? {
        let (own, named): (Vec<_>, Vec<_>) =
            fields.as_object()?.iter().partition(|it| !it.1.is_object());
        if !own.is_empty() {
            text += &format!("[{section}]\n");
        }
        for (name, value) in own {
            text += &format!("\t{name} = {}\n", plain(value));
        }
        for (name, fields) in named {
            text += &format!("[{section} \"{name}\"]\n");
            for (name, value) in fields.as_object()? {
                text += &format!("\t{name} = {}\n", plain(value));
            }
        }
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all = json!({});
    let mut section = String::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|it| !it.is_empty() && !it.starts_with(['#', ';'])) {
        if let Some(head) = line.strip_prefix('[') {
            head.trim_end_matches(']').clone_into(&mut section);
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, "true"));
        all[&section][name.trim()] = value.trim().into();
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn sections_have_names() {
        check(
            &FORMAT,
            &json!({"safe": {"directory": "*"}, "url": {"x": {"insteadOf": "y"}}, "core": {"bare": true}}),
            "[url \"x\"]\n insteadOf = y\n[core]\n bare\n[safe]\ndirectory = *\n",
        );
    }
}
