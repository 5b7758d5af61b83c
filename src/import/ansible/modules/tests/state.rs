//! What the machine is like after several tasks about one thing.

use super::check;

#[test]
fn what_is_removed_again_leaves_nothing() {
    check(
        "- package: {name: [git, vim], state: present}\n- package: {name: vim, state: absent}",
        &[
            r#"{"package":{"name":"git","family":"debian"}}"#,
            r#"not-needed: made here and removed again by the task "package""#,
            r#"not-needed: the package `vim` was made by an earlier task and is gone again"#,
        ],
    );
    check(
        "- user: {name: ada, groups: [adm, sudo]}\n- user: {name: ada, groups: [adm]}\n- user: {name: ada, groups: [web], append: true}",
        &[r#"{"user":{"name":"ada","groups":["adm","web"],"locked":false}}"#],
    );
    check(
        "- user: {name: ada}\n- authorized_key: {user: ada, key: ssh-ed25519 AAA ada}\n- user: {name: ada, state: absent, remove: true}",
        &[
            r#"not-needed: made here and removed again by the task "user""#,
            r#"not-needed: made here and removed again by the task "user""#,
            r#"not-needed: the user `ada` was made by an earlier task and is gone again"#,
        ],
    );
    check(
        "- systemd: {name: x, masked: true}\n- systemd: {name: x, enabled: false}\n- systemd: {name: x, masked: false, state: started}",
        &[
            r#"{"service":{"name":"x","family":"debian","enabled":false,"running":true,"masked":false}}"#,
        ],
    );
    check(
        "- cron: {name: a, job: /bin/a, user: root}\n- cron: {name: a, job: /bin/b, user: root}\n- cron: {name: b, job: /bin/b, user: root}\n- cron: {name: b, state: absent, user: root}",
        &[
            r#"{"cron-job":{"name":"a","schedule":"* * * * *","user":"root","command":"/bin/b"}}"#,
            r#"not-needed: later the task "cron" writes the same thing"#,
            r#"not-needed: made here and removed again by the task "cron""#,
            r#"not-needed: the job `b` was made by an earlier task and is gone again"#,
        ],
    );
    check(
        "- sysctl: {name: vm.swappiness, value: '10'}\n- sysctl: {name: vm.swappiness, value: '1'}\n- hostname: {name: a}\n- hostname: {name: b}",
        &[
            r#"{"sysctl":{"name":"vm.swappiness","value":"1"}}"#,
            r#"{"hostname":{"name":"b"}}"#,
            r#"not-needed: later the task "sysctl" writes the same thing"#,
            r#"not-needed: later the task "hostname" writes the same thing"#,
        ],
    );
    check(
        "- authorized_key: {user: ada, key: ssh-ed25519 AAA ada}\n- authorized_key: {user: ada, key: ssh-ed25519 BBB bob, exclusive: true}",
        &[
            r#"{"authorized-key":{"user":"ada","key":"ssh-ed25519 BBB bob"}}"#,
            r#"not-needed: made here and removed again by the task "authorized_key""#,
        ],
    );
}

#[test]
fn what_is_as_it_is_asked_for_is_unchanged() {
    let twice = |task: &str, expected: bool| {
        let tasks = format!(
            "- {task}\n- {task}\n  register: again\n- copy: {{dest: /srv/said, content: '{{{{ again is changed }}}}'}}"
        );
        let said = if expected { "True" } else { "False" };
        let line = format!("{{\"file\":{{\"path\":\"/srv/said\",\"content\":\"{said}\"}}}}");
        super::check_last(&tasks, &line);
    };
    twice("package: {name: git, state: present}", false);
    twice("apt: {name: [git, vim]}", false);
    twice("group: {name: web, gid: 20}", false);
    twice("user: {name: ada, groups: [adm], shell: /bin/bash}", false);
    twice(
        "service: {name: nginx, state: started, enabled: true}",
        false,
    );
    twice(
        "service: {name: nginx, state: restarted, enabled: true}",
        true,
    );
    twice("systemd: {name: nginx, state: restarted}", true);
    twice("cron: {name: a, job: /bin/a, user: root}", false);
    twice("sysctl: {name: vm.swappiness, value: '1'}", false);
    twice("hostname: {name: web1}", false);
    twice("timezone: {name: Europe/Berlin}", false);
    twice(
        "authorized_key: {user: ada, key: ssh-ed25519 AAA ada}",
        false,
    );
    twice(
        "mount: {path: /data, src: /dev/sdb, fstype: ext4, state: mounted}",
        false,
    );
    twice("user: {name: ada, state: absent}", false);
    twice("package: {name: git, state: absent}", false);
    twice(
        "file: {path: /srv/x, state: directory, mode: '0755'}",
        false,
    );
    twice("lineinfile: {path: /opt/x, line: a, create: true}", false);
    twice("get_url: {url: https://example.org/x, dest: /opt/x}", true);
}

#[test]
fn under_an_open_condition_both_stay() {
    let probe = "- command: cat /etc/x\n  register: r\n  changed_when: false\n";
    check(
        &format!(
            "{probe}- copy: {{dest: /opt/a, content: one}}\n- copy: {{dest: /opt/a, content: two}}\n  when: r.rc == 1 or r.stdout == 'x'\n- stat: {{path: /opt/a}}\n  register: s\n- copy: {{dest: /opt/size, content: '{{{{ s.stat.size }}}}'}}"
        ),
        &[
            r#"{"file":{"path":"/opt/a","content":"one"}}"#,
            r#"{"file":{"path":"/opt/a","content":"two"}} when the output of the task "command""#,
            r#"{"file":{"path":"/opt/size","content":[{"unknown":"the result of the task \"stat\""}]}}"#,
            r#"control: it only looks at the machine"#,
            r#"control: it only looks at the machine"#,
        ],
    );
    check(
        &format!(
            "{probe}- copy: {{dest: /opt/a, content: two}}\n  when: r.stdout == 'x'\n- copy: {{dest: /opt/a, content: one}}"
        ),
        &[
            r#"{"file":{"path":"/opt/a","content":"one"}}"#,
            r#"control: it only looks at the machine"#,
            r#"not-needed: later the task "copy" writes the same thing"#,
        ],
    );
    check(
        &format!(
            "{probe}- copy: {{dest: /opt/a, content: two}}\n  when: r.stdout == 'x'\n- file: {{path: /opt/a, state: absent}}"
        ),
        &[
            r#"control: it only looks at the machine"#,
            r#"not-needed: made here and removed again by the task "file""#,
            r#"not-needed: `/opt/a` was made by an earlier task and is gone again"#,
        ],
    );
    check(
        &format!(
            "{probe}- copy: {{dest: /opt/a, content: two}}\n- file: {{path: /opt/a, state: absent}}\n  when: r.stdout == 'x'\n- lineinfile: {{path: /opt/a, line: x}}"
        ),
        &[
            r#"{"file":{"path":"/opt/a","content":"two"}}"#,
            r#"control: it only looks at the machine"#,
            r#"manual: whether `/opt/a` is removed hangs on the output of the task "command""#,
            r#"manual: what `/opt/a` holds hangs on the output of the task "command""#,
        ],
    );
    check(
        &format!(
            "{probe}- copy: {{dest: /opt/a, content: two}}\n- lineinfile: {{path: /opt/a, line: x}}\n  when: r.stdout == 'x'\n- slurp: {{path: /opt/a}}\n  register: s\n- debug: {{msg: '{{{{ s.content }}}}'}}\n- package: {{name: git}}\n  when: r.stdout == 'y'\n- package: {{name: git}}"
        ),
        &[
            r#"{"file":{"path":"/opt/a","content":"two"}}"#,
            r#"{"package":{"name":"git","family":"debian"}}"#,
            r#"control: it only looks at the machine"#,
            r#"manual: whether `/opt/a` is changed hangs on the output of the task "command""#,
            r#"control: it only looks at the machine"#,
            r#"control: it prints a message while Ansible runs"#,
            r#"not-needed: later the task "package" writes the same thing"#,
        ],
    );
    check(
        "- get_url: {url: 'https://example.org/a.tgz', dest: /opt/}\n- stat: {path: /opt/a.tgz}\n  register: s\n- copy: {dest: /opt/b, content: x}\n  when: not s.stat.exists\n- command: make install creates=/opt/bin\n- stat: {path: /opt/bin}\n  register: s\n- copy: {dest: /opt/c, content: x}\n  when: s.stat.exists",
        &[
            r#"{"step":{"name":"get url","command":{"script":{"shell":"/bin/sh","text":"curl -fsSL --create-dirs -o /opt/a.tgz https://example.org/a.tgz"}},"environment":[],"creates":"/opt/a.tgz","after":[]}}"#,
            r#"{"file":{"path":"/opt/b","content":"x"}} when the result of the task "stat""#,
            r#"{"step":{"name":"make install","command":{"words":["make","install"]},"environment":[],"creates":"/opt/bin","after":[]}}"#,
            r#"{"file":{"path":"/opt/c","content":"x"}} when the result of the task "stat""#,
            r#"control: it only looks at the machine"#,
            r#"control: it only looks at the machine"#,
        ],
    );
}

#[test]
fn who_shaped_a_file_is_its_origin() {
    super::check_origins(
        "- copy: {dest: /opt/a, content: \"one\\n\", mode: '0600'}\n- lineinfile: {path: /opt/a, line: two}\n- file: {path: /opt/a, owner: ada}",
        "/opt/a",
        3,
    );
    super::check_origins(
        "- copy: {dest: /opt/a, content: one}\n- copy: {dest: /opt/a, content: two}",
        "/opt/a",
        1,
    );
    super::check_origins(
        "- copy: {dest: /opt/a, content: one, mode: '0600'}\n- copy: {dest: /opt/a, content: two}",
        "/opt/a",
        2,
    );
    super::check_origins(
        "- copy: {dest: /opt/a, content: one}\n- copy: {src: /opt/a, dest: /opt/b, remote_src: true}\n- file: {path: /opt/a, state: absent}",
        "/opt/b",
        2,
    );
    super::check_origins(
        "- copy: {dest: /opt/a/1, content: one}\n- copy: {dest: /opt/a/2, content: two}\n- assemble: {src: /opt/a, dest: /opt/b}",
        "/opt/b",
        3,
    );
}
