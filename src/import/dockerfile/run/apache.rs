//! `a2enmod` and its like: what Debian's Apache reads is what the folders of enabled things link to.
//!
//! Manual: <https://manpages.debian.org/bookworm/apache2/a2enmod.8.en.html>

use super::script::{Outcome, Runner};
use crate::import::dockerfile::scope::is_plain;
use crate::model::{Link, RemovedPath, Resource};

/// Links what is switched on; `None` for other programs, and for what is not known.
pub(super) fn of(
    runner: &mut Runner<'_, '_>,
    program: &str,
    arguments: &[String],
) -> Option<Outcome> {
    let (kind, ending, is_on) = match program {
        "a2enconf" => ("conf", ".conf", true),
        "a2enmod" => ("mods", ".load", true),
        "a2ensite" => ("sites", ".conf", true),
        "a2disconf" => ("conf", ".conf", false),
        "a2dismod" => {
            // Which modules there are is for the module of NixOS to say.
            return Some(Outcome::nothing(
                "services.httpd loads the modules that it needs, and the one of services.httpd.mpm",
            ));
        }
        "a2dissite" => ("sites", ".conf", false),
        _ => return None,
    };
    let names: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|it| !it.starts_with('-'))
        .flat_map(str::split_whitespace)
        .collect();
    if !runner.player.is_image() || !runner.is_certain() || !names.iter().all(|it| is_plain(it)) {
        return None;
    }
    for name in names {
        let name = name.strip_suffix(ending).unwrap_or(name);
        // Which of them runs is services.httpd.mpm.
        if kind == "mods" && name.starts_with("mpm_") {
            continue;
        }
        let path = format!("/etc/apache2/{kind}-enabled/{name}{ending}");
        let resource = if is_on {
            Resource::Link(Link {
                path,
                target: format!("../{kind}-available/{name}{ending}"),
            })
        } else {
            Resource::RemovedPath(RemovedPath { path })
        };
        runner.player.put(runner.item, resource, Vec::new());
    }
    Some(Outcome::Stated)
}
