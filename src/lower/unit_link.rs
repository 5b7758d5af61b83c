//! Links in /etc/systemd/system: what `systemctl enable` and `systemctl mask` make.

use super::machine;
use super::statement::{Lowered, Statement};
use super::systemd;
use super::unit_want;
use crate::account::Code;
use crate::model::{Link, Machine, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;

const FOLDER: &str = "/etc/systemd/system/";

/// Lowers a link of systemd; `None` for any other link.
pub(super) fn lower(link: &Link, machine: &Machine) -> Option<Lowered> {
    let below = link.path.strip_prefix(FOLDER)?;
    let (folder, unit) = match below.split_once('/') {
        Some((folder, unit)) => (Some(folder), unit),
        None => (None, below),
    };
    let (stem, option) = systemd::option_of(unit)?;
    let base = OptionPath::new(["systemd", option, stem]);
    let mut statement = Statement::default();
    let target = link.target.rsplit('/').next().unwrap_or_default();
    let brought = match folder {
        None if target.contains('.') => target,
        None | Some(_) => unit,
    };
    let template = unit_want::template_of(brought);
    let is_own = |it: &Unit| it.name == brought || template.as_ref() == Some(&it.name);
    if !machine::units(machine).any(|it| !it.drop_in && is_own(it)) {
        statement.assume(format!("something brings the unit `{brought}`"));
    }
    match folder {
        None if link.target == "/dev/null" => {
            statement.set(base.child("enable"), Expr::Bool(false))
        }
        None => {
            if target == unit {
                return Some(Lowered::NotNeeded(
                    Code::AlreadySo,
                    format!("NixOS links its units itself, `{unit}` among them"),
                ));
            }
            let (stem, option) = systemd::option_of(target)?;
            let path = OptionPath::new(["systemd", option, stem, "aliases"]);
            statement.add(path, Expr::str(unit));
        }
        Some(folder) => {
            let (path, element) = unit_want::wanted(unit, folder)?;
            statement.add(path, element);
        }
    }
    Some(Lowered::Stated(statement))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check;
    use crate::model::{Link, Resource};

    fn link(path: &str, target: &str) -> Resource {
        Resource::Link(Link {
            path: format!("/etc/systemd/system/{path}"),
            target: target.into(),
        })
    }

    #[test]
    fn links_of_systemd_are_options() {
        check(
            link("a.service", "/dev/null"),
            r"
            systemd.services.a.enable = false;
            assumed: something brings the unit `a.service`
            ",
        );
        check(
            link(
                "multi-user.target.wants/b.timer",
                "/etc/systemd/system/b.timer",
            ),
            r#"
            systemd.timers.b.wantedBy += "multi-user.target";
            assumed: something brings the unit `b.timer`
            "#,
        );
        check(
            link("c.service", "/lib/systemd/system/d.service"),
            r#"
            systemd.services.d.aliases += "c.service";
            assumed: something brings the unit `d.service`
            "#,
        );
    }
}
