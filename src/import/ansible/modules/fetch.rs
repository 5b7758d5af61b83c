//! `fetch`: takes a file of the machine to where Ansible runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/fetch_module.html>

use super::{Kind, Module};

pub(super) const MODULE: Module = Module {
    names: &["fetch"],
    collection: "ansible.builtin",
    becomes: "Nothing: it takes a file of the machine to where Ansible runs.",
    kind: Kind::Elsewhere,
    run: |params, run| {
        params.rest();
        run.not_needed(
            "it takes a file of the machine to where Ansible runs, and changes nothing on it",
        );
        Ok(())
    },
};

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn nothing_changes_on_the_machine() {
        check(
            "- fetch: {src: /etc/motd, dest: out/}",
            &[
                "not-needed: it takes a file of the machine to where Ansible runs, and changes nothing on it",
            ],
        );
    }
}
