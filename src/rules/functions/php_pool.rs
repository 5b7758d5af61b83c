//! `php-pool`: the file of one php-fpm pool, as an attribute of `services.phpfpm.pools`.
//!
//! Manual: <https://www.php.net/manual/install.fpm.configuration.php>. User and group are options, the rest settings.
//! A file with several pools has no answer.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "php-pool",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut pools = 0;
    let mut settings: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            pools += 1;
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let value = value.trim();
        let value: Value = match value.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => value.into(),
        };
        settings.insert(name.trim().to_owned(), value);
    }
    let user = settings.remove("user")?;
    if pools != 1 {
        return None;
    }
    let mut pool = json!({ "user": user });
    if let Some(group) = settings.remove("group") {
        pool["group"] = group;
    }
    pool["settings"] = settings.into();
    Some(pool)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn user_and_group_stand_apart() {
        check(
            &FUNCTION,
            "; x\n[www]\nuser = web\ngroup = www-data\npm = ondemand\npm.max_children = 5\n",
            Some(
                json!({"user": "web", "group": "www-data", "settings": {"pm": "ondemand", "pm.max_children": 5}}),
            ),
        );
        check(&FUNCTION, "[a]\nuser = x\n[b]\nuser = y\n", None);
        check(&FUNCTION, "[a]\npm = static\n", None);
    }
}
