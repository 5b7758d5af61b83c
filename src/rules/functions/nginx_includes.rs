//! `nginx-includes`: nginx's text with absolute paths of what it includes.
//!
//! A relative path is below the folder of nginx.conf, /etc/nginx; NixOS has that file in the store.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "nginx-includes",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let lines: Vec<String> = text.split('\n').map(line).collect();
    Some(lines.join("\n").into())
}

fn line(line: &str) -> String {
    let start = line.trim_start();
    let path = start
        .strip_prefix("include")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .map(str::trim_start)
        .filter(|path| path.starts_with(|c: char| c.is_ascii_alphanumeric()));
    match path {
        Some(path) => {
            let before = &line[..line.len() - path.len()];
            format!("{before}/etc/nginx/{path}")
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn relative_paths_are_below_etc_nginx() {
        check(
            &FUNCTION,
            "server {\n  include snippets/x.conf;\n  include /srv/y;\n  include_z;\n}\n",
            Some(json!(
                "server {\n  include /etc/nginx/snippets/x.conf;\n  include /srv/y;\n  include_z;\n}\n"
            )),
        );
    }
}
