//! The switches of modules: which one an option hangs on, and which ones a plan cannot have on.

use crate::plan::OptionPath;
use crate::schema::{Found, Type, lookup};

pub use crate::schema::refused_switches;

/// Where modules are that one switches on.
const AREAS: [&str; 4] = ["hardware", "programs", "services", "virtualisation"];

/// Modules below the name of another one that stand for themselves.
const OF_THEIR_OWN: [&[&str]; 5] = [
    &["services", "prometheus", "exporters"],
    &["services", "prometheus", "alertmanager"],
    &["services", "prometheus", "pushgateway"],
    &["services", "displayManager"],
    &["virtualisation", "docker", "rootless"],
];

/// Options that say something where their module is off, too, or that nothing on the machine proves to run.
const OF_NO_SWITCH: [&[&str]; 7] = [
    // The keyboard, which the console takes over.
    &["services", "xserver"],
    &["services", "avahi", "nssmdns4"],
    &["services", "avahi", "nssmdns6"],
    // Every distribution has /etc/aliases.
    &["services", "postfix", "extraAliases"],
    &["services", "postfix", "rootAlias"],
    &["services", "postfix", "postmasterAlias"],
    &["services", "logind"],
];

/// Returns the switch without which an option says nothing; `None` where the module is on without a word, or has none.
pub fn switch_of(option: &OptionPath) -> Option<OptionPath> {
    let names: Vec<&str> = option.names().iter().map(String::as_str).collect();
    let is_in = |table: &[&[&str]]| table.iter().any(|it| names.starts_with(it));
    if !AREAS.contains(names.first()?) || names.last() == Some(&"enable") || is_in(&OF_NO_SWITCH) {
        return None;
    }
    let own = OF_THEIR_OWN.iter().find(|it| names.starts_with(it));
    let from = own.map_or(2, |it| it.len());
    (from..names.len()).find_map(|end| {
        let mut switch: Vec<&str> = names[..end].to_vec();
        switch.push("enable");
        let Some(Found::Option(facts)) = lookup(&switch) else {
            return None;
        };
        // What is inside of another option's value is its name for something, not a switch.
        let is_switch = facts.kind == Type::Bool && !facts.inside;
        let is_off = facts.default == "false";
        is_switch.then(|| is_off.then(|| OptionPath::new(switch)))
    })?
}

#[cfg(test)]
mod tests {
    use super::{AREAS, OF_NO_SWITCH, OF_THEIR_OWN, switch_of};
    use crate::plan::OptionPath;
    use crate::schema::{Found, lookup};

    fn check(option: &str, expected: &str) {
        let found = switch_of(&OptionPath::parse(option));
        let found = found.map_or_else(String::new, |it| it.to_string());
        assert_eq!(found, expected, "{option}");
    }

    #[test]
    fn an_option_hangs_on_the_switch_of_its_module() {
        check(
            "services.dnsmasq.settings.server",
            "services.dnsmasq.enable",
        );
        check("services.nfs.server.exports", "services.nfs.server.enable");
        check(
            "services.prometheus.exporters.node.port",
            "services.prometheus.exporters.node.enable",
        );
        check("services.samba.nmbd.extraArgs", "services.samba.enable");
        check(
            "services.redis.servers.queue.port",
            "services.redis.servers.queue.enable",
        );
        check("services.dnsmasq.enable", "");
        check("services.xserver.xkb.layout", "");
        check("services.phpfpm.pools.www.user", "");
        check("services.udev.extraRules", "");
        check("boot.kernel.sysctl.\"vm.swappiness\"", "");
    }

    #[test]
    fn every_folder_of_the_tables_is_in_the_index() {
        let all = OF_THEIR_OWN.iter().chain(&OF_NO_SWITCH);
        for folder in all
            .map(|it| it.to_vec())
            .chain(AREAS.iter().map(|it| vec![*it]))
        {
            let found = lookup(&folder);
            let is_there = matches!(found, Some(Found::Folder | Found::Option(_)));
            assert!(is_there, "{}", folder.join("."));
        }
    }
}
