//! `template`: a template of the input, rendered, to the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/template_module.html>

use super::copy::{Way, one_file};
use super::paths::{Asset, base_name, find, wishes};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::play::trace::rendered;
use crate::import::ansible::scope::Whitespace;
use crate::model::{Content, Hole, HoleKind, Piece, Text};
use crate::source::{FileId, Span};

pub(super) const MODULE: Module = Module {
    names: &["template"],
    collection: "ansible.builtin",
    becomes: "A file with the rendered text: environment.etc below /etc, systemd.tmpfiles.rules elsewhere; what \
              its lines ask for where the file is of a known kind; the options of the service where a rule reads \
              the file. A value that is secret is read from a file below /run/secrets.",
    kind: Kind::Changes,
    run,
};

/// The marks of Jinja, which the evaluator knows; others are refused.
const MARKS: [(&str, &str); 6] = [
    ("block_start_string", "{%"),
    ("block_end_string", "%}"),
    ("variable_start_string", "{{"),
    ("variable_end_string", "}}"),
    ("comment_start_string", "{#"),
    ("comment_end_string", "#}"),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate"]);
    let source = params.required(&["src"])?;
    let dest = params.required(&["dest"])?;
    let whitespace = Whitespace {
        trim_blocks: params.flag(&["trim_blocks"])?.unwrap_or(true),
        lstrip_blocks: params.flag(&["lstrip_blocks"])?.unwrap_or(false),
    };
    for (name, usual) in MARKS {
        let mark = params.string(&[name])?;
        if mark.is_some_and(|mark| mark != usual) {
            let reason =
                format!("the template has marks of its own (`{name}`), which are not read here");
            return Err(Refusal::new(Code::TemplateFailed, reason));
        }
    }
    let line_end = params.string(&["newline_sequence"])?;
    let encoding = params.string(&["output_encoding"])?;
    if encoding.is_some_and(|it| !it.eq_ignore_ascii_case("utf-8")) {
        return Err(Refusal::new(
            Code::CannotState,
            "the file is written in another encoding than UTF-8",
        ));
    }
    let way = Way {
        dest,
        wishes: wishes(params)?,
        folder_mode: None,
        force: params.flag(&["force"])?.unwrap_or(true),
        follow: params.flag(&["follow"])?.unwrap_or(false),
        local_follow: true,
        preserves: false,
        checksum: None,
    };
    let file = match find(run, &source, "templates")? {
        Asset::File(file) => file,
        Asset::Folder(path) => {
            let reason = format!("`{path}` is a folder, and a template is a file");
            return Err(Refusal::new(Code::BadInput, reason));
        }
    };
    if run.is_traced {
        run.scope.watch();
    }
    let text = render(file, whitespace, run)?;
    if run.is_traced {
        run.rendered = Some(rendered(run.scope, file, &text));
    }
    let text = match line_end.as_deref() {
        None | Some("\n" | "\\n") => text,
        Some(end) => with_line_end(&text, &end.replace("\\r", "\r").replace("\\n", "\n")),
    };
    one_file(Content::Text(text), base_name(&source), way, run)
}

fn render(file: FileId, whitespace: Whitespace, run: &mut Run<'_, '_>) -> Result<Text, Refusal> {
    let tree = run.library.tree;
    if tree
        .text(file)
        .is_ok_and(|it| it.starts_with("$ANSIBLE_VAULT"))
    {
        return Ok(Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("the template {}", tree.path(file)),
            span: Some(Span::new(file, 0, 0)),
        }));
    }
    run.scope.render(file, whitespace).map_err(|failure| {
        let span = failure.span.unwrap_or(run.task.span);
        run.diags.at(failure.code, span, failure.message.clone());
        let reason = format!(
            "the template `{}` fails: {}",
            tree.path(file),
            failure.message
        );
        Refusal::new(Code::TemplateFailed, reason)
    })
}

fn with_line_end(text: &Text, end: &str) -> Text {
    let mut new = Text::new();
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => new.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                new.push_str(&literal.split('\n').collect::<Vec<_>>().join(end));
            }
        }
    }
    new
}
