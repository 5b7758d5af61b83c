//! `exim-config`: exim's configuration without what the module says itself (nixos/modules/services/mail/exim.nix): who runs
//! it, its program and its folder. A text that includes others, or names programs of another system, has no answer.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "exim-config",
    call,
};

const OWN: [&str; 4] = ["exim_user", "exim_group", "exim_path", "spool_directory"];

fn call(value: &Value) -> Option<Value> {
    let mut out = String::new();
    for line in value.as_str()?.lines() {
        let said = line.trim();
        if said.starts_with(".include") || (said.contains("/usr/") && !said.starts_with('#')) {
            return None;
        }
        let name = said.split('=').next().unwrap_or_default().trim();
        if !OWN.contains(&name) {
            out += line;
            out.push('\n');
        }
    }
    (!out.trim().is_empty()).then(|| out.into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn who_runs_it_is_left_out() {
        check(
            &FUNCTION,
            "exim_user = mail\nlog_selector = +all\n",
            Some(json!("log_selector = +all\n")),
        );
        check(&FUNCTION, "x = /usr/bin/y\n", None);
    }
}
