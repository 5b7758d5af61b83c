//! Patterns of file names: `*`, `?`, `[a-z]`, `\x`, and `**` for any number of folders.
//!
//! Manual: <https://pkg.go.dev/path/filepath#Match>; `**` is .dockerignore's.

use regex::Regex;

/// Tells whether a text is a pattern and not a plain name.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Reads a pattern of whole paths; `None` where it is malformed.
pub fn glob(pattern: &str) -> Option<Regex> {
    let mut out = String::from("^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                let is_folders = chars.next_if_eq(&'/').is_some();
                out.push_str(if is_folders { "(.*/)?" } else { ".*" });
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                out.push('[');
                if chars.next_if(|c| matches!(c, '^' | '!')).is_some() {
                    out.push('^');
                }
                loop {
                    match chars.next()? {
                        ']' => break,
                        '\\' => push_escaped(&mut out, chars.next()?),
                        '-' => out.push('-'),
                        c => push_escaped(&mut out, c),
                    }
                }
                out.push(']');
            }
            '\\' => push_escaped(&mut out, chars.next()?),
            c => push_escaped(&mut out, c),
        }
    }
    out.push('$');
    Regex::new(&out).ok()
}

fn push_escaped(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns_match_whole_paths() {
        for (pattern, path, expected) in [
            ("*.md", "a.md", true),
            ("*.md", "b/a.md", false),
            ("**/*.md", "b/c/a.md", true),
            ("**/*.md", "a.md", true),
            ("a/**", "a/b/c", true),
            ("package*.json", "package-lock.json", true),
            ("[a-c]?", "bx", true),
            ("[^a-c]", "b", false),
            ("a\\*", "a*", true),
            ("a.b", "axb", false),
        ] {
            let found = glob(pattern).is_some_and(|it| it.is_match(path));
            assert_eq!(found, expected, "{pattern} {path}");
        }
        assert!(glob("[a").is_none());
    }
}
