//! What the evaluator makes of templates: compared with what Ansible recorded, and what is not known.

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::import::ansible::scope::{Binding, HostVars, Layer, Scope, Search, Session};
use crate::import::ansible::value::{Truth, Value};
use crate::source::{SourceTree, Span};
use crate::syntax::jinja::Settings;
use crate::syntax::yaml;

/// Reads a file of variables into a layer.
fn layer(tree: &SourceTree, path: &str) -> Layer {
    let mut layer = Layer::default();
    let Ok(file) = tree.find(path) else {
        return layer;
    };
    let documents = yaml::read(tree, file, &mut Diagnostics::new()).unwrap_or_default();
    for (key, value) in documents.iter().filter_map(|it| it.pairs()).flatten() {
        let name = key.text().unwrap_or_default().to_owned();
        layer.vars.insert(name, Binding::Node(Arc::clone(value)));
    }
    layer
}

fn with_scope<T>(tree: &SourceTree, more: Layer, run: impl FnOnce(&Scope<'_>, Span) -> T) -> T {
    let session = Session::new(tree);
    let hosts = HostVars::from([("web1".to_owned(), vec![Arc::new(layer(tree, "vars.yml"))])]);
    let search = Arc::new(Search {
        role: Some("role".to_owned()),
        above: Vec::new(),
        task: "role/tasks".to_owned(),
        playbook: String::new(),
    });
    let layers = vec![Arc::new(layer(tree, "vars.yml")), Arc::new(more)];
    let scope = Scope::new(&session, &hosts, search, layers);
    let span = Span::new(tree.find("vars.yml").unwrap(), 0, 0);
    run(&scope, span)
}

fn shown(value: Result<Value, super::Failure>) -> String {
    match value {
        Ok(value) => value.to_json().to_string(),
        Err(failure) => format!("{}: {}", failure.code.id(), failure.message),
    }
}

#[test]
fn templates_make_what_ansible_makes_of_them() {
    let vars = include_str!("../../../../tests/fixtures/jinja/vars.yml");
    let expected = include_str!("../../../../tests/fixtures/jinja/expected.json");
    let tree = SourceTree::from_texts("t", &[("vars.yml", vars)]);
    let cases: Vec<serde_json::Value> = serde_json::from_str(expected).unwrap();
    let mut wrong = Vec::new();
    with_scope(&tree, Layer::default(), |scope, span| {
        for case in &cases {
            let template = case["template"].as_str().unwrap();
            let made = scope.template(template, span);
            let fine = match (&made, case.get("value")) {
                (Err(_), None) => true,
                (Ok(made), Some(value)) => {
                    let value = super::filters::of_json(value);
                    let same_type = made.type_name() == value.type_name();
                    same_type && matches!(super::ops::equal(made, &value), Truth::Yes)
                }
                _ => false,
            };
            if !fine {
                let value = case.get("value").or(case.get("error"));
                wrong.push(format!(
                    "{template}\n  ansible: {}\n  here:    {}",
                    value.unwrap(),
                    shown(made)
                ));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

const VARS: &str = "\
known: 5
name: web
listed: [1, 2]
db_password: hunter2
password_file: /etc/pw
empty_token: ''
box: {token: s3cr3t, user: root}
vaulted: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  3133
loops: '{{ loops }}'
tree: {a: 1, b: '{{ tree.a }}'}
derived_token: '{{ name }}-{{ known }}'
from_unknown: '{{ probe.stdout }}'
";

/// Leaves away the names that a person gives what was printed.
fn plainly(text: &str) -> String {
    let named = regex::Regex::new(r"`[^`]*`, for (.*?), which a person gives").unwrap();
    named.replace_all(text, "$1").into_owned()
}

fn check(text: &str, expected: &str) {
    let files = [
        ("vars.yml", VARS),
        ("role/templates/inner.j2", "<{{ name }}>\n"),
        (
            "role/templates/base.j2",
            "A{% block x %}base{% endblock %}Z\n",
        ),
        (
            "role/templates/child.j2",
            "{% extends 'base.j2' %}{% block x %}[{{ super() }}]{% endblock %}",
        ),
        (
            "role/templates/macros.j2",
            "{% macro m(x) %}({{ x }}{{ name }}){% endmacro %}",
        ),
        ("role/files/note.txt", "a note\n"),
    ];
    let tree = SourceTree::from_texts("t", &files);
    let mut more = Layer::default();
    let unknown = Value::record([("stdout", Value::unknown("what the probe printed", None))]);
    more.vars
        .insert("probe".to_owned(), Binding::Value(unknown));
    more.vars.insert(
        "maybe".to_owned(),
        Binding::Value(Value::unknown("maybe", None)),
    );
    with_scope(&tree, more, |scope, span| {
        let made = shown(scope.template(text, span));
        assert_eq!(plainly(&made), expected, "{text}");
    });
}

#[test]
fn unknowns_leave_holes_and_decide_nothing() {
    check("{{ maybe }}", "<unknown: maybe>");
    check("a{{ maybe }}b", r#""a<unknown: maybe>b""#);
    check(
        "{{ probe.stdout | int + 1 }}",
        "<unknown: what the probe printed>",
    );
    check("{{ false and maybe }}", "false");
    check("{{ maybe and false }}", "false");
    check("{{ maybe or true }}", "true");
    check("{{ maybe or false }}", "<unknown: maybe>");
    check("{{ maybe == 1 }}", "<unknown: maybe>");
    check("{{ maybe | default('x') }}", "<unknown: maybe>");
    check("{{ maybe is defined }}", "true");
    check("{{ maybe['x'] is defined }}", "<unknown: maybe>");
    check("{{ [maybe, 1] | length }}", "2");
    check("{{ ['a', maybe] | join('-') }}", r#""a-<unknown: maybe>""#);
    check("{{ 'a' in ['a', maybe] }}", "true");
    check("{{ 'b' in ['a', maybe] }}", "<unknown: maybe>");
    check(
        "x{% if maybe %}a{% else %}b{% endif %}y",
        r#""x<unknown: maybe>y""#,
    );
    check(
        "{% set v = 1 %}{% if maybe %}{% set v = 2 %}{% endif %}{{ v }}",
        "<unknown: maybe>",
    );
    check(
        "{% set v = [] %}{% if maybe %}{% set _ = v.append(1) %}{% endif %}{{ v }}",
        "<unknown: maybe>",
    );
    check(
        "a{% for i in maybe %}{{ i }}{% endfor %}",
        r#""a<unknown: maybe>""#,
    );
    check("{{ 1 if maybe else 2 }}", "<unknown: maybe>");
    check(
        "{{ listed | select('gt', maybe) | list }}",
        "<unknown: maybe>",
    );
    check(
        "{{ lookup('env', 'HOME') }}",
        "<unknown: the environment variable HOME of whoever runs Ansible>",
    );
    check("{{ from_unknown }}", "<unknown: what the probe printed>");
    check(
        "{{ known | some.thing.odd }}",
        "<unknown: the result of the filter `some.thing.odd`>",
    );
}

#[test]
fn secrets_are_never_shown() {
    check("{{ db_password }}", r#""<secret: vars.yml:4 db_password>""#);
    check(
        "pw={{ db_password }};",
        r#""pw=<secret: vars.yml:4 db_password>;""#,
    );
    check("{{ db_password | length }}", "7");
    check("{{ db_password == '' }}", "false");
    check("{{ db_password and true }}", "true");
    check(
        "{{ db_password | upper }}",
        "<secret: vars.yml:4 db_password>",
    );
    check("{{ password_file }}", r#""/etc/pw""#);
    check("{{ empty_token }}", r#""""#);
    check(
        "{{ box }}",
        r#"{"token": "<secret: vars.yml:7 token>", "user": "root"}"#,
    );
    check("{{ box.token }}", r#""<secret: vars.yml:7 token>""#);
    check("{{ vaulted }}", r#""<secret: vars.yml:8 vaulted>""#);
    // Who has a place for a password gives one.
    check("{{ 'x' if vaulted else 'y' }}", r#""x""#);
    // A secret in YAML is one scalar of it.
    check(
        "{{ ('a: ' ~ db_password ~ '\nb: 1\n') | from_yaml }}",
        r#"{"a": "<secret: vars.yml:4 db_password>", "b": 1}"#,
    );
    check(
        "{{ ({'b': db_password, 'c': [1]} | to_nice_yaml | from_yaml).c }}",
        "[1]",
    );
    check(
        "{{ ('a: 1\n' ~ maybe ~ '\n') | from_yaml }}",
        "<unknown: maybe>",
    );
    check(
        "{{ derived_token }}",
        r#""<secret: vars.yml:13 derived_token>""#,
    );
    check("{{ 'x' | password_hash }}", "<secret: vars.yml:1 (hashed)>");
}

#[test]
fn variables_are_rendered_when_they_are_used() {
    check("{{ tree.b }}", "1");
    check(
        "{{ loops }}",
        "jinja-failed: the variable `loops` is made of itself",
    );
    check("{{ hostvars['web1'].known }}", "5");
    check("{{ hostvars['web1']['nope'] | default(3) }}", "3");
    check("{{ 'known' in hostvars['web1'] }}", "true");
    check(
        "{{ ['web1'] | map('extract', hostvars, 'known') | list }}",
        "[5]",
    );
    check("{{ vars['known'] }}", "5");
    check("{{ {'a': omit, 'b': [omit, 1]} }}", r#"{"b": [1]}"#);
    check("{{ nope }}", "jinja-undefined: `nope` has no value");
}

#[test]
fn no_number_is_too_large() {
    check(
        "{{ range(9223372036854775807, 1, -9223372036854775807) | list | length }}",
        "1",
    );
    check(
        "{{ 'abc'[9223372036854775807::9223372036854775807] }}",
        r#""""#,
    );
    check("{{ ('%99999999999d' % 1) | length }}", "10000");
    check(
        "{{ 9223372036854775807 + 1 }}",
        "jinja-failed: the number grows beyond 64 bits",
    );
    check(
        "{{ 'x' * 9223372036854775807 }}",
        "jinja-failed: the result of `*` is too long",
    );
    check("{{ 1 // 0 }}", "jinja-failed: a division by zero");
    check("{{ 2.5 | round(2147483647) }}", "2.5");
}

#[test]
fn a_list_is_one_wherever_it_is_named() {
    // Since its release 2.19 Ansible hands macros copies of what the template itself wrote.
    check(
        "{% macro add(to, x) %}{% set _ = to.append(x) %}{% endmacro %}{% set l = [] %}{{ add(l, 1) }}{{ l }}",
        "[]",
    );
    check(
        "{% set l = [[]] %}{% for i in l %}{% set _ = i.append(1) %}{% endfor %}{{ l }}",
        "[[1]]",
    );
    check(
        "{% set ns = namespace(l=[]) %}{% for i in listed %}{% set _ = ns.l.append(i) %}{% endfor %}{{ ns.l }}",
        "[1, 2]",
    );
    check(
        "{% set a = listed | list %}{% set _ = a.append(3) %}{{ [a | length, listed | length] }}",
        "[3, 2]",
    );
}

#[test]
fn other_templates_are_found() {
    check(
        "{% macro m() %}<{% block b %}x{{ known }}{% endblock b %}>{% endmacro %}{{ m() }}",
        r#""<x5>""#,
    );
    check("{% include 'inner.j2' %}!", r#""<web>!""#);
    check("{% include 'child.j2' %}", r#""A[base]Z""#);
    check(
        "{% import 'macros.j2' as m with context %}{{ m.m(1) }}",
        r#""(1web)""#,
    );
    check(
        "{% from 'macros.j2' import m as n with context %}{{ n(2) }}",
        r#""(2web)""#,
    );
    check("{{ lookup('template', 'inner.j2') }}", r#""<web>\n""#);
    check("{{ lookup('file', 'note.txt') }}", r#""a note""#);
    check(
        "{{ lookup('first_found', ['x.txt', 'note.txt']) }}",
        r#""role/files/note.txt""#,
    );
    check("{% include 'none.j2' ignore missing %}", "null");
}

#[test]
fn template_files_keep_their_last_line_break() {
    let files = [
        ("vars.yml", VARS),
        (
            "a.j2",
            "#jinja2: lstrip_blocks: True\n  {% if known %}\n{{ name }}\n  {% endif %}\n",
        ),
        ("b.j2", "one\n{{ nope }}\n"),
    ];
    let tree = SourceTree::from_texts("t", &files);
    with_scope(&tree, Layer::default(), |scope, _| {
        let made = scope
            .render(tree.find("a.j2").unwrap(), Settings::default())
            .unwrap();
        assert_eq!(made.to_string(), "web\n");
        let failure = scope
            .render(tree.find("b.j2").unwrap(), Settings::default())
            .unwrap_err();
        assert_eq!(tree.position(failure.span.unwrap()).line, 2);
    });
}

/// Decides a condition that is written as the value of a key.
fn decided(condition: &str, expected: &str) {
    let tree = SourceTree::from_texts("t", &[("vars.yml", VARS), ("when.yml", condition)]);
    let mut more = Layer::default();
    let maybe = Value::unknown("maybe", None);
    more.vars.insert("maybe".to_owned(), Binding::Value(maybe));
    let file = tree.find("when.yml").unwrap();
    let documents = yaml::read(&tree, file, &mut Diagnostics::new()).unwrap();
    let node = documents[0].get("when").unwrap();
    with_scope(&tree, more, |scope, _| {
        let shown = match scope.condition(node) {
            Ok(condition) => format!("{condition:?}"),
            Err(failure) => format!("{}: {}", failure.code.id(), failure.message),
        };
        assert_eq!(shown, expected, "{condition}");
    });
}

#[test]
fn conditions_are_three_valued() {
    decided("when: known > 4", "True");
    decided("when: yes", "True");
    decided("when: [known == 5, name == 'db']", "False");
    decided("when: [maybe, known == 6]", "False");
    decided("when: [known == 5, maybe | bool]", "Unknown(\"maybe\")");
    decided("when: '{{ known == 5 }}'", "True");
    decided("when: \"name == '{{ name }}'\"", "True");
    decided("when: db_password | length > 0", "True");
    decided("when: not db_password", "False");
    decided("when: nope", "jinja-undefined: `nope` has no value");
    decided("when: nope is defined and nope.x", "False");
    decided("when: [maybe, nope]", "Unknown(\"maybe\")");
    decided(
        "when: known ==",
        "jinja-syntax: the end comes where an expression is due",
    );
    decided("when: name is match('w\\w+$')", "True");
}

#[test]
fn long_chains_of_variables_end() {
    let mut vars = String::new();
    for at in 0..100 {
        vars.push_str(&format!("v{at}: '{{{{ v{} }}}}'\n", at + 1));
    }
    let tree = SourceTree::from_texts("t", &[("vars.yml", &vars)]);
    with_scope(&tree, Layer::default(), |scope, span| {
        assert!(shown(scope.template("{{ v70 }}", span)).contains("v100"));
        assert!(shown(scope.template("{{ v0 }}", span)).contains("levels deep"));
    });
}
