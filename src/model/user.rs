//! Accounts.

use super::Text;

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct User {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The primary group, by name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_home: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<bool>,
    /// A password is set: it never reaches the output, only where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Text>,
    pub locked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Group {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
}

/// A user is a member of a group besides the user's primary one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Membership {
    pub group: String,
    pub user: String,
}

/// Numbers that a user may give to the users or groups of containers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SubordinateIds {
    /// By name or number.
    pub user: String,
    pub kind: IdKind,
    pub first: u32,
    pub count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdKind {
    User,
    Group,
}

/// A public key that may log in as a user.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AuthorizedKey {
    pub user: String,
    /// The line of authorized_keys, with its options and comment.
    pub key: Text,
}
