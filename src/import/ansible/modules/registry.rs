//! Modules by their names, and what kind they are of.

use super::{Kind, MODULES, Module, elsewhere};

/// What looks at the machine and has no importer of its own.
const FACTS: Module = Module {
    names: &[],
    collection: "",
    becomes: "Only looks at the machine: nothing of it reaches the output, and what it registers is unknown.",
    kind: Kind::Steers,
    run: |params, run| {
        params.rest();
        run.probe("it only looks at the machine");
        Ok(())
    },
};

/// Finds a module by its name, with or without its collection.
pub(in crate::import::ansible) fn find(name: &str) -> Option<&'static Module> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let of = |is_it: &dyn Fn(&str) -> bool| {
        let mut all = MODULES.iter();
        all.find(|module| module.names.iter().any(|it| is_it(it)))
            .copied()
    };
    let begins = |it: &str, name: &str| it.strip_suffix('*').is_some_and(|it| name.starts_with(it));
    let is_look = last.ends_with("_facts") || last.ends_with("_info");
    // Names of collections of clouds are short: theirs is the `server`, and not what others call so.
    of(&|it| it.contains('.') && begins(it, name))
        .or_else(|| of(&|it| it == last))
        .or_else(|| is_look.then_some(&FACTS))
        .or_else(|| of(&|it| !it.contains('.') && begins(it, last)))
}

/// Returns the names of all modules, for the tables of README.md.
pub(in crate::import::ansible) fn names() -> Vec<&'static str> {
    MODULES
        .iter()
        .flat_map(|module| module.names.iter().copied())
        .collect()
}

/// Tells whether a module, known here or not, only looks.
pub(in crate::import::ansible) fn is_probe(name: &str) -> bool {
    steers(name) || find(name).is_some_and(|it| it.kind == Kind::Elsewhere && elsewhere::asks(name))
}

/// Tells whether a module does nothing but steer the play.
pub(in crate::import::ansible) fn steers(name: &str) -> bool {
    find(name).is_some_and(|it| it.kind == Kind::Steers)
}

/// Tells whether nothing that a module makes is part of the machine.
pub(in crate::import::ansible) fn is_elsewhere(name: &str) -> bool {
    find(name).is_some_and(|it| it.kind == Kind::Elsewhere) && !elsewhere::asks(name)
}
