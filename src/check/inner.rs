//! Modules inside of files: containers, specialisations, machines of a test, modules of a flake.

use super::class::Class;
use crate::syntax::nix_module::{Definition, Name, NixModule, ValueKind};

/// Places at which an attribute is a module of NixOS; `*` is any name.
const INNER: [&[&str]; 11] = [
    &["flake", "modules", "nixos", "*"],
    &["flake", "nixosModules", "*"],
    &["flake", "nixosModule"],
    &["nixosModules", "*"],
    &["nixosModule"],
    &["containers", "*", "config"],
    &["specialisation", "*", "configuration"],
    &["virtualisation", "vmVariant"],
    &["virtualisation", "vmVariantWithBootLoader"],
    &["virtualisation", "vmVariantWithDisko"],
    &["nodes", "*"],
];

/// Functions that take a set with modules of NixOS in a list `modules`.
const SYSTEMS: [&str; 3] = ["nixosSystem", "lib.nixosSystem", "mkNixosSystem"];

/// Attributes of a module that are no options.
const STRUCTURE: [&str; 7] = [
    "imports",
    "options",
    "disabledModules",
    "freeformType",
    "_file",
    "_class",
    "_module",
];

/// Collects the definitions of a file that NixOS would get, with their paths as NixOS sees them.
pub(super) fn definitions(module: &NixModule, class: Class) -> Vec<Definition> {
    let mut found = Vec::new();
    let is_module = class == Class::System;
    for definition in &module.definitions {
        one(definition, is_module, &mut found);
    }
    found
}

fn one(definition: &Definition, is_module: bool, found: &mut Vec<Definition>) {
    if let Some(length) = inner_path(&definition.path) {
        nested(definition, length, found);
        return;
    }
    if let ValueKind::Call(function, arguments) = &definition.value.kind {
        let is_system = SYSTEMS
            .iter()
            .any(|it| function == it || function.ends_with(&format!(".{it}")));
        for argument in arguments {
            match &argument.kind {
                ValueKind::Attrs(inner) => inner
                    .iter()
                    .for_each(|it| of_argument(it, is_system, found)),
                ValueKind::Function(inner) if !is_module => inner
                    .definitions
                    .iter()
                    .for_each(|it| of_argument(it, is_system, found)),
                ValueKind::Null
                | ValueKind::Bool(_)
                | ValueKind::Int(_)
                | ValueKind::Float(_)
                | ValueKind::Str(_)
                | ValueKind::Path(_)
                | ValueKind::List(_)
                | ValueKind::Name(_)
                | ValueKind::Call(..)
                | ValueKind::Function(_)
                | ValueKind::Inherited
                | ValueKind::Other => {}
            }
        }
    }
    if let ValueKind::Function(outputs) = &definition.value.kind
        && definition.names().is_some_and(|it| it == ["outputs"])
    {
        for it in &outputs.definitions {
            one(it, false, found);
        }
    }
    let first = definition.path.first().and_then(|it| it.text.as_deref());
    if is_module && first.is_some_and(|it| !STRUCTURE.contains(&it)) {
        found.push(definition.clone());
    }
}

/// Looks into the argument of a call: a test's `nodes`, the `modules` of a system.
fn of_argument(definition: &Definition, is_system: bool, found: &mut Vec<Definition>) {
    let names = definition.names();
    if is_system && names.is_some_and(|it| it == ["modules"]) {
        if let ValueKind::List(items) = &definition.value.kind {
            for item in items {
                match &item.kind {
                    ValueKind::Attrs(inner) => module(inner, found),
                    ValueKind::Function(inner) => module(&inner.definitions, found),
                    ValueKind::Null
                    | ValueKind::Bool(_)
                    | ValueKind::Int(_)
                    | ValueKind::Float(_)
                    | ValueKind::Str(_)
                    | ValueKind::Path(_)
                    | ValueKind::List(_)
                    | ValueKind::Name(_)
                    | ValueKind::Call(..)
                    | ValueKind::Inherited
                    | ValueKind::Other => {}
                }
            }
        }
        return;
    }
    one(definition, false, found);
}

fn module(definitions: &[Definition], found: &mut Vec<Definition>) {
    for definition in definitions {
        nested(definition, 0, found);
    }
}

/// Takes a definition of a nested module, without the names that lead to the module.
fn nested(definition: &Definition, length: usize, found: &mut Vec<Definition>) {
    let mut path = definition.path[length..].to_vec();
    if path.is_empty() {
        if let ValueKind::Function(inner) = &definition.value.kind {
            module(&inner.definitions, found);
        }
        return;
    }
    if path.first().and_then(|it| it.text.as_deref()) == Some("config") {
        path.remove(0);
    }
    let first = path.first().and_then(|it| it.text.as_deref());
    if first.is_none_or(|it| STRUCTURE.contains(&it)) {
        return;
    }
    let written = definition.written.min(path.len());
    one(
        &Definition {
            path,
            written,
            ..definition.clone()
        },
        true,
        found,
    );
}

/// Finds out whether a path begins with the place of a module: with how many names.
fn inner_path(path: &[Name]) -> Option<usize> {
    let begins = |place: &&&[&str]| {
        place.len() <= path.len()
            && place
                .iter()
                .zip(path)
                .all(|(name, given)| *name == "*" || given.text.as_deref() == Some(name))
    };
    INNER.iter().find(begins).map(|it| it.len())
}
