//! Names that somebody may have meant, and paths as people read them.

use crate::nix::attr_path_text;

/// How many names are offered for one that is not known, and how much they must have in common with it.
const OFFERED: usize = 3;
const ALIKE: f32 = 0.6;

/// Returns the names that are most like one, the best first.
pub fn names_like<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    let mut alike: Vec<(f32, &str)> = known
        .iter()
        .map(|it| (likeness(name, it), *it))
        .filter(|(ratio, _)| *ratio >= ALIKE)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    alike.into_iter().take(OFFERED).map(|it| it.1).collect()
}

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
