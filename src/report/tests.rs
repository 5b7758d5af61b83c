//! Reports of small accounts.

use super::{Report, render_json, render_markdown, report, schema};
use crate::account::{Account, Closing, Code, ItemId, ItemKind, Output, Verdict};
use crate::diag::{self, Diagnostics};
use crate::source::{SourceTree, Span};

const TASKS: &str = "- a: 1\n- b: 2\n- c: 3\n- d: 4\n";

fn close(account: &mut Account, item: ItemId, host: &str, verdict: Verdict, code: Code) {
    account.close(
        item,
        Closing {
            host: host.to_owned(),
            verdict,
            code,
            reason: format!("because of | {}", verdict.name()),
        },
    );
}

fn example() -> Report {
    let tree = SourceTree::from_texts(
        "t",
        &[("site.yml", "- hosts: all\n"), ("tasks/main.yml", TASKS)],
    );
    let site = tree.find("site.yml").unwrap();
    let tasks = tree.find("tasks/main.yml").unwrap();
    let mut account = Account::new();
    let at = |line: usize| Span::new(tasks, line * 7 + 2, line * 7 + 6);
    let open = |account: &mut Account, subject: &str, line: usize| {
        account.open(ItemKind::AnsibleTask, subject, "A *task*", at(line))
    };
    let b = open(&mut account, "b", 1);
    let a = open(&mut account, "a", 0);
    let twin = open(&mut account, "a", 0);
    let c = open(&mut account, "c", 2);
    let gone = open(&mut account, "d", 3);
    account.get_mut(gone).counted = false;
    let play = account.open(ItemKind::AnsiblePlay, "all", "", Span::new(site, 0, 12));
    close(&mut account, a, "", Verdict::Translated, Code::Stated);
    close(
        &mut account,
        twin,
        "web2",
        Verdict::Translated,
        Code::Stated,
    );
    close(&mut account, b, "web1", Verdict::Translated, Code::Stated);
    close(
        &mut account,
        b,
        "web2",
        Verdict::Manual,
        Code::UnknownModule,
    );
    close(&mut account, c, "web1", Verdict::NotNeeded, Code::NoMeaning);
    close(&mut account, play, "", Verdict::Manual, Code::Carries);
    let output = |line: u32| Output {
        file: "hosts/web1/default.nix".to_owned(),
        line,
        option: (line > 3).then(|| "a.b".to_owned()),
    };
    account.add_output(a, output(9));
    account.add_output(a, output(3));
    let mut diags = Diagnostics::new();
    diags.at(diag::Code::UnknownModule, at(1), "no importer for `b`");
    diags.general(diag::Code::FirewallOn, "on", "open ports");
    let hosts = ["web1".to_owned(), "web2".to_owned()];
    report(&account, &hosts, &diags, &tree)
}

#[test]
fn items_have_their_verdicts_and_sums() {
    let report = example();
    let shown: Vec<String> = report
        .items
        .iter()
        .map(|it| format!("{} {} {} {:?}", it.id, it.verdict.name(), it.code, it.hosts))
        .collect();
    assert_eq!(
        shown,
        [
            "ansible-play:site.yml:1:1 manual carries [\"web1\", \"web2\"]",
            "ansible-task:tasks/main.yml:1:3 translated stated [\"web1\", \"web2\"]",
            "ansible-task:tasks/main.yml:1:3#2 translated stated [\"web2\"]",
            "ansible-task:tasks/main.yml:2:3 manual unknown-module [\"web1\", \"web2\"]",
            "ansible-task:tasks/main.yml:3:3 not-needed no-meaning [\"web1\"]",
        ]
    );
    let totals = report.totals;
    assert_eq!(
        (
            totals.items,
            totals.translated,
            totals.manual,
            totals.not_needed
        ),
        (5, 2, 2, 1)
    );
    assert!((report.coverage - 0.667).abs() < 1e-9);
    assert_eq!(report.items[1].outputs[0].line, 3);
}

#[test]
fn json_has_the_promised_shape() {
    let json: serde_json::Value = serde_json::from_str(&render_json(&example())).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "version",
            "tool",
            "target",
            "hosts",
            "items",
            "totals",
            "coverage",
            "diagnostics"
        ]
    );
    assert_eq!(json["totals"]["not-needed"], 1);
    assert_eq!(json["target"]["release"], "26.05");
    assert_eq!(json["items"][1]["source"]["end_line"], 1);
    assert_eq!(json["items"][1]["outputs"][1]["option"], "a.b");
    assert!(json["diagnostics"][0].get("source").is_none());
    assert_eq!(json["diagnostics"][1]["severity"], "warning");
}

#[test]
fn the_schema_names_all_that_the_report_has() {
    let schema = schema();
    let required = schema["required"].as_array().unwrap();
    assert_eq!(required.len(), 8);
    assert!(
        schema["$defs"]["Verdict"]
            .to_string()
            .contains("not-needed")
    );
}

#[test]
fn markdown_shows_what_to_look_at() {
    let page = render_markdown(&example());
    for expected in [
        "**Coverage 66.7 %**",
        "| manual | 2 | not translated",
        "## Left to you\n\nNot, or",
        "### There is no importer for the module (`unknown-module`, 1)\n\n| source",
        "| `tasks/main.yml:2` | `b` | A \\*task\\* | because of \\| manual |  |",
        "| warning | `ansible-unknown-module` | `tasks/main.yml:2` | no importer for `b` |",
        "| `tasks/main.yml` | 4 | 2 | 0 | 0 | 0 | 0 | 1 | 1 |\n",
    ] {
        assert!(page.contains(expected), "no {expected:?} in\n{page}");
    }
}
