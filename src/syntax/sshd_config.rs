//! sshd_config: keywords, their arguments, and `Match` blocks.
//!
//! Manual: sshd_config(5), <https://man.openbsd.org/sshd_config>

use super::place::{BLANKS, lines};
use super::{Fault, Place};

/// A keyword and what is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// As the manual spells it, where it is one of the manual's: sshd takes any case.
    pub keyword: String,
    /// Everything behind the keyword, as written, without a comment at its end.
    pub value: String,
    /// The criteria of the `Match` block it stands in; none for `Match all`.
    pub matching: Option<String>,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshdConfig {
    pub settings: Vec<Setting>,
    /// The lines that begin a `Match` block.
    pub blocks: Vec<Place>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> SshdConfig {
    let mut it = SshdConfig::default();
    let mut matching = None;
    for (place, line) in lines(text) {
        let line = line.trim_matches(BLANKS);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (keyword, rest) = split_keyword(line);
        let value = without_comment(rest);
        if value.is_empty() {
            let why = format!("`{keyword}` has no value");
            it.faults.push(Fault::new(place, why));
        } else if keyword.eq_ignore_ascii_case("match") {
            it.blocks.push(place);
            matching = (!value.eq_ignore_ascii_case("all")).then(|| value.to_owned());
        } else {
            it.settings.push(Setting {
                keyword: canonical(keyword).to_owned(),
                value: value.to_owned(),
                matching: matching.clone(),
                place,
            });
        }
    }
    it
}

/// A keyword ends at a blank or at `=`, around which blanks may stand.
fn split_keyword(line: &str) -> (&str, &str) {
    let end = line.find([' ', '\t', '=']).unwrap_or(line.len());
    let rest = line[end..].trim_start_matches(BLANKS);
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    (&line[..end], rest.trim_matches(BLANKS))
}

/// Since OpenSSH 8.5 a word that begins with `#` starts a comment, outside quotes.
fn without_comment(value: &str) -> &str {
    let mut quoted = false;
    let mut word_begins = true;
    for (at, c) in value.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted && word_begins => return value[..at].trim_end_matches(BLANKS),
            _ => {}
        }
        word_begins = BLANKS.contains(&c);
    }
    value
}

/// Returns a keyword as the manual spells it; others stay as they are.
pub fn canonical(keyword: &str) -> &str {
    current(keyword)
        .or_else(|| find(OTHER_KEYWORDS, keyword))
        .unwrap_or(keyword)
}

/// Returns a keyword that the current release takes, as its manual spells it.
pub fn current(keyword: &str) -> Option<&'static str> {
    find(KEYWORDS, keyword)
}

fn find(keywords: &'static [&str], keyword: &str) -> Option<&'static str> {
    let mut keywords = keywords.iter().copied();
    keywords.find(|known| known.eq_ignore_ascii_case(keyword))
}

/// Tells whether every line of a keyword counts; of all others only the first does.
pub fn accumulates(keyword: &str) -> bool {
    const MANY: &[&str] = &[
        "AcceptEnv",
        "AllowGroups",
        "AllowUsers",
        "DenyGroups",
        "DenyUsers",
        "HostCertificate",
        "HostKey",
        "Include",
        "ListenAddress",
        "PerSourcePenalties",
        "Port",
        "Subsystem",
    ];
    MANY.iter().any(|it| it.eq_ignore_ascii_case(keyword))
}

/// sshd_config(5), OpenSSH 9.9.
const KEYWORDS: &[&str] = &[
    "AcceptEnv",
    "AddressFamily",
    "AllowAgentForwarding",
    "AllowGroups",
    "AllowStreamLocalForwarding",
    "AllowTcpForwarding",
    "AllowUsers",
    "AuthenticationMethods",
    "AuthorizedKeysCommand",
    "AuthorizedKeysCommandUser",
    "AuthorizedKeysFile",
    "AuthorizedPrincipalsCommand",
    "AuthorizedPrincipalsCommandUser",
    "AuthorizedPrincipalsFile",
    "Banner",
    "CASignatureAlgorithms",
    "ChannelTimeout",
    "ChrootDirectory",
    "Ciphers",
    "ClientAliveCountMax",
    "ClientAliveInterval",
    "Compression",
    "DenyGroups",
    "DenyUsers",
    "DisableForwarding",
    "ExposeAuthInfo",
    "FingerprintHash",
    "ForceCommand",
    "GatewayPorts",
    "GSSAPIAuthentication",
    "GSSAPICleanupCredentials",
    "GSSAPIStrictAcceptorCheck",
    "HostbasedAcceptedAlgorithms",
    "HostbasedAuthentication",
    "HostbasedUsesNameFromPacketOnly",
    "HostCertificate",
    "HostKey",
    "HostKeyAgent",
    "HostKeyAlgorithms",
    "IgnoreRhosts",
    "IgnoreUserKnownHosts",
    "Include",
    "IPQoS",
    "KbdInteractiveAuthentication",
    "KerberosAuthentication",
    "KerberosGetAFSToken",
    "KerberosOrLocalPasswd",
    "KerberosTicketCleanup",
    "KexAlgorithms",
    "ListenAddress",
    "LoginGraceTime",
    "LogLevel",
    "LogVerbose",
    "MACs",
    "MaxAuthTries",
    "MaxSessions",
    "MaxStartups",
    "ModuliFile",
    "PAMServiceName",
    "PasswordAuthentication",
    "PermitEmptyPasswords",
    "PermitListen",
    "PermitOpen",
    "PermitRootLogin",
    "PermitTTY",
    "PermitTunnel",
    "PermitUserEnvironment",
    "PermitUserRC",
    "PerSourceMaxStartups",
    "PerSourceNetBlockSize",
    "PerSourcePenalties",
    "PerSourcePenaltyExemptList",
    "PidFile",
    "Port",
    "PrintLastLog",
    "PrintMotd",
    "PubkeyAcceptedAlgorithms",
    "PubkeyAuthentication",
    "PubkeyAuthOptions",
    "RDomain",
    "RekeyLimit",
    "RequiredRSASize",
    "RevokedKeys",
    "SecurityKeyProvider",
    "SetEnv",
    "StreamLocalBindMask",
    "StreamLocalBindUnlink",
    "StrictModes",
    "Subsystem",
    "SyslogFacility",
    "TCPKeepAlive",
    "TrustedUserCAKeys",
    "UnusedConnectionTimeout",
    "UseDNS",
    "UsePAM",
    "VersionAddendum",
    "X11DisplayOffset",
    "X11Forwarding",
    "X11UseLocalhost",
    "XAuthLocation",
];

/// What older releases took, and what only the packages of Debian and Red Hat know.
const OTHER_KEYWORDS: &[&str] = &[
    "ChallengeResponseAuthentication",
    "DebianBanner",
    "GSSAPIEnablek5users",
    "GSSAPIKexAlgorithms",
    "GSSAPIKeyExchange",
    "GSSAPIStoreCredentialsOnRekey",
    "HostbasedAcceptedKeyTypes",
    "KeyRegenerationInterval",
    "Protocol",
    "PubkeyAcceptedKeyTypes",
    "RSAAuthentication",
    "RefuseConnection",
    "RhostsRSAAuthentication",
    "ServerKeyBits",
    "SshdAuthPath",
    "SshdSessionPath",
    "UseLogin",
    "UsePrivilegeSeparation",
];

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .settings
            .iter()
            .map(|it| {
                let matching = it.matching.as_deref().unwrap_or("-");
                format!("{}: {}={} @{matching}", it.place.line, it.keyword, it.value)
            })
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn keywords_take_any_case_and_an_equals_sign() {
        check(
            "# c\npermitrootlogin no\n\tPORT = 22\nUsePAM=yes\nX y\n",
            &[
                "2: PermitRootLogin=no @-",
                "3: Port=22 @-",
                "4: UsePAM=yes @-",
                "5: X=y @-",
            ],
        );
    }

    #[test]
    fn a_match_block_holds_until_the_next_one() {
        check(
            "A 1\nMatch User git Address 192.0.2.0/24\n  X11Forwarding no\nmatch all\nB 2\n",
            &[
                "1: A=1 @-",
                "3: X11Forwarding=no @User git Address 192.0.2.0/24",
                "5: B=2 @-",
            ],
        );
    }

    #[test]
    fn a_comment_begins_with_a_word() {
        check(
            "Banner \"/etc/a # b\" # why\nVersionAddendum a#b\n",
            &["1: Banner=\"/etc/a # b\" @-", "2: VersionAddendum=a#b @-"],
        );
    }

    #[test]
    fn a_keyword_without_value_is_a_fault() {
        check(
            "PermitRootLogin # no",
            &["1! `PermitRootLogin` has no value"],
        );
    }
}
