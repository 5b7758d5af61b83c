//! Files as people write them, and what is said of them.

use super::{Checked, Summary, check};
use crate::schema::{BUILT_IN, read_options};
use crate::source::SourceTree;

fn checked(files: &[(&str, &str)]) -> (SourceTree, Checked) {
    let tree = SourceTree::from_texts("t", &[]);
    let mut tree = tree;
    for (path, text) in files {
        tree.add_text(path, text);
    }
    let checked = check(&tree, &BUILT_IN);
    (tree, checked)
}

/// What is said: code, place, message and cure of each.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let (tree, checked) = checked(files);
    let sorted = checked.diagnostics.sorted();
    let line = |it: &&crate::diag::Diagnostic| {
        let at = it.span.map(|span| tree.position(span));
        let at = at.map_or_else(String::new, |it| format!("{}:{}", it.line, it.column));
        let help = it
            .help
            .as_deref()
            .map_or_else(String::new, |it| format!("; {it}"));
        format!("{} {at} {}{help}", it.code.id(), it.message)
    };
    sorted.iter().map(line).collect()
}

#[track_caller]
fn one(text: &str, expected: &[&str]) {
    assert_eq!(said(&[("module.nix", text)]), expected, "{text}");
}

#[track_caller]
fn fixed(text: &str, expected: &str) {
    let (_, checked) = checked(&[("module.nix", text)]);
    let mut new = text.to_owned();
    for edit in checked.edits.iter().rev() {
        new.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    assert_eq!(new, expected);
}

#[test]
fn what_is_right_is_fine() {
    one(
        "{ config, lib, pkgs, ... }: {
           networking.firewall.allowedTCPPorts = [ 80 443 ] ++ lib.optional config.x 22;
           services.nginx = { enable = true; virtualHosts.\"a.b\".locations.\"/\".proxyPass = \"http://${x}\"; };
           systemd.services.shop = { serviceConfig.ExecStart = \"${pkgs.shop}/bin/shop\"; path = with pkgs; [ git ]; };
           users.users.${name} = { isNormalUser = true; extraGroups = [ \"wheel\" ]; };
           services.openssh.settings.AnythingElse = true;
           environment.etc.\"x\".source = ./x;
           boot.kernel.sysctl.\"net.ipv4.ip_forward\" = 1;
           services.nginx.virtualHosts.c = lib.mkMerge [ { root = \"/srv\"; } (lib.mkIf x y) ];
         }",
        &[],
    );
}

#[test]
fn an_unknown_option_is_named_with_what_is_like_it() {
    one(
        "{ services.nginx.enabel = true; }",
        &[
            "option-unknown 1:3 `services.nginx.enabel` is no option of NixOS; \
           it may be `services.nginx.enable`, `services.nginx.enableReload`",
        ],
    );
    one(
        "{\n  services.openssh = {\n    PermitRootLogin = \"no\";\n  };\n}",
        &[
            "option-unknown 3:5 `services.openssh.PermitRootLogin` is no option of NixOS; \
           it may be `services.openssh.settings.PermitRootLogin`",
        ],
    );
    one(
        "{ users.users.bob.shel = 1; networking.hostname = \"x\"; }",
        &[
            "option-unknown 1:3 `users.users.bob.shel` is no option of NixOS; it may be `users.users.bob.shell`",
            "option-unknown 1:29 `networking.hostname` is no option of NixOS; it may be `networking.hostName`",
        ],
    );
    one(
        "{ security.sudo.extraRules = [ { userz = [ ]; } ]; }",
        &[
            "option-unknown 1:34 `security.sudo.extraRules.*.userz` is no option of NixOS; \
           it may be `security.sudo.extraRules.*.users`",
        ],
    );
}

#[test]
fn where_other_modules_may_have_options_only_slips_are_named() {
    one(
        "{ networking.wireles.enable = true; programs.unheardOf = 1; networking.dmoain = \"x\"; \
         networking.enableIPv66 = true; }",
        &[
            "option-unknown 1:61 `networking.dmoain` is no option of NixOS; it may be `networking.domain`",
        ],
    );
}

#[test]
fn a_literal_of_another_type_is_named_with_the_cure() {
    one(
        "{ services.nginx.enable = \"yes\"; networking.firewall.allowedTCPPorts = [ 80 \"443\" ]; }",
        &[
            "option-type 1:27 `services.nginx.enable` takes boolean, not the string `yes`; write `true` without quotes",
            "option-type 1:77 `networking.firewall.allowedTCPPorts` takes list of 16 bit unsigned integer; \
             between 0 and 65535 (both inclusive), not the string `443` at `1`",
        ],
    );
    one(
        "{ services.nginx = true; services.openssh.enable.x = 1; }",
        &[
            "option-type 1:20 `services.nginx` is no option, but a folder of options; it cannot be the boolean true; \
             write `services.nginx.enable`",
            "option-type 1:26 `services.openssh.enable` takes boolean, not an attribute set",
        ],
    );
    // What only evaluation knows is never wrong.
    one(
        "{ lib, ... }: { services.nginx.enable = lib.foo \"yes\"; services.openssh.enable = cfg.x; \
         networking.hostName = if a then b else c; services.openssh.ports = lib.mkIf x (f 1); }",
        &[],
    );
}

#[test]
fn renamed_options_are_fixed_where_they_stand() {
    fixed(
        "{ boot.cleanTmpDir = true; }",
        "{ boot.tmp.cleanOnBoot = true; }",
    );
    fixed(
        "{ boot = { cleanTmpDir = true; }; }",
        "{ boot = { tmp.cleanOnBoot = true; }; }",
    );
    fixed(
        "{ services.samba.shares.a = { path = x; public = \"yes\"; }; }",
        "{ services.samba.settings.a = { path = x; public = \"yes\"; }; }",
    );
    let alias = "{ users.extraUsers.bob.uid = 1000; }";
    fixed(alias, alias);
    one(
        alias,
        &["option-alias 1:3 `users.extraUsers` is another name of `users.users`"],
    );
    fixed(
        "{ security.pam.services.\"a\".u2fAuth = lib.mkDefault true; }",
        "{ security.pam.services.\"a\".u2f.enable = lib.mkDefault true; }",
    );
    // A value of another kind, names that are apart (all of the set moves), and a new name that is set already.
    fixed(
        "{ boot.cleanTmpDir = \"yes\"; }",
        "{ boot.cleanTmpDir = \"yes\"; }",
    );
    fixed(
        "{ hardware.opengl = { enable = true; }; }",
        "{ hardware.graphics = { enable = true; }; }",
    );
    let taken = "{ boot.cleanTmpDir = true; boot.tmp.cleanOnBoot = true; }";
    fixed(taken, taken);
    one(
        "{ boot.cleanTmpDir = true; }",
        &[
            "option-renamed 1:3 `boot.cleanTmpDir` has another name in this release: `boot.tmp.cleanOnBoot`; \
           write `boot.tmp.cleanOnBoot`; --fix does it",
        ],
    );
    one(
        "{ systemd.extraConfig = \"x\"; }",
        &["option-removed 1:3 `systemd.extraConfig` is no longer in NixOS"],
    );
}

#[test]
fn options_of_other_modules_are_no_problem() {
    one(
        "{ sops.secrets.x = { }; environment.persistence.\"/x\" = { }; services.unheard-of.enable = 1; }",
        &[],
    );
    one(
        "{ options.services.nginx.mine = mkOption { }; config.services.nginx.mine.x = 1; }",
        &[],
    );
    let other = ("b.nix", "{ options.services.nginx.mine = mkOption { }; }");
    assert_eq!(
        said(&[("a.nix", "{ services.nginx.mine = 1; }"), other]),
        Vec::<String>::new()
    );
    let foreign = "{ imports = [ inputs.x.nixosModules.y ]; services.nginx.somethingNew = 1; services.nginx.enabel = true; }";
    one(
        foreign,
        &[
            "option-foreign 1:42 `services.nginx.somethingNew` is no option of NixOS itself; \
             a module that is imported from elsewhere must declare it",
            "option-unknown 1:75 `services.nginx.enabel` is no option of NixOS; \
             it may be `services.nginx.enable`, `services.nginx.enableReload`",
        ],
    );
}

#[test]
fn modules_inside_of_files_are_checked() {
    let wrong = "services.nginx.enabel = true;";
    let found = |text: &str| said(&[("flake.nix", text)]).len();
    for (text, expected) in [
        (format!("{{ containers.web.config = {{ {wrong} }}; }}"), 1),
        (
            format!("{{ containers.web.config = {{ pkgs, ... }}: {{ {wrong} }}; }}"),
            1,
        ),
        (
            format!("{{ specialisation.x.configuration = {{ {wrong} }}; }}"),
            1,
        ),
        (
            format!(
                "{{ outputs = {{ self, ... }}: {{ nixosModules.x = {{ ... }}: {{ {wrong} }}; }}; }}"
            ),
            1,
        ),
        (
            format!(
                "{{ outputs = i: {{ nixosConfigurations.x = i.nixpkgs.lib.nixosSystem {{ modules = [ {{ {wrong} }} ]; }}; }}; }}"
            ),
            1,
        ),
        (
            format!("import ./t.nix ({{ pkgs, ... }}: {{ nodes.a = {{ {wrong} }}; }})"),
            1,
        ),
        (format!("{{ outputs = i: {{ {wrong} }}; }}"), 0),
        (format!("{{ home-manager.users.x = {{ {wrong} }}; }}"), 0),
    ] {
        assert_eq!(found(&text), expected, "{text}");
    }
}

#[test]
fn modules_of_home_manager_and_nix_darwin_are_left() {
    let git = "programs.git.userName = \"x\";";
    for (path, text, expected) in [
        ("a.nix", format!("{{ {git} }}"), 1),
        (
            "a.nix",
            format!("{{ home.stateVersion = \"1\"; {git} }}"),
            0,
        ),
        ("home/a.nix", format!("{{ {git} }}"), 0),
        ("a.nix", format!("{{ system.stateVersion = 5; {git} }}"), 0),
        ("a.nix", format!("final: prev: {{ {git} }}"), 0),
        ("a.nix", format!("{{ pkgs }}: {{ {git} }}"), 0),
    ] {
        assert_eq!(said(&[(path, &text)]).len(), expected, "{path} {text}");
    }
    let host = (
        "host.nix",
        "{ home-manager.users.x = import ./me.nix; boot.x = 1; }",
    );
    let me = format!("{{ {git} }}");
    assert_eq!(said(&[host, ("me.nix", &me)]), Vec::<String>::new());
}

#[test]
fn a_syntax_error_is_said_once_and_the_rest_is_checked() {
    one(
        "{\n  services.nginx.enabel = true;\n  a = [ 1;\n}\n",
        &[
            "option-unknown 2:3 `services.nginx.enabel` is no option of NixOS; \
             it may be `services.nginx.enable`, `services.nginx.enableReload`",
            "nix-syntax 3:10 a value should stand here",
        ],
    );
}

#[test]
fn what_was_looked_at_is_counted() {
    let module = "{ ... }:\n{\n  services.nginx.enabel = true;\n  sops.x = 1;\n}\n";
    let (_, checked) = checked(&[("a.nix", module), ("b.nix", "final: prev: { }")]);
    let expected = Summary {
        files: 2,
        modules: 1,
        definitions: 2,
        covered: 1,
        problems: 1,
    };
    assert_eq!(checked.summary, expected);
}

#[test]
fn an_index_of_ones_own_takes_the_place_of_the_built_in_one() {
    let mut tree = SourceTree::from_texts("t", &[]);
    tree.add_text(
        "a.nix",
        "{ services.mine.port = \"x\"; services.mine.prt = 1; sops.x = 1; }",
    );
    let index = read_options(r#"{ "services.mine.port": { "loc": ["services", "mine", "port"], "type": "signed integer" } }"#)
        .expect("an index");
    let checked = check(&tree, &index);
    let codes: Vec<&str> = checked
        .diagnostics
        .sorted()
        .iter()
        .map(|it| it.code.id())
        .collect();
    assert_eq!(codes, ["option-type", "option-unknown"]);
}

#[test]
fn what_belongs_into_another_set_is_moved() {
    fixed(
        "{\n  services.xserver = {\n    enable = true;\n    # Log in here.\n    displayManager.gdm.enable = true; # yes\n  };\n}\n",
        "{\n  services.xserver = {\n    enable = true;\n  };\n  # Log in here.\n  services.displayManager.gdm.enable = true; # yes\n}\n",
    );
    // A set of which all is renamed goes as a whole, and one that is left empty too.
    fixed(
        "{\n  services = {\n    xserver = {\n      displayManager.gdm = {\n        enable = true;\n        autoSuspend = false;\n      };\n    };\n    x = 1;\n  };\n}\n",
        "{\n  services = {\n    displayManager.gdm = {\n      enable = true;\n      autoSuspend = false;\n    };\n    x = 1;\n  };\n}\n",
    );
    // Below a condition or a name that is computed, only a person can tell.
    one(
        "{ services.xserver = lib.mkIf x { displayManager.gdm.enable = true; }; }",
        &[
            "option-renamed 1:35 `services.xserver.displayManager.gdm.enable` has another name in this release: \
           `services.displayManager.gdm.enable`; move it to `services.displayManager.gdm.enable`: --fix cannot, since the \
           sets around it belong to the old name",
        ],
    );
}
