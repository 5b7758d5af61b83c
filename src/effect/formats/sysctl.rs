//! `sysctl`: 60-nixos.conf of sysctl.d, as nixos/modules/config/sysctl.nix writes it, with the parameters that it has by
//! itself; of a parameter the last line counts.

use serde_json::{Map, Value};

use super::{Format, plain};
use crate::syntax::sysctl;

pub(super) static FORMAT: Format = Format {
    name: "sysctl",
    write,
    tree,
};

/// What the modules say where nobody does: config/sysctl.nix:79 to 86, system/boot/kernel.nix.
const OWN: [(&str, &str); 5] = [
    ("fs.inotify.max_user_instances", "524288"),
    ("fs.inotify.max_user_watches", "524288"),
    ("kernel.kptr_restrict", "1"),
    ("kernel.printk", "4"),
    ("vm.max_map_count", "1048576"),
];

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::new();
    for (name, value) in OWN.iter().filter(|it| !own.contains_key(it.0)) {
        text += &format!("{name}={value}\n");
    }
    for (name, value) in own {
        let value = match value {
            Value::Null => continue,
            Value::Bool(value) => u8::from(*value).to_string(),
            other => plain(other),
        };
        text += &format!("{name}={value}\n");
    }
    Some(text)
}

fn tree(text: &str) -> Result<Value, String> {
    let read = sysctl::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut all: Map<String, Value> = Map::new();
    for setting in read.settings {
        let value = setting.value.unwrap_or_default();
        let words: Vec<&str> = value.split_whitespace().collect();
        all.insert(setting.name, words.join(" ").into());
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_last_line_counts() {
        check(
            &FORMAT,
            &json!({"net.ipv4.ip_forward": true, "net.ipv4.tcp_rmem": "1 2 3", "kernel.printk": "3 4"}),
            "fs.inotify.max_user_instances=524288\nfs.inotify.max_user_watches=524288\nkernel.kptr_restrict=1\n\
             vm.max_map_count=1048576\nkernel/printk = 3  4\nnet.ipv4.ip_forward=0\nnet.ipv4.ip_forward = 1\n\
             net.ipv4.tcp_rmem = 1\t2 3\n",
        );
    }
}
