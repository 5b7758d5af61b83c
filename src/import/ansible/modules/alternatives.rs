//! `alternatives`: which program of several stands at a common path.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/alternatives_module.html>
//!
//! Of the programs of packages, NixOS has in its path what is stated. A program that no package brings is linked.

use super::paths::absolute;
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Link, Resource};

pub(super) const MODULE: Module = Module {
    names: &["alternatives"],
    collection: "community.general",
    becomes: "Nothing for the programs of packages: NixOS has no alternatives. A link to a program that no package brings.",
    kind: Kind::Changes,
    run,
};

/// Where the packages of other systems have their files.
const PACKAGED: [&str; 6] = ["/bin/", "/etc/", "/lib/", "/sbin/", "/usr/", "/var/lib/"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    const STATES: [&str; 4] = ["absent", "auto", "present", "selected"];
    params.pass_over(&["family", "priority", "subcommands", "slaves"]);
    let name = params.required(&["name"])?;
    let path = params.string(&["path"])?;
    let link = params.string(&["link"])?;
    let state = params.choice(&["state"], &STATES, "selected")?;
    let target = path.map(|it| absolute(run, &it)).transpose()?;
    let is_packaged = |it: &str| {
        !it.starts_with("/usr/local/") && PACKAGED.iter().any(|folder| it.starts_with(folder))
    };
    match (link, target) {
        (Some(link), Some(target))
            if matches!(state.as_str(), "present" | "selected") && !is_packaged(&target) =>
        {
            let path = absolute(run, &link)?;
            run.put(Resource::Link(Link { path, target }));
            run.returns_changed(Vec::new());
        }
        _ => run.not_needed(format!(
            "NixOS has no alternatives: what the path has as `{name}` is the package that is stated"
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn only_what_no_package_brings_is_linked() {
        check(
            "- alternatives: {name: editor, path: /usr/bin/vim.basic}\n- alternatives: {name: shop, path: /opt/shop/bin/shop, link: /usr/local/bin/shop}",
            &[
                r#"{"link":{"path":"/usr/local/bin/shop","target":"/opt/shop/bin/shop"}}"#,
                "not-needed: NixOS has no alternatives: what the path has as `editor` is the package that is stated",
            ],
        );
    }
}
