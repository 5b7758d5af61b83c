//! Columns: words with blanks between them, or fields with colons; `#` begins a comment. resolv.conf, login.defs,
//! limits.conf, nsswitch.conf, locale.gen, shells, anacrontab; passwd, group and subuid.
//!
//! Manuals: resolv.conf(5), login.defs(5), limits.conf(5), nsswitch.conf(5), passwd(5), group(5), subuid(5)

use super::Place;
use super::place::lines;

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    pub columns: Vec<&'a str>,
    pub place: Place,
}

/// Reads words; a comment may stand behind them.
pub fn read(text: &str) -> Vec<Row<'_>> {
    lines(text)
        .map(|(place, line)| Row {
            columns: without_comment(line).split_ascii_whitespace().collect(),
            place,
        })
        .filter(|row| !row.columns.is_empty())
        .collect()
}

/// Reads a word and all that follows it, in which a `#` is a sign like others.
pub fn read_pairs(text: &str) -> Vec<(Place, &str, &str)> {
    lines(text)
        .map(|(place, line)| (place, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(place, line)| match line.split_once([' ', '\t']) {
            Some((name, rest)) => (place, name, rest.trim()),
            None => (place, line, ""),
        })
        .collect()
}

/// Reads fields with `:` between them, in which blanks and a `#` are signs like others.
pub fn read_colons(text: &str) -> Vec<Row<'_>> {
    lines(text)
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(place, line)| Row {
            columns: line.split(':').collect(),
            place,
        })
        .collect()
}

fn without_comment(line: &str) -> &str {
    let is_start = |at: usize| at == 0 || line[..at].ends_with([' ', '\t']);
    let comment = line.match_indices('#').find(|(at, _)| is_start(*at));
    comment.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::{read, read_colons, read_pairs};

    #[test]
    fn words_end_before_a_comment() {
        let rows = read("# x\n a  b#c\t# d\n\ne\n");
        let found: Vec<_> = rows
            .iter()
            .map(|it| (it.place.line, it.columns.clone()))
            .collect();
        assert_eq!(found, [(2, vec!["a", "b#c"]), (4, vec!["e"])]);
    }

    #[test]
    fn fields_keep_their_blanks() {
        let rows = read_colons("a:x:1::b c,,#1:\n#b\n\n");
        let found: Vec<_> = rows.iter().map(|it| it.columns.clone()).collect();
        assert_eq!(found, [vec!["a", "x", "1", "", "b c,,#1", ""]]);
    }

    #[test]
    fn a_name_has_all_that_follows() {
        let found: Vec<_> = read_pairs("#a\nENV_PATH\tPATH=/a #b\nX\n")
            .into_iter()
            .map(|(place, name, rest)| (place.line, name, rest))
            .collect();
        assert_eq!(found, [(2, "ENV_PATH", "PATH=/a #b"), (3, "X", "")]);
    }
}
