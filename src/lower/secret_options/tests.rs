//! The table against the index, and files with secrets against the options that they become.

use std::collections::BTreeMap;

use super::{VARIANTS, Variant, apply};
use crate::lower::tests::text;
use crate::model::{Content, File, Resource};
use crate::nix::print;
use crate::rules::Rules;

#[test]
fn the_options_of_the_table_are_there() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut options: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for name in ["options", "added-options"] {
        let path = format!("{root}/rules/nixos/{name}.json");
        let text = std::fs::read_to_string(path).unwrap();
        options.extend(serde_json::from_str::<BTreeMap<_, _>>(&text).unwrap());
    }
    for (path, variant) in VARIANTS.iter() {
        let files = match variant {
            Variant::File(file) => vec![file],
            Variant::Whole(option) => vec![option],
            Variant::Text(_) | Variant::Include(_) | Variant::IncludeEach(_) => Vec::new(),
            Variant::Variable(it) => it.off.iter().chain([&it.file]).collect(),
        };
        for file in files {
            let option = file.trim_end_matches(".<name>");
            assert!(options.contains_key(option), "{path:?}: no option {file}");
        }
    }
    // Each option that names a secret and has such a variant beside it is a row.
    for (name, option) in &options {
        // Of names and passwords together a file has another form.
        let kind = option["type"].as_str().unwrap_or_default();
        if kind.starts_with("attribute set") {
            continue;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let has_file = ["File", "_file"]
            .iter()
            .any(|end| options.contains_key(&format!("{name}{end}")));
        if has_file && crate::secret::is_secret_name(last) {
            let path: Vec<String> = name.split('.').map(str::to_owned).collect();
            assert!(VARIANTS.contains_key(&path), "{name} is no row");
        }
    }
}

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
