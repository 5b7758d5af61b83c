//! Ansible's modules: one file each, and its row in the table.
//!
//! A module takes its parameters and says what the machine must have (`Run::put`), what means nothing on NixOS
//! (`Run::not_needed`), or what it only steered (`Run::control`). What it refuses is `manual`.

mod acl;
mod alternatives;
mod apache2_module;
mod apk;
mod apt;
mod as_lines;
mod assemble;
mod assert;
mod authorized_key;
mod blockinfile;
mod brokers;
mod build_tools;
mod by_program;
mod command;
mod compose;
mod copy;
mod cron;
mod database;
mod debconf;
mod debug;
mod disks;
mod dnf;
mod docker;
mod docker_container;
mod dpkg_divert;
mod elsewhere;
mod expect;
mod fail;
mod fetch;
mod fetched;
mod file;
mod find;
mod firewalld;
mod foreign;
mod gem;
mod getent;
mod git_config;
mod group;
mod groups;
mod hostname;
mod include_vars;
mod ini_file;
mod iptables;
mod kept;
mod keys;
mod ldap;
mod lineinfile;
mod looks;
mod meta;
mod modprobe;
mod mount;
mod nmcli;
mod npm;
mod package;
mod package_facts;
mod pacman;
mod paths;
mod pip;
mod podman;
mod podman_container;
mod projects;
mod registry;
mod replace;
mod repository;
mod selinux;
mod service;
mod set_fact;
mod slurp;
mod sql;
mod stat;
mod steps;
mod subjects;
mod sudoers;
mod synchronize;
mod sysctl;
mod template;
mod timezone;
mod ufw;
mod uri;
mod user;
mod virtual_machines;
pub(super) mod waits;
mod zypper;

use std::sync::Arc;

use super::chronicle::What;
use super::library::Library;
use super::params::{Params, Refusal};
use super::playbook::Task;
use super::results;
use super::scope::{Binding, Scope};
use super::value::{Key as Name, Value};
use crate::account::{Code, Rendered, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::state::{Book, Key, State};
use crate::model::{Condition, Entry, Family, Hole, Origin, Part, Resource, Text};

pub(super) use assert::conditions_as_given;
pub(super) use registry::{find, is_elsewhere, is_probe, names, steers};
pub(super) use subjects::subjects;

/// A module and how it is run.
pub(super) struct Module {
    /// Its names without a collection: the first is its own, the others are aliases. `*` at the end stands for all that
    /// begin so; one with a dot is about the whole name.
    pub(super) names: &'static [&'static str],
    /// The collection that it comes with, for its manual.
    pub(super) collection: &'static str,
    /// What a task of it becomes, for people.
    pub(super) becomes: &'static str,
    /// Whether it only looks: done on another machine it still steers.
    pub(super) kind: Kind,
    pub(super) run: fn(&mut Params, &mut Run<'_, '_>) -> Result<(), Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Makes something of the machine.
    Changes,
    /// Only looks, or steers the play.
    Steers,
    /// Acts on another machine or service, or on the one from which Ansible is run.
    Elsewhere,
}

/// What `meta` ends for a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Play,
    Role,
}

/// All modules.
pub(super) const MODULES: &[&Module] = &[
    &acl::MODULE,
    &alternatives::MODULE,
    &apache2_module::MODULE,
    &apk::MODULE,
    &apt::MODULE,
    &as_lines::CRYPTTAB,
    &as_lines::KNOWN_HOSTS,
    &as_lines::LOCALE_GEN,
    &as_lines::PAM_LIMITS,
    &as_lines::PG_HBA,
    &assemble::MODULE,
    &assert::MODULE,
    &authorized_key::MODULE,
    &blockinfile::MODULE,
    &brokers::MONGODB_USER,
    &brokers::RABBITMQ_PLUGIN,
    &brokers::RABBITMQ_RULES,
    &brokers::RABBITMQ_USER,
    &brokers::RABBITMQ_VHOST,
    &brokers::REDIS,
    &build_tools::COMPOSER,
    &build_tools::DJANGO,
    &build_tools::MAKE,
    &build_tools::YARN,
    &by_program::LOOKS,
    &by_program::MODULE,
    &command::COMMAND,
    &command::SCRIPT,
    &command::SHELL,
    &compose::MODULE,
    &compose::PULL,
    &copy::MODULE,
    &cron::MODULE,
    &database::MYSQL_DB,
    &database::MYSQL_USER,
    &database::POSTGRESQL_DB,
    &database::POSTGRESQL_USER,
    &debconf::MODULE,
    &debug::MODULE,
    &disks::MODULE,
    &dnf::MODULE,
    &docker::IMAGE,
    &docker::LOGIN,
    &docker::NETWORK,
    &docker::PRUNE,
    &docker::VOLUME,
    &docker_container::MODULE,
    &dpkg_divert::MODULE,
    &elsewhere::CLOUD,
    &elsewhere::CLUSTER,
    &elsewhere::HARDWARE,
    &elsewhere::HYPERVISOR,
    &elsewhere::MESSAGES,
    &elsewhere::NETWORK,
    &elsewhere::MACHINES,
    &elsewhere::SERVERS,
    &elsewhere::SERVICES,
    &expect::MODULE,
    &fail::MODULE,
    &fetch::MODULE,
    &fetched::GIT,
    &fetched::MODULE,
    &fetched::UNARCHIVE,
    &file::MODULE,
    &find::MODULE,
    &firewalld::MODULE,
    &foreign::ELSEWHERE,
    &foreign::MODULE,
    &foreign::PACKAGES_OF_OTHERS,
    &gem::MODULE,
    &getent::GETENT,
    &getent::SERVICES,
    &git_config::MODULE,
    &group::MODULE,
    &groups::ADD_HOST,
    &groups::GROUP_BY,
    &hostname::MODULE,
    &include_vars::MODULE,
    &ini_file::MODULE,
    &iptables::MODULE,
    &keys::CERTIFICATE,
    &keys::JAVA_CERTIFICATE,
    &keys::JAVA_KEYSTORE,
    &keys::PARAMETERS,
    &keys::PKCS12,
    &keys::PRIVATE_KEY,
    &keys::PUBLIC_KEY,
    &keys::REQUEST,
    &keys::SSH_KEY,
    &ldap::MODULE,
    &lineinfile::MODULE,
    &looks::LOOKS,
    &looks::SET_STATS,
    &looks::STEERS,
    &looks::TEMPFILE,
    &meta::MODULE,
    &modprobe::BLACKLIST,
    &modprobe::MODULE,
    &mount::MODULE,
    &nmcli::MODULE,
    &npm::MODULE,
    &package::MODULE,
    &package_facts::MODULE,
    &pacman::MODULE,
    &pip::MODULE,
    &pip::PIPX,
    &podman::EXECUTE,
    &podman::IMAGE,
    &podman::NETWORK,
    &podman::OTHERS,
    &podman::VOLUME,
    &podman_container::MODULE,
    &projects::BUNDLER,
    &projects::CARGO,
    &projects::CPANM,
    &replace::MODULE,
    &repository::OTHERS,
    &repository::REPOSITORY,
    &repository::SELECTIONS,
    &selinux::GENERAL,
    &selinux::MODULE,
    &service::SERVICE,
    &service::SYSTEMD,
    &set_fact::MODULE,
    &slurp::MODULE,
    &sql::EXTENSION,
    &sql::MEMBERSHIP,
    &sql::MYSQL_QUERY,
    &sql::MYSQL_VARIABLES,
    &sql::OWNER,
    &sql::POSTGRESQL_QUERY,
    &sql::RIGHTS,
    &sql::SCHEMA,
    &sql::SCRIPT,
    &sql::SETTING,
    &sql::TABLE,
    &stat::MODULE,
    &steps::ARCHIVE,
    &steps::AT,
    &steps::CAPABILITIES,
    &steps::HTPASSWD,
    &steps::PATCH,
    &steps::XML,
    &sudoers::MODULE,
    &synchronize::MODULE,
    &sysctl::MODULE,
    &template::MODULE,
    &timezone::MODULE,
    &ufw::MODULE,
    &uri::MODULE,
    &user::MODULE,
    &virtual_machines::MACHINE,
    &virtual_machines::NETWORK,
    &virtual_machines::POOL,
    &waits::MODULE,
    &zypper::MODULE,
];

/// Returns a dictionary of these keys.
fn record(pairs: Vec<(&str, Value)>) -> Value {
    let pairs = pairs.into_iter();
    Value::Dict(Arc::new(
        pairs
            .map(|(name, value)| (Name::Str(name.to_owned()), value))
            .collect(),
    ))
}

/// One run of a module: what it reads, and what it finds.
pub(super) struct Run<'r, 'a> {
    pub(super) task: &'r Task,
    pub(super) scope: &'r Scope<'a>,
    pub(super) library: &'r Library<'a>,
    pub(super) state: &'r mut State,
    pub(super) diags: &'r mut Diagnostics,
    pub(super) family: Family,
    pub(super) part: Part,
    /// Whether the task runs; never `False` here.
    pub(super) guard: Condition,
    /// What the module itself assumes.
    pub(super) assumptions: Vec<String>,
    /// Who the task runs as, where that is known.
    pub(super) user: Option<String>,
    pub(super) environment: Vec<(String, Text)>,
    pub(super) book: Book,
    pub(super) closings: Vec<(Verdict, Code, String)>,
    /// How many resources it put.
    pub(super) stated: usize,
    /// What it asks for is all that it does: where the machine has it, nothing changes.
    pub(super) is_settled: bool,
    /// It does something besides what it states, such as restarting a service.
    pub(super) acts: bool,
    /// What `register` binds, where the module can say it.
    pub(super) returns: Option<Value>,
    /// What has to hold for what it returns.
    pub(super) returns_under: Option<String>,
    /// What `set_fact` sets.
    pub(super) facts: Vec<(String, Binding)>,
    /// What `set_fact` sets is one of the facts of the host, too.
    pub(super) cacheable: bool,
    /// What `include_vars` sets.
    pub(super) included: Vec<(String, Binding)>,
    /// `include_vars` read something whose names and values are not known.
    pub(super) locked: Option<Hole>,
    /// The notified handlers run here.
    pub(super) flush: bool,
    /// What ends here.
    pub(super) ended: Option<End>,
    /// Whether the source says how it goes on if the task fails.
    pub(super) is_provided_for: bool,
    /// The task is certain to fail.
    pub(super) failed: bool,
    /// What a template became, where a trace is asked for.
    pub(super) rendered: Option<Rendered>,
    pub(super) is_traced: bool,
    /// The beginning of a script that asks for the condition itself, where only the machine can tell whether it holds.
    pub(super) check: Option<String>,
    /// What the task looks at.
    pub(super) look: Option<Look>,
}

/// What a task looks at, so that a step can look itself.
#[derive(Clone, Debug)]
pub(super) enum Look {
    Path(String),
    /// A line of shell, in its folder, as its user.
    Command {
        script: String,
        directory: Option<String>,
        user: Option<String>,
    },
}

impl Run<'_, '_> {
    /// Tells whether somebody sees what the task returns.
    pub(super) fn is_result_seen(&self) -> bool {
        self.is_traced || self.task.keywords.register.is_some()
    }

    /// Notes what other hosts and later plays see of the run.
    pub(super) fn happens(&self, what: What) {
        if self.guard == Condition::True {
            self.scope.session().happens(what);
        }
    }

    /// Returns the name of the host that is played.
    pub(super) fn host(&self) -> Option<String> {
        let name = self.scope.get("inventory_hostname").ok()?;
        name.as_str().map(str::to_owned)
    }

    /// States what the machine must have.
    pub(super) fn put(&mut self, resource: Resource) {
        let entry = self.entry(resource);
        self.state.put(entry, self.book);
    }

    fn entry(&mut self, resource: Resource) -> Entry {
        self.stated += 1;
        Entry {
            resource,
            part: self.part.clone(),
            origin: Origin::of(self.task.item),
            assumptions: self.assumed(),
            guard: self.guard.clone(),
        }
    }

    /// Returns what has to hold for what the task says: templates that were rendered meanwhile included.
    pub(super) fn assumed(&self) -> Vec<String> {
        let mut all = self.scope.assumptions();
        all.extend(self.assumptions.iter().cloned());
        all
    }

    /// States what has become of something of which an earlier task made a part.
    pub(super) fn amend(&mut self, resource: Resource) {
        let entry = self.entry(resource);
        self.state.amend(entry, self.book);
    }

    /// Says that the task is certain to fail, and with which words.
    pub(super) fn fails(
        &mut self,
        message: String,
        pairs: Vec<(&str, Value)>,
    ) -> Result<(), Refusal> {
        if let Condition::Unknown(why) = &self.guard {
            let reason = format!("where {why}, it fails: {message}");
            return Err(Refusal::new(Code::ConditionUnknown, reason));
        }
        let mut all = vec![
            ("changed", Value::Bool(false)),
            ("failed", Value::Bool(true)),
            ("msg", Value::str(&message)),
        ];
        all.extend(pairs);
        self.returns = Some(Value::of_pairs(all));
        self.returns_under = None;
        self.failed = true;
        if self.task.keywords.ignore_errors.is_some() {
            self.already(format!("it fails, and the play goes on: {message}"));
            return Ok(());
        }
        let mut refusal = Refusal::new(Code::BadInput, format!("it fails: {message}"));
        refusal.diagnostic = Some(diag::Code::CertainFailure);
        Err(refusal)
    }

    /// Says that nothing is left to state.
    pub(super) fn already(&mut self, reason: impl Into<String>) {
        self.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    }

    /// Settles what `register` binds where the module did not say it: whether the machine is another than before.
    pub(super) fn conclude(&mut self, changes: usize, outcome: &Result<(), Refusal>) {
        if outcome.is_err() {
            if !self.failed {
                self.state.stir();
            }
            return;
        }
        let is_known = self.returns.is_some() || self.guard != Condition::True;
        if is_known || results::is_command(self.task) {
            return;
        }
        let asks = self.is_settled || self.stated > 0;
        if self.state.changes() == changes && asks && !self.acts {
            let unchanged =
                results::of_change_with(self.task, vec![("changed", Value::Bool(false))]);
            self.returns = Some(unchanged);
        }
    }

    /// As `put`, under an assumption of the module's own.
    pub(super) fn put_assuming(&mut self, resource: Resource, assumption: &str) {
        self.assumptions.push(assumption.to_owned());
        self.put(resource);
        self.assumptions.pop();
    }

    /// Says what `register` binds of a module that changes something: these keys, the others unknown.
    pub(super) fn returns_changed(&mut self, pairs: Vec<(&str, Value)>) {
        let value = results::of_change_with(self.task, pairs);
        self.returns_assuming(value, &results::change_assumed(self.task));
    }

    /// Says what `register` binds, and what has to hold for it.
    pub(super) fn returns_assuming(&mut self, value: Value, assumption: &str) {
        self.returns = Some(value);
        self.returns_under = Some(assumption.to_owned());
    }

    /// Takes away what an earlier task made. What was never there needs no word on a new machine.
    pub(super) fn remove(&mut self, key: &Key, what: &str) {
        if let Condition::Unknown(why) = &self.guard {
            let reason = format!("whether {what} is removed hangs on {why}");
            let why = why.clone();
            if self.state.get(key).is_some() {
                self.state.doubt_from_here(key.clone(), &why);
            }
            self.close(Verdict::Manual, Code::ConditionUnknown, reason);
            return;
        }
        self.is_settled = true;
        let reason = if self.state.remove(key, self.task.item) {
            format!("{what} was made by an earlier task and is gone again")
        } else {
            format!("{what} was never there: a new machine does not have it")
        };
        self.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    }

    pub(super) fn close(&mut self, verdict: Verdict, code: Code, reason: impl Into<String>) {
        self.closings.push((verdict, code, reason.into()));
    }

    /// Says that the task, or a part of it, has no meaning on NixOS.
    pub(super) fn not_needed(&mut self, reason: impl Into<String>) {
        self.close(Verdict::NotNeeded, Code::NoMeaning, reason);
    }

    /// Says that the task steered the translation and was evaluated.
    pub(super) fn control(&mut self, reason: impl Into<String>) {
        self.close(Verdict::Control, Code::Evaluated, reason);
    }

    /// Says that the task only looks at the machine.
    pub(super) fn probe(&mut self, reason: impl Into<String>) {
        self.close(results::verdict_of_probe(self.task), Code::Probe, reason);
    }

    /// Says that the task is certain to fail, where the source does not say itself how it goes on then.
    pub(super) fn certain_failure(&mut self, message: &str) {
        if !self.is_provided_for {
            self.diags
                .at(diag::Code::CertainFailure, self.task.span, message);
        }
    }

    /// Reports parameters that nobody took: what the task states is at most assumed.
    pub(super) fn not_understood(&mut self, names: &[String]) {
        let module = &self.task.module;
        let list = names.join("`, `");
        let message = format!("`{module}` parameter `{list}` is not understood");
        self.diags
            .at(diag::Code::UnknownParam, self.task.span, message);
        let is_statement = self.stated > 0;
        if is_statement {
            self.state.assume(
                self.task.item,
                &format!("the parameter `{list}` of `{module}` changes nothing here"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
