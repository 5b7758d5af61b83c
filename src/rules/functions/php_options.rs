//! `php-options`: the settings of a php.ini without comments and headings.
//!
//! Programs are those of the system. Modules are no text on NixOS but part of PHP's package; opcache is in every one.
//!
//! Answers `text` and `assume`.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "php-options",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut text = String::new();
    let mut assume: Vec<String> = Vec::new();
    for line in value.as_str()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            // Such a section holds for one host or folder, and so does what follows.
            if line.starts_with("[HOST=") || line.starts_with("[PATH=") {
                return None;
            }
            continue;
        }
        let (name, value) = line.split_once('=')?;
        match name.trim() {
            "zend_extension"
                if value.trim().trim_matches('"').trim_end_matches(".so") == "opcache" =>
            {
                continue;
            }
            "extension" | "zend_extension" => {
                let module = value.trim().trim_matches('"').trim_end_matches(".so");
                let is_name = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                is_name(module).then_some(())?;
                assume.push(format!(
                    "the PHP of the server is one with the extension `{module}`"
                ));
                continue;
            }
            "extension_dir" => return None,
            _ => {}
        }
        let written = line;
        let line = at_home(line);
        let clause = "the programs that it names are among the system's packages";
        if written != line && assume.iter().all(|it| it != clause) {
            assume.push(clause.to_owned());
        }
        if line.contains("/usr/") {
            return None;
        }
        text.push_str(&line);
        text.push('\n');
    }
    (!text.is_empty()).then(|| json!({ "text": text, "assume": assume }))
}

/// Puts the path of a program on NixOS for that of a distribution.
fn at_home(line: &str) -> String {
    line.replace("/usr/sbin/sendmail", "/run/wrappers/bin/sendmail")
        .replace("/usr/bin/", "/run/current-system/sw/bin/")
        .replace("/usr/sbin/", "/run/current-system/sw/bin/")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn settings_stay_and_modules_are_of_the_package() {
        let said = |text: &str, assume: &[&str]| Some(json!({ "text": text, "assume": assume }));
        check(
            &FUNCTION,
            "; x\n[PHP]\nzend_extension=opcache.so\nmemory_limit = 256M\n",
            said("memory_limit = 256M\n", &[]),
        );
        check(
            &FUNCTION,
            "extension=apcu.so\napc.enable_cli=0\n",
            said(
                "apc.enable_cli=0\n",
                &["the PHP of the server is one with the extension `apcu`"],
            ),
        );
        check(&FUNCTION, "extension=apcu.so\n", None);
        check(&FUNCTION, "extension=/opt/x.so\nx = 1\n", None);
        check(
            &FUNCTION,
            "sendmail_path = /usr/bin/msmtp -t\n",
            said(
                "sendmail_path = /run/current-system/sw/bin/msmtp -t\n",
                &["the programs that it names are among the system's packages"],
            ),
        );
        check(&FUNCTION, "include_path = /usr/share/php\n", None);
        check(&FUNCTION, "[HOST=a]\nx = 1\n", None);
        check(&FUNCTION, "; x\n", None);
    }
}
