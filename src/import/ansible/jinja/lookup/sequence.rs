//! The lookup `sequence`: `start=1 end=4 format=web%02d`, or `1-4:web%02d`.

use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Eval, format};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

/// Longer sequences are not made.
const MAX_LENGTH: i64 = 100_000;

#[derive(Clone, Debug)]
struct Sequence {
    start: i64,
    end: Option<i64>,
    count: Option<i64>,
    stride: i64,
    format: String,
}

pub(super) fn sequence(terms: &[Value], args: &Args) -> Eval<Vec<Value>> {
    let mut usual = Sequence {
        start: 1,
        end: None,
        count: None,
        stride: 1,
        format: "%d".to_owned(),
    };
    for (name, value) in &args.named {
        if !matches!(&**name, "wantlist" | "errors") {
            usual.set(name, &value.to_text().to_string())?;
        }
    }
    let mut items = Vec::new();
    // With names alone there is one sequence.
    let nothing = [Value::str("")];
    let terms = if terms.is_empty() { &nothing } else { terms };
    for term in terms {
        let term = term.to_text().to_string();
        let mut sequence = usual.clone();
        if !sequence.shortcut(&term)? {
            for (name, value) in pairs(&term) {
                sequence.set(&name, &value)?;
            }
        }
        sequence.make(&mut items)?;
    }
    Ok(items)
}

/// Splits `k=v k2="a b"`.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').unwrap_or((rest, ""));
        let quote = after.chars().next().filter(|it| matches!(it, '"' | '\''));
        let (value, left) = match quote {
            Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        pairs.push((name.trim().to_owned(), value.to_owned()));
        rest = left.trim_start();
    }
    pairs
}

impl Sequence {
    fn set(&mut self, name: &str, value: &str) -> Eval<()> {
        let number = || {
            let number = value.trim().parse::<i64>();
            number.map_err(|_| Failure::failed(format!("`{name}` of `sequence` is no number")))
        };
        match name {
            "start" => self.start = number()?,
            "end" => self.end = Some(number()?),
            "count" => self.count = Some(number()?),
            "stride" => self.stride = number()?,
            "format" => value.clone_into(&mut self.format),
            other => {
                return Err(Failure::failed(format!(
                    "`sequence` has no option `{other}`"
                )));
            }
        }
        Ok(())
    }

    /// `[start-]end[/stride][:format]`
    fn shortcut(&mut self, term: &str) -> Eval<bool> {
        let (numbers, format) = match term.split_once(':') {
            Some((numbers, format)) if !format.is_empty() => (numbers, Some(format)),
            Some(_) => return Ok(false),
            None => (term, None),
        };
        let (range, stride) = match numbers.split_once('/') {
            Some((range, stride)) => (range, Some(stride)),
            None => (numbers, None),
        };
        let (start, end) = match range.split_once('-') {
            Some((start, end)) => (Some(start), end),
            None => (None, range),
        };
        let is_number = |it: &str| {
            let digits = it.strip_prefix('0').unwrap_or(it);
            let digits = digits.strip_prefix(['x', 'X']).unwrap_or(digits);
            let digits = if digits.is_empty() { it } else { digits };
            !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_hexdigit())
        };
        let given = [start, Some(end), stride];
        if !given.iter().flatten().all(|it| is_number(it)) {
            return Ok(false);
        }
        self.set("end", end)?;
        for (name, value) in [("start", start), ("stride", stride), ("format", format)] {
            if let Some(value) = value {
                self.set(name, value)?;
            }
        }
        Ok(true)
    }

    fn make(&self, items: &mut Vec<Value>) -> Eval<()> {
        let end = match (self.end, self.count) {
            (None, None) => return Err(Failure::failed("`sequence` needs an end or a count")),
            (Some(_), Some(_)) => {
                return Err(Failure::failed(
                    "`sequence` takes an end or a count, not both",
                ));
            }
            (_, Some(0)) => return Ok(()),
            (Some(end), None) => end,
            (None, Some(count)) => self
                .start
                .saturating_add(count.saturating_mul(self.stride))
                .saturating_sub(1),
        };
        if self.stride > 0 && end < self.start {
            return Err(Failure::failed(
                "to count backwards, the stride has to be negative",
            ));
        }
        if self.stride < 0 && end > self.start {
            return Err(Failure::failed(
                "to count forwards, the stride has to be positive",
            ));
        }
        if self.stride == 0 {
            return Ok(());
        }
        if self.format.matches('%').count() != 1 {
            return Err(Failure::failed(format!(
                "`{}` is no format of a number",
                self.format
            )));
        }
        if end.abs_diff(self.start) / self.stride.unsigned_abs() > MAX_LENGTH.unsigned_abs() {
            return Err(Failure::failed("the sequence is too long"));
        }
        let mut at = self.start;
        while if self.stride > 0 {
            at <= end
        } else {
            at >= end
        } {
            items.push(format::percent(&self.format, &Value::Int(at))?);
            at = at.saturating_add(self.stride);
        }
        Ok(())
    }
}
