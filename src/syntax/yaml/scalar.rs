//! What a plain scalar says: the implicit types of YAML 1.1, as PyYAML's `SafeLoader` resolves them.
//!
//! Manual: <https://yaml.org/type/>
//!
//! Left out: timestamps, which stay strings; a whole number beyond 64 bits stays the string that it is.

use super::Scalar;

/// Resolves the text of a plain scalar.
pub(super) fn resolve(text: &str) -> Scalar<'_> {
    if let Some(known) = word(text) {
        return known;
    }
    let starts_like_a_number = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
    if starts_like_a_number {
        if let Some(number) = int(text) {
            return Scalar::Int(number);
        }
        if let Some(number) = float(text) {
            return Scalar::Float(number);
        }
    }
    Scalar::Str(text)
}

/// Resolves a scalar that has an explicit tag of YAML's own, such as `!!int`; `None` where the tag is none of them.
pub(super) fn tagged<'a>(tag: &str, text: &'a str) -> Option<Scalar<'a>> {
    let resolved = resolve(text);
    match tag {
        "!str" | "!binary" | "!timestamp" => Some(Scalar::Str(text)),
        "!int" => Some(match resolved {
            Scalar::Int(_) => resolved,
            _ => text.parse().map_or(Scalar::Str(text), Scalar::Int),
        }),
        "!float" => Some(match resolved {
            Scalar::Float(_) => resolved,
            _ => text.parse().map_or(Scalar::Str(text), Scalar::Float),
        }),
        "!bool" => Some(boolean(&text.to_ascii_lowercase()).map_or(resolved, Scalar::Bool)),
        "!null" => Some(Scalar::Null),
        _ => None,
    }
}

fn word(text: &str) -> Option<Scalar<'_>> {
    if text.len() > 5 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    // `yEs` is a string: only three spellings of each word count.
    let capitalised = text
        .get(1..)
        .is_none_or(|rest| rest == lower.get(1..).unwrap_or_default());
    let spelt = text == lower || text == text.to_ascii_uppercase() || capitalised;
    if !spelt {
        return None;
    }
    match lower.as_str() {
        "" | "~" | "null" => Some(Scalar::Null),
        _ => boolean(&lower).map(Scalar::Bool),
    }
}

fn boolean(lower: &str) -> Option<bool> {
    match lower {
        "yes" | "true" | "on" => Some(true),
        "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

fn int(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    let digits_only = |rest: &str, allowed: fn(u8) -> bool| {
        !rest.is_empty() && rest.bytes().all(|b| b == b'_' || allowed(b))
    };
    let parse = |rest: &str, radix: u32| {
        i64::from_str_radix(&rest.replace('_', ""), radix)
            .ok()
            .map(|number| if negative { -number } else { number })
    };
    if let Some(rest) = digits.strip_prefix("0b") {
        return digits_only(rest, |b| matches!(b, b'0' | b'1')).then(|| parse(rest, 2))?;
    }
    if let Some(rest) = digits.strip_prefix("0x") {
        return digits_only(rest, |b| b.is_ascii_hexdigit()).then(|| parse(rest, 16))?;
    }
    if digits == "0" {
        return Some(0);
    }
    if let Some(rest) = digits.strip_prefix('0') {
        return digits_only(rest, |b| matches!(b, b'0'..=b'7')).then(|| parse(rest, 8))?;
    }
    if !digits.bytes().next()?.is_ascii_digit() {
        return None;
    }
    if digits.contains(':') {
        let number = sexagesimal(digits)?;
        return Some(if negative { -number } else { number });
    }
    digits_only(digits, |b| b.is_ascii_digit()).then(|| parse(digits, 10))?
}

/// `1:30` is ninety: a number of base 60, as in times of day.
fn sexagesimal(digits: &str) -> Option<i64> {
    let mut parts = digits.split(':');
    let first = parts.next()?;
    if !first.bytes().all(|b| b == b'_' || b.is_ascii_digit()) {
        return None;
    }
    let mut number: i64 = first.replace('_', "").parse().ok()?;
    for part in parts {
        number = number.checked_mul(60)?.checked_add(sixtieths(part)?)?;
    }
    Some(number)
}

fn sixtieths(part: &str) -> Option<i64> {
    let fits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    fits.then(|| part.parse().ok())?
}

fn float(text: &str) -> Option<f64> {
    let (negative, body) = sign(text);
    let signed = |number: f64| if negative { -number } else { number };
    match body {
        ".inf" | ".Inf" | ".INF" => return Some(signed(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    // YAML 1.1 asks for the exponent's sign: `1.0e5` is a string.
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-'])?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    let (whole, fraction) = mantissa.split_once('.')?;
    let plain = |part: &str| part.bytes().all(|b| b == b'_' || b.is_ascii_digit());
    if !plain(fraction) {
        return None;
    }
    if whole.is_empty() {
        // A sign before the dot makes it a string.
        let starts = fraction.bytes().next()?.is_ascii_digit() && body.len() == text.len();
        return starts.then(|| body.replace('_', "").parse().ok())?;
    }
    if !whole.bytes().next()?.is_ascii_digit() {
        return None;
    }
    if whole.contains(':') && exponent.is_none() {
        let number = sexagesimal(whole)?;
        let rest: f64 = format!("0.{}0", fraction.replace('_', "")).parse().ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a time of day is small")]
        return Some(signed(number as f64 + rest));
    }
    if !plain(whole) {
        return None;
    }
    body.replace('_', "").parse().ok().map(signed)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Scalar, resolve, tagged};

    fn check(text: &str, expected: Scalar<'_>) {
        assert_eq!(resolve(text), expected, "{text}");
    }

    #[test]
    fn plain_scalars_have_the_types_of_yaml_1_1() {
        check("yes", Scalar::Bool(true));
        check("Off", Scalar::Bool(false));
        check("yEs", Scalar::Str("yEs"));
        check("y", Scalar::Str("y"));
        check("", Scalar::Null);
        check("~", Scalar::Null);
        check("Null", Scalar::Null);
        check("0644", Scalar::Int(420));
        check("0o644", Scalar::Str("0o644"));
        check("0899", Scalar::Str("0899"));
        check("0x1F", Scalar::Int(31));
        check("0b101", Scalar::Int(5));
        check("-12", Scalar::Int(-12));
        check("1_000", Scalar::Int(1000));
        check("22:22", Scalar::Int(1342));
        check("22:80", Scalar::Str("22:80"));
        check("80:22", Scalar::Int(4822));
        check("1.5", Scalar::Float(1.5));
        check("1.", Scalar::Float(1.0));
        check("1e5", Scalar::Str("1e5"));
        check("1.0e+5", Scalar::Float(100_000.0));
        check("1.0e5", Scalar::Str("1.0e5"));
        check("-.inf", Scalar::Float(f64::NEG_INFINITY));
        check("1.2.3", Scalar::Str("1.2.3"));
        check("2024-01-01", Scalar::Str("2024-01-01"));
        check("-", Scalar::Str("-"));
        check("::1", Scalar::Str("::1"));
        check("ä", Scalar::Str("ä"));
        check("99999999999999999999", Scalar::Str("99999999999999999999"));
    }

    #[test]
    fn explicit_tags_decide() {
        assert_eq!(tagged("!str", "yes"), Some(Scalar::Str("yes")));
        assert_eq!(tagged("!int", "0644"), Some(Scalar::Int(420)));
        assert_eq!(tagged("!bool", "on"), Some(Scalar::Bool(true)));
        assert_eq!(tagged("!float", "3"), Some(Scalar::Float(3.0)));
        assert_eq!(tagged("vault", "x"), None);
    }
}
