//! Three hundred planted secrets of forty kinds, each with a marker of its own, in playbooks, Dockerfiles and an /etc.
//!
//! A kind says how a value of it is made and in which lines it stands. Each line is put into several places, with a
//! value of its own each time; none of the bytes of a marker may be found again, in whatever form.

use std::fmt::Write as _;

use super::kinds::{KINDS, Shape, base64_of, hex, key, word};

/// A value that is planted, and what of it must not be found.
pub(super) struct Planted {
    pub(super) kind: &'static str,
    /// The part that tells it from all others: ten letters and digits.
    pub(super) marker: String,
    pub(super) value: String,
}

/// Files with secrets in them.
#[derive(Default)]
pub(super) struct Field {
    pub(super) files: Vec<(String, String)>,
    pub(super) planted: Vec<Planted>,
}

impl Field {
    /// Fills a line with a value of its own.
    fn sow(&mut self, kind: &'static str, shape: Shape, line: &str) -> String {
        let marker = marker(self.planted.len());
        let value = shape(&marker);
        // `@@` is a value in front of an address's own sign.
        let filled = match line.find('@') {
            Some(at) => format!("{}{value}{}", &line[..at], &line[at + 1..]),
            None => line.to_owned(),
        };
        self.planted.push(Planted {
            kind,
            marker,
            value,
        });
        filled
    }
}

/// Ten letters and digits, different for each number, that stand nowhere else.
fn marker(number: usize) -> String {
    let mut state = (number as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(0x1234_5678_9abc_def1);
    let mut out = String::from("Zq");
    for at in 0..8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let digits = b"abcdefghjkmnprstuvwxyz";
        let letters = b"23456789";
        let set: &[u8] = if at % 3 == 2 { letters } else { digits };
        out.push(set[(state % set.len() as u64) as usize] as char);
    }
    out
}

fn indented(text: &str, by: usize) -> String {
    let lead = " ".repeat(by);
    text.lines().map(|line| format!("{lead}{line}\n")).collect()
}

/// A value as a scalar of YAML in single quotes, or as a block.
fn yaml(text: &str) -> String {
    if text.contains('\n') {
        format!("|\n{}", indented(text, 10))
    } else {
        format!("'{}'\n", text.replace('\'', "''"))
    }
}

/// Tasks with a secret that only what stands beside it makes one.
const BESIDE: [&str; 11] = [
    "ini_file: {path: /etc/app/a.ini, section: db, option: passwd, value: '@'}",
    "ini_file:\n        path: /etc/app/b.ini\n        section: db\n        option: admin_password\n        value: '@'",
    "community.general.xml: {path: /etc/app/c.xml, xpath: /c/password, value: '@'}",
    "debconf: {name: db-server, question: db-server/root_password, value: '@', vtype: password}",
    "acme.org.setting: {key: /org/app/api_token, value: '@'}",
    "community.general.cronvar: {name: DB_PASSWORD, value: '@'}",
    "lineinfile: {path: /etc/mosquitto/passwd, line: 'ada:@'}",
    "lineinfile: {path: /etc/ppp/chap-secrets, line: 'ada * @ *'}",
    "blockinfile: {path: /etc/ipsec.secrets, block: ': PSK @'}",
    "expect: {command: passwd ada, responses: {'(?i)password:': '@'}}",
    "docker_container: {name: beside, image: x, command: 'app --password @'}",
];

/// Tasks in which a value stands that something else says to be a secret.
const ELSEWHERE: [&str; 9] = [
    "copy: {src: elsewhere.cfg, dest: /etc/app/elsewhere.cfg}",
    "copy: {dest: /etc/systemd/system/e.service, content: \"[Service]\\nExecStart=/bin/e @\\n\"}",
    "cron: {name: e, hour: '1', job: 'check shop @'}",
    "lineinfile: {path: /etc/app/e.conf, line: 'check shop @'}",
    "shell: check shop @",
    "docker_container: {name: e, image: x, command: 'check shop @', env: {WHAT: '@'}}",
    "sysctl: {name: kernel.hostname, value: '@'}",
    "acme.db.user: {name: x, what: '@'}",
    "fail: {msg: 'it is @'}",
];

/// A project of Ansible.
pub(super) fn playbook() -> Field {
    let mut field = Field::default();
    let mut variables = String::new();
    let mut tasks = String::from("- hosts: web\n  tasks:\n");
    for (kind, shape, settings, commands) in KINDS {
        let name = kind.replace(' ', "_");
        for (number, line) in settings.iter().enumerate() {
            // The line in a file that is copied, and inline in a task.
            let text = field.sow(kind, *shape, line);
            field.files.push((
                format!("files/{name}{number}.conf"),
                format!("x = 1\n{text}\ny = 2\n"),
            ));
            let _ = writeln!(
                tasks,
                "    - name: copy {name} {number}\n      copy: {{src: {name}{number}.conf, dest: /etc/app/{name}{number}.conf}}"
            );
            let text = field.sow(kind, *shape, line);
            let _ = write!(
                tasks,
                "    - name: inline {name} {number}\n      copy:\n        dest: /opt/app/{name}{number}.conf\n        content: {}",
                yaml(&text)
            );
            // A line that is put into a file is one.
            if !shape("x").contains('\n') {
                let text = field.sow(kind, *shape, line);
                let _ = write!(
                    tasks,
                    "    - name: edit {name} {number}\n      lineinfile:\n        path: /etc/app/edited.conf\n        line: {}",
                    yaml(&text)
                );
            }
        }
        for (number, line) in commands.iter().enumerate() {
            let text = field.sow(kind, *shape, line);
            let _ = write!(
                tasks,
                "    - name: run {name} {number}\n      shell: {}",
                yaml(&text)
            );
            // Without a name a step is called by its first words.
            let text = field.sow(kind, *shape, line);
            let _ = write!(tasks, "    - shell: {}", yaml(&text));
            let text = field.sow(kind, *shape, line);
            let _ = write!(
                tasks,
                "    - name: job {name} {number}\n      cron:\n        name: {name}{number}\n        hour: '1'\n        job: {}",
                yaml(&text)
            );
        }
    }
    // By taint: a variable with a secret name, whatever is made of it.
    for number in 0..12 {
        let value = field.sow("variable", word, "@");
        let _ = writeln!(variables, "svc{number}_password: '{value}'");
        let _ = writeln!(
            tasks,
            "    - name: made {number}\n      copy: {{dest: /etc/app/made{number}, content: \"{{{{ svc{number}_password | upper }}}} {{{{ svc{number}_password | b64encode }}}} {{{{ svc{number}_password | urlencode }}}}\"}}"
        );
        let value = field.sow("argument", word, "@");
        let _ = writeln!(
            tasks,
            "    - name: user {number}\n      acme.db.user: {{name: x, login_password: '{value}'}}"
        );
        let value = field.sow("container", word, "@");
        let _ = writeln!(
            tasks,
            "    - name: container {number}\n      docker_container: {{name: c{number}, image: x, env: {{DB_PASSWORD: '{value}'}}}}"
        );
        let value = field.sow("no_log", word, "@");
        let _ = writeln!(
            tasks,
            "    - name: quiet {number}\n      set_fact: {{quiet{number}: '{value}'}}\n      no_log: true\n    - name: of the quiet {number}\n      copy: {{dest: /etc/app/quiet{number}, content: \"{{{{ quiet{number} }}}}\"}}"
        );
    }
    // By its value: what a name says to be a secret stands elsewhere without a name.
    let value = field.sow("elsewhere", word, "@");
    let _ = writeln!(variables, "known_password: '{value}'");
    let _ = writeln!(
        tasks,
        "    - name: known {value}\n      copy: {{dest: /etc/app/known, content: '{{{{ known_password }}}}'}}"
    );
    for task in ELSEWHERE {
        let _ = writeln!(tasks, "    - {}", task.replace('@', &value));
    }
    let text = format!("check_db!shop!{value}!x\n# it was {value}\n");
    field.files.push(("files/elsewhere.cfg".to_owned(), text));
    // By what stands beside it: a name in an argument of its own, a file that is a secret as a whole.
    for task in BESIDE {
        let text = field.sow("beside", word, task);
        let _ = writeln!(tasks, "    - {text}");
    }
    field
        .files
        .push(("hosts".to_owned(), "[web]\nweb1\nweb2\n".to_owned()));
    field
        .files
        .push(("group_vars/web.yml".to_owned(), variables));
    field.files.push(("site.yml".to_owned(), tasks));
    field
}

/// A Dockerfile and what it copies.
pub(super) fn dockerfile() -> Field {
    let mut field = Field::default();
    let mut text = String::from("FROM debian:12\n");
    for (kind, shape, settings, commands) in KINDS {
        let name = kind.replace(' ', "_");
        for (number, line) in settings.iter().enumerate() {
            let own = field.sow(kind, *shape, line);
            field
                .files
                .push((format!("conf/{name}{number}.conf"), format!("{own}\n")));
            let _ = writeln!(
                text,
                "COPY conf/{name}{number}.conf /etc/app/{name}{number}.conf"
            );
        }
        for line in *commands {
            let own = field.sow(kind, *shape, line);
            let _ = writeln!(text, "RUN {own}");
        }
    }
    for (name, shape) in [
        ("DB_PASSWORD", word as Shape),
        ("API_TOKEN", hex),
        ("X_GITHUB", |m: &str| {
            format!("ghp_{m}292c6912E7710c838347Ae178B4a")
        }),
    ] {
        let value = field.sow("ENV", shape, "@");
        let _ = writeln!(text, "ENV {name}={value}");
        let value = field.sow("ARG", shape, "@");
        let _ = writeln!(text, "ARG BUILD_{name}={value}");
    }
    let value = field.sow("elsewhere", word, "@");
    let _ = writeln!(text, "ENV KNOWN_PASSWORD={value} WHAT={value}");
    let _ = writeln!(text, "RUN check shop {value} # {value}");
    let _ = writeln!(text, "COPY conf/elsewhere.conf /etc/app/elsewhere.conf");
    let _ = writeln!(text, "LABEL what=\"{value}\"");
    field.files.push((
        "conf/elsewhere.conf".to_owned(),
        format!("check shop {value}\n# it was {value}\n"),
    ));
    let value = field.sow("CMD", word, "@");
    let _ = writeln!(
        text,
        "HEALTHCHECK CMD curl -fsS -u x:{value} http://localhost/"
    );
    let value = field.sow("CMD", word, "@");
    let _ = writeln!(text, "CMD [\"app\", \"--db-password\", \"{value}\"]");
    field.files.push(("Dockerfile".to_owned(), text));
    field
}

/// The /etc of a machine.
pub(super) fn etc() -> Field {
    let mut field = Field::default();
    let mut cron = String::new();
    let mut unit = String::from("[Service]\n");
    for (kind, shape, settings, commands) in KINDS {
        let name = kind.replace(' ', "_");
        for (number, line) in settings.iter().enumerate() {
            let own = field.sow(kind, *shape, line);
            let folder = if *kind == "snmp" {
                "etc/snmp"
            } else {
                "etc/app"
            };
            field.files.push((
                format!("{folder}/{name}{number}.conf"),
                format!("# of the app\n{own}\n"),
            ));
        }
        for line in *commands {
            let own = field.sow(kind, *shape, line);
            let _ = writeln!(cron, "1 2 * * * root {own}");
            let own = field.sow(kind, *shape, line);
            let _ = writeln!(
                unit,
                "ExecStartPre=/bin/sh -c '{}'",
                own.replace('\'', "\"")
            );
        }
    }
    let value = field.sow("elsewhere", word, "@");
    for (path, text) in [
        ("etc/app/known.conf", "db_password = @\n"),
        ("etc/app/elsewhere.cfg", "check_db!shop!@!x\n# it was @\n"),
        ("etc/app/control.txt", "shop;10.0.0.1;@;x\n"),
        ("etc/sysctl.d/e.conf", "kernel.hostname = @\n"),
        (
            "etc/systemd/system/app.service.d/e.conf",
            "[Service]\n# @\nExecStartPost=/usr/bin/check @\n",
        ),
    ] {
        let text = text.replace('@', &value);
        field.files.push((path.to_owned(), text));
    }
    let _ = writeln!(cron, "1 2 * * * root check shop {value}");
    let _ = writeln!(unit, "Environment=WHAT={value}");
    let _ = writeln!(unit, "ExecStart=/usr/bin/app");
    let value = field.sow("unit", word, "@");
    let _ = writeln!(unit, "Environment=DB_PASSWORD={value}");
    for (path, shape, text) in [
        ("etc/shadow", word as Shape, "ada:@:19700:0:99999:7:::\n"),
        ("etc/gshadow", word, "ada:@::\n"),
        ("etc/ssl/private/x.key", word, "@\n"),
        ("etc/ssl/private/y.pem", key, "@\n"),
        ("etc/ssh/ssh_host_rsa_key", key, "@\n"),
        ("etc/nginx/.htpasswd", word, "ada:@\n"),
        (
            "etc/postfix/sasl_passwd",
            word,
            "[smtp.example.org]:587 ada:@\n",
        ),
        ("etc/ppp/chap-secrets", word, "ada * @ *\n"),
        ("etc/ipsec.secrets", word, ": PSK \"@\"\n"),
        ("etc/krb5.keytab", word, "@\n"),
        ("etc/skel/.pgpass", word, "db:5432:*:ada:@\n"),
        ("etc/skel/.netrc", word, "machine x login ada password @\n"),
        (
            "etc/fstab",
            word,
            "//nas/x /mnt cifs username=x,password=@ 0 0\n",
        ),
        ("etc/environment", hex, "API_TOKEN=@\n"),
        ("etc/mysql/debian.cnf", word, "[client]\npassword = @\n"),
        (
            "etc/wireguard/wg0.conf",
            hex,
            "[Interface]\nPrivateKey = @\n",
        ),
        ("etc/ddclient.conf", word, "login=ada\npassword='@'\n"),
        ("etc/msmtprc", word, "user ada\npassword @\n"),
        ("etc/ssmtp/ssmtp.conf", word, "AuthUser=ada\nAuthPass=@\n"),
        ("etc/samba/credentials", word, "username=ada\npassword=@\n"),
        (
            "etc/docker/config.json",
            |m| base64_of(&format!("ada:{m}")),
            "{\"auths\": {\"r\": {\"auth\": \"@\"}}}\n",
        ),
        ("etc/profile.d/x.sh", hex, "export GITHUB_TOKEN=@\n"),
    ] {
        let own = field.sow("place", shape, text);
        field.files.push((path.to_owned(), own));
    }
    field
        .files
        .push(("etc/hostname".to_owned(), "till\n".to_owned()));
    field.files.push((
        "etc/passwd".to_owned(),
        "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n".to_owned(),
    ));
    field.files.push((
        "etc/group".to_owned(),
        "root:x:0:\nada:x:1000:\n".to_owned(),
    ));
    field.files.push(("etc/cron.d/app".to_owned(), cron));
    field
        .files
        .push(("etc/systemd/system/app.service".to_owned(), unit));
    field
}

/// The forms in which a marker could be found again.
pub(super) fn forms(planted: &Planted) -> Vec<String> {
    let marker = &planted.marker;
    let mut forms = vec![marker.clone(), marker.to_uppercase(), marker.to_lowercase()];
    // In the middle of base64 a text stands in one of three ways; its ends hang on what is around it.
    for lead in ["", "x", "xx"] {
        let whole = base64_of(&format!("{lead}{marker}"));
        let from = if lead.is_empty() { 0 } else { 4 };
        forms.push(whole[from..whole.len() - 4].to_owned());
    }
    forms.push(planted.value.clone());
    forms.push(base64_of(&planted.value));
    forms
}
