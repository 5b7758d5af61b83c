//! Files of sections and options, as Python's `configparser` reads them.
//!
//! Manual: <https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>

use indexmap::IndexMap;

/// The section whose options all others have too.
const DEFAULT: &str = "DEFAULT";

/// Values nest at most so deep in others.
const MAX_DEPTH: usize = 10;

/// Options by their names; one may have no value.
pub type Options = IndexMap<String, Option<String>>;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Ini {
    pub defaults: Options,
    pub sections: IndexMap<String, Options>,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Names that differ only in case are two.
    pub case_sensitive: bool,
    pub allow_no_value: bool,
}

impl Ini {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub fn read(text: &str, reading: Reading) -> Result<Ini, String> {
        let mut ini = Ini::default();
        let mut section: Option<String> = None;
        // The option that lines with an indent go on.
        let mut last: Option<(String, usize)> = None;
        for (line, number) in text.lines().zip(1..) {
            let wrong = |what: &str| format!("{what} in line {number}");
            let bare = line.trim();
            let indent = line.len() - line.trim_start().len();
            if bare.starts_with(['#', ';']) {
                continue;
            }
            if bare.is_empty() {
                if let Some((name, _)) = &last
                    && let Some(Some(value)) = ini.options(section.as_deref()).get_mut(name)
                {
                    value.push('\n');
                }
                continue;
            }
            if let Some((name, depth)) = &last
                && indent > *depth
            {
                if let Some(Some(value)) = ini.options(section.as_deref()).get_mut(name) {
                    value.push('\n');
                    value.push_str(bare);
                }
                continue;
            }
            if let Some(name) = bare.strip_prefix('[').and_then(|it| it.split_once(']')) {
                let name = name.0.to_owned();
                if name != DEFAULT && ini.sections.contains_key(&name) {
                    return Err(wrong(&format!("the section `{name}` stands a second time")));
                }
                if name != DEFAULT {
                    ini.sections.insert(name.clone(), Options::new());
                }
                section = Some(name);
                last = None;
                continue;
            }
            if section.is_none() {
                return Err(wrong("there is no section"));
            }
            let (name, value) = match bare.find(['=', ':']) {
                Some(0) => return Err(wrong("an option has no name")),
                Some(at) => (
                    bare[..at].trim_end(),
                    Some(bare[at + 1..].trim().to_owned()),
                ),
                None if reading.allow_no_value => (bare, None),
                None => return Err(wrong("an option has no value")),
            };
            let name = if reading.case_sensitive {
                name.to_owned()
            } else {
                name.to_lowercase()
            };
            let options = ini.options(section.as_deref());
            if options.insert(name.clone(), value).is_some() {
                return Err(wrong(&format!("the option `{name}` stands a second time")));
            }
            last = Some((name, indent));
        }
        let all = ini.sections.values_mut().chain([&mut ini.defaults]);
        for value in all.flat_map(IndexMap::values_mut).flatten() {
            value.truncate(value.trim_end().len());
        }
        Ok(ini)
    }

    fn options(&mut self, section: Option<&str>) -> &mut Options {
        match section {
            Some(name) if name != DEFAULT => self.sections.entry(name.to_owned()).or_default(),
            _ => &mut self.defaults,
        }
    }

    /// Returns the options of a section, the default ones first.
    pub fn section(&self, name: &str) -> Option<Options> {
        if name == DEFAULT {
            return Some(self.defaults.clone());
        }
        let own = self.sections.get(name)?;
        let mut options = self.defaults.clone();
        options.extend(
            own.iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Some(options)
    }
}

/// Fills in `%(name)s`, of the same section's options.
///
/// # Errors
/// A name is missing, or the text has a `%` that begins nothing.
pub fn interpolated(text: &str, options: &Options) -> Result<String, String> {
    filled(text, options, 0)
}

fn filled(text: &str, options: &Options, depth: usize) -> Result<String, String> {
    if depth > MAX_DEPTH {
        return Err("values are made of one another without an end".to_owned());
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let name = rest.strip_prefix('(').and_then(|it| it.split_once(")s"));
        let Some((name, after)) = name else {
            return Err(format!("a `%` of `{text}` begins nothing"));
        };
        let found = options.get(&name.to_lowercase());
        let value = found.ok_or_else(|| format!("`{text}` needs the option `{name}`"))?;
        out.push_str(&filled(
            value.as_deref().unwrap_or_default(),
            options,
            depth + 1,
        )?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{Ini, Reading, interpolated};

    /// The options of the section `s`, as text, or what is wrong.
    fn check(text: &str, expected: &str) {
        let made = Ini::read(text, Reading::default()).and_then(|ini| {
            let options = ini.section("s").unwrap_or_default();
            let mut out = String::new();
            for (name, value) in &options {
                let value = interpolated(value.as_deref().unwrap_or_default(), &options)?;
                out.push_str(&format!("{name}={value};"));
            }
            Ok(out)
        });
        assert_eq!(made.unwrap_or_else(|it| it), expected, "{text}");
    }

    #[test]
    fn options_are_read_as_in_python() {
        check("[s]\nA = 1\n# no\nb: x = y\n", "a=1;b=x = y;");
        check(
            "[DEFAULT]\nd=/d\n[s]\nh=%(d)s/x\np=5%%\n",
            "d=/d;h=/d/x;p=5%;",
        );
        check(
            "[s]\nlong = one\n  two\n\n  three\nx=1\n",
            "long=one\ntwo\n\nthree;x=1;",
        );
        check("a=1\n", "there is no section in line 1");
        check("[s]\na\n", "an option has no value in line 2");
        check(
            "[s]\na=1\nA=2\n",
            "the option `a` stands a second time in line 3",
        );
        check("[s]\na=%(b)s\n", "`%(b)s` needs the option `b`");
    }
}
