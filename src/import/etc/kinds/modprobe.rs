//! modprobe.d: modules that are kept from being loaded. What else it says stays in a file of its own.
//!
//! Manual: modprobe.d(5)

use super::{Entry, Fate, Given, Kind, Lines, Meaning, is_conf_in};
use crate::model::{KernelModule, Resource};
use crate::syntax::modprobe;

pub(super) const KIND: Kind = Kind {
    name: "modprobe",
    paths: "/etc/modprobe.d/*.conf",
    becomes: "Options, aliases and the like become lines of boot.extraModprobeConfig, `blacklist` an element of \
              boot.blacklistedKernelModules.",
    matches: |path| is_conf_in(path, "/etc/modprobe.d"),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    modprobe::read(given.text())
        .iter()
        .map(|directive| match directive.command.as_str() {
            "blacklist" if !directive.module.is_empty() => {
                let module = Resource::KernelModule(KernelModule {
                    name: directive.module.clone(),
                    blacklisted: true,
                });
                given.asks(directive.place, &[&directive.module], module)
            }
            "alias" | "install" | "options" | "remove" | "softdep" | "weakdep"
                if !directive.module.is_empty() && !directive.rest.is_empty() =>
            {
                let why = format!(
                    "`{}` is for modprobe's own configuration",
                    directive.command
                );
                given.entry(directive.place, Meaning::Verbatim(why))
            }
            other => given.unknown(
                directive.place,
                format!("`{other}` is no line of modprobe.d"),
            ),
        })
        .collect()
}
