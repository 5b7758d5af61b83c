//! One way to test modules: the tasks of a play, and what the host has come to have.

use crate::account::{Account, ItemKind};
use crate::diag::Diagnostics;
use crate::import::Options;
use crate::import::ansible::IMPORTER;
use crate::model::{Condition, Resource};
use crate::source::SourceTree;

/// Files that tasks of tests may name.
const FILES: &[(&str, &str)] = &[
    ("files/motd", "Welcome\n"),
    ("files/key.pem", "-----BEGIN RSA PRIVATE KEY-----\nx\n"),
    ("files/site/index.html", "<p>\n"),
    ("files/site/css/a.css", "p {}\n"),
    (
        "templates/app.conf.j2",
        "port={{ port }}\npassword={{ db_password }}\n",
    ),
    ("vars/more.yml", "port: 8080\n"),
    ("files/setup.sh", "#!/bin/bash\necho $1 > /srv/x\n"),
    ("files/setup.py", "#!/usr/bin/env python3\nprint(1)\n"),
];

/// Plays tasks for one host, and compares what it has come to have, the decisions about the tasks, and the diagnostics.
pub(in crate::import::ansible::modules) fn check(tasks: &str, expected: &[&str]) {
    let mut text =
        "- hosts: web\n  gather_facts: false\n  vars: {port: 80, db_password: hunter2}\n  tasks:\n"
            .to_owned();
    for line in tasks.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    text.push_str("  connection: local\n");
    let mut files = FILES.to_vec();
    files.push(("site.yml", &text));
    let tree = SourceTree::from_texts("t", &files);
    let mut account = Account::new();
    let mut diags = Diagnostics::new();
    let model = (IMPORTER.import)(&tree, &Options::default(), &mut account, &mut diags);
    let mut found = Vec::new();
    for entry in model.machines.iter().flat_map(|machine| &machine.entries) {
        let mut line = match &entry.resource {
            // Its verdict says the same.
            Resource::Opaque(_) => continue,
            resource => serde_json::to_string(resource).unwrap(),
        };
        for assumption in &entry.assumptions {
            if !assumption.starts_with("the facts of") {
                line.push_str(&format!(" if {assumption}"));
            }
        }
        if let Condition::Unknown(why) = &entry.guard {
            line.push_str(&format!(" when {why}"));
        }
        found.push(line);
    }
    for (_, item) in account.items() {
        if item.kind == ItemKind::AnsibleTask {
            let closings = item.closings.iter();
            found.extend(closings.map(|it| format!("{}: {}", it.verdict.name(), it.reason)));
        }
    }
    for diagnostic in diags.sorted() {
        if diagnostic.span.is_some() {
            found.push(format!("{}: {}", diagnostic.code.id(), diagnostic.message));
        }
    }

    assert_eq!(found, expected, "\n{tasks}");
}

/// Plays tasks, and returns what the host has come to have.
fn entries(tasks: &str) -> Vec<crate::model::Entry> {
    let tasks: String = tasks.lines().map(|line| format!("    {line}\n")).collect();
    let text =
        format!("- hosts: web\n  gather_facts: false\n  tasks:\n{tasks}  connection: local\n");
    let tree = SourceTree::from_texts("t", &[("site.yml", &text)]);
    let (mut account, mut diags) = (Account::new(), Diagnostics::new());
    let model = (IMPORTER.import)(&tree, &Options::default(), &mut account, &mut diags);
    model
        .machines
        .into_iter()
        .flat_map(|it| it.entries)
        .collect()
}

/// Compares the last thing that the host has come to have.
fn check_last(tasks: &str, expected: &str) {
    let entries = entries(tasks);
    let last = entries
        .iter()
        .rfind(|it| !matches!(it.resource, Resource::Opaque(_)));
    let found = last.map(|it| serde_json::to_string(&it.resource).unwrap());
    assert_eq!(found.as_deref(), Some(expected), "\n{tasks}");
}

/// Compares the number of tasks that a path has come from.
fn check_origins(tasks: &str, path: &str, expected: usize) {
    let entries = entries(tasks);
    let is_it = |resource: &Resource| matches!(resource, Resource::File(it) if it.path == path);
    let entry = entries.iter().find(|it| is_it(&it.resource)).unwrap();
    assert_eq!(entry.origin.items.len(), expected, "\n{tasks}");
}

mod files {
    use super::check;

    #[test]
    fn copied_files_keep_their_text_and_keys_stay_secret() {
        check(
            "- copy: {src: motd, dest: /etc/motd, mode: '0644'}",
            &[r#"{"file":{"path":"/etc/motd","content":"Welcome\n","mode":"0644"}}"#],
        );
        check(
            "- copy: {src: key.pem, dest: /etc/ssl/, mode: u=rw}",
            &[
                r#"{"file":{"path":"/etc/ssl/key.pem","content":[{"secret":"the file files/key.pem"}],"mode":"0644"}}"#,
            ],
        );
        check(
            "- copy: {src: site/, dest: /srv/www}",
            &[
                r#"{"directory":{"path":"/srv/www","recurse":false}}"#,
                r#"{"directory":{"path":"/srv/www/css","recurse":false}}"#,
                r#"{"file":{"path":"/srv/www/css/a.css","content":"p {}\n"}}"#,
                r#"{"file":{"path":"/srv/www/index.html","content":"<p>\n"}}"#,
            ],
        );
        check(
            "- copy: {content: {a: [1, true]}, dest: /etc/app.json}",
            &[r#"{"file":{"path":"/etc/app.json","content":"{\"a\": [1, true]}"}}"#],
        );
        check(
            "- copy: {src: nope, dest: /etc/app.json}",
            &[
                "manual: the file `nope` is not in the input (looked for at files/nope, nope)",
                "ansible-missing-file: the file `nope` is not in the input (looked for at files/nope, nope)",
            ],
        );
        check(
            "- copy: {src: '{{ nobody_says }}', dest: /etc/app.json}",
            &["manual: it depends on `nobody_says`, which the source does not set"],
        );
    }

    #[test]
    fn templates_are_rendered() {
        check(
            "- template: src=app.conf.j2 dest=/etc/app/ mode=0640",
            &[
                r#"{"file":{"path":"/etc/app/app.conf.j2","content":["port=80\npassword=",{"secret":"site.yml:3 db_password"},"\n"],"mode":"0640"}}"#,
            ],
        );
        check(
            "- template: src=app.conf.j2 dest=/etc/app.conf variable_start_string='[['",
            &[
                r#"{"file":{"path":"/etc/app.conf","content":"port={{ port }}\npassword={{ db_password }}\n"}}"#,
            ],
        );
    }

    #[test]
    fn paths_have_states() {
        check(
            "- file: {path: /srv/app, state: directory, owner: app, mode: 'u=rwx,g=rx,o='}",
            &[r#"{"directory":{"path":"/srv/app","mode":"0750","owner":"app","recurse":false}}"#],
        );
        check(
            "- file: {src: /opt/a, dest: /opt/b, state: link}",
            &[r#"{"link":{"path":"/opt/b","target":"/opt/a"}}"#],
        );
        check(
            "- file: {path: /opt/b, state: absent}",
            &["not-needed: `/opt/b` was never there: a new machine does not have it"],
        );
        check(
            "- file: {path: /var/log/x.log, state: touch, mode: '0600'}\n- file: {path: /var/log/x.log, owner: app}",
            &[r#"{"file":{"path":"/var/log/x.log","content":"","mode":"0600","owner":"app"}}"#],
        );
        check(
            "- file: {path: ~/x, state: directory}\n  become: true\n  become_user: ada",
            &[r#"{"directory":{"path":"/home/ada/x","recurse":false}}"#],
        );
        check(
            "- file: {path: /srv/x, state: directory}\n- file: {path: /srv/x, state: absent}",
            &[
                "not-needed: made here and removed again by the task \"file\"",
                "not-needed: `/srv/x` was made by an earlier task and is gone again",
            ],
        );
        check(
            "- file: {path: /var/foo, mode: go-w}",
            &["manual: `go-w` changes permissions that are known only on the machine"],
        );
    }

    #[test]
    fn edits_change_files_of_the_source() {
        check(
            "- copy: {content: \"a=1\\nb=2\\n\", dest: /etc/x}\n- lineinfile: {path: /etc/x, regexp: '^a=', line: 'a={{ db_password }}'}",
            &[
                r#"{"file":{"path":"/etc/x","content":["a=",{"secret":"site.yml:3 db_password"},"\nb=2\n"]}}"#,
            ],
        );
        check(
            "- copy: {content: \"a\\n\", dest: /etc/x}\n- blockinfile: {path: /etc/x, block: 'b'}",
            &[
                r#"{"file":{"path":"/etc/x","content":"a\n# BEGIN ANSIBLE MANAGED BLOCK\nb\n# END ANSIBLE MANAGED BLOCK\n"}}"#,
            ],
        );
        check(
            "- lineinfile: {path: /etc/ssh/sshd_config, regexp: '^#?PermitRootLogin', line: PermitRootLogin no}",
            &[r#"{"sshd-setting":{"keyword":"PermitRootLogin","value":"no"}}"#],
        );
        check(
            "- lineinfile: {path: /etc/nginx/nginx.conf, line: 'user x;'}",
            &[
                r#"{"file-line":{"path":"/etc/nginx/nginx.conf","name":"user","value":"x;","line":"user x;"}}"#,
            ],
        );
        check(
            "- lineinfile: {path: /etc/x.conf, regexp: '^(a=.*)', line: '\\1 b', backrefs: true}",
            &["manual: `/etc/x.conf` is not in the input: the edit needs the original"],
        );
        check(
            "- lineinfile: {path: /etc/x.conf, regexp: '^a=', line: a=1}\n- lineinfile: {path: /etc/x.conf, regexp: '^a ?=', line: a=2}",
            &[
                r#"{"file-line":{"path":"/etc/x.conf","name":"a","value":"2","line":"a=2"}}"#,
                "not-needed: made here and removed again by the task \"lineinfile\"",
            ],
        );
        check(
            "- ini_file: {path: /etc/x.ini, section: s, option: a, value: b}",
            &[
                r#"{"file-line":{"path":"/etc/x.ini","section":"s","name":"a","value":"b","line":"a = b"}}"#,
            ],
        );
        check(
            "- replace: {path: /etc/x.conf, regexp: '^#?(a *=).*', replace: '\\1 1'}",
            &[r#"{"file-line":{"path":"/etc/x.conf","name":"a","value":"1","line":"a= 1"}}"#],
        );
        check(
            "- lineinfile: {path: /etc/profile.d/x.sh, line: 'export A=1', create: true, mode: '0644'}",
            &[
                r#"{"file":{"path":"/etc/profile.d/x.sh","content":"export A=1\n","mode":"0644"}} if there is no `/etc/profile.d/x.sh` on a new machine"#,
            ],
        );
        check(
            "- lineinfile: {path: /etc/sudoers, line: 'ada ALL=(ALL) NOPASSWD: ALL', validate: visudo -cf %s}",
            &[r#"{"sudo-rule":{"line":"ada ALL=(ALL) NOPASSWD: ALL"}}"#],
        );
        check(
            "- replace: {path: /etc/x, regexp: a, replace: b}",
            &["manual: `/etc/x` is not in the input: the edit needs the original"],
        );
        check(
            "- copy: {content: 'a a', dest: /etc/x}\n- replace: {path: /etc/x, regexp: a, replace: b}",
            &[r#"{"file":{"path":"/etc/x","content":"b b"}}"#],
        );
        check(
            "- ini_file: {path: /opt/app.ini, section: s, option: o, value: '{{ db_password }}'}",
            &[
                r#"{"file":{"path":"/opt/app.ini","content":["\n[s]\no = ",{"secret":"site.yml:3 db_password"},"\n"]}} if there is no `/opt/app.ini` on a new machine"#,
            ],
        );
        check(
            "- lineinfile: {path: /etc/apt/apt.conf.d/50x, regexp: x, state: absent}",
            &["not-needed: NixOS has no `/etc/apt/apt.conf.d/50x`, nor what reads it"],
        );
        check(
            "- copy: {content: a, dest: /etc/x}\n- lineinfile: {path: /etc/x, line: b}\n  when: ansible_facts.uptime_seconds > 5",
            &[
                r#"{"file":{"path":"/etc/x","content":"a"}}"#,
                "manual: whether `/etc/x` is changed hangs on the fact `ansible_uptime_seconds`",
            ],
        );
    }
}

mod system {
    use super::check;

    #[test]
    fn packages_come_one_by_one() {
        check(
            "- apt: {name: [nginx, 'git=1:2.3', ./x.deb], state: present, update_cache: yes}",
            &[
                r#"{"package":{"name":"nginx","family":"debian"}}"#,
                r#"{"package":{"name":"git","family":"debian","version":"1:2.3"}}"#,
                r#"{"package":{"name":"x","family":"debian"}} if the `x` of nixpkgs does for the package file `./x.deb`"#,
            ],
        );
        check(
            "- apt: update_cache=yes",
            &[
                "not-needed: NixOS has no package cache to refresh or clean, and keeps no package that nothing asks for",
            ],
        );
        check(
            "- package: {name: vim, state: absent}",
            &["not-needed: the package `vim` was never there: a new machine does not have it"],
        );
        check(
            "- apt: {name: vim, wat: 1}",
            &[
                r#"{"package":{"name":"vim","family":"debian"}} if the parameter `wat` of `apt` changes nothing here"#,
                "ansible-unknown-param: `apt` parameter `wat` is not understood",
            ],
        );
        check(
            "- apt: {upgrade: dist}",
            &["not-needed: NixOS is upgraded as a whole, with its nixpkgs"],
        );
    }

    #[test]
    fn services_are_asked_for() {
        check(
            "- service: {name: nginx, state: started, enabled: yes}",
            &[
                r#"{"service":{"name":"nginx","family":"debian","enabled":true,"running":true,"masked":false}}"#,
            ],
        );
        check(
            "- systemd: {daemon_reload: yes}",
            &["not-needed: NixOS tells systemd about changed units by itself"],
        );
        check(
            "- systemd: {name: nginx, state: restarted}",
            &["not-needed: NixOS restarts and reloads what a switch changes"],
        );
        check(
            "- systemd: {name: x, scope: user, enabled: true}",
            &["manual: `x` is a unit of users, not of the system"],
        );
    }

    #[test]
    fn users_have_no_password_that_can_be_read() {
        check(
            "- user: {name: ada, uid: 1001, groups: 'a,b', append: true, shell: /bin/bash, password: '$6$abc', generate_ssh_key: true}",
            &[
                r#"{"user":{"name":"ada","uid":1001,"groups":["a","b"],"shell":"/bin/bash","password":[{"secret":"the password of the user ada"}],"locked":false}}"#,
                r#"{"step":{"name":"user","command":{"script":{"shell":"/bin/sh","text":"mkdir -p -m 0700 /home/ada/.ssh\nssh-keygen -q -t rsa -N '' -f /home/ada/.ssh/id_rsa -C \"ansible-generated on $(uname -n)\""}},"user":"ada","environment":[],"creates":"/home/ada/.ssh/id_rsa","after":[]}}"#,
            ],
        );
        check(
            "- user: {name: ada, password: '!'}",
            &[r#"{"user":{"name":"ada","locked":true}}"#],
        );
        check(
            "- group: {name: app, gid: 900, system: true}",
            &[r#"{"group":{"name":"app","gid":900}}"#],
        );
        check(
            "- authorized_key: {user: ada, key: \"# mine\\nssh-ed25519 AAAA ada@x\\n\", key_options: no-pty}",
            &[r#"{"authorized-key":{"user":"ada","key":"no-pty ssh-ed25519 AAAA ada@x"}}"#],
        );
        let (look, copy) = (
            "- shell: some-tool\n  register: it\n  changed_when: false",
            "- copy: {dest: /etc/a, content: 'b {{ it.stdout }}'}",
        );
        check(
            &format!("{look}\n{copy}"),
            &[
                r#"{"file":{"path":"/etc/a","content":"b GIVE-web_it_stdout-HERE"}} if values.nix says what `web_it_stdout` is: the output of the task "shell""#,
                "control: the source says that it changes nothing",
            ],
        );
        check(
            "- authorized_key: {user: ada, key: 'https://example.org/ada.keys'}",
            &[
                r#"{"authorized-key":{"user":"ada","key":"GIVE-keys_example_org_ada_keys-HERE"}} if values.nix says what `keys_example_org_ada_keys` is: the keys that https://example.org/ada.keys answers"#,
            ],
        );
    }

    #[test]
    fn the_system_has_settings() {
        check(
            "- sysctl: {name: net/ipv4/ip_forward, value: yes}",
            &[r#"{"sysctl":{"name":"net.ipv4.ip_forward","value":"1"}}"#],
        );
        check(
            "- cron: {name: job, minute: '5', job: 'date +\\%F', user: root}",
            &[
                r#"{"cron-job":{"name":"job","schedule":"5 * * * *","user":"root","command":"date +%F"}}"#,
            ],
        );
        check(
            "- cron: {name: job, state: absent}",
            &["not-needed: the job `job` was never there: a new machine does not have it"],
        );
        check(
            "- hostname: name=web1",
            &[r#"{"hostname":{"name":"web1"}}"#],
        );
        check(
            "- timezone: {name: Europe/Berlin, hwclock: local}",
            &[
                r#"{"timezone":{"name":"Europe/Berlin"}}"#,
                "manual: the hardware clock shows local time",
            ],
        );
        check(
            "- mount: {path: /data, src: /dev/sdb1, fstype: ext4, state: mounted, boot: false}",
            &[
                r#"{"mount":{"device":"/dev/sdb1","path":"/data","fstype":"ext4","options":["defaults","noauto"],"passno":0}}"#,
            ],
        );
        check(
            "- mount: {path: '', src: /dev/sdb1, fstype: ext4, state: mounted}",
            &["manual: its path is empty"],
        );
        check(
            "- mount: {path: /data, src: '', fstype: ext4, state: mounted}",
            &["manual: what `/data` is mounted from is empty"],
        );
        check(
            "- file: {path: '', state: directory}",
            &["manual: its path is empty"],
        );
        check(
            "- mount: {path: none, src: /swap, fstype: swap, state: present}",
            &[
                r#"{"mount":{"device":"/swap","path":"none","fstype":"swap","options":["defaults"],"passno":0}}"#,
            ],
        );
        check(
            "- modprobe: name=br_netfilter",
            &[r#"{"kernel-module":{"name":"br_netfilter","blacklisted":false}}"#],
        );
    }

    #[test]
    fn the_firewall_opens_ports() {
        check(
            "- ufw: {rule: allow, port: '80,443', proto: tcp}",
            &[
                r#"{"firewall-port":{"protocol":"tcp","first":80,"last":80}}"#,
                r#"{"firewall-port":{"protocol":"tcp","first":443,"last":443}}"#,
            ],
        );
        check(
            "- ufw: {rule: limit, name: OpenSSH}",
            &[
                r#"{"firewall-port":{"protocol":"tcp","first":22,"last":22}}"#,
                r#"{"setting":{"of":"firewall-rule","value":"-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --set"}}"#,
                r#"{"setting":{"of":"firewall-rule","value":"-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j REJECT"}}"#,
            ],
        );
        check(
            "- ufw: {state: enabled, policy: deny, direction: incoming}",
            &[
                r#"{"firewall":{"enabled":true}}"#,
                "not-needed: NixOS does so: what is not opened stays closed",
            ],
        );
        check(
            "- ufw: {rule: allow, port: 22, from_ip: 10.0.0.0/8}",
            &[
                r#"{"setting":{"of":"firewall-rule","value":"-4 -A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT"}}"#,
                r#"{"setting":{"of":"firewall-rule","value":"-4 -A INPUT -s 10.0.0.0/8 -p udp --dport 22 -j ACCEPT"}}"#,
            ],
        );
    }
}

mod probes;
mod state;
mod steering;
