//! Python's regular expressions, over `fancy_regex`: the differences in syntax, templates of replacements, and `subn`.
//!
//! Manual: <https://docs.python.org/3/library/re.html>
//!
//! Left out: `\b` and `(?i)` of patterns over bytes are those of Unicode.

use fancy_regex::Regex;

/// A match and its groups.
pub type Captures<'t> = fancy_regex::Captures<'t, str>;

/// What `\d`, `\s` and `\w` stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// The pattern was compiled from bytes, as `lineinfile` does.
    Ascii,
    Unicode,
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    multiline: bool,
}

impl Pattern {
    /// Compiles a pattern with flags as letters of `(?ims)`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(pattern: &str, flags: &str, characters: Characters) -> Result<Pattern, String> {
        let (inline, body) = global_flags(pattern);
        Pattern::compile(inline, body, flags, characters)
    }

    /// Compiles a pattern that has to match the whole text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_whole(pattern: &str, flags: &str, characters: Characters) -> Result<Pattern, String> {
        let (inline, body) = global_flags(pattern);
        Pattern::compile(inline, &format!("\\A(?:{body})\\Z"), flags, characters)
    }

    fn compile(
        inline: &str,
        body: &str,
        flags: &str,
        characters: Characters,
    ) -> Result<Pattern, String> {
        let has = |flag: char| flags.contains(flag) || inline.contains(flag);
        let multiline = has('m');
        let mut translator = Translator {
            rest: body.chars().peekable(),
            out: String::new(),
            ascii: (characters == Characters::Ascii && !has('u')) || has('a'),
            verbose: has('x'),
            multiline: vec![multiline],
        };
        translator.run()?;
        let prefix: String = ['i', 'm', 's'].into_iter().filter(|it| has(*it)).collect();
        let source = if prefix.is_empty() {
            translator.out
        } else {
            format!("(?{prefix}){}", translator.out)
        };
        let regex = Regex::new(&source)
            .map_err(|error| format!("the regular expression `{body}` is wrong: {error}"))?;
        Ok(Pattern { regex, multiline })
    }

    /// Finds the first match at or behind `from`.
    ///
    /// # Errors
    /// The search gave up: the pattern backtracks beyond all measure.
    pub fn search<'t>(&self, text: &'t str, from: usize) -> Result<Option<Captures<'t>>, String> {
        self.regex
            .captures_from_pos(text, from)
            .map_err(|error| format!("the regular expression cannot be searched for: {error}"))
    }

    /// Tells whether `^` and `$` stand for the ends of lines.
    pub fn is_multiline(&self) -> bool {
        self.multiline
    }

    /// Fills in the template of a replacement: `\1`, `\g<name>`, `\n` and the like.
    ///
    /// # Errors
    /// It names a group that there is not, or has an escape that Python does not know.
    pub fn expand(&self, template: &str, found: &Captures<'_>) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = template.chars().peekable();
        let is_octal = |c: &char| ('0'..='7').contains(c);
        while let Some(c) = rest.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match rest.next() {
                Some('g') if rest.next_if_eq(&'<').is_some() => {
                    let mut name = String::new();
                    loop {
                        match rest.next() {
                            Some('>') => break,
                            Some(c) => name.push(c),
                            None => return Err("a `\\g<` of the replacement has no `>`".to_owned()),
                        }
                    }
                    out.push_str(match name.parse::<usize>() {
                        Ok(number) => numbered(found, number)?,
                        Err(_) => self.named(found, &name)?,
                    });
                }
                Some('0') => {
                    let mut code = 0;
                    for _ in 0..2 {
                        if let Some(digit) = rest.next_if(is_octal) {
                            code = code * 8 + digit.to_digit(8).unwrap_or(0);
                        }
                    }
                    out.extend(char::from_u32(code & 0xff));
                }
                Some(first) if first.is_ascii_digit() => {
                    let mut digits = String::from(first);
                    if let Some(second) = rest.next_if(char::is_ascii_digit) {
                        digits.push(second);
                        if digits.chars().all(|it| is_octal(&it))
                            && let Some(third) = rest.next_if(is_octal)
                        {
                            digits.push(third);
                        }
                    }
                    if digits.len() == 3 {
                        let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                        out.extend(char::from_u32(code).filter(|_| code <= 0o377));
                    } else {
                        out.push_str(numbered(found, digits.parse().unwrap_or(usize::MAX))?);
                    }
                }
                Some('a') => out.push('\u{7}'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some('v') => out.push('\u{b}'),
                Some('\\') => out.push('\\'),
                Some(c) if c.is_ascii_alphabetic() => {
                    return Err(format!("`\\{c}` is no escape of a replacement"));
                }
                Some(c) => {
                    out.push('\\');
                    out.push(c);
                }
                None => return Err("the replacement ends with a backslash".to_owned()),
            }
        }
        Ok(out)
    }

    fn named<'t>(&self, found: &Captures<'t>, name: &str) -> Result<&'t str, String> {
        if !self.regex.capture_names().flatten().any(|it| it == name) {
            return Err(format!("the regular expression has no group `{name}`"));
        }
        Ok(found.name(name).map_or("", |group| group.as_str()))
    }

    /// Replaces the first `most` matches (all where it is 0), as `re.subn` does, and counts them.
    ///
    /// # Errors
    /// The search gave up, or the template names a group that there is not.
    pub fn substitute(
        &self,
        template: &str,
        text: &str,
        most: usize,
    ) -> Result<(String, usize), String> {
        let mut out = String::new();
        let mut copied = 0;
        let found = self.all(text, most)?;
        for captures in &found {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            out.push_str(&text[copied..whole.start()]);
            out.push_str(&self.expand(template, captures)?);
            copied = whole.end();
        }
        out.push_str(&text[copied..]);
        Ok((out, found.len()))
    }

    /// Finds the first `most` matches (all where it is 0), as `re.finditer` does.
    ///
    /// # Errors
    /// The search gave up.
    pub fn all<'t>(&self, text: &'t str, most: usize) -> Result<Vec<Captures<'t>>, String> {
        let mut all = Vec::new();
        let mut from = 0;
        // After a match, there is no empty one at the same place as an empty one before.
        let mut empty_at = None;
        while from <= text.len() && (most == 0 || all.len() < most) {
            let Some(found) = self.search(text, from)? else {
                break;
            };
            let Some(whole) = found.get(0) else { break };
            if whole.start() == whole.end() && empty_at == Some(whole.start()) {
                from = next_char(text, whole.start());
                empty_at = None;
                continue;
            }
            from = whole.end();
            empty_at = (whole.start() == whole.end()).then_some(whole.end());
            all.push(found);
        }
        Ok(all)
    }

    /// Tells whether the text matches from its start.
    ///
    /// # Errors
    /// The search gave up.
    pub fn matches(&self, text: &str) -> Result<bool, String> {
        let found = self.search(text, 0)?;
        Ok(found
            .and_then(|it| it.get(0))
            .is_some_and(|it| it.start() == 0))
    }

    /// Tells whether there is a group of this number or name.
    pub fn has_group(&self, name: &str) -> bool {
        match name.parse::<usize>() {
            Ok(number) => number < self.regex.captures_len(),
            Err(_) => self.regex.capture_names().flatten().any(|it| it == name),
        }
    }
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// Splits off the flags that hold for the whole pattern, which stand at its start.
fn global_flags(pattern: &str) -> (&str, &str) {
    pattern
        .strip_prefix("(?")
        .and_then(|rest| rest.split_once(')'))
        .filter(|(flags, _)| !flags.is_empty() && flags.chars().all(|c| "aiLmsux".contains(c)))
        .unwrap_or(("", pattern))
}

struct Translator<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
    ascii: bool,
    verbose: bool,
    /// Whether `$` stands for the end of a line, per open group.
    multiline: Vec<bool>,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape(Where::Outside)?,
                '[' => self.class()?,
                '(' => self.group(),
                ')' => {
                    if self.multiline.len() > 1 {
                        self.multiline.pop();
                    }
                    self.out.push(')');
                }
                // `$` also stands before a line break at the very end.
                '$' if self.multiline.last() == Some(&true) => self.out.push_str("(?=\\n|\\z)"),
                '$' => self.out.push_str("(?=\\n?\\z)"),
                '{' => self.brace(),
                '}' => self.out.push_str("\\}"),
                '#' if self.verbose => while self.rest.next().is_some_and(|it| it != '\n') {},
                c if self.verbose && c.is_ascii_whitespace() => {}
                c => self.out.push(c),
            }
        }
        Ok(())
    }

    /// `(?m:`, `(?-m:` and the like change what `$` stands for in the group.
    fn group(&mut self) {
        let outer = self.multiline.last() == Some(&true);
        let mut ahead = self.rest.clone();
        let mut multiline = outer;
        if ahead.next() == Some('?') {
            let mut value = true;
            for c in ahead {
                match c {
                    '-' => value = false,
                    'm' => multiline = value,
                    ':' => break,
                    c if "aiLsux".contains(c) => {}
                    _ => {
                        multiline = outer;
                        break;
                    }
                }
            }
        }
        self.multiline.push(multiline);
        self.out.push('(');
    }

    /// A brace that is no quantifier stands for itself.
    fn brace(&mut self) {
        let inside: String = self
            .rest
            .clone()
            .take_while(|c| c.is_ascii_digit() || *c == ',')
            .collect();
        let closed = self.rest.clone().nth(inside.chars().count()) == Some('}');
        if !closed || inside.is_empty() || inside.matches(',').count() > 1 {
            self.out.push_str("\\{");
            return;
        }
        for _ in 0..=inside.chars().count() {
            self.rest.next();
        }
        let start = if inside.starts_with(',') { "0" } else { "" };
        self.out.push_str(&format!("{{{start}{inside}}}"));
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        while let Some(c) = self.rest.next() {
            match c {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => self.escape(Where::Class)?,
                // What stands for itself in Python is an operator of sets here.
                ']' | '[' | '&' | '~' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                c => self.out.push(c),
            }
            first = false;
        }
        Err("a set of the regular expression has no `]`".to_owned())
    }

    fn escape(&mut self, place: Where) -> Result<(), String> {
        let Some(c) = self.rest.next() else {
            return Err("the regular expression ends with a backslash".to_owned());
        };
        match c {
            'd' | 's' | 'w' | 'D' | 'S' | 'W' if self.ascii => {
                let set = match c.to_ascii_lowercase() {
                    'd' => "0-9",
                    's' => " \\t\\n\\r\\x0B\\x0C",
                    _ => "A-Za-z0-9_",
                };
                let not = if c.is_ascii_uppercase() { "^" } else { "" };
                if place == Where::Class && not.is_empty() {
                    self.out.push_str(set);
                } else {
                    self.out.push_str(&format!("[{not}{set}]"));
                }
            }
            'Z' => self.out.push_str("\\z"),
            'v' => self.out.push_str("\\x0B"),
            'a' => self.out.push_str("\\x07"),
            'b' if place == Where::Class => self.out.push_str("\\x08"),
            '0'..='7' if c == '0' || place == Where::Class => {
                let mut digits = String::from(c);
                while digits.len() < 3 {
                    match self.rest.next_if(|it| ('0'..='7').contains(it)) {
                        Some(digit) => digits.push(digit),
                        None => break,
                    }
                }
                let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                self.out.push_str(&format!("\\x{{{code:x}}}"));
            }
            'A'
            | 'b'
            | 'B'
            | 'd'
            | 'D'
            | 's'
            | 'S'
            | 'w'
            | 'W'
            | 'f'
            | 'n'
            | 'r'
            | 't'
            | 'u'
            | 'U'
            | 'x'
            | '0'..='9' => {
                self.out.push('\\');
                self.out.push(c);
            }
            c if c.is_ascii_alphabetic() => {
                return Err(format!("`\\{c}` is no escape of a regular expression"));
            }
            c if c.is_ascii_punctuation() && !"<>\"'`/!%,:;=@_".contains(c) => {
                self.out.push('\\');
                self.out.push(c);
            }
            c => self.out.push(c),
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Outside,
    Class,
}

/// A group that took no part in the match is empty.
fn numbered<'t>(found: &Captures<'t>, number: usize) -> Result<&'t str, String> {
    if number >= found.len() {
        return Err(format!("the regular expression has no group {number}"));
    }
    Ok(found.get(number).map_or("", |group| group.as_str()))
}

#[cfg(test)]
mod tests;
