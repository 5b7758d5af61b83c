//! Names that are like one that is not known.

/// How many names are offered for one that is not known, and how much they must have in common with it.
const OFFERED: usize = 3;
const ALIKE: f32 = 0.6;

/// Returns the names that are most like a word, the most alike first.
pub fn alike<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<(f32, &str)> = names
        .into_iter()
        .filter(|name| may_be_alike(word, name))
        .map(|name| (similar::TextDiff::from_chars(word, name).ratio(), name))
        .filter(|(ratio, _)| *ratio >= ALIKE)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    found.dedup();
    found
        .into_iter()
        .take(OFFERED)
        .map(|(_, name)| name)
        .collect()
}

/// The ratio is twice what both have in common by what both have: names of very different lengths need no look.
fn may_be_alike(word: &str, name: &str) -> bool {
    let (a, b) = (word.chars().count(), name.chars().count());
    let most = a.min(b) as f32 * 2.0 / (a + b).max(1) as f32;
    most >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn the_most_alike_comes_first() {
        let names = ["nginx", "enable", "nagios", "nginx-full", "mg"];
        assert_eq!(alike("ngnix", names), ["nginx"]);
        assert_eq!(alike("enabel", names), ["enable"]);
        assert!(alike("zzz", names).is_empty());
    }
}
