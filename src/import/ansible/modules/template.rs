//! `template`: a template of the input, rendered, to the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/template_module.html>

use super::copy::{Way, one_file};
use super::paths::{Asset, base_name, find, wishes};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::jinja::MARKS;
use crate::import::ansible::left_open::filled_text;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::play::trace::rendered;
use crate::import::ansible::scope::{Binding, Failure, Layer};
use crate::import::ansible::secret::with_missing;
use crate::import::ansible::value::Value;
use crate::model::{Content, Hole, HoleKind, Text};
use crate::source::{FileId, Span};
use crate::syntax::jinja::Settings;

pub(super) const MODULE: Module = Module {
    names: &["template"],
    collection: "ansible.builtin",
    becomes: "A file with the rendered text: environment.etc below /etc, systemd.tmpfiles.rules elsewhere; what \
              its lines ask for where the file is of a known kind; the options of the service where a rule reads \
              the file. A value that is secret is read from a file below /run/secrets.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate"]);
    let source = params.required(&["src"])?;
    let dest = params.required(&["dest"]);
    let settings = settings(params)?;
    let encoding = params.string(&["output_encoding"])?;
    let wishes = wishes(params)?;
    let force = params.flag(&["force"])?.unwrap_or(true);
    let follow = params.flag(&["follow"])?.unwrap_or(false);
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
    let names = names(&source, dest.as_deref().ok(), file, run);
    let made = render(file, settings, names, run);
    if run.is_traced {
        run.rendered = Some(rendered(run.scope, file, made.as_ref()));
    }
    let text = made.map_err(|failure| {
        let span = failure.span.unwrap_or(run.task.span);
        run.diags.at(failure.code, span, failure.message.clone());
        let template = run.library.tree.path(file);
        let reason = format!("the template `{template}` fails: {}", failure.message);
        Refusal::new(Code::TemplateFailed, reason)
    })?;
    check_encoding(encoding.as_deref(), &text)?;
    let way = Way {
        dest: dest?,
        wishes,
        folder_mode: None,
        force,
        follow,
        local_follow: true,
        preserves: false,
        checksum: None,
    };
    one_file(Content::Text(text), base_name(&source), way, run)
}

/// Reads how the template is marked and what is cut around its tags.
fn settings(params: &mut Params) -> Result<Settings, Refusal> {
    let usual = Settings::default();
    let mut marks = usual.marks.clone();
    for (mark, name) in marks.iter_mut().zip(MARKS) {
        if let Some(given) = params.string(&[name])? {
            *mark = given;
        }
    }
    let newline = match params.string(&["newline_sequence"])?.as_deref() {
        None | Some("\n" | "\\n") => "\n",
        Some("\r" | "\\r") => "\r",
        Some("\r\n" | "\\r\\n") => "\r\n",
        Some(other) => {
            let reason = format!("`{other}` is no `newline_sequence`");
            return Err(Refusal::new(Code::TemplateFailed, reason));
        }
    };
    let [block, _, variable, _, comment, _] = &marks;
    if block == variable || variable == comment || block == comment {
        let reason = "blocks, variables and comments of the template start with the same";
        return Err(Refusal::new(Code::TemplateFailed, reason));
    }
    Ok(Settings {
        trim_blocks: params.flag(&["trim_blocks"])?.unwrap_or(true),
        lstrip_blocks: params.flag(&["lstrip_blocks"])?.unwrap_or(false),
        newline: newline.to_owned(),
        marks,
        ..usual
    })
}

/// Returns what only a template knows: about itself, and who renders it, which nobody can tell here.
fn names(source: &str, dest: Option<&str>, file: FileId, run: &Run<'_, '_>) -> Layer {
    let path = run.library.tree.path(file);
    let unknown = |what: &str| Value::unknown(what, Some(Span::new(file, 0, 0)));
    let mut layer = Layer::default();
    for (name, value) in [
        ("template_host", unknown("the name of the control node")),
        ("template_uid", unknown("the owner of the template")),
        (
            "template_mtime",
            unknown("the time when the template was changed"),
        ),
        ("template_run_date", unknown("the time of the run")),
        ("template_path", Value::str(source)),
        ("template_fullpath", Value::str(path)),
        (
            "template_destpath",
            dest.map_or_else(|| unknown("the place of the file"), Value::str),
        ),
    ] {
        layer.vars.insert(name.to_owned(), Binding::Value(value));
    }
    layer
}

fn render(
    file: FileId,
    settings: Settings,
    names: Layer,
    run: &Run<'_, '_>,
) -> Result<Text, Failure> {
    let tree = run.library.tree;
    let text = tree.text(file);
    if text.is_ok_and(|it| it.starts_with("$ANSIBLE_VAULT")) {
        return Ok(Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("the template {}", tree.path(file)),
            span: Some(Span::new(file, 0, 0)),
        }));
    }
    let made = with_missing(&run.scope.with(names), |scope| {
        scope.render(file, settings.clone())
    });
    made.map(|text| filled_text(run.scope, &text))
}

/// Files are texts in UTF-8 here; other encodings are the same only for ASCII.
fn check_encoding(encoding: Option<&str>, text: &Text) -> Result<(), Refusal> {
    let name = encoding.unwrap_or_default().to_ascii_lowercase();
    let name = name.replace(['_', ' '], "-");
    let is_wider = [
        "ascii",
        "us-ascii",
        "latin",
        "iso-8859",
        "iso8859",
        "cp12",
        "windows-12",
    ]
    .iter()
    .any(|it| name.starts_with(it));
    match name.as_str() {
        "" | "utf-8" | "utf8" | "u8" => Ok(()),
        _ if is_wider && text.plain().is_some_and(str::is_ascii) => Ok(()),
        _ => Err(Refusal::new(
            Code::CannotState,
            "the file is written in another encoding than UTF-8",
        )),
    }
}
