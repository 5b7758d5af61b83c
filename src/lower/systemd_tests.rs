//! Tests of units: their files, and the options that say them.

use crate::lower::tests::{check, check_all, text};
use crate::model::{Content, File, Hole, HoleKind, Mode, Resource, Text, Unit, UnitSection};

fn unit(name: &str, drop_in: bool, source: &str) -> Resource {
    let mut sections: Vec<UnitSection> = Vec::new();
    for line in source
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if let Some(name) = line.strip_prefix('[') {
            sections.push(UnitSection {
                name: name.trim_end_matches(']').to_owned(),
                directives: indexmap::IndexMap::new(),
            });
        } else if let (Some(last), Some((name, value))) =
            (sections.last_mut(), line.split_once('='))
        {
            last.directives
                .entry(name.to_owned())
                .or_default()
                .push(text(value));
        }
    }
    Resource::Unit(Unit {
        name: name.to_owned(),
        drop_in,
        sections,
        enabled: (!drop_in).then_some(true),
    })
}

#[test]
fn a_service_without_capabilities_keeps_none() {
    check(
        unit(
            "shop.service",
            false,
            "[Service]
             ExecStart=/bin/true
             CapabilityBoundingSet=
             SystemCallFilter=",
        ),
        r#"
        systemd.services.shop.serviceConfig.ExecStart = "${pkgs.coreutils}/bin/true";
        systemd.services.shop.serviceConfig.CapabilityBoundingSet = "";
        "#,
    );
}

#[test]
fn an_order_that_only_the_machine_knows_is_left_alone() {
    let Resource::Unit(mut shop) = unit(
        "shop.service",
        false,
        "[Unit]
         After=network.target
         [Service]
         ExecStart=/bin/true",
    ) else {
        return;
    };
    let after = shop.sections[0].directives.get_mut("After").unwrap();
    after.push(Text::hole(Hole {
        kind: HoleKind::Unknown,
        what: "the other services".to_owned(),
        span: None,
    }));
    check(
        Resource::Unit(shop),
        r#"
        systemd.services.shop.after += "network.target";
        systemd.services.shop.serviceConfig.ExecStart = "${pkgs.coreutils}/bin/true";
        manual: `After` holds the other services, which is known only on the machine
        "#,
    );
}

#[test]
fn a_service_has_typed_options() {
    check(
        unit(
            "shop.service",
            false,
            "[Unit]
             Description=The shop
             After=network.target postgresql.service
             StartLimitIntervalSec=1min
             ConditionPathExists=/srv/shop
             [Service]
             Type=simple
             WorkingDirectory=/srv/shop
             Environment=PORT=8000 \"GREETING=good day\"
             ExecStartPre=-/bin/mkdir -p /run/shop
             ExecStart=/usr/bin/node server.js --at %i
             Restart=no
             RemainAfterExit=yes
             UMask=0022
             LimitNOFILE=65536
             [Install]
             WantedBy=multi-user.target",
        ),
        r#"
        systemd.services.shop.description = "The shop";
        systemd.services.shop.after += "network.target";
        systemd.services.shop.after += "postgresql.service";
        systemd.services.shop.startLimitIntervalSec = 60;
        systemd.services.shop.unitConfig.ConditionPathExists = "/srv/shop";
        systemd.services.shop.serviceConfig.Type = "simple";
        systemd.services.shop.serviceConfig.WorkingDirectory = "/srv/shop";
        systemd.services.shop.environment.PORT = "8000";
        systemd.services.shop.environment.GREETING = "good day";
        systemd.services.shop.serviceConfig.ExecStartPre = "-${pkgs.coreutils}/bin/mkdir -p /run/shop";
        systemd.services.shop.serviceConfig.ExecStart = "${pkgs.nodejs}/bin/node server.js --at %i";
        systemd.services.shop.serviceConfig.Restart = "no";
        systemd.services.shop.serviceConfig.RemainAfterExit = true;
        systemd.services.shop.serviceConfig.UMask = "0022";
        systemd.services.shop.serviceConfig.LimitNOFILE = 65536;
        systemd.services.shop.wantedBy += "multi-user.target";
        assumed: `/usr/bin/node` is taken from `pkgs.nodejs`
        "#,
    );
}

#[test]
fn secret_variables_come_from_a_file() {
    check(
        unit(
            "shop.service",
            false,
            "[Service]\nEnvironment=A=1 B=<secret: token>\nExecStart=/bin/sh x",
        ),
        r#"
        systemd.services.shop.environment.A = "1";
        systemd.services.shop.serviceConfig.ExecStart = "/bin/sh x";
        systemd.services.shop.serviceConfig.EnvironmentFile = "/run/secrets/shop.env";
        /run/secrets/shop.env: B=<secret: token>
        assumed: its secret variables are put into `/run/secrets/shop.env`
        "#,
    );
}

#[test]
fn a_shell_finds_its_programs_in_the_path() {
    check(
        unit(
            "pull.service",
            false,
            "[Service]\nExecStart=/bin/sh -c 'git pull && date'\nWorkingDirectory=/usr/share/x",
        ),
        r#"
        systemd.services.pull.path += pkgs.git;
        systemd.services.pull.serviceConfig.ExecStart = "/bin/sh -c 'git pull && date'";
        systemd.services.pull.serviceConfig.WorkingDirectory = "/usr/share/x";
        assumed: a program of its command is in `git`
        manual: `/usr/share/x` is not on NixOS: the files of packages live in the Nix store
        "#,
    );
}

#[test]
fn tar_finds_what_it_compresses_with() {
    check(
        unit(
            "a.service",
            false,
            "[Service]\nExecStart=/bin/tar czf /srv/a.tgz /srv/a\nExecStartPost=nice -n 5 tar xf /srv/b.tar.xz",
        ),
        r#"
        systemd.services.a.path += pkgs.gzip;
        systemd.services.a.path += pkgs.gnutar;
        systemd.services.a.path += pkgs.xz;
        systemd.services.a.serviceConfig.ExecStart = "${pkgs.gnutar}/bin/tar czf /srv/a.tgz /srv/a";
        systemd.services.a.serviceConfig.ExecStartPost = "${pkgs.coreutils}/bin/nice -n 5 tar xf /srv/b.tar.xz";
        assumed: a program of its command is in `gzip`; a program of its command is in `gnutar`; a program of its command is in `xz`
        "#,
    );
}

#[test]
fn a_hole_in_a_command_leaves_the_unit_to_the_person() {
    check(
        unit(
            "shop.service",
            false,
            "[Service]\nExecStart=/bin/sh <unknown: the version>",
        ),
        "manual: `ExecStart` holds the version, which is known only on the machine",
    );
}

#[test]
fn a_secret_file_is_read_where_it_is_put() {
    let file = Resource::File(File {
        path: "/etc/shop.env".into(),
        content: Content::Text(text("DB=<secret: shop_db>\n")),
        mode: Some(Mode(0o600)),
        owner: None,
        group: None,
    });
    let unit = unit(
        "shop.service",
        false,
        "[Service]\nEnvironmentFile=-/etc/shop.env",
    );
    check_all(
        vec![file, unit],
        r#"
        systemd.services.shop.serviceConfig.EnvironmentFile = "/run/secrets/shop.env";
        /run/secrets/shop.env: DB=<secret: shop_db>
        assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`
        assumed: the content of `/etc/shop.env` is put into `/run/secrets/shop.env`
        "#,
    );
}

#[test]
fn a_drop_in_of_an_own_unit_is_one_unit_with_it() {
    check_all(
        vec![
            unit(
                "a.service",
                false,
                "[Service]\nExecStart=/bin/sh 1\nRestart=no\nUser=root",
            ),
            unit(
                "a.service",
                true,
                "[Service]\nExecStart=\nExecStart=/bin/sh 2\nRestart=always",
            ),
        ],
        r#"
        systemd.services.a.serviceConfig.User = "root";
        systemd.services.a.serviceConfig.ExecStart = "/bin/sh 2";
        systemd.services.a.serviceConfig.Restart = "always";
        "#,
    );
}

#[test]
fn a_drop_in_of_another_unit_overrides_it() {
    check(
        unit(
            "systemd-journald.service",
            true,
            "[Service]\nExecStartPre=\nLimitNOFILE=9\n[Unit]\nAfter=a.mount",
        ),
        r#"
        systemd.services.systemd-journald.serviceConfig.ExecStartPre = lib.mkForce [ "" ];
        systemd.services.systemd-journald.serviceConfig.LimitNOFILE = lib.mkForce 9;
        systemd.services.systemd-journald.after += "a.mount";
        assumed: NixOS has the unit `systemd-journald.service`
        "#,
    );
    check(
        unit("odd@.service", true, "[Service]\nNice=5"),
        r#"
        systemd.services."odd@".serviceConfig.Nice = lib.mkForce 5;
        assumed: something brings the unit `odd@.service`
        "#,
    );
}

#[test]
fn timers_sockets_and_mounts_have_their_options() {
    check(
        unit(
            "b.timer",
            false,
            "[Timer]\nOnCalendar=daily\nPersistent=yes\n[Install]\nWantedBy=timers.target",
        ),
        r#"
        systemd.timers.b.timerConfig.OnCalendar = "daily";
        systemd.timers.b.timerConfig.Persistent = true;
        systemd.timers.b.wantedBy += "timers.target";
        "#,
    );
    check(
        unit(
            "b.socket",
            false,
            "[Socket]\nListenStream=80\nListenStream=/run/b\nAccept=no",
        ),
        r#"
        systemd.sockets.b.listenStreams += "80";
        systemd.sockets.b.listenStreams += "/run/b";
        systemd.sockets.b.socketConfig.Accept = false;
        "#,
    );
    check(
        unit(
            "b.mount",
            false,
            "[Mount]\nWhat=/dev/b\nWhere=/b\nType=ext4\nLazyUnmount=true\n[Install]\nWantedBy=x.target",
        ),
        r#"
        systemd.mounts += { what = "/dev/b"; where = "/b"; type = "ext4"; mountConfig = { LazyUnmount = true; }; wantedBy = [ "x.target" ]; };
        "#,
    );
}
