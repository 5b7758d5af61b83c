//! `modprobe`: nixos.conf of modprobe.d, as nixos/modules/system/boot/modprobe.nix writes it from the options of `boot`.

use serde_json::{Map, Value, json};

use super::{Format, each, plain, text};
use crate::syntax::modprobe;

pub(super) static FORMAT: Format = Format {
    name: "modprobe",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let blacklisted = value.get("blacklistedKernelModules").map(each);
    let lines = blacklisted.unwrap_or_default().iter();
    let lines = lines.map(|it| format!("blacklist {}\n", plain(it)));
    Some(lines.collect::<String>() + text(value, "extraModprobeConfig"))
}

/// Reads what is said of each module; comments and the order of modules mean nothing.
fn tree(text: &str) -> Result<Value, String> {
    let mut all: Map<String, Value> = Map::new();
    for it in modprobe::read(text) {
        let list = all
            .entry(format!("{} {}", it.command, it.module))
            .or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            let words: Vec<&str> = it.rest.split_whitespace().collect();
            list.push(words.join(" ").into());
        }
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn blacklists_stand_before_the_rest() {
        check(
            &FORMAT,
            &json!({"blacklistedKernelModules": ["b", "a"], "extraModprobeConfig": "options c x=1\n"}),
            "# x\noptions c  x=1\nblacklist a\nblacklist b\n",
        );
    }
}
