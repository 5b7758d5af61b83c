//! Files with secrets, and the options that they become.

use super::apply;
use crate::lower::tests::text;
use crate::model::{Content, File, Resource};
use crate::nix::print;
use crate::rules::Rules;

/// The rules of the test, the file's path and text, and what the plan says.
fn check(rule: &str, source: &str, expected: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), rule).unwrap();
    let rules = Rules::load(&[folder.path().to_owned()]).unwrap();
    let file = Resource::File(File {
        path: "/etc/x/redis.conf".to_owned(),
        content: Content::Text(text(source)),
        mode: None,
        owner: None,
        group: None,
    });
    let found = apply(&file, &rules).map(|(outcome, secrets)| {
        let settings = outcome.settings.iter().map(|(path, expr, _)| {
            format!("{path} = {}", print(expr, &|_| String::new()).as_str())
        });
        let secrets = secrets.iter().map(|it| it.path.clone());
        settings.chain(secrets).collect::<Vec<_>>().join("; ")
    });
    assert_eq!(found.as_deref(), expected);
}

#[test]
fn a_secret_goes_to_the_option_for_its_file() {
    let rule = "id = 'x'\nwhy = 'x.'\nwhen = { file = { path = '/etc/x/redis.conf', content = '$plain' } }\n\
                [set]\n'services.redis.servers.\"\".settings' = '$file.content | key-values'\n";
    let of = |name: &str| rule.replace("redis.servers.\"\"", name);
    check(
        rule,
        "port=1\nrequirepass=<secret: etc/r:2 requirepass>\n",
        Some(
            "services.redis.servers.\"\".settings.port = \"1\"; services.redis.servers.\"\".requirePassFile = \
             \"/run/secrets/redis-requirepass\"; /run/secrets/redis-requirepass",
        ),
    );
    check(
        &of("telegraf").replace("settings'", "extraConfig.outputs'"),
        "url=http://x:<secret: key>@y\n",
        Some(
            "services.telegraf.extraConfig.outputs.url = \"http://x:\\${REDIS_KEY}@y\"; \
             services.telegraf.environmentFiles = \"/run/secrets/redis.env\"; /run/secrets/redis.env",
        ),
    );
    check(
        &of("telegraf").replace("settings'", "extraConfig.outputs'"),
        "url=<secret: key>\nother=$x\n",
        None,
    );
    // Another option has no file of its own, and a value is the secret or none.
    check(rule, "port=1\nother=<secret: etc/r:2 other>\n", None);
    check(rule, "port=1\nrequirepass=x<secret: etc/r:2 other>\n", None);
    check(rule, "<secret: b>", None);
    check(
        &of("nginx").replace(
            "settings' = '$file.content | key-values'",
            "appendHttpConfig' = '$file.content'",
        ),
        "b;\nserver {\n  if (<secret: b>) {\n    return 403;\n  }\n  x;\n}\n",
        Some(
            "services.nginx.appendHttpConfig = ''\n  b;\n  server {\n    include /run/secrets/nginx-redis.conf;\n    \
             x;\n  }\n''; /run/secrets/nginx-redis.conf",
        ),
    );
    check(
        &of("grafana").replace("settings'", "settings.security'"),
        "admin_user=x\nadmin_password=<secret: a>\n",
        Some(
            "services.grafana.settings.security.admin_user = \"x\"; \
             services.grafana.settings.security.admin_password = \"$__file{/run/secrets/redis-a}\"; \
             /run/secrets/redis-a",
        ),
    );
}
