//! Ports that the services of a plan listen on, and that NixOS's firewall keeps closed.
//!
//! It is on where nothing says otherwise, and a source without a firewall says nothing of ports: they stay closed, and the
//! person is told the line that opens them. What modules listen on is in rules/nixos/listens.json, read from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::diag::{self, Diagnostics};
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath, Plan, Setting};

const TABLE: &str = include_str!("../../rules/nixos/listens.json");

/// A port on which a module listens.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    switch: String,
    /// Where nixpkgs says so.
    #[serde(rename = "module")]
    _module: String,
    port: u16,
    port_option: Option<String>,
    #[serde(default = "tcp")]
    protocols: Vec<String>,
    /// The address where nobody gives one; none where it is any.
    address: Option<String>,
    address_option: Option<String>,
    /// Options that may make it something else.
    #[serde(default)]
    unless: Vec<String>,
}

fn tcp() -> Vec<String> {
    vec!["tcp".to_owned()]
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// The web servers, and the options of a site that make it answer with TLS: besides, or alone.
const WEB: [&str; 2] = ["nginx", "httpd"];
const BESIDES: [&str; 2] = ["addSSL", "forceSSL"];
const ALONE: &str = "onlySSL";

/// A closed port: number, protocol, and the service behind it.
type Port = (u16, &'static str, String);

/// Says which ports stay closed, in the plans and to the person.
pub(super) fn tell(plans: &mut [Plan], diags: &mut Diagnostics) {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for plan in plans {
        let closed = closed(plan);
        if closed.is_empty() {
            continue;
        }
        let shown: Vec<String> = closed
            .iter()
            .map(|(port, protocol, of)| format!("{port}/{protocol} (`{of}`)"))
            .collect();
        let shown = shown.join(", ");
        let lines: Vec<String> = [("tcp", "TCP"), ("udp", "UDP")]
            .iter()
            .filter_map(|(protocol, name)| line(&closed, protocol, name))
            .collect();
        plan.chores.push(Chore {
            topic: "Firewall".to_owned(),
            text: format!(
                "the firewall of NixOS keeps closed: {shown}. What has to be reached from outside opens this: `{}`",
                lines.join(" ")
            ),
        });
        told.entry(shown).or_default().push(plan.host.clone());
    }
    for (shown, hosts) in told {
        let message = format!(
            "the source has no firewall, and that of NixOS keeps closed on {}: {shown}",
            hosts.join(", ")
        );
        diags.general(
            diag::Code::FirewallOn,
            message,
            "MIGRATION.md has the line that opens them",
        );
    }
}

fn line(closed: &BTreeSet<Port>, protocol: &str, name: &str) -> Option<String> {
    let ports: BTreeSet<String> = closed
        .iter()
        .filter(|it| it.1 == protocol)
        .map(|it| format!("{:05}", it.0))
        .collect();
    let ports: Vec<&str> = ports.iter().map(|it| it.trim_start_matches('0')).collect();
    (!ports.is_empty()).then(|| {
        format!(
            "networking.firewall.allowed{name}Ports = [ {} ];",
            ports.join(" ")
        )
    })
}

/// The ports that are listened on and closed; none where the source has a firewall of its own.
fn closed(plan: &Plan) -> BTreeSet<Port> {
    let speaks = |path: &OptionPath| {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        matches!(
            names.as_slice(),
            ["networking", "firewall" | "nftables", ..]
        )
    };
    if plan.settings().any(|(path, _)| speaks(path)) {
        return BTreeSet::new();
    }
    let mut found: BTreeSet<Port> = WEB.iter().flat_map(|it| web(it, plan)).collect();
    for row in ROWS.iter() {
        found.extend(row.listens(plan));
    }
    found
}

impl Row {
    fn listens(&self, plan: &Plan) -> Vec<Port> {
        let service = self.switch.rsplit_once('.').map_or("", |it| it.0);
        let opens = value(plan, &format!("{service}.openFirewall"));
        let is_other = |option: &String| {
            let option = OptionPath::parse(option);
            plan.settings()
                .any(|(path, _)| path.names().starts_with(option.names()))
        };
        if value(plan, &self.switch) != Some(&Expr::Bool(true))
            || opens == Some(&Expr::Bool(true))
            || self.unless.iter().any(is_other)
        {
            return Vec::new();
        }
        let given = |option: &Option<String>| option.as_ref().and_then(|it| value(plan, it));
        let address = match given(&self.address_option) {
            Some(expr) => expr.as_str(),
            None => self.address.as_deref(),
        };
        if address.is_some_and(is_of_machine) {
            return Vec::new();
        }
        let port = if let Some(Expr::Int(port)) = given(&self.port_option) {
            u16::try_from(*port).unwrap_or(self.port)
        } else {
            self.port
        };
        let protocol = |it: &String| if it == "udp" { "udp" } else { "tcp" };
        let protocols = self.protocols.iter().map(protocol);
        protocols.map(|it| (port, it, service.to_owned())).collect()
    }
}

/// The ports of a web server's sites.
fn web(server: &str, plan: &Plan) -> Vec<Port> {
    let service = format!("services.{server}");
    if value(plan, &format!("{service}.enable")) != Some(&Expr::Bool(true)) {
        return Vec::new();
    }
    let mut sites: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
    let mut listened: BTreeSet<&str> = BTreeSet::new();
    for (path, setting) in plan.settings() {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        let ["services", of, "virtualHosts", site, rest @ ..] = names.as_slice() else {
            continue;
        };
        if *of != server {
            continue;
        }
        let ports = sites.entry(site).or_default();
        let is_on = setting
            .definitions()
            .iter()
            .any(|it| it.expr == Expr::Bool(true));
        match rest {
            ["listen"] => {
                listened.insert(site);
                let definitions = setting.definitions().iter();
                ports.extend(definitions.flat_map(|it| listens(&it.expr)));
            }
            [name] if is_on && BESIDES.contains(name) => ports.extend([80, 443]),
            [name] if is_on && *name == ALONE => ports.push(443),
            _ => {}
        }
    }
    if sites.is_empty() {
        sites.insert("", Vec::new());
    }
    let mut found = Vec::new();
    for (site, mut ports) in sites {
        if ports.is_empty() && !listened.contains(site) {
            ports.push(80);
        }
        found.extend(ports.into_iter().map(|it| (it, "tcp", service.clone())));
    }
    found
}

/// The ports of the elements of `listen` that others reach.
fn listens(expr: &Expr) -> Vec<u16> {
    if let Expr::List(items) = expr {
        return items.iter().flat_map(listens).collect();
    }
    let Expr::Attrs(attrs) = expr else {
        return Vec::new();
    };
    let get = |names: &[&str]| {
        let mut found = attrs.iter().filter(|it| names.contains(&it.0.as_str()));
        found.next().map(|it| &it.1)
    };
    let address = get(&["addr", "ip"]).and_then(Expr::as_str);
    if let (Some(Expr::Int(port)), false) = (get(&["port"]), address.is_some_and(is_of_machine)) {
        u16::try_from(*port).into_iter().collect()
    } else {
        Vec::new()
    }
}

/// Tells whether nobody outside of the machine reaches an address.
fn is_of_machine(address: &str) -> bool {
    address.starts_with("127.")
        || matches!(address, "::1" | "[::1]" | "localhost")
        || address.starts_with("unix:")
        || address.starts_with('/')
}

fn value<'p>(plan: &'p Plan, option: &str) -> Option<&'p Expr> {
    match plan.get(&OptionPath::parse(option))? {
        Setting::One(one) => Some(&one.expr),
        Setting::Elements(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, tell};
    use crate::diag::Diagnostics;
    use crate::lower::tests::{is_in_index, plan};
    use crate::nix::Expr;

    fn check(options: &[(&str, Expr)], expected: &[&str]) {
        let mut plan = plan(options);
        let mut diags = Diagnostics::new();
        tell(std::slice::from_mut(&mut plan), &mut diags);
        let found: Vec<&str> = plan.chores.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(found, expected);
        assert_eq!(diags.sorted().len(), expected.len());
    }

    #[test]
    fn ports_that_stay_closed_are_told() {
        let on = Expr::Bool(true);
        check(
            &[
                ("services.nginx.enable", on.clone()),
                ("services.nginx.virtualHosts.a.addSSL", on.clone()),
                ("services.nginx.virtualHosts.b.root", Expr::str("/b")),
                ("services.grafana.enable", on.clone()),
                ("services.prometheus.enable", on.clone()),
                ("services.prometheus.port", Expr::Int(9000)),
            ],
            &[
                "the firewall of NixOS keeps closed: 80/tcp (`services.nginx`), 443/tcp (`services.nginx`), \
               9000/tcp (`services.prometheus`). What has to be reached from outside opens this: \
               `networking.firewall.allowedTCPPorts = [ 80 443 9000 ];`",
            ],
        );
        check(
            &[
                ("services.nginx.enable", on.clone()),
                (
                    "networking.firewall.allowedTCPPorts",
                    Expr::List(vec![Expr::Int(22)]),
                ),
            ],
            &[],
        );
        check(
            &[
                ("services.openssh.enable", on.clone()),
                ("services.postgresql.enable", on),
            ],
            &[],
        );
    }

    #[test]
    fn every_option_of_the_table_is_in_the_index() {
        assert!(!ROWS.is_empty());
        for row in ROWS.iter() {
            assert!(is_in_index(&row.switch), "{}", row.switch);
        }
    }
}
