//! Resources without secrets: whatever an importer says that a machine must have goes through here.
//!
//! What has room for a hole gets one in place of each secret. What has none, such as the options of a mount, is left to
//! the person as a whole.

use super::redact::{Taken, hole, redact_text, redact_words};
use crate::model::{
    Application, Command, Container, Content, FileLine, Hole, HoleKind, Opaque, Piece, Resource,
    Step, Text, UnitSection, User,
};
use crate::secret::{self, holds_secret, is_secret_name, may_be_secret};

/// Puts holes in place of the secrets of a resource, which are added to `taken`.
pub(crate) fn conceal(resource: &mut Resource, taken: &mut Taken) {
    if let Some(opaque) = refused(resource, &secret::conceal) {
        *resource = Resource::Opaque(opaque);
    }
    match resource {
        Resource::File(file) => {
            if let Content::Text(text) = &mut file.content {
                let what = format!("the file {}", file.path);
                let is_whole = text.plain().is_some_and(|it| holds_secret(&file.path, it));
                if is_whole {
                    *text = Text::hole(hole(what, None));
                } else {
                    within(text, &file.path, &file.path, taken);
                    silence(text);
                }
            }
        }
        Resource::FileLine(line) => {
            let (written, path) = (line.line.clone(), line.path.clone());
            within(&mut line.line, &path, &path, taken);
            if line.line != written && path != FileLine::DEBCONF {
                (line.name, line.value) = FileLine::halves(&line.line);
            }
            let value = line.value.clone();
            named(&line.name, &mut line.value, &path, taken);
            if line.value != value && line.line == written {
                line.line = Text::from(format!("{} ", line.name));
                line.line.push(&line.value);
            }
        }
        Resource::Unit(unit) => sections(&mut unit.sections, &unit.name, taken),
        Resource::NetworkUnit(unit) => {
            // `Token=` there is the lower half of an address.
            let mut token = Vec::new();
            for section in &mut unit.sections {
                token.push(section.directives.shift_remove("Token"));
            }
            sections(&mut unit.sections, &unit.name, taken);
            for (section, token) in unit.sections.iter_mut().zip(token) {
                if let Some(values) = token {
                    section.directives.insert("Token".to_owned(), values);
                }
            }
        }
        Resource::CronJob(job) => {
            let of = format!("the job {}", job.name);
            within(&mut job.command, "", &of, taken);
        }
        Resource::Step(step) => of_step(step, taken),
        Resource::Container(container) => of_container(container, taken),
        Resource::ContainerNetwork(network) => {
            let what = format!("the network {}", network.name);
            each(&mut network.options, &what, taken);
        }
        Resource::Application(application) => of_application(application, taken),
        Resource::User(user) => of_user(user),
        Resource::Opaque(opaque) => of_opaque(opaque, taken),
        Resource::Contradicted(it) => {
            conceal(&mut it.resource, taken);
            it.reason = secret::conceal(&it.reason);
        }
        _ => {}
    }
}

/// What has only strings and a secret among them cannot be stated. `show` puts dots in the place of a secret.
pub(super) fn refused(resource: &Resource, show: &dyn Fn(&str) -> String) -> Option<Opaque> {
    let (subject, title, texts): (&str, &str, Vec<String>) = match resource {
        Resource::Setting(it) => (
            "setting",
            &it.name,
            vec![format!("{}={}", it.name, it.value)],
        ),
        Resource::Mount(it) => {
            let options = it.options.iter().map(|it| it.replace(',', "\n"));
            let device = std::iter::once(it.device.clone());
            ("mount", &it.path, device.chain(options).collect())
        }
        Resource::Sysctl(it) => (
            "sysctl",
            &it.name,
            vec![format!("{}={}", it.name, it.value)],
        ),
        Resource::SshdSetting(it) => ("sshd", &it.keyword, vec![it.value.clone()]),
        Resource::CronJob(it) => ("cron", &it.name, it.environment.clone()),
        _ => return None,
    };
    let shown: Vec<String> = texts.iter().map(|it| show(it)).collect();
    if shown == texts {
        return None;
    }
    Some(Opaque {
        subject: subject.to_owned(),
        title: String::new(),
        reason: format!("{subject} `{title}` has a secret, which must not reach the store"),
        cure: Some("Give it in a file below /run/secrets to what needs it.".to_owned()),
        lines: shown.into_iter().map(Text::from).collect(),
    })
}

/// A secret in a comment has no meaning, so that nobody has to be asked for it.
fn silence(text: &mut Text) {
    let is_secret = |it: &Hole| it.kind == HoleKind::Secret;
    if !text.holes().any(is_secret) {
        return;
    }
    let mut out = Text::new();
    let mut line = String::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => {
                out.push_str(literal);
                match literal.rsplit_once('\n') {
                    Some((_, last)) => last.clone_into(&mut line),
                    None => line.push_str(literal),
                }
            }
            Piece::Hole(hole) if is_secret(hole) && secret::is_comment(&line) => {
                out.push_str("...");
            }
            Piece::Hole(hole) => out.push_hole(hole.clone()),
        }
    }
    *text = out;
}

/// Puts holes into a text. `of` is what the text belongs to.
fn within(text: &mut Text, path: &str, of: &str, taken: &mut Taken) {
    let what = |line: usize, name: Option<&str>| match name {
        _ if path.is_empty() => named_so(name, of),
        Some(name) => format!("{of}:{line} {name}"),
        None => format!("{of}:{line}"),
    };
    if let Some(new) = redact_text(text, path, what, taken) {
        *text = new;
    }
}

/// Puts a hole in place of the value of a name that says that it is secret; else into the value.
fn named(name: &str, value: &mut Text, of: &str, taken: &mut Taken) {
    let given = value.plain().filter(|it| may_be_secret(it));
    match given.filter(|_| is_secret_name(name)) {
        Some(given) => {
            let hole = hole(format!("{name} of {of}"), None);
            taken.push((given.to_owned(), hole.clone()));
            *value = Text::hole(hole);
        }
        None => within(value, "", of, taken),
    }
}

fn each(texts: &mut [Text], of: &str, taken: &mut Taken) {
    for text in texts {
        within(text, "", of, taken);
    }
}

fn sections(sections: &mut [UnitSection], unit: &str, taken: &mut Taken) {
    for section in sections {
        for (name, values) in &mut section.directives {
            for value in values {
                named(name, value, unit, taken);
            }
        }
    }
}

fn of_step(step: &mut Step, taken: &mut Taken) {
    step.name = secret::conceal(&step.name);
    let of = match step.name.lines().next() {
        Some(name) if !name.trim().is_empty() => format!("the step {}", name.trim()),
        _ => "a command".to_owned(),
    };
    command(&mut step.command, &of, taken);
    for (name, value) in &mut step.environment {
        named(name, value, &of, taken);
    }
}

fn command(it: &mut Command, of: &str, taken: &mut Taken) {
    match it {
        Command::Words(words) => words_of(words, of, taken),
        Command::Script { text, .. } => within(text, "", of, taken),
    }
}

/// An option and its value are two words: the words are looked at as the line that they make.
fn words_of(words: &mut [Text], of: &str, taken: &mut Taken) {
    redact_words(words, |_, name| named_so(name, of), taken);
}

fn named_so(name: Option<&str>, of: &str) -> String {
    match name {
        Some(name) => format!("{name} of {of}"),
        None => format!("a password of {of}"),
    }
}

fn of_container(container: &mut Container, taken: &mut Taken) {
    let of = format!("the container {}", container.name);
    for (name, value) in container
        .environment
        .iter_mut()
        .chain(&mut container.labels)
    {
        named(name, value, &of, taken);
    }
    within(&mut container.image, "", &of, taken);
    words_of(&mut container.command, &of, taken);
    words_of(&mut container.entrypoint, &of, taken);
    words_of(&mut container.options, &of, taken);
    each(&mut container.volumes, &of, taken);
}

fn of_application(application: &mut Application, taken: &mut Taken) {
    let of = format!("the service {}", application.name);
    for it in &mut application.environment {
        let variable = &mut it.value;
        named(&variable.name, &mut variable.value, &of, taken);
    }
    if let Some(it) = &mut application.command {
        command(&mut it.value, &of, taken);
    }
    if let Some(it) = &mut application.health {
        command(&mut it.value.command, &of, taken);
    }
}

/// Any password is a secret, a hash too; what bars the way in is none.
fn of_user(user: &mut User) {
    let is_mark =
        |it: &str| matches!(it, "" | "!" | "!!" | "*" | "x") || it.starts_with(['!', '*']);
    let given = user.password.as_ref().and_then(Text::plain);
    if given.is_some_and(|it| !is_mark(it)) {
        user.password = Some(Text::hole(hole(
            format!("the password of the user {}", user.name),
            None,
        )));
    }
    user.comment = user.comment.take().map(|it| secret::conceal(&it));
}

fn of_opaque(opaque: &mut Opaque, taken: &mut Taken) {
    for text in [&mut opaque.title, &mut opaque.reason] {
        *text = secret::conceal(text);
    }
    opaque.cure = opaque.cure.take().map(|it| secret::conceal(&it));
    // A key has several lines.
    let mut whole = Text::new();
    for line in &opaque.lines {
        whole.push(line);
        whole.push_str("\n");
    }
    let what = |_: usize, name: Option<&str>| named_so(name, &opaque.subject);
    if let Some(new) = redact_text(&whole, "", what, taken) {
        opaque.lines = new.lines();
    }
}
