//! /etc/modules and modules-load.d: kernel modules that are loaded at boot.
//!
//! Manual: modules-load.d(5), modules(5)

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::{KernelModule, Resource};
use crate::syntax::list;

pub(super) const KIND: Kind = Kind {
    name: "modules-load",
    paths: "/etc/modules and /etc/modules-load.d/*.conf",
    becomes: "Each line becomes an element of boot.kernelModules.",
    matches: |path| path == "/etc/modules" || is_conf_in(path, "/etc/modules-load.d"),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    list::read(given.text())
        .into_iter()
        .map(|item| {
            let mut words = item.text.split_ascii_whitespace();
            let name = words.next().unwrap_or_default();
            if words.next().is_some() {
                let why = "the parameters of a module stand in modprobe.d, not behind its name";
                return given.unknown(item.place, why);
            }
            let module = Resource::KernelModule(KernelModule {
                name: name.to_owned(),
                blacklisted: false,
            });
            given.asks(item.place, &[name], module)
        })
        .collect()
}
