//! A secret that a person must put on the machine, and the ways in which it gets there.

use super::Origin;

/// The folder in which the configuration expects secrets.
pub const SECRETS_FOLDER: &str = "/run/secrets/";

/// How secrets get onto a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// A person puts files below /run/secrets.
    #[default]
    Files,
    /// The same, and units that can get them as credentials of systemd do.
    Credentials,
    /// sops-nix decrypts them, and fills in texts that hold some.
    Sops,
    /// agenix decrypts them, one file for each.
    Agenix,
}

/// A file with a secret that the configuration expects.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// Where the machine expects it: `/run/secrets/shop.env`.
    pub path: String,
    /// What the file must hold.
    pub content: Vec<SecretPart>,
    /// What uses it, for people.
    pub used_by: String,
    /// Who must be able to read it, where that is not root alone.
    pub owner: Option<String>,
    pub group: Option<String>,
    /// Four octal digits.
    pub mode: Option<String>,
    /// The units that read it, with their suffixes.
    pub units: Vec<String>,
    /// What it holds may be another on a host for which it is called the same: nobody knows where it was written.
    pub may_differ: bool,
    /// It is read before there are users.
    pub is_early: bool,
    /// What each of its holes is called where they are kept, as `holes` has them; none where they are not.
    pub keys: Vec<String>,
    /// The file of the configuration that keeps it encrypted.
    pub kept_in: Option<String>,
    /// Who asked for it, and where that is written.
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretPart {
    Literal(String),
    /// A secret: what it is, and where it was.
    Hole(String),
}

impl Secret {
    /// Tells whether it is one secret and nothing else.
    pub fn is_whole(&self) -> bool {
        matches!(self.content.as_slice(), [SecretPart::Hole(_)])
    }

    /// Returns its name: the path below the folder of secrets, or none where it lies elsewhere.
    pub fn name(&self) -> Option<&str> {
        self.path.strip_prefix(SECRETS_FOLDER)
    }

    /// Returns what its parts are that only a person knows, each once.
    pub fn holes(&self) -> Vec<&str> {
        let mut holes: Vec<&str> = Vec::new();
        for part in &self.content {
            if let SecretPart::Hole(what) = part
                && !holes.contains(&what.as_str())
            {
                holes.push(what);
            }
        }
        holes
    }

    /// Returns the lines of the file, with what `fill` puts in the place of each secret.
    pub fn lines(&self, fill: impl Fn(&str) -> String) -> Vec<String> {
        let mut text = String::new();
        for part in &self.content {
            match part {
                SecretPart::Literal(literal) => text.push_str(literal),
                SecretPart::Hole(what) => text.push_str(&fill(what)),
            }
        }
        text.lines().map(str::to_owned).collect()
    }

    /// Adds what another use of the same file says: further lines, users, origins.
    pub(super) fn merge(&mut self, other: Secret) {
        if self.content != other.content && !self.has(&other.content) {
            let ends =
                matches!(self.content.last(), Some(SecretPart::Literal(it)) if it.ends_with('\n'));
            if !ends {
                self.content.push(SecretPart::Literal("\n".to_owned()));
            }
            self.content.extend(other.content);
        }
        if !self.used_by.contains(&other.used_by) {
            self.used_by = format!("{}, {}", self.used_by, other.used_by);
        }
        for unit in other.units {
            if !self.units.contains(&unit) {
                self.units.push(unit);
            }
        }
        self.is_early |= other.is_early;
        self.origin.merge(other.origin);
    }

    fn has(&self, parts: &[SecretPart]) -> bool {
        !parts.is_empty() && self.content.windows(parts.len()).any(|it| it == parts)
    }
}
