//! Containers and their networks.

use super::Text;

/// The program that runs containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    Docker,
    Podman,
}

/// When a container that has ended is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    Never,
    OnFailure,
    Always,
}

/// A container that a machine runs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Container {
    pub name: String,
    pub engine: Engine,
    pub image: Text,
    /// The image is fetched again before each start.
    pub pulls: bool,
    /// It runs, and is started at boot.
    pub started: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<Text>,
    /// The program, and arguments that stand before those of the command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<(String, Text)>,
    /// Files of the machine with further variables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment_files: Vec<Text>,
    /// As the command line takes them: `127.0.0.1:53:53/udp`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Text>,
    /// As the command line takes them: `/srv/shop:/data:ro`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Attachment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(String, Text)>,
    /// Kernel capabilities that it is given (`true`) or loses (`false`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<(String, bool)>,
    pub privileged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_driver: Option<String>,
    /// Further options of the engine's command line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Text>,
    /// Containers that have to run before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// A network that a container is in, and how.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Attachment {
    pub network: Text,
    /// Fields of the command line: `alias=db`, `ip=10.0.0.2`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, Text)>,
}

/// A network of containers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ContainerNetwork {
    pub name: String,
    pub engine: Engine,
    /// Options of the command line that makes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Text>,
}
