//! Parser directives: comments of the form `# name=value` before anything else.

use super::{Directive, Fault};
use crate::syntax::Place;

/// The directives that BuildKit knows; a comment of another name is a comment, after which directives go on.
const NAMES: [&str; 3] = ["syntax", "escape", "check"];

/// What the head of a file says.
pub(super) struct Head {
    pub(super) directives: Vec<Directive>,
    pub(super) faults: Vec<Fault>,
    pub(super) escape: char,
    is_open: bool,
}

impl Head {
    pub(super) fn new() -> Head {
        Head {
            directives: Vec::new(),
            faults: Vec::new(),
            escape: '\\',
            is_open: true,
        }
    }

    /// Looks at a line, which may be the first that is no directive.
    pub(super) fn take(&mut self, line: &str, place: Place) {
        if !self.is_open {
            return;
        }
        let Some((name, value)) = split(line) else {
            self.is_open = false;
            return;
        };
        if !NAMES.contains(&name.as_str()) {
            return;
        }
        if self.directives.iter().any(|it| it.name == name) {
            self.faults.push(Fault {
                place,
                why: format!("the parser directive `{name}` stands twice"),
                cure: Some("keep one of them".to_owned()),
            });
            return;
        }
        if name == "escape" {
            match value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                other => self.faults.push(Fault {
                    place,
                    why: format!("`{other}` cannot be the escape character"),
                    cure: Some("it is a backslash or a backquote".to_owned()),
                }),
            }
        }
        self.directives.push(Directive { name, value, place });
    }
}

/// `# name = value`, the value without blanks around it.
fn split(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_name && !value.is_empty()).then(|| (name.to_ascii_lowercase(), value.to_owned()))
}
