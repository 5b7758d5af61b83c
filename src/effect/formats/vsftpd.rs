//! `vsftpd`: a vsftpd.conf as nixos/modules/services/networking/vsftpd.nix writes it (lines 44 to 155).

use serde_json::{Map, Value};

use super::{Format, lines_of, plain};

pub(super) static FORMAT: Format = Format {
    name: "vsftpd",
    write,
    tree,
};

/// The module's switches, and what vsftpd has where its file says nothing.
const SWITCHES: [(&str, &str, bool); 17] = [
    ("allowWriteableChroot", "allow_writeable_chroot", false),
    ("virtualUseLocalPrivs", "virtual_use_local_privs", false),
    ("anonymousUser", "anonymous_enable", true),
    ("anonymousUserNoPassword", "no_anon_password", false),
    ("localUsers", "local_enable", false),
    ("writeEnable", "write_enable", false),
    ("anonymousUploadEnable", "anon_upload_enable", false),
    ("anonymousMkdirEnable", "anon_mkdir_write_enable", false),
    ("chrootlocalUser", "chroot_local_user", false),
    ("userlistEnable", "userlist_enable", false),
    ("userlistDeny", "userlist_deny", true),
    ("forceLocalLoginsSSL", "force_local_logins_ssl", true),
    ("forceLocalDataSSL", "force_local_data_ssl", true),
    ("portPromiscuous", "port_promiscuous", false),
    ("ssl_tlsv1", "ssl_tlsv1", true),
    ("ssl_sslv2", "ssl_sslv2", false),
    ("ssl_sslv3", "ssl_sslv3", false),
];

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let is_on = |name: &str| options.get(name) == Some(&Value::Bool(true));
    let mut out = String::new();
    let yes = |it: bool| if it { "YES" } else { "NO" };
    for (option, name, _) in SWITCHES {
        out += &format!("{name}={}\n", yes(is_on(option)));
    }
    let mut line = |name: &str, option: &str, before: &str| {
        if let Some(value) = options.get(option) {
            out += &format!("{before}{name}={}\n", plain(value));
        }
    };
    line("rsa_cert_file", "rsaCertFile", "ssl_enable=YES\n");
    line("rsa_private_key_file", "rsaKeyFile", "");
    line("userlist_file", "userlistFile", "");
    line(
        "local_root",
        "localRoot",
        "background=YES\nlisten=NO\nlisten_ipv6=YES\n",
    );
    line("anon_umask", "anonymousUmask", "");
    if is_on("anonymousUser") {
        line("anon_root", "anonymousUserHome", "");
    }
    out += "listen=NO\nlisten_ipv6=YES\nnopriv_user=vsftpd\nsecure_chroot_dir=/var/empty\nsyslog_enable=YES\n\
            seccomp_sandbox=NO\npam_service_name=vsftpd\n";
    out += &lines_of(options, "extraConfig");
    Some(out)
}

/// The last line of a name counts. What asks for TLS, or for the list of users, says nothing without it.
fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let defaults = SWITCHES.iter().map(|(_, name, default)| (*name, *default));
    for (name, default) in defaults.chain([("ssl_enable", false), ("listen", false)]) {
        map.insert(name.to_owned(), default.into());
    }
    map.insert("anon_umask".to_owned(), "077".into());
    for line in text
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'))
    {
        let (name, value) = line
            .trim_end()
            .split_once('=')
            .ok_or_else(|| format!("`{line}` is no setting"))?;
        let value = match value.to_ascii_uppercase().as_str() {
            "YES" | "TRUE" => true.into(),
            "NO" | "FALSE" => false.into(),
            _ => value.into(),
        };
        map.insert(name.to_owned(), value);
    }
    for (switch, needed) in [
        (
            "ssl_enable",
            [
                "rsa_cert_file",
                "rsa_private_key_file",
                "force_local_logins_ssl",
                "force_local_data_ssl",
            ]
            .as_slice(),
        ),
        ("userlist_enable", &["userlist_deny", "userlist_file"]),
    ] {
        if map.get(switch) != Some(&Value::Bool(true)) {
            for name in needed {
                map.shift_remove(*name);
            }
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
    fn the_last_line_counts() {
        check(
            &FORMAT,
            &json!({"localUsers": true, "ssl_tlsv1": true, "anonymousUmask": "077", "extraConfig": "listen=YES\nlisten_ipv6=NO"}),
            "local_enable=YES\nanonymous_enable=NO\nlisten=YES\nlisten_ipv6=NO\nnopriv_user=vsftpd\nsecure_chroot_dir=/var/empty\n\
             syslog_enable=YES\nseccomp_sandbox=NO\npam_service_name=vsftpd\n",
        );
    }
}
