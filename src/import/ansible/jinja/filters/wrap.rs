//! Filters that lay out texts: wrapping, indenting, cutting, comments.

use super::{Filter, NAMED, Takes, builtin, flag, plain, size};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, method, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::{Piece, Text};

pub(super) const FILTERS: &[Filter] = &[
    builtin("indent", Takes::Holes, indent),
    builtin("comment", Takes::Holes, comment),
    builtin("center", Takes::Items, |_, value, args| {
        let width = args.get(0, "width").cloned().unwrap_or(Value::Int(80));
        method::call(
            &Value::from(plain(&value)),
            "center",
            &Args::of(vec![width]),
        )
    }),
    builtin("wordwrap", Takes::Items, wordwrap),
    builtin("truncate", Takes::Items, truncate),
];

fn indent(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = value.to_text();
    let prefix = match args.get(0, "width") {
        None => "    ".to_owned(),
        Some(width) => match width.as_int() {
            Some(width) => " ".repeat(usize::try_from(width).unwrap_or(0).min(1000)),
            None => plain(width),
        },
    };
    // `indentfirst` is what `first` was called before.
    let first = args.is_set(1, "first") || args.is_set(NAMED, "indentfirst");
    let blank = args.is_set(2, "blank");
    let mut out = Text::new();
    if first {
        out.push_str(&prefix);
    }
    // A hole is taken for one line, as secrets and facts nearly always are.
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => out.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                for (at, line) in literal.split('\n').enumerate() {
                    if at > 0 {
                        out.push_str("\n");
                        let continues =
                            literal.split('\n').count() == at + 1 && !is_last(&text, piece);
                        if !line.is_empty() || blank || continues {
                            out.push_str(&prefix);
                        }
                    }
                    out.push_str(line);
                }
            }
        }
    }
    Ok(Value::Str(out))
}

fn is_last(text: &Text, piece: &Piece) -> bool {
    text.pieces()
        .last()
        .is_some_and(|last| std::ptr::eq(last, piece))
}

fn wordwrap(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let width = size(args, 0, "width", 79)?.max(1);
    let breaks = flag(args, 1, "break_long_words", true);
    let separator = args.str(2, "wrapstring")?.unwrap_or("\n").to_owned();
    let hyphens = flag(args, 3, "break_on_hyphens", true);
    let pattern = if hyphens { HYPHENATED } else { r"\s+|\S+" };
    let chunks = regex::compile(env.scope.session(), pattern, "")?;
    let mut wrapped = Vec::new();
    for line in plain(&value).lines() {
        let found = chunks.all(line, 0).map_err(Failure::failed)?;
        let parts = found.iter().filter_map(|it| it.get(0));
        let parts = parts.map(|it| it.as_str()).filter(|it| !it.is_empty());
        wrapped.push(wrap(parts.collect(), width, breaks, hyphens).join(&separator));
    }
    Ok(wrapped.join(&separator).into())
}

/// What `textwrap` takes for one piece: white space, dashes between words, words up to a hyphen.
const HYPHENATED: &str = r#"[\t\n\x0b\x0c\r ]+|(?<=[\w!"'&.,?])-{2,}(?=\w)|[^\t\n\x0b\x0c\r ]+?(?:-(?:(?<=[^\d\W][^\d\W]-)|(?<=[^\d\W]-[\w!"'&.,?]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\x0b\x0c\r ]|\Z)|(?<=[\w!"'&.,?])(?=-{2,}\w))"#;

/// `textwrap.wrap` of the pieces of one line.
fn wrap(chunks: Vec<&str>, width: usize, breaks: bool, hyphens: bool) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let mut chunks: std::collections::VecDeque<String> =
        chunks.into_iter().map(str::to_owned).collect();
    let mut lines: Vec<String> = Vec::new();
    while let Some(first) = chunks.front() {
        if first.trim().is_empty() && !lines.is_empty() {
            chunks.pop_front();
        }
        let mut line: Vec<String> = Vec::new();
        let mut taken = 0;
        while let Some(chunk) = chunks.pop_front_if(|it| taken + length(it) <= width) {
            taken += length(&chunk);
            line.push(chunk);
        }
        if let Some(chunk) = chunks.pop_front_if(|it| length(it) > width) {
            if breaks {
                let room = width - taken;
                let mut end = room;
                let head: String = chunk.chars().take(room).collect();
                if hyphens
                    && let Some(at) = head.rfind('-')
                    && head[..at].contains(|it| it != '-')
                {
                    end = head[..at].chars().count() + 1;
                }
                line.push(chunk.chars().take(end).collect());
                chunks.push_front(chunk.chars().skip(end).collect());
            } else if line.is_empty() {
                line.push(chunk);
            } else {
                chunks.push_front(chunk);
            }
        }
        if line.last().is_some_and(|it| it.trim().is_empty()) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(line.concat());
        }
    }
    lines
}

fn truncate(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let length = size(args, 0, "length", 255)?;
    let end = args.str(2, "end")?.unwrap_or("...");
    let leeway = size(args, 3, "leeway", 5)?;
    if length < end.chars().count() {
        return Err(Failure::failed(format!(
            "`truncate` has no room for `{end}` in {length} characters"
        )));
    }
    if text.chars().count() <= length + leeway {
        return Ok(text.into());
    }
    let cut: String = text
        .chars()
        .take(length.saturating_sub(end.chars().count()))
        .collect();
    if args.is_set(1, "killwords") {
        return Ok(format!("{cut}{end}").into());
    }
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    Ok(format!("{whole}{end}").into())
}

fn comment(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    if !matches!(value, Value::Str(_)) {
        return Err(Failure::failed(format!(
            "`comment` needs a string, not a {}",
            value.type_name()
        )));
    }
    let style = args.str(0, "style")?.unwrap_or("plain");
    let (beginning, decoration, end) = match style {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no style of `comment`"
            )));
        }
    };
    let own = |name: &str, usual: &str| -> Eval<String> {
        Ok(args.str(NAMED, name)?.unwrap_or(usual).to_owned())
    };
    let times = |name: &str| -> Eval<usize> { Ok(size(args, NAMED, name, 1)?.min(1000)) };
    let newline = own("newline", "\n")?;
    let decoration = own("decoration", decoration)?;
    let prefix = own("prefix", decoration.trim_end())?;
    let postfix = own("postfix", decoration.trim_end())?;
    let beginning = own("beginning", beginning)?;
    let end = own("end", end)?;
    let mut out = Text::new();
    if !beginning.is_empty() {
        out.push_str(&format!("{beginning}{newline}"));
    }
    if !prefix.is_empty() {
        let line = if prefix == newline {
            newline.clone()
        } else {
            format!("{prefix}{newline}")
        };
        out.push_str(&line.repeat(times("prefix_count")?));
    }
    let text = value.to_text();
    let mut body = Text::from(decoration.as_str());
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => body.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                body.push_str(&literal.replace(&newline, &format!("{newline}{decoration}")));
            }
        }
    }
    // A line with nothing but the decoration has no spaces at its end.
    let bare = format!("{decoration}{newline}");
    let stripped = format!("{}{newline}", decoration.trim_end());
    for piece in body.pieces() {
        match piece {
            Piece::Hole(hole) => out.push_hole(hole.clone()),
            Piece::Literal(literal) => out.push_str(&literal.replace(&bare, &stripped)),
        }
    }
    out.push_str(&format!("{newline}{postfix}").repeat(times("postfix_count")?));
    if !end.is_empty() {
        out.push_str(&format!("{newline}{end}"));
    }
    Ok(Value::Str(out))
}
