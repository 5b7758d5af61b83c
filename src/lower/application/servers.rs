//! Servers of which NixOS has a module: a bare unit of the program would serve nothing.

use crate::account::Code;
use crate::lower::statement::Left;

/// Servers that do not run as they are: they look for their configuration and their folders where the image has them,
/// which the module of NixOS makes. With it, the module.
const SERVERS: [(&str, &str); 20] = [
    ("apache2", "services.httpd"),
    ("apache2-foreground", "services.httpd"),
    ("apache2ctl", "services.httpd"),
    ("apachectl", "services.httpd"),
    ("dovecot", "services.dovecot2"),
    ("httpd", "services.httpd"),
    ("httpd-foreground", "services.httpd"),
    ("mariadbd", "services.mysql"),
    ("mariadbd-safe", "services.mysql"),
    ("mongod", "services.mongodb"),
    ("mysqld", "services.mysql"),
    ("mysqld_safe", "services.mysql"),
    ("nginx", "services.nginx"),
    ("php-fpm", "services.phpfpm.pools.<name>"),
    ("postgres", "services.postgresql"),
    ("rabbitmq-server", "services.rabbitmq"),
    ("redis-server", "services.redis.servers.<name>"),
    ("slapd", "services.openldap"),
    ("sshd", "services.openssh"),
    ("vsftpd", "services.vsftpd"),
];

/// Refuses a server that only its module runs.
pub(super) fn refused(program: &str) -> Option<Left> {
    if matches!(program, "/init" | "/sbin/init" | "/usr/sbin/init") {
        let reason = format!(
            "it starts `{program}`, the image's own init, which starts services that nothing here names"
        );
        let left = Left::new(Code::ServiceConfig, reason);
        return Some(left.cure(
            "Look in the image at what it starts (s6-overlay has it in /etc/s6-overlay and /etc/services.d), and make each a service.",
        ));
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (_, module) = SERVERS.iter().find(|(it, _)| *it == bare || *it == name)?;
    let reason = format!(
        "it runs `{name}` with the files and folders of its image; NixOS runs it by `{module}`, which makes them"
    );
    let left = Left::new(Code::ServiceConfig, reason);
    Some(left.cure(format!(
        "Say by {module} what the service is to do, with `enable = true;`: then nothing of this module is needed."
    )))
}
