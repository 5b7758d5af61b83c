//! `php-options`: the settings of a php.ini without comments and headings.
//!
//! Programs are those of the system. Modules are no text on NixOS but part of PHP's package; opcache is in it. A text that loads others has no answer.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "php-options",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut text = String::new();
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
            "extension" | "zend_extension" | "extension_dir" => return None,
            _ => {}
        }
        let line = at_home(line);
        if line.contains("/usr/") {
            return None;
        }
        text.push_str(&line);
        text.push('\n');
    }
    (!text.is_empty()).then(|| text.into())
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
    fn settings_stay_and_modules_have_no_answer() {
        check(
            &FUNCTION,
            "; x\n[PHP]\nzend_extension=opcache.so\nmemory_limit = 256M\n",
            Some(json!("memory_limit = 256M\n")),
        );
        check(&FUNCTION, "extension=apcu.so\n", None);
        check(
            &FUNCTION,
            "sendmail_path = /usr/bin/msmtp -t\n",
            Some(json!(
                "sendmail_path = /run/current-system/sw/bin/msmtp -t\n"
            )),
        );
        check(&FUNCTION, "include_path = /usr/share/php\n", None);
        check(&FUNCTION, "[HOST=a]\nx = 1\n", None);
        check(&FUNCTION, "; x\n", None);
    }
}
