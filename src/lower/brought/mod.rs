//! What NixOS's modules bring by themselves: accounts, folders, programs in the path, open ports.
//!
//! The table is rules/nixos/brings.json, read from the modules that it names: per option that switches a module on, what
//! the module then makes. A source states the same for the service that it sets up by hand; said twice, the two
//! statements disagree sooner or later. Names that other systems have for an account lead to that of NixOS.
//!
//! An option of the plan that gives the module another user, group or folder takes that part of its row away.

mod names;

pub(super) use names::named;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::lower::homes::{self, Served};
use crate::lower::statement::{Lowered, Merged, Statement};
use crate::lower::{machine, user};
use crate::model::{Directory, FirewallPort, Group, Machine, Protocol, Resource, User};
use crate::nix::Expr;
use crate::plan::{OptionPath, Plan, Setting};

const TABLE: &str = include_str!("../../../rules/nixos/brings.json");

/// What one module makes when it is switched on.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Where nixpkgs says so.
    #[serde(rename = "module")]
    _module: String,
    #[serde(default)]
    users: BTreeMap<String, Account>,
    /// With their numbers, where these are fixed.
    #[serde(default)]
    groups: BTreeMap<String, Option<u32>>,
    /// Names that other systems have for the accounts.
    #[serde(default)]
    called: BTreeMap<String, String>,
    /// Folders with their owners.
    #[serde(default)]
    folders: BTreeMap<String, String>,
    /// Attributes of what it puts into the path.
    #[serde(default)]
    packages: Vec<String>,
    /// Ports that are open without a word: `22/tcp`.
    #[serde(default)]
    opens: Vec<String>,
    /// The option that names other ones.
    ports: Option<String>,
    /// Where the data is that people carry over.
    #[serde(default)]
    pub(super) data: Vec<String>,
    /// How, where copying is not the way.
    pub(super) transfer: Option<String>,
    /// What decides the version, where nobody does.
    pub(super) version: Option<String>,
    /// What to know where the version is said.
    pub(super) pinned: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    uid: Option<u32>,
    home: Option<String>,
    /// The module gives it a shell.
    #[serde(default)]
    shell: bool,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// What the modules bring that a plan switches on.
#[derive(Debug, Default)]
pub(super) struct Brought {
    rows: Vec<(&'static str, &'static Row)>,
    users: BTreeMap<&'static str, (&'static str, &'static Account)>,
    groups: BTreeMap<&'static str, (&'static str, Option<u32>)>,
    folders: BTreeMap<&'static str, (&'static str, &'static str)>,
    ports: BTreeMap<(Protocol, u16), &'static str>,
    user_names: BTreeMap<&'static str, &'static str>,
    group_names: BTreeMap<&'static str, &'static str>,
    /// Folders that its services read.
    served: Vec<Served>,
    /// The plan, as far as it can be told before these are known.
    draft: Plan,
}

/// The kinds of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccountKind {
    User,
    Group,
}

/// Options beside `enable` that give a module other folders.
const PLACES: [&str; 10] = [
    "dataDir",
    "stateDir",
    "home",
    "logDir",
    "keyPath",
    "dbpath",
    "spoolDir",
    "runDir",
    "directory",
    "storagePath",
];

impl Brought {
    /// Finds what the modules bring that a plan switches on.
    pub(super) fn of(plan: Plan, machine: &Machine) -> Brought {
        let mut brought = Brought::on(&plan, machine);
        brought.served = homes::served(&plan);
        brought.draft = plan;
        brought
    }

    /// Tells whether the plan will switch an option on.
    pub(super) fn switches_on(&self, option: &str) -> bool {
        value(&self.draft, option).is_some_and(|it| *it == Expr::Bool(true))
    }

    fn on(plan: &Plan, machine: &Machine) -> Brought {
        let mut brought = Brought::default();
        let mut called: Vec<(&str, &str)> = Vec::new();
        for (option, row) in ROWS.iter() {
            let is_on = value(plan, option).is_some_and(|it| *it == Expr::Bool(true));
            if !is_on {
                continue;
            }
            let folder = option.strip_suffix("enable").unwrap_or(option);
            let other = |name: &str| value(plan, &format!("{folder}{name}"));
            brought.rows.push((option, row));
            let has_other_user = other("user")
                .is_some_and(|it| it.as_str().is_none_or(|it| !row.users.contains_key(it)));
            let has_other_group = other("group")
                .is_some_and(|it| it.as_str().is_none_or(|it| !row.groups.contains_key(it)));
            if !has_other_user {
                let users = row.users.iter();
                brought
                    .users
                    .extend(users.map(|(name, it)| (name.as_str(), (option.as_str(), it))));
            }
            if !has_other_group {
                let groups = row.groups.iter();
                brought
                    .groups
                    .extend(groups.map(|(name, gid)| (name.as_str(), (option.as_str(), *gid))));
            }
            if !has_other_user && !has_other_group {
                called.extend(
                    row.called
                        .iter()
                        .map(|(from, to)| (from.as_str(), to.as_str())),
                );
            }
            if PLACES.iter().all(|it| other(it).is_none()) {
                let folders = row.folders.iter();
                brought.folders.extend(
                    folders.map(|(path, owner)| (path.as_str(), (option.as_str(), owner.as_str()))),
                );
            }
            if other("openFirewall").is_none_or(|it| *it == Expr::Bool(true)) {
                let ports = open_ports(row, plan).into_iter();
                brought
                    .ports
                    .extend(ports.map(|port| (port, option.as_str())));
            }
        }
        brought.name(&called, machine);
        brought
    }

    /// Keeps the names of other systems that lead to one account, and that the machine does not have for itself.
    fn name(&mut self, called: &[(&'static str, &'static str)], machine: &Machine) {
        let targets = |from: &str| {
            let to = called.iter().filter(|it| it.0 == from).map(|it| it.1);
            to.collect::<BTreeSet<_>>().len()
        };
        for (from, to) in called {
            let own_user = machine::users(machine).any(|it| it.name == *from);
            let own_group = machine::groups(machine).any(|it| it.name == *from);
            if targets(from) != 1 || own_user {
                continue;
            }
            if self.users.contains_key(to) {
                self.user_names.insert(from, to);
            }
            if self.groups.contains_key(to) && !own_group {
                self.group_names.insert(from, to);
            }
        }
    }

    /// Returns the name that NixOS has for an account of another system.
    pub(super) fn account(&self, kind: AccountKind, name: &str) -> Option<&'static str> {
        let names = match kind {
            AccountKind::User => &self.user_names,
            AccountKind::Group => &self.group_names,
        };
        names.get(name).copied()
    }

    pub(super) fn draft(&self) -> &Plan {
        &self.draft
    }

    pub(super) fn served(&self) -> &[Served] {
        &self.served
    }

    pub(super) fn rows(&self) -> &[(&'static str, &'static Row)] {
        &self.rows
    }

    /// Returns the number that a module gives to a user, where it is fixed.
    pub(super) fn uid(&self, user: &str) -> Option<u32> {
        self.users.get(user)?.1.uid
    }

    /// Returns the owner of a folder that a module makes.
    pub(super) fn owner(&self, folder: &str) -> Option<&'static str> {
        self.folders.get(folder).map(|it| it.1)
    }

    /// Returns the option of the module that puts a package into the path.
    fn package(&self, attr: &str) -> Option<&'static str> {
        let is_it = |package: &String| {
            let rest = attr.strip_prefix(package.as_str());
            rest.is_some_and(|rest| {
                let version = rest.trim_start_matches('_');
                version.bytes().all(|it| it.is_ascii_digit() || it == b'_')
            })
        };
        let row = self
            .rows
            .iter()
            .find(|(_, row)| row.packages.iter().any(is_it));
        row.map(|(option, _)| *option)
    }

    /// Lowers an entry that states what a module brings; `None` where none does.
    pub(super) fn lower(&self, resource: &Resource, machine: &Machine) -> Option<Lowered> {
        if let Resource::User(it) = resource {
            let (option, account) = self.users.get(it.name.as_str())?;
            Some(lower_user(it, option, account, machine))
        } else if let Resource::Group(it) = resource {
            let (option, gid) = self.groups.get(it.name.as_str())?;
            Some(lower_group(it, option, *gid))
        } else if let Resource::Directory(it) = resource {
            self.lower_directory(it)
        } else if let Resource::FirewallPort(it) = resource {
            self.lower_port(it)
        } else {
            None
        }
    }

    fn lower_directory(&self, directory: &Directory) -> Option<Lowered> {
        let path = directory.path.trim_end_matches('/');
        let (option, owner) = self.folders.get(path)?;
        let mut names = directory.owner.iter().chain(&directory.group);
        let is_root = |name: &str| matches!(name, "root" | "0");
        if names.clone().any(|it| it != owner && !is_root(it)) {
            return None;
        }
        let differs = directory.mode.is_some() || names.any(|it| it != owner);
        let clause = format!("`{path}` has the owner and the mode that `{option}` gives it");
        Some(merged(
            option,
            format!("`{option}` makes `{path}`, which is that of `{owner}`"),
            Vec::from_iter(differs.then_some(clause)),
        ))
    }

    fn lower_port(&self, port: &FirewallPort) -> Option<Lowered> {
        let is_plain = port.first == port.last && port.interface.is_none();
        let option = self.ports.get(&(port.protocol, port.first))?;
        let reason = format!("`{option}` opens the port {}", port.first);
        is_plain.then(|| merged(option, reason, Vec::new()))
    }

    /// States a package that a module puts into the path; `None` where none does.
    pub(super) fn lower_package(&self, name: &str, attr: &str) -> Option<Lowered> {
        let option = self.package(attr)?;
        let reason = format!("`{name}` is in the path by `{option}`");
        Some(merged(option, reason, Vec::new()))
    }
}

fn merged(option: &str, reason: String, assumptions: Vec<String>) -> Lowered {
    Lowered::Merged(Merged {
        option: OptionPath::parse(option),
        reason,
        assumptions,
    })
}

/// Returns the value of an option that has one.
fn value<'p>(plan: &'p Plan, option: &str) -> Option<&'p Expr> {
    let setting = plan.get(&OptionPath::parse(option))?;
    setting.definitions().first().map(|it| &it.expr)
}

/// The ports that a module opens: those that the plan gives it, else its own.
fn open_ports(row: &Row, plan: &Plan) -> Vec<(Protocol, u16)> {
    let given = row
        .ports
        .as_deref()
        .and_then(|it| plan.get(&OptionPath::parse(it)));
    match given {
        Some(setting) => numbers(setting)
            .into_iter()
            .map(|port| (Protocol::Tcp, port))
            .collect(),
        None => row.opens.iter().filter_map(|it| read_port(it)).collect(),
    }
}

fn numbers(setting: &Setting) -> Vec<u16> {
    let mut found = Vec::new();
    for definition in setting.definitions() {
        let expressions = if let Expr::List(list) = &definition.expr {
            list.as_slice()
        } else {
            std::slice::from_ref(&definition.expr)
        };
        for expr in expressions {
            if let Expr::Int(number) = expr {
                found.extend(u16::try_from(*number));
            }
        }
    }
    found
}

fn read_port(text: &str) -> Option<(Protocol, u16)> {
    let (number, protocol) = text.split_once('/')?;
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    Some((protocol, number.parse().ok()?))
}

fn lower_user(user: &User, option: &str, account: &Account, machine: &Machine) -> Lowered {
    let mut statement = Statement::default();
    let base = OptionPath::new(["users", "users", &user.name]);
    number(user.uid, account.uid, base.child("uid"), &mut statement);
    user::groups(user, &base, machine, &mut statement);
    if !account.shell {
        user::shell(user, &base, &mut statement);
    }
    user::password(user, &base, &mut statement);
    if !statement.definitions.is_empty() {
        return Lowered::Stated(statement);
    }
    let home = user.home.as_deref().map(|it| it.trim_end_matches('/'));
    let differs = home.is_some() && home != account.home.as_deref();
    let clause = match &account.home {
        Some(home) => format!("the home of `{}` is `{home}`", user.name),
        None => format!("`{}` needs no home", user.name),
    };
    let reason = format!("`{option}` makes the user `{}`", user.name);
    merged(option, reason, Vec::from_iter(differs.then_some(clause)))
}

fn lower_group(group: &Group, option: &str, gid: Option<u32>) -> Lowered {
    let mut statement = Statement::default();
    let path = OptionPath::new(["users", "groups", &group.name, "gid"]);
    number(group.gid, gid, path, &mut statement);
    if statement.definitions.is_empty() {
        let reason = format!("`{option}` makes the group `{}`", group.name);
        return merged(option, reason, Vec::new());
    }
    Lowered::Stated(statement)
}

/// A number that the source names is kept, against that of the module where it has one.
fn number(wanted: Option<u32>, made: Option<u32>, path: OptionPath, statement: &mut Statement) {
    let Some(wanted) = wanted.filter(|it| Some(*it) != made) else {
        return;
    };
    let expr = Expr::Int(i64::from(wanted));
    match made {
        Some(_) => statement.set(path, Expr::apply("lib.mkForce", vec![expr])),
        None => statement.set(path, expr),
    }
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::lower::tests::check_all;
    use crate::model::{
        Directory, Family, FirewallPort, Group, Package, Protocol, Resource, Service, User,
    };

    fn service(name: &str) -> Resource {
        Resource::Service(Service {
            name: name.into(),
            family: Family::Debian,
            enabled: Some(true),
            running: None,
            masked: false,
            linked_in: Vec::new(),
        })
    }

    fn user(name: &str, uid: Option<u32>, groups: &[&str]) -> Resource {
        Resource::User(User {
            name: name.into(),
            uid,
            groups: groups.iter().map(|it| (*it).to_owned()).collect(),
            home: Some("/var/lib/prometheus".into()),
            shell: Some("/usr/sbin/nologin".into()),
            system: Some(true),
            ..User::default()
        })
    }

    fn directory(path: &str, owner: &str) -> Resource {
        Resource::Directory(Directory {
            path: path.into(),
            mode: None,
            owner: Some(owner.into()),
            group: Some(owner.into()),
            recurse: false,
        })
    }

    #[test]
    fn what_a_module_makes_is_not_said_twice() {
        check_all(
            vec![
                user("prometheus", None, &[]),
                directory("/var/lib/prometheus", "prometheus"),
                directory("/srv/rules", "prometheus"),
                service("prometheus"),
            ],
            r#"
            systemd.tmpfiles.rules += "d /srv/rules - prometheus prometheus -";
            services.prometheus.enable = true;
            assumed: `prometheus` needs no home
            "#,
        );
    }

    #[test]
    fn numbers_and_groups_are_kept() {
        check_all(
            vec![
                user("prometheus", Some(900), &["adm"]),
                Resource::Group(Group {
                    name: "prometheus".into(),
                    gid: Some(900),
                }),
                service("prometheus"),
            ],
            r#"
            users.users.prometheus.uid = lib.mkForce 900;
            users.users.prometheus.extraGroups += "adm";
            users.groups.prometheus.gid = lib.mkForce 900;
            services.prometheus.enable = true;
            "#,
        );
    }

    #[test]
    fn accounts_have_the_names_of_nixos() {
        let folder = || directory("/srv/www", "www-data");
        check_all(
            vec![folder(), service("nginx")],
            r#"
            systemd.tmpfiles.rules += "d /srv/www - nginx nginx -";
            services.nginx.enable = true;
            assumed: `www-data` is `nginx` on NixOS
            assumed: nobody looks for the page that the distribution's nginx shows
            "#,
        );
        // Two servers may both be meant.
        check_all(
            vec![folder(), service("nginx"), service("apache2")],
            r#"
            systemd.tmpfiles.rules += "d /srv/www - www-data www-data -";
            systemd.tmpfiles.rules += "d /var/www/html 0755 root root -";
            services.nginx.enable = true;
            services.httpd.enable = true;
            users.users.www-data.isSystemUser = true;
            users.users.www-data.uid = 33;
            users.users.www-data.group = "www-data";
            users.users.www-data.home = "/var/www";
            users.groups.www-data.gid = 33;
            services.httpd.virtualHosts.localhost.documentRoot = "/var/www/html";
            assumed: `www-data` keeps the number that Debian gives it
            assumed: nobody looks for the page that the distribution's nginx shows
            assumed: the distribution's own site, which serves /var/www/html, is meant
            assumed: the old system had `/var/www/html` so, without a word
            "#,
        );
    }

    #[test]
    fn packages_and_ports_of_modules_are_there() {
        let port = |first| {
            Resource::FirewallPort(FirewallPort {
                protocol: Protocol::Tcp,
                first,
                last: first,
                interface: None,
            })
        };
        check_all(
            vec![
                Resource::Package(Package {
                    name: "postgresql-client".into(),
                    family: Family::Debian,
                    version: None,
                }),
                service("postgresql"),
                port(22),
                port(2222),
                service("ssh"),
            ],
            r#"
            services.postgresql.enable = true;
            networking.firewall.allowedTCPPorts += 2222;
            services.openssh.enable = true;
            "#,
        );
    }

    #[test]
    fn every_option_of_the_table_is_in_the_index() {
        let index = include_str!("../../../rules/nixos/options.json").to_owned()
            + include_str!("../../../rules/nixos/added-options.json");
        assert!(!ROWS.is_empty());
        for (option, row) in ROWS.iter() {
            let option = option.replace("\"\"", "<name>");
            assert!(index.contains(&format!("\"{option}\": {{")), "{option}");
            for to in row.called.values() {
                let is_made = row.users.contains_key(to) || row.groups.contains_key(to);
                assert!(is_made, "{option} {to}");
            }
        }
    }
}
