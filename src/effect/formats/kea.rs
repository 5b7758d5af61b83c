//! `kea-dhcp4`, `kea-dhcp6`, `kea-dhcp-ddns`: a configuration of Kea as nixos/modules/services/networking/kea.nix writes
//! it from the settings of a daemon, which stand below its name.

use serde_json::{Value, json};

use super::Format;
use crate::syntax::commented_json;

pub(super) static DHCP4: Format = Format {
    name: "kea-dhcp4",
    write: |value| write(value, "Dhcp4"),
    tree: |text| tree(text, "Dhcp4"),
};

pub(super) static DHCP6: Format = Format {
    name: "kea-dhcp6",
    write: |value| write(value, "Dhcp6"),
    tree: |text| tree(text, "Dhcp6"),
};

pub(super) static DDNS: Format = Format {
    name: "kea-dhcp-ddns",
    write: |value| write(value, "DhcpDdns"),
    tree: |text| tree(text, "DhcpDdns"),
};

fn write(value: &Value, name: &str) -> Option<String> {
    (!value.is_null()).then(|| json!({ name: value }).to_string())
}

fn tree(text: &str, name: &str) -> Result<Value, String> {
    let whole = commented_json::read(text).ok_or("it is no JSON")?;
    let own = whole.get(name).cloned();
    own.ok_or_else(|| format!("it has no `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::DHCP4;
    use serde_json::json;

    #[test]
    fn the_settings_stand_below_the_name() {
        check(
            &DHCP4,
            &json!({ "valid-lifetime": 3600 }),
            "{ # x\n \"Dhcp4\": { \"valid-lifetime\": 3600 } }\n",
        );
    }
}
