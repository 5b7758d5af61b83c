//! What the tests of lowering share: a machine of a few resources, and its plan as text.

use super::lower;
use std::collections::BTreeMap;

use crate::account::{Account, ItemKind};
use crate::diag::Diagnostics;
use crate::model::{
    Condition, Content, Entry, Family, File, Hole, HoleKind, Machine, Model, Origin, Part,
    Resource, Text, VERSION,
};
use crate::nix::{Expr, print};
use crate::plan::{self, Definition, Home, OptionPath, Plan, Setting};
use crate::rules::Rules;
use crate::source::{SourceTree, Span};

/// Lowers resources on an otherwise empty machine and compares: settings as `path = value;`, elements of lists as
/// `path += value;`, then `path: secret`, then how each item was closed where it is not plainly `translated`.
pub(super) fn check_all(resources: Vec<Resource>, expected: &str) {
    let tree = SourceTree::from_texts("x", &[("x.yml", "")]);
    let file = tree.find("x.yml").unwrap();
    let mut account = Account::new();
    let mut entries = Vec::new();
    for resource in resources {
        let span = Span::new(file, 0, 0);
        let item = account.open(ItemKind::AnsibleTask, "x", "A task", span);
        entries.push(Entry {
            resource,
            part: Part::Role("shop".into()),
            origin: Origin::of(item),
            assumptions: Vec::new(),
            guard: Condition::True,
        });
    }
    let machine = Machine {
        name: "web1".into(),
        described: String::new(),
        family: Family::Debian,
        entries,
        packaged: BTreeMap::new(),
        starts_known: false,
    };
    let model = Model {
        version: VERSION,
        machines: vec![machine],
    };
    let rules = Rules::default();
    let plans = lower(&model, &rules, &mut account, &mut Diagnostics::new());
    let mut lines = Vec::new();
    for (path, setting) in plans[0].settings() {
        let sign = match setting {
            Setting::One(_) => "=",
            Setting::Elements(_) => "+=",
        };
        for definition in setting.definitions() {
            let text = print(&definition.expr, &|asset| format!("./files/{}", asset.name));
            lines.push(format!("{path} {sign} {};", text.as_str()));
        }
    }
    for secret in &plans[0].secrets {
        let content = secret.lines(|what| format!("<secret: {what}>"));
        lines.push(format!("{}: {}", secret.path, content.join(" / ")));
    }
    for (_, item) in account.items() {
        assert!(!item.closings.is_empty(), "an item is open");
        for closing in &item.closings {
            if closing.verdict.name() != "translated" {
                lines.push(format!("{}: {}", closing.verdict.name(), closing.reason));
            }
        }
    }
    let trimmed: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let found = lines.join("\n");
    let found: Vec<&str> = found
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(found.join("\n"), trimmed.join("\n"));
}

pub(super) fn check(resource: Resource, expected: &str) {
    check_all(vec![resource], expected);
}

/// Tells whether an option is one of the index.
pub(super) fn is_in_index(option: &str) -> bool {
    let index = [
        include_str!("../../rules/nixos/options.json"),
        include_str!("../../rules/nixos/added-options.json"),
    ];
    index
        .iter()
        .any(|it| it.contains(&format!("\"{option}\": {{")))
}

/// A plan of the host `web1` with these options.
pub(super) fn plan(options: &[(&str, Expr)]) -> Plan {
    let mut plan = Plan::new("web1", "");
    for (path, expr) in options {
        let definition = Definition {
            expr: expr.clone(),
            home: Home::Machine,
            origin: plan::Origin::default(),
            rule: String::new(),
        };
        plan.set(OptionPath::parse(path), definition).unwrap();
    }
    plan
}

/// A file of whose owner and permissions nothing is said; its text may have holes, as `text` writes them.
pub(super) fn file(path: &str, content: &str) -> Resource {
    Resource::File(File {
        path: path.into(),
        content: Content::Text(text(content)),
        mode: None,
        owner: None,
        group: None,
    })
}

/// Makes a text in which `<secret: x>` and `<unknown: x>` are holes.
pub(super) fn text(source: &str) -> Text {
    let mut text = Text::new();
    let mut rest = source;
    while let Some((before, behind)) = rest.split_once('<') {
        let parsed = behind.split_once('>').and_then(|(hole, after)| {
            let (kind, what) = hole.split_once(": ")?;
            let kind = match kind {
                "secret" => HoleKind::Secret,
                "unknown" => HoleKind::Unknown,
                _ => return None,
            };
            Some((kind, what, after))
        });
        text.push_str(before);
        match parsed {
            Some((kind, what, after)) => {
                let what = what.to_owned();
                text.push_hole(Hole {
                    kind,
                    what,
                    span: None,
                });
                rest = after;
            }
            None => {
                text.push_str("<");
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}
