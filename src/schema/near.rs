//! How much names have in common, and paths as people read them.

use crate::nix::attr_path_text;

/// Returns how much two names have in common, from 0 to 1.
pub fn likeness(a: &str, b: &str) -> f32 {
    similar::TextDiff::from_chars(a, b).ratio()
}

/// Writes a path for people: places in a list, and names that only evaluation knows, are no names and stand without quotes.
pub fn option_text(names: &[String]) -> String {
    let name = |name: &String| {
        let is_place = matches!(name.as_str(), "*" | "<name>");
        if is_place || name.bytes().all(|it| it.is_ascii_digit()) {
            name.clone()
        } else {
            attr_path_text(std::slice::from_ref(name))
        }
    };
    names.iter().map(name).collect::<Vec<_>>().join(".")
}
