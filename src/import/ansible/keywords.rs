//! The keywords of plays, roles, blocks and tasks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html>

use std::sync::Arc;

use crate::syntax::yaml::Node;

/// What plays take.
pub(super) const PLAY_KEYWORDS: &[&str] = &[
    "any_errors_fatal",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "diff",
    "environment",
    "fact_path",
    "force_handlers",
    "gather_facts",
    "gather_subset",
    "gather_timeout",
    "handlers",
    "hosts",
    "ignore_errors",
    "ignore_unreachable",
    "max_fail_percentage",
    "module_defaults",
    "name",
    "no_log",
    "order",
    "port",
    "post_tasks",
    "pre_tasks",
    "remote_user",
    "roles",
    "run_once",
    "serial",
    "strategy",
    "tags",
    "tasks",
    "throttle",
    "timeout",
    "validate_argspec",
    "vars",
    "vars_files",
    "vars_prompt",
];

/// What plays took once.
const OLD_PLAY_KEYWORDS: &[&str] = &[
    "accelerate",
    "sudo",
    "sudo_user",
    "user",
    "su",
    "su_user",
    "when",
    "role_names",
];

/// What tasks and blocks take, besides the module.
const TASK_KEYWORDS: &[&str] = &[
    "action",
    "always",
    "any_errors_fatal",
    "args",
    "async",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "block",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "environment",
    "failed_when",
    "ignore_errors",
    "ignore_unreachable",
    "listen",
    "local_action",
    "loop",
    "loop_control",
    "module_defaults",
    "name",
    "no_log",
    "notify",
    "poll",
    "port",
    "register",
    "remote_user",
    "rescue",
    "retries",
    "run_once",
    "sudo",
    "sudo_user",
    "su",
    "su_user",
    "tags",
    "throttle",
    "timeout",
    "until",
    "vars",
    "when",
    "always_run",
    "first_available_file",
    "only_if",
    "static",
];

pub(super) fn is_play_keyword(name: &str) -> bool {
    PLAY_KEYWORDS.contains(&name) || OLD_PLAY_KEYWORDS.contains(&name)
}

pub(super) fn is_task_keyword(name: &str) -> bool {
    TASK_KEYWORDS.contains(&name) || name.starts_with("with_")
}

/// What the dynamic includes take of them.
const INCLUDE_KEYWORDS: &[&str] = &[
    "action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
];

pub(super) fn is_include_keyword(name: &str) -> bool {
    INCLUDE_KEYWORDS.contains(&name) || name.starts_with("with_")
}

/// Returns the options of an include or an import; nothing for other modules.
pub(super) fn include_options(module: &str) -> Option<&'static [&'static str]> {
    const ROLE: &[&str] = &[
        "name",
        "role",
        "tasks_from",
        "vars_from",
        "defaults_from",
        "handlers_from",
        "public",
        "allow_duplicates",
        "rolespec_validate",
        "apply",
    ];
    Some(match module {
        "include_tasks" => &["file", "apply"],
        "import_tasks" => &["file"],
        "include_role" => ROLE,
        "import_role" => ROLE.split_last().map_or(ROLE, |(_, rest)| rest),
        _ => return None,
    })
}

/// The keywords that the translation looks at. The others (delay, async, throttle, connection …) say how Ansible
/// goes about it, not what the machine must have.
#[derive(Clone, Debug, Default)]
pub(super) struct Keywords {
    pub(super) when: Option<Arc<Node>>,
    pub(super) tags: Option<Arc<Node>>,
    pub(super) vars: Option<Arc<Node>>,
    pub(super) notify: Option<Arc<Node>>,
    pub(super) listen: Option<Arc<Node>>,
    pub(super) register: Option<Arc<Node>>,
    pub(super) looped: Option<Loop>,
    pub(super) loop_control: Option<Arc<Node>>,
    pub(super) changed_when: Option<Arc<Node>>,
    pub(super) failed_when: Option<Arc<Node>>,
    pub(super) until: Option<Arc<Node>>,
    pub(super) retries: Option<Arc<Node>>,
    pub(super) module_defaults: Option<Arc<Node>>,
    pub(super) ignore_errors: Option<Arc<Node>>,
    pub(super) check_mode: Option<Arc<Node>>,
    pub(super) delegate_to: Option<Arc<Node>>,
    pub(super) delegate_facts: Option<Arc<Node>>,
    pub(super) run_once: Option<Arc<Node>>,
    pub(super) become_: Option<Arc<Node>>,
    pub(super) become_user: Option<Arc<Node>>,
    pub(super) remote_user: Option<Arc<Node>>,
    pub(super) environment: Option<Arc<Node>>,
    pub(super) no_log: Option<Arc<Node>>,
    pub(super) local_action: bool,
}

/// What a task is repeated over.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    /// The lookup plugin of `with_…`; `None` for `loop`.
    pub(super) lookup: Option<String>,
    pub(super) list: Arc<Node>,
}

impl Keywords {
    pub(super) fn read(node: &Node) -> Keywords {
        let get = |name: &str| node.get(name).cloned();
        // The old name of `remote_user` is a module's in a task.
        let of_play = || get("user").filter(|_| node.get("hosts").is_some());
        Keywords {
            when: get("when"),
            tags: get("tags"),
            vars: get("vars"),
            notify: get("notify"),
            listen: get("listen"),
            register: get("register"),
            looped: read_loop(node),
            loop_control: get("loop_control"),
            changed_when: get("changed_when"),
            failed_when: get("failed_when"),
            until: get("until"),
            retries: get("retries"),
            module_defaults: get("module_defaults"),
            ignore_errors: get("ignore_errors"),
            check_mode: get("check_mode"),
            delegate_to: get("delegate_to"),
            delegate_facts: get("delegate_facts"),
            run_once: get("run_once"),
            become_: get("become").or_else(|| get("sudo")),
            become_user: get("become_user").or_else(|| get("sudo_user")),
            remote_user: get("remote_user").or_else(of_play),
            environment: get("environment"),
            no_log: get("no_log"),
            local_action: false,
        }
    }
}

fn read_loop(node: &Node) -> Option<Loop> {
    if let Some(list) = node.get("loop") {
        return Some(Loop {
            lookup: None,
            list: Arc::clone(list),
        });
    }
    node.pairs()?.iter().find_map(|(key, list)| {
        let lookup = key.text()?.strip_prefix("with_")?;
        Some(Loop {
            lookup: Some(lookup.to_owned()),
            list: Arc::clone(list),
        })
    })
}
