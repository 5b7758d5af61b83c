//! `include`: the files that nginx's or Debian's package brings, and paths below /etc/nginx.
//!
//! NixOS has nginx.conf in the store, so a relative path would lead there.

use super::{Lifted, PACKAGE};
use crate::syntax::nginx::{Block, Directive, Word};

/// Where distributions have the pages that come with nginx.
const PAGES: &str = "/usr/share/nginx/html";

/// Files of nginx's own package.
const OF_PACKAGE: [&str; 5] = [
    "fastcgi_params",
    "fastcgi.conf",
    "uwsgi_params",
    "scgi_params",
    "mime.types",
];

/// What Debian's package has in `proxy_params`.
const PROXY_PARAMS: [(&str, &[&str]); 4] = [
    ("proxy_set_header", &["Host", "$http_host"]),
    ("proxy_set_header", &["X-Real-IP", "$remote_addr"]),
    (
        "proxy_set_header",
        &["X-Forwarded-For", "$proxy_add_x_forwarded_for"],
    ),
    ("proxy_set_header", &["X-Forwarded-Proto", "$scheme"]),
];

/// What Debian's package has in `snippets/fastcgi-php.conf`, before it includes fastcgi.conf.
const FASTCGI_PHP: [(&str, &[&str]); 5] = [
    ("fastcgi_split_path_info", &["^(.+?\\.php)(/.*)$"]),
    ("try_files", &["$fastcgi_script_name", "=404"]),
    ("set", &["$path_info", "$fastcgi_path_info"]),
    ("fastcgi_param", &["PATH_INFO", "$path_info"]),
    ("fastcgi_index", &["index.php"]),
];

/// Resolves the includes of a list and of the blocks in it.
pub(super) fn resolve(list: Vec<Directive>, lifted: &mut Lifted) -> Vec<Directive> {
    let mut out = Vec::new();
    for mut directive in list {
        directive.block = match directive.block {
            Some(Block::Directives(inner)) => Some(Block::Directives(resolve(inner, lifted))),
            other => other,
        };
        if let ("root", Some(word)) = (directive.name.as_str(), directive.only_word())
            && let Some(rest) = word.value.strip_prefix(PAGES)
            && (rest.is_empty() || rest == "/")
        {
            out.push(Directive::plain("root", &[&format!("{PACKAGE}/html")]));
            continue;
        }
        if directive.name == "include" {
            out.extend(resolved(directive, lifted));
        } else {
            out.push(directive);
        }
    }
    out
}

fn resolved(mut directive: Directive, lifted: &mut Lifted) -> Vec<Directive> {
    let Some(word) = directive.only_word() else {
        return vec![directive];
    };
    let path = word.value.as_str();
    let below = path.strip_prefix("/etc/nginx/").unwrap_or(path);
    let of_package = |name: &str| {
        let path = format!("{PACKAGE}/conf/{name}");
        Directive::plain("include", &[path.as_str()])
    };
    if OF_PACKAGE.contains(&below) {
        return vec![of_package(below)];
    }
    let plain = |rows: &[(&str, &[&str])]| -> Vec<Directive> {
        let rows = rows.iter();
        rows.map(|(name, words)| Directive::plain(name, words))
            .collect()
    };
    match below {
        "proxy_params" => {
            lifted.assume("`proxy_params` is that of Debian's package");
            plain(&PROXY_PARAMS)
        }
        "snippets/fastcgi-php.conf" => {
            lifted.assume("`snippets/fastcgi-php.conf` is that of Debian's package");
            let mut list = plain(&FASTCGI_PHP);
            list.push(of_package("fastcgi.conf"));
            list
        }
        _ if path.starts_with('/') => {
            lifted.assume(if path.starts_with("/etc/nginx/") {
                "the files of /etc/nginx that it names are there"
            } else {
                "the files that it includes are there"
            });
            vec![directive]
        }
        _ => {
            lifted.assume("the files of /etc/nginx that it names are there");
            let absolute = format!("/etc/nginx/{path}");
            let is_quoted = word.raw != word.value;
            let raw = if is_quoted {
                format!("\"{absolute}\"")
            } else {
                absolute.clone()
            };
            directive.words = vec![Word {
                raw,
                value: absolute,
                begins_line: false,
            }];
            vec![directive]
        }
    }
}
