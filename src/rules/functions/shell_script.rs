//! `shell-script`: the text of a script for sh or bash without its first line.
//!
//! NixOS has a script stop at the first command that fails, as `-e` says: where the first line does not, the text takes that
//! back. A script that asks for what NixOS does not have, such as apt or a path below /usr, has no answer.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "shell-script",
    call,
};

const ABSENT: [&str; 9] = [
    "apt",
    "apt-get",
    "dpkg",
    "yum",
    "dnf",
    "pacman",
    "certbot",
    "service",
    "invoke-rc.d",
];

const FOLDERS: [&str; 5] = ["/usr/", "/bin/", "/sbin/", "/opt/", "/etc/init.d/"];

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let (head, rest) = text.split_once('\n')?;
    let interpreter = head.strip_prefix("#!")?.trim();
    let (interpreter, stops) = match interpreter.strip_suffix(" -e") {
        Some(interpreter) => (interpreter, true),
        None => (interpreter, false),
    };
    let is_shell = matches!(
        interpreter,
        "/bin/sh"
            | "/bin/bash"
            | "/usr/bin/bash"
            | "/usr/bin/env bash"
            | "/usr/bin/env sh"
            | "/bin/dash"
    );
    let rest = rest.trim_start_matches('\n');
    let is_word = |c: char| c.is_alphanumeric() || "-_./".contains(c);
    let foreign = rest
        .split(|c| !is_word(c))
        .any(|word| ABSENT.contains(&word) || FOLDERS.iter().any(|it| word.starts_with(it)));
    if !is_shell || foreign || rest.trim().is_empty() {
        return None;
    }
    let is_command = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    let mut commands = rest.lines().filter(is_command).map(str::trim);
    let first = commands.next().unwrap_or_default();
    // `set -e`, `set -eu` and `set -euo pipefail` say it too.
    let is_set = first.strip_prefix("set -").is_some_and(|it| {
        it.split_whitespace()
            .next()
            .is_some_and(|it| it.contains('e'))
    });
    let is_one = commands.next().is_none();
    Some(if stops || is_set || is_one {
        rest.into()
    } else {
        format!("set +e\n{rest}").into()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn only_a_shell_has_an_answer() {
        check(&FUNCTION, "#!/bin/sh\n\necho x\n", Some(json!("echo x\n")));
        check(&FUNCTION, "#!/usr/bin/env python3\nx\n", None);
        check(&FUNCTION, "#!/bin/sh\napt update\n", None);
        check(&FUNCTION, "#!/bin/sh\n/usr/bin/x\n", None);
        check(&FUNCTION, "#!/bin/sh -e\nx\ny\n", Some(json!("x\ny\n")));
        check(
            &FUNCTION,
            "#!/bin/sh\nx\ny\n",
            Some(json!("set +e\nx\ny\n")),
        );
        check(
            &FUNCTION,
            "#!/bin/bash\nset -euo pipefail\nx\n",
            Some(json!("set -euo pipefail\nx\n")),
        );
        check(&FUNCTION, "#!/bin/sh -eu\nx\n", None);
    }
}
