//! Files of accounts and keys that say which machine it is: what happens to them on NixOS.

/// Files of accounts, keys that say which machine it is: never copied; why, and what to do.
const OF_THE_MACHINE: &[(&str, &str, &str)] = &[
    (
        "/etc/shadow",
        "it holds the hashes of passwords, which never reach a configuration",
        "set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd",
    ),
    (
        "/etc/gshadow",
        "it holds the hashes of passwords of groups, which NixOS has no option for",
        "leave them out, or give them anew with gpasswd",
    ),
    (
        "/etc/master.passwd",
        "it holds the hashes of passwords, which never reach a configuration",
        "set users.users.<name>.hashedPasswordFile, or give the passwords anew with passwd",
    ),
    (
        "/etc/security/opasswd",
        "it holds the hashes of old passwords, which never reach a configuration",
        "leave it out",
    ),
];

/// Says why a file of accounts is left out, and what to do.
pub(super) fn of_the_machine(path: &str) -> Option<(&'static str, &'static str)> {
    let is_host_key = path
        .strip_prefix("/etc/ssh/ssh_host_")
        .is_some_and(|rest| rest.ends_with("_key"));
    if is_host_key {
        return Some((
            "it is the machine's own key: sshd of NixOS makes a new one when there is none",
            "copy it to /etc/ssh on the new machine, so that those who know the old one know the new one",
        ));
    }
    let row = OF_THE_MACHINE.iter().find(|row| row.0 == path)?;
    Some((row.1, row.2))
}

#[cfg(test)]
mod tests {
    use super::of_the_machine;

    #[test]
    fn keys_of_the_machine_are_known() {
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key").is_some());
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key.pub").is_none());
    }
}
