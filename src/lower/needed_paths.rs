//! Paths that the services of a plan read and that nothing of the plan makes: certificates, files of passwords, web roots,
//! the folders in which units work. They are the person's to carry over.

use super::carried::{DATA, subject};
use super::paths::is_below;
use crate::nix::{Expr, StrPart};
use crate::plan::{Chore, OptionPath, Plan};

/// Folders that programs of people are in, and data.
const OF_PEOPLE: [&str; 7] = [
    "/home",
    "/opt",
    "/srv",
    "/usr/local",
    "/var/www",
    "/data",
    "/etc",
];

/// Directives of the texts of web servers that name a file or a folder, and what it is.
const DIRECTIVES: [(&str, Use); 9] = [
    ("root", Use::Served),
    ("alias", Use::Served),
    ("DocumentRoot", Use::Served),
    ("auth_basic_user_file", Use::Passwords),
    ("AuthUserFile", Use::Passwords),
    ("ssl_certificate", Use::Certificate),
    ("ssl_certificate_key", Use::Certificate),
    ("SSLCertificateFile", Use::Certificate),
    ("SSLCertificateKeyFile", Use::Certificate),
];

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Certificate,
    Passwords,
    Served,
    Worked,
}

/// Returns a chore for each such path that no chore is about yet.
pub(super) fn chores(plan: &Plan) -> Vec<Chore> {
    let mut found: Vec<(String, Use, String)> = Vec::new();
    for (path, setting) in plan.settings() {
        let Some((by, named)) = asked(path) else {
            continue;
        };
        for definition in setting.definitions() {
            for (file, of) in files(&definition.expr, named) {
                let file = match of {
                    Use::Certificate => certificates(&file),
                    Use::Passwords | Use::Served | Use::Worked => file,
                };
                let is_known = found.iter().any(|it| it.0 == file);
                if !is_known && is_of_people(&file) && !is_made(&file, plan) {
                    found.push((file, of, by.clone()));
                }
            }
        }
    }
    let is_below_another = |file: &str| {
        let mut others = found.iter().filter(|it| it.0 != file);
        others.any(|it| is_below(file, &it.0))
    };
    found
        .iter()
        .filter(|it| !is_below_another(&it.0))
        .map(|(file, of, by)| Chore {
            topic: DATA.to_owned(),
            text: text(file, *of, by),
        })
        .collect()
}

/// The service that an option is of, and what the option names where its value is a path.
fn asked(path: &OptionPath) -> Option<(String, Option<Use>)> {
    let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
    match names.as_slice() {
        ["services", server @ ("nginx" | "httpd"), .., last] => {
            let named = match *last {
                "root" | "alias" | "documentRoot" => Some(Use::Served),
                "basicAuthFile" => Some(Use::Passwords),
                "sslCertificate"
                | "sslCertificateKey"
                | "sslServerCert"
                | "sslServerKey"
                | "sslTrustedCertificate" => Some(Use::Certificate),
                _ => None,
            };
            Some(((*server).to_owned(), named))
        }
        [
            "systemd",
            "services",
            unit,
            "serviceConfig",
            "WorkingDirectory",
        ] => Some(((*unit).to_owned(), Some(Use::Worked))),
        _ => None,
    }
}

/// The paths that a value names: itself, or the directives of a text.
fn files(expr: &Expr, named: Option<Use>) -> Vec<(String, Use)> {
    let Expr::Str(parts) = expr else {
        return Vec::new();
    };
    if let (Some(of), Some(path)) = (named, expr.as_str()) {
        let path = path.trim_start_matches('-').trim_end_matches('/');
        return vec![(path.to_owned(), of)];
    }
    let texts = parts.iter().filter_map(|part| match part {
        StrPart::Literal(text) => Some(text.as_str()),
        StrPart::Splice(_) => None,
    });
    let mut found = Vec::new();
    for line in texts.flat_map(str::lines) {
        let mut words = line.split_whitespace();
        let directive = words.next().unwrap_or_default();
        let known = DIRECTIVES.iter().find(|it| it.0 == directive);
        if let (Some((_, of)), Some(path)) = (known, words.next()) {
            let path = path.trim_matches(['"', ';']).trim_end_matches('/');
            found.push((path.to_owned(), *of));
        }
    }
    found
}

/// The folder that is carried over for a certificate: all of Let's Encrypt's, since its links lead to others of it.
fn certificates(file: &str) -> String {
    let folder = "/etc/letsencrypt";
    if is_below(file, folder) {
        folder.to_owned()
    } else {
        file.to_owned()
    }
}

fn is_of_people(file: &str) -> bool {
    OF_PEOPLE
        .iter()
        .any(|folder| file != *folder && is_below(file, folder))
}

/// Tells whether the plan makes the file, or a chore is about it or about a folder above it.
fn is_made(file: &str, plan: &Plan) -> bool {
    let is_etc = |path: &OptionPath| {
        let below = file.strip_prefix("/etc/");
        matches!(path.names(), [environment, etc, name, ..]
            if environment == "environment" && etc == "etc" && Some(name.as_str()) == below)
    };
    plan.settings().any(|(path, _)| is_etc(path))
        || plan
            .chores
            .iter()
            .filter_map(subject)
            .any(|it| is_below(file, it))
}

fn text(file: &str, of: Use, by: &str) -> String {
    match of {
        Use::Certificate => format!(
            "`{file}`: the certificates that `{by}` reads, and their keys; carry them over so that the user of `{by}` can read them, which on NixOS starts as that user"
        ),
        Use::Passwords => format!("`{file}`: the passwords that `{by}` asks for"),
        Use::Served => format!("`{file}`: what `{by}` serves"),
        Use::Worked => format!("`{file}`: where `{by}` works"),
    }
}

#[cfg(test)]
mod tests {
    use super::chores;
    use crate::nix::Expr;
    use crate::plan::{Chore, Definition, Home, OptionPath, Origin, Plan};

    #[test]
    fn what_services_read_is_carried_over_once() {
        let mut plan = Plan::new("web1", "");
        let site = "services.nginx.virtualHosts.a";
        for (path, text) in [
            ("root", "/srv/a/public/"),
            ("sslCertificate", "/etc/letsencrypt/live/a/fullchain.pem"),
            ("sslCertificateKey", "/etc/letsencrypt/live/a/privkey.pem"),
            ("extraConfig", "auth_basic_user_file /etc/nginx/users;\n"),
            ("locations.\"/x\".alias", "/home/b/x"),
            ("locations.\"/y\".root", "/srv/a"),
        ] {
            let definition = Definition {
                expr: Expr::str(text),
                home: Home::Machine,
                origin: Origin::default(),
                rule: String::new(),
            };
            let path = OptionPath::parse(&format!("{site}.{path}"));
            plan.set(path, definition).unwrap();
        }
        plan.chores.push(Chore {
            topic: "Data".to_owned(),
            text: "`/home/b`, the home of `b`".to_owned(),
        });
        let found: Vec<String> = chores(&plan).into_iter().map(|it| it.text).collect();
        assert_eq!(
            found,
            [
                "`/etc/letsencrypt`: the certificates that `nginx` reads, and their keys; carry them over so that the \
                 user of `nginx` can read them, which on NixOS starts as that user",
                "`/etc/nginx/users`: the passwords that `nginx` asks for",
                "`/srv/a`: what `nginx` serves",
            ]
        );
    }
}
