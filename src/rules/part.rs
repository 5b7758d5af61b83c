//! Lines of a file of which the rest is not known: the rules for the whole file state them, where they say that its
//! lines mean something without the others.

use super::matching::Pattern;
use super::{Outcome, Rule, Rules, Ruling, best};
use crate::model::{Content, File, FileLine, Resource, Text};

/// How lines of a file mean something without the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Each for itself.
    Apart,
    /// In their sections, which the source has to name.
    Sections,
    /// In this section, where the source names none.
    In(String),
    /// Each for itself, in a file that is whole: without the others the rule would say what no line says.
    Whole,
}

impl Lines {
    /// Reads `apart`, `sections`, `whole` or `[section]`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(text: &str) -> Result<Lines, String> {
        let section = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        match (text, section) {
            ("apart", _) => Ok(Lines::Apart),
            ("sections", _) => Ok(Lines::Sections),
            ("whole", _) => Ok(Lines::Whole),
            (_, Some(name)) => Ok(Lines::In(name.to_owned())),
            _ => Err("`lines` is `apart`, `sections`, `whole` or a section in brackets".to_owned()),
        }
    }

    /// Returns a text that has these lines and no others; none where the section of one is not known.
    fn text(&self, lines: &[&FileLine]) -> Option<Text> {
        let mut sections: Vec<(&str, Text)> = Vec::new();
        for line in lines {
            let section = match (self, line.section.as_str()) {
                (Lines::Apart, section) => section,
                (Lines::Sections, "") | (Lines::Whole, _) => return None,
                (Lines::In(section), "") => section,
                (Lines::Sections | Lines::In(_), section) => section,
            };
            let at = sections.iter().position(|(name, _)| *name == section);
            let at = at.unwrap_or_else(|| {
                sections.push((section, Text::new()));
                sections.len() - 1
            });
            if let Some((_, text)) = sections.get_mut(at) {
                text.push(&line.line);
                text.push_str("\n");
            }
        }
        // What stands in no section stands above all of them.
        sections.sort_by_key(|(name, _)| !name.is_empty());
        let mut whole = Text::new();
        for (name, text) in &sections {
            if !name.is_empty() {
                whole.push_str(&format!("[{name}]\n"));
            }
            whole.push(text);
        }
        Some(whole)
    }
}

impl Rules {
    /// Returns a file that holds just these lines, where a rule says how they mean something without the others.
    pub fn part(&self, lines: &[&FileLine]) -> Option<File> {
        let path = &lines.first()?.path;
        let value = serde_json::Value::from(path.as_str());
        let mut rules = self.of_kind("file").iter();
        let text = rules.find_map(|rule| {
            let mode = rule.lines.as_ref()?;
            let is_for = rule.pattern.asks_for("path", &value);
            is_for.then(|| mode.text(lines)).flatten()
        })?;
        Some(File {
            path: path.clone(),
            content: Content::Text(text),
            mode: None,
            owner: None,
            group: None,
        })
    }

    /// Finds the rule for a file of which only a part is known.
    pub fn apply_to_part(&self, file: &File) -> Option<Outcome> {
        let mut dump = serde_json::to_value(Resource::File(file.clone())).ok()?;
        // What a rule may ask for, where it is for a part only.
        dump["file"]["part"] = true.into();
        let rules = self.of_kind("file").iter();
        best(
            "file",
            dump.get("file")?,
            rules.filter(|it| it.lines.as_ref().is_some_and(|it| *it != Lines::Whole)),
        )
    }

    /// Tells whether a rule says of files of a path that their lines mean something without the others.
    pub fn has_lines(&self, path: &str) -> bool {
        let value = serde_json::Value::from(path);
        let mut rules = self.of_kind("file").iter();
        rules.any(|it| it.lines.is_some() && it.pattern.asks_for("path", &value))
    }

    /// Finds what is said of all files of a path, whatever they hold: that it is not needed, or what to do.
    pub fn about_path(&self, path: &str) -> Option<Outcome> {
        let dump = serde_json::json!({ "path": path });
        let rules = self.of_kind("file").iter();
        best("file", &dump, rules.filter(|it| it.is_about_path()))
    }
}

impl Rule {
    fn is_about_path(&self) -> bool {
        let asks_no_more = match &self.pattern {
            Pattern::Fields(fields) => fields.iter().all(|(name, _)| name == "path"),
            Pattern::Any
            | Pattern::None
            | Pattern::Plain
            | Pattern::Scalar(_)
            | Pattern::Glob(_)
            | Pattern::Entries(_)
            | Pattern::OneOf(_) => false,
        };
        let states_nothing = match &self.verdict {
            Ruling::NotNeeded(_) | Ruling::Manual(_) => true,
            Ruling::Stated => false,
        };
        asks_no_more && states_nothing && self.settings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use crate::model::{FileLine, Text};

    fn check(mode: &str, lines: &[(&str, &str)], expected: Option<&str>) {
        let line = |(section, line): &(&str, &str)| FileLine {
            path: "/etc/x".to_owned(),
            section: (*section).to_owned(),
            name: String::new(),
            value: Text::new(),
            line: Text::from(*line),
            place: (*line).to_owned(),
        };
        let lines: Vec<FileLine> = lines.iter().map(line).collect();
        let lines: Vec<&FileLine> = lines.iter().collect();
        let text = Lines::read(mode).expect("a mode").text(&lines);
        assert_eq!(text.as_ref().and_then(Text::plain), expected, "{mode}");
    }

    #[test]
    fn lines_stand_in_their_sections() {
        check("apart", &[("", "a 1"), ("", "b 2")], Some("a 1\nb 2\n"));
        check(
            "sections",
            &[("x", "a=1"), ("y", "b=2"), ("x", "c=3")],
            Some("[x]\na=1\nc=3\n[y]\nb=2\n"),
        );
        check("sections", &[("", "a=1")], None);
        check(
            "[x]",
            &[("", "a=1"), ("y", "b=2")],
            Some("[x]\na=1\n[y]\nb=2\n"),
        );
    }
}
