//! No secret byte reaches an output, a report, a model, a diagnostic or a log: whatever the source does with it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use walkdir::WalkDir;

/// The secret, and what is left of it behind filters that people use.
const SECRET: &str = "Correct-Horse-42";
const TRACES: [&str; 4] = [
    "Correct-Horse-42",
    "CORRECT-HORSE-42",
    "correct-horse-42",
    "Q29ycmVjdC1Ib3JzZS00Mg==",
];

const VARIABLES: &str = "\
db_password: Correct-Horse-42
api: {token: Correct-Horse-42}
users:
  - {name: eve, password: Correct-Horse-42}
";

const PLAYBOOK: &str = r#"
- hosts: all
  tasks:
    - name: a template
      template: {src: app.env.j2, dest: /etc/app.env}
    - name: an edit of it
      lineinfile: {path: /etc/app.env, line: "P={{ db_password }}"}
    - name: a user
      user: {name: "{{ item.name }}", password: "{{ item.password }}"}
      loop: "{{ users }}"
    - name: a command
      command: mysql -p{{ db_password }} -e 'select 1'
    - name: a job
      cron: {name: c, job: "curl -u x:{{ db_password }} http://x", hour: "1"}
    - name: no importer
      acme.db.user: {name: x, password: "{{ db_password }}", login_password: Correct-Horse-42, all: "{{ api }}"}
    - name: nothing there
      template: {src: missing.j2, dest: "/etc/{{ db_password }}"}
    - name: no value
      copy: {dest: /etc/x, content: "{{ db_password }}{{ nobody }}"}
    - name: a fact
      set_fact: {derived: "{{ db_password | upper }}-{{ db_password | b64encode }}"}
    - name: what is made of it
      copy: {dest: /etc/derived, content: "{{ derived }}"}
    - name: a container
      docker_container: {name: db, image: "postgres:16", env: {POSTGRES_PASSWORD: "{{ db_password }}"}}
    - name: a condition
      debug: {msg: "{{ db_password }}"}
      when: db_password == 'x'
"#;

const DOCKERFILE: &str = r#"
FROM debian:12
ARG API_TOKEN=Correct-Horse-42
ENV DB_PASSWORD=Correct-Horse-42 URL=postgres://shop:Correct-Horse-42@db/shop
RUN curl -u x:Correct-Horse-42 -H "Authorization: Bearer Correct-Horse-42" https://x.example.org/a.tar.gz
RUN echo "password=Correct-Horse-42" > /etc/shop.conf && mysql -pCorrect-Horse-42 -e 'select 1'
COPY secret.env /etc/shop/secret.env
ADD https://ada:Correct-Horse-42@x.example.org/b.tar.gz /opt/
HEALTHCHECK CMD curl -fsS -u x:Correct-Horse-42 http://localhost/
HEALTHCHECK CMD ["curl", "-u", "x:Correct-Horse-42", "http://localhost/"]
CMD ["shop", "--db-password", "Correct-Horse-42", "--token=Correct-Horse-42"]
"#;

/// Below etc/ of a root.
const ETC: &[(&str, &str)] = &[
    ("hostname", "till\n"),
    (
        "passwd",
        "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n",
    ),
    ("group", "root:x:0:\nada:x:1000:\n"),
    ("shadow", "ada:Correct-Horse-42:19700:0:99999:7:::\n"),
    ("ssl/private/x.key", "Correct-Horse-42\n"),
    ("shop/shop.env", "DB_PASSWORD=Correct-Horse-42\n"),
    (
        "shop/shop.conf",
        "[db]\npassword = Correct-Horse-42\nurl = mysql://a:Correct-Horse-42@db/x\n",
    ),
    (
        "fstab",
        "//nas/x /mnt cifs username=x,password=Correct-Horse-42 0 0\n",
    ),
    (
        "cron.d/x",
        "1 2 * * * root curl -u x:Correct-Horse-42 http://x\n",
    ),
    ("environment", "API_TOKEN=Correct-Horse-42\n"),
    (
        "systemd/system/x.service",
        "[Service]\nEnvironment=DB_PASSWORD=Correct-Horse-42\nExecStart=/usr/bin/x --password Correct-Horse-42\n",
    ),
    (
        "wireguard/wg0.conf",
        "[Interface]\nPrivateKey = Correct-Horse-42\n",
    ),
    (
        "wpa_supplicant/x.conf",
        "network={\n  psk=\"Correct-Horse-42\"\n}\n",
    ),
];

#[test]
fn a_secret_of_a_play_reaches_nothing_that_is_written() {
    let files = [
        ("hosts", "web1\n"),
        ("group_vars/all.yml", VARIABLES),
        ("site.yml", PLAYBOOK),
        (
            "templates/app.env.j2",
            "DB={{ db_password }}\nT={{ api.token | b64encode }}\n",
        ),
    ];
    let report = check(&files.map(|(path, text)| (path.to_owned(), text)));
    // The test would prove nothing if the play had not been read.
    assert!(report.contains("a container") && VARIABLES.contains(SECRET));
}

#[test]
fn a_secret_of_a_dockerfile_reaches_nothing_that_is_written() {
    let files = [
        ("Dockerfile", DOCKERFILE),
        ("secret.env", "TOKEN=Correct-Horse-42\n"),
    ];
    let report = check(&files.map(|(path, text)| (path.to_owned(), text)));
    assert!(report.contains("HEALTHCHECK"));
}

#[test]
fn a_secret_of_a_machine_reaches_nothing_that_is_written() {
    let files: Vec<_> = ETC
        .iter()
        .map(|(path, text)| (format!("etc/{path}"), *text))
        .collect();
    let report = check(&files);
    assert!(report.contains("etc/wireguard/wg0.conf"));
}

/// Translates, shows, dumps and compares the files, and looks for the secret in all that comes of it; returns the report.
fn check(files: &[(String, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    for (path, text) in files {
        let path = input.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let written = run(
        folder.path(),
        &[
            "translate",
            "in",
            "--out",
            "out",
            "-v",
            "--report",
            "r.json",
            "--report",
            "r.md",
        ],
    );
    let shown = run(folder.path(), &["translate", "in", "--stdout"]);
    let dumped = run(folder.path(), &["translate", "in", "--dump-model", "yaml"]);
    let differs = run(folder.path(), &["diff", "in", "--out", "none", "-v"]);
    assert!(differs.contains("+++ b/flake.nix"), "{differs}");
    for text in [written, shown, dumped, differs] {
        assert_clean("what is printed", &text);
    }
    let written = WalkDir::new(folder.path()).into_iter().map(Result::unwrap);
    let mut read = 0;
    for entry in written.filter(|it| it.file_type().is_file() && !it.path().starts_with(&input)) {
        assert_clean(
            &entry.path().display().to_string(),
            &fs::read_to_string(entry.path()).unwrap(),
        );
        read += 1;
    }
    assert!(read > 5, "{read} files");
    fs::read_to_string(folder.path().join("r.json")).unwrap()
}

fn run(folder: &Path, args: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_ops2nix");
    let output = Command::new(program)
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap();
    let texts = [output.stdout, output.stderr];
    texts.map(|it| String::from_utf8(it).unwrap()).concat()
}

fn assert_clean(place: &str, text: &str) {
    for trace in TRACES {
        let lines: Vec<_> = text.lines().filter(|line| line.contains(trace)).collect();
        assert!(lines.is_empty(), "{place}: {lines:?}");
    }
}
