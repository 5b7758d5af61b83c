//! Directives of modules that nginx has only where somebody adds them.

use serde_json::{Value, json};

use crate::syntax::nginx::Directive;

/// How names of directives begin, and the attribute of `pkgs.nginxModules`.
const MODULES: [(&str, &str); 9] = [
    ("brotli", "brotli"),
    ("dav_ext_", "dav"),
    ("echo", "echo"),
    ("fancyindex", "fancyindex"),
    ("geoip2", "geoip2"),
    ("more_clear_", "moreheaders"),
    ("more_set_", "moreheaders"),
    ("rtmp", "rtmp"),
    ("set_unescape_uri", "set-misc"),
];

/// Others, which the person has to look up.
const OTHERS: [&str; 4] = ["pagespeed", "vhost_traffic_status", "vod", "zstd"];

/// What directives need besides nginx itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needed {
    modules: Vec<&'static str>,
    others: Vec<String>,
}

impl Needed {
    pub(super) fn of(list: &[Directive]) -> Needed {
        let mut needed = Needed::default();
        needed.find(list);
        needed
    }

    fn find(&mut self, list: &[Directive]) {
        for directive in list {
            self.find(directive.inner().unwrap_or_default());
            let name = directive.name.as_str();
            let known = MODULES.iter().find(|(start, _)| name.starts_with(start));
            if let Some((_, module)) = known
                && !self.modules.contains(module)
            {
                self.modules.push(module);
            }
            let other = OTHERS.iter().find(|it| name.starts_with(*it));
            if other.is_some() && !self.others.iter().any(|it| it == name) {
                self.others.push(name.to_owned());
            }
        }
    }

    /// Returns the packages, as the option takes them.
    pub(super) fn packages(&self) -> Option<Value> {
        let all = self.modules.iter();
        let all: Vec<Value> = all
            .map(|it| json!({ "$nix": format!("pkgs.nginxModules.{it}") }))
            .collect();
        (!all.is_empty()).then_some(all.into())
    }

    /// Says what has to be added by hand.
    pub(super) fn claim(&self) -> Option<String> {
        let first = self.others.first()?;
        Some(format!(
            "the module of `{first}` is added by services.nginx.additionalModules"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Needed;
    use crate::syntax::nginx;

    #[test]
    fn directives_of_modules_bring_them() {
        let list = nginx::read("http { brotli on; brotli_types a; zstd on; gzip on; }").unwrap();
        let needed = Needed::of(&list);
        assert_eq!(
            needed.packages().unwrap().to_string(),
            r#"[{"$nix":"pkgs.nginxModules.brotli"}]"#
        );
        assert_eq!(
            needed.claim().unwrap(),
            "the module of `zstd` is added by services.nginx.additionalModules"
        );
    }
}
