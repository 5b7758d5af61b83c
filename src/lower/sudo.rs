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
        None => lower_line(machine),
    }
}

fn lower_spec(spec: &UserSpec, machine: &Machine) -> Lowered {
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
            let command = program::splice(&it.command).told(&mut statement);
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

fn principal(name: &str) -> Expr {
    match name.strip_prefix('#').map(str::parse::<i64>) {
        Some(Ok(number)) => Expr::Int(number),
        _ => Expr::str(name),
    }
}

/// All other lines are one text, in their order.
fn lower_line(machine: &Machine) -> Lowered {
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
    let expr = program::splice(&text).told(&mut statement);
    statement.set(OptionPath::new(["security", "sudo", "extraConfig"]), expr);
    Lowered::Stated(statement)
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all};
    use crate::model::{Resource, SudoRule};

    fn rule(line: &str) -> Resource {
        Resource::SudoRule(SudoRule { line: line.into() })
    }

    #[test]
    fn simple_rules_are_options() {
        check(
            rule("%wheel ALL=(ALL) NOPASSWD: ALL"),
            r#"security.sudo.extraRules += { groups = [ "wheel" ]; runAs = "ALL"; commands = [ { command = "ALL"; options = [ "NOPASSWD" ]; } ]; };"#,
        );
        check(
            rule("deploy ALL=(ALL:ALL) /usr/bin/systemctl restart shop"),
            r#"
            security.sudo.extraRules += { users = [ "deploy" ]; commands = [ "${pkgs.systemd}/bin/systemctl restart shop" ]; };
            assumed: `/usr/bin/systemctl` is taken from `pkgs.systemd`
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
