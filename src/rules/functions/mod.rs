//! The functions that a rule may call in a reference: `$file.content | lines`.

mod entries;
mod int;
mod json;
mod lines;
mod nameservers;
mod scalar;
mod trim;
mod words;

use serde_json::Value;

/// A function from a value to a value; none where it has no answer, and then the rule does not apply.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) call: fn(&Value) -> Option<Value>,
}

static FUNCTIONS: [&Function; 8] = [
    &entries::FUNCTION,
    &int::FUNCTION,
    &json::FUNCTION,
    &lines::FUNCTION,
    &nameservers::FUNCTION,
    &scalar::FUNCTION,
    &trim::FUNCTION,
    &words::FUNCTION,
];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|it| it.name == name)
}

pub(super) fn names() -> String {
    let names: Vec<String> = FUNCTIONS
        .iter()
        .map(|it| format!("`{}`", it.name))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::Function;
    use serde_json::Value;

    pub(super) fn check(function: &Function, input: &str, expected: Option<Value>) {
        let got = (function.call)(&Value::String(input.to_owned()));
        assert_eq!(got, expected, "{} {input:?}", function.name);
    }
}
