//! What accounts and groups mean.

use super::{check, read, with_holes};
use crate::import::etc::kinds::{locked, read_among};

#[test]
fn accounts_of_people_are_kept() {
    check(
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n_chrony:x:100:102::/var/lib/chrony:/usr/sbin/nologin\nbob:x:1000:1000:Bob,,,:/home/bob:/bin/zsh\nshop:x:998:998::/srv/shop:/usr/sbin/nologin\nwcal:x:1003:100:Wcal:/nonexistent:/bin/false\n",
        &[
            "1: not needed: every NixOS has it",
            "2: not needed: an account of the distribution's base, which NixOS does without or has itself",
            "3: not needed: a package's account: the module of NixOS for its service brings its own, whose number may differ",
            r#"4: {"user":{"name":"bob","uid":1000,"group":"1000","comment":"Bob","home":"/home/bob","create_home":true,"shell":"/bin/zsh","system":false,"password":[{"secret":"the password of `bob` on the old machine"}],"locked":false}}"#,
            r#"5: {"user":{"name":"shop","uid":998,"group":"998","home":"/srv/shop","create_home":true,"shell":"/usr/sbin/nologin","system":true,"locked":false}}"#,
            r#"6: {"user":{"name":"wcal","uid":1003,"group":"users","comment":"Wcal","home":"/nonexistent","create_home":false,"shell":"/bin/false","system":true,"locked":false}}"#,
        ],
    );
}

#[test]
fn accounts_that_are_none_are_said() {
    check(
        "/etc/passwd",
        "bob:x:1000\n+::::::\ntoor:x:0:0::/root:/bin/sh\namy:x:one:1::/:/bin/sh\n<who>:x:1001:1001::/home/x:/bin/sh\n",
        &[
            "1: unknown: an account has seven fields with `:` between them",
            "2: unknown: accounts of NIS are not read",
            "3: unknown: `toor` is a second name of root, which NixOS does not make",
            "4: unknown: the number of the account or of its group is none",
            "5: hole: who",
        ],
    );
}

#[test]
fn a_password_in_the_table_stays_there() {
    let text = with_holes("old:$6$salt$hash:1004:1004::/home/old:/bin/sh\n");
    let reading = read("/etc/passwd", &text).unwrap();
    let shown = format!("{:?}", reading.entries);
    assert!(!shown.contains("$6$"), "{shown}");
    assert!(shown.contains("the password of `old`"), "{shown}");
}

#[test]
fn members_stand_with_their_groups() {
    check(
        "/etc/group",
        "root:x:0:\nadm:x:4:syslog,bob\nsudo:x:27:bob\nssl-cert:x:112:postgres\nbob:x:1000:\nnagios:x:1002:www-data,bob\nbad:x\nworse:x:one:\n",
        &[
            "1: not needed: a group of the distribution's base, which NixOS does without or has itself",
            r#"2: {"membership":{"group":"adm","user":"bob"}}"#,
            r#"3: {"membership":{"group":"sudo","user":"bob"}}"#,
            "4: not needed: a package's group: the module of NixOS for its service brings its own",
            r#"5: {"group":{"name":"bob","gid":1000}}"#,
            r#"6: {"group":{"name":"nagios","gid":1002}} {"membership":{"group":"nagios","user":"www-data"}} {"membership":{"group":"nagios","user":"bob"}}"#,
            "7: unknown: a group has four fields with `:` between them",
            "8: unknown: `one` is no number of a group",
        ],
    );
}

#[test]
fn numbers_may_be_given_away() {
    check(
        "/etc/subgid",
        "bob:100000:65536\nbob:x:1\nbob\nlxd:1:2\n",
        &[
            r#"1: {"subordinate-ids":{"user":"bob","kind":"group","first":100000,"count":65536}}"#,
            "2: unknown: the first number or the count is none",
            "3: unknown: a line has a user, a first number and a count",
            "4: not needed: a package's account, which the module of its service brings",
        ],
    );
}

#[test]
fn who_has_no_password_is_asked_for_none() {
    let shadow =
        "root:*:1::::::\nada:$6$salt$hash:1::::::\nbot:!:1::::::\nbob:!$6$salt$hash:1::::::\n";
    let without = locked(shadow);
    assert_eq!(without, "root\nbot\nbob\n");
    let others = [("/etc/shadow".to_owned(), without)];
    let text =
        with_holes("ada:x:1000:1000::/home/ada:/bin/sh\nbot:x:1001:1001::/home/bot:/bin/sh\n");
    let reading = read_among("/etc/passwd", &text, &others).unwrap();
    let shown = format!("{:?}", reading.entries);
    assert!(shown.contains("the password of `ada`"), "{shown}");
    assert!(!shown.contains("the password of `bot`"), "{shown}");
}
