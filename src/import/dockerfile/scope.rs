//! The variables of a stage: ARG and ENV, what is not known of them, and what is secret.
//!
//! Values are strings in which a placeholder stands for what is not known or not to be shown.

use std::cell::RefCell;

use indexmap::IndexMap;

use super::base;
use crate::import::redact::Taken;
use crate::model::{Hole, HoleKind, Text};
use crate::secret::{self, is_secret_name, may_be_secret};
use crate::source::Span;
use crate::syntax::dockerfile::{Expanded, Lookup, expand, expand_text};
use crate::syntax::{placeholder, placeholder_index};

/// Arguments that BuildKit knows by itself: what a stage gets where it declares them without a value.
const PLATFORM: [(&str, &str); 8] = [
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETOS", "linux"),
    ("TARGETARCH", "amd64"),
    ("TARGETVARIANT", ""),
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDOS", "linux"),
    ("BUILDARCH", "amd64"),
    ("BUILDVARIANT", ""),
];

/// What is assumed where one of them is used.
pub(super) const PLATFORM_CLAUSE: &str = "the machine is linux/amd64";

/// Arguments that need no declaration.
const PREDEFINED: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// The search path of images that say nothing else.
pub(super) const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What placeholders stand for.
#[derive(Debug, Default)]
pub(super) struct Holes {
    list: RefCell<Vec<Hole>>,
    taken: RefCell<Taken>,
}

impl Holes {
    /// Returns the placeholder of a hole, the same for the same hole.
    pub(super) fn place(&self, kind: HoleKind, what: String, span: Option<Span>) -> String {
        let mut list = self.list.borrow_mut();
        let hole = Hole { kind, what, span };
        let index = list.iter().position(|it| *it == hole).unwrap_or_else(|| {
            list.push(hole);
            list.len() - 1
        });
        placeholder(index).map_or_else(String::new, String::from)
    }

    /// As `place`, of a secret that is known.
    fn place_secret(&self, what: String, value: &str, span: Span) -> String {
        let hole = Hole {
            kind: HoleKind::Secret,
            what: what.clone(),
            span: Some(span),
        };
        self.taken.borrow_mut().push((value.to_owned(), hole));
        self.place(HoleKind::Secret, what, Some(span))
    }

    /// Remembers secrets that were known.
    pub(super) fn keep(&self, taken: Taken) {
        self.taken.borrow_mut().extend(taken);
    }

    /// Returns the secrets that were known, and what stands in their places.
    pub(super) fn taken(&self) -> Taken {
        self.taken.borrow().clone()
    }

    pub(super) fn text(&self, value: &str) -> Text {
        let list = self.list.borrow();
        let mut text = Text::new();
        for c in value.chars() {
            match placeholder_index(c).and_then(|index| list.get(index)) {
                Some(hole) => text.push_hole(hole.clone()),
                None => text.push_str(c.encode_utf8(&mut [0; 4])),
            }
        }
        text
    }

    /// Returns what of a value is not known.
    pub(super) fn first(&self, value: &str) -> Option<Hole> {
        self.text(value).worst_hole().cloned()
    }
}

/// Tells whether all of a value is known.
pub(super) fn is_plain(value: &str) -> bool {
    !value.chars().any(|c| placeholder_index(c).is_some())
}

/// What an image below knows of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Below {
    /// Nothing but the usual search path.
    #[default]
    Nothing,
    /// Its own, which nobody here knows; its name.
    Image(String),
}

/// The variables of a stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    args: IndexMap<String, Option<String>>,
    env: IndexMap<String, String>,
    pub(super) below: Below,
}

/// A word with its variables in place, and what was found on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) words: Vec<String>,
    pub(super) unset: Vec<String>,
    pub(super) assumptions: Vec<String>,
}

impl Scope {
    /// The scope before the first FROM, in which the platform is known without ARG.
    pub(super) fn global() -> Scope {
        let args = PLATFORM.iter();
        Scope {
            args: args
                .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
                .collect(),
            ..Scope::default()
        }
    }

    pub(super) fn set_arg(&mut self, name: &str, value: Option<String>) {
        self.args.insert(name.to_owned(), value);
    }

    pub(super) fn arg(&self, name: &str) -> Option<&Option<String>> {
        self.args.get(name)
    }

    pub(super) fn set_env(&mut self, name: &str, value: String) {
        self.env.insert(name.to_owned(), value);
    }

    /// Returns the value of a variable, ENV before ARG.
    pub(super) fn lookup(&self, name: &str, holes: &Holes) -> Lookup {
        if let Some(value) = self.env.get(name) {
            return Lookup::Value(value.clone());
        }
        match self.args.get(name) {
            Some(Some(value)) => return Lookup::Value(value.clone()),
            Some(None) => {
                let what = format!("the build argument {name}, which has no value");
                return Lookup::Unknown(holes.place(HoleKind::Unknown, what, None));
            }
            None => {}
        }
        match &self.below {
            Below::Nothing if name == "PATH" => Lookup::Value(USUAL_PATH.to_owned()),
            Below::Nothing => Lookup::Unset,
            Below::Image(image) if base::variable(image, name).is_some() => {
                let value = base::variable(image, name).unwrap_or_default();
                Lookup::Value(value.to_owned())
            }
            Below::Image(image) => {
                let what = format!("the variable {name} of the image {image}");
                Lookup::Unknown(holes.place(HoleKind::Unknown, what, None))
            }
        }
    }

    /// Expands a word of an instruction.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn expand(&self, word: &str, escape: char, holes: &Holes) -> Result<Value, String> {
        self.expand_by(holes, |lookup| expand(word, escape, lookup))
    }

    /// Expands the text of a here-document.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn expand_text(
        &self,
        text: &str,
        escape: char,
        holes: &Holes,
    ) -> Result<Value, String> {
        self.expand_by(holes, |lookup| expand_text(text, escape, lookup))
    }

    fn expand_by(
        &self,
        holes: &Holes,
        run: impl Fn(&dyn Fn(&str) -> Lookup) -> Result<Expanded, String>,
    ) -> Result<Value, String> {
        let assumptions = RefCell::new(Vec::new());
        let lookup = |name: &str| {
            let is_platform = PLATFORM.iter().any(|(it, _)| *it == name);
            if is_platform && !self.env.contains_key(name) && assumptions.borrow().is_empty() {
                assumptions.borrow_mut().push(PLATFORM_CLAUSE.to_owned());
            }
            self.lookup(name, holes)
        };
        let expanded = run(&lookup)?;
        Ok(Value {
            text: expanded.text,
            words: expanded.words,
            unset: expanded.unset,
            assumptions: assumptions.into_inner(),
        })
    }
}

/// Returns the value that an argument gets without a word of the Dockerfile: from the command line or from BuildKit.
pub(super) fn given_arg(
    name: &str,
    build_args: &[(String, Option<String>)],
) -> Option<Option<String>> {
    let given = build_args.iter().rev().find(|(it, _)| it == name);
    if let Some((_, value)) = given {
        return Some(value.clone());
    }
    let platform = PLATFORM.iter().find(|(it, _)| *it == name);
    if let Some((_, value)) = platform {
        return Some(Some((*value).to_owned()));
    }
    // Without one, there is no proxy.
    PREDEFINED.contains(&name).then(|| Some(String::new()))
}

/// Puts a hole in place of a value that its name says to be secret.
pub(super) fn hide(name: &str, value: String, holes: &Holes, span: Span) -> String {
    let is_secret = is_secret_name(name) && is_plain(&value) && may_be_secret(&value);
    if is_secret {
        let what = format!("the value of {name}");
        holes.place_secret(what, &value, span)
    } else {
        hide_credentials(value, holes, span)
    }
}

/// Puts holes in place of what of a value is secret.
pub(super) fn hide_credentials(mut value: String, holes: &Holes, span: Span) -> String {
    for found in secret::find(&value, "").into_iter().rev() {
        let what = match &found.name {
            Some(name) => format!("the value of {name}"),
            None => "the password of a command or an address".to_owned(),
        };
        let hole = holes.place_secret(what, &value[found.start..found.end], span);
        value.replace_range(found.start..found.end, &hole);
    }
    value
}

/// Leaves out what stands behind the `?` of an address: keys and signatures do.
pub(super) fn without_query(address: &str) -> String {
    match address.split_once('?') {
        Some((before, _)) if address.contains("://") => format!("{before}?..."),
        Some(_) | None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Below, Holes, Scope, given_arg};

    #[test]
    fn env_goes_before_arg_and_an_argument_without_value_is_unknown() {
        let holes = Holes::default();
        let mut scope = Scope::default();
        scope.set_arg("a", Some("1".to_owned()));
        scope.set_arg("b", None);
        scope.set_env("c", "3".to_owned());
        scope.set_env("a", "2".to_owned());
        let shown = |scope: &Scope, word: &str| {
            let value = scope.expand(word, '\\', &holes).unwrap();
            holes.text(&value.text).to_string()
        };
        assert_eq!(
            shown(&scope, "$a $b ${b:-x} $c $d"),
            "2 <unknown: the build argument b, which has no value> x 3 "
        );
        scope.below = Below::Image("node:20".to_owned());
        assert_eq!(
            shown(&scope, "$d"),
            "<unknown: the variable d of the image node:20>"
        );
        let value = Scope::global().expand("$TARGETARCH", '\\', &holes).unwrap();
        assert_eq!((value.text.as_str(), value.assumptions.len()), ("amd64", 1));
        assert_eq!(given_arg("no_proxy", &[]), Some(Some(String::new())));
        assert_eq!(given_arg("x", &[("x".to_owned(), None)]), Some(None));
    }
}
