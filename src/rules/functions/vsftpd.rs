//! `vsftpd`: a vsftpd.conf as options of `services.vsftpd`.
//!
//! Manual: vsftpd.conf(5); follows nixos/modules/services/networking/vsftpd.nix, which writes all of its switches, then
//! `extraConfig`: of two lines the later one counts. Where a switch of the module is off, vsftpd's own is on, and the text
//! says nothing, vsftpd's is said.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "vsftpd",
    call,
};

/// Names, options, and what both vsftpd and the module have where nothing says otherwise.
const SWITCHES: [(&str, &str); 17] = [
    ("allow_writeable_chroot", "allowWriteableChroot"),
    ("virtual_use_local_privs", "virtualUseLocalPrivs"),
    ("anonymous_enable", "anonymousUser"),
    ("no_anon_password", "anonymousUserNoPassword"),
    ("local_enable", "localUsers"),
    ("write_enable", "writeEnable"),
    ("anon_upload_enable", "anonymousUploadEnable"),
    ("anon_mkdir_write_enable", "anonymousMkdirEnable"),
    ("chroot_local_user", "chrootlocalUser"),
    ("userlist_enable", "userlistEnable"),
    ("userlist_deny", "userlistDeny"),
    ("force_local_logins_ssl", "forceLocalLoginsSSL"),
    ("force_local_data_ssl", "forceLocalDataSSL"),
    ("port_promiscuous", "portPromiscuous"),
    ("ssl_tlsv1", "ssl_tlsv1"),
    ("ssl_sslv2", "ssl_sslv2"),
    ("ssl_sslv3", "ssl_sslv3"),
];

/// What the unit of NixOS needs to be so, and its own users and folders.
const OWN: [&str; 4] = [
    "background",
    "nopriv_user",
    "secure_chroot_dir",
    "seccomp_sandbox",
];

fn call(value: &Value) -> Option<Value> {
    let mut said: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        // vsftpd.conf(5): no blank may stand around the `=`.
        let (name, value) = line.trim_end().split_once('=')?;
        if name.trim() != name {
            return None;
        }
        said.insert(name.to_owned(), value.into());
    }
    let get = |name: &str| said.get(name).and_then(Value::as_str);
    let is_on = |name: &str, default: bool| get(name).map_or(Some(default), truth);
    let has_tls = is_on("ssl_enable", false)?;
    let has_list = is_on("userlist_enable", false)?;
    let mut options: Map<String, Value> = Map::new();
    let mut extra = String::new();
    let mut assume: Vec<&str> = Vec::new();
    for (name, option) in SWITCHES {
        let of_vsftpd = match name {
            "anonymous_enable" | "ssl_tlsv1" => true,
            "userlist_deny" => has_list,
            "force_local_logins_ssl" | "force_local_data_ssl" => has_tls,
            _ => false,
        };
        let of_module = name == "ssl_tlsv1";
        let needs_tls = name.starts_with("force_local_");
        let value = is_on(name, of_vsftpd)? && (has_tls || !needs_tls);
        if value != of_module {
            options.insert(option.to_owned(), value.into());
        }
    }
    for (name, value) in &said {
        let value = value.as_str()?;
        if SWITCHES.iter().any(|(own, _)| own == name) || OWN.contains(&name.as_str()) {
            continue;
        }
        match (name.as_str(), value) {
            ("ssl_enable", _) => {}
            ("rsa_cert_file", path) if has_tls => {
                options.insert("rsaCertFile".to_owned(), path.into());
            }
            ("rsa_private_key_file", path) if has_tls => {
                options.insert("rsaKeyFile".to_owned(), path.into());
            }
            // Without TLS nobody reads them.
            ("rsa_cert_file" | "rsa_private_key_file", _) => {}
            ("userlist_file", path) if has_list => {
                options.insert("userlistFile".to_owned(), path.into());
            }
            ("local_root", path) => {
                options.insert("localRoot".to_owned(), path.into());
            }
            ("anon_umask", mask) => {
                options.insert("anonymousUmask".to_owned(), mask.into());
            }
            ("anon_root", path) => {
                options.insert("anonymousUserHome".to_owned(), path.into());
            }
            ("listen", value) if truth(value)? => extra += "listen=YES\nlisten_ipv6=NO\n",
            ("listen" | "listen_ipv6", _) => {}
            ("pam_service_name", "vsftpd" | "ftp") => {}
            (
                "xferlog_file" | "vsftpd_log_file" | "xferlog_std_format" | "xferlog_enable"
                | "dual_log_enable",
                _,
            ) => {
                extra += &format!("{name}={value}\n");
                assume.push("what happens is logged to the journal");
            }
            _ if value.contains("/usr/") => return None,
            _ => extra += &format!("{name}={value}\n"),
        }
    }
    if has_list && get("userlist_file").is_none() {
        options.insert("userlistFile".to_owned(), "/etc/vsftpd.user_list".into());
    }
    if has_tls && get("rsa_cert_file").is_none() {
        return None;
    }
    if is_on("anonymous_enable", true)? && get("anon_root").is_none() {
        assume.push("who has no name gets the folder of NixOS's user `ftp`, /home/ftp");
    }
    assume.dedup();
    // Who logs in with a name of the system is asked for by a service of PAM.
    if is_on("local_enable", false)? && !is_on("guest_enable", false)? {
        assume.push(
            "you state the service of PAM that it asks, `security.pam.services.vsftpd = { };`",
        );
    }
    Some(json!({
        "options": options,
        "extra": if extra.is_empty() { Value::Null } else { extra.into() },
        "assume": assume,
    }))
}

fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_uppercase().as_str() {
        "YES" | "TRUE" | "1" => Some(true),
        "NO" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_vsftpd_has_by_itself_is_said() {
        check(
            &FUNCTION,
            "# x\nlisten=NO\nlisten_ipv6=YES\nlocal_enable=YES\nsecure_chroot_dir=/var/run/vsftpd/empty\nrsa_cert_file=/a.pem\nssl_enable=NO\npasv_max_port=2\n",
            Some(json!({
                "options": {"anonymousUser": true, "localUsers": true},
                "extra": "pasv_max_port=2\n",
                "assume": ["who has no name gets the folder of NixOS's user `ftp`, /home/ftp", "you state the service of PAM that it asks, `security.pam.services.vsftpd = { };`"],
            })),
        );
        check(
            &FUNCTION,
            "listen=YES\nanonymous_enable=NO\nssl_enable=YES\nrsa_cert_file=/a.pem\nuserlist_enable=YES\n",
            Some(json!({
                "options": {
                    "userlistEnable": true, "userlistDeny": true, "forceLocalLoginsSSL": true, "forceLocalDataSSL": true,
                    "rsaCertFile": "/a.pem", "userlistFile": "/etc/vsftpd.user_list",
                },
                "extra": "listen=YES\nlisten_ipv6=NO\n", "assume": [],
            })),
        );
        check(&FUNCTION, "anonymous_enable=NO\nssl_enable=YES\n", None);
        check(&FUNCTION, "local_enable = YES\n", None);
    }
}
