//! Resources without secrets: whatever an importer says that a machine must have goes through here.
//!
//! What has room for a hole gets one in place of each secret. What has none, such as the options of a mount, is left to
//! the person as a whole.

use super::redact::{hole, redact_text, redact_words};
use crate::model::{
    Application, Command, Container, Content, FileLine, Opaque, Resource, Step, Text, UnitSection,
    User,
};
use crate::secret::{self, is_secret_file, is_secret_name, may_be_secret};

/// Puts holes in place of the secrets of a resource.
pub(crate) fn conceal(resource: &mut Resource) {
    if let Some(opaque) = refused(resource) {
        *resource = Resource::Opaque(opaque);
    }
    match resource {
        Resource::File(file) => {
            if let Content::Text(text) = &mut file.content {
                let what = format!("the file {}", file.path);
                let is_whole = text.plain().is_some_and(|it| !it.trim().is_empty());
                if is_whole && is_secret_file(&file.path) {
                    *text = Text::hole(hole(what, None));
                } else {
                    within(text, &file.path, &file.path);
                }
            }
        }
        Resource::FileLine(line) => {
            let (written, path) = (line.line.clone(), line.path.clone());
            within(&mut line.line, &path, &path);
            if line.line != written && path != FileLine::DEBCONF {
                (line.name, line.value) = FileLine::halves(&line.line);
            }
            let value = line.value.clone();
            named(&line.name, &mut line.value, &path);
            if line.value != value && line.line == written {
                line.line = Text::from(format!("{} ", line.name));
                line.line.push(&line.value);
            }
        }
        Resource::Unit(unit) => sections(&mut unit.sections, &unit.name),
        Resource::NetworkUnit(unit) => {
            // `Token=` there is the lower half of an address.
            let mut token = Vec::new();
            for section in &mut unit.sections {
                token.push(section.directives.shift_remove("Token"));
            }
            sections(&mut unit.sections, &unit.name);
            for (section, token) in unit.sections.iter_mut().zip(token) {
                if let Some(values) = token {
                    section.directives.insert("Token".to_owned(), values);
                }
            }
        }
        Resource::CronJob(job) => within(&mut job.command, "", &format!("the job {}", job.name)),
        Resource::Step(step) => of_step(step),
        Resource::Container(container) => of_container(container),
        Resource::ContainerNetwork(network) => {
            let what = format!("the network {}", network.name);
            each(&mut network.options, &what);
        }
        Resource::Application(application) => of_application(application),
        Resource::User(user) => of_user(user),
        Resource::Opaque(opaque) => of_opaque(opaque),
        Resource::Contradicted(it) => {
            conceal(&mut it.resource);
            it.reason = secret::conceal(&it.reason);
        }
        _ => {}
    }
}

/// What has only strings and a secret among them cannot be stated.
fn refused(resource: &Resource) -> Option<Opaque> {
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
    let shown: Vec<String> = texts.iter().map(|it| secret::conceal(it)).collect();
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

/// Puts holes into a text. `of` is what the text belongs to.
fn within(text: &mut Text, path: &str, of: &str) {
    let what = |line: usize, name: Option<&str>| match name {
        _ if path.is_empty() => named_so(name, of),
        Some(name) => format!("{of}:{line} {name}"),
        None => format!("{of}:{line}"),
    };
    if let Some(new) = redact_text(text, path, what) {
        *text = new;
    }
}

/// Puts a hole in place of the value of a name that says that it is secret; else into the value.
fn named(name: &str, value: &mut Text, of: &str) {
    let is_secret = is_secret_name(name)
        && value.holes().next().is_none()
        && value.plain().is_some_and(may_be_secret);
    if is_secret {
        *value = Text::hole(hole(format!("{name} of {of}"), None));
    } else {
        within(value, "", of);
    }
}

fn each(texts: &mut [Text], of: &str) {
    for text in texts {
        within(text, "", of);
    }
}

fn sections(sections: &mut [UnitSection], unit: &str) {
    for section in sections {
        for (name, values) in &mut section.directives {
            for value in values {
                named(name, value, unit);
            }
        }
    }
}

fn of_step(step: &mut Step) {
    step.name = secret::conceal(&step.name);
    let of = match step.name.lines().next() {
        Some(name) if !name.trim().is_empty() => format!("the step {}", name.trim()),
        _ => "a command".to_owned(),
    };
    command(&mut step.command, &of);
    for (name, value) in &mut step.environment {
        named(name, value, &of);
    }
}

fn command(it: &mut Command, of: &str) {
    match it {
        Command::Words(words) => words_of(words, of),
        Command::Script { text, .. } => within(text, "", of),
    }
}

/// An option and its value are two words: the words are looked at as the line that they make.
fn words_of(words: &mut [Text], of: &str) {
    redact_words(words, |_, name| named_so(name, of));
}

fn named_so(name: Option<&str>, of: &str) -> String {
    match name {
        Some(name) => format!("{name} of {of}"),
        None => format!("a password of {of}"),
    }
}

fn of_container(container: &mut Container) {
    let of = format!("the container {}", container.name);
    for (name, value) in container
        .environment
        .iter_mut()
        .chain(&mut container.labels)
    {
        named(name, value, &of);
    }
    within(&mut container.image, "", &of);
    words_of(&mut container.command, &of);
    words_of(&mut container.entrypoint, &of);
    words_of(&mut container.options, &of);
    each(&mut container.volumes, &of);
}

fn of_application(application: &mut Application) {
    let of = format!("the service {}", application.name);
    for it in &mut application.environment {
        let variable = &mut it.value;
        named(&variable.name, &mut variable.value, &of);
    }
    if let Some(it) = &mut application.command {
        command(&mut it.value, &of);
    }
    if let Some(it) = &mut application.health {
        command(&mut it.value.command, &of);
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

fn of_opaque(opaque: &mut Opaque) {
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
    if let Some(new) = redact_text(&whole, "", |_, name| named_so(name, &opaque.subject)) {
        opaque.lines = new.lines();
    }
}
