//! Base images, by their names: whose packages they have, what they bring, what they run.
//!
//! Names and tags are those of the official images: <https://hub.docker.com/search?badges=official>

use crate::model::Family;

/// What an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) kind: Kind,
    pub(super) family: Family,
    /// The packages, by the names of its family, that make it what it is.
    pub(super) brings: Vec<&'static str>,
    /// What it starts when nobody says otherwise, where that is known.
    pub(super) runs: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `scratch`
    Empty,
    /// A distribution and nothing else: its environment is the usual search path.
    System,
    /// A language or a program, with an environment and mostly a command of its own.
    Program,
    /// A name that says nothing.
    Unknown,
    Windows,
}

/// Distributions by the last part of an image's name.
const SYSTEMS: &[(&str, Family)] = &[
    ("alpine", Family::Alpine),
    ("almalinux", Family::Rhel),
    ("amazonlinux", Family::Rhel),
    ("archlinux", Family::Arch),
    ("buildpack-deps", Family::Debian),
    ("centos", Family::Rhel),
    ("debian", Family::Debian),
    ("fedora", Family::Rhel),
    ("kalilinux", Family::Debian),
    ("oraclelinux", Family::Rhel),
    ("raspbian", Family::Debian),
    ("rockylinux", Family::Rhel),
    ("ubi", Family::Rhel),
    ("ubi-init", Family::Rhel),
    ("ubi-micro", Family::Rhel),
    ("ubi-minimal", Family::Rhel),
    ("ubuntu", Family::Debian),
];

/// Languages and programs: Debian's and Alpine's names of their packages.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("bun", "bun", "bun"),
    ("caddy", "caddy", "caddy"),
    ("composer", "composer", "composer"),
    ("deno", "deno", "deno"),
    ("eclipse-temurin", "default-jre", "openjdk17-jre"),
    ("elasticsearch", "elasticsearch", "elasticsearch"),
    ("elixir", "elixir", "elixir"),
    ("erlang", "erlang", "erlang"),
    ("golang", "golang", "go"),
    ("gradle", "gradle", "gradle"),
    ("grafana", "grafana", "grafana"),
    ("grafana-oss", "grafana", "grafana"),
    ("haproxy", "haproxy", "haproxy"),
    ("httpd", "apache2", "apache2"),
    ("java", "default-jre", "openjdk17-jre"),
    ("mariadb", "mariadb-server", "mariadb"),
    ("maven", "maven", "maven"),
    ("memcached", "memcached", "memcached"),
    ("mongo", "mongodb-org", "mongodb"),
    ("mysql", "mysql-server", "mysql"),
    ("nginx", "nginx", "nginx"),
    ("node", "nodejs", "nodejs"),
    ("openjdk", "default-jre", "openjdk17-jre"),
    ("perl", "perl", "perl"),
    ("php", "php", "php"),
    ("postgres", "postgresql", "postgresql"),
    ("prometheus", "prometheus", "prometheus"),
    ("python", "python3", "python3"),
    ("rabbitmq", "rabbitmq-server", "rabbitmq-server"),
    ("redis", "redis-server", "redis"),
    ("ruby", "ruby", "ruby"),
    ("rust", "cargo", "cargo"),
    ("traefik", "traefik", "traefik"),
];

/// What official images start: the CMD of each, as its documentation has it.
const COMMANDS: &[(&str, &[&str])] = &[
    (
        "caddy",
        &[
            "caddy",
            "run",
            "--config",
            "/etc/caddy/Caddyfile",
            "--adapter",
            "caddyfile",
        ],
    ),
    (
        "haproxy",
        &["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
    ),
    ("eclipse-temurin", &["jshell"]),
    ("elasticsearch", &["elasticsearch"]),
    ("golang", &["bash"]),
    ("grafana", &["grafana-server"]),
    ("grafana-oss", &["grafana-server"]),
    ("httpd", &["httpd-foreground"]),
    ("mariadb", &["mariadbd"]),
    ("memcached", &["memcached"]),
    ("mongo", &["mongod"]),
    ("mysql", &["mysqld"]),
    ("nginx", &["nginx", "-g", "daemon off;"]),
    ("node", &["node"]),
    ("postgres", &["postgres"]),
    (
        "prometheus",
        &[
            "prometheus",
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
        ],
    ),
    ("python", &["python3"]),
    ("rabbitmq", &["rabbitmq-server"]),
    ("redis", &["redis-server"]),
    ("ruby", &["irb"]),
    ("rust", &["bash"]),
    ("traefik", &["traefik"]),
];

/// What images of distributions start.
fn shell(family: Family) -> &'static [&'static str] {
    if family == Family::Alpine {
        &["sh"]
    } else {
        &["bash"]
    }
}

/// Parts of a tag that say on which distribution an image stands.
const TAGS: &[(&str, Family)] = &[
    ("alpine", Family::Alpine),
    ("archlinux", Family::Arch),
    ("debian", Family::Debian),
    ("ubuntu", Family::Debian),
    ("slim", Family::Debian),
    ("jessie", Family::Debian),
    ("stretch", Family::Debian),
    ("buster", Family::Debian),
    ("bullseye", Family::Debian),
    ("bookworm", Family::Debian),
    ("trixie", Family::Debian),
    ("bionic", Family::Debian),
    ("focal", Family::Debian),
    ("jammy", Family::Debian),
    ("noble", Family::Debian),
    ("centos", Family::Rhel),
    ("fedora", Family::Rhel),
    ("oracle", Family::Rhel),
    ("ubi", Family::Rhel),
    ("el7", Family::Rhel),
    ("el8", Family::Rhel),
    ("el9", Family::Rhel),
];

/// Words of names that say for which machine a system is.
const MACHINES: [&str; 13] = [
    "aarch64",
    "amd64",
    "arm",
    "arm32v7",
    "arm64",
    "arm64v8",
    "armhf",
    "armv7hf",
    "debootstrap",
    "i386",
    "raspberrypi",
    "raspberrypi3",
    "rpi",
];

const WINDOWS: [&str; 5] = [
    "mcr.microsoft.com/windows",
    "nanoserver",
    "servercore",
    "windowsservercore",
    "mcr.microsoft.com/dotnet/framework",
];

/// Tells what an image is by its name, such as `docker.io/library/node:20-slim@sha256:…`.
pub(super) fn of(image: &str) -> Base {
    let bare = image.split('@').next().unwrap_or(image);
    let slash = bare.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match bare[slash..].find(':') {
        Some(at) => (&bare[..slash + at], &bare[slash + at + 1..]),
        None => (bare, ""),
    };
    let name = path[slash..].to_ascii_lowercase();
    let tag = tag.to_ascii_lowercase();
    let base = |kind, family, brings| Base {
        kind,
        family,
        brings,
        runs: &[],
    };
    if image == "scratch" {
        return base(Kind::Empty, Family::Other, Vec::new());
    }
    if WINDOWS
        .iter()
        .any(|it| path.contains(it) || tag.contains(it))
    {
        return base(Kind::Windows, Family::Other, Vec::new());
    }
    let of_tag = TAGS.iter().find(|(part, _)| {
        let begins = |word: &str| {
            word.strip_prefix(part)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        };
        tag.split(['-', '_', '.']).any(begins)
    });
    let of_tag = of_tag.map(|(_, family)| *family);
    let numberless = name.trim_end_matches(|c: char| c.is_ascii_digit());
    // `ubi9-minimal` and `centos7` are `ubi-minimal` and `centos`.
    let unnumbered: String = name.chars().filter(|c| !c.is_ascii_digit()).collect();
    // `alpine-arm`, `rpi-raspbian`, `debian-debootstrap`: the same system for another machine.
    let words: Vec<&str> = name
        .split('-')
        .filter(|it| !MACHINES.contains(it))
        .collect();
    let of_machine = words.join("-");
    let system = SYSTEMS
        .iter()
        .find(|(it, _)| *it == name || *it == numberless || *it == unnumbered || *it == of_machine);
    if let Some((_, family)) = system {
        return Base {
            runs: shell(*family),
            ..base(Kind::System, *family, Vec::new())
        };
    }
    if let Some(rest) = path.strip_prefix("mcr.microsoft.com/dotnet/") {
        // What is for programs that bring their runtime has none.
        let brings = if rest.ends_with("runtime-deps") {
            Vec::new()
        } else {
            vec!["dotnet"]
        };
        return base(Kind::Program, of_tag.unwrap_or(Family::Debian), brings);
    }
    if path.contains("distroless") {
        return base(Kind::System, Family::Other, Vec::new());
    }
    let is_official = !path.contains('/')
        || [
            "library/",
            "docker.io/library/",
            "docker.io/",
            "oven/",
            "denoland/",
            "docker.elastic.co/elasticsearch/",
            "grafana/",
            "prom/",
            "quay.io/prometheus/",
        ]
        .iter()
        .any(|it| path[..slash] == **it)
        || path.starts_with("arm")
        || path.starts_with("public.ecr.aws/docker/library/");
    let program = PROGRAMS
        .iter()
        .find(|(it, _, _)| *it == name)
        .filter(|_| is_official);
    if let Some((_, debian, alpine)) = program {
        let family = of_tag.unwrap_or(match name.as_str() {
            "traefik" | "caddy" => Family::Alpine,
            _ => Family::Debian,
        });
        let brings = match family {
            Family::Alpine => alpine,
            Family::Debian
            | Family::Rhel
            | Family::Arch
            | Family::Python
            | Family::Node
            | Family::Ruby
            | Family::Other => debian,
        };
        return Base {
            runs: command(&name, &tag),
            ..base(Kind::Program, family, vec![*brings])
        };
    }
    // Of other images the name or the tag may tell the distribution, and nothing else.
    let of_name = TAGS
        .iter()
        .find(|(part, _)| name.split(['-', '_', '.']).any(|word| word == *part));
    let family = of_tag.or(of_name.map(|(_, family)| *family));
    Base {
        runs: if is_official {
            command(&name, &tag)
        } else {
            &[]
        },
        ..base(Kind::Unknown, family.unwrap_or(Family::Other), Vec::new())
    }
}

/// Returns the name of an official image without what may stand around it.
fn official(image: &str) -> &str {
    let path = image.split('@').next().unwrap_or(image);
    let path = path.split(':').next().unwrap_or(path);
    let path = path.strip_prefix("docker.io/").unwrap_or(path);
    path.strip_prefix("library/").unwrap_or(path)
}

/// Returns the folder that all tags of an official image begin in.
pub(super) fn directory(image: &str) -> &'static str {
    match official(image) {
        "golang" => "/go",
        "httpd" => "/usr/local/apache2",
        "php" => "/var/www/html",
        _ => "/",
    }
}

/// Returns a variable that all tags of an official image set to the same.
pub(super) fn variable(image: &str, name: &str) -> Option<&'static str> {
    let path = official(image);
    const ROWS: [(&str, &str, &str); 3] = [
        ("golang", "GOPATH", "/go"),
        ("httpd", "HTTPD_PREFIX", "/usr/local/apache2"),
        ("php", "PHP_INI_DIR", "/usr/local/etc/php"),
    ];
    let mut rows = ROWS.iter();
    let row = rows.find(|(of, it, _)| *of == path && *it == name)?;
    Some(row.2)
}

fn command(name: &str, tag: &str) -> &'static [&'static str] {
    if name == "php" {
        return match tag {
            it if it.contains("fpm") => &["php-fpm"],
            it if it.contains("apache") => &["apache2-foreground"],
            _ => &["php", "-a"],
        };
    }
    let row = COMMANDS.iter().find(|(it, _)| *it == name);
    row.map_or(&[], |(_, command)| command)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn names_and_tags_tell_what_an_image_is() {
        for (image, expected) in [
            ("scratch", "Empty Other "),
            ("alpine:3.20", "System Alpine "),
            ("arm32v7/debian", "System Debian "),
            ("docker.io/library/ubuntu:24.04@sha256:0", "System Debian "),
            ("registry.access.redhat.com/ubi9/ubi-micro", "System Rhel "),
            ("redhat/ubi9-minimal", "System Rhel "),
            ("localhost:5000/fedora:40", "System Rhel "),
            ("gcr.io/distroless/static-debian12", "System Other "),
            ("node:20-alpine3.19", "Program Alpine nodejs"),
            ("python:3.11.4-slim-buster", "Program Debian python3"),
            ("node", "Program Debian nodejs"),
            ("eclipse-temurin:17-jre-focal", "Program Debian default-jre"),
            ("bitnami/node:20", "Unknown Other "),
            ("example/alpine-arm:3.8", "System Alpine "),
            ("example/rpi-raspbian:jessie", "System Debian "),
            (
                "mcr.microsoft.com/dotnet/aspnet:8.0",
                "Program Debian dotnet",
            ),
            (
                "ghcr.io/linuxserver/baseimage-alpine:3.20",
                "Unknown Alpine ",
            ),
            ("nextcloud:fpm-alpine", "Unknown Alpine "),
            (
                "mcr.microsoft.com/windows/servercore:ltsc2022",
                "Windows Other ",
            ),
            ("golang:1.21-nanoserver", "Windows Other "),
        ] {
            let base = of(image);
            let shown = format!(
                "{:?} {:?} {}",
                base.kind,
                base.family,
                base.brings.join(" ")
            );
            assert_eq!(shown, expected, "{image}");
        }
    }
}
