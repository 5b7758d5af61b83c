//! `below-etc`: a path without the `/etc/` before it, which is how `environment.etc` names its files.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "below-etc",
    call,
};

fn call(value: &Value) -> Option<Value> {
    value.as_str()?.strip_prefix("/etc/").map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn the_folder_goes() {
        check(&FUNCTION, "/etc/a/b", Some(json!("a/b")));
        check(&FUNCTION, "/srv/a", None);
    }
}
