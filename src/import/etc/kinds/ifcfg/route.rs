//! Files route-* and route6-*: the routes of an interface, as arguments of `ip route` or as ADDRESS, NETMASK and GATEWAY.

use super::{Entry, Given, InterfaceTrait};
use crate::import::etc::kinds::interfaces::{added, asks, full_address};
use crate::syntax::assignments::{self, Assignment};
use crate::syntax::list;

pub(super) fn read(given: &Given) -> Vec<Entry> {
    let name = given.file_name();
    let name = name
        .split_once('-')
        .map_or(name, |(_, name)| name)
        .to_owned();
    let file = assignments::read(given.text());
    let is_numbered = |it: &Assignment| it.name.starts_with("ADDRESS");
    if file.assignments.iter().any(is_numbered) {
        let entries = file.assignments.iter();
        let entries = entries.map(|it| numbered(given, it, &name, &file.assignments));
        return given.with_faults(entries.collect(), Vec::new());
    }
    let lines = list::read(given.text()).into_iter();
    let lines = lines.map(|it| {
        let command = format!("ip route add {}", it.text);
        match added(&command, &name) {
            Some(made) => asks(given, it.place, &name, made),
            None => given.unknown(
                it.place,
                "the route asks for more than an option of networking.interfaces says",
            ),
        }
    });
    lines.collect()
}

fn numbered(given: &Given, it: &Assignment, name: &str, all: &[Assignment]) -> Entry {
    let Some(number) = it.name.strip_prefix("ADDRESS") else {
        return given.not_needed(it.place, "it stands with its address");
    };
    let value = |key: &str| {
        let key = format!("{key}{number}");
        let found = all.iter().find(|it| it.name == key);
        found.map(|it| it.value.as_str())
    };
    let via = match value("GATEWAY").map(str::parse) {
        Some(Ok(via)) => Some(via),
        Some(Err(_)) => return given.unknown(it.place, "its gateway is no address"),
        None => None,
    };
    let mask = value("NETMASK").or(value("PREFIX"));
    match full_address(&it.value, Some(mask.unwrap_or("32"))) {
        Ok(InterfaceTrait::Address { address, prefix }) => {
            let made = InterfaceTrait::Route {
                destination: address,
                prefix,
                via,
                metric: value("METRIC").and_then(|it| it.parse().ok()),
            };
            asks(given, it.place, name, made)
        }
        Ok(_) => given.unknown(it.place, "it is no network"),
        Err(why) => given.unknown(it.place, why),
    }
}
