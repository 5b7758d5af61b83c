//! Argument specs of roles: what a role says of the variables that it takes is checked before its tasks run.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_reuse_roles.html#role-argument-validation>;
//! as `ansible/module_utils/common/arg_spec.py` has it. Defaults of a spec set nothing: they are documentation.

use indexmap::IndexMap;

use super::Player;
use super::context::Context;
use super::returned::{Ground, Returned};
use crate::diag;
use crate::import::ansible::arguments::Arguments;
use crate::import::ansible::keywords::Keywords;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::Scope;
use crate::import::ansible::value::{Dict, Value};
use crate::model::Condition;
use crate::syntax::yaml::Node;

/// What is wrong with the arguments; the second says whether Ansible puts it into the same words.
type Problem = (String, bool);

impl<'a> Player<'a> {
    /// Checks the arguments of a role's entry, where the role says what they are.
    pub(super) fn check_arguments(&mut self, path: &str, entry: &str, context: &Context<'a>) {
        let library = self.stage.library;
        let own_file = library
            .role_file(path, "meta", "argument_specs")
            .and_then(|file| library.document(file));
        let specs = match own_file {
            Some(file) => file.get("argument_specs"),
            None => self.role_meta(path).and_then(|it| it.get("argument_specs")),
        };
        let spec = specs.and_then(|it| it.get(entry));
        let (Some(spec), Some(role), Some(span)) = (spec, &context.role, self.frame.span) else {
            return;
        };
        if self.halt.why().is_some() || !self.is_always_meant(context) {
            return;
        }
        let Some(item) = self.frame.item else { return };
        let described = spec.get("short_description").and_then(|it| it.text());
        let described = described.map(|it| format!(" - {it}")).unwrap_or_default();
        let task = Task {
            item,
            span,
            name: format!("Validating arguments against arg spec '{entry}'{described}"),
            module: "validate_argument_spec".to_owned(),
            full_name: "ansible.builtin.validate_argument_spec".to_owned(),
            arguments: Arguments::default(),
            keywords: Keywords::default(),
        };
        let scope = self.scope(context, &[]);
        let guard = match self.decide(&scope, context) {
            Ok(guard) => guard,
            // Its tasks say so themselves.
            Err(_) => return,
        };
        if guard == Condition::False {
            let skipped = Returned::plain(Value::None).guarded(guard);
            self.trace(&task, None, &skipped);
            return;
        }
        let options = spec.get("options");
        let options = options.map_or_else(|| Value::dict(Dict::new()), |it| Value::as_written(it));
        let given = provided(&scope, context);
        let about = Value::record([
            ("type", Value::str("role")),
            ("name", Value::str(&role.name)),
            ("argument_spec_name", Value::str(entry)),
            ("path", Value::str(path)),
        ]);
        let all = [
            ("argument_spec", options.clone()),
            ("provided_arguments", Value::dict(given.clone())),
            ("validate_args_context", about),
        ];
        let all: IndexMap<String, Value> = all
            .into_iter()
            .map(|(name, it)| (name.to_owned(), it))
            .collect();
        self.trace_arguments(&task, &all, None);
        let problems = problems_with(&scope, &options, given);
        let mut returned = Returned::plain(result(&problems)).guarded(guard.clone());
        if !problems.is_empty() && guard == Condition::True {
            returned.failed = Some(self.ground(&scope));
            returned.is_ignored = self.is_ignored(&scope, context);
        }
        self.trace(&task, None, &returned);
        let Some(ground) = returned.failed.filter(|_| !returned.is_ignored) else {
            return;
        };
        if !self.is_provided_for(&scope, context) {
            self.refuse_arguments(spec, &role.title.clone(), &problems, ground);
        }
        self.fall(&task, ground, &returned.value);
    }

    fn refuse_arguments(&mut self, spec: &Node, role: &str, problems: &[Problem], ground: Ground) {
        let said: Vec<&str> = problems.iter().map(|(it, _)| it.as_str()).collect();
        let message = format!(
            "the role `{role}` refuses its arguments: {}",
            said.join("; ")
        );
        match ground {
            Ground::Assumed => {}
            Ground::Lacking | Ground::Certain => {
                self.diags
                    .at(diag::Code::CertainFailure, spec.span, message);
            }
        }
    }
}

/// Returns the parameters that the entry of a listed role gives.
fn provided(scope: &Scope<'_>, context: &Context<'_>) -> Dict {
    let mut given = Dict::new();
    let layer = context.role_params.iter().flat_map(|layer| &layer.vars);
    for (name, _) in layer {
        if let Ok(value) = scope.get(name)
            && let Some(key) = Value::str(name).key()
        {
            given.insert(key, value);
        }
    }
    given
}

fn result(problems: &[Problem]) -> Value {
    if problems.is_empty() {
        return Value::of_pairs(vec![
            ("changed", Value::Bool(false)),
            ("failed", Value::Bool(false)),
            ("msg", Value::str("The arg spec validation passed")),
        ]);
    }
    let said = |(text, is_exact): &Problem| {
        if *is_exact {
            Value::str(text)
        } else {
            Value::unknown(format!("Ansible's words for: {text}"), None)
        }
    };
    let errors: Vec<Value> = problems.iter().map(said).collect();
    let mut message = crate::model::Text::from("Validation of arguments failed:\n");
    for (at, error) in errors.iter().enumerate() {
        message.push_str(if at == 0 { "" } else { "\n" });
        message.push(&crate::import::ansible::params::text_of(error));
    }
    Value::of_pairs(vec![
        ("failed", Value::Bool(true)),
        ("changed", Value::Bool(false)),
        ("msg", Value::Str(message)),
        ("argument_errors", Value::list(errors)),
    ])
}

/// Checks the variables that the options name, and the parameters that were given.
fn problems_with(scope: &Scope<'_>, options: &Value, given: Dict) -> Vec<Problem> {
    let mut values = Dict::new();
    for key in options.as_dict().into_iter().flat_map(|it| it.keys()) {
        match scope.get(&key.to_string()) {
            Ok(Value::Undefined(_)) | Err(_) => {}
            Ok(value) => {
                values.insert(key.clone(), value);
            }
        }
    }
    values.extend(given);
    let mut problems = Vec::new();
    check(options, &values, "", &mut problems);
    problems
}

fn check(options: &Value, values: &Dict, above: &str, problems: &mut Vec<Problem>) {
    let Some(options) = options.as_dict() else {
        return;
    };
    let is = |spec: &Value, key: &str| {
        matches!(
            spec.get(key).and_then(Value::truth),
            Some(crate::import::ansible::value::Truth::Yes)
        )
    };
    let mut missing: Vec<String> = Vec::new();
    for (name, spec) in options {
        let has_default = !matches!(spec.get("default"), None | Some(Value::None));
        if is(spec, "required") && !has_default && !values.contains_key(name) {
            missing.push(name.to_string());
        }
    }
    if !missing.is_empty() {
        missing.sort();
        let text = format!("missing required arguments: {}", missing.join(", "));
        problems.push(match above {
            "" => (text, true),
            above => (format!("{text} found in {above}"), true),
        });
    }
    for (name, spec) in options {
        let value = values.get(name).filter(|it| {
            let is_open = it.deep_hole().is_some();
            !is_open && !matches!(it, Value::None | Value::Omit | Value::Undefined(_))
        });
        if let Some(value) = value {
            let path = match above {
                "" => name.to_string(),
                above => format!("{above} -> {name}"),
            };
            check_value(spec, value, &path, problems);
        }
    }
    let unknown: Vec<String> = values
        .keys()
        .filter(|it| !options.contains_key(*it))
        .map(ToString::to_string)
        .collect();
    if !unknown.is_empty() {
        let text = format!("unsupported arguments: {}", unknown.join(", "));
        problems.push((text, false));
    }
}

fn check_value(spec: &Value, value: &Value, path: &str, problems: &mut Vec<Problem>) {
    let text = |key: &str| spec.get(key).and_then(Value::as_str);
    let wanted = text("type").unwrap_or("str");
    let Some(converted) = converted(wanted, value) else {
        let problem = format!(
            "`{path}` is a {}, not of the type {wanted}",
            value.type_name()
        );
        problems.push((problem, false));
        return;
    };
    let items: Vec<Value> = match &converted {
        Value::List(items) => items.to_vec(),
        one => vec![one.clone()],
    };
    if let Some(elements) = text("elements") {
        for item in &items {
            if self::converted(elements, item).is_none() {
                let problem = format!("an element of `{path}` is not of the type {elements}");
                problems.push((problem, false));
            }
        }
    }
    if let Some(choices) = spec.get("choices").and_then(Value::as_list) {
        let shown: Vec<String> = choices.iter().map(|it| it.to_text().to_string()).collect();
        for item in &items {
            let said = item.to_text().to_string();
            if !shown.contains(&said) {
                let list = shown.join(", ");
                let problem = format!("value of {path} must be one of: {list}, got: {said}");
                problems.push((problem, !matches!(converted, Value::List(_))));
            }
        }
    }
    if let Some(options) = spec.get("options") {
        for item in items.iter().filter_map(Value::as_dict) {
            check(options, item, path, problems);
        }
    }
}

/// Converts a value as modules do; nothing where it is not of the type.
fn converted(wanted: &str, value: &Value) -> Option<Value> {
    let number = || match value {
        Value::Str(text) => text.plain()?.trim().parse::<f64>().ok(),
        other => other.as_number(),
    };
    let is_it = match wanted {
        "int" => number().is_some_and(|it| it.fract() == 0.0),
        "float" => number().is_some(),
        "bool" => {
            let said = value.to_text().to_string().to_ascii_lowercase();
            let words = "y yes on 1 true t 1.0 n no off 0 false f 0.0";
            words.split(' ').any(|it| it == said)
        }
        "list" => match value {
            Value::List(_) => true,
            Value::Str(text) => {
                let parts = text.plain()?.split(',');
                return Some(Value::list(parts.map(|it| Value::str(it.trim())).collect()));
            }
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => true,
            _ => false,
        },
        "dict" => match value {
            Value::Dict(_) => true,
            Value::Str(text) => {
                let text = text.plain()?.trim();
                (text.starts_with('{') && text.ends_with('}')) || text.contains('=')
            }
            _ => false,
        },
        "path" => !matches!(value, Value::List(_) | Value::Dict(_)),
        "bytes" | "bits" => value
            .to_text()
            .to_string()
            .starts_with(|it: char| it.is_ascii_digit()),
        // A string is made of anything, and `raw`, `json` and what collections add take what comes.
        _ => true,
    };
    is_it.then(|| value.clone())
}
