//! What texts come to.

use serde_json::{Value, json};

use super::SITE;

fn check(text: &str, part: &str, expected: &Value) {
    let got = (SITE.call)(&text.into());
    let found = got.map_or(json!("no answer"), |it| it[part].clone());
    assert_eq!(&found, expected, "{part} of {text}");
}

#[test]
fn a_host_has_its_options_and_its_text() {
    let text = "<VirtualHost *:80>\n ServerName a.org\n ServerAlias b.org c.org\n ServerAdmin x@a.org\n DocumentRoot \"/srv/a\"\n\
                <Directory /srv/a>\n Options FollowSymLinks\n </Directory>\n ErrorLog ${APACHE_LOG_DIR}/a.log\n\
                CustomLog ${APACHE_LOG_DIR}/b.log combined\n RewriteEngine On\n</VirtualHost>\n";
    check(
        text,
        "hosts",
        &json!({"a.org": {
            "serverAliases": ["b.org", "c.org"], "adminAddr": "x@a.org", "documentRoot": "/srv/a", "logFormat": "combined",
            "extraConfig": "<Directory /srv/a>\n  Options FollowSymLinks\n</Directory>\nRewriteEngine On\n",
        }}),
    );
    check(
        text,
        "assume",
        &json!(["its logs have the names that NixOS gives them, in /var/log/httpd"]),
    );
}

#[test]
fn hosts_of_one_name() {
    let ssl = "<IfModule mod_ssl.c>\n<VirtualHost _default_:443>\nServerName a\nDocumentRoot /var/www/a\nSSLEngine on\n\
               SSLCertificateFile /c\nSSLCertificateKeyFile /k\n</VirtualHost>\n</IfModule>\n";
    let options = json!({
        "http2": false, "documentRoot": "/var/www/a", "sslServerCert": "/c", "sslServerKey": "/k",
    });
    let with = |mode: &str| {
        let mut all = json!({ mode: true });
        for (name, value) in options.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    };
    let plain =
        |line: &str| format!("<VirtualHost *:80>\nServerName a\n{line}\n</VirtualHost>\n{ssl}");
    check(
        &plain("Redirect permanent / https://a/"),
        "hosts",
        &json!({"a": with("forceSSL")}),
    );
    check(
        &plain("DocumentRoot /var/www/a"),
        "hosts",
        &json!({"a": with("addSSL")}),
    );
    check(
        &plain("Redirect / https://b/"),
        "hosts",
        &json!({"a:80": {"hostName": "a", "extraConfig": "Redirect / https://b/\n"}, "a": with("onlySSL")}),
    );
}

#[test]
fn sockets_and_nameless_hosts() {
    check(
        "Listen 8080\n<VirtualHost *:8080>\nDocumentRoot /var/www/html\n</VirtualHost>\n",
        "hosts",
        &json!({"000-default": {
            "hostName": "localhost", "listen": [{"ip": "*", "port": 8080}], "documentRoot": "/var/www/html",
        }}),
    );
    check(
        "<VirtualHost *>\n</VirtualHost>\n",
        "hosts",
        &json!("no answer"),
    );
}

#[test]
fn what_stands_outside_of_hosts_is_text() {
    check("ServerTokens Prod\n", "text", &json!("ServerTokens Prod\n"));
    check("ServerTokens Prod\n", "hosts", &Value::Null);
    check("ErrorLog ${OTHER}/x.log\n", "text", &json!("no answer"));
    check(
        "SetHandler \"proxy:unix:/run/x|fcgi://localhost\"\n",
        "modules",
        &json!(["proxy_fcgi"]),
    );
}

#[test]
fn a_whole_httpd_conf_is_options_hosts_and_text() {
    let text = "ServerRoot \"/etc/httpd\"\nListen 80\nInclude conf.modules.d/*.conf\nUser apache\nGroup apache\n\
                ServerAdmin web@a.org\n<Directory />\n AllowOverride none\n Require all denied\n</Directory>\n\
                DocumentRoot \"/var/www/html\"\n<Files \".ht*\">\n Require all denied\n</Files>\nErrorLog \"logs/error_log\"\n\
                LogLevel warn\n<IfModule log_config_module>\n LogFormat \"%h\" common\n CustomLog \"logs/access_log\" combined\n</IfModule>\n\
                LoadModule proxy_ajp_module modules/mod_proxy_ajp.so\nKeepAlive On\n\
                <IfModule mpm_prefork_module>\n StartServers 5\n MaxRequestWorkers 80\n</IfModule>\nIncludeOptional conf.d/*.conf\n";
    check(
        text,
        "options",
        &json!({"adminAddr": "web@a.org", "logLevel": "warn", "maxClients": 80}),
    );
    check(
        text,
        "hosts",
        &json!({"localhost": {"documentRoot": "/var/www/html"}}),
    );
    check(
        text,
        "text",
        &json!("KeepAlive On\n<IfModule mpm_prefork_module>\n  StartServers 5\n</IfModule>\n"),
    );
    check(text, "modules", &json!(["proxy_ajp"]));
}

#[test]
fn what_certbot_includes_is_tls() {
    check(
        "<VirtualHost *:443>\nServerName a\nDocumentRoot /var/www/a\nSSLCertificateFile /c\nSSLCertificateKeyFile /k\n\
         Include /etc/letsencrypt/options-ssl-apache.conf\nErrorLog logs/x\n</VirtualHost>\n",
        "hosts",
        &json!({"a": {
            "onlySSL": true, "http2": false, "documentRoot": "/var/www/a", "sslServerCert": "/c", "sslServerKey": "/k",
        }}),
    );
}

#[test]
fn a_rule_of_certbot_sends_to_https() {
    check(
        "<VirtualHost *:80>\nServerName a\nServerAlias b\nDocumentRoot /var/www/a\nRewriteEngine on\n\
         RewriteCond %{SERVER_NAME} =a [OR]\nRewriteCond %{SERVER_NAME} =b\n\
         RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]\n</VirtualHost>\n\
         <VirtualHost *:443>\nServerName a\nServerAlias b\nDocumentRoot /var/www/a\nSSLEngine on\nSSLCertificateFile /c\n\
         SSLCertificateKeyFile /k\n</VirtualHost>\n",
        "hosts",
        &json!({"a": {
            "serverAliases": ["b"], "forceSSL": true, "http2": false, "documentRoot": "/var/www/a",
            "sslServerCert": "/c", "sslServerKey": "/k",
        }}),
    );
}

#[test]
fn tables_of_apache_itself_are_left_out() {
    check(
        "<IfModule mod_autoindex.c>\nAddIcon /icons/a.gif .a\nIndexOptions FancyIndexing\n</IfModule>\n\
         <IfModule mod_mime.c>\nAddLanguage en .en\nAddHandler cgi-script .cgi\n</IfModule>\n\
         Alias /icons/ /usr/share/apache2/icons/\n<Directory /usr/share/apache2/icons>\nRequire all granted\n</Directory>\n",
        "text",
        &json!(
            "<IfModule mod_autoindex.c>\n  IndexOptions FancyIndexing\n</IfModule>\n\
             <IfModule mod_mime.c>\n  AddHandler cgi-script .cgi\n</IfModule>\n"
        ),
    );
}
