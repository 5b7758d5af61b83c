//! Durations as Go writes them: `1m30s`, `500ms`, `1.5h`.

/// Returns a duration in seconds, rounded up; `None` where it is none.
pub fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|at| *at > 0)?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let factor = match &rest[..unit] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        nanoseconds += number * factor;
        rest = &rest[unit..];
    }
    let whole = (nanoseconds / 1e9).ceil();
    // Longer than a century is a slip of the pen.
    (whole < 4e9)
        .then(|| format!("{whole:.0}").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("1m30s", Some(90)),
            ("1.5h", Some(5400)),
            ("500ms", Some(1)),
            ("0", Some(0)),
            ("5", None),
            ("", None),
            ("s", None),
            ("1x", None),
            ("-3s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
