//! The PHP of a recipe that installs extensions: one interpreter that has all of them, which the module calls `php`.
//!
//! Which extensions there are is in pkgs/top-level/php-packages.nix of nixpkgs; which of them every PHP has, in
//! pkgs/development/interpreters/php.

use super::version;
use crate::account::Code;
use crate::lower::package::is_php_extension_of_all;
use crate::lower::statement::{Left, Lowered};
use crate::model::{Application, PHP_EXTENSION, Package};
use crate::nix::{Expr, Operator, StrPart};

/// What the module calls the interpreter.
pub(super) const BINDING: &str = "php";

/// Extensions that PHP is given by name.
const EXTENSIONS: &[&str] = &[
    "amqp",
    "apcu",
    "ast",
    "blackfire",
    "bz2",
    "couchbase",
    "datadog_trace",
    "dba",
    "decimal",
    "ds",
    "enchant",
    "event",
    "excimer",
    "ffi",
    "gnupg",
    "grpc",
    "igbinary",
    "imagick",
    "imap",
    "inotify",
    "ioncube-loader",
    "luasandbox",
    "mailparse",
    "maxminddb",
    "memcache",
    "memcached",
    "meminfo",
    "memprof",
    "mongodb",
    "msgpack",
    "oci8",
    "openswoole",
    "opentelemetry",
    "parallel",
    "pcov",
    "pdlib",
    "pdo_dblib",
    "pdo_oci",
    "pdo_sqlsrv",
    "phalcon",
    "pinba",
    "protobuf",
    "pspell",
    "rdkafka",
    "redis",
    "relay",
    "rrd",
    "shmop",
    "smbclient",
    "snmp",
    "snuffleupagus",
    "spx",
    "sqlsrv",
    "ssh2",
    "swoole",
    "systemd",
    "sysvmsg",
    "sysvshm",
    "tideways",
    "tidy",
    "uuid",
    "uv",
    "vld",
    "wikidiff2",
    "xdebug",
    "xsl",
    "yaml",
    "zend_test",
    "zstd",
];

/// Returns the extension that a package is.
pub(super) fn extension(package: &Package) -> Option<&str> {
    package.name.strip_prefix(PHP_EXTENSION)
}

fn is_known(extension: &str) -> bool {
    EXTENSIONS.contains(&extension)
}

fn extensions(application: &Application) -> Vec<&str> {
    let packages = application.packages.iter();
    let mut names: Vec<&str> = packages
        .filter_map(|it| extension(&it.value))
        .filter(|it| is_known(it))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Makes the interpreter; `None` where the recipe installs no extensions that not every PHP has.
pub(super) fn expr(application: &Application) -> Option<Expr> {
    let names = extensions(application);
    if names.is_empty() {
        return None;
    }
    let all = names
        .iter()
        .map(|it| Expr::Select(vec!["all".to_owned(), (*it).to_owned()]));
    let body = Expr::binary(
        Expr::select("enabled"),
        Operator::Append,
        Expr::List(all.collect()),
    );
    let function = Expr::Function("{ enabled, all }".to_owned(), Box::new(body));
    let own = interpreter(application);
    Some(Expr::apply(
        &format!("pkgs.{own}.withExtensions"),
        vec![function],
    ))
}

/// Returns the attribute of the PHP that the image has.
pub(super) fn interpreter(application: &Application) -> String {
    let of_variable = || {
        let mut variables = application.environment.iter();
        let found = variables.find(|it| it.value.name == "PHP_VERSION")?;
        version::php(found.value.value.plain()?)
    };
    version::of_program("php", application)
        .or_else(of_variable)
        .unwrap_or_else(|| "php".to_owned())
}

/// Returns where a program is that the interpreter has.
pub(super) fn program(name: &str, application: &Application) -> Option<Vec<StrPart>> {
    let is_its = matches!(name, "php" | "php-fpm" | "php-cgi");
    if !is_its || extensions(application).is_empty() {
        return None;
    }
    Some(vec![
        StrPart::Splice(Expr::select(BINDING)),
        StrPart::Literal(format!("/bin/{name}")),
    ])
}

/// Says what an extension comes to, besides the interpreter that has it.
pub(super) fn without_interpreter(name: &str) -> Option<Lowered> {
    if is_php_extension_of_all(name) {
        let reason = format!("every PHP of nixpkgs has `{name}`");
        return Some(Lowered::NotNeeded(Code::PackageNotNeeded, reason));
    }
    if is_known(name) {
        return None;
    }
    let left = Left::new(
        Code::PackageUnknown,
        format!("nixpkgs has no extension `{name}` of PHP"),
    );
    Some(Lowered::Manual(left.cure(
        "Do without it, or build it: pkgs.php.buildPecl { pname; version; sha256 = lib.fakeHash; }.",
    )))
}
