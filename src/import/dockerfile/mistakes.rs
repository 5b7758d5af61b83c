//! What is wrong with a file as a whole, before any of it is played: a template, another program's, no Dockerfile.

use super::recipe::Recipe;
use crate::diag::{self, Diagnostics};
use crate::model::{Entry, Opaque, Resource};
use crate::source::Span;
use crate::syntax::dockerfile::Statement;

impl Recipe<'_> {
    /// Tells why nothing of the file can be translated, and says so.
    pub(super) fn refuse(&self, diags: &mut Diagnostics) -> Option<(&'static str, &'static str)> {
        let start = Span::new(self.given.file, 0, 0);
        let is_hole = |text: &str| text.contains("{{") || text.contains("}}") || has_percents(text);
        let bad = self.file.instructions.iter().enumerate().find(|(_, it)| {
            let is_from = it.keyword == "FROM" && is_hole(&it.rest);
            is_from || it.statement.is_err() && (is_hole(&it.keyword) || is_hole(&it.rest))
        });
        let marked = self
            .file
            .instructions
            .iter()
            .position(|it| has_percents(&it.rest));
        if let Some(at) = bad.map(|(at, _)| at).or(marked) {
            let cure = "render the template, then give what came out of it";
            let message = "the file is a template from which Dockerfiles are made";
            diags.at_with_help(diag::Code::DockerfileTemplate, self.span(at), message, cure);
            return Some((
                "the file is a template from which Dockerfiles are made",
                "Render it, and translate what comes out.",
            ));
        }
        let has_from = self.file.instructions.iter().any(|it| it.keyword == "FROM");
        if has_from {
            return None;
        }
        let cure = "a Dockerfile begins with FROM";
        let message = format!("`{}` is no Dockerfile: it has no FROM", self.given.path);
        diags.at_with_help(diag::Code::DockerfileNoFrom, start, message, cure);
        Some((
            "the file is no Dockerfile: it has no FROM",
            "Give it another kind by --from, or leave it out.",
        ))
    }

    /// Leaves all instructions to the person.
    pub(super) fn manual(&self, reason: &str, cure: &str) -> Vec<Entry> {
        let all = 0..self.items.len();
        all.map(|at| self.left(at, reason, cure)).collect()
    }

    fn left(&self, at: usize, reason: &str, cure: &str) -> Entry {
        let opaque = Opaque {
            subject: self.file.instructions[at]
                .keyword
                .chars()
                .take(40)
                .collect(),
            title: String::new(),
            reason: reason.to_owned(),
            cure: Some(cure.to_owned()),
            lines: Vec::new(),
        };
        self.entry(self.items[at], Resource::Opaque(opaque))
    }

    /// Leaves what stands before the first FROM and is no ARG to the person.
    pub(super) fn misplaced(&self, diags: &mut Diagnostics) -> Vec<Entry> {
        let before = self.file.instructions.iter().enumerate();
        let before = before.take_while(|(_, it)| it.keyword != "FROM");
        let mut entries = Vec::new();
        for (at, it) in before {
            let (why, cure) = match &it.statement {
                Ok(Statement::Arg(_)) => continue,
                Ok(_) => (
                    format!("{} stands before the first FROM", it.keyword),
                    Some("only ARG may stand there: move it below FROM".to_owned()),
                ),
                Err(fault) => (fault.why.clone(), fault.cure.clone()),
            };
            let code = diag::Code::DockerfileSyntax;
            say(diags, code, self.span(at), &why, cure.as_deref());
            entries.push(self.left(at, &why, "Mend the line."));
        }
        entries
    }

    /// Says that another program than Docker's own reads the file.
    pub(super) fn say_frontend(&self, diags: &mut Diagnostics) {
        let own = ["docker/dockerfile", "docker/dockerfile-upstream"];
        for directive in self.file.directives.iter().filter(|it| it.name == "syntax") {
            let image = directive.value.split([':', '@']).next().unwrap_or_default();
            let name = image.strip_prefix("docker.io/").unwrap_or(image);
            if !own.contains(&name) {
                let place = directive.place;
                diags.at_with_help(
                    diag::Code::DockerfileFrontend,
                    Span::new(self.given.file, place.start, place.end),
                    format!("the file is for the frontend `{image}`"),
                    "look at what it reads otherwise than Docker's own",
                );
            }
        }
    }
}

pub(super) fn say(
    diags: &mut Diagnostics,
    code: diag::Code,
    span: Span,
    message: &str,
    cure: Option<&str>,
) {
    match cure {
        Some(cure) => diags.at_with_help(code, span, message, cure),
        None => diags.at(code, span, message),
    }
}

/// `%%NAME%%`
fn has_percents(text: &str) -> bool {
    text.split("%%").skip(1).step_by(2).any(|name| {
        name.len() > 2
            && text.matches("%%").count() > 1
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    })
}
