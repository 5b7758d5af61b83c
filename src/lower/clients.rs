//! Units that talk to the daemon of Docker, on a machine where nothing switches it on.
//!
//! The source has it from elsewhere: a role that is not in the input, or what a person did by hand. Without it each of
//! these units fails.

use super::ctx::Ctx;
use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Origin, Plan};
use crate::rules::Join;

const DOCKER: &str = "virtualisation.docker.enable";

/// Options that bring the daemon, or a program that stands for it.
const BRINGS: [&[&str]; 4] = [
    &["virtualisation", "docker"],
    &["virtualisation", "oci-containers", "containers"],
    &["virtualisation", "podman", "dockerCompat"],
    &["virtualisation", "podman", "dockerSocket"],
];

/// Programs that do nothing without the daemon.
const CLIENTS: [&[&str]; 2] = [&["pkgs", "docker"], &["pkgs", "docker-compose"]];

/// Switches the daemon on for the units that talk to it.
pub(super) fn complete(ctx: &mut Ctx<'_>) {
    let users = users(&ctx.plan);
    let Some(first) = users.first() else {
        return;
    };
    let clause = "the daemon of Docker is to run, since this talks to it";
    for it in &users {
        ctx.assumed(it, clause);
    }
    let definition = Definition {
        expr: Expr::Bool(true),
        origin: Origin {
            remarks: vec![format!("assumed: {clause}")],
            ..first.origin.clone()
        },
        ..first.clone()
    };
    ctx.state_besides(OptionPath::parse(DOCKER), definition, Join::Only);
}

/// Returns the definitions of units and jobs that run a client, where nothing brings the daemon.
fn users(plan: &Plan) -> Vec<Definition> {
    let starts = |path: &OptionPath, with: &[&str]| {
        let names = path.names().iter().map(String::as_str);
        names.take(with.len()).eq(with.iter().copied())
    };
    let is_brought = plan
        .settings()
        .any(|(path, _)| BRINGS.iter().any(|it| starts(path, it)));
    if is_brought {
        return Vec::new();
    }
    let runs = |expr: &Expr| CLIENTS.iter().any(|it| expr.selects(it));
    let mut found = Vec::new();
    for (path, setting) in plan.settings() {
        if starts(path, &["systemd", "services"]) || starts(path, &["services", "cron"]) {
            let own = setting.definitions().iter();
            // The module of an image says itself what it needs.
            let own = own.filter(|it| runs(&it.expr) && !matches!(it.home, Home::Service(_)));
            found.extend(own.cloned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::lower::step::tests::{step, words};
    use crate::lower::tests::check_all;
    use crate::model::Resource;

    #[test]
    fn who_talks_to_the_daemon_has_it() {
        check_all(
            vec![Resource::Step(step("x", words(&["docker", "start", "y"])))],
            r#"
            systemd.services.shop-x.description = "x";
            systemd.services.shop-x.wantedBy += "multi-user.target";
            systemd.services.shop-x.after += "docker.service";
            systemd.services.shop-x.after += "network-online.target";
            systemd.services.shop-x.wants += "network-online.target";
            systemd.services.shop-x.environment.HOME = "/root";
            systemd.services.shop-x.serviceConfig.Type = "oneshot";
            systemd.services.shop-x.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-x.serviceConfig.ExecStart = "${pkgs.docker}/bin/docker start y";
            systemd.services.shop-x.unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/shop-x";
            systemd.services.shop-x.serviceConfig.ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/shop-x";
            virtualisation.docker.enable = true;
            runtime: a command cannot be stated as configuration; it runs once, which `/var/lib/ops2nix/steps/shop-x` marks
            assumed: the daemon of Docker is to run, since this talks to it
            "#,
        );
    }
}
