//! JSON as Python's `json.loads` reads it: with `NaN`, `Infinity` and numbers beyond what a float holds.
//!
//! Manual: <https://docs.python.org/3/library/json.html>

/// A value of JSON; of a key that stands twice, both pairs are here.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    List(Vec<Json>),
    Dict(Vec<(String, Json)>),
}

/// Deeper texts are refused, as Python refuses them.
const MAX_DEPTH: usize = 500;

/// Reads a text that is one value.
///
/// # Errors
/// What is wrong, and at which character.
pub fn read_json(text: &str) -> Result<Json, String> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let value = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.wrong("there is more than one value"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn wrong(&self, what: &str) -> String {
        let place = self.text[..self.at].chars().count();
        format!("{what} at character {place}")
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("the nesting is too deep"));
        }
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Float(f64::NAN)),
            ("Infinity", Json::Float(f64::INFINITY)),
            ("-Infinity", Json::Float(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if self.takes(word) {
                return Ok(value);
            }
        }
        match self.rest().chars().next() {
            Some('"') => self.string().map(Json::Str),
            Some('[') => self.list(depth),
            Some('{') => self.dict(depth),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.wrong("a value is due")),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.takes("]") {
            return Ok(Json::List(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            if self.takes("]") {
                return Ok(Json::List(items));
            }
            if !self.takes(",") {
                return Err(self.wrong("a `,` is due"));
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Json, String> {
        self.at += 1;
        let mut pairs = Vec::new();
        self.space();
        if self.takes("}") {
            return Ok(Json::Dict(pairs));
        }
        loop {
            self.space();
            if !self.rest().starts_with('"') {
                return Err(self.wrong("a name in double quotes is due"));
            }
            let name = self.string()?;
            self.space();
            if !self.takes(":") {
                return Err(self.wrong("a `:` is due"));
            }
            self.space();
            pairs.push((name, self.value(depth + 1)?));
            self.space();
            if self.takes("}") {
                return Ok(Json::Dict(pairs));
            }
            if !self.takes(",") {
                return Err(self.wrong("a `,` is due"));
            }
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let rest = self.rest();
        let digits = |from: usize| {
            let rest = &rest[from..];
            rest.len()
                - rest
                    .trim_start_matches(|it: char| it.is_ascii_digit())
                    .len()
        };
        let sign = usize::from(rest.starts_with('-'));
        // Nothing follows a zero at the start.
        let whole = if rest[sign..].starts_with('0') {
            1
        } else {
            digits(sign)
        };
        if whole == 0 {
            return Err(self.wrong("a value is due"));
        }
        let mut end = sign + whole;
        let mut is_whole = true;
        if rest[end..].starts_with('.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
            is_whole = false;
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let power = digits(end + 1 + sign);
            if power > 0 {
                end += 1 + sign + power;
                is_whole = false;
            }
        }
        let text = &rest[..end];
        self.at += end;
        if is_whole && let Ok(number) = text.parse() {
            return Ok(Json::Int(number));
        }
        let number = text.parse().map_err(|_| self.wrong("a number is due"))?;
        Ok(Json::Float(number))
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        loop {
            let Some(character) = self.rest().chars().next() else {
                return Err(self.wrong("a string has no end"));
            };
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(String::from_utf16_lossy(&units)),
                '\\' => self.escape(&mut units)?,
                it if u32::from(it) < 0x20 => {
                    return Err(self.wrong("a string has a control character"));
                }
                it => units.extend_from_slice(it.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self, units: &mut Vec<u16>) -> Result<(), String> {
        let escape = self.rest().chars().next();
        self.at += escape.map_or(0, char::len_utf8);
        units.push(match escape {
            Some(it @ ('"' | '\\' | '/')) => u16::try_from(u32::from(it)).unwrap_or(0),
            Some('b') => 0x08,
            Some('f') => 0x0c,
            Some('n') => 0x0a,
            Some('r') => 0x0d,
            Some('t') => 0x09,
            Some('u') => {
                let code = self.rest().get(..4);
                let code = code.filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
                let code = code.and_then(|it| u16::from_str_radix(it, 16).ok());
                let code = code.ok_or_else(|| self.wrong("`\\u` needs four digits"))?;
                self.at += 4;
                code
            }
            _ => return Err(self.wrong("the escape is not known")),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, read_json};

    #[test]
    fn json_is_read_as_in_python() {
        let check = |text: &str, expected: Option<Json>| {
            assert_eq!(read_json(text).ok(), expected, "{text}");
        };
        check(" 5 ", Some(Json::Int(5)));
        check("-0.5e1", Some(Json::Float(-5.0)));
        check("1e400", Some(Json::Float(f64::INFINITY)));
        check("-Infinity", Some(Json::Float(f64::NEG_INFINITY)));
        check(
            r#""a\u00e9\ud83d\ude00\/""#,
            Some(Json::Str("aé😀/".to_owned())),
        );
        check("[]", Some(Json::List(Vec::new())));
        check(
            r#"{"a": [1, null]}"#,
            Some(Json::Dict(vec![(
                "a".to_owned(),
                Json::List(vec![Json::Int(1), Json::Null]),
            )])),
        );
        for wrong in [
            "", "01", "[1,]", "{a: 1}", "\"a", "'a'", "[1 2]", "1 2", "\"\\x\"", "-",
        ] {
            check(wrong, None);
        }
    }
}
