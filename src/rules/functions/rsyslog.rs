//! `rsyslog`: an rsyslog.conf without what NixOS says before it, as `services.rsyslogd.defaultConfig` takes it.
//!
//! Manual: rsyslog.conf(5). Messages come from the journal's socket, which the module reads; the folder of parts is
//! `services.rsyslogd.extraConfig`; rsyslog runs as root, so Ubuntu's own user is left out. Comments are dropped.

use serde_json::Value;

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "rsyslog",
    call,
};

/// Where the module gets its messages from, and where it keeps its state.
const OWN: [&str; 9] = [
    "$modload imuxsock",
    "$modload imjournal",
    "$imjournalstatefile",
    "$omitlocallogging",
    "$systemlogsocketname",
    "$workdirectory",
    "$privdroptouser",
    "$privdroptogroup",
    "$includeconfig /etc/rsyslog.d/",
];

fn call(value: &Value) -> Option<Value> {
    let mut text = String::new();
    for statement in statements(value.as_str()?)? {
        if is_foreign_include(&statement) {
            return None;
        }
        if !is_own(&statement) {
            text.push_str(&statement);
            text.push('\n');
        }
    }
    Some(text.into())
}

/// The statements, each with all its lines: a bracket goes on until it is closed, a `\` with the next line.
fn statements(text: &str) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let mut open = 0_usize;
    let mut goes_on = false;
    for line in text.lines() {
        let bare = line.trim();
        if open == 0 && !goes_on && (bare.is_empty() || bare.starts_with('#')) {
            continue;
        }
        let line = line.trim_end();
        match all.last_mut() {
            Some(last) if open > 0 || goes_on => {
                last.push('\n');
                last.push_str(line);
            }
            _ => all.push(bare.to_owned()),
        }
        goes_on = line.ends_with('\\');
        open = brackets(open, bare)?;
    }
    (open == 0).then_some(all)
}

/// How many brackets are open after a line; none where one is closed that was not open. Old lines have none that count.
fn brackets(open: usize, line: &str) -> Option<usize> {
    let is_new = [
        "module(",
        "input(",
        "include(",
        "template(",
        "action(",
        "ruleset(",
        "global(",
        "main_queue(",
    ];
    let name = line.to_lowercase();
    if open == 0 && !is_new.iter().any(|it| name.starts_with(it)) {
        return Some(0);
    }
    let mut open = open;
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            '(' | '{' if !quoted => open += 1,
            ')' | '}' if !quoted => open = open.checked_sub(1)?,
            _ => {}
        }
    }
    Some(open)
}

/// A statement without blanks between its words, in small letters.
fn plain(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn is_own(statement: &str) -> bool {
    let plain = plain(statement);
    let loads = |name: &str| {
        ["module(", "input("].iter().any(|it| plain.starts_with(it)) && plain.contains(name)
    };
    OWN.iter().any(|it| plain.starts_with(it))
        || matches!(plain.as_str(), "$fileowner syslog" | "$filegroup syslog")
        || loads("\"imuxsock\"")
        || loads("\"imjournal\"")
        || plain.starts_with("global(workdirectory=")
        || plain.starts_with("include(") && plain.contains("/etc/rsyslog.d/")
}

fn is_foreign_include(statement: &str) -> bool {
    let plain = plain(statement);
    (plain.starts_with("$includeconfig") || plain.starts_with("include("))
        && !plain.contains("/etc/rsyslog.d/")
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_says_is_left_out() {
        check(
            &FUNCTION,
            "# x\nmodule(load=\"imuxsock\"\n       SysSock.Use=\"off\")\n$ModLoad imklog # y\n$WorkDirectory /var/spool/rsyslog\n$FileOwner syslog\n$FileGroup adm\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.=debug;\\\n\tauth.none\t-/var/log/debug\n",
            Some(json!(
                "$ModLoad imklog # y\n$FileGroup adm\n*.=debug;\\\n\tauth.none\t-/var/log/debug\n"
            )),
        );
        check(&FUNCTION, "$WorkDirectory /x\n", Some(json!("")));
    }

    #[test]
    fn other_includes_have_no_answer() {
        check(&FUNCTION, "$IncludeConfig /srv/x.conf\n", None);
        check(&FUNCTION, "template(name=\"x\"\n", None);
    }
}
