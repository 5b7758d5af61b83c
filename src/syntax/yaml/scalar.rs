//! What a plain scalar says: the implicit types of YAML 1.1, as PyYAML's `SafeLoader` resolves them.
//!
//! Manual: <https://yaml.org/type/>
//!
//! Left out: a timestamp is the text that Python prints of it, and a whole number beyond 64 bits stays the string that it
//! is.

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

/// Returns what Python prints of a timestamp; `None` where the text is none.
///
/// # Errors
/// It looks like a timestamp, and there is no such day or time: PyYAML refuses the file.
pub(super) fn timestamp(text: &str) -> Option<Result<String, ()>> {
    let (date, time) = match text.find(['T', 't', ' ', '\t']) {
        Some(at) => (
            &text[..at],
            Some(text[at + 1..].trim_start_matches([' ', '\t'])),
        ),
        None => (text, None),
    };
    let number = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        let is_number = lengths.contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4..=4)?;
    let width = if time.is_some() { 1..=2 } else { 2..=2 };
    let month = number(parts.next()?, width.clone())?;
    let day = number(parts.next()?, width)?;
    if parts.next().is_some() {
        return None;
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    let mut is_there = year > 0 && (1..=days).contains(&day);
    let mut shown = format!("{year:04}-{month:02}-{day:02}");
    if let Some(time) = time {
        let zone = time.find(['Z', '+', '-', ' ', '\t']).unwrap_or(time.len());
        let (clock, zone) = (&time[..zone], time[zone..].trim_start_matches([' ', '\t']));
        let (clock, fraction) = match clock.split_once('.') {
            Some((clock, fraction)) => (clock, fraction),
            None => (clock, ""),
        };
        let mut parts = clock.split(':');
        let hour = number(parts.next()?, 1..=2)?;
        let minute = number(parts.next()?, 2..=2)?;
        let second = number(parts.next()?, 2..=2)?;
        if parts.next().is_some() || !fraction.bytes().all(|it| it.is_ascii_digit()) {
            return None;
        }
        is_there &= hour < 24 && minute < 60 && second < 60;
        shown.push_str(&format!(" {hour:02}:{minute:02}:{second:02}"));
        let micros = format!("{:0<6}", fraction.get(..6).unwrap_or(fraction));
        if micros != "000000" {
            shown.push_str(&format!(".{micros}"));
        }
        match zone {
            "" => {}
            "Z" => shown.push_str("+00:00"),
            _ => {
                let sign = &zone[..1];
                let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "00"));
                let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
                if !matches!(sign, "+" | "-") {
                    return None;
                }
                is_there &= hours < 24;
                let sign = if hours + minutes == 0 { "+" } else { sign };
                shown.push_str(&format!("{sign}{hours:02}:{minutes:02}"));
            }
        }
    }
    Some(if is_there { Ok(shown) } else { Err(()) })
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
    use super::{Scalar, resolve, tagged, timestamp};

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
    fn timestamps_print_as_python_prints_them() {
        let check = |text: &str, expected: Option<Result<&str, ()>>| {
            let expected = expected.map(|it| it.map(str::to_owned));
            assert_eq!(timestamp(text), expected, "{text}");
        };
        check("2024-01-01", Some(Ok("2024-01-01")));
        check("2024-1-2", None);
        check("2024-1-2 3:04:05", Some(Ok("2024-01-02 03:04:05")));
        check(
            "2001-12-14t21:59:43.10-05:00",
            Some(Ok("2001-12-14 21:59:43.100000-05:00")),
        );
        check(
            "2001-12-14 21:59:43 Z",
            Some(Ok("2001-12-14 21:59:43+00:00")),
        );
        check("2024-02-30", Some(Err(())));
        check("2024-01-01x", None);
        check("1.2.3", None);
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
