//! `Vaults`: what the passwords of a run open. Nothing of it is ever shown: a value that comes out is a hole of the kind
//! secret, whose text only decisions look at; of a vaulted file of variables the names of its keys and the lengths of
//! its lists are no secret.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/vault_guide/index.html>

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scope::{is_template, secret_hole};
use super::settings::setting;
use super::value::Value;
use crate::diag::{Code, Diagnostics};
use crate::import::redact::Taken;
use crate::secret::is_secret_name;
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::ansible_vault::{self, Problem};
use crate::syntax::yaml::{self, Kind, Node, Scalar, Style};

const SETTINGS: &str = "ansible.cfg";
/// The tag of a node that stands for a value of a vaulted file; its text is what the value is called.
pub(super) const SEALED: &str = "sealed";

/// A password of vaults.
#[derive(Clone)]
pub struct Password {
    bytes: Vec<u8>,
}

impl Password {
    /// Takes the content of a file of passwords: blanks around it do not count. `None` where nothing is left.
    pub fn new(content: &[u8]) -> Option<Password> {
        let bytes = content.trim_ascii().to_vec();
        (!bytes.is_empty()).then_some(Password { bytes })
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// A value of a vaulted file.
#[derive(Clone)]
pub(super) enum Sealed {
    Text(String),
    /// It is rendered when it is used.
    Template(String),
    /// A number or a boolean.
    Other(Value),
    /// A vault inside of the vault.
    Vault(String),
}

/// What the passwords of a run open.
#[derive(Default)]
pub(crate) struct Vaults {
    passwords: Vec<Password>,
    /// What was opened, by the text of the vault; `None` where no password opens it.
    opened: Mutex<HashMap<String, Option<Arc<str>>>>,
    sealed: Mutex<HashMap<String, Sealed>>,
    /// What secrets are, by what their holes are called; for decisions, never for output.
    kept: Mutex<HashMap<String, Value>>,
    problems: Mutex<BTreeMap<Place, String>>,
}

/// A place by which problems are sorted: file, start and end.
type Place = (FileId, u32, u32);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Vaults {
    /// Takes the passwords of the command line, and those that ansible.cfg names and that lie in the input.
    pub(super) fn of(tree: &SourceTree, passwords: &[Password], diags: &mut Diagnostics) -> Vaults {
        let mut passwords = passwords.to_vec();
        passwords.extend(configured(tree, diags));
        Vaults {
            passwords,
            ..Vaults::default()
        }
    }

    /// Opens a vault. Where there are passwords and none fits, the problem is kept for `report`.
    pub(super) fn open(&self, vault: &str, span: Span) -> Option<Arc<str>> {
        if self.passwords.is_empty() {
            return None;
        }
        let known = lock(&self.opened).get(vault).cloned();
        let opened = known.unwrap_or_else(|| {
            // To find the keys takes thousands of rounds: others need not wait for it.
            let found = self.opened_by_any(vault, span);
            lock(&self.opened).insert(vault.to_owned(), found.clone());
            found
        });
        if opened.is_none() {
            self.note(span, "no password that was given opens this vault");
        }
        opened
    }

    fn opened_by_any(&self, vault: &str, span: Span) -> Option<Arc<str>> {
        for password in &self.passwords {
            match ansible_vault::open(vault, &password.bytes) {
                Ok(bytes) => match String::from_utf8(bytes) {
                    Ok(text) => return Some(text.into()),
                    Err(_) => self.note(span, "what this vault holds is no UTF-8"),
                },
                Err(Problem::Password) => {}
                Err(Problem::Format(why)) => {
                    self.note(span, &format!("this vault cannot be opened: {why}"));
                }
            }
        }
        None
    }

    /// The first problem of a place counts.
    fn note(&self, span: Span, message: &str) {
        let place = (span.file, span.start, span.end);
        let mut problems = lock(&self.problems);
        problems.entry(place).or_insert_with(|| message.to_owned());
    }

    /// Says which vaults did not open.
    pub(super) fn report(&self, diags: &mut Diagnostics) {
        for ((file, start, end), message) in std::mem::take(&mut *lock(&self.problems)) {
            let span = Span::new(file, start as usize, end as usize);
            let help = "look at --vault-password-file and --vault-id; without the right password its values stay \
                        references to secrets";
            diags.at_with_help(Code::VaultPassword, span, message, help);
        }
    }

    /// Reads the variables of an opened vault. The nodes hold what the values are called, never the values.
    pub(super) fn variables(
        &self,
        tree: &SourceTree,
        file: FileId,
        text: &str,
        span: Span,
    ) -> Option<Arc<Node>> {
        match yaml::read_text(text, file) {
            Ok(documents) => {
                let root = documents.first()?;
                Some(self.seal(root, tree.path(file), span))
            }
            Err(_) => {
                // What the parser says may quote what it read.
                self.note(span, "what this vault holds is no YAML");
                None
            }
        }
    }

    fn seal(&self, node: &Node, name: &str, span: Span) -> Arc<Node> {
        let kind = match &node.kind {
            Kind::Mapping(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| {
                    let shown = key.text().unwrap_or("a list");
                    let key = Node {
                        span,
                        ..Node::clone(key)
                    };
                    (
                        Arc::new(key),
                        self.seal(value, &format!("{name} {shown}"), span),
                    )
                });
                Kind::Mapping(pairs.collect())
            }
            Kind::Sequence(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(number, item)| self.seal(item, &format!("{name} {number}"), span));
                Kind::Sequence(items.collect())
            }
            Kind::Scalar { .. } => return self.seal_scalar(node, name, span),
        };
        let tag = None;
        Arc::new(Node { kind, span, tag })
    }

    fn seal_scalar(&self, node: &Node, name: &str, span: Span) -> Arc<Node> {
        let text = |text: &str| text.to_owned();
        let sealed = match (node.tag.as_deref(), node.scalar()) {
            (Some("vault" | "vault-encrypted"), _) => {
                Sealed::Vault(text(node.text().unwrap_or_default()))
            }
            (Some("unsafe"), Some(Scalar::Str(it))) => Sealed::Text(text(it)),
            (_, Some(Scalar::Str(it))) if is_template(it) => Sealed::Template(text(it)),
            (_, Some(Scalar::Str(it))) => Sealed::Text(text(it)),
            (_, None | Some(Scalar::Null)) => {
                // That nothing is there is no secret.
                return Arc::new(Node {
                    span,
                    ..node.clone()
                });
            }
            (_, Some(other)) => Sealed::Other(Value::from_scalar(other)),
        };
        lock(&self.sealed).insert(name.to_owned(), sealed);
        let kind = Kind::Scalar {
            text: name.to_owned(),
            style: Style::SingleQuoted,
        };
        let tag = Some(SEALED.to_owned());
        Arc::new(Node { kind, span, tag })
    }

    /// Returns the value of a vaulted file that is called so.
    pub(super) fn unsealed(&self, name: &str) -> Option<Sealed> {
        lock(&self.sealed).get(name).cloned()
    }

    /// Keeps what a secret is, under what its hole is called.
    pub(super) fn keep(&self, what: &str, value: Value) {
        lock(&self.kept).insert(what.to_owned(), value);
    }

    /// Returns the texts that came out of vaults under a name that says that they are secret, with the holes that stand
    /// for them: what else is in a vault may stand elsewhere for everybody to read.
    pub(super) fn taken(&self) -> Taken {
        let kept = lock(&self.kept);
        let texts = kept.iter();
        let mut texts: Vec<(&String, &str)> = texts
            .filter(|(what, _)| what.rsplit(' ').next().is_some_and(is_secret_name))
            .filter_map(|(what, value)| Some((what, value.as_str()?)))
            .collect();
        texts.sort_unstable();
        let texts = texts.into_iter();
        texts
            .map(|(what, text)| (text.to_owned(), secret_hole(what.clone(), None)))
            .collect()
    }

    pub(super) fn kept(&self, what: &str) -> Option<Value> {
        lock(&self.kept).get(what).cloned()
    }
}

/// Returns the passwords that ansible.cfg names, as far as they lie in the input.
fn configured(tree: &SourceTree, diags: &mut Diagnostics) -> Vec<Password> {
    let Ok(settings) = tree.find(SETTINGS) else {
        return Vec::new();
    };
    let span = Span::new(settings, 0, 0);
    let one = setting(tree, SETTINGS, "vault_password_file");
    let several = setting(tree, SETTINGS, "vault_identity_list").unwrap_or_default();
    let listed = several
        .split(',')
        .map(|it| it.rsplit_once('@').map_or(it, |(_, path)| path).to_owned());
    let mut found = Vec::new();
    for path in one.into_iter().chain(listed) {
        let path = path.trim().trim_start_matches("./");
        let Ok(password) = tree.find(path) else {
            continue;
        };
        if tree.is_executable(password) {
            let message = format!("`{path}` prints the password of vaults, and is never run");
            let help = "save the password in a file and give it with --vault-password-file FILE";
            diags.at_with_help(Code::VaultLocked, span, message, help);
        } else if let Some(password) = tree.bytes(password).ok().and_then(Password::new) {
            let message = format!("vaults are opened with the password in `{path}`");
            diags.at(Code::VaultOpened, span, message);
            found.push(password);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Password, Vaults};
    use crate::diag::Diagnostics;
    use crate::source::{SourceTree, Span};

    /// A vault of format 1.2 with a label and the password `pw1`, as ansible-vault of ansible-core 2.19.14 wrote it.
    const VAULT: &str = "$ANSIBLE_VAULT;1.2;AES256;dev\n\
        63613632303263373331383930303034343461643562643265623935656661653062373764616461\n\
        3331383239353266306332386366646237383966623237640a333666323636333234353938333965\n\
        36306238303833393861653838393733353935633032306463396361313663323531343732313234\n\
        3066343031326562340a633139653332633864396637623736373632633839633036626634353636\n\
        66333563633435396137333434633934666264393830653962636234386336653761";

    fn check(password: &str, expected: Option<&str>, problems: usize) {
        let texts = [
            ("v.yml", VAULT),
            ("ansible.cfg", "[defaults]\nvault_password_file = ./pw\n"),
            ("pw", password),
        ];
        let tree = SourceTree::from_texts("t", &texts);
        let file = tree.find("v.yml").unwrap();
        let span = Span::new(file, 0, 10);
        let mut diags = Diagnostics::new();
        let vaults = Vaults::of(&tree, &[], &mut diags);
        let opened = vaults.open(VAULT, span);
        assert_eq!(opened.as_deref(), expected);
        let nodes = opened.and_then(|text| vaults.variables(&tree, file, &text, span));
        assert!(!format!("{nodes:?}").contains("hello"));
        let mut diags = Diagnostics::new();
        vaults.report(&mut diags);
        assert_eq!(diags.sorted().len(), problems);
    }

    #[test]
    fn the_right_password_opens() {
        check(" pw1\n", Some("a: hello\nb: [1, true]\n"), 0);
        check("pw2", None, 1);
        check("\n", None, 0);
    }

    #[test]
    fn a_password_is_not_shown() {
        let password = Password::new(b"abc").unwrap();
        assert_eq!(format!("{password:?}"), "Password");
    }
}
