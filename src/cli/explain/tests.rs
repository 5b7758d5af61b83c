//! Everything that can be explained is, and an unknown word has a way on.

use super::page::{Entry, Part};
use super::{CHAPTERS, explain, not_known};
use crate::account;
use crate::diag;
use crate::rules::Rules;

fn rules() -> Rules {
    Rules::load_with_examples(&[]).unwrap()
}

fn titles(word: &str) -> Vec<String> {
    let entries = explain(word, &rules()).unwrap();
    let title = |it: &Entry| format!("{}: {}", it.title, it.what);
    entries.iter().map(title).collect()
}

fn text(entry: &Entry) -> String {
    super::page::render(std::slice::from_ref(entry), crate::report::Colour::LeftOut)
}

fn check(word: &str, expected: &[&str]) {
    assert_eq!(titles(word), expected, "{word}");
}

#[test]
fn every_name_explains_itself() {
    let rules = rules();
    for chapter in CHAPTERS {
        let prefix = chapter.prefixes[0];
        let names = (chapter.names)(&rules);
        assert!(!names.is_empty(), "{prefix}");
        // Each name of the large tables is made in the same way.
        let step = 1 + names.len() / 400;
        for name in names.iter().step_by(step) {
            let entries = explain(&format!("{prefix}:{name}"), &rules).unwrap();
            assert!(!entries.is_empty(), "{prefix}:{name}");
            for entry in entries {
                let is_said = entry.parts.iter().any(|part| match part {
                    Part::Text(it) | Part::Lines(it) => it.len() > 10,
                    Part::Facts(facts) => !facts.is_empty(),
                });
                assert!(is_said, "{prefix}:{name}");
            }
        }
    }
}

#[test]
fn what_a_person_can_act_on_says_how() {
    for code in diag::Code::ALL {
        assert!(code.more().ends_with('.'), "{}", code.id());
        assert!(code.cure().ends_with(['.', ')']), "{}", code.id());
    }
    let nothing_to_do = [
        account::Code::Stated,
        account::Code::PackageMapped,
        account::Code::PackageNotNeeded,
        account::Code::ServiceMapped,
        account::Code::ServiceImplied,
        account::Code::ConditionAssumed,
        account::Code::NotNotified,
        account::Code::Evaluated,
        account::Code::Probe,
        account::Code::AlreadySo,
        account::Code::Overwritten,
        account::Code::NoMeaning,
        account::Code::AsShipped,
    ];
    for code in account::Code::ALL {
        assert!(code.more().ends_with('.'), "{}", code.id());
        let is_silent = nothing_to_do.contains(code);
        assert_eq!(code.cure().is_empty(), is_silent, "{}", code.id());
    }
}

#[test]
fn a_word_has_all_its_meanings() {
    check(
        "option-clash",
        &[
            "option-clash: a code of diagnostics",
            "option-clash: a reason of verdicts",
        ],
    );
    check(
        "error[yaml-syntax]:",
        &["yaml-syntax: a code of diagnostics"],
    );
    check("manual", &["manual: a verdict"]);
    check(
        "community.general.timezone",
        &["timezone: an Ansible module"],
    );
    check("module:cron", &["cron: an Ansible module"]);
    check("expose", &["EXPOSE: an instruction of Dockerfiles"]);
    check("/etc/fstab", &["/etc/fstab: a file"]);
    check("fstab", &["fstab: a kind of files"]);
    check("chrony-config", &["chrony-config: a rule"]);
    let cron = titles("cron");
    assert!(
        cron.contains(&"cron: an Ansible module".to_owned()),
        "{cron:?}"
    );
    assert!(cron.contains(&"cron: a service".to_owned()), "{cron:?}");
    assert!(titles("apt:nginx") == ["nginx: a package of apt"]);
}

#[test]
fn options_say_what_the_index_knows() {
    let entries = explain("services.nginx.enable", &rules()).unwrap();
    let text = text(&entries[0]);
    for fact in [
        "boolean",
        "Default",
        "nixos/modules/services/web-servers/nginx/default.nix",
        "Services  nginx",
    ] {
        assert!(text.contains(fact), "{text}");
    }
    check(
        "services.nginx",
        &["services.nginx: a folder of options of NixOS 26.05"],
    );
    check("extraRsyncFlags2", &[]);
    check("enableACME", &["enableACME: the last name of 7 options"]);
    check(
        "users.users.bob.uid",
        &["users.users.bob.uid: an option of NixOS 26.05"],
    );
}

#[test]
fn a_rule_is_shown_as_it_is_written() {
    let entries = explain("chrony-config", &rules()).unwrap();
    let text = text(&entries[0]);
    for part in [
        "    id     = \"chrony-config\"",
        "services.chrony.extraConfig",
        "rules/time/servers.toml:2",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("ntp-config"), "{text}");
    assert!(
        text.contains("Sets   services.chrony.enableRTCTrimming, services.chrony.extraConfig"),
        "{text}"
    );
    let option = explain("services.chrony.extraConfig", &rules()).unwrap();
    assert!(
        format!("{option:?}").contains("chrony-config"),
        "{option:?}"
    );
    let path = explain("/etc/chrony.conf", &rules()).unwrap();
    assert!(format!("{path:?}").contains("chrony-config"), "{path:?}");
}

#[test]
fn an_unknown_word_has_names_like_it() {
    let check = |word: &str, expected: &str| {
        assert!(explain(word, &rules()).unwrap().is_empty(), "{word}");
        let said = not_known(word, &rules());
        assert!(said.contains(expected), "{said}");
    };
    check("option-clsh", "like it: `option-clash` (code)");
    check("module:lineinfle", "`lineinfile` (module)");
    check("services.nginx.enabel", "`services.nginx.enable` (option)");
    check("qqqqqqqqqqqqqqqqq", "`ops2nix explain` lists what can");
}
