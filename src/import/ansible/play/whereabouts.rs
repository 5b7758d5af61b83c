//! Where a task runs, as whom, and in which environment.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_delegation.html>

use std::sync::Arc;

use indexmap::IndexMap;

use super::Player;
use super::context::Context;
use crate::import::ansible::playbook::Task;
use crate::import::ansible::scope::{Binding, Scope};
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::syntax::yaml::Node;

/// Another place than the host that is played.
pub(super) enum Elsewhere {
    ControlNode,
    Host(String),
}

impl<'a> Player<'a> {
    /// Tells whether a task is done elsewhere than on this host.
    pub(super) fn elsewhere(
        &self,
        scope: &Scope<'a>,
        task: &Task,
        context: &Context<'a>,
    ) -> Option<Elsewhere> {
        if task.keywords.local_action {
            return (!self.is_local()).then_some(Elsewhere::ControlNode);
        }
        let node = context.delegate_to?;
        let target = scope
            .template(node.text()?, node.span)
            .ok()?
            .to_text()
            .to_string();
        if target == self.host || target.is_empty() {
            return None;
        }
        let is_control = matches!(target.as_str(), "localhost" | "127.0.0.1" | "::1");
        match (is_control, self.is_local()) {
            (true, true) => None,
            (true, false) => Some(Elsewhere::ControlNode),
            (false, _) => Some(Elsewhere::Host(target)),
        }
    }

    /// Tells whether a task that runs where Ansible does changes this host from there: a server that it names, a request
    /// to a service of it.
    pub(super) fn reaches_host(&self, task: &Task, scope: &Scope<'a>) -> bool {
        const SERVERS: [&str; 2] = ["mysql_", "postgresql_"];
        let given = |wanted: &str| {
            let mut given = task.arguments.named.iter();
            given.find(|(name, _)| name == wanted).map(|(_, node)| node)
        };
        let said = |node: &Node| scope.resolve(node).ok().map(|it| it.to_text());
        let is_here = |place: Option<Text>| {
            // What has no value may be this host.
            let Some(place) = place else {
                return true;
            };
            let address = ["ansible_host", "ansible_ssh_host"]
                .iter()
                .find_map(|name| self.variable(scope, name));
            let mut own = std::iter::once(&self.host).chain(&address);
            place.worst_hole().is_some() || own.any(|it| place.to_string().contains(it.as_str()))
        };
        let name = task.module.as_str();
        if SERVERS.iter().any(|it| name.starts_with(it)) {
            return given("login_host").is_some_and(|it| is_here(said(it)));
        }
        let asks_only = || {
            let method = given("method").and_then(|it| said(it));
            method.is_none_or(|it| {
                let method = it.to_string().to_ascii_uppercase();
                matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS")
            })
        };
        name == "uri" && !asks_only() && given("url").is_some_and(|it| is_here(said(it)))
    }

    /// Tells whether the host that is played is the machine that runs Ansible.
    fn is_local(&self) -> bool {
        let connection = self
            .stage
            .inventory
            .hosts
            .get(&self.host)
            .and_then(|host| host.vars.vars.get("ansible_connection"));
        let is_local =
            matches!(connection, Some(Binding::Node(node)) if node.text() == Some("local"));
        self.host == "localhost" || is_local || self.stage.plays_everything
    }

    /// Returns who the task runs as: root unless the source says otherwise; `None` where it cannot be known.
    pub(super) fn effective_user(
        &self,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> Option<String> {
        let said = |node: Option<&'a Arc<Node>>| {
            let node = node?;
            let text = scope.template(node.text()?, node.span).ok()?.to_text();
            text.plain().map(str::to_owned)
        };
        let becomes = said(context.becomes).or_else(|| self.variable(scope, "ansible_become"));
        let becomes = becomes.map(|it| {
            matches!(
                it.to_ascii_lowercase().as_str(),
                "yes" | "true" | "on" | "1"
            )
        });
        if becomes == Some(true) {
            let user =
                said(context.become_user).or_else(|| self.variable(scope, "ansible_become_user"));
            return Some(user.unwrap_or_else(|| "root".to_owned()));
        }
        let login = said(context.remote_user)
            .or_else(|| self.variable(scope, "ansible_user"))
            .or_else(|| self.variable(scope, "ansible_ssh_user"));
        match login {
            Some(user) => Some(user),
            // Nobody says: configuration management works as root.
            None => Some("root".to_owned()),
        }
    }

    fn variable(&self, scope: &Scope<'a>, name: &str) -> Option<String> {
        // Nobody needs to give it.
        scope.bound(name)?;
        match scope.get(name).ok()? {
            Value::Undefined(_) | Value::None => None,
            value => value.to_text().plain().map(str::to_owned),
        }
    }

    pub(super) fn environment(
        &self,
        scope: &Scope<'a>,
        context: &Context<'a>,
    ) -> Vec<(String, Text)> {
        let mut all: IndexMap<String, Text> = IndexMap::new();
        for node in &context.environment {
            let Ok(value) = scope.resolve(node) else {
                continue;
            };
            let parts = match &value {
                Value::List(items) => items.to_vec(),
                other => vec![other.clone()],
            };
            for part in &parts {
                if let Value::Dict(pairs) = part {
                    all.extend(
                        pairs
                            .iter()
                            .map(|(name, value)| (name.to_string(), value.to_text())),
                    );
                }
            }
        }
        all.into_iter().collect()
    }
}
