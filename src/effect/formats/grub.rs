//! `grub`: what /etc/default/grub of other distributions says, out of the options that make the boot menu of NixOS
//! (nixos/modules/system/boot/loader/grub/grub.nix) and the kernel's command line (system/boot/kernel.nix).
//!
//! NixOS writes no such file: its settings are compared by what they say of the menu and the command line.

use serde_json::{Map, Value, json};

use super::{Format, each, plain};
use crate::syntax::assignments;

pub(super) static FORMAT: Format = Format {
    name: "grub",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let parameters = value.get("kernelParams").map(each).unwrap_or_default();
    let parameters: Vec<String> = parameters.iter().map(plain).collect();
    let loader = value.get("loader")?;
    let grub = loader.get("grub")?;
    let timeout = loader.get("timeout").map_or("5".to_owned(), plain);
    let is_probed = grub.get("useOSProber") == Some(&json!(true));
    Some(format!(
        "GRUB_CMDLINE_LINUX=\"{}\"\nGRUB_TIMEOUT={timeout}\nGRUB_TIMEOUT_STYLE={}\nGRUB_DEFAULT={}\nGRUB_DISABLE_OS_PROBER={}\n",
        parameters.join(" ").replace('"', "\\\""),
        grub.get("timeoutStyle").map_or("menu".to_owned(), plain),
        grub.get("default").map_or("0".to_owned(), plain),
        !is_probed
    ))
}

/// Reads the settings; the words of both command lines are one set.
fn tree(text: &str) -> Result<Value, String> {
    let read = assignments::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut all: Map<String, Value> = Map::new();
    let mut parameters: Map<String, Value> = Map::new();
    for it in read.assignments.iter().filter(|it| !it.value.is_empty()) {
        match it.name.as_str() {
            "GRUB_CMDLINE_LINUX" | "GRUB_CMDLINE_LINUX_DEFAULT" => {
                let words = it.value.split_ascii_whitespace();
                parameters.extend(words.map(|it| (it.to_owned(), Value::Bool(true))));
            }
            "GRUB_HIDDEN_TIMEOUT" => {
                all.insert("GRUB_TIMEOUT".to_owned(), it.value.as_str().into());
            }
            name => {
                all.insert(name.to_owned(), it.value.as_str().into());
            }
        }
    }
    all.insert("parameters".to_owned(), parameters.into());
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_command_line_is_its_words() {
        check(
            &FORMAT,
            &json!({"kernelParams": ["quiet", "console=ttyS0"], "loader": {"timeout": 2, "grub": {"timeoutStyle": "hidden"}}}),
            "GRUB_TIMEOUT=2\nGRUB_TIMEOUT_STYLE=hidden\nGRUB_DEFAULT=0\nGRUB_DISABLE_OS_PROBER=true\n\
             GRUB_CMDLINE_LINUX=\"console=ttyS0\"\nGRUB_CMDLINE_LINUX_DEFAULT=quiet\n",
        );
    }
}
