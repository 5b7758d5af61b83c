//! What files of settings mean.

use super::{check, read, with_holes};

#[test]
fn the_language_is_one_and_its_parts_are_others() {
    check(
        "/etc/default/locale",
        "LANG=de_DE.utf8\nLC_TIME=C\nLC_TIME=en_DK.UTF-8\nLC_ALL=\nLANGUAGE=<l>\nPAGER=less\nnonsense\n",
        &[
            r#"1: {"setting":{"of":"locale","name":"LANG","value":"de_DE.UTF-8"}}"#,
            "2: not needed: line 3 sets `LC_TIME` again",
            r#"3: {"setting":{"of":"locale","name":"LC_TIME","value":"en_DK.UTF-8"}}"#,
            "4: not needed: an empty `LC_ALL` sets nothing",
            "5: hole: l",
            "6: unknown: `PAGER` is no variable of the locale",
            "7: unknown: there is no `=`",
        ],
    );
    check(
        "/etc/locale.gen",
        "# de_DE.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\nnl_NL ISO-8859-1\nnl_NL\n",
        &[
            "2: not needed: every NixOS has this locale",
            r#"3: {"setting":{"of":"locale-list","value":"nl_NL/ISO-8859-1"}}"#,
            "4: unknown: a line has a locale and its character set",
        ],
    );
}

#[test]
fn a_keyboard_that_nixos_has_by_default_is_left_out() {
    check(
        "/etc/default/keyboard",
        "XKBMODEL=\"pc105\"\nXKBLAYOUT=\"us\"\nXKBVARIANT=\"\"\nBACKSPACE=\"guess\"\n",
        &[
            "1: not needed: NixOS has `pc105` by default",
            "2: not needed: NixOS has `us` by default",
            "3: not needed: no variant is asked for",
            "4: not needed: the keymaps say what the key does",
        ],
    );
    check(
        "/etc/vconsole.conf",
        "XKBMODEL=pc105\nXKBLAYOUT=gb\nKEYMAP=uk\nFONT_MAP=8859-1\nXKBOPTIONS=$X\n",
        &[
            r#"1: {"setting":{"of":"keyboard","name":"model","value":"pc105"}}"#,
            r#"2: {"setting":{"of":"keyboard","name":"layout","value":"gb"}}"#,
            r#"3: {"setting":{"of":"console","name":"keymap","value":"uk"}}"#,
            "4: unknown: nothing of NixOS says what `FONT_MAP` does",
            "5: unknown: a shell would put something else in place of a part of the value",
        ],
    );
}

#[test]
fn the_usual_console_of_debian_is_left_out() {
    check(
        "/etc/default/console-setup",
        "ACTIVE_CONSOLES=\"/dev/tty[1-6]\"\nCHARMAP=\"UTF-8\"\nCODESET=\"Lat15\"\nFONTFACE=\"Terminus\"\nFONTSIZE=\"8x16\"\nVIDEOMODE=\nCHARMAP\n",
        &[
            "1: not needed: it is about how Debian loads its fonts",
            "2: not needed: the console of NixOS speaks UTF-8",
            "3: not needed: it is about how Debian loads its fonts",
            "4: unknown: nothing of NixOS says what `FONTFACE` does",
            "5: not needed: the font of the kernel does as well",
            "6: not needed: it is about how Debian loads its fonts",
            "7: unknown: there is no `=`",
        ],
    );
}

#[test]
fn variables_of_sessions_are_settings() {
    check(
        "/etc/environment",
        "PATH=\"/usr/bin:/bin\"\nLANG=C.UTF-8\nEDITOR=vim\nHTTP_PROXY=<proxy>\nX=$Y\nnonsense\n",
        &[
            "1: not needed: NixOS makes the search path of its profiles",
            r#"2: {"setting":{"of":"locale","name":"LANG","value":"C.UTF-8"}}"#,
            r#"3: {"setting":{"of":"session","name":"EDITOR","value":"vim"}}"#,
            "4: hole: proxy",
            "5: unknown: a shell would put something else in place of a part of the value",
            "6: unknown: there is no `=`",
        ],
    );
    check(
        "/etc/environment",
        "PATH=/opt/x/bin:/bin\n",
        &["1: unknown: NixOS makes the search path of its profiles, and `/opt/x/bin` is in none"],
    );
}

#[test]
fn rules_of_accounts_are_settings_where_they_differ() {
    check(
        "/etc/login.defs",
        "UID_MIN 1000\nUID_MAX 60000\nFAILLOG_ENAB yes\nENV_PATH PATH=/bin\nUMASK <mask>\nUMASK 027\nLOGIN_RETRIES\nnonsense x\n",
        &[
            "1: not needed: NixOS has `UID_MIN 1000` by default",
            r#"2: {"setting":{"of":"login-defs","name":"UID_MAX","value":"60000"}}"#,
            "3: not needed: PAM decides this, and the `shadow` of NixOS does not ask `FAILLOG_ENAB`",
            "4: not needed: NixOS makes the search path of its profiles",
            "5: not needed: line 6 sets `UMASK` again",
            r#"6: {"setting":{"of":"login-defs","name":"UMASK","value":"027"}}"#,
            "7: unknown: `LOGIN_RETRIES` has no value",
            "8: unknown: `nonsense` is no name of login.defs",
        ],
    );
}

#[test]
fn limits_have_four_words() {
    check(
        "/etc/security/limits.d/x.conf",
        "@audio - rtprio 95 # x\n* hard nofile <n>\n* soft chroot /x\nbob -\n* soft\n",
        &[
            r#"1: {"setting":{"of":"limit","value":"@audio - rtprio 95"}}"#,
            "2: hole: n",
            "3: unknown: `chroot` is nothing that NixOS's option can limit",
            "4: unknown: no limits at all for somebody cannot be said",
            "5: unknown: a limit has a domain, a type, an item and a value",
        ],
    );
}

#[test]
fn daemons_of_systemd_have_their_settings() {
    check(
        "/etc/systemd/resolved.conf",
        "[Resolve]\nDNS=192.0.2.1\nDNS=192.0.2.2\nDNSSEC=no\nDNSSEC=yes\nLLMNR=\n[Other]\nx=1\ny\n",
        &[
            r#"2: {"setting":{"of":"resolved","name":"DNS","value":"192.0.2.1 192.0.2.2"}}"#,
            r#"3: {"setting":{"of":"resolved","name":"DNS","value":"192.0.2.1 192.0.2.2"}}"#,
            "4: not needed: line 5 sets `DNSSEC` again",
            r#"5: {"setting":{"of":"resolved","name":"DNSSEC","value":"yes"}}"#,
            "6: not needed: an empty `LLMNR` stands for systemd's default, and takes back what came before",
            "8: unknown: there is no section [Other] in this file",
            "9: unknown: there is no `=`; systemd ignores the line",
        ],
    );
    check(
        "/etc/systemd/timesyncd.conf",
        "[Time]\nNTP=192.0.2.1\nNTP=\nFallbackNTP=\n",
        &[
            "2: not needed: an empty `NTP` stands for systemd's default, and takes back what came before",
            "3: not needed: an empty `NTP` stands for systemd's default, and takes back what came before",
            r#"4: {"setting":{"of":"timesyncd","name":"FallbackNTP","value":""}}"#,
        ],
    );
    check(
        "/etc/systemd/logind.conf.d/x.conf",
        "[Login]\nControllers=x\nKillUserProcesses=<kill>\n",
        &[
            "2: not needed: the systemd of NixOS has no `Controllers` any more",
            "3: hole: kill",
        ],
    );
}

#[test]
fn the_boot_menu_has_few_wishes() {
    check(
        "/etc/default/grub",
        "GRUB_DEFAULT=0\nGRUB_TIMEOUT=1\nGRUB_DISTRIBUTOR=`lsb_release -i`\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX=\"console=ttyS0 <more>\"\nGRUB_INIT_TUNE=\"480 440 1\"\nif x\n",
        &[
            "1: not needed: NixOS boots the first entry by default",
            r#"2: {"setting":{"of":"boot-menu","name":"timeout","value":"1"}}"#,
            "3: not needed: NixOS names its entries in the menu itself",
            r#"4: {"setting":{"of":"kernel-parameter","value":"quiet"}}"#,
            "5: hole: more",
            r#"6: {"setting":{"of":"boot-menu","value":"play 480 440 1"}}"#,
            "7: unknown: there is no `=`",
        ],
    );
    check(
        "/etc/default/grub.d/x.cfg",
        "GRUB_CMDLINE_LINUX=a=1\nGRUB_CMDLINE_LINUX=b=1\nGRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX c=1\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"d=$X\"\n",
        &[
            "1: not needed: line 2 sets `GRUB_CMDLINE_LINUX` again",
            r#"2: {"setting":{"of":"kernel-parameter","value":"b=1"}}"#,
            r#"3: {"setting":{"of":"kernel-parameter","value":"c=1"}}"#,
            "4: unknown: a shell would put something else in place of a part of the value",
        ],
    );
    check(
        "/etc/default/grub",
        "GRUB_TERMINAL=\"console serial\"\nGRUB_SERIAL_COMMAND=\"serial --unit=0\"\nGRUB_ENABLE_CRYPTODISK=y\nGRUB_GFXMODE=800x600\nGRUB_BADRAM=x\n",
        &[
            r#"1: {"setting":{"of":"boot-menu","value":"terminal_input console serial; terminal_output console serial"}}"#,
            r#"2: {"setting":{"of":"boot-menu","value":"serial --unit=0"}}"#,
            r#"3: {"setting":{"of":"boot-menu","name":"encrypted","value":"yes"}}"#,
            r#"4: {"setting":{"of":"boot-menu","name":"mode","value":"800x600"}}"#,
            "5: unknown: no option of NixOS says what `GRUB_BADRAM` does; see boot.loader.grub.extraConfig",
        ],
    );
}

#[test]
fn jobs_of_anacron_have_periods() {
    check(
        "/etc/anacrontab",
        "SHELL=/bin/sh\n1\t5\tcron.daily\tnice run-parts /etc/cron.daily\n7 10  report  /opt/report -x\n3 1 odd /bin/x\n1 x\n",
        &[
            "1: not needed: `SHELL` is for anacron, which NixOS does not have",
            "2: not needed: each script of /etc/cron.daily is a job of its own",
            r#"3: {"cron-job":{"name":"report","schedule":"@weekly","user":"root","command":"/opt/report -x","catches_up":true}}"#,
            "4: unknown: a period of `3` days has no timer of its own; write its OnCalendar into systemd.timers",
            "5: unknown: a job has a period, a delay, a name and a command",
        ],
    );
}

#[test]
fn lines_that_an_option_takes_as_they_are_stay_together() {
    let rest = |path: &str, content: &str| {
        let rest = read(path, &with_holes(content)).unwrap().rest();
        rest.map(|text| text.to_string())
    };
    check(
        "/etc/aliases",
        "postmaster: root\nroot: bob\nnobody:\nx\n",
        &[
            "1: not needed: NixOS's postfix has this alias itself",
            "2: verbatim: an alias stands with the others",
            "3: unknown: `nobody` has nobody to go to",
            "4: unknown: there is no `:` behind a name",
        ],
    );
    assert_eq!(
        rest("/etc/aliases", "a: b\nc: d\n").as_deref(),
        Some("a: b\nc: d\n")
    );
    check(
        "/etc/exports",
        "# x\n/srv 192.0.2.0/24(rw) \\\n  db(ro)\nsrv x\n",
        &[
            "2: verbatim: an export stands with the others",
            "4: unknown: an export begins with the path of a folder",
        ],
    );
    assert_eq!(rest("/etc/exports", "# x\n"), None);
}

#[test]
fn shells_come_with_their_packages() {
    check(
        "/etc/shells",
        "/bin/sh\n/usr/bin/zsh\n/opt/sh/bin/sh\n",
        &[
            "1: not needed: a package of the distribution lists its shell; so do programs.<shell>.enable and users.users.<name>.shell",
            "2: not needed: a package of the distribution lists its shell; so do programs.<shell>.enable and users.users.<name>.shell",
            "3: unknown: the shell comes from no package; environment.shells takes its path",
        ],
    );
}

#[test]
fn lines_of_tmpfiles_are_rules() {
    check(
        "/etc/tmpfiles.d/x.conf",
        "d /run/x 0755 root root -\nr! /run/y\n? /x\nd x\nd\nf /run/z - - - - <what>\n",
        &[
            r#"1: {"setting":{"of":"tmpfiles","value":"d /run/x 0755 root root -"}}"#,
            r#"2: {"setting":{"of":"tmpfiles","value":"r! /run/y"}}"#,
            "3: unknown: `?` is no type that tmpfiles knows",
            "4: unknown: `x` is no absolute path",
            "5: unknown: a line has at least a type and a path",
            "6: hole: what",
        ],
    );
}
