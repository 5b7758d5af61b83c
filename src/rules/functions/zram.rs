//! `zram`: a zram-generator.conf with one device for swap, as attributes of `zramSwap`.
//!
//! Manual: zram-generator.conf(5). A size that is a share of the memory, at most so much, is what the options can say.

use serde_json::{Map, Value};

use super::{Function, ini};

pub(super) static FUNCTION: Function = Function { name: "zram", call };

const MEBIBYTE: i64 = 1024 * 1024;

fn call(value: &Value) -> Option<Value> {
    let (globals, sections) = ini::read(value.as_str()?)?;
    let mut sections = sections.into_iter();
    let (Some((name, section)), None) = (sections.next(), sections.next()) else {
        return None;
    };
    if name != "zram0" || !globals.is_empty() {
        return None;
    }
    let mut all: Map<String, Value> = Map::new();
    all.insert("enable".to_owned(), true.into());
    // Without a size, it is `min(ram / 2, 4096)`.
    let mut percent: i64 = 50;
    let mut most: Option<i64> = Some(4096);
    for (name, value) in section.as_object()? {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match name.as_str() {
            "zram-size" => (percent, most) = size(&text)?,
            "zram-fraction" => percent = fraction(&text)?,
            "max-zram-size" if text == "none" => most = None,
            "max-zram-size" => most = Some(text.parse().ok()?),
            "compression-algorithm" if !text.contains([' ', '(']) => {
                all.insert("algorithm".to_owned(), text.into());
            }
            "swap-priority" => {
                all.insert("priority".to_owned(), text.parse::<i64>().ok()?.into());
            }
            "fs-type" if text == "swap" => {}
            _ => return None,
        }
    }
    all.insert("memoryPercent".to_owned(), percent.into());
    if let Some(most) = most {
        all.insert("memoryMax".to_owned(), (most * MEBIBYTE).into());
    }
    // The generator's own default.
    all.entry("priority").or_insert_with(|| 100.into());
    Some(Value::Object(all))
}

/// `ram`, `ram / 2`, `ram * 0.5` and `min(ram / 2, 4096)`: a share in percent, and the most in MiB.
fn size(text: &str) -> Option<(i64, Option<i64>)> {
    let text: String = text.split_whitespace().collect();
    let inner = text
        .strip_prefix("min(")
        .and_then(|it| it.strip_suffix(')'));
    let (share, most) = match inner.map(|it| it.split_once(',')) {
        Some(Some((share, most))) => (share, Some(most.parse().ok()?)),
        Some(None) => return None,
        None => (text.as_str(), None),
    };
    let rest = share.strip_prefix("ram")?;
    let percent = match (rest.strip_prefix('/'), rest.strip_prefix('*')) {
        (Some(divisor), _) => match divisor.parse::<i64>().ok()? {
            divisor @ (1 | 2 | 4 | 5 | 10 | 20) => 100 / divisor,
            _ => return None,
        },
        (_, Some(factor)) => fraction(factor)?,
        (None, None) => rest.is_empty().then_some(100)?,
    };
    Some((percent, most))
}

/// A decimal number with at most two places behind its point, in percent.
fn fraction(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = rest.trim_end_matches('0');
    if rest.len() > 2 || !rest.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let percent = whole.parse::<i64>().ok()? * 100 + format!("{rest:0<2}").parse::<i64>().ok()?;
    (percent > 0).then_some(percent)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_size_is_a_share_and_a_limit() {
        check(
            &FUNCTION,
            "[zram0]\nzram-size = min(ram / 2, 8192)\ncompression-algorithm = zstd\n",
            Some(json!({
                "enable": true, "algorithm": "zstd", "memoryPercent": 50, "memoryMax": 8_589_934_592_i64, "priority": 100,
            })),
        );
        check(
            &FUNCTION,
            "[zram0]\nmax-zram-size = none\nzram-fraction = 1.5\n",
            Some(json!({"enable": true, "memoryPercent": 150, "priority": 100})),
        );
        check(
            &FUNCTION,
            "[zram0]\nzram-size = ram\nswap-priority = 10\n",
            Some(json!({"enable": true, "memoryPercent": 100, "priority": 10})),
        );
    }

    #[test]
    fn other_devices_have_no_answer() {
        check(&FUNCTION, "[zram0]\nzram-size = ram - 100\n", None);
        check(&FUNCTION, "[zram1]\nfs-type = ext4\n", None);
        check(&FUNCTION, "[zram0]\nmount-point = /x\n", None);
    }
}
