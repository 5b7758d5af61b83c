//! Tests of what steers a play, and of commands.

use super::check;

#[test]
fn variables_are_included() {
    check(
        "- include_vars: more.yml\n- hostname: {name: 'h{{ port }}'}",
        &[
            r#"{"hostname":{"name":"h8080"}}"#,
            "control: the variables are read",
        ],
    );
    check(
        "- include_vars: {file: more.yml, name: more}\n- hostname: {name: 'h{{ more.port }}'}",
        &[
            r#"{"hostname":{"name":"h8080"}}"#,
            "control: the variables are read",
        ],
    );
}

#[test]
fn what_is_certain_to_fail_is_said() {
    check(
        "- assert: {that: port == 80}",
        &["control: what it asserts holds"],
    );
    check(
        "- assert: {that: [port == 81], fail_msg: wrong}",
        &[
            "control: what it asserts does not hold: Ansible would stop here",
            "ansible-certain-failure: what `assert` asks for does not hold with these variables: wrong",
        ],
    );
    check(
        "- fail: msg=no\n  when: port == 80",
        &[
            "control: Ansible would stop here",
            "ansible-certain-failure: `fail` stops the play with these variables: no",
        ],
    );
    check(
        "- fail: msg=no\n  when: port == 81",
        &["skipped: its condition is false"],
    );
}

#[test]
fn looks_return_what_is_known() {
    check(
        "- stat: {path: /opt/x}\n  register: it\n- hostname: {name: a}\n  when: not it.stat.exists",
        &[
            r#"{"hostname":{"name":"a"}} if nothing is at `/opt/x` on a new machine"#,
            "control: it only looks at the machine",
        ],
    );
    check(
        "- copy: {content: '', dest: /opt/x}\n- stat: path=/opt/x\n  register: it\n- hostname: {name: a}\n  when: it.stat.isreg",
        &[
            r#"{"file":{"path":"/opt/x","content":""}}"#,
            r#"{"hostname":{"name":"a"}}"#,
            "control: it only looks at the machine",
        ],
    );
    check(
        "- meta: end_play\n- hostname: {name: a}",
        &[
            "control: the play ends here",
            "skipped: `meta` ends the play before it",
        ],
    );
}

#[test]
fn commands_are_looked_through() {
    check(
        "- command: cat /etc/x",
        &["control: it only looks at the machine"],
    );
    check(
        "- command: systemctl daemon-reload",
        &[
            "not-needed: NixOS tells systemd about changed units, and restarts and reloads what a switch changes",
        ],
    );
    check(
        "- name: Build it\n  command: make 'in stall' creates=/usr/bin/x chdir=/src\n  become: true\n  become_user: ada\n  environment: {A: b}",
        &[
            r#"{"step":{"name":"Build it","command":{"words":["make","in stall"]},"user":"ada","directory":"/src","environment":[["A","b"]],"creates":"/usr/bin/x","after":[]}}"#,
        ],
    );
    check(
        "- shell: sort a > /x",
        &[
            r#"{"step":{"name":"sort a >","command":{"script":{"shell":"/bin/sh","text":"sort a > /x"}},"environment":[],"after":[]}}"#,
        ],
    );
    check(
        "- shell: echo token={{ db_password }} > /etc/app.env",
        &[
            r#"{"file":{"path":"/etc/app.env","content":["token=",{"secret":"site.yml:3 db_password"},"\n"]}}"#,
        ],
    );
    check(
        "- shell: some-tool --token {{ db_password }}\n  register: it\n- command: 'x {{ it.stdout }}'",
        &[
            r#"{"step":{"name":"some-tool --token","command":{"script":{"shell":"/bin/sh","text":["some-tool --token ",{"secret":"site.yml:3 db_password"}]}},"environment":[],"after":[]}}"#,
            r#"manual: it depends on the output of the task "shell", which only the machine knows"#,
        ],
    );
    check(
        "- command: x\n  register: it\n  changed_when: false",
        &["control: the source says that it changes nothing"],
    );
    check(
        "- script: x.sh",
        &[
            "manual: the file `x.sh` is not in the input (looked for at files/x.sh, x.sh)",
            "ansible-missing-file: the file `x.sh` is not in the input (looked for at files/x.sh, x.sh)",
        ],
    );
    check(
        "- pause: seconds=3\n- reboot:\n- apt_key: url=x\n- foo_facts:",
        &[
            "not-needed: nothing waits for a person while NixOS is built",
            "not-needed: a switch or the next boot brings the machine to its state",
            "not-needed: NixOS checks what it builds by hashes, and needs no key of a repository of packages",
            "control: it only looks at the machine",
        ],
    );
}
