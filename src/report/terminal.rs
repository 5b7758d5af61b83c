//! Diagnostics for a terminal: severity, code and message, the place, the source line, the cure.

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::secret;
use crate::source::{SourceTree, Span};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

/// Whether the terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Shown,
    LeftOut,
}

/// As much of a line is shown.
const LONGEST_LINE: usize = 160;

/// Renders the diagnostics by place, each followed by an empty line.
pub fn render_diagnostics(diags: &Diagnostics, tree: &SourceTree, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Shown => Renderer::styled(),
        Colour::LeftOut => Renderer::plain(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for diagnostic in diags.sorted() {
        out.push_str(renderer.render(&groups(diagnostic, diags, tree)).trim_end());
        out.push_str("\n\n");
    }
    out
}

fn groups<'a>(
    diagnostic: &'a Diagnostic,
    diags: &Diagnostics,
    tree: &'a SourceTree,
) -> Vec<Group<'a>> {
    let level = match diagnostic.code.severity() {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level
        .primary_title(one_line(&diagnostic.message))
        .id(diagnostic.code.id());
    let mut group = Group::with_title(title);
    if let Some(span) = diagnostic.span {
        group = group.element(place(span, diags, tree));
    }
    if let Some(span) = diagnostic.stands {
        group = group.element(Level::NOTE.message("this stands instead"));
        group = group.element(place(span, diags, tree));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(one_line(help)));
    }
    vec![group]
}

/// The line of the source, or only the name of the place where there is none to show.
fn place<'a>(span: Span, diags: &Diagnostics, tree: &'a SourceTree) -> Element<'a> {
    let position = tree.position(span);
    let (line, column) = (position.line as usize, position.column as usize);
    let path = tree.path(span.file);
    let whole = tree.text(span.file).unwrap_or_default();
    let start = whole
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let text = whole.get(start..).and_then(|it| it.lines().next());
    let Some(text) = text.filter(|text| !text.trim().is_empty() && !diags.is_hidden(text)) else {
        let origin = Origin::path(path).line(line).char_column(column);
        return origin.into();
    };
    let shown: String = conceal(whole, start, text)
        .chars()
        .take(LONGEST_LINE)
        .collect();
    let offset = |characters: usize| {
        shown
            .char_indices()
            .nth(characters)
            .map_or(shown.len(), |(at, _)| at)
    };
    let covered = tree.snippet(span);
    let length = covered
        .split('\n')
        .next()
        .map_or(0, |first| first.trim_end().chars().count());
    let (start, end) = (offset(column - 1), offset(column - 1 + length.max(1)));
    Snippet::source(shown.clone())
        .line_start(line)
        .path(path)
        .annotation(AnnotationKind::Primary.span(start..end.max(start)))
        .into()
}

/// Conceals what of a line of a text is secret: as many stars stand in its place. `start` is where the line begins.
fn conceal(text: &str, start: usize, line: &str) -> String {
    let end = start + line.len();
    let mut out = String::new();
    let mut done = start;
    for it in secret::find(text, "")
        .iter()
        .filter(|it| it.start < end && start < it.end)
    {
        let (from, to) = (it.start.max(done), it.end.min(end));
        out.push_str(&text[done..from]);
        out.push_str(&"*".repeat(text[from..to].chars().count()));
        done = to;
    }
    out.push_str(&text[done..end]);
    out
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Colour, conceal, render_diagnostics};
    use crate::diag::{Code, Diagnostics};
    use crate::source::{SourceTree, Span};

    #[test]
    fn a_diagnostic_shows_its_line_and_its_cure() {
        let tree =
            SourceTree::from_texts("t", &[("site.yml", "- hosts: web\n  tasks:\n  - áb: {}\n")]);
        let file = tree.find("site.yml").unwrap();
        let mut diags = Diagnostics::new();
        diags.at_with_help(
            Code::UnknownModule,
            Span::new(file, 26, 29),
            "there is no importer for the module `áb`",
            "write it by hand",
        );
        diags.general(Code::FirewallOn, "NixOS's firewall is on", "open ports");
        assert_eq!(
            render_diagnostics(&diags, &tree, Colour::LeftOut),
            "note[firewall-on]: NixOS's firewall is on\n |\n = help: open ports\n\n\
             warning[ansible-unknown-module]: there is no importer for the module `áb`\n \
             --> site.yml:3:5\n  |\n3 |   - áb: {}\n  |     ^^\n  |\n  = help: write it by hand\n\n"
        );
    }

    #[test]
    fn secrets_of_source_lines_are_not_shown() {
        for (line, expected) in [
            ("db_password: hunter2", "db_password: *******"),
            ("x: 1", "x: 1"),
            ("run --api-key=abc", "run --api-key=***"),
            (
                "PasswordAuthentication = false;",
                "PasswordAuthentication = false;",
            ),
            ("TOKEN='abc' next", "TOKEN='***' next"),
            (
                r#"CMD ["a", "--db-password", "abc", "b"]"#,
                r#"CMD ["a", "--db-password", "***", "b"]"#,
            ),
            ("ENV DB_PASSWORD abc", "ENV DB_PASSWORD ***"),
            (
                "ADD https://a:abc@b.org/c /d",
                "ADD https://a:***@b.org/c /d",
            ),
            (
                "password: \"{{ vault_password }}\"",
                "password: \"{{ vault_password }}\"",
            ),
        ] {
            assert_eq!(conceal(line, 0, line), expected);
        }
    }

    #[test]
    fn places_at_the_end_and_in_unreadable_files_are_named() {
        let tree = SourceTree::from_texts("t", &[("a.yml", "a: b"), ("empty", "")]);
        let mut diags = Diagnostics::new();
        for (path, start, end) in [("a.yml", 4, 9), ("a.yml", 0, 400), ("empty", 0, 0)] {
            let file = tree.find(path).unwrap();
            diags.at(Code::YamlSyntax, Span::new(file, start, end), "no\nend");
        }
        let text = render_diagnostics(&diags, &tree, Colour::LeftOut);
        assert!(text.contains("--> empty:1:1"), "{text}");
        assert!(text.contains("--> a.yml:1:5"), "{text}");
    }
}
