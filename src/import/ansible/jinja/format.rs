//! Python's two ways to format: `'%s' % x` and `'{}'.format(x)`.

use super::Eval;
use super::args::Args;
use super::ops;
use super::python::quoted;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::Text;

/// How a value is padded and shown.
#[derive(Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    plus: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Returns how many values a pattern of `%` takes.
pub(super) fn takes(pattern: &str) -> usize {
    pattern.replace("%%", "").matches('%').count()
}

/// `pattern % right`
pub(super) fn percent(pattern: &str, right: &Value) -> Eval<Value> {
    let values = match right {
        Value::List(items) => items.to_vec(),
        Value::Undefined(name) => return Err(Failure::undefined(name)),
        one => vec![one.clone()],
    };
    let mut values = values.iter();
    let mut out = Text::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut named = None;
        if let Some(inner) = rest.strip_prefix('(') {
            let end = inner.find(')').ok_or_else(incomplete)?;
            named = Some(&inner[..end]);
            rest = &inner[end + 1..];
        }
        let mut spec = Spec::default();
        while let Some(flag) = rest.chars().next().filter(|it| "-+ 0#".contains(*it)) {
            match flag {
                '-' => spec.align = Some('<'),
                '0' => spec.zero = true,
                '#' => spec.alternate = true,
                other => spec.plus = Some(other),
            }
            rest = &rest[1..];
        }
        if let Some(after) = rest.strip_prefix('*') {
            let width = values.next().and_then(Value::as_int).unwrap_or(0);
            spec.width = usize::try_from(width).unwrap_or(0);
            rest = after;
        } else {
            (spec.width, rest) = number(rest);
        }
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = number(after);
            spec.precision = Some(precision);
            rest = after;
        }
        let kind = rest.chars().next().ok_or_else(incomplete)?;
        rest = &rest[kind.len_utf8()..];
        if kind == '%' {
            out.push_str("%");
            continue;
        }
        let value = match named {
            Some(name) => right.get(name).cloned().ok_or_else(|| {
                Failure::failed(format!("the format names `{name}`, which is not given"))
            })?,
            None => values
                .next()
                .cloned()
                .ok_or_else(|| Failure::failed("there are more formats than values"))?,
        };
        if let Value::Undefined(name) = &value {
            return Err(Failure::undefined(name));
        }
        // Numbers stand to the right, and so do texts with `%`.
        if spec.align.is_none() && !spec.zero {
            spec.align = Some('>');
        }
        let (value, kind) = match kind {
            'r' => (Value::from(quoted_value(&value)), 's'),
            'i' | 'u' => (whole(&value)?, 'd'),
            'd' => (whole(&value)?, 'd'),
            other => (value, other),
        };
        spec.kind = Some(kind);
        if kind == 's' {
            spec.zero = false;
            out.push(&pad(value.to_text(), &spec, '>', None));
        } else {
            out.push(&show(&value, &spec)?);
        }
    }
    out.push_str(rest);
    Ok(Value::Str(out))
}

fn whole(value: &Value) -> Eval<Value> {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
        Value::Float(number) => Ok(Value::Int(*number as i64)),
        Value::Str(_) => Err(Failure::failed("`%d` needs a number, not a string")),
        other => Ok(other.clone()),
    }
}

fn quoted_value(value: &Value) -> String {
    match value.as_str() {
        Some(text) => quoted(text),
        None => value.to_text().to_string(),
    }
}

fn incomplete() -> Failure {
    Failure::failed("the format ends in the middle")
}

fn number(text: &str) -> (usize, &str) {
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    let number: usize = text[..end].parse().unwrap_or(0);
    // No width or precision that is meant is larger.
    (number.min(10_000), &text[end..])
}

/// `pattern.format(...)`
pub(super) fn braces(pattern: &str, args: &Args) -> Eval<Value> {
    let mut next = 0;
    fill(pattern, args, &mut next, 0).map(Value::Str)
}

fn fill(pattern: &str, args: &Args, next: &mut usize, depth: usize) -> Eval<Text> {
    let mut out = Text::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(Failure::failed("a single `}` in a format"));
        }
        let end = field_end(rest).ok_or_else(incomplete)?;
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
        let mut value = field_value(name, args, next)?;
        if conversion == "r" {
            value = Value::from(quoted_value(&value));
        } else if conversion == "s" {
            value = Value::Str(value.to_text());
        }
        if let Value::Undefined(name) = &value {
            return Err(Failure::undefined(name));
        }
        let spec = if spec.contains('{') && depth == 0 {
            fill(spec, args, next, 1)?.to_string()
        } else {
            spec.to_owned()
        };
        let spec = parse(&spec);
        out.push(&show(&value, &spec)?);
    }
    out.push_str(rest);
    Ok(out)
}

fn field_end(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn field_value(name: &str, args: &Args, next: &mut usize) -> Eval<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let missing = || Failure::failed(format!("the format names `{name}`, which is not given"));
    let mut value = if first.is_empty() {
        *next += 1;
        args.positional.get(*next - 1).cloned()
    } else if let Ok(place) = first.parse::<usize>() {
        args.positional.get(place).cloned()
    } else {
        args.named(first).cloned()
    }
    .ok_or_else(missing)?;
    while !rest.is_empty() {
        let (key, after) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']').ok_or_else(incomplete)?
        } else {
            let inner = &rest[1..];
            inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
        };
        let at = key.parse::<i64>().ok();
        let index = at.and_then(|at| value.as_list().and_then(|list| ops::index(list.len(), at)));
        value = match index {
            Some(at) => value.as_list().and_then(|list| list.get(at).cloned()),
            None => super::attribute(&value, key),
        }
        .ok_or_else(missing)?;
        rest = after;
    }
    Ok(value)
}

fn parse(text: &str) -> Spec {
    let mut spec = Spec::default();
    let characters: Vec<char> = text.chars().collect();
    let is_align = |it: Option<&char>| it.is_some_and(|it| "<>^=".contains(*it));
    let mut at = 0;
    if is_align(characters.get(1)) {
        spec.fill = characters.first().copied();
        spec.align = characters.get(1).copied();
        at = 2;
    } else if is_align(characters.first()) {
        spec.align = characters.first().copied();
        at = 1;
    }
    if let Some(sign) = characters.get(at).filter(|it| "+- ".contains(**it)) {
        spec.plus = Some(*sign).filter(|it| *it != '-');
        at += 1;
    }
    if characters.get(at) == Some(&'#') {
        spec.alternate = true;
        at += 1;
    }
    if characters.get(at) == Some(&'0') {
        spec.zero = true;
        at += 1;
    }
    let rest: String = characters.iter().skip(at).collect();
    let (width, rest) = number(&rest);
    spec.width = width;
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix(',') {
        spec.comma = true;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after);
        spec.precision = Some(precision);
        rest = after;
    }
    spec.kind = rest.chars().next();
    spec
}

/// Shows one value as its format says.
fn show(value: &Value, spec: &Spec) -> Eval<Text> {
    let unfit = |kind: char| {
        Failure::failed(format!(
            "the format `{kind}` does not fit a {}",
            value.type_name()
        ))
    };
    let is_number = matches!(value, Value::Int(_) | Value::Float(_) | Value::Bool(_));
    let text = match (spec.kind, value) {
        (None | Some('s'), Value::Int(number)) if spec.comma => grouped(&number.to_string()),
        (None | Some('s'), Value::Float(number)) if spec.precision.is_some() => {
            general(*number, spec.precision.unwrap_or(6))
        }
        (None | Some('s'), other) => {
            let align = if is_number && !matches!(value, Value::Bool(_)) {
                '>'
            } else {
                '<'
            };
            return Ok(pad(
                other.to_text(),
                spec,
                align,
                spec.precision.filter(|_| !is_number),
            ));
        }
        (Some(_), Value::Unknown(hole)) => return Ok(Text::hole(hole.clone())),
        (Some(_), Value::Str(text)) if text.worst_hole().is_some() => return Ok(text.clone()),
        (Some('c'), _) => {
            let code = value.as_int().and_then(|it| u32::try_from(it).ok());
            match code.and_then(char::from_u32) {
                Some(it) => it.to_string(),
                None => value.as_str().ok_or_else(|| unfit('c'))?.to_owned(),
            }
        }
        (Some(kind @ ('d' | 'x' | 'X' | 'o' | 'b')), _) => {
            let number = value.as_int().ok_or_else(|| unfit(kind))?;
            let size = number.unsigned_abs();
            let digits = match kind {
                'x' => format!("{size:x}"),
                'X' => format!("{size:X}"),
                'o' => format!("{size:o}"),
                'b' => format!("{size:b}"),
                _ if spec.comma => grouped(&size.to_string()),
                _ => size.to_string(),
            };
            let prefix = if spec.alternate && kind != 'd' {
                format!("0{kind}")
            } else {
                String::new()
            };
            let sign = if number < 0 { "-" } else { "" };
            format!("{sign}{prefix}{digits}")
        }
        (Some(kind), _) => {
            let number = value.as_number().ok_or_else(|| unfit(kind))?;
            let precision = spec.precision.unwrap_or(6);
            match kind {
                'f' | 'F' if spec.comma => {
                    let text = format!("{number:.precision$}");
                    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                    format!("{}.{fraction}", grouped(whole))
                }
                'f' | 'F' => format!("{number:.precision$}"),
                '%' => format!("{:.precision$}%", number * 100.0),
                'e' | 'E' => exponent(number, precision),
                'g' | 'G' => general(number, precision),
                other => return Err(unfit(other)),
            }
        }
    };
    let text = match spec.plus {
        Some(sign) if !text.starts_with('-') => format!("{sign}{text}"),
        _ => text,
    };
    Ok(pad(Text::from(text), spec, '>', None))
}

fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(rest) => ('-', rest),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

fn general(number: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let text = format!("{number:.*e}", precision - 1);
    let power: i32 = text
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok())
        .unwrap_or(0);
    let fits =
        usize::try_from(power).is_ok_and(|power| power < precision) || (-4..0).contains(&power);
    if !fits {
        return exponent(number, precision - 1);
    }
    let places = i32::try_from(precision).unwrap_or(6) - 1 - power;
    let shown = format!("{number:.*}", usize::try_from(places).unwrap_or(0));
    if shown.contains('.') {
        shown.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        shown
    }
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

/// Fills a text up to its width. A text with holes has no width that is known, and stays as it is.
fn pad(text: Text, spec: &Spec, usual: char, cut: Option<usize>) -> Text {
    let Some(plain) = text.plain() else {
        return text;
    };
    let plain: String = match cut {
        Some(most) => plain.chars().take(most).collect(),
        None => plain.to_owned(),
    };
    let missing = spec.width.saturating_sub(plain.chars().count());
    if missing == 0 {
        return Text::from(plain);
    }
    let zero = spec.zero && spec.align.is_none_or(|align| align == '=');
    let fill = spec.fill.unwrap_or(if spec.zero { '0' } else { ' ' });
    let filled = |count: usize| fill.to_string().repeat(count);
    if zero || spec.align == Some('=') {
        let (sign, digits) = match plain.strip_prefix(['-', '+']) {
            Some(rest) => plain.split_at(plain.len() - rest.len()),
            None => ("", plain.as_str()),
        };
        return Text::from(format!("{sign}{}{digits}", filled(missing)));
    }
    Text::from(match spec.align.unwrap_or(usual) {
        '<' => format!("{plain}{}", filled(missing)),
        '^' => format!(
            "{}{plain}{}",
            filled(missing / 2),
            filled(missing - missing / 2)
        ),
        _ => format!("{}{plain}", filled(missing)),
    })
}
