//! Recorded evaluations against small models.

use super::{Evaluation, Outcome, Side, compare};
use crate::account::Account;
use crate::model::{
    Condition, Entry, Family, File, FirewallPort, Group, IdKind, Machine, Membership, Origin, Part,
    Protocol, Resource, SubordinateIds, User,
};
use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Plan};
use crate::source::{SourceTree, Span};

/// Compares resources with what an evaluation returned; the second text is the options of the plan that say them.
fn check(resources: Vec<Resource>, options: &[(&str, Expr)], evaluation: &str, expected: &[&str]) {
    let readings = crate::effect::readings(&[]).unwrap();
    let tree = SourceTree::from_texts("t", &[("site.yml", "x\n")]);
    let file = tree.find("site.yml").unwrap();
    let mut account = Account::new();
    let span = Span::new(file, 0, 1);
    let item = account.open(crate::account::ItemKind::AnsibleTask, "x", "x", span);
    let entry = |resource| Entry {
        resource,
        part: Part::Machine,
        origin: Origin::of(item),
        assumptions: Vec::new(),
        guard: Condition::True,
    };
    let machine = Machine {
        name: "h".to_owned(),
        described: String::new(),
        family: Family::Debian,
        entries: resources.into_iter().map(entry).collect(),
        packaged: std::collections::BTreeMap::new(),
        started: None,
    };
    let mut plan = Plan::new("h", "");
    for (path, expr) in options {
        let definition = Definition {
            expr: expr.clone(),
            home: Home::Machine,
            origin: crate::plan::Origin {
                items: vec![item],
                ..crate::plan::Origin::default()
            },
            rule: "x".to_owned(),
        };
        plan.set(OptionPath::parse(path), definition).unwrap();
    }
    let side = Side {
        machine: &machine,
        plan: &plan,
        account: &account,
        tree: &tree,
        readings: &readings,
    };
    let evaluation: Evaluation = serde_json::from_str(evaluation).unwrap();
    let compared = compare(side, &evaluation, &|_| None);
    let shown = compared.findings.iter().map(|it| {
        let outcome = match &it.outcome {
            Outcome::Same => "same".to_owned(),
            Outcome::Explained(why) => why.clone(),
            Outcome::Different { lost, added } => format!("-{lost:?} +{added:?}"),
        };
        format!("{} {}: {outcome}", it.kind.name(), it.name)
    });
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

fn file(path: &str, text: &str) -> Resource {
    Resource::File(File {
        path: path.to_owned(),
        content: crate::model::Content::Text(text.into()),
        mode: None,
        owner: None,
        group: None,
    })
}

#[test]
fn files_are_compared_by_their_lines() {
    let evaluation = r##"{"etc": {"a": {"text": "# by NixOS\nx  = 1\ny = 2\n", "target": "a"}}, "ours": {"etc": ["a"]}}"##;
    let options = [("environment.etc.a.text", Expr::Null)];
    check(
        vec![file("/etc/a", "x = 1\n\ny = 2\n")],
        &options,
        evaluation,
        &["files /etc/a: same"],
    );
    // An option for another file says nothing of this one.
    check(
        vec![file("/etc/a", "x = 1\n"), file("/etc/b", "z\n")],
        &options,
        evaluation,
        &[
            r#"files /etc/a: -[] +["y = 2"]"#,
            r#"files /etc/b: -["nothing of it is there"] +[]"#,
        ],
    );
}

#[test]
fn what_an_option_says_is_explained_while_it_has_that_value() {
    let resources = || vec![file("/etc/x.conf", "server a\n")];
    let options = [("services.chrony.servers", Expr::strs(["a"]))];
    check(
        resources(),
        &options,
        r#"{"values": [{"option": ["services", "chrony", "servers"], "value": ["a", "b"]}]}"#,
        &["files /etc/x.conf: `services.chrony.servers` says it, and has that value"],
    );
    check(
        resources(),
        &options,
        r#"{"values": [{"option": ["services", "chrony", "servers"], "value": ["b"]}]}"#,
        &[
            r#"files /etc/x.conf: -["services.chrony.servers = [\"a\"]"] +["services.chrony.servers = [\"b\"]"]"#,
        ],
    );
}

#[test]
fn what_is_written_while_building_is_read_from_the_options() {
    let path = "/etc/opensearch/opensearch.yml";
    let options = [("services.opensearch.settings.a", Expr::Int(1))];
    let evaluation =
        r#"{"values": [{"option": ["services", "opensearch", "settings", "a"], "value": 1}]}"#;
    check(
        vec![file(path, "# c\na: 1\n")],
        &options,
        evaluation,
        &["files /etc/opensearch/opensearch.yml: same"],
    );
    check(
        vec![file(path, "a: 1\nb: 2\n")],
        &options,
        evaluation,
        &[r#"files /etc/opensearch/opensearch.yml: -["b: 2"] +[]"#],
    );
}

#[test]
fn a_line_is_compared_at_its_own_place() {
    let setting = |keyword: &str, value: &str| {
        Resource::SshdSetting(crate::model::SshdSetting {
            keyword: keyword.to_owned(),
            value: value.to_owned(),
            matching: None,
        })
    };
    let path = ["services", "openssh", "settings", "PermitRootLogin"];
    check(
        vec![
            setting("PermitRootLogin", "no"),
            setting("X11Forwarding", "yes"),
        ],
        &[(&path.join("."), Expr::str("no"))],
        r#"{"values": [{"option": ["services", "openssh", "settings"], "value": {"PermitRootLogin": "no"}}]}"#,
        &[
            "sshd_config PermitRootLogin no: same",
            r#"sshd_config X11Forwarding yes: -["x11forwarding: yes"] +[]"#,
        ],
    );
}

#[test]
fn users_groups_and_ports_are_compared() {
    let user = Resource::User(User {
        name: "u".to_owned(),
        uid: Some(2001),
        shell: Some("/bin/bash".to_owned()),
        groups: vec!["wheel".to_owned()],
        ..User::default()
    });
    let port = Resource::FirewallPort(FirewallPort {
        protocol: Protocol::Tcp,
        first: 80,
        last: 82,
        interface: None,
    });
    let group = Resource::Group(Group {
        name: "g".to_owned(),
        gid: Some(7),
    });
    let admin = Resource::Membership(Membership {
        user: "u".to_owned(),
        group: "sudo".to_owned(),
    });
    let ids = |kind, first| {
        Resource::SubordinateIds(SubordinateIds {
            user: "v".to_owned(),
            kind,
            first,
            count: 65536,
        })
    };
    check(
        vec![
            user,
            port,
            group,
            admin,
            ids(IdKind::User, 100_000),
            ids(IdKind::Group, 200_000),
        ],
        &[],
        r#"{"users": {"u": {"uid": 2002, "shell": "/run/current-system/sw/bin/bash", "extraGroups": []}, "v": {"uids": [[100000, 65536]]}},
            "groups": {"g": {"gid": 7}, "wheel": {"members": ["u"]}},
            "ports": {"enabled": true, "tcp": [80], "tcpRanges": [[81, 90]]},
            "ours": {"users": ["v"]}}"#,
        &[
            r#"users u: -["in group wheel", "uid: 2001"] +["uid: 2002"]"#,
            r#"users v: -[] +["no source asks for it: it is yours, or was made before"]"#,
            "users v, subordinate ids: same",
            r#"users v, subordinate ids: -["nothing of it is there"] +[]"#,
            "groups g: same",
            "groups sudo, member u: same",
            "ports 80-82/tcp: same",
        ],
    );
}
