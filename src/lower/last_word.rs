//! Options of lines of which the last one counts, and to which the module adds lines of its own: the source has the last
//! word.

use crate::nix::{Expr, StrPart};
use crate::plan::{Definition, OptionPath, Plan, Setting};

/// By option, what the module sets besides: nixos/modules/services/web-servers/apache-httpd/default.nix:767.
const OWN: [(&str, &[&str]); 1] = [(
    "services.httpd.phpOptions",
    &["expose_php", "date.timezone"],
)];

/// Puts the lines of the source behind those of the module, where both set the same.
pub(super) fn finish(plan: &mut Plan) {
    for (option, names) in OWN {
        let option = OptionPath::parse(option);
        let Some(Setting::One(definition)) = plan.get(&option) else {
            continue;
        };
        if names.iter().any(|name| sets(name, &definition.expr)) {
            let definition = Definition {
                expr: Expr::apply("lib.mkAfter", vec![definition.expr.clone()]),
                ..definition.clone()
            };
            plan.remove(&option);
            // It was just taken away, so that nothing clashes.
            let _ = plan.set(option, definition);
        }
    }
}

fn sets(name: &str, expr: &Expr) -> bool {
    let Expr::Str(parts) = expr else {
        return false;
    };
    let mut literals = parts.iter().filter_map(|part| match part {
        StrPart::Literal(text) => Some(text),
        StrPart::Splice(_) => None,
    });
    literals.any(|text| {
        text.lines()
            .filter_map(|line| line.split_once('='))
            .any(|(left, _)| left.trim() == name)
    })
}

#[cfg(test)]
mod tests {
    use super::finish;
    use crate::nix::Expr;
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

    fn check(text: &str, expected: Expr) {
        let option = OptionPath::parse("services.httpd.phpOptions");
        let mut plan = Plan::new("a", "");
        let definition = Definition {
            expr: Expr::str(text),
            home: Home::Machine,
            origin: Origin::default(),
            rule: String::new(),
        };
        plan.set(option.clone(), definition).unwrap();
        finish(&mut plan);
        let found = &plan.get(&option).unwrap().definitions()[0].expr;
        assert_eq!(*found, expected);
    }

    #[test]
    fn the_source_has_the_last_word() {
        let shown = Expr::str("expose_php = On");
        check("expose_php = On", Expr::apply("lib.mkAfter", vec![shown]));
        check("memory_limit = 1M", Expr::str("memory_limit = 1M"));
    }
}
