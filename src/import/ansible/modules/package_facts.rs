//! `package_facts`: which packages are installed.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/package_facts_module.html>

use super::{Kind, Module, Run, record};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::{Binding, fact_name};
use crate::import::ansible::value::{Key, Value};
use crate::model::{Condition, Resource};

pub(super) const MODULE: Module = Module {
    names: &["package_facts"],
    collection: "ansible.builtin",
    becomes: "Only looks. On a new machine the packages are those that the source installed before.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.rest();
    run.probe("it only looks at the machine");
    let sure = run
        .state
        .entries()
        .filter(|entry| entry.guard == Condition::True);
    let packages = sure.filter_map(|entry| match &entry.resource {
        Resource::Package(it) => {
            let version = Value::unknown(format!("the version of `{}`", it.name), None);
            let fields = record(vec![("name", Value::str(&it.name)), ("version", version)]);
            Some((Key::Str(it.name.clone()), Value::list(vec![fields])))
        }
        _ => None,
    });
    let known = Value::dict(packages.collect());
    let clause = "a new machine has no packages but those that the play installs".to_owned();
    let binding = Binding::under(known, vec![clause]);
    run.facts.push((fact_name("packages"), binding.clone()));
    run.facts.push(("ansible_packages".to_owned(), binding));
    Ok(())
}
