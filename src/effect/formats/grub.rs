//! `grub`: what /etc/default/grub of other distributions says, out of the options that make the boot menu of NixOS
//! (nixos/modules/system/boot/loader/grub/grub.nix) and the kernel's command line (system/boot/kernel.nix).
//!
//! NixOS writes no such file: its settings are compared by what they say of the menu and the command line.

use serde_json::{Map, Value, json};

use super::{Format, each, plain, text};
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
    let mut more = format!(
        "GRUB_GFXMODE={}\nGRUB_GFXPAYLOAD_LINUX={}\n",
        grub.get("gfxmodeBios").map_or("1024x768".to_owned(), plain),
        grub.get("gfxpayloadBios").map_or("text".to_owned(), plain),
    );
    if grub.get("enableCryptodisk") == Some(&json!(true)) {
        more += "GRUB_ENABLE_CRYPTODISK=y\n";
    }
    for line in text(grub, "extraConfig").lines() {
        more += &of_command(line)?;
    }
    Some(format!(
        "GRUB_CMDLINE_LINUX=\"{}\"\nGRUB_TIMEOUT={timeout}\nGRUB_TIMEOUT_STYLE={}\nGRUB_DEFAULT={}\nGRUB_DISABLE_OS_PROBER={}\n{more}",
        parameters.join(" ").replace('"', "\\\""),
        grub.get("timeoutStyle").map_or("menu".to_owned(), plain),
        grub.get("default").map_or("0".to_owned(), plain),
        !is_probed
    ))
}

/// Which setting has grub-mkconfig write a command at the head of the menu.
fn of_command(line: &str) -> Option<String> {
    let (command, given) = line.split_once(' ')?;
    let (name, value) = match (command, given.split_once("; terminal_output ")) {
        ("serial", _) => ("GRUB_SERIAL_COMMAND", line),
        ("play", _) => ("GRUB_INIT_TUNE", given),
        ("terminal_input", Some((input, _))) => ("GRUB_TERMINAL", input),
        ("terminal_input", None) => ("GRUB_TERMINAL_INPUT", given),
        ("terminal_output", _) => ("GRUB_TERMINAL_OUTPUT", given),
        _ => return None,
    };
    Some(format!("{name}=\"{value}\"\n"))
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
            &json!({"kernelParams": ["quiet", "console=ttyS0"], "loader": {"timeout": 2, "grub": {"timeoutStyle": "hidden", "enableCryptodisk": true, "extraConfig": "serial --unit=0\nterminal_input console serial; terminal_output console serial\n"}}}),
            "GRUB_GFXMODE=1024x768\nGRUB_GFXPAYLOAD_LINUX=text\nGRUB_ENABLE_CRYPTODISK=y\nGRUB_SERIAL_COMMAND='serial --unit=0'\nGRUB_TERMINAL='console serial'\nGRUB_TIMEOUT=2\nGRUB_TIMEOUT_STYLE=hidden\nGRUB_DEFAULT=0\nGRUB_DISABLE_OS_PROBER=true\n\
             GRUB_CMDLINE_LINUX=\"console=ttyS0\"\nGRUB_CMDLINE_LINUX_DEFAULT=quiet\n",
        );
    }
}
