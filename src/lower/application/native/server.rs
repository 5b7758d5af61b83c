//! The servers of which NixOS has a module, and how images have them: rules/nixos/images.json, read from the modules that
//! it names and from what is said of the official images (<https://hub.docker.com/search?badges=official>).

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../../rules/nixos/images.json");

/// A server, as images and as NixOS have it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    /// Where nixpkgs says so.
    #[serde(rename = "module")]
    _module: String,
    /// What switches the module on.
    pub(super) option: String,
    /// The programs that are it.
    programs: Vec<String>,
    /// The images that start it without a word.
    images: Vec<String>,
    /// Debian's name of its package; empty where the service's name says enough.
    #[serde(default)]
    pub(super) package: String,
    /// The same for some of the images.
    #[serde(default)]
    pub(super) packages: BTreeMap<String, String>,
    /// The same of one version.
    pub(super) versioned: Option<String>,
    /// Variables that say which.
    #[serde(default)]
    pub(super) versions: Vec<String>,
    pub(super) service: String,
    /// The unit of NixOS, and its user.
    pub(super) unit: String,
    pub(super) user: String,
    /// What images call that user.
    pub(super) users: Vec<String>,
    /// The ports that it has without a word.
    #[serde(default)]
    ports: Vec<String>,
    /// What makes it listen to others, as it does in an image.
    #[serde(default)]
    pub(super) listens: BTreeMap<String, serde_json::Value>,
    /// What that does not say.
    pub(super) clause: Option<String>,
    /// Folders that the module makes, here or elsewhere, or has no need of.
    #[serde(default)]
    owns: Vec<String>,
    /// Files and folders of configuration in images, and where distributions have them.
    #[serde(default)]
    pub(super) places: BTreeMap<String, String>,
    /// Folders of what a web server serves.
    #[serde(default)]
    pub(super) sites: Vec<String>,
    /// Words of entry points that prepare what the module prepares.
    #[serde(default)]
    pub(super) prepares: Vec<String>,
    /// Arguments that say what the module says, each with its value.
    #[serde(default)]
    pub(super) arguments: Vec<String>,
    /// The option that takes all others.
    pub(super) rest: Option<String>,
    /// The file that takes them as settings.
    pub(super) section: Option<Section>,
    /// Variables that the module has no need of.
    #[serde(default)]
    pub(super) variables: Vec<String>,
    /// The signal by which the module's unit stops.
    pub(super) signal: Option<String>,
    /// The server of databases that its variables speak of.
    pub(super) database: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    /// Empty where the file has none.
    pub(super) name: String,
    pub(super) path: String,
}

static SERVERS: LazyLock<BTreeMap<String, Server>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Finds the server that a program is.
pub(super) fn of_program(program: &str) -> Option<&'static Server> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    SERVERS.values().find(|it| {
        it.programs
            .iter()
            .any(|known| known == name || known == bare)
    })
}

/// Finds the server that an image starts.
pub(super) fn of_image(base: &str) -> Option<&'static Server> {
    SERVERS
        .values()
        .find(|it| it.images.iter().any(|known| known == base))
}

impl Server {
    /// The options of its module: `services.mysql`.
    pub(super) fn module(&self) -> String {
        let names: Vec<&str> = self.option.split('.').take(2).collect();
        names.join(".")
    }

    /// Tells whether the server, or a source of it, has a name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
        [&self.package, &self.service, &self.unit]
            .iter()
            .any(|it| *it == bare)
            || self.images.iter().any(|it| it == bare)
    }

    pub(super) fn has_port(&self, port: &str) -> bool {
        self.ports.iter().any(|it| it == port)
    }

    /// Tells whether the module makes a folder, or has no need of it.
    pub(super) fn owns(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let is_below = |it: &String| {
            path.strip_prefix(it.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.owns.iter().any(is_below)
    }

    /// Returns where a distribution has a file of configuration that an image has elsewhere.
    pub(super) fn place(&self, path: &str) -> Option<String> {
        self.places.iter().find_map(|(from, to)| {
            let rest = path.strip_prefix(from.as_str())?;
            (from.ends_with('/') || rest.is_empty()).then(|| format!("{to}{rest}"))
        })
    }

    /// Returns the folder of what it serves that a path is in, and the rest of the path.
    pub(super) fn site<'p>(&self, path: &'p str) -> Option<(&str, &'p str)> {
        self.sites.iter().find_map(|it| {
            let rest = path.strip_prefix(it.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((it.as_str(), rest))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{SERVERS, of_image, of_program};
    #[test]
    fn every_option_of_the_table_is_in_the_index() {
        let index = include_str!("../../../../rules/nixos/options.json").to_owned()
            + include_str!("../../../../rules/nixos/added-options.json");
        assert!(!SERVERS.is_empty());
        for server in SERVERS.values() {
            let listens = server.listens.keys();
            for option in listens.chain(&server.rest).chain([&server.option]) {
                let option = option
                    .replace("\"\"", "<name>")
                    .replace("pools.www", "pools");
                assert!(index.contains(&format!("\"{option}\": {{")), "{option}");
            }
        }
    }

    #[test]
    fn servers_are_found_by_program_and_image() {
        for (program, expected) in [
            ("/usr/sbin/nginx", "services.nginx"),
            ("php-fpm8.3", "services.phpfpm"),
            ("mariadbd", "services.mysql"),
            ("redis-server", "services.redis"),
            ("bash", ""),
        ] {
            let found = of_program(program).map(|it| it.module());
            assert_eq!(found.unwrap_or_default(), expected, "{program}");
        }
        let nginx = of_image("nginx").unwrap();
        assert!(nginx.owns("/var/cache/nginx/x") && !nginx.owns("/var/cache/nginxx"));
        assert_eq!(
            nginx.place("/etc/nginx/http.d/a.conf").as_deref(),
            Some("/etc/nginx/conf.d/a.conf")
        );
        assert_eq!(
            nginx.site("/usr/share/nginx/html/a"),
            Some(("/usr/share/nginx/html", "/a"))
        );
    }
}
