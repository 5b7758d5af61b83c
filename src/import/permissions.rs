//! Permissions as symbols over what is there: chmod(1).

/// Applies symbols to permissions; the second number has the bits that do not hang on what was there.
pub(crate) fn symbolic(text: &str, base: u32) -> Option<(u32, u32)> {
    let (mut bits, mut said) = (base, 0);
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(at);
        // Where nobody is named, the usual umask keeps its bits.
        let kept = if who.is_empty() { 0o022 } else { 0 };
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
                        'r' => (4 << shift) & !kept,
                        'w' => (2 << shift) & !kept,
                        'x' => (1 << shift) & !kept,
                        // For files only where somebody may execute it already.
                        'X' if bits & 0o111 != 0 => 1 << shift,
                        'X' => 0,
                        's' if class == 'u' => 0o4000,
                        's' if class == 'g' => 0o2000,
                        's' => 0,
                        't' if class == 'o' => 0o1000,
                        't' => 0,
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
                        let special = match class {
                            'u' => 0o4000,
                            'g' => 0o2000,
                            _ => 0o1000,
                        };
                        bits = bits & !(7 << shift | special) | asked;
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
            ("+w", 0o444, 0o644),
            ("g=rx", 0o2775, 0o0755),
            ("o+t", 0o777, 0o1777),
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
