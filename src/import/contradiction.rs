//! What one source says otherwise than another, which stands: it is shown beside it, and left to the person.

use crate::model::{Entry, Opaque, Resource, Text};

/// Returns the entry as a comment: what it asks for, and why that is not stated.
pub(crate) fn shown(entry: &Entry, subject: &str, reason: String) -> Entry {
    let said = serde_yaml::to_string(&entry.resource).unwrap_or_default();
    let opaque = Opaque {
        subject: subject.to_owned(),
        title: String::new(),
        reason,
        cure: None,
        lines: Text::from(said).lines(),
    };
    Entry {
        resource: Resource::Opaque(opaque),
        ..entry.clone()
    }
}
