//! Filters of times. Only a time that is given is known: what the clock says is not.

use super::{Filter, NAMED, Takes, builtin, filter, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::syntax::strftime::{Moment, parse_time};

const fn unit(name: &'static str, run: super::Run) -> Filter {
    filter(Collection::General, name, Takes::Known, run)
}

pub(super) const FILTERS: &[Filter] = &[
    builtin("strftime", Takes::Items, strftime),
    builtin("to_datetime", Takes::Items, to_datetime),
    unit("to_time_unit", |_, value, args| {
        in_unit(&value, args.str(0, "unit")?.unwrap_or("ms"), args)
    }),
    unit("to_milliseconds", |_, value, args| {
        in_unit(&value, "ms", args)
    }),
    unit("to_seconds", |_, value, args| in_unit(&value, "s", args)),
    unit("to_minutes", |_, value, args| in_unit(&value, "m", args)),
    unit("to_hours", |_, value, args| in_unit(&value, "h", args)),
    unit("to_days", |_, value, args| in_unit(&value, "d", args)),
    unit("to_weeks", |_, value, args| in_unit(&value, "w", args)),
    unit("to_months", |_, value, args| in_unit(&value, "mo", args)),
    unit("to_years", |_, value, args| in_unit(&value, "y", args)),
];

fn strftime(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let second = match args.get(0, "second") {
        None | Some(Value::None) => {
            return Ok(Value::unknown("the time of the run", Some(env.here())));
        }
        Some(given) => given,
    };
    let seconds = match second.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => second.as_number(),
    };
    let Some(seconds) = seconds.filter(|it: &f64| it.is_finite()) else {
        return Err(Failure::failed(format!(
            "`strftime` needs seconds, and not `{}`",
            second.to_text()
        )));
    };
    #[expect(clippy::cast_possible_truncation, reason = "as Python's gmtime()")]
    let moment = Moment::of_seconds(seconds.floor() as i64);
    let pattern = plain(&value);
    if !args.is_set(1, "utc") {
        let what = "a time in the time zone of the machine that runs Ansible";
        return Ok(Value::unknown(what, Some(env.here())));
    }
    Ok(match moment.show(&pattern) {
        Some(text) => text.into(),
        None => Value::unknown(format!("a time as `{pattern}`"), Some(env.here())),
    })
}

/// A time as a value of its own is not computed with; whether the text is one is told.
fn to_datetime(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.str(0, "format")?.unwrap_or("%Y-%m-%d %H:%M:%S");
    let text = value.as_str().ok_or_else(|| {
        Failure::failed(format!(
            "a time is read from a string, not a {}",
            value.type_name()
        ))
    })?;
    parse_time(text, pattern).map_err(Failure::failed)?;
    Ok(Value::unknown(format!("the time {text}"), Some(env.here())))
}

const MILLISECONDS: [(&str, f64); 8] = [
    ("ms", 1.0),
    ("s", 1000.0),
    ("m", 60_000.0),
    ("h", 3_600_000.0),
    ("d", 86_400_000.0),
    ("w", 604_800_000.0),
    ("mo", 2_592_000_000.0),
    ("y", 31_536_000_000.0),
];

/// Returns how many milliseconds a unit is, by its short name or its word.
fn milliseconds(unit: &str, args: &Args) -> Eval<Option<f64>> {
    let short = match unit.trim_end_matches('s') {
        "millisecond" | "msec" | "msecond" => "ms",
        "sec" | "second" => "s",
        "min" | "minute" => "m",
        "hour" => "h",
        "day" => "d",
        "week" => "w",
        "month" => "mo",
        "year" => "y",
        _ => unit,
    };
    let days = match short {
        "y" => args.int(NAMED, "year")?,
        "mo" => args.int(NAMED, "month")?,
        _ => None,
    };
    if let Some(days) = days.and_then(|it| i32::try_from(it).ok()) {
        return Ok(Some(f64::from(days) * 86_400_000.0));
    }
    let found = MILLISECONDS.iter().find(|(name, _)| *name == short);
    Ok(found.map(|(_, size)| *size))
}

/// `30d 5h` in a unit.
fn in_unit(value: &Value, unit: &str, args: &Args) -> Eval<Value> {
    let text = plain(value);
    if text == "0" {
        return Ok(Value::Int(0));
    }
    let wrong = || Failure::failed(format!("`{text}` is no length of time"));
    let mut total = 0.0;
    for part in text.split_whitespace() {
        let digits = part.strip_prefix('-').unwrap_or(part);
        let end = digits
            .find(|it: char| !it.is_ascii_digit())
            .ok_or_else(wrong)?;
        let number: f64 = digits[..end].parse().map_err(|_| wrong())?;
        let rest = &digits[end..];
        let end = rest
            .find(|it: char| !it.is_alphanumeric() && it != '_')
            .unwrap_or(rest.len());
        let size = milliseconds(&rest[..end], args)?.ok_or_else(wrong)?;
        let sign = if part.starts_with('-') { -1.0 } else { 1.0 };
        total += sign * number * size;
    }
    let Some(size) = milliseconds(unit, args)? else {
        return Err(Failure::failed(format!("`{unit}` is no unit of time")));
    };
    let made = format!("{:.12}", total / size);
    Ok(Value::Float(made.parse().unwrap_or(0.0)))
}
