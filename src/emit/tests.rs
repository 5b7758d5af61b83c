//! Whole outputs from plans made by hand.

use std::process::Command;

use super::{Options, Origins, Output, emit};
use crate::account::{Account, Closing, Code, ItemId, ItemKind, Verdict};
use crate::nix::{Asset, Expr};
use crate::plan::{
    Chore, Definition, Home, OptionPath, Origin, Plan, Remark, Secret, SecretPart, Way,
};
use crate::source::{SourceTree, Span};

const TASKS: &str = "- name: Install packages\n- name: Shop user\n- name: Site\n- name: Enable site\n- name: Purge\n";

/// A tree with one role, and its tasks as items.
pub(super) struct Fixture {
    pub(super) tree: SourceTree,
    pub(super) account: Account,
    pub(super) items: Vec<ItemId>,
}

impl Fixture {
    pub(super) fn new() -> Fixture {
        let tree = SourceTree::from_texts(
            "shop",
            &[
                ("roles/shop/tasks/main.yml", TASKS),
                ("roles/shop/templates/site.conf.j2", "server {\n}\n"),
            ],
        );
        let file = tree.find("roles/shop/tasks/main.yml").unwrap();
        let mut account = Account::new();
        let mut items = Vec::new();
        let mut start = 0;
        for line in TASKS.lines() {
            let span = Span::new(file, start + 2, start + line.len());
            let name = line.trim_start_matches("- name: ");
            items.push(account.open(ItemKind::AnsibleTask, "command", name, span));
            start += line.len() + 1;
        }
        Fixture {
            tree,
            account,
            items,
        }
    }

    pub(super) fn origin(&self, item: usize) -> Origin {
        Origin {
            items: vec![self.items[item]],
            ..Origin::default()
        }
    }

    pub(super) fn template(&self, item: usize) -> Origin {
        let file = self.tree.find("roles/shop/templates/site.conf.j2").unwrap();
        Origin {
            places: vec![Span::new(file, 9, 10)],
            ..self.origin(item)
        }
    }

    pub(super) fn emit(&mut self, plans: &[Plan], origins: Origins) -> Output {
        emit(plans, &self.tree, &mut self.account, options(origins))
    }
}

fn role() -> Home {
    Home::Role("shop".to_owned())
}

pub(super) fn definition(home: Home, origin: Origin, expr: Expr) -> Definition {
    Definition {
        expr,
        home,
        origin,
        rule: String::new(),
    }
}

fn set(plan: &mut Plan, path: &str, it: Definition) {
    plan.set(OptionPath::parse(path), it).unwrap();
}

fn add(plan: &mut Plan, path: &str, it: Definition) {
    plan.add(OptionPath::parse(path), it).unwrap();
}

fn shop(fixture: &Fixture, host: &str, port: i64) -> Plan {
    let mut plan = Plan::new(host, "inventory `hosts`, groups web");
    let at = |item: usize, expr: Expr| definition(role(), fixture.origin(item), expr);
    set(
        &mut plan,
        "networking.hostName",
        definition(Home::Host, Origin::default(), Expr::str(host)),
    );
    for package in ["git", "htop"] {
        add(
            &mut plan,
            "environment.systemPackages",
            at(0, Expr::package(package)),
        );
    }
    set(&mut plan, "users.users.shop.uid", at(1, Expr::Int(2001)));
    set(
        &mut plan,
        "users.users.shop.group",
        at(1, Expr::str("shop")),
    );
    set(
        &mut plan,
        "users.groups.shop",
        at(1, Expr::Attrs(Vec::new())),
    );
    let site = |expr: Expr| definition(role(), fixture.template(2), expr);
    set(
        &mut plan,
        "services.nginx.virtualHosts.\"shop.example.org\".root",
        site(Expr::str("/srv/shop")),
    );
    set(
        &mut plan,
        "services.nginx.virtualHosts.\"shop.example.org\".locations.\"/static/\".extraConfig",
        site(Expr::str("expires 7d;\n")),
    );
    set(
        &mut plan,
        "services.nginx.virtualHosts.\"shop.example.org\".locations.\"/\".proxyPass",
        site(Expr::str(format!("http://127.0.0.1:{port}"))),
    );
    let mut enable = at(3, Expr::Bool(true));
    enable.origin.remarks = vec!["assumed: the link makes it active".to_owned()];
    set(&mut plan, "services.nginx.enable", enable);
    for port in [80, 443] {
        add(
            &mut plan,
            "networking.firewall.allowedTCPPorts",
            definition(Home::Machine, fixture.origin(3), Expr::Int(port)),
        );
    }
    set(
        &mut plan,
        "environment.etc.motd.source",
        at(
            3,
            Expr::Asset(Asset {
                name: "etc/motd".to_owned(),
                bytes: b"hello\n".as_slice().into(),
            }),
        ),
    );
    plan.remarks.push(Remark {
        home: role(),
        about: Some(OptionPath::parse("environment.systemPackages")),
        origin: fixture.origin(0),
        title: "Install packages".to_owned(),
        reason: "the apt package `php-legacy-foo` is not known here".to_owned(),
        lines: vec!["Find it at https://search.nixos.org/packages, then add it.".to_owned()],
    });
    plan.remarks.push(Remark {
        home: role(),
        about: None,
        origin: fixture.origin(4),
        title: "Purge".to_owned(),
        reason: "no importer for the module `community.acme_cdn.purge`".to_owned(),
        lines: vec!["zone: shop\nkey: \"a\tb\"\r".to_owned()],
    });
    plan.secrets.push(Secret {
        path: "/run/secrets/shop.env".to_owned(),
        content: vec![
            SecretPart::Literal("DB_PASSWORD=".to_owned()),
            SecretPart::Hole("group_vars/web.yml:1 shop_db_password".to_owned()),
        ],
        used_by: "`shop.service`".to_owned(),
        ..Secret::default()
    });
    plan.chores.push(Chore {
        topic: "Data".to_owned(),
        text: "Carry `/srv/shop` over (owner uid 2001).".to_owned(),
    });
    plan
}

fn options(origins: Origins) -> Options {
    Options {
        origins,
        secrets: Way::Files,
    }
}

fn file<'a>(output: &'a Output, path: &str) -> &'a str {
    let bytes = output.files.get(path).unwrap_or_else(|| {
        let paths: Vec<&String> = output.files.keys().collect();
        panic!("no {path} in {paths:?}")
    });
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn what_hosts_share_stands_in_the_module() {
    let mut fixture = Fixture::new();
    let plans = [shop(&fixture, "web1", 8001), shop(&fixture, "web2", 8000)];
    let output = fixture.emit(&plans, Origins::Shown);
    assert_eq!(
        file(&output, "modules/roles/shop.nix"),
        r#"# Ansible role `shop` (roles/shop), as it is on every host that has it: web1, web2.
{ pkgs, ... }:

{
  # roles/shop/tasks/main.yml:1 Install packages
  environment.systemPackages = with pkgs; [
    git
    htop
  ];
  # MANUAL roles/shop/tasks/main.yml:1 Install packages: the apt package `php-legacy-foo` is not known here.
  #   Find it at https://search.nixos.org/packages, then add it.

  # roles/shop/tasks/main.yml:2 Shop user
  users.users.shop = {
    uid = 2001;
    group = "shop";
  };
  users.groups.shop = { };

  # roles/shop/tasks/main.yml:3 Site (templates/site.conf.j2:2), :4 Enable site
  services.nginx = {
    # Assumed: the link makes it active.
    enable = true;
    virtualHosts."shop.example.org" = {
      root = "/srv/shop";
      locations."/static/".extraConfig = ''
        expires 7d;
      '';
    };
  };

  # roles/shop/tasks/main.yml:4 Enable site
  environment.etc.motd.source = ../../files/roles/shop/etc/motd;

  # MANUAL roles/shop/tasks/main.yml:5 Purge: no importer for the module `community.acme_cdn.purge`.
  #   zone: shop
  #   key: "a b"
}
"#
    );
    assert_eq!(
        file(&output, "hosts/web1/default.nix"),
        r#"# web1: inventory `hosts`, groups web.
{ lib, ... }:

{
  imports = [
    ../../modules/firewall.nix
    ../../modules/roles/shop.nix
  ]
  ++ lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  networking.hostName = "web1";

  # roles/shop/tasks/main.yml:3 Site (templates/site.conf.j2:2)
  services.nginx.virtualHosts."shop.example.org".locations."/".proxyPass = "http://127.0.0.1:8001";

  system.stateVersion = "26.05";
}
"#
    );
    assert_eq!(file(&output, "files/roles/shop/etc/motd"), "hello\n");
    let shown: Vec<String> = fixture
        .account
        .get(fixture.items[2])
        .outputs
        .iter()
        .map(|it| {
            format!(
                "{}:{} {}",
                it.file,
                it.line,
                it.option.as_deref().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "modules/roles/shop.nix:25 services.nginx.virtualHosts.\"shop.example.org\".root",
            "modules/roles/shop.nix:26 services.nginx.virtualHosts.\"shop.example.org\".locations.\"/static/\".extraConfig",
            "hosts/web1/default.nix:17 services.nginx.virtualHosts.\"shop.example.org\".locations.\"/\".proxyPass",
            "hosts/web2/default.nix:17 services.nginx.virtualHosts.\"shop.example.org\".locations.\"/\".proxyPass",
        ]
    );
    let manual = &fixture.account.get(fixture.items[4]).outputs;
    assert_eq!((manual.len(), manual[0].line), (1, 35));
}

#[test]
fn the_flake_names_every_host() {
    let mut fixture = Fixture::new();
    let plans = [Plan::new("web1", ""), Plan::new("db.example.org/ä", "")];
    let output = fixture.emit(&plans, Origins::Shown);
    assert_eq!(
        file(&output, "flake.nix"),
        r#"{
  description = "Translated from shop by ops2nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { nixpkgs, ... }:
    {
      nixosConfigurations = {
        web1 = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/web1 ];
        };
        "db.example.org/ä" = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/db.example.org-- ];
        };
      };
    };
}
"#
    );
    assert_eq!(
        file(&output, "hosts/web1/default.nix"),
        r#"# web1.
{ lib, ... }:

{
  imports = lib.filter builtins.pathExists [
    ./hardware-configuration.nix
    ./local.nix
  ];

  system.stateVersion = "26.05";
}
"#
    );
    assert!(!output.files.contains_key("MIGRATION.md"));
    assert!(!output.files.contains_key("secrets/README.md"));
}

#[test]
fn without_origins_only_remarks_are_comments() {
    let mut fixture = Fixture::new();
    let plans = [shop(&fixture, "web1", 8001)];
    let output = fixture.emit(&plans, Origins::LeftOut);
    let module = file(&output, "modules/roles/shop.nix");
    let comments: Vec<&str> = module
        .lines()
        .filter(|line| line.trim_start().starts_with('#'))
        .collect();
    assert_eq!(comments.len(), 6, "{module}");
    assert!(module.contains("# MANUAL roles/shop/tasks/main.yml:5 Purge"));
}

#[test]
fn papers_say_what_is_to_be_done() {
    let mut fixture = Fixture::new();
    let plans = [shop(&fixture, "web1", 8001), shop(&fixture, "web2", 8000)];
    let output = fixture.emit(&plans, Origins::Shown);
    let migration = file(&output, "MIGRATION.md");
    assert!(
        migration.contains("## Data\n\n- [ ] Carry `/srv/shop` over (owner uid 2001).\n\n## Left"),
        "{migration}"
    );
    assert!(
        migration.contains("| `modules/roles/shop.nix` | 2 |"),
        "{migration}"
    );
    let secrets = file(&output, "secrets/README.md");
    assert!(
        secrets.contains("## `/run/secrets/shop.env`\n\n- hosts: `web1`, `web2`\n"),
        "{secrets}"
    );
    assert!(
        secrets.contains("sudo install -D -m 0400 /dev/stdin /var/lib/secrets/shop.env"),
        "{secrets}"
    );
    assert!(
        secrets.contains("  ```\n  DB_PASSWORD=<group_vars/web.yml:1 shop_db_password>\n  ```"),
        "{secrets}"
    );
}

#[test]
fn odd_plans_are_valid_nix() {
    let mut fixture = Fixture::new();
    let mut plan = Plan::new("example", "a ''host'' ${x}\nof */ two lines");
    let machine = |expr: Expr| definition(Home::Machine, fixture.origin(0), expr);
    set(
        &mut plan,
        "services.x.settings",
        machine(Expr::apply("lib.importJSON", vec![Expr::str("/x")])),
    );
    set(&mut plan, "services.x.settings.a", machine(Expr::Int(1)));
    set(
        &mut plan,
        "services.x.\"odd ${name}\"",
        machine(Expr::Float(1e30)),
    );
    set(&mut plan, "users", machine(Expr::Attrs(Vec::new())));
    set(&mut plan, "users.users.a.uid", machine(Expr::Int(-1)));
    add(
        &mut plan,
        "users.users.a.packages",
        machine(Expr::package("lib")),
    );
    add(
        &mut plan,
        "users.users.a.packages",
        machine(Expr::package("xorg.xeyes")),
    );
    set(
        &mut plan,
        "zramSwap",
        machine(Expr::Attrs(vec![("enable".to_owned(), Expr::Bool(true))])),
    );
    set(&mut plan, "zramSwap.memoryPercent", machine(Expr::Int(5)));
    plan.remarks.push(Remark {
        home: Home::Machine,
        about: None,
        origin: Origin::default(),
        title: "a\nb".to_owned(),
        reason: "''${ \u{1b} */ \u{2028}".to_owned(),
        lines: (0..40)
            .map(|n| format!("{n}: {}", "x".repeat(300)))
            .collect(),
    });
    let output = fixture.emit(&[plan], Origins::Shown);
    check_files(&output);
    let services = file(&output, "modules/services.nix");
    assert!(services.contains("settings = lib.mkMerge ["), "{services}");
    let outputs = &fixture.account.get(fixture.items[0]).outputs;
    let a = outputs
        .iter()
        .find(|it| it.option.as_deref() == Some("services.x.settings.a"))
        .unwrap();
    assert_eq!(
        services.lines().nth(a.line as usize - 1).unwrap().trim(),
        "a = 1;"
    );
    let manual = file(&output, "modules/manual.nix");
    assert!(manual.contains("#   … 24 more lines"), "{manual}");
}

/// Every Nix file parses for rnix and Nix, and nixfmt has nothing to change.
pub(super) fn check_files(output: &Output) {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (path, bytes) in output
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".nix"))
    {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(
            rnix::Root::parse(text).errors().is_empty(),
            "{path}: {text}"
        );
        assert_eq!(nixfmt_rs::format(text).unwrap(), text, "{path}");
        let file = folder.path().join(path.replace('/', "_"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    match Command::new("nix-instantiate")
        .arg("--parse")
        .args(&files)
        .output()
    {
        Ok(parsed) => assert!(
            parsed.status.success(),
            "{}",
            String::from_utf8_lossy(&parsed.stderr)
        ),
        Err(_) => println!("skipped: there is no nix-instantiate"),
    }
}

#[test]
fn a_crowd_is_spread_over_the_comment_that_names_it() {
    let tree = SourceTree::from_texts("t", &[("a/tasks/main.yml", &"- x: y\n".repeat(90))]);
    let file = tree.find("a/tasks/main.yml").unwrap();
    let mut account = Account::new();
    let mut plan = Plan::new("example", "");
    let mut items = Vec::new();
    for at in 0..90 {
        let span = Span::new(file, at * 7, at * 7 + 6);
        let item = account.open(ItemKind::AnsibleTask, "apt", "", span);
        account.close(
            item,
            Closing {
                host: String::new(),
                verdict: Verdict::Translated,
                code: Code::Stated,
                reason: String::new(),
            },
        );
        items.push(item);
        let origin = Origin {
            items: vec![item],
            ..Origin::default()
        };
        let home = || Home::Role("a".to_owned());
        add(
            &mut plan,
            "environment.systemPackages",
            definition(home(), origin.clone(), Expr::package("git")),
        );
        if at < 20 {
            let path = OptionPath::parse("boot.kernel.sysctl").child(&format!("x.{at}"));
            plan.set(path, definition(home(), origin, Expr::Int(1)))
                .unwrap();
        }
    }
    let options = Options {
        secrets: Way::Files,
        origins: Origins::Shown,
    };
    let output = emit(&[plan], &tree, &mut account, options);
    check_files(&output);
    let mut lines = std::collections::BTreeMap::new();
    for item in items {
        let outputs = &account.get(item).outputs;
        assert!(!outputs.is_empty());
        for it in outputs {
            *lines.entry((it.file.clone(), it.line)).or_insert(0) += 1;
        }
    }
    assert!(lines.values().all(|count| *count <= 25), "{lines:?}");
}

#[test]
fn a_long_list_is_divided_by_origin() {
    let mut fixture = Fixture::new();
    let mut plan = Plan::new("web1", "");
    for (item, package) in [(0, "git"), (1, "htop"), (0, "curl"), (2, "jq"), (1, "7zz")] {
        let origin = fixture.origin(item);
        add(
            &mut plan,
            "environment.systemPackages",
            definition(Home::Machine, origin, Expr::package(package)),
        );
    }
    plan.remarks.push(Remark {
        home: Home::Machine,
        about: Some(OptionPath::parse("environment.systemPackages")),
        origin: fixture.origin(2),
        title: String::new(),
        reason: "a reason".to_owned(),
        lines: vec![format!("  content: {}", "many words ".repeat(14))],
    });
    let output = fixture.emit(&[plan], Origins::Shown);
    assert_eq!(
        file(&output, "modules/packages.nix"),
        r#"# Packages on web1.
{ pkgs, ... }:

{
  environment.systemPackages = [
    # roles/shop/tasks/main.yml:1 Install packages
    pkgs.git
    pkgs.curl
    # roles/shop/tasks/main.yml:2 Shop user
    pkgs.htop
    pkgs."7zz"
    # roles/shop/tasks/main.yml:3 Site
    pkgs.jq
  ];
  # MANUAL roles/shop/tasks/main.yml:3 Site: a reason.
  #     content: many words many words many words many words many words many words many words many words many
  #       words many words many words many words many words many words
}
"#
    );
    let lines = |item: usize| -> Vec<u32> {
        let outputs = &fixture.account.get(fixture.items[item]).outputs;
        outputs.iter().map(|it| it.line).collect()
    };
    assert_eq!(
        (lines(0), lines(1), lines(2)),
        (vec![7, 8], vec![10, 11], vec![13, 15])
    );
}
