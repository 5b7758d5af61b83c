//! Answers that the modules of ansible-core 2.19 gave: module, parameters, text, and the text after it; `null` where
//! the module failed.

use serde_json::{Map, Value};

use super::{
    BlockEdit, Find, Insert, LineEdit, Replaced, Replacement, remove_lines, replace, set_block,
    set_line,
};

#[test]
fn edits_are_those_of_ansible() {
    for row in include_str!("recorded.jsonl").lines() {
        let row: (String, Map<String, Value>, String, Option<String>) =
            serde_json::from_str(row).unwrap();
        let (module, params, text, expected) = row;
        let found = match module.as_str() {
            "lineinfile" => edit_lines(&text, &params),
            "blockinfile" => edit_block(&text, &params),
            _ => replace(
                &text,
                &Replacement {
                    regexp: string(&params, "regexp").unwrap(),
                    replace: string(&params, "replace").unwrap(),
                    after: string(&params, "after"),
                    before: string(&params, "before"),
                },
            )
            .map(|done| match done {
                Replaced::Count(text, _) => text,
                Replaced::NoSection(_) => text.clone(),
            }),
        };
        assert_eq!(found.ok(), expected, "{module} {params:?} {text:?}");
    }
}

fn edit_lines(text: &str, params: &Map<String, Value>) -> Result<String, String> {
    let line = string(params, "line").unwrap_or_default();
    let find = match (string(params, "regexp"), string(params, "search_string")) {
        (Some(regexp), _) => Find::Regexp(regexp),
        (None, Some(part)) => Find::Substring(part),
        (None, None) => Find::Line,
    };
    if string(params, "state") == Some("absent") {
        return remove_lines(text, find, line).map(|(text, _)| text);
    }
    let edit = LineEdit {
        line,
        find,
        insert: insert(params),
        backrefs: params.contains_key("backrefs"),
        first_match: params.contains_key("firstmatch"),
    };
    set_line(text, &edit).map(|(text, _)| text)
}

fn edit_block(text: &str, params: &Map<String, Value>) -> Result<String, String> {
    let edit = BlockEdit {
        block: string(params, "block").unwrap(),
        is_present: string(params, "block") != Some(""),
        marker: string(params, "marker").unwrap_or("# {mark} ANSIBLE MANAGED BLOCK"),
        marker_begin: string(params, "marker_begin").unwrap_or("BEGIN"),
        marker_end: string(params, "marker_end").unwrap_or("END"),
        insert: insert(params),
        append_newline: params.contains_key("append_newline"),
        prepend_newline: params.contains_key("prepend_newline"),
    };
    set_block(text, &edit)
}

fn insert(params: &Map<String, Value>) -> Insert<'_> {
    match string(params, "insertbefore") {
        Some(regexp) => Insert::Before(regexp),
        None => Insert::After(string(params, "insertafter").unwrap_or("EOF")),
    }
}

fn string<'a>(params: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    params.get(name)?.as_str()
}

proptest::proptest! {
    #[test]
    fn no_edit_panics(
        text in "[ab#\r\n]{0,16}",
        block in "[ab\n]{0,6}",
        regexp in r"[ab^$.*\n]{0,4}",
        flags in 0..8_u8,
    ) {
        let insert = if flags & 1 == 0 { Insert::After(&regexp) } else { Insert::Before(&regexp) };
        let _ = set_line(&text, &LineEdit {
            line: &block,
            find: if flags & 2 == 0 { Find::Line } else { Find::Regexp(&regexp) },
            insert,
            backrefs: false,
            first_match: flags & 4 == 0,
        });
        let _ = set_block(&text, &BlockEdit {
            block: &block,
            is_present: flags & 1 == 0,
            marker: "#{mark}",
            marker_begin: "a",
            marker_end: "b",
            insert,
            append_newline: flags & 2 == 0,
            prepend_newline: flags & 4 == 0,
        });
        let _ = replace(&text, &Replacement {
            regexp: &regexp,
            replace: &block,
            after: (flags & 2 == 0).then_some(regexp.as_str()),
            before: (flags & 4 == 0).then_some(regexp.as_str()),
        });
    }
}
