//! Permissions: octal digits, or symbols over what is there, as chmod(1) and Ansible's `mode` take them.

use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Mode;

pub(super) fn take(params: &mut Params, base: Option<Mode>) -> Result<Option<Mode>, Refusal> {
    take_named(params, "mode", base)
}

pub(super) fn take_named(
    params: &mut Params,
    name: &str,
    base: Option<Mode>,
) -> Result<Option<Mode>, Refusal> {
    let value = match params.value(&[name]) {
        None => return Ok(None),
        // YAML 1.1 reads `0644` as octal; `644` is no octal number there, and Ansible takes its bits as they are.
        Some(Value::Int(bits)) => {
            let mode = u32::try_from(bits).map(|bits| Mode(bits & 0o7777));
            return mode
                .map(Some)
                .map_err(|_| params.bad(name, &bits.to_string(), "a mode"));
        }
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(value) => value.to_text(),
    };
    if let Some(hole) = value.worst_hole() {
        return Err(Refusal::hole(hole));
    }
    let text = value.to_string();
    let text = text.trim();
    // The caller knows the file that `preserve` is about.
    if text.is_empty() || text == "preserve" {
        return Ok(None);
    }
    let octal = text.strip_prefix("0o").unwrap_or(text);
    if octal.bytes().all(|byte| byte.is_ascii_digit()) {
        return u32::from_str_radix(octal, 8)
            .map(|bits| Some(Mode(bits & 0o7777)))
            .map_err(|_| params.bad(name, text, "octal digits"));
    }
    match symbolic(text, base.map_or(0, |it| it.0)) {
        None => Err(params.bad(name, text, "a mode")),
        Some((bits, said)) if base.is_some() || said == 0o777 => Ok(Some(Mode(bits))),
        Some(_) => {
            let reason = format!("`{text}` changes permissions that are known only on the machine");
            Err(Refusal::new(Code::ValueUnknown, reason).cure("give all of the mode, in digits"))
        }
    }
}

/// Applies symbols to permissions; the second number has the bits that do not hang on what was there.
fn symbolic(text: &str, base: u32) -> Option<(u32, u32)> {
    let (mut bits, mut said) = (base, 0);
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(at);
        let who = if who.is_empty() || who.contains('a') {
            "ugo"
        } else {
            who
        };
        while let Some(operator) = rest.chars().next() {
            let end = rest[1..]
                .find(['+', '-', '='])
                .map_or(rest.len(), |it| it + 1);
            let letters = &rest[1..end];
            rest = &rest[end..];
            for class in who.chars() {
                let shift = match class {
                    'u' => 6,
                    'g' => 3,
                    'o' => 0,
                    _ => return None,
                };
                let mut asked = 0;
                for letter in letters.chars() {
                    asked |= match letter {
                        'r' => 4 << shift,
                        'w' => 2 << shift,
                        'x' => 1 << shift,
                        // For files only where somebody may execute it already.
                        'X' if bits & 0o111 != 0 => 1 << shift,
                        'X' => 0,
                        's' if class == 'u' => 0o4000,
                        's' if class == 'g' => 0o2000,
                        's' => 0,
                        't' => 0o1000,
                        'u' => (bits >> 6 & 7) << shift,
                        'g' => (bits >> 3 & 7) << shift,
                        'o' => (bits & 7) << shift,
                        _ => return None,
                    };
                }
                match operator {
                    '+' => bits |= asked,
                    '-' => bits &= !asked,
                    _ => {
                        bits = bits & !(7 << shift) | asked;
                        said |= 7 << shift;
                    }
                }
            }
        }
    }
    Some((bits, said))
}

#[cfg(test)]
mod tests {
    use super::symbolic;

    #[test]
    fn symbols_change_what_is_there() {
        for (text, base, expected) in [
            ("u=rwx,g=rx,o=", 0o644, 0o750),
            ("u+x", 0o644, 0o744),
            ("go-rwx", 0o755, 0o700),
            ("a+X", 0o755, 0o755),
            ("a+X", 0o644, 0o644),
            ("+x", 0o644, 0o755),
            ("g=u", 0o640, 0o660),
            ("u+rw-x", 0o700, 0o600),
            ("g+s", 0o755, 0o2755),
        ] {
            assert_eq!(
                symbolic(text, base).map(|it| it.0),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(symbolic("rw", 0), None);
        assert_eq!(symbolic("z+r", 0), None);
    }
}
