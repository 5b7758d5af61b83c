//! `certbot-renewal`: what certbot keeps of a certificate, as `security.acme.certs.<name>` says it.
//!
//! nixos/modules/security/acme/default.nix makes a command of lego of the options: `--http.webroot`, `--http --http.port`
//! or `--dns`, the key's type, the server, and a name for each of `domain` and `extraDomainNames`. Here they are said in
//! certbot's words.

use serde_json::{Map, Value, json};

use super::{Format, plain};

pub(super) static FORMAT: Format = Format {
    name: "certbot-renewal",
    write,
    tree,
};

const SERVER: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// What lego calls otherwise than certbot's plugins.
const PROVIDERS: [(&str, &str); 3] = [("gandiv5", "gandi"), ("gcloud", "google"), ("ns1", "nsone")];

fn write(value: &Value) -> Option<String> {
    let cert = value.as_object()?;
    let get = |name: &str| cert.get(name).filter(|it| !it.is_null()).map(plain);
    let mut out = "[renewalparams]\n".to_owned();
    let mut line = |name: &str, value: &str| out += &format!("{name} = {value}\n");
    match (get("webroot"), get("dnsProvider"), get("listenHTTP")) {
        (Some(path), None, None) => {
            line("authenticator", "webroot");
            line("webroot_path", &path);
        }
        (None, Some(provider), None) => {
            let other = PROVIDERS.iter().find(|(lego, _)| *lego == provider);
            let name = other.map_or(provider.as_str(), |(_, certbot)| certbot);
            line("authenticator", &format!("dns-{name}"));
        }
        (None, None, Some(_)) => line("authenticator", "standalone"),
        _ => return None,
    }
    line(
        "server",
        &get("server").unwrap_or_else(|| SERVER.to_owned()),
    );
    match get("keyType").as_deref() {
        Some("rsa2048") => line("key_type", "rsa"),
        Some("rsa4096") => {
            line("key_type", "rsa");
            line("rsa_key_size", "4096");
        }
        Some("ec384") => line("elliptic_curve", "secp384r1"),
        _ => {}
    }
    Some(out)
}

/// The last value of a name counts; a server shows what is asked for out of a folder.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in [("server", SERVER), ("key_type", "ecdsa")] {
        map.insert(name.to_owned(), value.into());
    }
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .ok_or_else(|| format!("`{line}` is no setting"))?;
        let (name, value) = (
            name.trim(),
            value.trim().trim_end_matches(',').trim_end_matches('/'),
        );
        let value = match (name, value) {
            // A name of the map is one of the certificate, whose folder stands before.
            _ if section == "[[webroot_map]]" => continue,
            ("authenticator", "nginx" | "apache") => "webroot",
            _ => value,
        };
        map.insert(name.to_owned(), json!(value));
    }
    if map.get("authenticator") != Some(&json!("webroot")) {
        map.shift_remove("webroot_path");
    }
    Ok(map.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_options_say_what_certbot_keeps() {
        check(
            &FORMAT,
            &json!({"webroot": "/srv/w", "keyType": "rsa4096", "dnsProvider": null}),
            "[renewalparams]\nauthenticator = webroot\nwebroot_path = /srv/w,\nkey_type = rsa\nrsa_key_size = 4096\n[[webroot_map]]\na.org = /srv/w\n",
        );
        check(
            &FORMAT,
            &json!({"dnsProvider": "gandiv5"}),
            "[renewalparams]\nauthenticator = dns-gandi\n",
        );
    }
}
