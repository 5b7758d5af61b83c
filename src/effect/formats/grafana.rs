//! `grafana`: grafana.ini, as nixos/modules/services/monitoring/grafana.nix writes it from `settings`.
//!
//! Grafana reads its own defaults first (its conf/defaults.ini): of the names that the module always writes, those that a
//! text does not have are as they stand there.

use serde_json::{Value, json};

use super::{Format, ini};

pub(super) static FORMAT: Format = Format {
    name: "grafana",
    write: ini::write,
    tree,
};

const DEFAULTS: &str = "
[analytics]
check_for_updates = true
feedback_links_enabled = true
reporting_enabled = true
[database]
cache_mode = private
conn_max_lifetime = 14400
host = 127.0.0.1:3306
locking_attempt_timeout_sec = 0
log_queries = false
max_idle_conn = 2
max_open_conn = 0
name = grafana
password =
query_retries = 0
ssl_mode = disable
transaction_retries = 5
type = sqlite3
user = root
wal = false
[security]
admin_email = admin@localhost
admin_password = admin
admin_user = admin
allow_embedding = false
content_security_policy = false
content_security_policy_report_only = false
cookie_samesite = lax
cookie_secure = false
disable_brute_force_login_protection = false
disable_gravatar = false
disable_initial_admin_creation = false
strict_transport_security = false
strict_transport_security_max_age_seconds = 86400
strict_transport_security_preload = false
strict_transport_security_subdomains = false
x_content_type_options = true
x_xss_protection = true
[server]
domain = localhost
enable_gzip = false
enforce_domain = false
http_addr =
http_port = 3000
protocol = http
read_timeout = 0
root_url = %(protocol)s://%(domain)s:%(http_port)s/
router_logging = false
serve_from_sub_path = false
socket = /tmp/grafana.sock
socket_gid = -1
socket_mode = 0660
[smtp]
enabled = false
from_address = admin@grafana.localhost
from_name = Grafana
host = localhost:25
password =
skip_verify = false
[users]
allow_org_create = false
allow_sign_up = false
auto_assign_org = true
auto_assign_org_id = 1
auto_assign_org_role = Viewer
default_language = en-US
default_theme = dark
hidden_users =
home_page =
login_hint = email or username
password_hint = password
user_invite_max_lifetime_duration = 24h
verify_email_enabled = false
viewers_can_edit = false
";

fn tree(text: &str) -> Result<Value, String> {
    let mut tree = (ini::FORMAT.tree)(DEFAULTS)?;
    let said = (ini::FORMAT.tree)(text)?;
    for (section, names) in said.as_object().into_iter().flatten() {
        for (name, value) in names.as_object().into_iter().flatten() {
            if tree.get(section).is_none() {
                tree[section.as_str()] = json!({});
            }
            tree[section.as_str()][name.as_str()] = value.clone();
        }
    }
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn defaults_are_grafanas_own() {
        check(
            &FORMAT,
            &json!({"server": {"http_port": 3000, "domain": "x"}}),
            "[server]\ndomain = x\n",
        );
    }
}
