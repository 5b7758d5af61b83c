//! Parts of unbound.conf that say nothing on NixOS: what its module has by itself, and which files are read besides; and
//! the files that it includes, which stay where they were.
//!
//! All other parts are stated by a rule, in `services.unbound.settings`.

use super::file::lower_text;
use super::statement::Lowered;
use crate::account::Code;
use crate::model::{Content, File, Machine};

/// Where the daemon, its root of trust and the servers of the root are: the module's matter, or built in.
const OWN: [&str; 8] = [
    "auto-trust-anchor-file",
    "chroot",
    "directory",
    "do-daemonize",
    "pidfile",
    "root-hints",
    "trust-anchor-file",
    "username",
];

/// Lowers a part of unbound.conf that says nothing, or a file that it includes; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let name = file.path.strip_prefix("/etc/unbound/")?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let plain = text.plain()?;
    if name != "unbound.conf" && !name.starts_with("unbound.conf.d/") {
        let mut lowered = lower_text(file, plain, machine);
        if let Lowered::Stated(statement) = &mut lowered {
            statement.assume("services.unbound.settings includes it");
        }
        return Some(lowered);
    }
    let lines = plain.lines().map(str::trim);
    let mut said = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_idle = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim().trim_matches('"');
        let is_folder = value.starts_with("/etc/unbound/unbound.conf.d/");
        line == "server:" || OWN.contains(&name) || name.starts_with("include") && is_folder
    };
    said.all(is_idle).then(|| {
        Lowered::NotNeeded(
            Code::NoMeaning,
            "it says only what the unbound module of NixOS has by itself".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check;
    use crate::model::{Content, File, Resource};

    #[test]
    fn what_the_module_has_itself_is_not_needed() {
        check(
            Resource::File(File {
                path: "/etc/unbound/unbound.conf".into(),
                content: Content::Text(
                    "# x\nserver:\n  root-hints: \"/usr/share/dns/root.hints\"\ninclude: \"/etc/unbound/unbound.conf.d/*.conf\"\n".into(),
                ),
                mode: None,
                owner: None,
                group: None,
            }),
            "not-needed: it says only what the unbound module of NixOS has by itself",
        );
    }

    #[test]
    fn what_is_included_stays_where_it_was() {
        check(
            Resource::File(File {
                path: "/etc/unbound/ads.conf".into(),
                content: Content::Text("local-zone: \"a.\" refuse\n".into()),
                mode: None,
                owner: None,
                group: None,
            }),
            r#"
            environment.etc."unbound/ads.conf".text = ''
            local-zone: "a." refuse
            '';
            assumed: services.unbound.settings includes it
            "#,
        );
    }
}
