//! Properties of whole outputs: nothing is lost, nothing is said twice, all of it is Nix.

use std::collections::BTreeMap;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};

use super::layout::Place;
use super::share::{LeafValue, Sheet, share};
use super::tests::{Fixture, check_files, definition};
use super::usual::Usual;
use super::{Origins, Output};
use crate::nix::Expr;
use crate::plan::{Home, OptionPath, Plan, Setting};

/// What a random plan does: an option, its value, whose it is, and whether it joins.
type Statement = (usize, i64, usize, bool);

const PATHS: [&str; 12] = [
    "networking.hostName",
    "networking.firewall.allowedTCPPorts",
    "environment.systemPackages",
    "environment.etc.\"a b/${c}.conf\".text",
    "environment.etc.motd",
    "services.x.enable",
    "services.x.settings.\"with\".deep",
    "services.x.settings",
    "services.openssh.enable",
    "users.users.a.extraGroups",
    "boot.kernel.sysctl.\"net.ipv4.ip_forward\"",
    "swapDevices",
];

fn home(which: usize) -> Home {
    match which {
        0 => Home::Host,
        1 => Home::Machine,
        2 => Home::Role("one".to_owned()),
        3 => Home::Role("One".to_owned()),
        _ => Home::Service("one".to_owned()),
    }
}

fn statements() -> impl Strategy<Value = Vec<Vec<Statement>>> {
    let statement = (
        0..PATHS.len(),
        prop_oneof![3 => Just(1_i64), 1 => 0..4_i64],
        0..5_usize,
        any::<bool>(),
    );
    let common = prop::collection::vec(statement.clone(), 0..12);
    let own = prop::collection::vec(prop::collection::vec(statement, 0..6), 1..5);
    (common, own).prop_map(|(common, own)| {
        own.into_iter()
            .map(|own| common.iter().copied().chain(own).collect())
            .collect()
    })
}

fn plans(fixture: &Fixture, statements: &[Vec<Statement>]) -> Vec<Plan> {
    let hosts = statements.iter().enumerate();
    hosts
        .map(|(host, statements)| {
            let mut plan = Plan::new(&format!("host{host}"), "");
            for (at, (path, value, whose, joins)) in statements.iter().enumerate() {
                let path = OptionPath::parse(PATHS[*path]);
                let origin = fixture.origin(at % fixture.items.len());
                let it = definition(home(*whose), origin, Expr::Int(*value));
                // A clash is the business of whoever makes plans: the first one stands.
                let _ = if *joins {
                    plan.add(path, it)
                } else {
                    plan.set(path, it)
                };
            }
            plan
        })
        .collect()
}

/// The values of each option, sorted, in text.
type Said = BTreeMap<String, Vec<String>>;

fn said(plan: &Plan) -> Said {
    let values = |setting: &Setting| {
        let mut values: Vec<String> = setting
            .definitions()
            .iter()
            .map(|it| format!("{:?}", it.expr))
            .collect();
        values.sort();
        values
    };
    plan.settings()
        .map(|(path, setting)| (path.to_string(), values(setting)))
        .collect()
}

/// What a host's file and the modules it imports say together.
fn said_together(plans: &[Plan], host: usize) -> Said {
    let usual = Usual::of(plans);
    let sheets = share(plans, &usual);
    let own = &sheets[sheets.len() - plans.len() + host];
    assert_eq!(own.place, Place::Host);
    let mut said = Said::new();
    for sheet in sheets
        .iter()
        .filter(|it| own.imports.contains(&it.place))
        .chain([own])
    {
        for leaf in &sheet.leaves {
            let values = said.entry(leaf.path.to_string()).or_default();
            let whole = matches!(leaf.value, LeafValue::One(_));
            if sheet.place == Place::Host && usual_of(leaf.path, own, &usual) {
                // The host's own value stands above the usual one.
                values.clear();
            }
            assert!(!whole || values.is_empty(), "{} is set twice", leaf.path);
            values.extend(leaf.value.stated().iter().map(|it| {
                let usual = usual.get(sheet.place, leaf.path);
                format!("{:?}", usual.map_or(it.expr, |usual| &usual.value))
            }));
        }
    }
    said.values_mut().for_each(|values| values.sort());
    said
}

fn usual_of(path: &OptionPath, host: &Sheet<'_>, usual: &Usual) -> bool {
    host.imports
        .iter()
        .any(|place| usual.get(*place, path).is_some())
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn modules_and_host_say_what_the_plan_says(statements in statements()) {
        let fixture = Fixture::new();
        let plans = plans(&fixture, &statements);
        for (host, plan) in plans.iter().enumerate() {
            proptest::prop_assert_eq!(said(plan), said_together(&plans, host));
        }
    }

    #[test]
    fn every_item_shows_and_the_bytes_are_the_same_twice(statements in statements()) {
        let mut fixture = Fixture::new();
        let plans = plans(&fixture, &statements);
        let output = fixture.emit(&plans, Origins::Shown);
        let again = Fixture::new().emit(&plans, Origins::Shown);
        proptest::prop_assert_eq!(&output, &again);
        for definition in plans.iter().flat_map(Plan::settings).flat_map(|(_, it)| it.definitions()) {
            for item in &definition.origin.items {
                let outputs = &fixture.account.get(*item).outputs;
                proptest::prop_assert!(!outputs.is_empty());
                for it in outputs {
                    let text = String::from_utf8_lossy(&output.files[&it.file]).into_owned();
                    let line = text.lines().nth(it.line as usize - 1).unwrap_or_default();
                    proptest::prop_assert!(!line.trim().is_empty() && it.line > 1, "{it:?} in {text}");
                }
            }
        }
    }
}

#[test]
fn random_outputs_are_valid_nix() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut all = Output::default();
    for round in 0..60 {
        let mut fixture = Fixture::new();
        let statements = statements().new_tree(&mut runner).unwrap().current();
        let plans = plans(&fixture, &statements);
        let output = fixture.emit(&plans, Origins::Shown);
        let named = output
            .files
            .into_iter()
            .map(|(path, bytes)| (format!("{round}/{path}"), bytes));
        all.files.extend(named);
    }
    check_files(&all);
}
