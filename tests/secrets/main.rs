//! No secret byte reaches an output, a report, a model, a diagnostic or a log: whatever the source does with it.

mod kinds;
mod planted;

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

/// Vaults with the password below, as ansible-vault of ansible-core 2.19.14 wrote them; the secret is in each.
const VAULT_PASSWORD: &str = "open sesame";
const VAULT: &str = "\
$ANSIBLE_VAULT;1.1;AES256
33656362346336643730356139306561663936323135303761623731323963313131383335346463
3466633962613138316464393930636165386366366531370a386138656331633530613864373939
31663830356133393833353839623164653237653339323935343162663332356637653164376335
6237323366663165350a666135383334303734343765326636353736313132303836613236383131
63356537656665626562353238636434336363336138396134646336303034643139343338616437
39353032666138646433383366313830393162323663393831363432353538663565636362616564
38626634303332653335303838363537333930363062326631356336393232393462613139393733
34633264313535636461313532313032396262323837303936346337643732333230616430343563
32616665323737333264623863656334386436353832326438393436383738353936326562343463
34353433366537646663353530346437373266376566373863623737303534333037333365323431
61346639666466393030336239313137656338306533666536613538386237616232373538623131
38333361643536373636616539306133376639646432383462376535393765613564656332393561
65613632383861303234386566393636656137333531643461383039636362353236323362313934
65343664363339646566346464343331313031313834303561383863633963376362636364373362
30393665326366366339393834333765643132383465663132623863326333303633336536323732
30353661303930353230636265326132646263646230613933306535313964303434333138323038
30356338646235393732383866306439623937613261666231623832663737666363343261323432
31376134666532613531666265616263666537653965383738363562343339343034386633353562
626239633664613732353038333131633036
";
const VAULTED_FILE: &str = "\
$ANSIBLE_VAULT;1.1;AES256
64646666636235396133663439613065623639303536303137643332336532666130326234613931
3239653739393962623032626164356133663565616162650a396632373736336436633963643231
36616165333666363233303465363432656434656535393033373430383732633866656332336430
3739323766396138330a376332623762653133363738666238646461626636376565613966643632
34633338623561366432663661653033323339633235663535366264633561356437
";
const VAULTED_WORD: &str = "\
inline_word: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          62633766373266643063616430633065643336336232653433313636303563336161663165636362
          3639383864386233353166653838623165366466623238310a633532633361643363653639633535
          35636661363165336134396132653932343564373865373363366464373532616439353339346333
          6330613037383161660a303963343465393939383732623736366132616332313035383539626436
          66396665366463643862623339343636386465383035303466313464666231663266
";

const VAULT_PLAYBOOK: &str = r#"
- hosts: all
  vars: {again: "{{ vault_password | upper }}"}
  tasks:
    - name: a file of it
      copy: {dest: /etc/a, content: "{{ vault_password }} {{ inline_word }} {{ vault_url }} {{ vault_port }}"}
    - name: what is made of it
      copy: {dest: /etc/b, content: "{{ again }}{{ vault_password | b64encode }}{{ vault_list | join(',') }}"}
    - name: a vaulted file
      copy: {src: key, dest: /etc/key}
    - name: looked up
      copy: {dest: /etc/c, content: "{{ lookup('file', 'files/key') }}"}
    - name: templates that fail
      copy: {dest: /etc/d, content: "{{ vault_odd }}{{ vault_broken }}"}
    - name: it decides
      debug: {msg: "the right one"}
      when: vault_password == 'x' or vault_port == 4242424242
    - name: a user
      user: {name: "{{ item.name }}", password: "{{ item.password }}"}
      loop: "{{ vault_users }}"
    - name: no importer
      acme.db.user: {name: x, value: "{{ vault_list }}", all: "{{ vault_users }}", word: "{{ inline_word }}"}
    - name: a path
      template: {src: missing.j2, dest: "/etc/{{ inline_word }}"}
    - name: a command
      shell: "echo {{ inline_word }} > /etc/x"
    - name: failing
      copy: {dest: /etc/e, content: "{{ vault_password.nothing.there }}{{ vault_users[0].nobody }}"}
    - name: quiet
      set_fact: {quiet: Correct-Horse-42}
      no_log: true
    - name: of the quiet
      copy: {dest: /etc/quiet, content: "{{ quiet }}"}
    - name: quiet and without an importer
      acme.db.user: {name: "{{ quiet }}"}
      no_log: true
      register: done
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
fn what_a_vault_holds_reaches_nothing_that_is_written() {
    let files = [
        ("hosts", "web1\n"),
        ("group_vars/all/vault.yml", VAULT),
        ("group_vars/all/word.yml", VAULTED_WORD),
        ("files/key", VAULTED_FILE),
        ("ansible.cfg", "[defaults]\nvault_password_file = pass\n"),
        ("pass", VAULT_PASSWORD),
        // The source itself may hold it where no_log is all that hides it.
        ("site.yml", VAULT_PLAYBOOK),
    ];
    let report = check(&files.map(|(path, text)| (path.to_owned(), text)));
    // What came out of the vault decided.
    assert!(report.contains("it decides") && !report.contains("its condition is false"));
    assert!(!report.contains(VAULT_PASSWORD) && !report.contains("4242424242"));
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

/// Each way in which secrets get onto a machine.
const WAYS: [&str; 4] = ["files", "credentials", "sops", "agenix"];

#[test]
fn planted_secrets_of_a_play_reach_nothing() {
    sown(&planted::playbook());
}

#[test]
fn planted_secrets_of_a_dockerfile_reach_nothing() {
    sown(&planted::dockerfile());
}

#[test]
fn planted_secrets_of_a_machine_reach_nothing() {
    sown(&planted::etc());
}

#[test]
fn enough_is_planted_and_would_be_found() {
    let fields = [planted::playbook(), planted::dockerfile(), planted::etc()];
    let all = || fields.iter().flat_map(|it| &it.planted);
    assert!(all().count() >= 300, "{}", all().count());
    let mut kinds: Vec<&str> = all().map(|it| it.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() >= 40, "{}", kinds.len());
    // The sources hold each of them: who looks there finds it.
    for field in &fields {
        let sources: String = field.files.iter().map(|(_, text)| text.as_str()).collect();
        let leaks = planted_in(&field.planted, "the sources", &sources);
        let found = field
            .planted
            .iter()
            .filter(|it| leaks.iter().any(|leak| leak.contains(&it.marker)));
        assert_eq!(found.count(), field.planted.len());
    }
    let one = &fields[0].planted[0];
    for text in [
        one.marker.to_uppercase(),
        kinds::base64_of(&format!("a{}b", one.marker)),
        kinds::base64_of(&format!("ab{}", one.value)),
    ] {
        assert!(
            !planted_in(std::slice::from_ref(one), "x", &text).is_empty(),
            "{text}"
        );
    }
}

/// Runs all that prints or writes something over files in which secrets are planted.
fn sown(field: &planted::Field) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in");
    for (path, text) in &field.files {
        let path = input.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut printed = Vec::new();
    for way in WAYS {
        let (out, json, md) = (
            format!("out-{way}"),
            format!("{way}.json"),
            format!("{way}.md"),
        );
        let common = ["--secrets", way];
        let (out, json, md) = (out.as_str(), json.as_str(), md.as_str());
        let args = [
            "translate",
            "in",
            "--out",
            out,
            "-v",
            "--report",
            json,
            "--report",
            md,
        ];
        printed.push(run(folder.path(), &[&args[..], &common].concat()));
        let diff = ["diff", "in", "--out", "none", "-v"];
        printed.push(run(folder.path(), &[&diff[..], &common].concat()));
    }
    printed.push(run(folder.path(), &["translate", "in", "--stdout", "-v"]));
    for format in ["yaml", "json"] {
        let args = [
            "translate",
            "in",
            "--dump-model",
            format,
            "--trace",
            "trace",
        ];
        printed.push(run(folder.path(), &args));
    }
    let mut leaks = Vec::new();
    for text in &printed {
        assert!(text.len() > 100, "nothing is printed: {text}");
        leaks.extend(planted_in(&field.planted, "what is printed", text));
    }
    let mut read = 0;
    for entry in WalkDir::new(folder.path()).into_iter().map(Result::unwrap) {
        if !entry.file_type().is_file() || entry.path().starts_with(&input) {
            continue;
        }
        let place = entry.path().strip_prefix(folder.path()).unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        leaks.extend(planted_in(
            &field.planted,
            &place.display().to_string(),
            &text,
        ));
        read += 1;
    }
    assert!(read > 20, "{read} files");
    leaks.sort();
    leaks.dedup();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// Finds the planted secrets in a text, in any form.
fn planted_in(all: &[planted::Planted], place: &str, text: &str) -> Vec<String> {
    let mut leaks = Vec::new();
    for it in all {
        for form in planted::forms(it) {
            if let Some(at) = text.find(&form) {
                let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
                let shown: String = text[line..].chars().take(160).collect();
                let first = shown.lines().next().unwrap_or_default();
                leaks.push(format!("{} {} in {place}: {first}", it.kind, it.marker));
                break;
            }
        }
    }
    leaks
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
    let dumped = [
        "translate",
        "in",
        "--dump-model",
        "yaml",
        "--trace",
        "trace",
    ];
    let dumped = run(folder.path(), &dumped);
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
