//! Values of directives of systemd-networkd as expressions: numbers as numbers, yes and no in one way.

use crate::model::Text;
use crate::nix::Expr;
use crate::syntax::network_unit;

/// Directives of which `off` is a value of its own.
const OFF: [&str; 3] = ["WakeOnLan", "GatewayMode", "RequiredForOnline"];

/// An empty value takes back what came before it; of most directives the last line counts.
pub(super) fn in_force<'a>(section: &str, key: &str, values: &'a [Text]) -> Vec<&'a str> {
    let mut all = Vec::new();
    for value in values.iter().filter_map(Text::plain) {
        if value.is_empty() || !network_unit::is_many(section, key) {
            all.clear();
        }
        if !value.is_empty() {
            all.push(value);
        }
    }
    all
}

pub(super) fn expr(key: &str, values: &[&str]) -> Option<Expr> {
    match values {
        [] => None,
        [one] => Some(scalar(key, one)),
        many => Some(Expr::List(many.iter().map(|it| scalar(key, it)).collect())),
    }
}

fn scalar(key: &str, value: &str) -> Expr {
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => return Expr::Int(number),
        Ok(_) | Err(_) => {}
    }
    let lower = value.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(digits) if key == "FirewallMark" => {
            if let Ok(number) = i64::from_str_radix(digits, 16) {
                return Expr::Int(number);
            }
        }
        Some(_) | None => {}
    }
    match lower.as_str() {
        "yes" | "true" | "on" => Expr::str("yes"),
        "no" | "false" => Expr::str("no"),
        "off" if !OFF.contains(&key) => Expr::str("no"),
        _ => Expr::str(value),
    }
}
