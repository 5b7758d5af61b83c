//! The built-in rules against the option index: what the examples state is in it, and has its types.

use ops2nix::account::{Account, ItemKind};
use ops2nix::diag::Diagnostics;
use ops2nix::plan::{Definition, Home, Origin, Plan};
use ops2nix::rules::{Join, Rules};
use ops2nix::schema;
use ops2nix::source::{SourceTree, Span};

#[test]
fn what_rules_state_is_in_the_option_index() {
    let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
    let mut tree = SourceTree::from_texts("rules", &[]);
    let file = tree.add_text("x", "x\n");
    let mut account = Account::new();
    let mut plans = Vec::new();
    for (id, _, outcome) in rules.example_outcomes() {
        let item = account.open(ItemKind::AnsibleTask, "rule", id, Span::new(file, 0, 1));
        let mut plan = Plan::new(id, "");
        for (path, expr, join) in outcome.settings {
            let definition = Definition {
                expr,
                home: Home::Host,
                origin: Origin {
                    items: vec![item],
                    ..Origin::default()
                },
                rule: id.to_owned(),
            };
            let placed = match join {
                Join::Element => plan.add(path, definition),
                Join::Only | Join::Text => plan.set(path, definition),
            };
            assert!(placed.is_ok(), "{id} sets an option twice");
        }
        plans.push(plan);
    }
    let mut diags = Diagnostics::new();
    schema::check(&mut plans, &mut account, &mut diags);
    let said: Vec<String> = diags
        .sorted()
        .iter()
        .map(|it| format!("{}: {:?}", it.message, it.help))
        .collect();
    assert_eq!(said, Vec::<String>::new());
}
