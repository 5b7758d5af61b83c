//! Filters of numbers.

use super::{Filter, Takes, builtin, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    builtin("int", Takes::Known, int),
    builtin("float", Takes::Known, |_, value, args| {
        let number = match &value {
            Value::Str(_) => value
                .as_str()
                .and_then(|it| it.trim().replace('_', "").parse().ok()),
            other => other.as_number(),
        };
        Ok(match number {
            Some(number) => Value::Float(number),
            None => args.get(0, "default").cloned().unwrap_or(Value::Float(0.0)),
        })
    }),
    builtin("abs", Takes::Known, |_, value, _| {
        match (value.as_int(), value.as_number()) {
            (Some(number), _) => Ok(Value::Int(number.saturating_abs())),
            (None, Some(number)) => Ok(Value::Float(number.abs())),
            (None, None) => Err(Failure::failed(format!(
                "a {} has no size",
                value.type_name()
            ))),
        }
    }),
    builtin("round", Takes::Known, round),
    builtin("log", Takes::Known, log),
    builtin("pow", Takes::Known, |_, value, args| {
        let made = number(&value)?.powf(number(args.need(0, "y")?)?);
        finite(made)
    }),
    builtin("root", Takes::Known, |_, value, args| {
        let base = match args.get(0, "base") {
            Some(base) => number(base)?,
            None => 2.0,
        };
        let number = number(&value)?;
        finite(if base == 2.0 {
            number.sqrt()
        } else {
            number.powf(1.0 / base)
        })
    }),
    builtin("filesizeformat", Takes::Known, filesizeformat),
    builtin("human_readable", Takes::Known, human_readable),
    builtin("human_to_bytes", Takes::Known, human_to_bytes),
];

/// What Python's `math` refuses to make.
fn finite(number: f64) -> Eval<Value> {
    if number.is_finite() {
        Ok(Value::Float(number))
    } else {
        Err(Failure::failed(
            "the number has no such power, root or logarithm",
        ))
    }
}

fn log(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let base = args.get(0, "base").map(number).transpose()?;
    let number = number(&value)?;
    finite(match base {
        Some(10.0) => number.log10(),
        Some(base) => number.ln() / base.ln(),
        None => number.ln() / 1f64.exp().ln(),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
fn filesizeformat(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let binary = args.is_set(0, "binary");
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let size = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => value.as_number(),
    };
    let Some(size) = size else {
        return Err(Failure::failed("`filesizeformat` needs a number"));
    };
    if size == 1.0 {
        return Ok(Value::str("1 Byte"));
    }
    if size < base {
        return Ok(format!("{} Bytes", size as i64).into());
    }
    let names = if binary { "KMGTPEZY" } else { "kMGTPEZY" };
    let mut unit = base;
    let mut name = ' ';
    for (at, prefix) in names.chars().enumerate() {
        name = prefix;
        if at > 0 {
            unit *= base;
        }
        if size < unit * base {
            break;
        }
    }
    let ending = if binary { "iB" } else { "B" };
    Ok(format!("{:.1} {name}{ending}", size / unit).into())
}

fn number(value: &Value) -> Eval<f64> {
    let number = value.as_number();
    number.ok_or_else(|| Failure::failed(format!("a {} is no number", value.type_name())))
}

#[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
fn int(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let base = args
        .int(1, "base")?
        .and_then(|it| u32::try_from(it).ok())
        .unwrap_or(10);
    let number = match &value {
        Value::Float(number) => Some(*number as i64),
        Value::Str(_) => {
            let text = plain(&value);
            let text = text.trim().replace('_', "");
            let (sign, digits) = match text.strip_prefix('-') {
                Some(rest) => (-1, rest),
                None => (1, text.strip_prefix('+').unwrap_or(&text)),
            };
            let lower = digits.to_ascii_lowercase();
            let digits = match base {
                16 => lower.strip_prefix("0x").unwrap_or(&lower),
                8 => lower.strip_prefix("0o").unwrap_or(&lower),
                2 => lower.strip_prefix("0b").unwrap_or(&lower),
                _ => &lower,
            };
            let whole = i64::from_str_radix(digits, base.clamp(2, 36))
                .ok()
                .map(|it| it * sign);
            let float = || text.parse::<f64>().ok().filter(|it| it.is_finite());
            whole.or_else(|| float().map(|it| it as i64))
        }
        other => other.as_int(),
    };
    Ok(match number {
        Some(number) => Value::Int(number),
        None => args.get(0, "default").cloned().unwrap_or(Value::Int(0)),
    })
}

fn round(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let precision = args.int(0, "precision")?.unwrap_or(0).clamp(-300, 300);
    let precision = i32::try_from(precision).unwrap_or(0);
    let method = args.str(1, "method")?.unwrap_or("common");
    if !matches!(method, "common" | "ceil" | "floor") {
        return Err(Failure::failed(format!("`{method}` is no way to round")));
    }
    if let (Some(whole), "common") = (value.as_int(), method) {
        if precision >= 0 {
            return Ok(Value::Int(whole));
        }
        // Half goes to the even neighbour.
        let unit = 10i64
            .checked_pow(precision.unsigned_abs())
            .unwrap_or(i64::MAX);
        let (rest, low) = (whole.rem_euclid(unit), whole.div_euclid(unit));
        let up = rest > unit - rest || rest == unit - rest && low % 2 != 0;
        return Ok(Value::Int((low + i64::from(up)).saturating_mul(unit)));
    }
    let number = number(&value)?;
    let factor = 10f64.powi(precision);
    Ok(Value::Float(match method {
        "ceil" => (number * factor).ceil() / factor,
        "floor" => (number * factor).floor() / factor,
        // Python rounds the exact number, half to even.
        _ if precision >= 0 => {
            let places = usize::try_from(precision).unwrap_or(0);
            format!("{number:.places$}").parse().unwrap_or(number)
        }
        _ => (number * factor).round_ties_even() / factor,
    }))
}

const SIZES: [(&str, f64); 9] = [
    ("Y", 1_208_925_819_614_629_174_706_176.0),
    ("Z", 1_180_591_620_717_411_303_424.0),
    ("E", 1_152_921_504_606_846_976.0),
    ("P", 1_125_899_906_842_624.0),
    ("T", 1_099_511_627_776.0),
    ("G", 1_073_741_824.0),
    ("M", 1_048_576.0),
    ("K", 1024.0),
    ("B", 1.0),
];

fn human_readable(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let size = number(&value)?;
    let is_bits = args.is_set(0, "isbits");
    let wanted = args.str(1, "unit")?.map(str::to_uppercase);
    let mut found = ("B", 1.0);
    for (suffix, limit) in SIZES {
        let fits = match &wanted {
            None => size >= limit,
            Some(wanted) => wanted == suffix,
        };
        if fits {
            found = (suffix, limit);
            break;
        }
    }
    let (suffix, limit) = found;
    let unit = match (limit == 1.0, is_bits) {
        (true, true) => "bits".to_owned(),
        (true, false) => "Bytes".to_owned(),
        (false, true) => format!("{suffix}b"),
        (false, false) => format!("{suffix}B"),
    };
    Ok(format!("{:.2} {unit}", size / limit).into())
}

/// The words for the units, by their first letters.
const WORDS: [&str; 9] = [
    "yotta", "zetta", "exa", "peta", "tera", "giga", "mega", "kilo", "",
];

#[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
fn human_to_bytes(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let end = text
        .find(|it: char| !it.is_ascii_digit() && it != '.')
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let no_size = || Failure::failed(format!("`{text}` is no size"));
    if digits.ends_with('.') || digits.is_empty() {
        return Err(no_size());
    }
    let number: f64 = digits.parse().map_err(|_| no_size())?;
    let unit = unit.trim();
    if !unit.bytes().all(|it| it.is_ascii_alphabetic()) {
        return Err(no_size());
    }
    let is_bits = args.is_set(1, "isbits");
    let unit = if unit.is_empty() {
        args.str(0, "default_unit")?.unwrap_or_default()
    } else {
        unit
    };
    let Some(first) = unit.chars().next() else {
        return Ok(Value::Int(number.round_ties_even() as i64));
    };
    let first = first.to_ascii_uppercase().to_string();
    let mut units = SIZES.iter().zip(WORDS);
    let Some(((suffix, limit), word)) = units.find(|((suffix, _), _)| *suffix == first) else {
        return Err(Failure::failed(format!("`{unit}` is no unit of size")));
    };
    if unit.len() > 1 {
        let (name, letter) = if is_bits { ("bit", 'b') } else { ("byte", 'B') };
        let short = match *suffix {
            "B" => letter.to_string(),
            suffix => format!("{suffix}{letter}"),
        };
        if unit != short && unit.to_lowercase() != format!("{word}{name}") {
            return Err(Failure::failed(format!("`{unit}` is no unit of {name}s")));
        }
    }
    Ok(Value::Int((number * limit).round_ties_even() as i64))
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::jinja::ops;
    use crate::import::ansible::value::Value;
    use crate::syntax::jinja::MathOp;

    #[test]
    fn division_goes_down_as_in_python() {
        let math = |op, a, b| {
            ops::math(op, Value::Int(a), Value::Int(b))
                .unwrap()
                .as_int()
        };
        assert_eq!(math(MathOp::FloorDiv, -7, 2), Some(-4));
        assert_eq!(math(MathOp::FloorDiv, 7, -2), Some(-4));
        assert_eq!(math(MathOp::Rem, -7, 3), Some(2));
        assert_eq!(math(MathOp::Rem, 7, -3), Some(-2));
    }
}
