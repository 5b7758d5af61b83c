//! Answers that Python 3.11's `re.subn` gave, and what only bytes show.

use super::{Characters, Pattern};

type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<(&'static str, usize)>,
);

#[test]
fn substitution_is_pythons() {
    // Pattern, flags, template, text; `None` where Python raised an error.
    let rows: &[Row] = &[
        ("x*", "", "-", "abxd", Some(("-a-b--d-", 5))),
        ("a|b", "", "<\\g<0>>", "cab", Some(("c<a><b>", 2))),
        ("^", "m", "> ", "a\nb\n", Some(("> a\n> b\n> ", 3))),
        ("$", "m", ";", "a\nb\n", Some(("a;\nb;\n;", 3))),
        ("$", "", "!", "a\n", Some(("a!\n!", 2))),
        ("a\\Z", "", "b", "a", Some(("b", 1))),
        ("a\\Z", "", "b", "a\n", Some(("a\n", 0))),
        (
            "(?P<k>\\w+)=(\\w+)",
            "",
            "\\2=\\g<k>",
            "a=1 b=2",
            Some(("1=a 2=b", 2)),
        ),
        ("(a)|b", "", "[\\1]", "ab", Some(("[a][]", 2))),
        ("\\d{2,}", "", "#", "1 22 333", Some(("1 # #", 2))),
        ("a{,2}", "", "-", "aaab", Some(("---b-", 4))),
        ("{{ x }}", "", "y", "a {{ x }} b", Some(("a y b", 1))),
        ("a{b", "", "y", "a{b", Some(("y", 1))),
        ("[[]x[]]", "", "y", "[x]", Some(("y", 1))),
        ("[]a]+", "", "-", "]a]b", Some(("-b", 1))),
        ("[^]a]+", "", "-", "]a]bc", Some(("]a]-", 1))),
        ("[\\w.-]+@", "", "*", "a.b-c@d", Some(("*d", 1))),
        ("\\/etc\\/x", "", "y", "/etc/x", Some(("y", 1))),
        ("\\<b\\>", "", "i", "<b>", Some(("i", 1))),
        ("(?i)ERROR", "", "ok", "Error error", Some(("ok ok", 2))),
        ("(?ms)^a.b$", "", "x", "a\nb\nc", Some(("x\nc", 1))),
        ("(?m:^b$)", "", "x", "a\nb\n", Some(("a\nx\n", 1))),
        ("(?<=a)b(?!c)", "", "X", "ab abc", Some(("aX abc", 1))),
        ("(\\w)\\1", "", "=", "aabbc", Some(("==c", 2))),
        ("a", "", "\\n", "a", Some(("\n", 1))),
        ("a", "", "\\q", "a", None),
        ("a", "", "\\1", "a", None),
        ("(a)", "", "\\g<1>0", "a", Some(("a0", 1))),
        ("(a)", "", "\\01", "a", Some(("\u{1}", 1))),
        ("a", "", "\\/", "a", Some(("\\/", 1))),
        ("a", "", "\\\\", "a", Some(("\\", 1))),
        ("(", "", "x", "a", None),
        ("a", "", "\\g<n>", "a", None),
        ("(?P<n>z)?a", "", "<\\g<n>>", "a", Some(("<>", 1))),
        ("(?x) a  b # c (\n", "", "y", "ab", Some(("y", 1))),
        ("[a&&b]", "", "-", "a&b", Some(("---", 3))),
        ("[a~~b]", "", "-", "a~b", Some(("---", 3))),
        ("\\h", "", "-", "h", None),
        ("é+", "", "e", "aéé", Some(("ae", 1))),
        ("", "", "-", "ab", Some(("-a-b-", 3))),
        ("b*$", "", "-", "abb", Some(("a--", 2))),
        ("[\\d\\s]+", "", "_", "a 1 b", Some(("a_b", 1))),
        ("(?:a|ab)(?:c|bcd)(?:d*)", "", ".", "abcd", Some((".", 1))),
        ("^(.*)$", "", "x\\1", "a\nb", Some(("a\nb", 0))),
        ("^(.*)$", "m", "x\\1", "a\nb", Some(("xa\nxb", 2))),
        ("\\.", "", "\\.", "a.b", Some(("a\\.b", 1))),
        ("#?Port .*", "", "Port 1", "#Port 22", Some(("Port 1", 1))),
        ("[ \\t]+#", "", "#", "a \t#", Some(("a#", 1))),
    ];
    for (pattern, flags, template, text, expected) in rows {
        let found = Pattern::new(pattern, flags, Characters::Unicode)
            .and_then(|it| it.substitute(template, text, 0))
            .ok();
        let expected = expected.map(|(text, count)| (text.to_owned(), count));
        assert_eq!(found, expected, "{pattern:?} {flags} {template:?} {text:?}");
    }
}

#[test]
fn bytes_know_ascii_only() {
    let check = |characters, expected| {
        let found = Pattern::new(r"^\w+[\d\s]$", "", characters)
            .and_then(|it| Ok(it.search("é1", 0)?.is_some()));
        assert_eq!(found, Ok(expected));
    };
    check(Characters::Unicode, true);
    check(Characters::Ascii, false);
}

proptest::proptest! {
    #[test]
    fn no_pattern_panics(
        pattern in r"([a-c.*+?{},()\[\]|^$<>=!:P&~\\-]|\\[a-zA-Z0-9]|\PC){0,16}",
        text in "[a-c\n]{0,12}",
    ) {
        if let Ok(it) = Pattern::new(&pattern, "", Characters::Ascii) {
            let _ = it.substitute("\\1", &text, 0);
        }
    }
}
