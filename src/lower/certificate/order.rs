//! What certbot is asked for: a command line, its cli.ini, or the file that it keeps of a certificate to renew it.
//!
//! Manual: <https://eff-certbot.readthedocs.io/en/stable/using.html>. A command with an option that is not known here is
//! none of these: it stays a command.

use crate::model::{Command, Step, Text};
use crate::syntax::shell;

/// A certificate, as its source orders it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The name of its folder in /etc/letsencrypt/live.
    pub(super) name: String,
    pub(super) domains: Vec<String>,
    pub(super) challenge: Challenge,
    /// The server whose sites get it, and whether plain requests are sent to the site with TLS.
    pub(super) installs: Option<(Server, bool)>,
    pub(super) email: Option<String>,
    /// The directory of the authority, where it is not that of Let's Encrypt.
    pub(super) directory: Option<String>,
    pub(super) key_type: Option<&'static str>,
    pub(super) must_staple: bool,
    pub(super) hooks: Vec<String>,
    /// The source does not say for which names it is.
    pub(super) names_are_guessed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Challenge {
    #[default]
    Unknown,
    Webroot(String),
    Standalone,
    Server(Server),
    Dns {
        plugin: String,
        credentials: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Nginx,
    Apache,
}

/// What a command of certbot does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Orders(Box<Order>),
    /// It renews what is there; these commands run afterwards.
    Renews(Vec<String>),
}

const STAGING: &str = "https://acme-staging-v02.api.letsencrypt.org/directory";
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Options without a value that say nothing of the certificate.
const SILENT: [&str; 23] = [
    "--agree-tos",
    "--allow-subset-of-names",
    "--break-my-certs",
    "--debug",
    "--eff-email",
    "--expand",
    "--force-renewal",
    "--hsts",
    "--keep",
    "--keep-until-expiring",
    "--no-eff-email",
    "--no-random-sleep-on-renew",
    "--no-self-upgrade",
    "--non-interactive",
    "--noninteractive",
    "--os-packages-only",
    "--quiet",
    "--register-unsafely-without-email",
    "--renew-by-default",
    "--renew-with-new-domains",
    "--reinstall",
    "--text",
    "--verbose",
];

/// Options with a value that say nothing of the certificate.
const SILENT_VALUES: [&str; 5] = [
    "--max-log-backups",
    "--preferred-challenges",
    "--preferred-chain",
    "--pre-hook",
    "--rsa-key-size",
];

/// Reads the command of a step.
pub(super) fn of_step(step: &Step, defaults: &[(String, String)]) -> Option<Does> {
    match &step.command {
        Command::Words(words) => {
            let words: Option<Vec<&str>> = words.iter().map(Text::plain).collect();
            of_words(&words?, defaults)
        }
        Command::Script { text, .. } => of_script(text.plain()?, defaults),
    }
}

/// Reads a script that does nothing besides but wait, or start and stop what answers on the port.
pub(super) fn of_script(text: &str, defaults: &[(String, String)]) -> Option<Does> {
    if !text.contains("certbot") && !text.contains("letsencrypt") {
        return None;
    }
    let script = shell::read(text).ok()?;
    let mut found = None;
    for command in script.simple_commands()? {
        let plain = command.plain_words();
        let words = plain.as_deref().unwrap_or_default();
        let Some(first) = words.first() else {
            // A word that the shell makes is none of certbot's here.
            let name = command.words.first().and_then(|it| it.plain.as_deref());
            if name.is_none_or(|it| !is_besides(it)) {
                return None;
            }
            continue;
        };
        if is_certbot(first) && found.is_none() {
            found = Some(of_words(words, defaults)?);
        } else if !is_besides(first) {
            return None;
        }
    }
    found
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_certbot(word: &str) -> bool {
    matches!(
        program(word),
        "certbot" | "certbot-auto" | "letsencrypt" | "letsencrypt-auto"
    )
}

fn is_besides(word: &str) -> bool {
    matches!(
        program(word),
        "[" | "nginx"
            | "perl"
            | "python"
            | "python3"
            | "service"
            | "set"
            | "sleep"
            | "systemctl"
            | "test"
            | "trap"
            | "true"
    )
}

fn of_words(words: &[&str], defaults: &[(String, String)]) -> Option<Does> {
    let (first, words) = words.split_first()?;
    if !is_certbot(first) {
        return None;
    }
    let mut order = Order::default();
    let mut verb = "run";
    let mut said: Vec<(String, Option<String>)> = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            verb = word;
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value.to_owned())),
            _ => (*word, None),
        };
        let name = long(name);
        let value = match value {
            Some(value) => Some(value),
            None if takes_value(name) => rest.next().map(|it| (*it).to_owned()),
            None => None,
        };
        said.push((name.to_owned(), value));
    }
    // What the command says itself stands; what is no matter of a certificate may stand there too.
    for (name, value) in defaults {
        let name = format!("--{}", name.replace('_', "-"));
        if said.iter().all(|(own, _)| *own != name) {
            option(&name, Some(value), &mut order);
        }
    }
    if said.iter().any(|(name, _)| name == "--dry-run") {
        return None;
    }
    let mut redirects = true;
    let mut rsa_size = None;
    for (name, value) in &said {
        if name == "--rsa-key-size" {
            rsa_size.clone_from(value);
        }
        redirects &= name != "--no-redirect";
        if !option(name, value.as_deref(), &mut order) {
            return None;
        }
    }
    if order.key_type == Some("rsa2048") && rsa_size.as_deref() == Some("4096") {
        order.key_type = Some("rsa4096");
    }
    match verb {
        "renew" => return Some(Does::Renews(order.hooks)),
        "run" => {
            let server = match order.challenge {
                Challenge::Server(server) => Some(server),
                Challenge::Unknown
                | Challenge::Webroot(_)
                | Challenge::Standalone
                | Challenge::Dns { .. } => None,
            };
            order.installs = order
                .installs
                .or(server.map(|it| (it, true)))
                .map(|(it, _)| (it, redirects));
        }
        "certonly" => order.installs = None,
        _ => return None,
    }
    let first = order.domains.first()?;
    if order.name.is_empty() {
        order.name = first.trim_start_matches("*.").to_owned();
    }
    (order.challenge != Challenge::Unknown).then(|| Does::Orders(Box::new(order)))
}

fn long(name: &str) -> &str {
    match name {
        "-a" => "--authenticator",
        "-d" | "--domain" => "--domains",
        "-i" => "--installer",
        "-m" => "--email",
        "-n" => "--non-interactive",
        "-q" => "--quiet",
        "-v" | "-vv" | "-vvv" => "--verbose",
        "-w" => "--webroot-path",
        "--test-cert" => "--staging",
        "--deploy-hook" => "--renew-hook",
        other => other,
    }
}

fn takes_value(name: &str) -> bool {
    SILENT_VALUES.contains(&name)
        || (name.starts_with("--dns-") && name.matches('-').count() > 3)
        || matches!(
            name,
            "--authenticator"
                | "--cert-name"
                | "--domains"
                | "--elliptic-curve"
                | "--email"
                | "--installer"
                | "--key-type"
                | "--post-hook"
                | "--renew-hook"
                | "--server"
                | "--webroot-path"
        )
}

/// Takes an option up; tells whether it is known.
fn option(name: &str, value: Option<&str>, order: &mut Order) -> bool {
    let value = value.unwrap_or_default();
    match name {
        "--domains" => {
            let names = value.split([',', ' ']).filter(|it| !it.is_empty());
            order.domains.extend(names.map(str::to_owned));
        }
        "--cert-name" => value.clone_into(&mut order.name),
        "--email" => order.email = Some(value.to_owned()),
        "--server" => order.directory = Some(value.to_owned()).filter(|it| it != LETS_ENCRYPT),
        "--staging" => order.directory = Some(STAGING.to_owned()),
        "--key-type" => {
            let keep = order.key_type.filter(|it| *it != "rsa2048");
            order.key_type = match value {
                "rsa" => Some("rsa2048"),
                _ => keep.or(Some("ec256")),
            };
        }
        "--elliptic-curve" => {
            if value == "secp384r1" && order.key_type != Some("rsa2048") {
                order.key_type = Some("ec384");
            }
        }
        "--must-staple" => order.must_staple = true,
        "--redirect" | "--no-redirect" => {}
        "--renew-hook" | "--post-hook" => order.hooks.push(value.to_owned()),
        "--webroot-path" => {
            order.challenge = Challenge::Webroot(value.trim_end_matches('/').to_owned());
        }
        "--authenticator" => return authenticator(value, order),
        "--installer" => match server(value) {
            Some(server) => order.installs = Some((server, true)),
            None => return value == "None" || value == "null",
        },
        other if other.starts_with("--dns-") && takes_value(other) => {
            let plain = other.trim_start_matches("--");
            let plain = plain.strip_suffix("-credentials").unwrap_or(plain);
            authenticator(plain, order);
            if let Challenge::Dns { credentials, .. } = &mut order.challenge
                && other.ends_with("-credentials")
            {
                *credentials = Some(value.to_owned());
            }
        }
        other => {
            let silent = SILENT.contains(&other) || SILENT_VALUES.contains(&other);
            return silent || authenticator(other.trim_start_matches("--"), order);
        }
    }
    true
}

fn server(name: &str) -> Option<Server> {
    match name {
        "nginx" => Some(Server::Nginx),
        "apache" => Some(Server::Apache),
        _ => None,
    }
}

/// Takes up who shows the authority that a name is the machine's, or a setting of it.
fn authenticator(name: &str, order: &mut Order) -> bool {
    if let Some(server) = server(name) {
        order.challenge = Challenge::Server(server);
        return true;
    }
    match name {
        // Where it is comes with an option of its own.
        "webroot" => {}
        "standalone" => order.challenge = Challenge::Standalone,
        _ => {
            let Some(rest) = name.strip_prefix("dns-") else {
                return false;
            };
            let plugin = rest.split('-').next().unwrap_or(rest).to_owned();
            let is_same =
                matches!(&order.challenge, Challenge::Dns { plugin: own, .. } if *own == plugin);
            if !is_same {
                order.challenge = Challenge::Dns {
                    plugin,
                    credentials: None,
                };
            }
        }
    }
    true
}

/// Reads what certbot keeps of a certificate: /etc/letsencrypt/renewal/`name`.conf.
pub(super) fn of_renewal(name: &str, text: &str, defaults: &[(String, String)]) -> Option<Order> {
    let mut order = Order {
        name: name.to_owned(),
        ..Order::default()
    };
    let defaults = defaults.iter().cloned();
    let fields: Vec<(String, String)> = defaults.chain(settings(text)).collect();
    let mut credentials = None;
    let mut webroot = None;
    let mut is_map = false;
    // How long a key is says nothing of one of the other kind; certbot had RSA where nothing is said until its version 2.
    let (mut is_rsa, mut is_long, mut is_wide) = (None, false, false);
    for (key, value) in &fields {
        if key.starts_with("[[") {
            is_map = key == "[[webroot_map]]";
            continue;
        }
        if is_map {
            order.domains.push(key.clone());
            webroot.get_or_insert_with(|| value.clone());
            continue;
        }
        match key.replace('_', "-").as_str() {
            "authenticator" => {
                authenticator(value, &mut order);
            }
            "webroot-path" => {
                let first = value.split(',').next().unwrap_or(value);
                webroot = Some(first.trim().to_owned()).filter(|it| !it.is_empty());
            }
            "server" => {
                order.directory = Some(value.clone()).filter(|it| it != LETS_ENCRYPT);
            }
            "email" => order.email = Some(value.clone()),
            "key-type" => is_rsa = Some(value == "rsa"),
            "rsa-key-size" => is_long = value == "4096",
            "elliptic-curve" => is_wide = value == "secp384r1",
            "must-staple" if value == "True" => order.must_staple = true,
            "renew-hook" | "post-hook" => order.hooks.push(value.clone()),
            other if other.starts_with("dns-") && other.ends_with("-credentials") => {
                credentials = Some(value.clone());
            }
            _ => {}
        }
    }
    order.key_type = match (is_rsa, is_long, is_wide) {
        (Some(true) | None, true, _) => Some("rsa4096"),
        (Some(true), false, _) => Some("rsa2048"),
        (Some(false) | None, _, true) => Some("ec384"),
        (Some(false), _, false) | (None, false, false) => None,
    };
    match (&mut order.challenge, webroot) {
        (
            Challenge::Dns {
                credentials: own, ..
            },
            _,
        ) => *own = credentials,
        (Challenge::Unknown, Some(path)) => {
            order.challenge = Challenge::Webroot(path.trim_end_matches('/').to_owned());
        }
        (Challenge::Unknown, None) => return None,
        (Challenge::Webroot(_) | Challenge::Standalone | Challenge::Server(_), _) => {}
    }
    if order.domains.is_empty() {
        order.names_are_guessed = true;
        order.domains.push(name.to_owned());
    }
    Some(order)
}

/// Reads `name = value` lines; the head of a section within another one is a line without a value.
pub(super) fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .filter_map(|line| {
            if line.starts_with("[[") {
                return Some((line.to_owned(), String::new()));
            }
            let (name, value) = line.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Challenge, Does, Order, Server, of_renewal, of_script};

    fn order(command: &str) -> Option<Order> {
        match of_script(command, &[])? {
            Does::Orders(order) => Some(*order),
            Does::Renews(_) => None,
        }
    }

    #[test]
    fn commands_say_what_they_order() {
        let found = order("certbot --nginx -d a.org,www.a.org --agree-tos -n -m me@a.org").unwrap();
        assert_eq!((found.name.as_str(), found.domains.len()), ("a.org", 2));
        assert_eq!(found.installs, Some((Server::Nginx, true)));
        assert_eq!(found.email.as_deref(), Some("me@a.org"));
        let found = order(
            "set -e\nsystemctl stop nginx\n/usr/bin/certbot certonly --webroot -w /srv/w/ -d '*.b.org' --key-type rsa --rsa-key-size 4096",
        );
        let found = found.unwrap();
        assert_eq!(found.challenge, Challenge::Webroot("/srv/w".into()));
        assert_eq!(
            (found.name.as_str(), found.key_type),
            ("b.org", Some("rsa4096"))
        );
        let found =
            order("certbot certonly --dns-cloudflare --dns-cloudflare-credentials /c.ini -d c.org");
        assert_eq!(
            found.unwrap().challenge,
            Challenge::Dns {
                plugin: "cloudflare".into(),
                credentials: Some("/c.ini".into())
            }
        );
    }

    #[test]
    fn what_is_not_known_stays_a_command() {
        for command in [
            "certbot certonly --manual -d a.org",
            "certbot certonly --standalone -d a.org --dry-run",
            "certbot certificates",
            "certbot certonly --standalone -d a.org && cp a b",
            "certbot certonly --standalone --strange -d a.org",
        ] {
            assert_eq!(of_script(command, &[]), None, "{command}");
        }
        assert_eq!(
            of_script(
                "test -x /usr/bin/certbot && certbot -q renew --post-hook 'x y'",
                &[]
            ),
            Some(Does::Renews(vec!["x y".into()]))
        );
    }

    #[test]
    fn what_certbot_keeps_says_the_same() {
        let text = "version = 1\n[renewalparams]\nauthenticator = webroot\nwebroot_path = /srv/w,\nserver = https://acme-v02.api.letsencrypt.org/directory\n[[webroot_map]]\na.org = /srv/w\nwww.a.org = /srv/w\n";
        let found = of_renewal("a.org", text, &[]).unwrap();
        assert_eq!(found.challenge, Challenge::Webroot("/srv/w".into()));
        assert_eq!((found.domains.len(), found.directory), (2, None));
        let kept = |text: &str| {
            let cli = [("rsa-key-size".to_owned(), "4096".to_owned())];
            let text = format!("[renewalparams]\nauthenticator = standalone\n{text}");
            of_renewal("a.org", &text, &cli).unwrap().key_type
        };
        assert_eq!(kept("key_type = ecdsa\n"), None);
        assert_eq!(kept("key_type = rsa\n"), Some("rsa4096"));
        assert_eq!(
            kept("rsa_key_size = 2048\nkey_type = rsa\n"),
            Some("rsa2048")
        );
        let text = "[renewalparams]\nauthenticator = nginx\ninstaller = nginx\n";
        assert!(of_renewal("a.org", text, &[]).unwrap().names_are_guessed);
    }
}
