//! `virt_net`, `virt_pool`, `virt`: what libvirt keeps on the machine.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/libvirt/index.html>
//!
//! NixOS has an option for libvirtd and none for what it keeps: virsh defines it, once.

use super::kept::{Kept, keep, line_of, push_quoted, texts};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Text;

pub(super) const NETWORK: Module = Module {
    names: &["virt_net"],
    collection: "community.libvirt",
    becomes: "A oneshot unit that calls virsh after libvirtd runs.",
    kind: Kind::Changes,
    run: |params, run| run_kept(params, run, "net"),
};

pub(super) const POOL: Module = Module {
    names: &["virt_pool"],
    run: |params, run| run_kept(params, run, "pool"),
    ..NETWORK
};

pub(super) const MACHINE: Module = Module {
    names: &["virt"],
    run: run_machine,
    ..NETWORK
};

/// What only asks.
const ASKING: [&str; 14] = [
    "facts",
    "freemem",
    "get_interfaces",
    "get_xml",
    "info",
    "list_nets",
    "list_pools",
    "list_vms",
    "nodeinfo",
    "status",
    "uuid",
    "virttype",
    "list",
    "dominfo",
];

/// Returns virsh, at the libvirtd that is meant.
fn virsh(params: &mut Params) -> Result<Vec<Text>, Refusal> {
    let uri = params.string(&["uri"])?;
    let uri = uri.filter(|it| it != "qemu:///system");
    let mut words = texts(["virsh"]);
    words.extend(uri.iter().flat_map(|it| texts(["--connect", it])));
    Ok(words)
}

fn with(virsh: &[Text], words: &[&str]) -> Text {
    let mut all = virsh.to_vec();
    all.extend(texts(words.iter().copied()));
    line_of(&all)
}

/// Returns a line that gives virsh a definition.
fn define(virsh: &[Text], verb: &str, xml: &Text) -> Text {
    let mut line = Text::from("printf '%s\\n'");
    push_quoted(&mut line, xml);
    line.push_str(" | ");
    line.push(&with(virsh, &[verb, "/dev/stdin"]));
    line
}

fn run_kept(params: &mut Params, run: &mut Run<'_, '_>, kind: &str) -> Result<(), Refusal> {
    let name = params.string(&["name", "network", "pool"])?;
    let command = params.string(&["command"])?;
    let state = params.string(&["state"])?;
    let xml = params.text(&["xml"])?;
    let starts_at_boot = params.flag(&["autostart"])?;
    let mode = params.string(&["mode"])?;
    let virsh = virsh(params)?;
    if command.as_deref().is_some_and(|it| ASKING.contains(&it)) {
        run.probe("it only asks libvirt");
        return Ok(());
    }
    let Some(name) = name else {
        return params.required(&["name"]).map(|_| ());
    };
    let verb = |verb: &str| format!("{kind}-{verb}");
    let mut lines: Vec<Text> = Vec::new();
    let wish = state.as_deref().or(command.as_deref());
    match wish {
        Some(
            "absent" | "inactive" | "undefined" | "deleted" | "destroy" | "undefine" | "stop"
            | "delete",
        ) => {
            run.already(format!("libvirt of a new machine has no `{name}`"));
            return Ok(());
        }
        Some("present" | "define" | "modify") => {
            let Some(xml) = &xml else {
                return params.required(&["xml"]).map(|_| ());
            };
            lines.push(define(&virsh, &verb("define"), xml));
        }
        Some("active" | "start" | "create") => {
            if let Some(xml) = &xml {
                lines.push(define(&virsh, &verb("define"), xml));
            }
            // What runs already is as it is to be.
            let mut line = with(&virsh, &[&verb("start"), &name]);
            line.push_str(" || true");
            lines.push(line);
        }
        Some("build") => {
            let mut words = vec![verb("build"), name.clone()];
            words.extend(match mode.as_deref() {
                Some("no_overwrite") => Some("--no-overwrite".to_owned()),
                Some("overwrite") => Some("--overwrite".to_owned()),
                _ => None,
            });
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            lines.push(with(&virsh, &words));
        }
        Some("refresh") => lines.push(with(&virsh, &[&verb("refresh"), &name])),
        Some(other) => return Err(params.bad("state", other, "a state of libvirt")),
        None => {}
    }
    match starts_at_boot {
        Some(true) => lines.push(with(&virsh, &[&verb("autostart"), &name])),
        Some(false) => {
            lines.push(with(&virsh, &[&verb("autostart"), "--disable", &name]));
        }
        None => {}
    }
    if lines.is_empty() {
        run.probe("it only asks libvirt");
        return Ok(());
    }
    keep(Kept::script(joined(lines)), run)
}

fn joined(lines: Vec<Text>) -> Text {
    let mut script = Text::new();
    for line in lines {
        if !script.pieces().is_empty() {
            script.push_str("\n");
        }
        script.push(&line);
    }
    script
}

fn run_machine(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["flags", "force", "mutate_flags"]);
    let name = params.string(&["name", "guest"])?;
    let command = params.string(&["command"])?;
    let state = params.string(&["state"])?;
    let xml = params.text(&["xml"])?;
    let starts_at_boot = params.flag(&["autostart"])?;
    let virsh = virsh(params)?;
    if command.as_deref().is_some_and(|it| ASKING.contains(&it)) {
        run.probe("it only asks libvirt");
        return Ok(());
    }
    let mut lines: Vec<Text> = Vec::new();
    match state.as_deref().or(command.as_deref()) {
        Some("define" | "create") => {
            let Some(xml) = &xml else {
                return params.required(&["xml"]).map(|_| ());
            };
            lines.push(define(&virsh, "define", xml));
        }
        Some("running" | "start" | "unpause") => {
            let Some(name) = &name else {
                return params.required(&["name"]).map(|_| ());
            };
            let mut line = with(&virsh, &["start", name]);
            line.push_str(" || true");
            lines.push(line);
        }
        Some(other) => {
            let name = name.unwrap_or_default();
            if matches!(other, "pause" | "paused") {
                let reason = format!("the machine `{name}` is paused while Ansible runs");
                return Err(Refusal::new(Code::CannotState, reason).cure("virsh suspend, by hand"));
            }
            run.already(format!("libvirt of a new machine does not run `{name}`"));
            return Ok(());
        }
        None => {}
    }
    if let (Some(true), Some(name)) = (starts_at_boot, &name) {
        lines.push(with(&virsh, &["autostart", name]));
    }
    if lines.is_empty() {
        run.probe("it only asks libvirt");
        return Ok(());
    }
    keep(Kept::script(joined(lines)), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn what_libvirt_keeps_is_defined_once() {
        check(
            "- virt_pool: {command: define, name: images, xml: <pool/>}",
            &[
                r#"{"step":{"name":"virt pool","command":{"script":{"shell":"/bin/sh","text":"printf '%s\\n' '<pool/>' | virsh pool-define /dev/stdin"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- virt_pool: {state: active, name: images}",
            &[
                r#"{"step":{"name":"virt pool","command":{"script":{"shell":"/bin/sh","text":"virsh pool-start images || true"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- virt_net: {name: lan, autostart: true, uri: 'lxc:///'}",
            &[
                r#"{"step":{"name":"virt net","command":{"script":{"shell":"/bin/sh","text":"virsh --connect lxc:/// net-autostart lan"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- virt_net: {name: lan, state: absent}",
            &["not-needed: libvirt of a new machine has no `lan`"],
        );
        check(
            "- virt: {command: list_vms}",
            &["not-needed: it only asks libvirt"],
        );
        check(
            "- virt: {name: a, state: running, autostart: true}",
            &[
                r#"{"step":{"name":"virt","command":{"script":{"shell":"/bin/sh","text":"virsh start a || true\nvirsh autostart a"}},"environment":[],"after":[]}}"#,
            ],
        );
    }
}
