//! Wireless networks of netplan: the files that netplan itself writes of them, for NetworkManager or for wpa_supplicant.
//!
//! Manual: netplan(5), "Properties for device type wifis". Passwords are holes.

use serde_yaml::{Mapping, Value};

use super::{secret, shown, strings, truth};
use crate::import::etc::kinds::Given;
use crate::model::{Content, File, Resource, Text};

/// Returns the files of a device; the reason where one of its networks cannot be said.
pub(super) fn files(
    given: &Given,
    device: &str,
    fields: &Mapping,
    by_manager: bool,
) -> Result<Vec<Resource>, String> {
    let points = fields.get("access-points").and_then(Value::as_mapping);
    let mut networks = Vec::new();
    let mut all = Vec::new();
    for (ssid, point) in points.into_iter().flatten() {
        let ssid = shown(ssid);
        let network = Network::read(given, &ssid, point)?;
        if by_manager {
            let path = format!(
                "/etc/NetworkManager/system-connections/netplan-{device}-{ssid}.nmconnection"
            );
            all.push(file(path, network.profile(device, fields)));
        } else {
            networks.push(network);
        }
    }
    if !networks.is_empty() {
        let mut text = Text::from("ctrl_interface=/run/wpa_supplicant\n");
        if let Some(country) = fields.get("regulatory-domain") {
            text.push_str(&format!("country={}\n", shown(country)));
        }
        for network in &networks {
            text.push(&network.block());
        }
        let path = format!("/etc/wpa_supplicant/wpa_supplicant-{device}.conf");
        all.push(file(path, text));
    }
    Ok(all)
}

fn file(path: String, text: Text) -> Resource {
    Resource::File(File {
        path,
        content: Content::Text(text),
        mode: None,
        owner: None,
        group: None,
    })
}

/// An access point.
struct Network {
    ssid: String,
    hidden: bool,
    bssid: Option<String>,
    /// As netplan calls it: none, psk, sae, eap.
    management: String,
    password: Option<Text>,
    /// `eap`, `identity` and so on, by the names of wpa_supplicant.
    fields: Vec<(&'static str, String)>,
}

/// Keys of `auth`, and those of wpa_supplicant.
const FIELDS: [(&str, &str); 7] = [
    ("method", "eap"),
    ("identity", "identity"),
    ("anonymous-identity", "anonymous_identity"),
    ("ca-certificate", "ca_cert"),
    ("client-certificate", "client_cert"),
    ("client-key", "private_key"),
    ("phase2-auth", "phase2"),
];

impl Network {
    fn read(given: &Given, ssid: &str, point: &Value) -> Result<Network, String> {
        let auth = point.get("auth");
        let of_auth = |key: &str| auth.and_then(|it| it.get(key));
        let password = of_auth("password").or_else(|| point.get("password"));
        let what = || format!("the password of the network {ssid} in {}", given.path);
        let password = password.map(|it| secret(given, &shown(it), what()));
        let usual = if password.is_some() { "psk" } else { "none" };
        let management = of_auth("key-management").map_or_else(|| usual.to_owned(), shown);
        if !matches!(management.as_str(), "none" | "psk" | "sae" | "eap") {
            return Err(format!("`{management}` of `{ssid}` is not known here"));
        }
        if let Some(mode) = point
            .get("mode")
            .map(shown)
            .filter(|it| it != "infrastructure")
        {
            return Err(format!("the mode `{mode}` of `{ssid}` is not known here"));
        }
        let fields = FIELDS
            .iter()
            .filter_map(|(own, key)| Some((*key, shown(of_auth(own)?))));
        Ok(Network {
            ssid: ssid.to_owned(),
            hidden: point.get("hidden").and_then(truth) == Some(true),
            bssid: point.get("bssid").map(shown),
            management,
            password,
            fields: fields.collect(),
        })
    }

    /// A block of wpa_supplicant.conf(5).
    fn block(&self) -> Text {
        let mut text = Text::from(format!("network={{\n  ssid=\"{}\"\n", self.ssid));
        if self.hidden {
            text.push_str("  scan_ssid=1\n");
        }
        if let Some(bssid) = &self.bssid {
            text.push_str(&format!("  bssid={bssid}\n"));
        }
        let management = match self.management.as_str() {
            "none" => "NONE",
            "sae" => "SAE",
            "eap" => "WPA-EAP",
            _ => "WPA-PSK WPA-PSK-SHA256 SAE",
        };
        text.push_str(&format!("  key_mgmt={management}\n"));
        for (key, value) in &self.fields {
            match (*key, value.to_ascii_uppercase()) {
                ("eap", method) => text.push_str(&format!("  eap={method}\n")),
                ("phase2", method) => text.push_str(&format!("  phase2=\"auth={method}\"\n")),
                (key, _) => text.push_str(&format!("  {key}=\"{value}\"\n")),
            }
        }
        if let Some(password) = &self.password {
            let key = if self.management == "eap" {
                "password"
            } else {
                "psk"
            };
            text.push_str(&format!("  {key}=\""));
            text.push(password);
            text.push_str("\"\n");
        }
        text.push_str("}\n");
        text
    }

    /// A profile of NetworkManager, nm-settings-keyfile(5).
    fn profile(&self, device: &str, fields: &Mapping) -> Text {
        let mut text = Text::from(format!(
            "[connection]\nid=netplan-{device}-{}\ntype=wifi\ninterface-name={device}\n\n[wifi]\nssid={}\nmode=infrastructure\n",
            self.ssid, self.ssid
        ));
        if self.hidden {
            text.push_str("hidden=true\n");
        }
        if let Some(bssid) = &self.bssid {
            text.push_str(&format!("bssid={bssid}\n"));
        }
        let management = match self.management.as_str() {
            "none" => None,
            "sae" => Some("sae"),
            "eap" => Some("wpa-eap"),
            _ => Some("wpa-psk"),
        };
        if let Some(management) = management {
            text.push_str(&format!("\n[wifi-security]\nkey-mgmt={management}\n"));
        }
        if self.management == "eap" {
            text.push_str("\n[802-1x]\n");
            for (key, value) in &self.fields {
                let key = match *key {
                    "phase2" => "phase2-auth".to_owned(),
                    key => key.replace('_', "-"),
                };
                text.push_str(&format!("{key}={value}\n"));
            }
        }
        if let Some(password) = &self.password {
            let key = if self.management == "eap" {
                "password"
            } else {
                "psk"
            };
            text.push_str(&format!("{key}="));
            text.push(password);
            text.push_str("\n");
        }
        let addresses = strings(fields.get("addresses"));
        for (family, dhcp, is_own) in [("ipv4", "dhcp4", '.'), ("ipv6", "dhcp6", ':')] {
            let own: Vec<&String> = addresses.iter().filter(|it| it.contains(is_own)).collect();
            let asks = fields.get(dhcp).and_then(truth) == Some(true);
            let method = match (asks, own.is_empty(), family) {
                (true, _, _) => "auto",
                (false, false, _) => "manual",
                (false, true, "ipv6") => "ignore",
                (false, true, _) => "disabled",
            };
            text.push_str(&format!("\n[{family}]\nmethod={method}\n"));
            for (address, number) in own.iter().zip(1..) {
                text.push_str(&format!("address{number}={address}\n"));
            }
        }
        text
    }
}
