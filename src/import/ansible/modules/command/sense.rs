//! What a command asks of a machine, as far as its program is known.

use super::bootstrap;
use super::calls::{self, Call, Outcome};
use super::lists;
use super::pipes;
use super::stated::stated;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::package;
use crate::import::ansible::params::Refusal;
use crate::import::holes::Encoded;
use crate::import::programs::{BY_HAND, LOOKS, NOTHING, READERS};
use crate::model::{Family, Resource, Service};
use crate::syntax::glob::is_pattern;
use crate::syntax::placeholder_index;
use crate::syntax::shell::{Command, Connector, List, Pipeline, Simple, read};

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It only looks.
    Reads,
    /// It has no meaning on NixOS; why.
    Nothing(&'static str),
    States(Asks),
    Manual {
        reason: String,
        cure: &'static str,
    },
    /// Nobody knows: it is kept.
    Unknown,
}

/// What is stated instead of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    pub(super) resources: Vec<Resource>,
    pub(super) packages: Vec<(String, bool, Family)>,
    /// What modules say in their words, in order.
    pub(super) calls: Vec<Call>,
}

impl Asks {
    pub(super) fn of(resource: Resource) -> Sense {
        Sense::States(Asks {
            resources: vec![resource],
            ..Asks::default()
        })
    }

    pub(super) fn of_calls(calls: Vec<Call>) -> Sense {
        Sense::States(Asks {
            calls,
            ..Asks::default()
        })
    }

    pub(super) fn of_package(name: &str, family: Family) -> Sense {
        Sense::States(Asks {
            packages: vec![(name.to_owned(), true, family)],
            ..Asks::default()
        })
    }

    /// States all of it; `false` where a module has no words for it, so that the command has to run.
    pub(super) fn put(self, encoded: &Encoded, run: &mut Run<'_, '_>) -> Result<bool, Refusal> {
        let has_hole = |it: &Resource| is_secret(&format!("{it:?}"));
        if self.resources.iter().any(has_hole) {
            return Ok(false);
        }
        let mut outcome = Ok(true);
        for call in calls::with_modes(self.calls) {
            match call.make(encoded, run) {
                Outcome::Done => {}
                Outcome::Kept => return Ok(false),
                Outcome::Refused(refusal) => outcome = outcome.and(Err(refusal)),
            }
        }
        for resource in self.resources {
            run.put(match resource {
                Resource::Service(service) => Resource::Service(Service {
                    family: run.family,
                    ..service
                }),
                other => other,
            });
        }
        for (name, is_there, family) in self.packages {
            let state = if is_there { "present" } else { "absent" };
            let asked = package::ask(&[name], state, family, run);
            outcome = outcome.and_then(|all| asked.map(|()| all));
        }
        outcome
    }
}

/// Returns what a shell script asks for; it is known only where it is nothing but simple commands.
pub(super) fn of_script(text: &str) -> Sense {
    let text = &with_known_names(text);
    let Ok(script) = read(text) else {
        return Sense::Unknown;
    };
    if bootstrap::is_for_python(&script) {
        return Sense::Nothing(bootstrap::WHY);
    }
    let mut asks = Asks::default();
    let mut nothing = None;
    let mut is_asked = false;
    // What stands behind `||` or `&&` may not run: only what reads or means nothing may hang on it.
    let mut hangs = false;
    let mut count = 0;
    for list in &lists::flat(script) {
        let senses = match lists::of(list) {
            Some(sense) => vec![(sense, true)],
            None => {
                hangs |= hang_together(list);
                match senses_of(list) {
                    Some(senses) => senses,
                    None => return Sense::Unknown,
                }
            }
        };
        count += senses.len();
        for (sense, is_harmless) in senses {
            match sense {
                Sense::Reads => is_asked |= !is_harmless,
                Sense::Nothing(why) => nothing = nothing.or(Some(why)),
                Sense::States(more) => {
                    asks.resources.extend(more.resources);
                    asks.packages.extend(more.packages);
                    asks.calls.extend(more.calls);
                }
                other => return other,
            }
        }
    }
    if asks != Asks::default() {
        return if is_asked || (hangs && count > 1) {
            Sense::Unknown
        } else {
            Sense::States(asks)
        };
    }
    nothing.map_or(Sense::Reads, Sense::Nothing)
}

/// Returns what the commands of a list ask for, and which of them say nothing on which others could hang; none where one
/// is no plain command.
fn senses_of(list: &List) -> Option<Vec<(Sense, bool)>> {
    let mut senses = Vec::new();
    for pipeline in pipelines(list) {
        if let Some(sense) = pipes::of(pipeline) {
            senses.push((sense, true));
            continue;
        }
        for command in &pipeline.commands {
            let Command::Simple(simple) = command else {
                return None;
            };
            senses.push((of_simple(simple), is_harmless(simple)));
        }
    }
    Some(senses)
}

/// What an author asks of the machine where the name of a download has it in it.
fn with_known_names(text: &str) -> String {
    const KNOWN: [(&str, &str); 6] = [
        ("$(uname -s)", "Linux"),
        ("$(uname -m)", "x86_64"),
        ("$(uname -p)", "x86_64"),
        ("`uname -s`", "Linux"),
        ("`uname -m`", "x86_64"),
        ("$(dpkg --print-architecture)", "amd64"),
    ];
    let mut text = text.to_owned();
    if text.contains("curl ") || text.contains("wget ") {
        for (asked, answer) in KNOWN {
            text = text.replace(asked, answer);
        }
    }
    text
}

fn pipelines(list: &List) -> impl Iterator<Item = &Pipeline> {
    std::iter::once(&list.first).chain(list.rest.iter().map(|(_, it)| it))
}

/// Tells whether a command that looks says nothing on which others could hang: `test -f x && …` does.
fn is_harmless(command: &Simple) -> bool {
    let program = command.words.first().and_then(|it| it.plain.as_deref());
    program.is_none_or(|it| {
        [
            "cd", "set", "export", "echo", "printf", "true", ":", "umask",
        ]
        .contains(&it)
    })
}

/// Tells whether what runs hangs on what came before, other than on its success.
fn hang_together(list: &List) -> bool {
    let is_piped = |it: &Pipeline| it.negated || (it.commands.len() > 1 && pipes::of(it).is_none());
    pipelines(list).any(is_piped) || list.rest.iter().any(|(it, _)| *it == Connector::Or)
}

fn of_simple(command: &Simple) -> Sense {
    let writes = command
        .redirections
        .iter()
        .any(|it| it.kind.writes() && it.target.plain.as_deref() != Some("/dev/null"));
    let runs_others = command
        .words
        .iter()
        .chain(command.assignments.iter().map(|(_, value)| value))
        .any(|it| it.plain.is_none() && (it.raw.contains("$(") || it.raw.contains('`')));
    if writes || runs_others {
        return Sense::Unknown;
    }
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|it| it.plain.as_deref().unwrap_or(&it.raw))
        .collect();
    let sense = of_command(&words);
    // What `rm` is given may be a pattern: nothing is there on a new machine to match it.
    let is_meant = |raw: &str| {
        words.first() == Some(&"rm") && is_pattern(raw) && !raw.contains(['$', '`', '~', '\'', '"'])
    };
    let mut given = command.words.iter();
    let is_plain = given.all(|it| it.plain.is_some() || is_meant(&it.raw));
    match sense {
        Sense::States(_) if !is_plain => Sense::Unknown,
        sense => sense,
    }
}

/// Returns what a program with its arguments asks for.
pub(super) fn of_command(words: &[&str]) -> Sense {
    let words = match words {
        ["sudo", rest @ ..] if rest.first().is_some_and(|it| !it.starts_with('-')) => rest,
        // Who administers the server.
        ["sudo", "-u" | "-iu" | "-Hu", "postgres", rest @ ..] => rest,
        ["su", "postgres", "-c", script] | ["su", "-" | "-l", "postgres", "-c", script] => {
            return of_script(script);
        }
        words => words,
    };
    let Some((path, arguments)) = words.split_first() else {
        return Sense::Reads;
    };
    let program = path.rsplit('/').next().unwrap_or(path);
    if let [only] = arguments
        && ["--version", "-version", "--help", "version", "-V"].contains(only)
    {
        return Sense::Reads;
    }
    if let Some(sense) = stated(path, program, arguments) {
        return sense;
    }
    if let [way, script] = arguments
        && pipes::is_shell(program)
        && way.starts_with('-')
        && way.ends_with('c')
        && !is_secret(script)
    {
        return match pipes::installer(script) {
            Some(url) => pipes::installs(&url),
            None => of_script(script),
        };
    }
    let is_table = |it: &&str| it.contains("/etc/postfix/") || it.ends_with("/etc/aliases");
    if matches!(program, "postalias" | "postmap") && arguments.last().is_some_and(is_table) {
        return Sense::Nothing(
            "postfix makes the databases of its tables when NixOS starts it: services.postfix.mapFiles and its kin name them",
        );
    }
    let is_meant =
        |wanted: &[&str]| wanted.is_empty() || arguments.iter().any(|it| wanted.contains(it));
    if let Some((_, _, why)) = NOTHING
        .iter()
        .find(|(name, wanted, _)| *name == program && is_meant(wanted))
    {
        return Sense::Nothing(why);
    }
    let reads = READERS
        .iter()
        .any(|(name, wanted)| *name == program && is_meant(wanted));
    if reads && !acts(program, arguments) {
        return Sense::Reads;
    }
    if let Some((_, what, cure)) = BY_HAND.iter().find(|(name, _, _)| *name == program) {
        let named: Vec<&str> = arguments
            .iter()
            .filter(|it| !it.starts_with('-') && !is_secret(it))
            .copied()
            .collect();
        return Sense::Manual {
            reason: match named.join(" ") {
                named if named.is_empty() => (*what).to_owned(),
                named => format!("{what}: {named}"),
            },
            cure,
        };
    }
    Sense::Unknown
}

/// Tells whether the arguments of a command say that it looks.
pub(super) fn says_that_it_looks(words: &[&str]) -> bool {
    words.iter().skip(1).any(|it| LOOKS.contains(it))
}

/// Arguments with which a program that usually looks does something.
fn acts(program: &str, arguments: &[&str]) -> bool {
    let has = |wanted: &[&str]| {
        arguments
            .iter()
            .any(|it| wanted.iter().any(|wanted| it == wanted))
    };
    match program {
        "find" => has(&["-delete", "-exec", "-execdir", "-ok", "-fprint"]),
        "sed" => arguments
            .iter()
            .any(|it| it.starts_with("-i") || it.starts_with("--in-place") || it.contains("w /")),
        "awk" | "gawk" => arguments
            .iter()
            .any(|it| it.contains("system(") || it.contains("print >")),
        "sort" => has(&["-o"]),
        "hostname" | "date" => arguments.iter().any(|it| !it.starts_with(['-', '+'])),
        "sysctl" => has(&["-w", "-p", "--system"]) || arguments.iter().any(|it| it.contains('=')),
        "xargs" => arguments
            .iter()
            .find(|it| !it.starts_with('-'))
            .is_some_and(|it| of_command(&[it]) != Sense::Reads),
        _ => false,
    }
}

pub(super) fn is_secret(word: &str) -> bool {
    word.chars().any(|c| placeholder_index(c).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Sense, of_script};

    fn check(script: &str, expected: &str) {
        let found = match of_script(script) {
            Sense::Reads => "reads".to_owned(),
            Sense::Nothing(_) => "nothing".to_owned(),
            Sense::Unknown => "unknown".to_owned(),
            Sense::Manual { reason, .. } => format!("manual: {reason}"),
            Sense::States(asks) => {
                let mut all: Vec<String> = Vec::new();
                for it in &asks.resources {
                    all.push(serde_json::to_string(it).unwrap());
                }
                for it in &asks.calls {
                    let params = it
                        .params
                        .iter()
                        .map(|(name, value)| format!("{name}={value}"));
                    let params: Vec<String> = params.collect();
                    all.push(format!("{}({})", it.module, params.join(" ")));
                }
                for (name, is_there, _) in &asks.packages {
                    all.push(format!("{}{name}", if *is_there { "+" } else { "-" }));
                }
                all.join(" ")
            }
        };
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn what_only_looks_is_a_probe() {
        for script in [
            "cat /etc/passwd | grep -c root",
            "systemctl is-active nginx",
            "git -C /x rev-parse HEAD",
            "nginx -t",
            "java -version 2>&1 | head -1",
            "test -f /x && echo yes || echo no",
            "ls /x > /dev/null",
        ] {
            check(script, "reads");
        }
        for script in [
            "ls > /opt/x",
            "find / -delete",
            "echo $(rm -rf /x)",
            "sed -i s/a/b/ /x",
            "make install",
            "for i in $(ls); do rm $i; done",
        ] {
            check(script, "unknown");
        }
    }

    #[test]
    fn what_nixos_does_otherwise_means_nothing() {
        for script in [
            "systemctl daemon-reload",
            "apt-get update",
            "/usr/sbin/update-grub",
            "sysctl -p /etc/sysctl.conf",
            "systemctl restart nginx",
            "apt-get update && apt-get -y autoremove",
        ] {
            check(script, "nothing");
        }
        check("firewall-cmd --reload", "nothing");
        check("iptables-save > /etc/iptables/rules.v4", "nothing");
        check("iptables-restore < /etc/sysconfig/iptables", "nothing");
        check("netfilter-persistent save", "nothing");
        check("firewall-cmd --state", "reads");
        check(
            "curl -sL https://deb.nodesource.com/setup_20.x | bash -",
            "nothing",
        );
        check(
            "curl -sS https://a.example/key | gpg --dearmor -o /etc/apt/keyrings/a.gpg",
            "nothing",
        );
        check(
            "sh -c \"$(curl -fsSL https://example.org/install.sh)\"",
            "manual: it fetches an installer and runs it: https://example.org/install.sh",
        );
        check(
            "phpenmod redis",
            "manual: an extension of PHP is switched on: redis",
        );
    }

    #[test]
    fn what_a_module_says_is_its_task() {
        for (script, expected) in [
            (
                "a2ensite -q shop.conf && a2dissite 000-default && a2enmod rewrite",
                "file(path=/etc/apache2/sites-enabled/shop.conf src=../sites-available/shop.conf state=link force=yes follow=no) \
                 file(path=/etc/apache2/sites-enabled/000-default.conf state=absent) \
                 file(path=/etc/apache2/mods-enabled/rewrite.load src=../mods-available/rewrite.load state=link force=yes follow=no)",
            ),
            (
                "rm -rf /srv/a /srv/b*",
                "file(path=/srv/a state=absent) file(path=/srv/b* state=absent)",
            ),
            (
                "mkdir -p /srv/a && chmod 777 /srv/a",
                "file(path=/srv/a state=directory) chmod and chown(path=/srv/a mode=777)",
            ),
            (
                "chown -R www-data: /srv/a",
                "chmod and chown(path=/srv/a owner=www-data recurse=yes)",
            ),
            (
                "ln -sf /opt/x /usr/bin/x",
                "file(src=/opt/x path=/usr/bin/x state=link force=yes follow=no)",
            ),
            ("rm -rf $A/*", "unknown"),
            (
                "adduser --disabled-password --gecos '' git",
                "user(name=git)",
            ),
            (
                "useradd -ms /bin/bash -G docker,wheel ada",
                "user(name=ada create_home=yes shell=/bin/bash groups=docker,wheel)",
            ),
            (
                "ufw allow 8080/tcp",
                "ufw(rule=allow to_port=8080 proto=tcp)",
            ),
            ("ufw --force enable", "ufw(state=enabled)"),
            (
                "ufw allow from 10.0.0.0/8 to any port 22 proto tcp",
                "ufw(rule=allow from_ip=10.0.0.0/8 to_ip=any to_port=22 proto=tcp)",
            ),
            (
                "firewall-cmd --permanent --zone=public --add-port=80/tcp --add-service=ssh",
                "firewalld(port=80/tcp state=enabled zone=public) firewalld(service=ssh state=enabled zone=public)",
            ),
            ("pip3 install --upgrade requests", "pip(name=requests)"),
            (
                "/srv/venv/bin/pip install flask",
                "pip(name=flask virtualenv=/srv/venv)",
            ),
            ("npm install -g pm2", "npm(name=pm2 global=yes)"),
            ("npm install", "unknown"),
            ("docker network create web", "docker_network(name=web)"),
            (
                "echo 'export FOO=1' >> /etc/profile",
                "lineinfile(path=/etc/profile line=export FOO=1 create=yes)",
            ),
            (
                "cat > /etc/x <<'EOF'\na $b\nEOF",
                "copy(dest=/etc/x content=a $b\n)",
            ),
            (
                "sudo tee -a /etc/hosts <<EOF >/dev/null\n10.0.0.1 a\n10.0.0.2 b\nEOF",
                "lineinfile(path=/etc/hosts line=10.0.0.1 a create=yes) lineinfile(path=/etc/hosts line=10.0.0.2 b create=yes)",
            ),
            (
                "grep -q swappiness /etc/sysctl.conf || echo vm.swappiness=1 >> /etc/sysctl.conf",
                "lineinfile(path=/etc/sysctl.conf line=vm.swappiness=1 create=yes)",
            ),
            (
                "if ! grep -qF a /etc/x; then\n  echo a >> /etc/x\nfi",
                "lineinfile(path=/etc/x line=a create=yes)",
            ),
            ("grep -q a /etc/y || echo a >> /etc/x", "unknown"),
            ("cat > /etc/x <<EOF\na $b\nEOF", "unknown"),
            (
                "sudo -u postgres createuser ada && su - postgres -c 'createdb -O ada shop'",
                "postgresql_user(name=ada) postgresql_db(name=shop owner=ada)",
            ),
            (
                "echo x | sudo tee /etc/x > /dev/null",
                "copy(dest=/etc/x content=x\n)",
            ),
            (
                "(crontab -l; echo '0 1 * * * /srv/x.sh') | crontab -",
                "cron(minute=0 hour=1 day=* month=* weekday=* name=/srv/x.sh job=/srv/x.sh)",
            ),
            ("curl -fsSL https://get.docker.com | sh", "+docker-ce"),
        ] {
            check(script, expected);
        }
        check(
            "echo 1 > /proc/sys/net/ipv4/ip_forward",
            r#"{"sysctl":{"name":"net.ipv4.ip_forward","value":"1"}}"#,
        );
    }

    #[test]
    fn what_an_option_says_is_stated() {
        check(
            "systemctl enable --now foo",
            r#"{"service":{"name":"foo","family":"other","enabled":true,"running":true,"masked":false}}"#,
        );
        check("apt-get update && apt-get install -y vim git", "+vim +git");
        check("dnf -y remove foo || true", "unknown");
        check("test -f /x && systemctl enable foo", "unknown");
        check(
            "sysctl -w net.ipv4.ip_forward=1",
            r#"{"sysctl":{"name":"net.ipv4.ip_forward","value":"1"}}"#,
        );
        check(
            "usermod -aG docker,wheel ada",
            "user(name=ada append=yes groups=docker,wheel)",
        );
    }
}
