//! `SudoRule`: `security.sudo.extraRules` where the line is simple, else `security.sudo.extraConfig`.
//!
//! NixOS writes a rule without `runAs` as `(ALL:ALL)`; sudoers(5) means root where a line has no parentheses.

use super::machine;
use super::program;
use super::statement::{Lowered, Statement};
use super::user;
use crate::account::Code;
use crate::model::{Machine, SudoRule};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::sudoers_rule::{self, UserSpec};

pub(super) fn lower(rule: &SudoRule, machine: &Machine) -> Lowered {
    let line = rule.line.trim();
    if line.is_empty() {
        return Lowered::NotNeeded(Code::NoMeaning, "the line is empty".to_owned());
    }
    if line.starts_with("@include") || line.starts_with("#include") {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "sudo of NixOS reads no other files: what they hold is stated itself".to_owned(),
        );
    }
    match sudoers_rule::read(line) {
        Some(spec) => lower_spec(&spec, machine),
        None => lower_line(line, machine),
    }
}

/// Rules that NixOS has for root and for wheel (nixos/modules/security/sudo.nix), or has a switch for.
fn usual(spec: &UserSpec, machine: &Machine) -> Option<Lowered> {
    let so = |why: String| Some(Lowered::NotNeeded(Code::AlreadySo, why));
    let (Some(tags), [user]) = (tags_of_all(spec), spec.users.as_slice()) else {
        return None;
    };
    let is_plain = tags.is_empty();
    if user == "root" && is_plain {
        return so("root may do everything on every NixOS".to_owned());
    }
    if let Some(group) = administrators(user, machine) {
        if is_plain {
            return so("the members of `wheel` may do everything on every NixOS".to_owned());
        }
        if tags != ["NOPASSWD"] {
            return None;
        }
        let mut statement = Statement::default();
        if group != "wheel" {
            statement.assume(format!("the group `{group}` is `wheel` on NixOS"));
        }
        let path = OptionPath::new(["security", "sudo", "wheelNeedsPassword"]);
        statement.set(path, Expr::Bool(false));
        return Some(Lowered::Stated(statement));
    }
    // Beside a rule that lets all of them go without a password, one of their own asks for it.
    let is_free = machine::sudo_rules(machine)
        .filter_map(|it| sudoers_rule::read(it.line.trim()))
        .any(|it| {
            let mut users = it.users.iter();
            users.any(|it| administrators(it, machine).is_some())
                && it.commands.iter().any(|it| !it.tags.is_empty())
        });
    if is_plain && !is_free && is_administrator(user, machine) {
        return so(format!(
            "`{user}` is in `wheel`, whose members may do everything on every NixOS"
        ));
    }
    None
}

/// Returns the tags of a rule that lets somebody do everything as anybody; none for another one.
fn tags_of_all(spec: &UserSpec) -> Option<&[String]> {
    match (
        spec.host.as_str(),
        spec.run_as.as_deref(),
        spec.commands.as_slice(),
    ) {
        ("ALL", Some("ALL" | "ALL:ALL"), [only]) if only.command == "ALL" => Some(&only.tags),
        _ => None,
    }
}

/// Returns the group behind `%`, where its members are the administrators.
fn administrators<'u>(user: &'u str, machine: &Machine) -> Option<&'u str> {
    let group = user.strip_prefix('%')?;
    (group == "wheel" || user::admin_group(group, machine).is_some()).then_some(group)
}

fn is_administrator(user: &str, machine: &Machine) -> bool {
    let is_group = |group: &String| group == "wheel" || user::admin_group(group, machine).is_some();
    let own = machine::users(machine).filter(|it| it.name == user);
    own.flat_map(|it| &it.groups).any(is_group)
        || machine::memberships(machine).any(|it| it.user == user && is_group(&it.group))
}

fn lower_spec(spec: &UserSpec, machine: &Machine) -> Lowered {
    if let Some(lowered) = usual(spec, machine) {
        return lowered;
    }
    let mut statement = Statement::default();
    let mut users = Vec::new();
    let mut groups = Vec::new();
    for name in &spec.users {
        match name.strip_prefix('%') {
            None => users.push(principal(name)),
            Some(group) => match user::admin_group(group, machine) {
                Some(admin) => {
                    statement.assume(format!("the group `{group}` is `{admin}` on NixOS"));
                    groups.push(Expr::str(admin));
                }
                None => groups.push(principal(group)),
            },
        }
    }
    let mut attrs = Vec::new();
    let mut push = |name: &str, expr: Expr| attrs.push((name.to_owned(), expr));
    if !users.is_empty() {
        push("users", Expr::List(users));
    }
    if !groups.is_empty() {
        push("groups", Expr::List(groups));
    }
    if spec.host != "ALL" {
        push("host", Expr::str(&spec.host));
    }
    match spec.run_as.as_deref() {
        Some("ALL:ALL") => {}
        Some(run_as) => push("runAs", Expr::str(run_as)),
        None => push("runAs", Expr::str("root")),
    }
    let commands = spec
        .commands
        .iter()
        .map(|it| {
            let command = of_systemctl(&it.command, &mut statement);
            let command = command.unwrap_or_else(|| it.command.clone());
            let command = program::splice(&command).told(&mut statement);
            if it.tags.is_empty() {
                return command;
            }
            Expr::Attrs(vec![
                ("command".to_owned(), command),
                ("options".to_owned(), Expr::strs(it.tags.clone())),
            ])
        })
        .collect();
    push("commands", Expr::List(commands));
    statement.add(
        OptionPath::new(["security", "sudo", "extraRules"]),
        Expr::Attrs(attrs),
    );
    Lowered::Stated(statement)
}

/// `service nginx reload` is `systemctl reload nginx`: NixOS has no `service`.
fn of_systemctl(command: &str, statement: &mut Statement) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let [program, name, verb] = words.as_slice() else {
        return None;
    };
    let (negation, program) = match program.strip_prefix('!') {
        Some(program) => ("!", program),
        None => ("", *program),
    };
    // A `*` in the place of the verb would let more through than one of them.
    let is_verb = verb.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if !matches!(program, "/usr/sbin/service" | "/sbin/service") || !is_verb {
        return None;
    }
    statement.assume(format!(
        "who runs `service {name} {verb}` runs `systemctl {verb} {name}` instead"
    ));
    Some(format!("{negation}/usr/bin/systemctl {verb} {name}"))
}

fn principal(name: &str) -> Expr {
    match name.strip_prefix('#').map(str::parse::<i64>) {
        Some(Ok(number)) => Expr::Int(number),
        _ => Expr::str(name),
    }
}

/// All other lines are one text, in their order; what is to be said of a line is said of it alone.
fn lower_line(own: &str, machine: &Machine) -> Lowered {
    let lines = machine::sudo_rules(machine).map(|rule| rule.line.trim());
    let mut text = String::new();
    let mut written = Vec::new();
    for line in lines {
        let is_rest = !line.is_empty()
            && !line.starts_with("@include")
            && !line.starts_with("#include")
            && sudoers_rule::read(line).is_none();
        if is_rest && !written.contains(&line) {
            written.push(line);
            text.push_str(line);
            text.push('\n');
        }
    }
    let mut statement = Statement::default();
    program::splice(own).told(&mut statement);
    let expr = program::splice(&text).told(&mut Statement::default());
    statement.set(OptionPath::new(["security", "sudo", "extraConfig"]), expr);
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all};
    use crate::model::{Resource, SudoRule, User};

    fn rule(line: &str) -> Resource {
        Resource::SudoRule(SudoRule { line: line.into() })
    }

    #[test]
    fn simple_rules_are_options() {
        check(
            rule("%ops ALL=(ALL) NOPASSWD: ALL"),
            r#"security.sudo.extraRules += { groups = [ "ops" ]; runAs = "ALL"; commands = [ { command = "ALL"; options = [ "NOPASSWD" ]; } ]; };"#,
        );
        check(
            rule("deploy ALL=(ALL:ALL) /usr/bin/systemctl restart shop"),
            r#"
            security.sudo.extraRules += { users = [ "deploy" ]; commands = [ "${pkgs.systemd}/bin/systemctl restart shop" ]; };
            "#,
        );
    }

    #[test]
    fn what_nixos_has_for_wheel_is_no_rule() {
        let alice = || {
            Resource::User(User {
                name: "alice".into(),
                uid: Some(1001),
                group: Some("users".into()),
                groups: vec!["sudo".into()],
                ..User::default()
            })
        };
        let user = r#"
            users.users.alice.isNormalUser = true;
            users.users.alice.uid = 1001;
            users.users.alice.extraGroups += "wheel";
        "#;
        check(
            rule("%wheel ALL=(ALL) NOPASSWD: ALL"),
            "security.sudo.wheelNeedsPassword = false;",
        );
        check(
            rule("%sudo ALL=(ALL:ALL) ALL"),
            "not-needed: the members of `wheel` may do everything on every NixOS",
        );
        check_all(
            vec![alice(), rule("alice ALL=(ALL) ALL")],
            &format!(
                "{user} assumed: the group `sudo` is `wheel` on NixOS
                not-needed: `alice` is in `wheel`, whose members may do everything on every NixOS"
            ),
        );
        check_all(
            vec![
                alice(),
                rule("%sudo ALL=(ALL:ALL) NOPASSWD: ALL"),
                rule("alice ALL=(ALL:ALL) ALL"),
            ],
            &format!(
                r#"{user} security.sudo.wheelNeedsPassword = false;
                security.sudo.extraRules += {{ users = [ "alice" ]; commands = [ "ALL" ]; }};
                assumed: the group `sudo` is `wheel` on NixOS
                assumed: the group `sudo` is `wheel` on NixOS"#
            ),
        );
    }

    #[test]
    fn a_program_that_nixos_has_not_is_left_for_its_own_line() {
        check_all(
            vec![
                rule("Defaults env_reset"),
                rule("Defaults!/usr/bin/nowhere-known !log_output"),
            ],
            r#"
            security.sudo.extraConfig = ''
              Defaults env_reset
              Defaults!/usr/bin/nowhere-known !log_output
            '';
            manual: NixOS has no `/usr/bin/nowhere-known`, and no package is known here for it
            "#,
        );
        check(
            rule("shop ALL=(root) NOPASSWD: /usr/sbin/service nginx *"),
            r#"
            security.sudo.extraRules += { users = [ "shop" ]; runAs = "root"; commands = [ { command = "/usr/sbin/service nginx *"; options = [ "NOPASSWD" ]; } ]; };
            manual: NixOS has no `/usr/sbin/service`, and no package is known here for it
            "#,
        );
        check(
            rule("shop ALL=(root) NOPASSWD: /usr/sbin/service nginx reload"),
            r#"
            security.sudo.extraRules += { users = [ "shop" ]; runAs = "root"; commands = [ { command = "${pkgs.systemd}/bin/systemctl reload nginx"; options = [ "NOPASSWD" ]; } ]; };
            assumed: who runs `service nginx reload` runs `systemctl reload nginx` instead
            "#,
        );
    }

    #[test]
    fn other_lines_are_one_text() {
        check_all(
            vec![rule("Defaults env_reset"), rule("A ALL=(ALL) ALL")],
            r#"security.sudo.extraConfig = ''
              Defaults env_reset
              A ALL=(ALL) ALL
            '';"#,
        );
    }
}
