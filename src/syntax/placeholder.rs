//! The characters that stand for what is not known in a text that a reader is given.
//!
//! They are the last private plane of Unicode, which no font of symbols uses; a text that holds them by itself is the
//! business of whoever puts placeholders in.

const FIRST: u32 = 0x10_0000;
const LAST: u32 = 0x10_FFFD;

/// Returns the character that stands for the hole `index` of a text; `None` when there are too many.
pub fn placeholder(index: usize) -> Option<char> {
    let code = u32::try_from(index).ok()?.checked_add(FIRST)?;
    (code <= LAST).then(|| char::from_u32(code)).flatten()
}

/// Returns the index of the hole that a character stands for.
pub fn placeholder_index(c: char) -> Option<usize> {
    let code = u32::from(c);
    (FIRST..=LAST)
        .contains(&code)
        .then(|| usize::try_from(code - FIRST).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{placeholder, placeholder_index};

    #[test]
    fn a_placeholder_knows_its_index() {
        for index in [0, 1, 0xFFFD] {
            assert_eq!(placeholder(index).and_then(placeholder_index), Some(index));
        }
        assert_eq!(placeholder(0xFFFE), None);
        assert_eq!(placeholder_index('\u{F8FF}'), None);
    }
}
