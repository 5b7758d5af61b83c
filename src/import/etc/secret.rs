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

/// Tells whether a file of accounts holds no password at all: none of its lines has a hash in its second field.
pub(super) fn is_without_passwords(path: &str, text: &str) -> bool {
    let has_none = |line: &str| match path {
        "/etc/shadow" | "/etc/gshadow" => {
            let field = line.split(':').nth(1);
            field.is_some_and(|it| it.chars().all(|c| matches!(c, '!' | '*' | 'x')))
        }
        _ => false,
    };
    let is_of_accounts = OF_THE_MACHINE.iter().any(|row| row.0 == path);
    is_of_accounts
        && text
            .lines()
            .all(|line| line.trim().is_empty() || has_none(line))
}

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
    use super::{is_without_passwords, of_the_machine};

    #[test]
    fn keys_of_the_machine_are_known() {
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key").is_some());
        assert!(of_the_machine("/etc/ssh/ssh_host_rsa_key.pub").is_none());
    }

    #[test]
    fn what_holds_no_password_is_no_secret() {
        for (path, text, is_without) in [
            ("/etc/gshadow", "root:*::\nadm:!*::ada\nops:::ada\n", true),
            ("/etc/gshadow", "root:*::\nops:$6$salt$abcdefgh::\n", false),
            ("/etc/gshadow", "ops\n", false),
            ("/etc/shadow", "root:!:19000::::::\n", true),
            ("/etc/shadow", "root:!$6$salt$abcdefgh:19000::::::\n", false),
            ("/etc/security/opasswd", "\n", true),
            (
                "/etc/security/opasswd",
                "ada:1000:1:$6$salt$abcdefgh\n",
                false,
            ),
            ("/etc/ssh/ssh_host_rsa_key", "", false),
        ] {
            assert_eq!(
                is_without_passwords(path, text),
                is_without,
                "{path} {text}"
            );
        }
    }
}
