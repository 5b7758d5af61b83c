//! Here-documents: which words of a line are the mark of one.

use super::expand::Lexer;
use super::lines::split_keyword;
use super::{Heredoc, flags, words};

/// Returns the here-documents whose lines follow a line, in their order, without their text.
///
/// A mark is a word of its own: `cat <<EOF > x`, but not `$((1<<2))` nor what stands in quotes.
pub(super) fn marks(line: &str) -> Vec<Heredoc> {
    let (mut keyword, mut arguments) = split_keyword(line);
    if keyword.eq_ignore_ascii_case("ONBUILD") {
        (keyword, arguments) = split_keyword(arguments);
    }
    let may_have = ["RUN", "COPY", "ADD"]
        .iter()
        .any(|it| keyword.eq_ignore_ascii_case(it));
    if !may_have || !line.contains("<<") {
        return Vec::new();
    }
    let (_, rest) = flags::take(arguments);
    if words::json(rest).is_some() {
        return Vec::new();
    }
    // BuildKit looks for marks with the backslash as escape, whatever the directive says.
    let Ok(words) = Lexer::raw('\\').words(line) else {
        return Vec::new();
    };
    words.iter().filter_map(|word| mark(word)).collect()
}

/// Reads a word as the mark of a here-document: `<<EOF`, `<<-"EOF"`, `3<<EOF`.
pub(super) fn mark(word: &str) -> Option<Heredoc> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix("<<")?;
    let (chomps, quoted) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if quoted.is_empty() || quoted.contains('<') {
        return None;
    }
    let [name] = <[String; 1]>::try_from(Lexer::keeping_unset('\\').words(quoted).ok()?).ok()?;
    Some(Heredoc {
        expands: name == quoted,
        name,
        chomps,
        text: String::new(),
    })
}
