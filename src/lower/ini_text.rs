//! Sections of `key = value` of a text that may have holes: wg-quick's configuration, NetworkManager's profiles.
//!
//! A key is never a hole; a value may be one, or have one in it.

use crate::model::{Piece, Text};

#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Text)>,
}

/// Reads the sections, with `#` and `;` at the start of a line for comments.
///
/// # Errors
/// What is no line of such a text.
pub(super) fn read(text: &Text) -> Result<Vec<Section>, String> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let shown = line.to_string();
        let trimmed = shown.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
        {
            sections.push(Section {
                name: name.trim().to_owned(),
                fields: Vec::new(),
            });
            continue;
        }
        let Some((key, value)) = assignment(&line) else {
            return Err(format!("`{trimmed}` is no setting"));
        };
        match sections.last_mut() {
            Some(section) => section.fields.push((key, value)),
            None => return Err(format!("`{key}` stands in no section")),
        }
    }
    Ok(sections)
}

/// Splits a line at its `=`, which stands before all holes.
pub(super) fn assignment(line: &Text) -> Option<(String, Text)> {
    let (first, others) = line.pieces().split_first()?;
    let Piece::Literal(first) = first else {
        return None;
    };
    let (key, start) = first.split_once('=')?;
    let mut value = Text::new();
    let start = start.trim_start();
    value.push_str(if others.is_empty() {
        start.trim_end()
    } else {
        start
    });
    for piece in others {
        match piece {
            Piece::Literal(text) => value.push_str(text),
            Piece::Hole(hole) => value.push_hole(hole.clone()),
        }
    }
    let key = key.trim();
    (!key.is_empty()).then(|| (key.to_owned(), value))
}

impl Section {
    /// Returns the last value of a key, whose case does not count.
    pub(super) fn last(&self, key: &str) -> Option<&Text> {
        let mut own = self.fields.iter().rev();
        own.find(|(it, _)| it.eq_ignore_ascii_case(key))
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::lower::tests::text;

    #[test]
    fn values_keep_their_holes() {
        let found = read(&text("# x\n[A]\nk = <secret: y>\n\n[B]\na=b\n")).unwrap();
        let shown: Vec<String> = found
            .iter()
            .flat_map(|section| {
                let fields = section.fields.iter();
                fields.map(|(key, value)| format!("{} {key} {value}", section.name))
            })
            .collect();
        assert_eq!(shown, ["A k <secret: y>", "B a b"]);
        assert!(read(&text("a = 1\n")).is_err());
        assert!(read(&text("[A]\nwords\n")).is_err());
    }
}
