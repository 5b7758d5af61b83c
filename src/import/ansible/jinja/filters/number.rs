//! Filters of numbers.

use super::{Run, Takes, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let run: Run = match name {
        "int" => int,
        "float" => |_, value, args| {
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
        },
        "abs" => |_, value, _| match (value.as_int(), value.as_number()) {
            (Some(number), _) => Ok(Value::Int(number.saturating_abs())),
            (None, Some(number)) => Ok(Value::Float(number.abs())),
            (None, None) => Err(Failure::failed(format!(
                "a {} has no size",
                value.type_name()
            ))),
        },
        "round" => round,
        "log" => |_, value, args| {
            let base = args.get(0, "base").and_then(Value::as_number);
            let number = number(&value)?;
            Ok(Value::Float(match base {
                Some(10.0) => number.log10(),
                Some(base) => number.ln() / base.ln(),
                None => number.ln(),
            }))
        },
        "pow" => |_, value, args| {
            let power = number(args.need(0, "y")?)?;
            Ok(Value::Float(number(&value)?.powf(power)))
        },
        "root" => |_, value, args| {
            let base = args
                .get(0, "base")
                .and_then(Value::as_number)
                .unwrap_or(2.0);
            let number = number(&value)?;
            Ok(Value::Float(match base {
                2.0 => number.sqrt(),
                base => number.powf(1.0 / base),
            }))
        },
        "filesizeformat" => |_, value, args| {
            let base: f64 = if args.is_set(0, "binary") {
                1024.0
            } else {
                1000.0
            };
            let size = number(&value)?;
            let names = if args.is_set(0, "binary") {
                ["KiB", "MiB", "GiB", "TiB"]
            } else {
                ["kB", "MB", "GB", "TB"]
            };
            if size < base {
                return Ok(format!("{size:.0} Bytes").into());
            }
            let power = (1..4)
                .take_while(|power| size >= base.powi(*power + 1))
                .count();
            let unit = base.powi(i32::try_from(power).unwrap_or(0) + 1);
            let name = names.get(power).copied().unwrap_or("TB");
            Ok(format!("{:.1} {name}", size / unit).into())
        },
        "human_readable" => human_readable,
        "human_to_bytes" => human_to_bytes,
        _ => return None,
    };
    Some((Takes::Known, run))
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
    if let (Value::Int(_), "common") = (&value, method)
        && precision >= 0
    {
        return Ok(value);
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
    let size = match value.as_str() {
        Some(text) => text
            .trim()
            .parse()
            .map_err(|_| Failure::failed("it is no number"))?,
        None => number(&value)?,
    };
    let base = if args.is_set(0, "isbits") {
        "bits"
    } else {
        "Bytes"
    };
    let wanted = args.str(1, "unit")?.map(str::to_uppercase);
    for (suffix, limit) in SIZES {
        let fits = match &wanted {
            None => size >= limit,
            Some(wanted) => wanted.starts_with(suffix),
        };
        if fits || limit == 1.0 {
            let unit = if limit == 1.0 {
                base.to_owned()
            } else {
                format!("{suffix}{}", if base == "bits" { "b" } else { "B" })
            };
            return Ok(format!("{:.2} {unit}", size / limit).into());
        }
    }
    Ok(Value::None)
}

#[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
fn human_to_bytes(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let text = text.trim();
    let end = text
        .find(|it: char| !it.is_ascii_digit() && it != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..end]
        .parse()
        .map_err(|_| Failure::failed(format!("`{text}` is no size")))?;
    let unit = text[end..].trim();
    let unit = if unit.is_empty() {
        args.str(0, "default_unit")?.unwrap_or("B")
    } else {
        unit
    };
    let first = unit
        .chars()
        .next()
        .map(|it| it.to_ascii_uppercase().to_string());
    let limit = SIZES
        .iter()
        .find(|(suffix, _)| Some((*suffix).to_owned()) == first);
    match limit {
        Some((_, limit)) => Ok(Value::Int((number * limit).round() as i64)),
        None => Err(Failure::failed(format!("`{unit}` is no unit of size"))),
    }
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
