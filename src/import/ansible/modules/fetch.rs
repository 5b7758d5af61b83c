//! `fetch`: takes a file of the machine to where Ansible runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/fetch_module.html>

use super::{Kind, Module};

pub(super) const MODULE: Module = Module {
    names: &["fetch"],
    collection: "ansible.builtin",
    becomes: "Steers only: it takes a file of the machine to where Ansible runs.",
    kind: Kind::Steers,
    run: |params, run| {
        params.rest();
        run.probe(
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
                "control: it takes a file of the machine to where Ansible runs, and changes nothing on it",
            ],
        );
    }
}
