//! .dockerignore: which files of a folder are no part of the build context.
//!
//! Manual: <https://docs.docker.com/build/concepts/context/#dockerignore-files>

use regex::Regex;

use super::glob::glob;

/// The rules of a file, of which the last that fits decides.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Regex,
    /// `!`: what it fits is part of the context after all.
    keeps: bool,
}

/// Reads the rules; a pattern that is malformed fits nothing.
pub fn read(text: &str) -> Ignore {
    let rules = text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter_map(|line| {
            if line.starts_with('#') {
                return None;
            }
            let line = line.trim();
            let (keeps, pattern) = match line.strip_prefix('!') {
                Some(pattern) => (true, pattern.trim()),
                None => (false, line),
            };
            let parts = pattern.split('/').filter(|it| !it.is_empty() && *it != ".");
            let cleaned: Vec<&str> = parts.collect();
            let pattern = glob(&cleaned.join("/")).filter(|_| !cleaned.is_empty())?;
            Some(Rule { pattern, keeps })
        });
    Ignore {
        rules: rules.collect(),
    }
}

impl Ignore {
    /// Tells whether a path is left out, by itself or with a folder above it.
    pub fn hides(&self, path: &str) -> bool {
        let mut is_hidden = false;
        for rule in &self.rules {
            let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
            if rule.pattern.is_match(path) || above.any(|it| rule.pattern.is_match(it)) {
                is_hidden = !rule.keeps;
            }
        }
        is_hidden
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_last_rule_that_fits_decides() {
        let ignore = read("# no\n/node_modules/\n*.md\n!README.md\n**/*.log\ndocs\n");
        for (path, expected) in [
            ("node_modules/a/b", true),
            ("src/node_modules", false),
            ("a.md", true),
            ("README.md", false),
            ("x/y.log", true),
            ("docs/a.txt", true),
            ("src/a.txt", false),
        ] {
            assert_eq!(ignore.hides(path), expected, "{path}");
        }
    }
}
