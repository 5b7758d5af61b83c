//! What files and lines of /etc mean.

mod accounts;
mod network;
mod settings;

use super::{Entry, KINDS, Meaning, kind, read, read_edit_line};
use crate::model::{Hole, HoleKind, Resource, Text};

fn show(entry: &Entry) -> String {
    let meaning = match &entry.meaning {
        Meaning::Asks(resources) => {
            let all: Vec<String> = resources.iter().map(resource).collect();
            all.join(" ")
        }
        Meaning::NotNeeded(why) => format!("not needed: {why}"),
        Meaning::Hole(hole) => format!("hole: {}", hole.what),
        Meaning::Verbatim(why) => format!("verbatim: {why}"),
        Meaning::Unknown(why) => format!("unknown: {why}"),
    };
    format!("{}: {meaning}", entry.place.line)
}

fn resource(it: &Resource) -> String {
    serde_json::to_string(it).unwrap()
}

fn check(path: &str, content: &str, expected: &[&str]) {
    let text = with_holes(content);
    let reading = read(path, &text).unwrap();
    let found: Vec<String> = reading.entries.iter().map(show).collect();
    assert_eq!(found, expected, "{path}\n{content}");
}

/// `<x>` is a hole called x.
fn with_holes(content: &str) -> Text {
    let mut text = Text::new();
    for (at, part) in content.split('<').enumerate() {
        let literal = match part.split_once('>') {
            Some((what, rest)) if at > 0 => {
                text.push_hole(Hole {
                    kind: HoleKind::Unknown,
                    what: what.to_owned(),
                    span: None,
                });
                rest
            }
            _ => part,
        };
        text.push_str(literal);
    }
    text
}

#[test]
fn a_path_is_of_one_kind_at_most() {
    for (path, name) in [
        ("/etc/sysctl.conf", "sysctl"),
        ("/etc/sysctl.d/50-x.conf", "sysctl"),
        ("/etc/sysctl.d/README", ""),
        ("/etc/hosts", "hosts"),
        ("/etc/hosts.allow", ""),
        ("/etc/hostname", "hostname"),
        ("/etc/timezone", "timezone"),
        ("/etc/fstab", "fstab"),
        ("/etc/crontab", "crontab"),
        ("/etc/cron.d/backup", "crontab"),
        ("/etc/cron.d/.placeholder", ""),
        ("/etc/cron.daily/backup", "cron script"),
        ("/var/spool/cron/crontabs/git", "crontab"),
        ("/var/spool/cron/git", "crontab"),
        ("/var/spool/cron/crontabs", ""),
        ("/etc/ssh/sshd_config", "sshd_config"),
        ("/etc/ssh/sshd_config.d/10-x.conf", "sshd_config"),
        ("/etc/ssh/ssh_config", ""),
        ("/etc/sudoers", "sudoers"),
        ("/etc/sudoers.d/ops", "sudoers"),
        ("/etc/sudoers.d/ops.bak", ""),
        ("/etc/systemd/system/shop.service", "unit"),
        ("/lib/systemd/system/shop@.timer", "unit"),
        ("/etc/systemd/system/shop.service.d/override.conf", "unit"),
        ("/etc/systemd/system/.service", ""),
        ("/etc/systemd/journald.conf", "systemd settings"),
        ("/etc/systemd/resolved.conf.d/dns.conf", "systemd settings"),
        ("/etc/systemd/homed.conf", ""),
        ("/etc/systemd/network/10-lan.network", "networkd"),
        ("/etc/systemd/network/host/10-lan.link", ""),
        ("/etc/network/interfaces", "interfaces"),
        ("/etc/network/interfaces.d/lan", "interfaces"),
        ("/etc/network/interfaces.d/lan.bak", ""),
        ("/etc/passwd", "passwd"),
        ("/etc/passwd-", ""),
        ("/etc/group", "group"),
        ("/etc/subgid", "subordinate ids"),
        ("/etc/default/locale", "locale"),
        ("/etc/locale.gen", "locale.gen"),
        ("/etc/vconsole.conf", "keyboard"),
        ("/etc/environment", "environment"),
        ("/etc/login.defs", "login.defs"),
        ("/etc/security/limits.d/x.conf", "limits"),
        ("/etc/resolv.conf", "resolv.conf"),
        ("/etc/nsswitch.conf", "nsswitch"),
        ("/etc/nftables.conf", "nftables"),
        ("/etc/default/grub", "grub"),
        ("/etc/default/grub.d/x.cfg", "grub"),
        ("/etc/anacrontab", "anacrontab"),
        ("/etc/aliases", "aliases"),
        ("/etc/exports", "exports"),
        ("/etc/shells", "shells"),
        ("/etc/tmpfiles.d/x.conf", "tmpfiles"),
        ("/etc/tmpfiles.d/x", ""),
        ("/etc/systemd/user/x.service", ""),
        ("/etc/modules", "modules-load"),
        ("/etc/modules-load.d/x.conf", "modules-load"),
        ("/etc/modprobe.d/blacklist.conf", "modprobe"),
        ("/etc/motd", ""),
    ] {
        let names: Vec<&str> = KINDS
            .iter()
            .filter(|kind| (kind.matches)(path))
            .map(|kind| kind.name)
            .collect();
        assert_eq!(names.concat(), name, "{path}");
        assert_eq!(kind(path).map_or("", |kind| kind.name), name, "{path}");
    }
}

#[test]
fn the_last_line_of_a_parameter_counts() {
    check(
        "/etc/sysctl.d/a.conf",
        "vm.swappiness=1\nvm.swappiness = 10\nnet.core.somaxconn=<n>\nnonsense\n",
        &[
            "1: not needed: line 2 sets `vm.swappiness` again",
            r#"2: {"sysctl":{"name":"vm.swappiness","value":"10"}}"#,
            "3: hole: n",
            "4: unknown: `nonsense` has no `=` and value",
        ],
    );
}

#[test]
fn names_that_every_machine_has_are_left_out() {
    check(
        "/etc/hosts",
        "127.0.0.1 localhost\n127.0.1.1 web1\n127.0.1.1 web1.example.org web1\n::1 ip6-localhost web1\nff02::1 ip6-allnodes\n192.0.2.7 db.example.org db\n<ip> cache\n",
        &[
            "1: not needed: NixOS has the line of localhost itself",
            "2: not needed: the machine's own name: NixOS has a line for it itself",
            r#"3: {"hosts-entry":{"address":"127.0.1.1","names":["web1.example.org","web1"]}}"#,
            r#"4: {"hosts-entry":{"address":"::1","names":["web1"]}}"#,
            "5: not needed: Debian's name for a group of addresses, in the file of every Debian machine",
            r#"6: {"hosts-entry":{"address":"192.0.2.7","names":["db.example.org","db"]}}"#,
            "7: hole: ip",
        ],
    );
}

#[test]
fn the_name_and_the_zone_are_one_line() {
    check(
        "/etc/hostname",
        "web1\n",
        &[r#"1: {"hostname":{"name":"web1"}}"#],
    );
    check(
        "/etc/timezone",
        "Europe/Rome\nUTC\n",
        &[
            r#"1: {"timezone":{"name":"Europe/Rome"}}"#,
            "2: unknown: only the first line is the name of the zone",
        ],
    );
}

#[test]
fn mounts_of_the_kernel_are_left_out_unless_they_wish_for_something() {
    check(
        "/etc/fstab",
        "proc /proc proc defaults 0 0\nproc /proc proc hidepid=2 0 0\n/dev/sdb1 /srv ext4 noatime 0 2\n/swap swap swap sw 0 0\nUUID=<id> / ext4\n",
        &[
            "1: not needed: NixOS mounts /proc by itself",
            r#"2: {"mount":{"device":"proc","path":"/proc","fstype":"proc","options":["hidepid=2"],"passno":0}}"#,
            r#"3: {"mount":{"device":"/dev/sdb1","path":"/srv","fstype":"ext4","options":["noatime"],"passno":2}}"#,
            r#"4: {"mount":{"device":"/swap","path":"none","fstype":"swap","options":["sw"],"passno":0}}"#,
            "5: hole: id",
        ],
    );
}

#[test]
fn jobs_have_the_variables_above_them() {
    check(
        "/etc/cron.d/shop",
        "MAILTO=ops\n0 3 * * * shop /bin/a <token>\nMAILTO=\"\"\n#Ansible: Report\n@daily root date +\\%F\n",
        &[
            "1: not needed: `MAILTO` stands with each job below it",
            r#"2: {"cron-job":{"name":"shop","schedule":"0 3 * * *","user":"shop","command":["/bin/a ",{"unknown":"token"}],"environment":["MAILTO=ops"]}}"#,
            "3: not needed: `MAILTO` stands with each job below it",
            r#"5: {"cron-job":{"name":"Report","schedule":"@daily","user":"root","command":"date +%F","environment":["MAILTO="]}}"#,
        ],
    );
    check(
        "/etc/crontab",
        "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n25 6 * * * root test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )\n",
        &[
            "1: not needed: each script of /etc/cron.hourly is a job of its own",
            "2: not needed: each script of /etc/cron.daily is a job of its own",
        ],
    );
    check(
        "/var/spool/cron/crontabs/git",
        "* * * * * /bin/a\n* * * * * /bin/a\n",
        &[
            r#"1: {"cron-job":{"name":"a","schedule":"* * * * *","user":"git","command":"/bin/a"}}"#,
            r#"2: {"cron-job":{"name":"a-2","schedule":"* * * * *","user":"git","command":"/bin/a"}}"#,
        ],
    );
    check(
        "/etc/cron.weekly/prune",
        "#!/bin/sh\nexit 0\n",
        &[
            r#"1: {"cron-job":{"name":"prune","schedule":"@weekly","user":"root","command":"/etc/cron.weekly/prune"}}"#,
        ],
    );
}

#[test]
fn a_name_that_debian_leaves_out_is_not_guessed_about() {
    let why = "Debian leaves files with such a name out, others run them; give it a name of letters, digits, `-` and `_`";
    check(
        "/etc/cron.daily/a.sh",
        "#!/bin/sh\n",
        &[&format!("1: unknown: {why}")],
    );
    check(
        "/etc/cron.d/a.b",
        "@daily root /bin/a\n",
        &[&format!("1: unknown: {why}")],
    );
}

#[test]
fn sshd_takes_the_first_value() {
    check(
        "/etc/ssh/sshd_config",
        "Include /etc/ssh/sshd_config.d/*.conf\nPort 22\nPort 2222\npermitrootlogin no\nPermitRootLogin yes\nSubsystem sftp /usr/lib/openssh/sftp-server\nAllowUsers <who>\nMatch User git\nPermitRootLogin yes\n",
        &[
            "1: not needed: the files of sshd_config.d are read by themselves",
            r#"2: {"sshd-setting":{"keyword":"Port","value":"22"}}"#,
            r#"3: {"sshd-setting":{"keyword":"Port","value":"2222"}}"#,
            r#"4: {"sshd-setting":{"keyword":"PermitRootLogin","value":"no"}}"#,
            "5: not needed: line 4 set `PermitRootLogin` before, and sshd takes the first",
            "6: not needed: NixOS has the sftp server of its own OpenSSH on by default",
            "7: hole: who",
            "8: not needed: it says for whom the settings below hold",
            r#"9: {"sshd-setting":{"keyword":"PermitRootLogin","value":"yes","matching":"User git"}}"#,
        ],
    );
}

#[test]
fn sudo_rules_are_kept_as_written() {
    check(
        "/etc/sudoers",
        "Defaults env_reset\nDefaults secure_path=\"/usr/bin:/bin\"\nroot\tALL=(ALL:ALL) ALL\n%ops ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n",
        &[
            r#"1: {"sudo-rule":{"line":"Defaults env_reset"}}"#,
            "2: not needed: the programs of NixOS are not in these folders; its sudo needs no search path",
            "3: not needed: NixOS's sudo has this rule for root itself",
            r#"4: {"sudo-rule":{"line":"%ops ALL=(ALL) NOPASSWD: ALL"}}"#,
            "5: not needed: the files of sudoers.d are read by themselves",
        ],
    );
}

#[test]
fn units_keep_their_holes() {
    check(
        "/etc/systemd/system/shop.service.d/a.conf",
        "x\n[Service]\nEnvironment=A=<a>\nEnvironment=B=1\n[Service]\nUser=shop\n<more>\n",
        &[
            "1: unknown: there is no `=`; systemd ignores the line",
            r#"2: {"unit":{"name":"shop.service","drop_in":true,"sections":[{"name":"Service","directives":{"Environment":[["A=",{"unknown":"a"}],"B=1"],"User":["shop"]}}]}}"#,
            "7: hole: more",
        ],
    );
}

#[test]
fn modules_are_loaded_or_kept_out() {
    check(
        "/etc/modules",
        "# a\nloop\nlp0 io=1\n",
        &[
            r#"2: {"kernel-module":{"name":"loop","blacklisted":false}}"#,
            "3: unknown: the parameters of a module stand in modprobe.d, not behind its name",
        ],
    );
    let path = "/etc/modprobe.d/a.conf";
    let content = "blacklist pcspkr\ninstall cramfs /bin/true\noptions <m> x=1\nnonsense\n";
    check(
        path,
        content,
        &[
            r#"1: {"kernel-module":{"name":"pcspkr","blacklisted":true}}"#,
            "2: verbatim: `install` is for modprobe's own configuration",
            "3: verbatim: `options` is for modprobe's own configuration",
            "4: unknown: `nonsense` is no line of modprobe.d",
        ],
    );
    let rest = read(path, &with_holes(content)).unwrap().rest().unwrap();
    assert_eq!(
        rest.to_string(),
        "install cramfs /bin/true\noptions <unknown: m> x=1\n"
    );
}

#[test]
fn a_line_that_is_set_means_what_it_means_in_the_file() {
    let check = |path: &str, line: &str, expected: Option<&[&str]>| {
        let found = read_edit_line(path, &with_holes(line));
        let found = found.map(|entries| entries.iter().map(show).collect::<Vec<_>>());
        let expected =
            expected.map(|all| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{path}: {line}");
    };
    check(
        "/etc/ssh/sshd_config",
        "PermitRootLogin no",
        Some(&[r#"1: {"sshd-setting":{"keyword":"PermitRootLogin","value":"no"}}"#]),
    );
    check("/etc/ssh/sshd_config", "#PermitRootLogin yes", Some(&[]));
    check(
        "/etc/ssh/sshd_config",
        "Match User git",
        Some(&["1: unknown: no setting stands below it"]),
    );
    check(
        "/etc/ssh/sshd_config",
        "UsePAM yes\nMatch all",
        Some(&[
            r#"1: {"sshd-setting":{"keyword":"UsePAM","value":"yes"}}"#,
            "2: not needed: no setting stands below it, so it says nothing",
        ]),
    );
    check(
        "/etc/crontab",
        "MAILTO=ops",
        Some(&["1: unknown: `MAILTO` is for jobs below it, and there are none here"]),
    );
    check(
        "/etc/fstab",
        "/dev/sdb1 /srv ext4 <options> 0 2",
        Some(&["1: hole: options"]),
    );
    check("/etc/systemd/system/a.service", "Restart=always", None);
    check("/etc/motd", "hello", None);
}

proptest::proptest! {
    #[test]
    fn no_kind_panics_and_every_entry_stands_in_the_text(
        text in "([a-zA-Z*@%#\\[\\]= \t\\\\\"'/.,:-]|[0-9]|\\PC|\r|\n){0,200}"
    ) {
        for kind in KINDS {
            let paths = [
                "/etc/sysctl.conf", "/etc/hosts", "/etc/hostname", "/etc/timezone", "/etc/fstab",
                "/etc/crontab", "/var/spool/cron/a", "/etc/cron.daily/a", "/etc/ssh/sshd_config",
                "/etc/sudoers", "/etc/systemd/system/a.service", "/etc/modules",
                "/etc/modprobe.d/a.conf", "/etc/passwd", "/etc/group", "/etc/subuid", "/etc/default/locale",
                "/etc/locale.gen", "/etc/vconsole.conf", "/etc/environment", "/etc/login.defs",
                "/etc/security/limits.conf", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/nftables.conf", "/etc/default/grub",
                "/etc/anacrontab", "/etc/aliases", "/etc/exports", "/etc/shells", "/etc/tmpfiles.d/a.conf",
                "/etc/network/interfaces", "/etc/systemd/network/a.network", "/etc/systemd/journald.conf",
                "/etc/netplan/a.yaml", "/etc/sysconfig/network-scripts/ifcfg-a", "/etc/wireguard/a.conf",
                "/etc/NetworkManager/system-connections/a",
            ];
            let found: Vec<_> = paths.iter().filter(|path| (kind.matches)(path)).collect();
            assert!(!found.is_empty(), "{} has no path here", kind.name);
            for path in found {
                let reading = read(path, &Text::from(text.as_str())).unwrap();
                assert_eq!(reading.kind, kind.name);
                for entry in &reading.entries {
                    let written = text.get(entry.place.start..entry.place.end).unwrap();
                    assert_eq!(entry.text, Text::from(written));
                }
                let _ = (reading.rest(), reading.entries.len());
            }
        }
    }
}
