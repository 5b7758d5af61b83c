//! The lookup `sequence`: numbers, formatted.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/sequence_lookup.html>

use super::Eval;
use super::args::Args;
use super::format::percent;
use crate::import::ansible::arguments::words;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

/// More numbers than this make no configuration that a person reads.
const MAX_ITEMS: i64 = 100_000;

#[derive(Default)]
struct Fields {
    start: Option<i64>,
    end: Option<i64>,
    stride: Option<i64>,
    count: Option<i64>,
    format: Option<String>,
}

/// Returns the numbers of every term: `start=1 end=5`, or in short `1-5/2:n%02d`.
pub(super) fn sequence(terms: &[Value], args: &Args) -> Eval<Vec<Value>> {
    let mut items = Vec::new();
    let empty = [Value::str("")];
    let terms = if terms.is_empty() { &empty } else { terms };
    for term in terms {
        let text = term.to_text().to_string();
        let mut fields = Fields::default();
        if !fields.read_short(&text) {
            for (name, value) in words(&text).map_err(Failure::failed)? {
                fields.set(&name, &value)?;
            }
        }
        for (name, value) in &args.named {
            if &**name != "wantlist" {
                fields.set(name, &value.to_text().to_string())?;
            }
        }
        items.extend(fields.numbers()?);
    }
    Ok(items)
}

impl Fields {
    /// Reads `[start-]end[/stride][:format]`; tells whether the text is of that form.
    fn read_short(&mut self, text: &str) -> bool {
        let (numbers, format) = match text.split_once(':') {
            Some((numbers, format)) => (numbers, Some(format.to_owned())),
            None => (text, None),
        };
        let (range, stride) = match numbers.split_once('/') {
            Some((range, stride)) => (range, Some(stride)),
            None => (numbers, None),
        };
        let (start, end) = match range.split_once('-') {
            Some((start, end)) => (Some(start), end),
            None => (None, range),
        };
        let read = |text: Option<&str>| text.map(|it| number(it.trim()));
        let (start, stride, end) = (read(start), read(stride), number(end.trim()));
        if end.is_none() || matches!(start, Some(None)) || matches!(stride, Some(None)) {
            return false;
        }
        *self = Fields {
            start: start.flatten(),
            end,
            stride: stride.flatten(),
            count: None,
            format,
        };
        true
    }

    fn set(&mut self, name: &str, value: &str) -> Eval<()> {
        let field = match name {
            "start" => &mut self.start,
            "end" => &mut self.end,
            "stride" => &mut self.stride,
            "count" => &mut self.count,
            "format" => {
                self.format = Some(value.to_owned());
                return Ok(());
            }
            other => {
                let message = format!("`{other}` is no part of a sequence");
                return Err(Failure::failed(message));
            }
        };
        let message = || Failure::failed(format!("`{name}` of a sequence is `{value}`, no number"));
        *field = Some(number(value.trim()).ok_or_else(message)?);
        Ok(())
    }

    fn numbers(self) -> Eval<Vec<Value>> {
        let start = self.start.unwrap_or(1);
        let stride = self.stride.unwrap_or(1);
        let end = match (self.end, self.count) {
            (Some(end), None) => end,
            (None, Some(0)) => return Ok(Vec::new()),
            (None, Some(count)) => start.saturating_add(count.saturating_mul(stride)) - 1,
            (None, None) => return Err(Failure::failed("a sequence needs an end or a count")),
            (Some(_), Some(_)) => {
                return Err(Failure::failed(
                    "a sequence takes an end or a count, not both",
                ));
            }
        };
        if (stride > 0 && end < start) || (stride < 0 && end > start) {
            let message = "the stride of a sequence leads away from its end";
            return Err(Failure::failed(message));
        }
        let Some(steps) = end.saturating_sub(start).checked_div(stride) else {
            return Ok(Vec::new());
        };
        if steps >= MAX_ITEMS {
            return Err(Failure::failed(format!("a sequence has {steps} numbers")));
        }
        let format = self.format.unwrap_or_else(|| "%d".to_owned());
        (0..=steps)
            .map(|step| percent(&format, &Value::Int(start + step * stride)))
            .collect()
    }
}

/// Reads a number as Python's `int(text, 0)` does, and octal ones as older versions wrote them.
fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let lower = digits.to_ascii_lowercase();
    let read = match (lower.strip_prefix("0x"), lower.strip_prefix("0o")) {
        (Some(hex), _) => i64::from_str_radix(hex, 16).ok(),
        (None, Some(octal)) => i64::from_str_radix(octal, 8).ok(),
        (None, None) if lower.len() > 1 && lower.starts_with('0') => {
            i64::from_str_radix(&lower, 8).ok()
        }
        (None, None) => lower.parse().ok(),
    };
    read.map(|it| it * sign)
}

#[cfg(test)]
mod tests {
    use super::Fields;

    fn check(text: &str, expected: &[&str]) {
        let mut fields = Fields::default();
        assert!(fields.read_short(text), "{text}");
        let items = fields.numbers().unwrap();
        let items: Vec<String> = items.iter().map(|it| it.to_text().to_string()).collect();
        assert_eq!(items, expected, "{text}");
    }

    #[test]
    fn short_forms_are_read() {
        check("3", &["1", "2", "3"]);
        check("5-8", &["5", "6", "7", "8"]);
        check("2-10/4:n%02d", &["n02", "n06", "n10"]);
        check("0x0f-0x11:%x", &["f", "10", "11"]);
    }
}
