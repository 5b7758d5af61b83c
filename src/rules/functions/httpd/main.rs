//! What stands outside of virtual hosts: what the module writes itself is left out, some is an option.
//!
//! The rest stays text, in its order.

use serde_json::{Map, Value, json};

use super::modules;
use super::{LOGS_OF_NIXOS, say};
use crate::syntax::httpd::Node;

/// Where the server, its processes and its types are: the module says it.
const OF_MODULE: [&str; 13] = [
    "serverroot",
    "pidfile",
    "defaultruntimedir",
    "lockfile",
    "mutex",
    "scriptsock",
    "typesconfig",
    "mimemagicfile",
    "namevirtualhost",
    "sslpassphrasedialog",
    "sslsessioncache",
    "sslcryptodevice",
    "systemdservice",
];

/// Tables of Apache's own, which the module includes as they come with it (conf/extra/httpd-autoindex.conf,
/// httpd-languages.conf), or writes.
const TABLES: [&str; 11] = [
    "addicon",
    "addiconbyencoding",
    "addiconbytype",
    "defaulticon",
    "addlanguage",
    "addcharset",
    "removetype",
    "languagepriority",
    "forcelanguagepriority",
    "browsermatch",
    "indexignore",
];

/// Names that distributions give to the account of Apache.
const ACCOUNTS: [&str; 7] = [
    "apache",
    "www-data",
    "http",
    "daemon",
    "nobody",
    "${APACHE_RUN_USER}",
    "${APACHE_RUN_GROUP}",
];

/// Folders and files that are read for themselves.
const READ_APART: [&str; 6] = [
    "conf.d/",
    "conf.modules.d/",
    "conf-enabled/",
    "mods-enabled/",
    "sites-enabled/",
    "ports.conf",
];

const FORMATS: [&str; 4] = ["combined", "common", "referer", "agent"];

const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug",
];

/// What a text comes to besides its hosts.
#[derive(Default)]
pub(super) struct Main {
    /// Of `services.httpd`.
    pub(super) options: Map<String, Value>,
    pub(super) modules: Vec<String>,
    pub(super) rest: Vec<Node>,
    /// The document root outside of hosts.
    pub(super) root: Option<String>,
}

impl Main {
    /// Takes nodes that stand outside of hosts; none where one of them cannot be told to the module.
    pub(super) fn take(&mut self, nodes: Vec<Node>, assume: &mut Vec<String>) -> Option<()> {
        let rest = self.left_of(nodes, "", assume)?;
        self.rest.extend(rest);
        Some(())
    }

    /// Returns what stays text; `module` is the one that the nodes hang on.
    fn left_of(
        &mut self,
        nodes: Vec<Node>,
        module: &str,
        assume: &mut Vec<String>,
    ) -> Option<Vec<Node>> {
        let mut left = Vec::new();
        for mut node in nodes {
            if let Some(section) = node.section.take() {
                if node.is("IfModule") {
                    let inner = self.left_of(section, &node.arguments, assume)?;
                    if !inner.is_empty() {
                        node.section = Some(inner);
                        left.push(node);
                    }
                    continue;
                }
                node.section = Some(section);
                if !is_of_module(&node) {
                    left.push(node);
                }
                continue;
            }
            if !self.is_taken(&node, module, assume)? {
                left.push(node);
            }
        }
        Some(left)
    }

    fn is_taken(&mut self, node: &Node, module: &str, assume: &mut Vec<String>) -> Option<bool> {
        let words = node.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let name = node.name.to_lowercase();
        let mut set = |option: &str, value: Value| {
            self.options.insert(option.to_owned(), value);
            Some(true)
        };
        match (name.as_str(), words.as_slice()) {
            (name, _) if OF_MODULE.contains(&name) => Some(true),
            (name, _) if TABLES.contains(&name) => {
                say(
                    assume,
                    "the tables of icons, languages and old browsers are those that come with Apache",
                );
                Some(true)
            }
            ("alias", ["/icons/", _]) => Some(true),
            ("user" | "group", [account]) => {
                if !ACCOUNTS.contains(account) {
                    say(assume, "it runs as the user `wwwrun`, which NixOS makes");
                }
                Some(true)
            }
            ("include" | "includeoptional", [path]) => {
                let path = path.trim_start_matches("/etc/apache2/");
                let path = path.trim_start_matches("/etc/httpd/");
                Some(READ_APART.iter().any(|it| path.starts_with(it)))
            }
            ("loadmodule", [module, file]) => {
                let own = file.rsplit('/').next()?.strip_prefix("mod_");
                let name = module.strip_suffix("_module")?;
                if name.starts_with("php") {
                    return set("enablePHP", true.into());
                }
                own?;
                if modules::is_of_apache(name) {
                    self.modules.push(name.to_owned());
                }
                Some(true)
            }
            ("errorlog" | "transferlog", [path]) | ("customlog", [path, ..])
                if path.starts_with(LOGS_OF_NIXOS) =>
            {
                say(
                    assume,
                    "its logs have the names that NixOS gives them, in /var/log/httpd",
                );
                Some(true)
            }
            ("logformat", [_, format]) => Some(FORMATS.contains(format)),
            ("loglevel", [level]) if LEVELS.contains(level) => set("logLevel", (*level).into()),
            ("serveradmin", [address]) => {
                if *address == "root@localhost" || address.starts_with("webmaster@localhost") {
                    return Some(true);
                }
                set("adminAddr", (*address).into())
            }
            ("documentroot", [root]) if root.starts_with('/') => {
                self.root = Some((*root).to_owned());
                Some(true)
            }
            ("maxrequestworkers" | "maxclients", [number]) if is_prefork(module) => {
                set("maxClients", json!(number.parse::<u32>().ok()?))
            }
            ("maxconnectionsperchild" | "maxrequestsperchild", [number]) if is_prefork(module) => {
                set("maxRequestsPerChild", json!(number.parse::<u32>().ok()?))
            }
            ("sslciphersuite" | "sslproxyciphersuite", ["PROFILE=SYSTEM"]) => {
                say(
                    assume,
                    "the ciphers are those of NixOS (services.httpd.sslCiphers)",
                );
                Some(true)
            }
            _ => Some(false),
        }
    }
}

fn is_prefork(module: &str) -> bool {
    matches!(module, "mpm_prefork_module" | "mpm_prefork.c" | "prefork.c")
}

/// Tells whether the module denies the same: the whole disk, and the files with passwords.
fn is_of_module(node: &Node) -> bool {
    let words = node.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let inner = node.section.as_deref().unwrap_or_default();
    let denies = |it: &Node| it.is("Require") && it.arguments.trim() == "all denied";
    let is_plain = |it: &Node| {
        denies(it)
            || it.is("AllowOverride") && it.arguments.trim().eq_ignore_ascii_case("none")
            || it.is("Options") && it.arguments.trim() == "FollowSymLinks"
    };
    let is_disk = node.is("Directory") && words == ["/"];
    let is_hidden = node.is("Files") && words == [".ht*"]
        || node.is("FilesMatch") && (words == ["^\\.ht"] || words == ["^.ht"]);
    let is_icons = node.is("Directory")
        && words
            .iter()
            .any(|it| it.trim_end_matches('/').ends_with("/icons"));
    is_icons || (is_disk || is_hidden) && inner.iter().any(denies) && inner.iter().all(is_plain)
}
