//! Databases of a server on the machine, and who may use them.

use super::text::Text;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseServer {
    Postgresql,
    /// MySQL or MariaDB.
    Mysql,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Database {
    pub server: DatabaseServer,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// An account of the server, not of the machine.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DatabaseUser {
    pub server: DatabaseServer,
    pub name: String,
    /// From where it may come, where the server asks: `localhost`, `%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Text>,
    /// What it may do on what: `shop.*` and `SELECT,INSERT`.
    pub grants: Vec<(String, String)>,
    /// What it may do to the server: `createdb`, and whether.
    pub attributes: Vec<(String, bool)>,
}
