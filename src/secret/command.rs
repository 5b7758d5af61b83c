//! Passwords that a command line gives to programs which take them by an option or a place of their own.

use std::ops::Range;

use super::pattern::{Lazy, group};

/// A word that a line must hold, and the pattern whose group `s` is the password.
///
/// A value is one word of a shell: `W` in a pattern stands for it, with or without quotes.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    (
        "curl",
        r#"\bcurl\b[^|;&]*?\s(?:-u|-U|--user|--proxy-user)[\s=]?["']?[^\s:"'/]+:(?P<s>[^\s"']+)"#,
    ),
    ("curl", r"\bcurl\b[^|;&]*?\s--oauth2-bearer[\s=]W"),
    (
        "lynx",
        r#"\blynx\b[^|;&]*?\s-p?auth[\s=]["']?[^\s:"']+:(?P<s>[^\s"']+)"#,
    ),
    (
        "mysql",
        r"(?:^|[\s;|&(`'/])mysql(?:dump|admin|import|check|show|sh)?\s(?:[^|;&\n]*?\s)?-pW",
    ),
    (
        "mariadb",
        r"(?:^|[\s;|&(`'/])mariadb(?:-dump|-admin|-import|-check)?\s(?:[^|;&\n]*?\s)?-pW",
    ),
    ("mycli", r"\bmycli\b[^|;&\n]*?\s-pW"),
    ("sshpass", r"\bsshpass\s+-p\s*W"),
    (
        "smbclient",
        r#"\bsmbclient\b[^|;&]*?\s(?:-U|--user)[\s=]?["']?[^\s%"']+%(?P<s>[^\s"']+)"#,
    ),
    (
        "rpcclient",
        r#"\brpcclient\b[^|;&]*?\s(?:-U|--user)[\s=]?["']?[^\s%"']+%(?P<s>[^\s"']+)"#,
    ),
    (
        "net ",
        r#"\bnet\s[^|;&]*?\s(?:-U|--user)[\s=]?["']?[^\s%"']+%(?P<s>[^\s"']+)"#,
    ),
    (
        "passwd",
        r#"\b(?:echo|printf)(?:\s+-[neE]+)*\s+(?:'%s[^']*'\s+|"%s[^"]*"\s+)?W\s*\|\s*(?:sudo\s+)?(?:\S*/)?passwd\b"#,
    ),
    (
        "passwd",
        r#"\b(?:echo|printf)(?:\s+-[neE]+)*\s+(?:'%s[^']*'\s+|"%s[^"]*"\s+)?["']?[A-Za-z_][\w.-]*:(?P<s>[^\s"'|]+)["']?\s*\|\s*(?:sudo\s+)?(?:\S*/)?ch(?:g)?passwd\b"#,
    ),
    (
        "chpasswd",
        r#"\bch(?:g)?passwd\b[^|;&\n]*<<<\s*["']?[A-Za-z_][\w.-]*:(?P<s>[^\s"'|]+)"#,
    ),
    ("passwd", r"\bpasswd\b[^|;&\n]*<<<\s*W"),
    (
        "--stdin",
        r"\becho(?:\s+-[neE]+)*\s+W\s*\|[^|;&]*\s--(?:password-)?stdin\b",
    ),
    (
        "password-stdin",
        r"\becho(?:\s+-[neE]+)*\s+W\s*\|[^|;&]*\s--password-stdin\b",
    ),
    (
        "sudo",
        r"\becho(?:\s+-[neE]+)*\s+W\s*\|\s*sudo\s+(?:-k\s+)?-S\b",
    ),
    (
        "kinit",
        r"\becho(?:\s+-[neE]+)*\s+W\s*\|\s*(?:\S*/)?kinit\b",
    ),
    (
        "cryptsetup",
        r"\b(?:echo|printf)(?:\s+-[neE]+)*\s+(?:'%s'\s+)?W\s*\|\s*(?:sudo\s+)?(?:\S*/)?cryptsetup\b",
    ),
    (
        "vncpasswd",
        r"\becho(?:\s+-[neE]+)*\s+W\s*\|\s*(?:\S*/)?vncpasswd\b",
    ),
    (
        "smbpasswd",
        r"\b(?:echo|printf)(?:\s+-[neE]+)*\s+W[^|;&]*\|\s*(?:sudo\s+)?(?:\S*/)?smbpasswd\b",
    ),
    ("usermod", r"\busermod\b[^|;&\n]*?\s(?:-p|--password)[\s=]W"),
    ("useradd", r"\buseradd\b[^|;&\n]*?\s(?:-p|--password)[\s=]W"),
    (
        "openssl",
        r"\bopenssl\s+passwd(?:\s+-(?:1|5|6|apr1|crypt|noverify|quiet|salt\s+\S+|stdin))*\s+W",
    ),
    (
        "openssl",
        r"\bopenssl\b[^|;&\n]*?\s-pass(?:in|out)?\s+pass:(?P<s>[^\s|;&]+)",
    ),
    ("openssl", r"\bopenssl\s+enc\b[^|;&\n]*?\s-k\s+W"),
    (
        "mkpasswd",
        r"(?:^|[|;&(`]\s*|\bRUN\s+)mkpasswd\b(?:\s+(?:-m\s*\S+|--method=\S+|-S\s*\S+|--salt=\S+|-s))*\s+W",
    ),
    (
        "htpasswd",
        r#"\bhtpasswd\s+(?:-[A-Za-z]+\s+)*-[A-Za-z]*n[A-Za-z]*b[A-Za-z]*\s+(?:-[A-Za-z]+\s+)*["']?[^\s"']+["']?\s+W"#,
    ),
    (
        "htpasswd",
        r#"\bhtpasswd\s+(?:-[A-Za-z]+\s+)*-[A-Za-z]*bn[A-Za-z]*\s+(?:-[A-Za-z]+\s+)*["']?[^\s"']+["']?\s+W"#,
    ),
    (
        "htpasswd",
        r#"\bhtpasswd\s+(?:-[A-Za-z]+\s+)*-[A-Zac-mo-z]*b[A-Zac-mo-z]*\s+(?:-[A-Za-z]+\s+)*\S+\s+["']?[^\s"']+["']?\s+W"#,
    ),
    ("redis-cli", r"\bredis-cli\b[^|;&\n]*?\s-a\s+W"),
    (
        "mongo",
        r"\bmongo(?:sh|dump|restore|export|import)?\s[^|;&\n]*?\s-p\s*W",
    ),
    (
        "ldap",
        r"\bldap(?:search|add|modify|delete|passwd|whoami|compare)\b[^|;&\n]*?\s-w\s*W",
    ),
    ("ldappasswd", r"\bldappasswd\b[^|;&\n]*?\s-[sa]\s*W"),
    (
        " login",
        r"\b(?:docker|podman|buildah|skopeo|nerdctl|helm\s+registry|az|oc)\s+login\b[^|;&\n]*?\s-p\s*W",
    ),
    (
        "rabbitmqctl",
        r#"\brabbitmqctl\b[^|;&\n]*?\s(?:add_user|change_password)\s+["']?[^\s"']+["']?\s+W"#,
    ),
    (
        "keytool",
        r"\bkeytool\b[^|;&\n]*?\s-(?:store|key|deststore|srcstore|destkey|srckey)pass(?:wd)?\s+W",
    ),
    ("unzip", r"\bunzip\b[^|;&\n]*?\s-P\s*W"),
    ("7z", r"\b7za?\b[^|;&\n]*?\s-pW"),
    (
        "snmp",
        r"\bsnmp(?:walk|get|set|bulkwalk|table|getnext)\b[^|;&\n]*?\s-[cAX]\s*W",
    ),
    ("ipmitool", r"\bipmitool\b[^|;&\n]*?\s-P\s*W"),
    (
        "wpa_passphrase",
        r#"\bwpa_passphrase\s+(?:"[^"]*"|'[^']*'|\S+)\s+W"#,
    ),
    ("vault", r"\bvault\s+login\s+(?:-\S+\s+)*(?:token=)?W"),
    ("unseal", r"\bvault\s+operator\s+unseal\s+(?:-\S+\s+)*W"),
    (
        "aws",
        r"\baws\s+configure\s+set\s+(?:\S+\.)?aws_(?:secret_access_key|session_token)\s+W",
    ),
    (
        "composer",
        r"\bcomposer\s+config\b[^|;&\n]*?\s(?:github-oauth|gitlab-token|gitlab-oauth)\.\S+\s+W",
    ),
    (
        "composer",
        r"\bcomposer\s+config\b[^|;&\n]*?\shttp-basic\.\S+\s+\S+\s+W",
    ),
    (
        "mosquitto",
        r#"\bmosquitto_passwd\s+(?:-[A-Za-z]*b[A-Za-z]*)\s+\S+\s+["']?[^\s"']+["']?\s+W"#,
    ),
    ("mosquitto", r"\bmosquitto_(?:pub|sub)\b[^|;&\n]*?\s-P\s*W"),
    (
        "lftp",
        r#"\blftp\b[^|;&\n]*?\s-u\s+["']?[^\s,"']+,(?P<s>[^\s"']+)"#,
    ),
    ("sqlcmd", r"\bsqlcmd\b[^|;&\n]*?\s-P\s*W"),
    ("tsql", r"\btsql\b[^|;&\n]*?\s-P\s*W"),
    ("isql", r"\bisql\b[^|;&\n]*?\s-P\s*W"),
    // Source, account and password of unixODBC; account and password of Oracle's programs.
    (
        "isql",
        r"\bisql\s+(?:-[a-z]\s+)*[A-Za-z][\w.-]*\s+[A-Za-z][\w.-]*\s+W",
    ),
    (
        "sqlplus",
        r#"\bsqlplus\s+(?:-\w+\s+)*["']?[A-Za-z]\w*/(?P<s>[^\s@"'/]+)"#,
    ),
    (
        "dp ",
        r#"\b(?:exp|imp)dp\s+(?:userid=)?["']?[A-Za-z]\w*/(?P<s>[^\s@"'/]+)"#,
    ),
    // A check of a database: host, port, account and password.
    (
        "check_",
        r#"\bcheck_[\w.-]+\s+\S+\s+(?:1433|1521|3306|5432|50000)\s+["']?[A-Za-z]\w*["']?\s+["']?(?P<s>[A-Za-z][^\s"'0-9]*[0-9][^\s"']*)"#,
    ),
    ("xfreerdp", r"\bxfreerdp\b[^|;&\n]*?\s/p:(?P<s>[^\s]+)"),
    ("influx", r"\binflux\b[^|;&\n]*?\s-password\s+W"),
    (
        "wget",
        r"\bwget\b[^|;&\n]*?\s--(?:http-|ftp-|proxy-)?password[\s=]W",
    ),
    ("gpg", r"\bgpg2?\b[^|;&\n]*?\s--passphrase[\s=]W"),
    (
        "createUser",
        r#"\bcreateUser\s+(?:-e\s+\S+\s+)?\S+\s+(?:MD5|SHA|SHA-\d+)\s+["']?(?P<s>[^\s"']+)"#,
    ),
    (
        "createUser",
        r#"\bcreateUser\s+(?:-e\s+\S+\s+)?\S+\s+(?:MD5|SHA|SHA-\d+)\s+\S+\s+(?:DES|AES\S*)\s+["']?(?P<s>[^\s"']+)"#,
    ),
    (
        "cloudflared",
        r"\bcloudflared\b[^|;&\n]*?\s(?:service\s+install|--token)\s+W",
    ),
    (
        "tailscale",
        r"\btailscale\s+up\b[^|;&\n]*?\s--auth-?key[\s=]W",
    ),
    // Settings of daemons that have a password among their words.
    ("stats auth", r"\bstats\s+auth\s+[^:\s]+:(?P<s>\S+)"),
    ("insecure-password", r"\binsecure-password\s+(?P<s>\S+)"),
    (
        "MONITOR",
        r"^\s*MONITOR\s+\S+\s+\d+\s+\S+\s+(?P<s>\S+)\s+(?:master|slave|primary|secondary)\b",
    ),
    ("user ", r"^\s*user\s+\S+\s[^#]*?>(?P<s>[^\s#]+)"),
    (
        "login ",
        r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?P<s>\S+)",
    ),
    (
        "allow ",
        r#"^\s*allow\s+["']?[A-Za-z][\w-]*["']?:["']?(?P<s>[^\s"']*[^\s"'.;])["']?\s*(?:read-?only)?\s*(?:#.*)?$"#,
    ),
    // An answer to a question of debconf: owner, question, type and value.
    (
        "password",
        r#"(?:^|["'])\s*#?[a-z0-9][a-z0-9.+-]*\s+[\w.+-]+/[\w./+-]+\s+password\s+(?P<s>[^\s"'\\]+)\s*(?:["'\\]|$)"#,
    ),
];

/// The patterns of the rows.
static PATTERNS: [Lazy; COMMANDS.len()] = [const { Lazy::new() }; COMMANDS.len()];

/// One word of a shell, in double, single or no quotes.
const WORD: &str = r#"(?:"(?P<s>[^"]+)"|'(?P<t>[^']+)'|(?P<u>[^\s"'|;&<>()-][^\s"'|;&<>)]*))"#;

/// Finds the passwords that a line gives to programs, of the rows whose word it has; variables are none.
pub(super) fn of_line(line: &str, rows: &[usize]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for row in rows {
        let (_, source) = COMMANDS[*row];
        // Only the mark at the end of a pattern, or before what follows a word, stands for a word.
        let regex = PATTERNS[*row].get_with(|| source.replacen('W', WORD, 1));
        for captures in regex
            .iter()
            .flat_map(|it| it.captures_iter(line.as_bytes()))
        {
            let it = ["s", "t", "u"]
                .iter()
                .find_map(|it| group(line, &captures, it));
            // A program's name behind its own is an option's letter or a file, never `-p` alone.
            let is_template = |at: usize| line[..at].trim_end().ends_with("{{");
            let it = it.filter(|(it, range)| is_given(it) && !is_template(range.start));
            found.extend(it.map(|(_, range)| range));
        }
    }
    found
}

/// A variable, a substitution, a placeholder or a file is no password.
fn is_given(word: &str) -> bool {
    let is_hash = word.starts_with('$') && word.matches('$').count() > 2;
    is_hash
        || super::value::may_be_secret(word)
            && !word.starts_with(['$', '{', '<', '-', '\\'])
            && !is_rest_of_address(word)
}

/// `fd00::/8`: what stands behind the first colon of a network.
fn is_rest_of_address(word: &str) -> bool {
    let is_of_one = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '/');
    word.contains(':') && word.chars().all(is_of_one)
}
