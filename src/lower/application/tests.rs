//! Whole modules from applications made by hand.

#[cfg(test)]
use std::collections::BTreeMap;

use crate::account::{Account, ItemId, ItemKind};
use crate::diag::Diagnostics;
use crate::emit;
use crate::lower::tests::text;
use crate::lower::{Cron, Means, lower};
use crate::model::{
    Application, ApplicationPort, ApplicationSource, Command, Condition, Content, Entry, Family,
    File, Health, Machine, Model, Origin, Package, Part, Protocol, Resource, SourceFrom, Sourced,
    User, VERSION, Variable,
};
use crate::rules::Rules;
use crate::schema;
use crate::source::{SourceTree, Span};

/// A recipe, and its instructions as items.
struct Recipe {
    tree: SourceTree,
    account: Account,
    items: Vec<(String, ItemId)>,
    /// What the recipe makes besides: the start of its instruction, and what it asks for.
    others: Vec<(&'static str, Resource)>,
}

impl Recipe {
    fn new(text: &str) -> Recipe {
        let tree = SourceTree::from_texts("shop", &[("shop/Dockerfile", text)]);
        let file = tree.find("shop/Dockerfile").unwrap();
        let mut account = Account::new();
        let mut items = Vec::new();
        let mut start = 0;
        for line in text.lines() {
            let word = line.split(' ').next().unwrap();
            let span = Span::new(file, start, start + line.len());
            let item = account.open(ItemKind::AnsibleTask, word, "", span);
            items.push((line.to_owned(), item));
            start += line.len() + 1;
        }
        Recipe {
            tree,
            account,
            items,
            others: Vec::new(),
        }
    }

    /// Says that the instruction that begins so asks for a value.
    fn of<T>(&self, line: &str, value: T) -> Sourced<T> {
        let (_, item) = self.items.iter().find(|it| it.0.starts_with(line)).unwrap();
        Sourced {
            value,
            origin: Origin::of(*item),
            assumptions: Vec::new(),
        }
    }

    /// Lowers and writes; the files by name, then what the items came to where it is not `translated`.
    fn written(&mut self, application: Application) -> (emit::Output, Vec<String>) {
        let part = Part::Service(application.name.clone());
        let entry = |resource: Resource, origin: Origin| Entry {
            resource,
            part: part.clone(),
            origin,
            assumptions: Vec::new(),
            guard: Condition::True,
        };
        let application = Resource::Application(Box::new(application));
        let mut entries = vec![entry(application, Origin::default())];
        for (line, resource) in &self.others {
            entries.push(entry(resource.clone(), self.of(line, ()).origin));
        }
        let machine = Machine {
            name: "example".into(),
            described: "shop/Dockerfile".into(),
            family: Family::Debian,
            packaged: BTreeMap::new(),
            started: None,
            entries,
        };
        let model = Model {
            version: VERSION,
            machines: vec![machine],
        };
        let mut diags = Diagnostics::new();
        let rules = Rules::default();
        let means = Means {
            rules: &rules,
            cron: Cron::Timers,
        };
        let mut plans = lower(&model, means, &mut self.account, &mut diags);
        schema::check(&mut plans, &mut self.account, &mut diags);
        let options = emit::Options {
            origins: emit::Origins::Shown,
            secrets: crate::plan::Way::Files,
        };
        let output = emit::emit(&plans, &self.tree, &mut self.account, options);
        let mut said = Vec::new();
        for (_, item) in self.account.items() {
            if let Some(decision) = item.decision() {
                said.push(format!(
                    "{} {}: {}",
                    item.subject,
                    decision.verdict.name(),
                    decision.reason
                ));
            }
        }
        for it in diags.sorted() {
            said.push(format!("{}: {}", it.code.id(), it.message));
        }
        (output, said)
    }
}

fn words(words: &[&str]) -> Command {
    Command::Words(words.iter().map(|it| text(it)).collect())
}

pub(super) fn nothing(name: &str) -> Application {
    Application {
        name: name.into(),
        described: "shop/Dockerfile".into(),
        summary: None,
        base: None,
        family: Family::Debian,
        command: None,
        directory: None,
        user: None,
        group: None,
        environment: Vec::new(),
        ports: Vec::new(),
        packages: Vec::new(),
        fetched: Vec::new(),
        state: Vec::new(),
        source: Vec::new(),
        stop_signal: None,
        health: None,
        variant_of: None,
        owns_source: false,
    }
}

fn variable(name: &str, value: &str) -> Variable {
    Variable {
        name: name.into(),
        value: text(value),
    }
}

fn tcp(port: u16) -> ApplicationPort {
    ApplicationPort {
        protocol: Protocol::Tcp,
        first: port,
        last: port,
    }
}

#[test]
fn a_service_of_the_source() {
    let mut recipe = Recipe::new(
        "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN apt-get install -y curl\nENV NODE_ENV=production PORT=8000 TOKEN=x\nEXPOSE 8000\nUSER node\nVOLUME /data\nSTOPSIGNAL SIGINT\nHEALTHCHECK CMD curl -f http://localhost:8000/\nCMD [\"node\", \"server.js\"]\n",
    );
    let shop = Application {
        base: Some("node:20".into()),
        command: Some(recipe.of(
            "CMD",
            words(&["tini", "--", "node", "server.js", "--data=/data"]),
        )),
        directory: Some(recipe.of("WORKDIR", "/app".into())),
        user: Some(recipe.of("USER", "node".into())),
        environment: vec![
            recipe.of("ENV", variable("NODE_ENV", "production")),
            recipe.of("ENV", variable("PORT", "8000")),
            recipe.of("ENV", variable("TOKEN", "<secret: TOKEN>")),
        ],
        ports: vec![recipe.of("EXPOSE", tcp(8000))],
        packages: vec![recipe.of(
            "RUN",
            Package {
                name: "curl".into(),
                family: Family::Debian,
                version: None,
            },
        )],
        state: vec![recipe.of("VOLUME", "/data".into())],
        source: vec![recipe.of(
            "COPY",
            ApplicationSource {
                path: "/app".into(),
                from: SourceFrom::Context(".".into()),
                folder: true,
            },
        )],
        stop_signal: Some(recipe.of("STOPSIGNAL", "SIGINT".into())),
        health: Some(recipe.of(
            "HEALTHCHECK",
            Health {
                command: Command::Script {
                    shell: "/bin/sh".into(),
                    text: text("curl -f http://localhost:8000/ || exit 1"),
                },
                interval: None,
                timeout: Some("5s".into()),
                start_period: None,
                retries: None,
            },
        )),
        ..nothing("shop")
    };
    check(
        &mut recipe,
        shop,
        r#"
        services.shop = {
        enable = true;
        environmentFile = "/run/secrets/shop.env";
        cfg = config.services.shop;
        enable = lib.mkEnableOption "shop";
        default = "/srv/shop";
        default = 8000;
        config = lib.mkIf cfg.enable {
        path = [ pkgs.curl ];
        NODE_ENV = "production";
        PORT = toString cfg.port;
        // cfg.environment;
        User = "shop";
        WorkingDirectory = "${cfg.source}";
        EnvironmentFile = lib.mkIf (cfg.environmentFile != null) cfg.environmentFile;
        ExecStart = "${pkgs.nodejs}/bin/node server.js --data=/var/lib/shop";
        StateDirectory = "shop";
        KillSignal = "SIGINT";
        networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
        curl -f http://localhost:${toString cfg.port}/ || exit 1
        "#,
        &[
            "WORKDIR translated: the output states this",
            "COPY assumed: the folder of the source is put into `/srv/shop`",
            "RUN translated: the output states this",
            "ENV assumed: `TOKEN` is put into `/run/secrets/shop.env`",
            "EXPOSE translated: the output states this",
            "USER assumed: the user `node` of the image is `shop` here",
            "VOLUME translated: the output states this",
            "STOPSIGNAL translated: the output states this",
            "HEALTHCHECK runtime: NixOS has no health checks of services: a timer runs it, and `systemctl --failed` shows what it finds",
            "CMD assumed: `node` is taken from `pkgs.nodejs`",
        ],
    );
}

#[test]
fn what_nothing_says_is_asked_for() {
    let mut recipe = Recipe::new(
        "FROM redis:7\nCOPY redis.conf /etc/redis/redis.conf\nCOPY extra.sh /usr/local/bin/\nEXPOSE 80 443/udp\nVOLUME /var/lib/redis /logs\nENV A=/x\n",
    );
    let source = |path: &str, from: &str| ApplicationSource {
        path: path.into(),
        from: SourceFrom::Context(from.into()),
        folder: false,
    };
    let redis = Application {
        base: Some("redis:7".into()),
        summary: Some("A cache.".into()),
        environment: vec![recipe.of("ENV", variable("A", "/x"))],
        source: vec![
            recipe.of(
                "COPY redis.conf",
                source("/etc/redis/redis.conf", "redis.conf"),
            ),
            recipe.of("COPY extra", source("/usr/local/bin/extra.sh", "extra.sh")),
        ],
        ports: vec![
            recipe.of("EXPOSE", tcp(80)),
            recipe.of(
                "EXPOSE",
                ApplicationPort {
                    protocol: Protocol::Udp,
                    first: 443,
                    last: 443,
                },
            ),
        ],
        state: vec![
            recipe.of("VOLUME", "/var/lib/redis".into()),
            recipe.of("VOLUME", "/logs/".into()),
        ],
        ..nothing("redis")
    };
    check(
        &mut recipe,
        redis,
        r#"
        # MANUAL: shop/Dockerfile does not say what to start, but the image `redis:7`.
        cfg = config.services.redis-app;
        enable = lib.mkEnableOption "A cache";
        description = "Command line that starts the service, as the image `redis:7` does.";
        ExecStart = cfg.command;
        AmbientCapabilities = "CAP_NET_BIND_SERVICE";
        StateDirectory = [
        BindPaths = [ "/var/lib/redis-app:/logs" ];
        "${cfg.source}/redis.conf:/etc/redis/redis.conf"
        networking.firewall = {
        allowedTCPPorts = lib.mkIf cfg.openFirewall [ 80 ];
        allowedUDPPorts = lib.mkIf cfg.openFirewall [ 443 ];
        "#,
        &[
            "COPY assumed: `redis.conf` of the source is put into `/srv/redis-app/redis.conf`",
            "COPY assumed: `extra.sh` of the source is put into `/srv/redis-app/extra.sh`",
            "EXPOSE assumed: it holds once `services.redis-app.command` is given and the service enabled",
            "VOLUME assumed: it holds once `services.redis-app.command` is given and the service enabled",
            "ENV assumed: it holds once `services.redis-app.command` is given and the service enabled",
            "service-renamed: NixOS has, or may have, a service `redis`: this one is `services.redis-app`",
            "service-not-enabled: `redis-app` is not enabled: shop/Dockerfile does not say what to start, but the image `redis:7`",
        ],
    );
}

#[test]
fn scripts_and_programs_of_their_own() {
    let mut recipe = Recipe::new(
        "FROM debian\nCOPY --from=build /src/backend /usr/local/bin/backend\nCOPY run.sh /run.sh\nCMD gosu app /run.sh; exec backend --config $CONFIG\n",
    );
    let source = |path: &str, from: &str| ApplicationSource {
        path: path.into(),
        from: SourceFrom::Stage(from.into()),
        folder: false,
    };
    let app = Application {
        command: Some(recipe.of(
            "CMD",
            Command::Script {
                shell: "/bin/sh".into(),
                text: text("/run.sh; exec backend --config $CONFIG"),
            },
        )),
        source: vec![
            recipe.of(
                "COPY --from",
                source("/usr/local/bin/backend", "build:/src/backend"),
            ),
            recipe.of("COPY run", source("/run.sh", "run.sh")),
        ],
        ..nothing("web")
    };
    check(
        &mut recipe,
        app,
        r#"
        - {file}`run.sh`, which is `/run.sh` in the image
        ${cfg.source}/run.sh; exec ${cfg.source}/backend --config $CONFIG
        # Assumed: `web` does not need the rights of root.
        "#,
        &[
            "COPY assumed: `build:/src/backend`, which a stage builds, is put into `/srv/web/backend`",
            "COPY assumed: `run.sh`, which a stage builds, is put into `/srv/web/run.sh`",
            "CMD assumed: `web` does not need the rights of root",
        ],
    );
    let mut recipe = Recipe::new("FROM scratch\nCMD /hugo\nEXPOSE 80\n");
    let app = Application {
        command: Some(recipe.of("CMD", words(&["/hugo", "--port=80"]))),
        ports: vec![recipe.of("EXPOSE", tcp(80))],
        ..nothing("edge")
    };
    check(
        &mut recipe,
        app,
        r#"
        package = lib.mkPackageOption pkgs "hugo" { };
        ExecStart = "${cfg.package}/bin/hugo --port=${toString cfg.port}";
        AmbientCapabilities = lib.mkIf (cfg.port < 1024) "CAP_NET_BIND_SERVICE";
        "#,
        &[
            "CMD assumed: `/hugo` is taken from `pkgs.hugo`; `edge` does not need the rights of root",
            "EXPOSE translated: the output states this",
        ],
    );
}

#[test]
fn a_script_of_the_recipe_is_a_program_of_the_store() {
    let mut recipe = Recipe::new(
        "FROM alpine\nRUN adduser edge\nCOPY run.sh /run.sh\nENTRYPOINT [\"/run.sh\"]\nCMD [\"hugo\"]\n",
    );
    let script = "#!/bin/sh\nset -e\ncurl -s localhost >/dev/null\nexec \"$@\"\n";
    recipe.others = vec![
        (
            "RUN",
            Resource::User(User {
                name: "edge".into(),
                system: Some(true),
                ..User::default()
            }),
        ),
        (
            "COPY",
            Resource::File(File {
                path: "/run.sh".into(),
                content: Content::Text(text(script)),
                mode: None,
                owner: None,
                group: None,
            }),
        ),
    ];
    let app = Application {
        command: Some(recipe.of("ENTRYPOINT", words(&["/run.sh", "hugo", "--help"]))),
        ..nothing("edge")
    };
    check(
        &mut recipe,
        app,
        r#"
        cfg = config.services.edge;
        run = pkgs.writeShellScript "run.sh" (builtins.readFile ../../files/services/edge/run.sh);
        package = lib.mkPackageOption pkgs "hugo" { };
        cfg.package
        pkgs.curl
        User = "edge";
        ExecStart = "${run} hugo --help";
        "#,
        &[
            "RUN translated: the output states this",
            "COPY translated: the unit starts it",
            "ENTRYPOINT assumed: `edge`, whom the recipe makes, runs `edge`",
        ],
    );
}

/// Compares: these lines are in the Nix files, in this order, and this is what is said.
fn check(recipe: &mut Recipe, application: Application, lines: &str, says: &[&str]) {
    let (output, said) = recipe.written(application);
    let texts: Vec<&str> = output
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".nix"))
        .map(|(_, bytes)| std::str::from_utf8(bytes).unwrap())
        .collect();
    let all = texts.concat();
    let mut rest = all.lines().map(str::trim);
    for line in lines.lines().map(str::trim).filter(|it| !it.is_empty()) {
        assert!(rest.any(|it| it == line), "no line {line} in\n{all}");
    }
    assert_eq!(said, says);
}
