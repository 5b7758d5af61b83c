//! Tables for packages and services: what becomes of a machine that has just these.

use std::collections::BTreeMap;

use crate::account::{Account, ItemKind};
use crate::diag::Diagnostics;
use crate::model::{
    Condition, Content, Entry, Family, File, Link, Machine, Model, Origin, Package, Part, Resource,
    Service, Unit, UnitSection,
};
use crate::nix;
use crate::rules::Rules;
use crate::source::{SourceTree, Span};

fn package(name: &str, family: Family) -> Resource {
    Resource::Package(Package {
        name: name.to_owned(),
        family,
        version: None,
    })
}

fn service(name: &str, enabled: Option<bool>, running: Option<bool>) -> Resource {
    Resource::Service(Service {
        name: name.to_owned(),
        family: Family::Debian,
        enabled,
        running,
        masked: false,
        linked_in: Vec::new(),
    })
}

fn file(path: &str, content: &str) -> Resource {
    Resource::File(File {
        path: path.to_owned(),
        content: Content::Text(content.into()),
        mode: None,
        owner: None,
        group: None,
    })
}

/// Lowers a machine of these resources: its definitions, and the verdict of each resource.
fn check(resources: Vec<Resource>, definitions: &[&str], verdicts: &[&str]) {
    let mut tree = SourceTree::from_texts("root", &[]);
    let source = tree.add_text("site.yml", "- x\n");
    let mut account = Account::new();
    let entries: Vec<Entry> = resources
        .into_iter()
        .map(|resource| {
            let span = Span::new(source, 0, 1);
            let item = account.open(ItemKind::AnsibleTask, "x", "a task", span);
            Entry {
                resource,
                part: Part::Host,
                origin: Origin::of(item),
                assumptions: Vec::new(),
                guard: Condition::True,
            }
        })
        .collect();
    let items: Vec<_> = entries.iter().map(|it| it.origin.items[0]).collect();
    let model = Model {
        version: 1,
        machines: vec![Machine {
            name: "web1".to_owned(),
            described: String::new(),
            family: Family::Debian,
            entries,
            packaged: BTreeMap::new(),
            starts_known: false,
        }],
    };
    let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
    let mut diags = Diagnostics::new();
    let plans = super::lower(&model, &rules, &mut account, &mut diags);
    let stated: Vec<String> = plans[0]
        .settings()
        .flat_map(|(path, setting)| {
            setting.definitions().iter().map(move |it| {
                let value = nix::print(&it.expr, &|asset| asset.name.clone());
                format!("{path} = {}", value.as_str())
            })
        })
        .collect();
    assert_eq!(stated, definitions);
    let closed: Vec<&str> = items
        .iter()
        .map(|item| {
            account
                .get(*item)
                .decision()
                .map_or("open", |it| it.verdict.name())
        })
        .collect();
    assert_eq!(closed, verdicts);
}

#[test]
fn programs_go_to_the_systems_packages() {
    check(
        vec![
            package("git", Family::Debian),
            package("build-essential", Family::Debian),
        ],
        &[
            "environment.systemPackages = pkgs.git",
            "environment.systemPackages = pkgs.gcc",
            "environment.systemPackages = pkgs.gnumake",
        ],
        &["translated", "translated"],
    );
}

#[test]
fn a_daemons_package_runs_on_debian_and_not_elsewhere() {
    check(
        vec![package("nginx", Family::Debian)],
        &["services.nginx.enable = true"],
        &["assumed"],
    );
    check(
        vec![package("nginx", Family::Rhel)],
        &["environment.systemPackages = pkgs.nginx"],
        &["translated"],
    );
    check(
        vec![
            package("nginx", Family::Rhel),
            service("nginx", Some(true), None),
        ],
        &["services.nginx.enable = true"],
        &["assumed", "assumed"],
    );
    check(
        vec![
            package("nginx", Family::Debian),
            service("nginx", Some(false), Some(false)),
        ],
        &["environment.systemPackages = pkgs.nginx"],
        &["translated", "not-needed"],
    );
}

#[test]
fn a_database_gets_the_package_that_it_needs() {
    check(
        vec![
            package("mariadb-server", Family::Debian),
            service("mariadb", Some(true), Some(true)),
        ],
        &[
            "services.mysql.enable = true",
            "services.mysql.package = pkgs.mariadb_114",
            "services.mysql.settings.mysqld.bind-address = \"127.0.0.1\"",
        ],
        &["assumed", "assumed"],
    );
    check(
        vec![service("mariadb", Some(true), None)],
        &[
            "services.mysql.enable = true",
            "services.mysql.package = pkgs.mariadb_114",
            "services.mysql.settings.mysqld.bind-address = \"127.0.0.1\"",
        ],
        &["assumed"],
    );
}

#[test]
fn what_is_not_known_is_left_to_the_person() {
    check(
        vec![
            package("php-legacy-foo", Family::Debian),
            package("python3-psycopg2", Family::Debian),
            service("acme-agent", Some(true), None),
        ],
        &["environment.systemPackages = pkgs.python3.withPackages (ps: [ ps.psycopg2 ])"],
        &["manual", "assumed", "manual"],
    );
}

#[test]
fn what_has_no_meaning_is_not_needed() {
    check(
        vec![
            package("apt-transport-https", Family::Debian),
            package("libssl-dev", Family::Debian),
            service("apport", Some(false), Some(false)),
            service("nginx", None, None),
        ],
        &[],
        &["not-needed", "not-needed", "not-needed", "not-needed"],
    );
}

#[test]
fn a_started_service_is_assumed_to_start_at_boot() {
    check(
        vec![service("ssh", None, Some(true))],
        &["services.openssh.enable = true"],
        &["assumed"],
    );
}

#[test]
fn a_site_is_stated_where_a_link_enables_it() {
    check(
        vec![
            file(
                "/etc/nginx/sites-available/shop",
                "server { listen 80; listen [::]:80; server_name shop; }\n",
            ),
            Resource::Link(Link {
                path: "/etc/nginx/sites-enabled/shop".to_owned(),
                target: "../sites-available/shop".to_owned(),
            }),
            file("/etc/nginx/sites-available/other", "server { }\n"),
            file("/etc/nginx/conf.d/gzip.conf", "gzip on;"),
        ],
        &[
            "services.nginx.virtualHosts.shop = { }",
            "services.nginx.commonHttpConfig = ''\n  gzip on;\n''",
        ],
        &["translated", "translated", "not-needed", "translated"],
    );
}

#[test]
fn a_file_that_an_own_unit_reads_is_no_services_own() {
    let unit = Resource::Unit(Unit {
        name: "shop.service".to_owned(),
        drop_in: false,
        sections: vec![UnitSection {
            name: "Service".to_owned(),
            directives: [(
                "EnvironmentFile".to_owned(),
                vec!["-/etc/default/shop".into()],
            )]
            .into_iter()
            .collect(),
        }],
        enabled: None,
    });
    let mut tree = SourceTree::from_texts("root", &[]);
    let source = tree.add_text("site.yml", "- x\n");
    let mut account = Account::new();
    let span = Span::new(source, 0, 1);
    let item = account.open(ItemKind::AnsibleTask, "x", "a task", span);
    let entry = |resource| Entry {
        resource,
        part: Part::Host,
        origin: Origin::of(item),
        assumptions: Vec::new(),
        guard: Condition::True,
    };
    let machine = Machine {
        name: "web1".to_owned(),
        described: String::new(),
        family: Family::Debian,
        entries: vec![entry(unit)],
        packaged: BTreeMap::new(),
        starts_known: false,
    };
    let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
    let mut diags = Diagnostics::new();
    let mut ctx = super::Ctx::new(&machine, &rules, &mut account, &mut diags);
    let own = entry(file("/etc/default/shop", "A=1\n"));
    let other = entry(file("/etc/default/cron", "A=1\n"));
    assert!(!super::rule::lower(&own, &mut ctx));
    assert!(super::rule::lower(&other, &mut ctx));
}
