//! Files that are a secret as a whole, by where they lie, and files in which words that name secrets name something else.

/// Ends of names of files that are a secret as a whole.
const SECRET_ENDS: [&str; 15] = [
    ".key",
    ".pem.key",
    "-key.pem",
    "privkey.pem",
    ".keytab",
    ".htpasswd",
    ".htdigest",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".kdbx",
    ".ppk",
    ".pgpass",
    ".git-credentials",
];

/// Names of files that are a secret as a whole, wherever they lie.
const SECRET_NAMES: [&str; 42] = [
    ".erlang.cookie",
    ".netrc",
    ".vault-token",
    ".vault_pass",
    ".vault_password",
    "_netrc",
    "authkey",
    "chap-secrets",
    "chrony.keys",
    "davfs2.secrets",
    "debian.cnf",
    "ftpd.passwd",
    "htdigest",
    "htpasswd",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "ipsec.secrets",
    "krb5.keytab",
    "l2tp-secrets",
    "munge.key",
    "netrc",
    "ntp.keys",
    "opasswd",
    "pap-secrets",
    "passwd.client",
    "pgpass",
    "psk.txt",
    "rndc.key",
    "rsa_key.priv",
    "rsyncd.secrets",
    "sasl_passwd",
    "sasl_password",
    "secretkey",
    "secring.gpg",
    "smbpasswd",
    "tls.key",
    "vault_pass",
    "vault_pass.txt",
    "vault_password",
    "vault_password.txt",
];

/// Folders in which every file is a secret.
const SECRET_FOLDERS: [&str; 8] = [
    "/etc/ssl/private/",
    "/etc/pki/tls/private/",
    "/etc/swanctl/private/",
    "/etc/ipsec.d/private/",
    "/etc/letsencrypt/keys/",
    "/etc/pve/priv/",
    // The machine's keys and the hash of its password are in its one file.
    "/etc/teamviewer/",
    "/run/secrets/",
];

/// What names of files of OpenVPN that hold a name and a password, a line each, have in them.
const OF_LOGINS: [&str; 5] = ["auth", "cred", "login", "pass", "pwd"];

/// Files in which words such as `password` name something else.
const OF_OTHERS: [&str; 14] = [
    "/etc/sudoers",
    "/etc/sudoers.d/",
    "/etc/nsswitch.conf",
    "/etc/nscd.conf",
    "/etc/pam.d/",
    "/etc/pam.conf",
    "/etc/services",
    "/etc/login.defs",
    "/etc/protocols",
    "/etc/debconf.conf",
    "/etc/ssh/moduli",
    "/etc/ssh/sshd_config",
    "/etc/ssh/ssh_config",
    "/etc/security/",
];

/// Names of files that are for everybody wherever they lie: texts, public keys, the anchor of DNSSEC.
const PUBLIC: [&str; 5] = [
    "README",
    "authorized_keys",
    "known_hosts",
    "trusted-key.key",
    "pve-root-ca.srl",
];

/// Tells whether a file is a secret as a whole, by its path.
pub(crate) fn is_secret_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let in_folder = SECRET_FOLDERS
        .iter()
        .any(|folder| path.starts_with(folder) && !PUBLIC.contains(&name));
    // What a package manager or a key server gives out is public.
    let is_public =
        path.contains("/trusted.gpg.d/") || path.contains("/keyrings/") || path.contains("/apt/");
    let is_named = SECRET_NAMES.contains(&name)
        || SECRET_ENDS.iter().any(|end| name.ends_with(end))
        || name == "passwd"
            && path.starts_with("/etc/")
            && path != "/etc/passwd"
            && !is_of_others(path);
    in_folder || is_login(path, name) || is_named && !is_public && !PUBLIC.contains(&name)
}

/// openvpn(8): the file of `auth-user-pass` has the name in its first line and the password in its second, and no word
/// that says so.
fn is_login(path: &str, name: &str) -> bool {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem = stem.to_ascii_lowercase();
    path.starts_with("/etc/openvpn/")
        && matches!(
            end,
            "" | "auth" | "conf" | "cred" | "creds" | "login" | "pass" | "txt" | "up"
        )
        && OF_LOGINS
            .iter()
            .any(|it| stem.contains(it) || end.starts_with(it))
}

/// Tells whether a file, which is a secret as a whole by its path, holds one: as a package brings it, it may have no
/// more than comments, and accounts that have no password.
pub(crate) fn holds_secret(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_of_ppp = matches!(name, "pap-secrets" | "chap-secrets");
    // pppd(8): client, server, secret and addresses; `"*"` is what a package writes to keep an account out.
    let is_entry_without = |line: &str| {
        let secret = line.split_whitespace().nth(2).unwrap_or("*");
        is_of_ppp && matches!(secret.trim_matches(['"', '\'']), "" | "*")
    };
    let mut lines = text.lines().map(str::trim);
    is_secret_file(path)
        && lines.any(|it| !it.is_empty() && !it.starts_with('#') && !is_entry_without(it))
}

/// Tells whether the words of a file that name secrets elsewhere name none in it.
pub(super) fn is_of_others(path: &str) -> bool {
    OF_OTHERS
        .iter()
        .any(|it| path == *it || it.ends_with('/') && path.starts_with(it))
}

/// Words that hold no secret in the files of one program: tags of sudo, the lower half of an address in networkd.
pub(super) fn is_word_of(name: &str, path: &str) -> bool {
    match name {
        "NOPASSWD" | "PASSWD" => path.is_empty() || path.starts_with("/etc/sudoers"),
        "Token" => path.starts_with("/etc/systemd/network/"),
        _ => false,
    }
}
