//! `caddyfile`: a Caddyfile as nixos/modules/services/web-servers/caddy/default.nix writes it (lines 49 to 56, and its `services.caddy.globalConfig` for
//! the logger): the global block first, then the sites.

use serde_json::{Map, Value};

use super::{Format, lines_of};

pub(super) static FORMAT: Format = Format {
    name: "caddyfile",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let logger = lines_of(options, "logFormat");
    let global = lines_of(options, "globalConfig");
    let sites = lines_of(options, "extraConfig");
    Some(format!("{{\n{global}log {{\n{logger}}}\n}}\n{sites}"))
}

/// The words of every line that says something, with the blocks around them; the global block without its logger.
fn tree(text: &str) -> Result<Value, String> {
    let mut lines: Vec<Value> = Vec::new();
    let mut global: Vec<Value> = Vec::new();
    let mut logger: Vec<Value> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut is_first = true;
    let mut is_global = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let said = words.join(" ");
        if is_first && said == "{" {
            is_global = true;
        }
        is_first = false;
        if words.first() == Some(&"}") {
            open.pop().ok_or("a `}` closes nothing")?;
            is_global &= !open.is_empty();
            continue;
        }
        let whole = format!("{} {said}", open.join(" "));
        let is_logger = open.iter().any(|it| it == "log {") || said == "log {";
        let list = match (is_global, is_logger) {
            (true, true) => &mut logger,
            (true, false) => &mut global,
            (false, _) => &mut lines,
        };
        if said != "{" {
            list.push(whole.trim().into());
        }
        if words.last() == Some(&"{") {
            open.push(said);
        }
    }
    if !open.is_empty() {
        return Err(format!("`{}` is not closed", open.join(" ")));
    }
    let mut map: Map<String, Value> = Map::new();
    for (name, list) in [("global", global), ("sites", lines), ("logger", logger)] {
        if !list.is_empty() {
            map.insert(name.to_owned(), list.into());
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
    fn the_global_block_comes_first() {
        check(
            &FORMAT,
            &json!({"globalConfig": "  email a@b.org\n", "extraConfig": "a.org {\n  file_server\n}\n", "logFormat": "level ERROR\n"}),
            "# x\n{\n\tlog {\n\t\tlevel ERROR\n\t}\n\temail a@b.org\n}\n\na.org {\n\tfile_server\n}\n",
        );
    }
}
