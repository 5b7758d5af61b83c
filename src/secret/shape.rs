//! Values that are secrets by their shape, wherever they stand: keys with the mark of who gives them out, hashes of
//! passwords, tokens with a signature, passwords in addresses, private keys.

use super::pattern::{Lazy, group};
use std::ops::Range;

/// Patterns, behind what a line must hold of which one, in small letters; where a pattern has a group `s`, that is the
/// secret, else all of it is.
pub(super) const SHAPES: &[(&[&str], &str)] = &[
    // crypt(5), and the same in front of a scheme in braces.
    (
        &["$"],
        r"\$(?:1|apr1|md5)\$[./A-Za-z0-9]{0,16}\$[./A-Za-z0-9]{8,}",
    ),
    (&["$2"], r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{16,}"),
    (
        &["$5$", "$6$", "$7$"],
        r"\$[5-7]\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,48}\$[./A-Za-z0-9+=]{8,}",
    ),
    (
        &["y$"],
        r"\$(?:y|gy)\$[./A-Za-z0-9]+\$[./A-Za-z0-9]*\$[./A-Za-z0-9]{8,}",
    ),
    (
        &["$argon2", "$scrypt", "$pbkdf2", "$bcrypt", "$sha1"],
        r"\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|bcrypt-sha256|sha1)\$[^\s:;\x22'<>&|(){}]{16,}",
    ),
    (
        &[
            "{ssha", "{sha", "{crypt", "{md5", "{smd5", "{pbkdf2", "{blf", "{argon", "{plain",
            "{clear",
        ],
        r"\{(?:SSHA|SHA|CRYPT|MD5|SMD5|PBKDF2|SHA256|SHA512|SSHA256|SSHA512|BLF-CRYPT|SHA512-CRYPT|SHA256-CRYPT|MD5-CRYPT|ARGON2ID?|PLAIN|CLEARTEXT)[0-9-]*(?:\.\w+)?\}(?P<s>[^\s:;,\x22'<>]{4,})",
    ),
    (&["pbkdf2_sha"], r"\bpbkdf2_sha\d+\$\d+\$[^\s:;,\x22']+"),
    (
        &["grub.pbkdf2"],
        r"\bgrub\.pbkdf2\.sha\d+\.\d+\.[0-9A-Fa-f.]{16,}",
    ),
    (&["scram-sha-"], r"\bSCRAM-SHA-\d+\$\d+:[^\s\x22']+"),
    (&["*"], r"(?P<s>\*[0-9A-F]{40})\b"),
    // A password in an address, whose name may be empty.
    (
        &["://"],
        r"\b[A-Za-z][A-Za-z0-9+.\-]*://[^/\s:@'\x22<>$(){}|\[]*:(?P<s>[^/\s@'\x22<>]+)@",
    ),
    // A token in place of name and password.
    (&["://"], r"\bhttps?://(?P<s>[A-Za-z0-9_\-]{20,})@"),
    // Parts of a query that sign or open it.
    (
        &[
            "token=",
            "key=",
            "secret=",
            "password=",
            "passwd=",
            "pwd=",
            "signature=",
            "sig=",
            "credential=",
        ],
        r"[?&;](?:access_token|auth_token|token|api_?key|apikey|secret|password|passwd|pwd|signature|sig|X-Amz-Signature|X-Amz-Credential)=(?P<s>[^&\s\x22'<>#;]{6,})",
    ),
    // Headers.
    (
        &["authorization"],
        r"(?i)\bauthorization['\x22]?\s*[:=]\s*['\x22]?(?:bearer|basic|token|digest|apikey|key|negotiate)\s+(?P<s>[^\s'\x22,;]{4,})",
    ),
    (
        &["bearer"],
        r"\b(?:Bearer|bearer)\s+(?P<s>[A-Za-z0-9._~+/=\-]{16,})",
    ),
    // JSON Web Token.
    (
        &["eyj"],
        r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]*",
    ),
    // Those who give keys out mark them.
    (
        &["akia", "asia", "abia", "acca"],
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b",
    ),
    (
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    ),
    (&["github_pat_"], r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    (
        &[
            "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-",
            "glsoat-", "gloas-", "glffct-",
        ],
        r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[A-Za-z0-9_\-]{16,}",
    ),
    (&["gr1348941"], r"\bGR1348941[A-Za-z0-9_\-]{16,}"),
    (&["xox"], r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}"),
    (&["xapp-"], r"\bxapp-[0-9]-[A-Za-z0-9\-]{10,}"),
    (
        &["hooks.slack"],
        r"\bhooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[A-Za-z0-9/_\-]{12,})",
    ),
    (
        &["discord"],
        r"\bdiscord(?:app)?\.com/api/webhooks/(?P<s>[0-9]{6,}/[A-Za-z0-9_\-]{20,})",
    ),
    (
        &["webhook.office"],
        r"\bwebhook\.office\.com/webhookb2/(?P<s>[A-Za-z0-9@/\-]{20,})",
    ),
    (&[":aa"], r"\b(?P<s>[0-9]{8,10}:AA[A-Za-z0-9_\-]{30,})"),
    (&["_live_"], r"\b(?:sk|rk|pk)_live_[A-Za-z0-9]{10,}"),
    (&["_test_"], r"\b(?:sk|rk)_test_[A-Za-z0-9]{10,}"),
    (&["whsec_"], r"\bwhsec_[A-Za-z0-9+/=]{16,}"),
    (&["aiza"], r"\bAIza[0-9A-Za-z_\-]{30,}"),
    (&["gocspx-"], r"\bGOCSPX-[A-Za-z0-9_\-]{20,}"),
    (&["ya29."], r"\bya29\.[A-Za-z0-9_\-]{20,}"),
    (&["npm_"], r"\bnpm_[A-Za-z0-9]{30,}"),
    (&["pypi-"], r"\bpypi-[A-Za-z0-9_\-]{40,}"),
    (&["sg."], r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    (&["key-"], r"\bkey-[0-9a-f]{32}\b"),
    (&["_v1_"], r"\bdo[opr]_v1_[a-f0-9]{40,}"),
    (&["hf_"], r"\bhf_[A-Za-z0-9]{30,}"),
    (
        &["sk-"],
        r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_\-]{32,}",
    ),
    (&["dckr_"], r"\bdckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,}"),
    (
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b",
    ),
    (&["glsa_", "glc_"], r"\bgl(?:sa|c)_[A-Za-z0-9_+/=]{20,}"),
    (&["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_\-]{20,}"),
    (&["dapi"], r"\bdapi[a-f0-9]{32}\b"),
    (&["tskey-"], r"\btskey-[a-z]+-[A-Za-z0-9\-]{10,}"),
    (&["age-secret-key-"], r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    (
        &[".atlasv1."],
        r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-]{40,}",
    ),
    (&["nrak-"], r"\bNRAK-[A-Z0-9]{20,}"),
    (&["atatt3"], r"\bATATT3[A-Za-z0-9_\-=]{40,}"),
    (&["sntrys_"], r"\bsntrys_[A-Za-z0-9_+/=\-]{30,}"),
    (
        &["accountkey=", "sharedaccesskey=", "sharedaccesssignature="],
        r"\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<s>[^;\s\x22']{8,})",
    ),
    // SQL.
    (
        &["identified"],
        r"(?i)\bidentified\s+(?:with\s+\w+\s+)?(?:by|as)\s+(?:password\s+)?['\x22](?P<s>[^'\x22`]+)['\x22]",
    ),
    (
        &["password"],
        r"(?i)\b(?:encrypted\s+)?password\s+\\?'(?P<s>[^'\\]+)\\?'",
    ),
    (
        &["password"],
        r"(?i)\b(?:with|encrypted)\s+password\s+\\?\x22(?P<s>[^\x22\\]+)",
    ),
    (
        &["password"],
        r"(?i)\bset\s+password\s+(?:for\s+[^=]+)?=\s*(?:password\s*\()?\\?['\x22](?P<s>[^'\x22]+)['\x22]",
    ),
    (
        &["password("],
        r"(?i)\bpassword\(\s*['\x22](?P<s>[^'\x22$]+)['\x22]\s*\)",
    ),
    // Words that nobody writes but as a password: `passw0rd`, and what has figures among its letters and says so.
    (
        &[
            "passw0rd", "p4ssw", "p@ssw", "pa55w", "pa$$w", "s3cr3t", "s3cret",
        ],
        r"(?i)(?:\b|_)(?P<s>[a-z0-9@$-]*(?:passw0rd|p4ssw[o0]r?d|p@ssw[o0]r?d|pa55w[o0]r?d|pa\$\$w[o0]r?d|s3cr[3e]t)[a-z0-9@$-]*)",
    ),
    (
        &["passw"],
        r"(?:^|[\s!'\x22=:,;|/])(?P<s>(?:[A-Za-z]+[0-9]+){2,}[A-Za-z]*?(?i:passwd|password)[0-9]*)(?:$|[\s!'\x22,;|])",
    ),
    // A here-string or a pipe that feeds name and password.
    (
        &["pass"],
        r"(?i)\bpass(?:in|out)?[\s=]+(?:pass):(?P<s>[^\s'\x22]+)",
    ),
];

/// The patterns of the rows.
static PATTERNS: [Lazy; SHAPES.len()] = [const { Lazy::new() }; SHAPES.len()];

/// What begins and ends a block that is secret as a whole.
const BLOCKS: &[(&str, &str, &str)] = &[
    ("-----BEGIN ", "PRIVATE KEY", "-----END "),
    ("-----BEGIN ", "OpenVPN Static key", "-----END "),
    ("---- BEGIN SSH2 ENCRYPTED PRIVATE", "KEY", "---- END "),
    ("Private-Lines: ", "", "Private-MAC: "),
];

/// Finds what is a secret by its shape in a line, of the rows whose marks it has.
pub(super) fn of_line(line: &str, rows: &[usize]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for row in rows {
        let (_, source) = SHAPES[*row];
        for captures in PATTERNS[*row]
            .get(source)
            .iter()
            .flat_map(|it| it.captures_iter(line.as_bytes()))
        {
            let whole = captures.get(0).map(|it| it.range());
            let part = || group(line, &captures, "s");
            let it = part().or_else(|| whole.and_then(|it| Some((line.get(it.clone())?, it))));
            found.extend(it.filter(|(it, _)| is_real(it)).map(|(_, range)| range));
        }
    }
    found
}

/// A variable or a placeholder in the place of a secret is none.
fn is_real(text: &str) -> bool {
    let bare = text.trim_matches(['\'', '"', '\\']);
    let is_hash = text.starts_with('$') && text.matches('$').count() > 1;
    (is_hash || super::value::may_be_secret(bare)) && !is_drawn(bare)
}

/// `...`, `xxxx`, `<token>`, `{}`: how examples are written.
fn is_drawn(text: &str) -> bool {
    let held = |c: char| crate::syntax::placeholder_index(c).is_some();
    text.contains("...")
        || text.contains("${")
        || text.contains("{{")
        || text.chars().all(|c| {
            !c.is_alphanumeric() || matches!(c, 'x' | 'X' | 'y' | 'Y' | 'z' | 'Z') || held(c)
        })
}

/// What a line has in which `login` may find something.
pub(super) const LOGIN_MARKS: [&str; 2] = ["auth", "basic"];

const LOGIN: &str =
    r#"(?:"auth"\s*:\s*"|\b_auth\s*=\s*"?|\b(?:Basic|basic)\s+)(?P<s>[A-Za-z0-9+/]{6,}={0,2})"#;

static LOGIN_PATTERN: Lazy = Lazy::new();

/// A name and a password as base64, as Docker and HTTP write them.
pub(super) fn login(line: &str) -> Option<Range<usize>> {
    let captures = LOGIN_PATTERN.get(LOGIN)?.captures(line.as_bytes())?;
    let (found, range) = group(line, &captures, "s")?;
    let decoded = base64(found)?;
    let is_text = decoded.iter().all(|byte| (0x20..0x7f).contains(byte));
    (is_text && decoded.contains(&b':')).then_some(range)
}

/// Decodes base64 as far as it goes; none where it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

/// Finds the blocks of a text that are private keys, from their first line to their last.
pub(super) fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (begin, kind, end) in BLOCKS {
        let mut from = 0;
        while let Some(at) = text[from..].find(begin).map(|at| from + at) {
            let head = text[at..].lines().next().unwrap_or_default();
            from = at + begin.len();
            // The head of a key on one line, as in JSON, has the whole key behind it.
            let marked = head.get(..head.len().min(80)).unwrap_or(head);
            if !marked.contains(kind)
                || marked.contains("PUBLIC KEY") && !marked.contains("PRIVATE KEY")
            {
                continue;
            }
            let behind = head.rfind("-----").map_or("", |at| &head[at + 5..]);
            let is_whole = head.contains("\\n") || head.matches("-----").count() != 2;
            // A pattern that looks for keys has more behind the head.
            if begin.starts_with("-----")
                && !is_whole
                && !behind
                    .trim_end_matches(['"', '\'', '\\', ' ', '\r'])
                    .is_empty()
            {
                continue;
            }
            let rest = &text[from..];
            let to = match rest.find(end) {
                Some(stop) => {
                    let behind = &rest[stop + end.len()..];
                    // `-----END X-----`, or a line of its own.
                    let close = behind
                        .find("-----")
                        .map(|it| it + 5)
                        .filter(|it| *it < 60)
                        .unwrap_or_else(|| behind.find('\n').unwrap_or(behind.len()));
                    from + stop + end.len() + close
                }
                // A head alone, as in a pattern that looks for keys.
                None if is_alone(rest) => continue,
                None => text.len(),
            };
            // Nothing between head and end is an example.
            let inner = &text[at + head.len().min(to - at)..to];
            if inner.is_empty() && !text[at..to].contains("\\n") && to - at < 80 {
                continue;
            }
            found.push(at..to);
            from = to;
        }
    }
    found
}

/// Nothing follows that could be a key: the next lines are no base64.
fn is_alone(rest: &str) -> bool {
    let next = rest.lines().nth(1).unwrap_or_default().trim();
    let is_code = |c: char| c.is_ascii_alphanumeric() || "+/=\\:, -".contains(c);
    next.len() < 16 || !next.chars().all(is_code)
}
