//! What tasks that only look find on a new machine, and steps that look themselves.

use super::{check, entries};
use crate::model::{Command, Condition, Resource};

/// Plays tasks, the last of which registers `r`, and compares what a condition over it comes to.
fn decides(tasks: &str, condition: &str, expected: &str) {
    let all = format!("{tasks}\n- hostname: {{name: yes}}\n  when: \"{condition}\"");
    let found = entries(&all);
    let host = found
        .iter()
        .find(|it| matches!(it.resource, Resource::Hostname(_)));
    let found = match host.map(|it| &it.guard) {
        None => "no",
        Some(Condition::True) => "yes",
        Some(Condition::False) => "false",
        Some(Condition::Unknown(_)) => "open",
    };
    assert_eq!(found, expected, "{all}");
}

/// As `decides`, of one line of shell.
fn asks(line: &str, condition: &str, expected: &str) {
    let task =
        format!("- shell: {line:?}\n  register: r\n  changed_when: false\n  failed_when: false");
    decides(&task, condition, expected);
}

#[test]
fn packages_are_those_of_the_play() {
    let git = "- apt: {name: git}\n";
    let probe =
        "- command: dpkg -s NAME\n  register: r\n  changed_when: false\n  failed_when: false";
    let of = |name: &str| format!("{git}{}", probe.replace("NAME", name));
    decides(&of("git"), "r.rc == 0", "yes");
    decides(&of("nginx"), "r.rc == 0", "no");
    // What is called after something that is installed may come with it.
    decides(&of("git-lfs"), "r.rc == 0", "open");
    asks("dpkg -l | grep -E '(ntp|chrony)'", "r.rc == 0", "no");
    asks(
        "set -o pipefail && dpkg --get-selections | grep -w -E '(ntp|chrony)' | awk '{print $1}' || true",
        "r.stdout == ''",
        "yes",
    );
    asks("rpm -q chrony", "'not installed' in r.stdout", "yes");
    asks("systemctl list-unit-files | grep -q foo", "r.rc == 0", "no");
    asks("systemctl is-active foo", "r.stdout == 'active'", "no");
    asks("systemctl is-active sshd", "r.stdout == 'active'", "open");
}

#[test]
fn services_are_those_of_nixos_and_the_play() {
    let ask = "- systemd: {name: foo}\n  register: r";
    decides(ask, "r.status.ActiveState == 'active'", "no");
    let started = format!("- systemd: {{name: foo, state: started}}\n{ask}");
    decides(&started, "r.status.ActiveState == 'active'", "yes");
    let facts = "- service_facts:";
    decides(facts, "'foo.service' in ansible_facts.services", "no");
}

#[test]
fn programs_are_those_of_nixos_and_the_play() {
    asks("which docker", "r.rc == 0", "no");
    asks("command -v systemctl", "r.rc == 0", "yes");
    asks("foo --version 2>&1 | grep 1.2", "r.rc == 0", "no");
    asks("foo --version 2>&1", "'not found' in r.stdout", "yes");
    // That another system's program is not there says nothing of what it is asked.
    asks("apt-cache policy git", "r.rc == 0", "open");
    let docker = "- apt: {name: docker-ce}\n- stat: {path: /usr/bin/docker}\n  register: r";
    decides(docker, "r.stat.exists", "yes");
    decides(
        "- stat: {path: /usr/bin/docker}\n  register: r",
        "r.stat.exists",
        "no",
    );
    // The module has another status for a missing program than a shell.
    let task = "- command: foo --version\n  register: r\n  failed_when: false";
    decides(task, "r.rc == 2", "yes");
}

#[test]
fn paths_are_those_of_nixos_and_the_play() {
    for (path, expected) in [
        ("/usr/share/foo/x", "no"),
        ("/etc/cron.allow", "no"),
        ("/var/lib/foo/db", "no"),
        ("/etc/hosts", "open"),
        ("/sys/firmware/efi", "open"),
    ] {
        let task = format!("- stat: {{path: {path}}}\n  register: r");
        decides(&task, "r.stat.exists", expected);
        asks(&format!("test -e {path}"), "r.rc == 0", expected);
    }
    asks("grep -q x /etc/foo.conf", "r.rc == 0", "no");
    asks("ls /srv/x/*", "r.rc != 0", "yes");
    asks(
        "[ -d /opt/a ] && echo there || echo gone",
        "r.stdout == 'gone'",
        "yes",
    );
    let file = "- copy: {dest: /opt/a, content: \"one: 1\\ntwo: 2\\n\"}\n";
    let probe = "- shell: LINE\n  register: r\n  changed_when: false\n  failed_when: false";
    for (line, expected) in [
        ("grep -c '^t' /opt/a", "1"),
        ("grep two /opt/a | awk '{print $2}'", "2"),
        ("cut -d: -f1 /opt/a | head -n 1", "one"),
        ("cat /opt/a | wc -l", "2"),
    ] {
        let task = format!("{file}{}", probe.replace("LINE", &format!("{line:?}")));
        decides(&task, &format!("r.stdout == '{expected}'"), "yes");
    }
}

#[test]
fn what_nixos_writes_is_known() {
    let line = "grep -i nopasswd /etc/sudoers /etc/sudoers.d/* | cut -d: -f1";
    asks(line, "r.stdout | length == 0", "yes");
    asks("grep -c wheel /etc/sudoers", "r.stdout == '1'", "yes");
}

#[test]
fn accounts_are_those_of_the_play() {
    asks("id ada", "r.rc == 0", "no");
    asks("getent passwd www-data", "r.rc == 0", "open");
    asks("crontab -l", "r.rc == 0", "no");
}

#[test]
fn a_false_condition_names_what_it_stands_on() {
    check(
        "- stat: {path: /usr/share/foo}\n  register: r\n- hostname: {name: a}\n  when: r.stat.exists",
        &[
            "control: it only looks at the machine",
            "skipped: its condition is false: nothing is at `/usr/share/foo` on a new machine",
        ],
    );
}

#[test]
fn modes_are_those_that_nixos_gives() {
    let ask = |path: &str, more: &str, expected: &str| {
        let task = format!("- file: {{path: {path}, {more}}}");
        check(&task, &[expected]);
    };
    ask(
        "/etc/passwd",
        "owner: root, mode: 'u-x,go-wx'",
        "not-needed: NixOS itself gives `/etc/passwd` the mode 0644, owner root and group root, which is no more than what is asked for",
    );
    ask(
        "/etc/shadow",
        "mode: 'ugo-rwx'",
        "manual: NixOS itself gives `/etc/shadow` the mode 0640, owner root and group shadow, and has no option for that",
    );
    ask(
        "/sbin/auditctl",
        "mode: go-w",
        "not-needed: NixOS itself gives `/sbin/auditctl` the mode 0555, owner root and group root, which is no more than what is asked for",
    );
    ask(
        "/etc/passwd-",
        "mode: '0600'",
        "not-needed: NixOS has no `/etc/passwd-`, and nothing here makes it",
    );
}

/// Compares the script of the last step.
fn check_step(tasks: &str, expected: &str) {
    let found = entries(tasks);
    let last = found.iter().rev().find_map(|it| match &it.resource {
        Resource::Step(step) if it.guard == Condition::True => match &step.command {
            Command::Script { text, .. } => Some(text.to_string()),
            Command::Words(_) => None,
        },
        _ => None,
    });
    assert_eq!(last.as_deref().unwrap_or("none"), expected, "{tasks}");
}

#[test]
fn a_step_looks_itself_where_only_the_machine_knows() {
    let probe = "- command: nmcli -t -f NAME con show\n  register: r\n  changed_when: false\n  become: true\n";
    let step = |condition: &str| {
        format!("{probe}- command: foo add 'a b'\n  become: true\n  when: {condition}")
    };
    let script = |test: &str| {
        format!(
            "r_output=$(nmcli -t -f NAME con show) || true\nif {test}; then\n  foo add 'a b'\nfi"
        )
    };
    for (condition, test) in [
        (
            "\"'lan' not in r.stdout\"",
            "! grep -qF -e lan <<< \"$r_output\"",
        ),
        (
            "\"'lan' in r.stdout_lines\"",
            "grep -qFx -e lan <<< \"$r_output\"",
        ),
        ("r.stdout | length == 0", "[ -z \"$r_output\" ]"),
        (
            "r.stdout | length > 0 and port is undefined",
            "[ -n \"$r_output\" ]",
        ),
        ("not (r.stdout == 'x')", "! [ \"$r_output\" = x ]"),
        (
            "r.stdout_lines | length < 3",
            "[ \"$(printf '%s' \"$r_output\" | grep -c '')\" -lt 3 ]",
        ),
    ] {
        check_step(&step(condition), &script(test));
    }
    check_step(
        "- command: ip check\n  register: r\n  changed_when: false\n  failed_when: false\n  become: true\n- command: foo repair\n  become: true\n  when: r.rc != 0",
        "r_status=0\n(ip check) > /dev/null 2>&1 || r_status=$?\nif [ \"$r_status\" -ne 0 ]; then\n  foo repair\nfi",
    );
    // What a filter makes of it, nobody has words for.
    check_step(&step("r.stdout | from_json | length > 0"), "none");
    check_step(
        "- stat: {path: /sys/firmware/efi}\n  register: r\n- command: foo\n  become: true\n  when: not r.stat.exists",
        "if ! [ -e /sys/firmware/efi ]; then\n  foo\nfi",
    );
}

#[test]
fn requests_that_send_something_are_steps() {
    check(
        "- uri: {url: 'http://localhost:8080/api', method: POST, body_format: json, body: {a: 1}, status_code: [200, 201]}",
        &[
            r#"{"step":{"name":"","command":{"words":["curl","--silent","--show-error","--fail","--retry","5","--retry-connrefused","--request","POST","--header","Content-Type: application/json","--data-raw","{\"a\": 1}","http://localhost:8080/api"]},"environment":[],"after":[]}}"#,
        ],
    );
}

#[test]
fn who_asks_for_a_token_only_asks() {
    check(
        "- uri: {url: 'http://localhost:8080/api/auth', method: POST, body: x}\n  register: token",
        &["not-needed: it only asks for a token, for the requests that come after it"],
    );
}

#[test]
fn what_a_command_reads_is_given_to_it() {
    check(
        "- command: foo --import\n  args: {stdin: \"it's\"}\n  become: true",
        &[
            r#"{"step":{"name":"foo --import","command":{"script":{"shell":"/bin/sh","text":"printf '%s\\n' 'it'\\''s' | foo --import"}},"environment":[],"after":[]}}"#,
        ],
    );
}

#[test]
fn scripts_of_the_input_are_steps() {
    check(
        "- script: setup.sh 'a b'\n  become: true",
        &[
            r#"{"step":{"name":"setup.sh a b","command":{"script":{"shell":"/bin/sh","text":"set -- 'a b'\necho $1 > /srv/x\n"}},"environment":[],"after":[]}}"#,
        ],
    );
    check(
        "- script: setup.py\n  become: true",
        &["manual: the script `setup.py` is for `python3`, and units run scripts of shell"],
    );
}

#[test]
fn settings_of_an_installed_package_are_there() {
    let postfix = "- apt: {name: postfix}\n- stat: {path: /etc/postfix/main.cf}\n  register: r";
    decides(postfix, "r.stat.exists", "yes");
    let folder =
        "- apt: {name: mariadb-server}\n- stat: {path: /etc/mysql/mariadb.conf.d}\n  register: r";
    decides(folder, "r.stat.isdir", "yes");
}

#[test]
fn files_of_the_play_alone_are_not_taken_away() {
    let make = "- tempfile: {state: file}\n  register: r";
    check(
        &format!("{make}\n- file: {{path: \"{{{{ r.path }}}}\", state: absent}}"),
        &[
            "control: it makes room for a file that is there only while Ansible runs",
            "not-needed: `/tmp/ansible.site-5` was never there: a new machine does not have it",
        ],
    );
}

#[test]
fn the_kernel_shows_what_that_of_nixos_shows() {
    let ask = |path: &str| format!("- stat: {{path: {path}}}\n  register: r");
    decides(
        &ask("/sys/bus/usb/devices"),
        "r.stat.exists and r.stat.isdir",
        "yes",
    );
    decides(&ask("/proc/sched_debug"), "r.stat.exists", "no");
    decides(&ask("/sys/firmware/efi"), "r.stat.exists", "open");
    asks("sudo --version | head -n 1", "'sudo-rs' in r.stdout", "no");
}

#[test]
fn what_only_checks_would_change_a_new_machine() {
    let check =
        "- git: {repo: https://example.org/x, dest: /srv/x}\n  check_mode: true\n  register: r";
    decides(check, "r is changed", "yes");
}

#[test]
fn a_line_that_begins_with_a_pipe_was_meant_to_go_on() {
    let ask = "- shell: |\n    dpkg --get-selections | grep -w -E 'NAME'\n      | awk '{print $1}' || true\n  register: r\n  changed_when: false";
    decides(&ask.replace("NAME", "unbound"), "r.stdout == ''", "yes");
}

#[test]
fn a_switch_that_nobody_sets_is_on() {
    let no = "- debug: {msg: x}\n  register: r";
    decides(no, "shop_enabled", "yes");
    decides(no, "shop_enabled | bool and not shop_open", "no");
    decides(no, "shop_mode == 'a'", "no");
}

#[test]
fn a_file_that_is_not_there_yet_is_not_read() {
    let ask = "- slurp: {src: /etc/shop/version}\n  register: r\n  failed_when: false";
    decides(ask, "r.content is not defined", "yes");
}

#[test]
fn what_a_step_needs_is_not_taken_away() {
    let make = "- copy: {dest: /opt/a.conf, content: x}\n- command: some-tool /opt/a.conf";
    check(
        &format!("{make}\n- file: {{path: /opt/a.conf, state: absent}}"),
        &[
            r#"{"file":{"path":"/opt/a.conf","content":"x"}}"#,
            r#"{"step":{"name":"some-tool /opt/a.conf","command":{"words":["some-tool","/opt/a.conf"]},"environment":[],"after":[]}}"#,
            "not-needed: a step that is kept does something with `/opt/a.conf`: it stays",
        ],
    );
}
