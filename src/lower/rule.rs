//! What rules say, put into the plan; and the names of packages and services, which are tables.
//!
//! A file is looked at under the path at which it is used: what `sites-enabled` links to stands there.

use super::ctx::Ctx;
use super::program::joined;
use super::statement::Statement;
use super::{
    accounts, daemon, file_line, package, partial, rule_scripts, secret_options, service,
    virtual_hosts,
};
use crate::account::{Code, Verdict};
use crate::model::{Condition, Entry, File, Link, Resource};
use crate::nix::{self, Expr, StrPart};
use crate::plan::{OptionPath, Secret, Setting};
use crate::rules::{Join, Outcome, Ruling};

/// Lowers an entry that a rule or a table of names decides; tells whether one did.
pub(super) fn lower(entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    let rules = ctx.rules;
    let used = used_as(&entry.resource, ctx);
    let used = used.as_ref().unwrap_or(&entry.resource);
    let found = rules.apply(used).or_else(|| rules.apply(&entry.resource));
    if !found.as_ref().is_some_and(|it| it.ruling == Ruling::Stated) {
        if let Some((outcome, secrets)) = secret_options::apply(used, rules) {
            conclude_with_secrets(entry, outcome, secrets, ctx);
            return true;
        }
        let is_needed = found
            .as_ref()
            .is_none_or(|it| !matches!(it.ruling, Ruling::NotNeeded(_)));
        if is_needed && partial::lower(entry, used, ctx) {
            return true;
        }
    }
    let found = found.filter(|it| {
        !is_read_by_own_unit(&entry.resource, it, ctx) && !is_of_own_unit(&entry.resource, ctx)
    });
    if let Some(outcome) = found {
        if let (Ruling::Manual(_), Resource::File(file)) = (&outcome.ruling, &entry.resource)
            && file_line::lower_whole(entry, file, ctx)
        {
            return true;
        }
        conclude(entry, outcome, ctx);
        return true;
    }
    match &entry.resource {
        Resource::Package(it) => package::lower(entry, it, ctx),
        Resource::Service(it) => service::lower(entry, it, ctx),
        Resource::Unit(_)
        | Resource::CronJob(_)
        | Resource::File(_)
        | Resource::FileLine(_)
        | Resource::Directory(_)
        | Resource::Link(_)
        | Resource::PathMode(_)
        | Resource::RemovedPath(_)
        | Resource::User(_)
        | Resource::Group(_)
        | Resource::AuthorizedKey(_)
        | Resource::Hostname(_)
        | Resource::Timezone(_)
        | Resource::Sysctl(_)
        | Resource::KernelModule(_)
        | Resource::Mount(_)
        | Resource::Database(_)
        | Resource::DatabaseUser(_)
        | Resource::HostsEntry(_)
        | Resource::SshdSetting(_)
        | Resource::SudoRule(_)
        | Resource::Firewall(_)
        | Resource::FirewallPort(_)
        | Resource::Container(_)
        | Resource::ContainerNetwork(_)
        | Resource::Application(_)
        | Resource::Setting(_)
        | Resource::Membership(_)
        | Resource::SubordinateIds(_)
        | Resource::Interface(_)
        | Resource::NetworkUnit(_)
        | Resource::Step(_)
        | Resource::Contradicted(_)
        | Resource::Opaque(_) => return false,
    }
    true
}

/// Tells whether a service is a unit of the machine's own, so that its name says nothing of a module.
fn is_of_own_unit(resource: &Resource, ctx: &Ctx<'_>) -> bool {
    let Resource::Service(it) = resource else {
        return false;
    };
    service::own_unit(it, ctx).is_some()
}

/// Tells whether a unit of the machine's own reads a file that no module of NixOS would: then the file has its use.
fn is_read_by_own_unit(resource: &Resource, outcome: &Outcome, ctx: &Ctx<'_>) -> bool {
    let Resource::File(file) = resource else {
        return false;
    };
    let mut texts = ctx
        .machine
        .entries
        .iter()
        .filter_map(|entry| {
            let Resource::Unit(unit) = &entry.resource else {
                return None;
            };
            // A module runs the program of such a unit, and reads what the option says.
            daemon::switch(unit, ctx.machine)
                .is_none()
                .then_some(&unit.sections)
        })
        .flatten()
        .flat_map(|section| section.directives.values())
        .flatten();
    let is_for_module = match &outcome.ruling {
        Ruling::Manual(_) => true,
        // Options of a module that runs a daemon of its own: that of the machine would not see them.
        Ruling::Stated => outcome.settings.iter().any(|(path, _, _)| {
            let names = path.names();
            names.first().is_some_and(|it| it == "services")
        }),
        Ruling::NotNeeded(_) => false,
    };
    is_for_module && texts.any(|text| text.to_string().contains(&file.path))
}

/// Returns the file that a link stands for, or a file under the path of the link to it.
fn used_as(resource: &Resource, ctx: &Ctx<'_>) -> Option<Resource> {
    let entries = || {
        ctx.machine
            .entries
            .iter()
            .filter(|it| it.guard == Condition::True)
            .map(|it| &it.resource)
    };
    if let Resource::File(file) = resource {
        let link = entries().find_map(|it| {
            let Resource::Link(link) = it else {
                return None;
            };
            (target(link) == file.path).then_some(link)
        })?;
        return Some(at(file, link));
    }
    let Resource::Link(link) = resource else {
        return None;
    };
    let target = target(link);
    let file = entries().find_map(|it| {
        let Resource::File(file) = it else {
            return None;
        };
        (file.path == target).then_some(file)
    })?;
    Some(at(file, link))
}

fn at(file: &File, link: &Link) -> Resource {
    Resource::File(File {
        path: link.path.clone(),
        ..file.clone()
    })
}

/// The absolute path that a link leads to.
pub(super) fn target(link: &Link) -> String {
    if link.target.starts_with('/') {
        return link.target.clone();
    }
    let mut names: Vec<&str> = link.path.split('/').collect();
    names.pop();
    for name in link.target.split('/') {
        match name {
            "." | "" => {}
            ".." => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    names.join("/")
}

/// Puts the files of secrets into the plan besides.
pub(super) fn conclude_with_secrets(
    entry: &Entry,
    outcome: Outcome,
    secrets: Vec<Secret>,
    ctx: &mut Ctx<'_>,
) {
    let mut entry = entry.clone();
    for secret in &secrets {
        let clause = format!("`{}` holds the secret", secret.path);
        entry.assumptions.push(clause);
    }
    let mut statement = Statement::default();
    statement.secrets = secrets;
    let entry = ctx.define(&entry, statement);
    conclude(&entry, outcome, ctx);
}

pub(super) fn conclude(entry: &Entry, mut outcome: Outcome, ctx: &mut Ctx<'_>) {
    let mut entry = entry.clone();
    let plain = entry.clone();
    let mut named = accounts::name(&mut outcome.settings, ctx);
    named.join(rule_scripts::take(&mut outcome.settings, ctx));
    let left = std::mem::take(&mut named.left);
    if outcome.ruling == Ruling::Stated {
        for clause in &outcome.assume {
            if !entry.assumptions.contains(clause) {
                entry.assumptions.push(clause.clone());
            }
        }
    }
    let is_of = |path: &OptionPath| {
        let mut of = outcome.assume_of.iter();
        of.any(|it| path.names().starts_with(it.names()))
    };
    let is_aimed = outcome.settings.iter().any(|(path, _, _)| is_of(path));
    for (path, expr, join) in virtual_hosts::apart(outcome.settings, &ctx.plan) {
        // What is assumed of some options is not said of the others.
        let entry = if is_aimed && !is_of(&path) {
            &plain
        } else {
            &entry
        };
        ctx.besides = outcome.because.get(&path).cloned();
        match join {
            Join::Only => ctx.set(entry, path, expr),
            Join::Element => ctx.add(entry, path, expr),
            Join::Text => append(entry, path, expr, ctx),
        }
    }
    ctx.besides = None;
    let entry = ctx.define(&entry, named);
    match outcome.ruling {
        Ruling::Stated => ctx.stated(
            &entry,
            Code::RuleSaysSo,
            &format!("{} (rule {})", clause(&outcome.why), outcome.rule),
            None,
        ),
        Ruling::NotNeeded(reason) => {
            ctx.close(&entry, Verdict::NotNeeded, Code::NoMeaning, &reason);
        }
        Ruling::Manual(reason) => {
            let code = if outcome.service_config {
                Code::ServiceConfig
            } else {
                Code::RuleSaysSo
            };
            let cure = outcome.cure.as_deref();
            ctx.manual_about(&entry, outcome.about, code, &reason, cure);
        }
    }
    for it in &left {
        ctx.leave(&entry, it);
    }
}

/// A sentence as a clause.
fn clause(sentence: &str) -> String {
    sentence.trim_end_matches('.').to_owned()
}

/// Puts text behind the text that the option has; the same text is not put twice.
fn append(entry: &Entry, path: OptionPath, expr: Expr, ctx: &mut Ctx<'_>) {
    let Expr::Str(mut text) = expr else {
        ctx.set(entry, path, expr);
        return;
    };
    if !print(&text).ends_with('\n') {
        text.push(StrPart::Literal("\n".to_owned()));
    }
    let text = joined(text);
    let first = match ctx.plan.get(&path) {
        Some(Setting::One(first)) => first.clone(),
        Some(Setting::Elements(_)) | None => {
            ctx.set(entry, path, Expr::Str(text));
            return;
        }
    };
    let Expr::Str(before) = &first.expr else {
        ctx.set(entry, path, Expr::Str(text));
        return;
    };
    let (there, new) = (print(before), print(&text));
    let is_there = there
        .match_indices(&new)
        .any(|(at, _)| at == 0 || there[..at].ends_with('\n'));
    let whole = if is_there {
        first.expr.clone()
    } else {
        Expr::Str(joined(before.iter().chain(&text).cloned().collect()))
    };
    ctx.plan.remove(&path);
    let mut definition = first;
    definition.expr = whole.clone();
    // The option has no value now, so this one cannot clash.
    if ctx.plan.set(path.clone(), definition).is_ok() {
        ctx.set(entry, path, whole);
    }
}

/// A text as it can be compared: what a splice stands for has no other name than its expression.
fn print(parts: &[StrPart]) -> String {
    let part = |it: &StrPart| match it {
        StrPart::Literal(text) => text.clone(),
        StrPart::Splice(expr) => {
            let expr = nix::print(expr, &|asset| asset.name.clone());
            format!("${{{}}}", expr.as_str())
        }
    };
    parts.iter().map(part).collect()
}
