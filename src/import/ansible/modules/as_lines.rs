//! Modules that keep a line of a known file: `known_hosts`, `locale_gen`, `pam_limits`, `crypttab`, `postgresql_pg_hba`.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/known_hosts_module.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/general/pam_limits_module.html> and their kin
//!
//! Each says in other words what `lineinfile` says, and means what that line means.

use regex::escape;

use super::paths::{absolute, home};
use super::{Kind, Module, Run, lineinfile};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;

pub(super) const KNOWN_HOSTS: Module = Module {
    names: &["known_hosts"],
    collection: "ansible.builtin",
    becomes: "programs.ssh.knownHosts for the machine; a line of the user's known_hosts.",
    kind: Kind::Changes,
    run: run_known_hosts,
};

pub(super) const LOCALE_GEN: Module = Module {
    names: &["locale_gen"],
    collection: "community.general",
    becomes: "An element of i18n.extraLocales.",
    run: run_locale_gen,
    ..KNOWN_HOSTS
};

pub(super) const PAM_LIMITS: Module = Module {
    names: &["pam_limits"],
    collection: "community.general",
    becomes: "An element of security.pam.loginLimits.",
    run: run_pam_limits,
    ..KNOWN_HOSTS
};

pub(super) const CRYPTTAB: Module = Module {
    names: &["crypttab"],
    collection: "community.general",
    becomes: "A line of /etc/crypttab.",
    run: run_crypttab,
    ..KNOWN_HOSTS
};

pub(super) const PG_HBA: Module = Module {
    names: &["postgresql_pg_hba"],
    collection: "community.postgresql",
    becomes: "Lines of services.postgresql.authentication.",
    run: run_pg_hba,
    ..KNOWN_HOSTS
};

/// A line, and by what an older one is found.
struct Line<'l> {
    path: &'l str,
    line: &'l str,
    regexp: Option<String>,
    is_gone: bool,
}

fn ask(wanted: &Line<'_>, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let mut values = vec![("path".to_owned(), Value::str(wanted.path))];
    if wanted.is_gone {
        values.push(("state".to_owned(), Value::str("absent")));
    } else {
        values.push(("create".to_owned(), Value::Bool(true)));
    }
    if !wanted.is_gone || wanted.regexp.is_none() {
        values.push(("line".to_owned(), Value::str(wanted.line)));
    }
    if let Some(regexp) = &wanted.regexp {
        values.push(("regexp".to_owned(), Value::str(regexp)));
    }
    let mut params = Params::new(
        "lineinfile",
        run.task.span,
        values.into_iter().collect(),
        None,
    );
    (lineinfile::MODULE.run)(&mut params, run)
}

fn run_known_hosts(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.required(&["name", "host"])?;
    let key = params.string(&["key"])?;
    let path = params.string(&["path"])?;
    let is_gone = params.choice(&["state"], &["absent", "present"], "present")? == "absent";
    let is_hashed = params.flag(&["hash_host"])?.unwrap_or(false);
    let path = match path {
        Some(path) => absolute(run, &path)?,
        None => {
            let user = run.user.clone().ok_or_else(|| {
                Refusal::new(Code::ValueUnknown, "whose file it is, is not known here")
            })?;
            format!("{}/.ssh/known_hosts", home(run, &user))
        }
    };
    if is_gone {
        let regexp = Some(format!("^{}[, ]", escape(&name)));
        let line = "";
        return ask(
            &Line {
                path: &path,
                line,
                regexp,
                is_gone,
            },
            run,
        );
    }
    let Some(key) = key else {
        return params.required(&["key"]).map(|_| ());
    };
    let before = run.assumptions.len();
    if is_hashed {
        run.assumptions
            .push(format!("`{name}` may be read in `{path}`"));
    }
    let mut outcome = Ok(());
    let lines = key.lines().map(str::trim);
    for line in lines.filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let regexp = None;
        let wanted = Line {
            path: &path,
            line,
            regexp,
            is_gone,
        };
        outcome = outcome.and(ask(&wanted, run));
    }
    run.assumptions.truncate(before);
    outcome
}

fn run_locale_gen(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let names = params.list(&["name"])?;
    let is_gone = params.choice(&["state"], &["absent", "present"], "present")? == "absent";
    let Some(names) = names else {
        return params.required(&["name"]).map(|_| ());
    };
    for name in names {
        // locale.gen(5): the character set stands behind the dot, and is ISO-8859-1 where none is named.
        let bare = name.split('@').next().unwrap_or(&name);
        let set = match bare.split_once('.') {
            Some((_, set)) if set.eq_ignore_ascii_case("utf8") => "UTF-8",
            Some((_, set)) => set,
            None if name.ends_with("@euro") => "ISO-8859-15",
            None => "ISO-8859-1",
        };
        let name = name.replace(".utf8", ".UTF-8");
        let line = format!("{name} {set}");
        let wanted = Line {
            path: "/etc/locale.gen",
            line: &line,
            regexp: is_gone.then(|| format!("^{} ", escape(&name))),
            is_gone,
        };
        ask(&wanted, run)?;
    }
    Ok(())
}

fn run_pam_limits(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "comment"]);
    let domain = params.required(&["domain"])?;
    let kind = params.choice(&["limit_type"], &["-", "hard", "soft"], "")?;
    let item = params.required(&["limit_item"])?;
    let value = params.required(&["value"])?;
    let path = params.string(&["dest"])?;
    let path = absolute(run, path.as_deref().unwrap_or("/etc/security/limits.conf"))?;
    let grows = params.flag(&["use_max"])?.unwrap_or(false);
    let shrinks = params.flag(&["use_min"])?.unwrap_or(false);
    let before = run.assumptions.len();
    if grows || shrinks {
        run.assumptions.push(format!(
            "no other line of `{path}` sets `{item}` of `{domain}`"
        ));
    }
    let line = format!("{domain}\t{kind}\t{item}\t{value}");
    let regexp = format!(
        r"^{}\s+{}\s+{}\s",
        escape(&domain),
        escape(&kind),
        escape(&item)
    );
    let wanted = Line {
        path: &path,
        line: &line,
        regexp: Some(regexp),
        is_gone: false,
    };
    let outcome = ask(&wanted, run);
    run.assumptions.truncate(before);
    outcome
}

fn run_crypttab(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const STATES: [&str; 4] = ["absent", "opts_absent", "opts_present", "present"];
    let name = params.required(&["name"])?;
    let name = name.strip_prefix("/dev/mapper/").unwrap_or(&name);
    let device = params.string(&["backing_device"])?;
    let password = params.string(&["password"])?;
    let options = params.string(&["opts"])?;
    let path = params.string(&["path"])?;
    let path = absolute(run, path.as_deref().unwrap_or("/etc/crypttab"))?;
    let state = params.choice(&["state"], &STATES, "present")?;
    let is_gone = state == "absent";
    if state.starts_with("opts_") {
        let reason = format!("it changes a part of the line of `{name}` in `{path}`");
        return Err(Refusal::new(Code::OriginalNeeded, reason)
            .cure("state the whole line by environment.etc.crypttab.text"));
    }
    let device = match device {
        Some(device) => device,
        None if is_gone => String::new(),
        None => return params.required(&["backing_device"]).map(|_| ()),
    };
    let password = password.as_deref().unwrap_or("none");
    let options = options.unwrap_or_default();
    let line = format!("{name} {device} {password} {options}");
    let wanted = Line {
        path: &path,
        line: line.trim_end(),
        regexp: Some(format!(r"^{}\s", escape(name))),
        is_gone,
    };
    ask(&wanted, run)
}

/// What a line of pg_hba.conf says.
#[derive(Default)]
struct Rule {
    contype: Option<String>,
    databases: Vec<String>,
    users: Vec<String>,
    address: Option<String>,
    netmask: Option<String>,
    method: Option<String>,
    options: Option<String>,
    is_gone: bool,
}

fn run_pg_hba(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How the file is kept, and by whom; the order is one that the module makes itself.
    params.pass_over(&[
        "attributes",
        "backup",
        "backup_file",
        "comment",
        "create",
        "group",
        "keep_comments_at_rules",
        "mode",
        "order",
        "overwrite",
        "owner",
        "rules_behavior",
        "sort_rules",
        "unsafe_writes",
    ]);
    let path = params.required(&["dest"])?;
    let path = absolute(run, &path)?;
    let base = rule_of(params)?;
    let mut rules = Vec::new();
    match params.value(&["rules"]) {
        None => rules.push(base),
        Some(Value::List(items)) => {
            for item in items.iter() {
                let Value::Dict(fields) = item else {
                    return Err(params.bad("rules", "", "a list of mappings"));
                };
                let values = fields
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.clone()))
                    .collect();
                let mut own = Params::new("postgresql_pg_hba", params.span, values, None);
                let rule = rule_of(&mut own)?;
                rules.push(Rule {
                    contype: rule.contype.or_else(|| base.contype.clone()),
                    databases: or(rule.databases, &base.databases),
                    users: or(rule.users, &base.users),
                    address: rule.address.or_else(|| base.address.clone()),
                    netmask: rule.netmask.or_else(|| base.netmask.clone()),
                    method: rule.method.or_else(|| base.method.clone()),
                    options: rule.options.or_else(|| base.options.clone()),
                    is_gone: rule.is_gone || base.is_gone,
                });
            }
        }
        Some(_) => return Err(params.bad("rules", "", "a list")),
    }
    let mut outcome = Ok(());
    for rule in rules {
        let Some(contype) = &rule.contype else {
            return params.required(&["contype"]).map(|_| ());
        };
        let all = |names: &[String]| match names {
            [] => vec!["all".to_owned()],
            names => names.to_vec(),
        };
        for database in all(&rule.databases) {
            for user in all(&rule.users) {
                let mut line = format!("{contype} {database} {user}");
                if contype != "local" {
                    let address = rule.address.as_deref().unwrap_or("samehost");
                    line.push_str(&format!(" {address}"));
                    if let Some(mask) = &rule.netmask {
                        line.push_str(&format!(" {mask}"));
                    }
                }
                let found = format!("^{}", escape(&line).replace(' ', r"\s+"));
                line.push_str(&format!(" {}", rule.method.as_deref().unwrap_or("md5")));
                if let Some(options) = &rule.options {
                    line.push_str(&format!(" {options}"));
                }
                let wanted = Line {
                    path: &path,
                    line: &line,
                    regexp: rule.is_gone.then_some(found),
                    is_gone: rule.is_gone,
                };
                outcome = outcome.and(ask(&wanted, run));
            }
        }
    }
    outcome
}

fn or(own: Vec<String>, base: &[String]) -> Vec<String> {
    if own.is_empty() { base.to_vec() } else { own }
}

fn rule_of(params: &mut Params) -> Result<Rule, Refusal> {
    const TYPES: [&str; 7] = [
        "",
        "host",
        "hostgssenc",
        "hostnogssenc",
        "hostnossl",
        "hostssl",
        "local",
    ];
    let contype = params.choice(&["contype"], &TYPES, "")?;
    params.pass_over(&["comment"]);
    Ok(Rule {
        contype: Some(contype).filter(|it| !it.is_empty()),
        databases: params.list(&["databases"])?.unwrap_or_default(),
        users: params.list(&["users"])?.unwrap_or_default(),
        address: params.string(&["address", "source", "src"])?,
        netmask: params.string(&["netmask"])?,
        method: params.string(&["method"])?,
        options: params.string(&["options"])?,
        is_gone: params.choice(&["state"], &["absent", "present"], "present")? == "absent",
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn keys_of_hosts_are_lines() {
        check(
            "- known_hosts: {name: git.example.org, key: 'git.example.org ssh-ed25519 AAAA', path: /etc/ssh/ssh_known_hosts}",
            &[
                r#"{"file-line":{"path":"/etc/ssh/ssh_known_hosts","name":"git.example.org","value":"ssh-ed25519 AAAA","line":"git.example.org ssh-ed25519 AAAA"}}"#,
            ],
        );
    }

    #[test]
    fn locales_have_a_character_set() {
        check(
            "- locale_gen: {name: [de_DE.UTF-8, en_US.UTF-8, nl_NL@euro]}",
            &[
                r#"{"setting":{"of":"locale-list","value":"de_DE.UTF-8/UTF-8"}}"#,
                r#"{"setting":{"of":"locale-list","value":"nl_NL@euro/ISO-8859-15"}}"#,
                "not-needed: every NixOS has this locale",
            ],
        );
    }

    #[test]
    fn limits_and_devices_are_lines() {
        check(
            "- pam_limits: {domain: '*', limit_type: soft, limit_item: nofile, value: 65536}",
            &[
                r#"{"setting":{"of":"limit","value":"* soft nofile 65536"}} if what else stands in `/etc/security/limits.conf` is as NixOS has it"#,
            ],
        );
        check(
            "- crypttab: {name: data, backing_device: /dev/sdb1, password: /dev/urandom, opts: swap, state: present}",
            &[
                r#"{"file-line":{"path":"/etc/crypttab","name":"data","value":"/dev/sdb1 /dev/urandom swap","line":"data /dev/sdb1 /dev/urandom swap"}}"#,
            ],
        );
    }

    #[test]
    fn rules_of_the_database_are_lines() {
        check(
            "- postgresql_pg_hba: {dest: /etc/postgresql/16/main/pg_hba.conf, contype: host, databases: 'a,b', users: shop, address: 192.0.2.0/24}",
            &[
                r#"{"file-line":{"path":"/etc/postgresql/16/main/pg_hba.conf","name":"host","value":"a shop 192.0.2.0/24 md5","line":"host a shop 192.0.2.0/24 md5"}}"#,
                r#"{"file-line":{"path":"/etc/postgresql/16/main/pg_hba.conf","name":"host","value":"b shop 192.0.2.0/24 md5","line":"host b shop 192.0.2.0/24 md5"}}"#,
            ],
        );
    }
}
