//! Model to plan: rules first, then one file per kind of resource that data cannot say.
//!
//! Each file turns one entry into a `Lowered`: definitions with what they rest on, or why there are none. `Ctx` puts
//! it into the plan and the account, so that no file forgets the one or the other.

#![deny(clippy::wildcard_enum_match_arm)]

mod about;
mod access;
mod accounts;
mod application;
mod authorized_key;
mod base_accounts;
mod brought;
mod carried;
mod certificate;
mod clients;
mod commands;
mod connection;
mod container;
mod container_run;
mod container_unit;
mod cron;
mod ctx;
mod daemon;
mod database;
mod demanded;
mod distribution;
mod dovecot;
mod drop_in;
mod fetched;
mod file;
mod file_line;
mod firewall;
mod gather;
mod given;
mod harden;
mod homes;
mod included;
mod ini_text;
mod init_words;
mod insecure;
mod interface;
mod interpreter;
mod last_word;
mod lifted;
mod machine;
mod membership;
mod mount;
#[cfg(test)]
mod name_tests;
mod named;
mod needed_paths;
mod network_unit;
mod network_value;
mod opaque;
mod opendkim;
mod openvpn;
mod package;
mod packet_filter;
mod partial;
mod paths;
mod periodic;
mod ports;
mod program;
mod provide;
mod quadlet;
mod rule;
mod rule_files;
mod rule_scripts;
mod secret;
mod secret_file;
mod secret_options;
mod service;
mod ssh_config;
mod sshd;
mod statement;
mod step;
mod step_words;
mod subordinate_ids;
mod sudo;
mod switch;
mod systemd;
mod systemd_command;
mod systemd_directives;
mod systemd_secret;
#[cfg(test)]
mod systemd_tests;
mod systemd_value;
mod systemd_verbatim;
mod tmpfiles;
mod unbound;
mod unfree;
mod unit_link;
mod unit_name;
mod unit_of_module;
mod unit_want;
mod user;
mod virtual_hosts;
mod wireguard;
mod wpa_supplicant;

#[cfg(test)]
mod tests;

use application::Native;
use brought::Brought;
use ctx::Ctx;
use statement::Lowered;

pub use cron::Cron;
pub use harden::{Harden, harden};
pub use paths::on_nixos;
pub(crate) use provide::provide;

use crate::account::{Account, Code, Verdict};
use crate::diag::Diagnostics;
use crate::model::{Condition, Entry, Machine, Model, Resource, Settings};
use crate::plan::Plan;
use crate::rules::Rules;

/// By what machines are lowered.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    pub rules: &'a Rules,
    pub cron: Cron,
}

/// Lowers every machine to its plan, and closes the items of what it lowers.
pub fn lower(
    model: &Model,
    means: Means<'_>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Vec<Plan> {
    let machines = model.machines.iter();
    let mut plans: Vec<Plan> = machines
        .map(|machine| lower_machine(machine, means, account, diags))
        .collect();
    ports::tell(&mut plans, diags);
    plans
}

fn lower_machine(
    machine: &Machine,
    means: Means<'_>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Plan {
    let machine = &*certificate::at_home(machine);
    let machine = &*included::in_place(machine, means.rules);
    let brought = brought_to(machine, means, account, diags);
    let mut whole = brought.complete(machine);
    let made = base_accounts::missing(&whole);
    if !made.is_empty() {
        whole.to_mut().entries.extend(made.iter().cloned());
    }
    let mut images: Vec<Image> = application::images(machine)
        .into_iter()
        .map(|image| Image::of(image, means, account, diags))
        .collect();
    let mut ctx = Ctx::new(&whole, means, account, diags);
    ctx.brought = brought;
    // What is behind them the modules bring.
    let own = whole.entries.iter().take(machine.entries.len());
    for entry in own.filter(|it| !application::is_of_image(it)) {
        lower_entry(entry, &mut ctx);
    }
    for entry in &made {
        lower_entry(entry, &mut ctx);
    }
    for image in images.iter_mut() {
        match image {
            Image::Own(image) => {
                ctx.machine = image;
                for entry in &image.entries {
                    lower_entry(entry, &mut ctx);
                }
            }
            Image::Native(both, image) => {
                let (native, brought) = &mut **both;
                let of_machine = std::mem::take(&mut ctx.brought);
                ctx.brought = std::mem::take(brought);
                lower_native(native, image, &mut ctx);
                carried::chores(&mut ctx.plan, &ctx.brought, image);
                ctx.brought = of_machine;
            }
        }
    }
    ctx.machine = &whole;
    switch::complete(&mut ctx);
    clients::complete(&mut ctx);
    distribution::complete(&mut ctx);
    let mut plan = ctx.finish();
    virtual_hosts::finish(&mut plan);
    dovecot::finish(&mut plan);
    certificate::finish(&mut plan);
    rule_files::finish(&mut plan);
    last_word::finish(&mut plan);
    given::finish(&mut plan);
    gather::gather(&mut plan.remarks, account);
    plan
}

/// An image, as what lowers it looks at it.
enum Image {
    /// It becomes a module of its own.
    Own(Machine),
    /// A module of NixOS runs its server; the machine that it would be, with what the module brings.
    Native(Box<(Native, Brought)>, Machine),
}

impl Image {
    fn of(
        image: Machine,
        means: Means<'_>,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Image {
        let Some(native) = application::native(&image) else {
            return Image::Own(image);
        };
        let mut ctx = Ctx::new(&native.machine, means, account, diags);
        let draft = ctx.draft(|ctx| lower_native(&native, &native.machine, ctx));
        let brought = Brought::of(draft, &native.machine);
        let whole = brought.complete(&native.machine).into_owned();
        Image::Native(Box::new((native, brought)), whole)
    }
}

fn lower_native<'a>(native: &Native, whole: &'a Machine, ctx: &mut Ctx<'a>) {
    ctx.machine = whole;
    let entries = whole.entries.iter().take(native.machine.entries.len());
    for entry in entries {
        application::lower_of_native(entry, native, ctx);
    }
}

/// Finds what the modules bring that the machine's plan will switch on: a draft of it says which.
fn brought_to(
    machine: &Machine,
    means: Means<'_>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Brought {
    let mut ctx = Ctx::new(machine, means, account, diags);
    let mut draft = ctx.draft(|ctx| {
        // What an image asks for switches no module on.
        let sure = machine.entries.iter();
        let sure = sure.filter(|it| it.guard == Condition::True && !application::is_of_image(it));
        for entry in sure {
            lower_entry(entry, ctx);
        }
    });
    switch::draft(&mut draft, machine);
    Brought::of(draft, machine)
}

fn lower_entry(entry: &Entry, ctx: &mut Ctx<'_>) {
    if let Resource::Contradicted(it) = &entry.resource {
        let resource = (*it.resource).clone();
        let lines = rehearse(
            &Entry {
                resource,
                ..entry.clone()
            },
            ctx,
        );
        ctx.manual_with_lines(entry, Code::OptionClash, &it.reason, lines);
        return;
    }
    match &entry.guard {
        Condition::True => {}
        Condition::False => {
            ctx.close(
                entry,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its condition is false",
            );
            return;
        }
        Condition::Unknown(why) => {
            let mut lines = rehearse(entry, ctx);
            if !lines.is_empty() {
                lines.insert(0, "Where its condition holds:".to_owned());
            }
            let reason = format!("it hangs on {why}");
            ctx.manual_with_lines(entry, Code::ConditionUnknown, &reason, lines);
            return;
        }
    }
    if !ctx.is_draft()
        && let Some(left) = given::lost(entry, || ctx.draft(|ctx| lower_entry(entry, ctx)))
    {
        ctx.conclude(entry, Lowered::Manual(left));
        return;
    }
    if !application::lower_of_image(entry, ctx) {
        lower_stated(entry, ctx);
    }
}

/// Lowers an entry that holds for sure.
fn lower_stated(entry: &Entry, ctx: &mut Ctx<'_>) {
    if let Some(lowered) = certificate::lower(entry, ctx.machine) {
        ctx.conclude(entry, lowered);
        return;
    }
    if let Resource::FileLine(line) = &entry.resource {
        file_line::lower(entry, line, ctx);
        return;
    }
    if daemon::lower(entry, ctx) {
        return;
    }
    if let Resource::Unit(unit) = &entry.resource
        && let Some(lowered) = unit_of_module::lower(unit, ctx)
    {
        ctx.conclude(entry, lowered);
        return;
    }
    if rule::lower(entry, ctx) || application::lower(entry, ctx) {
        return;
    }
    if !ctx.is_draft()
        && let Some(missing) = drop_in::missing(&entry.resource, ctx)
    {
        let mut lines = vec![missing.cure, "Where the unit is there:".to_owned()];
        lines.extend(rehearse(entry, ctx));
        ctx.manual_with_lines(entry, Code::UnitMissing, &missing.reason, lines);
        return;
    }
    let brought = ctx.brought.lower(&entry.resource, ctx.machine);
    let mut lowered = brought.unwrap_or_else(|| lower_resource(entry, ctx));
    if let (Resource::User(user), Lowered::Stated(statement)) = (&entry.resource, &mut lowered) {
        homes::open(user, ctx.machine, ctx.brought.served(), statement);
    }
    ctx.conclude(entry, lowered);
}

/// What would state the entry, were its condition true.
fn rehearse(entry: &Entry, ctx: &mut Ctx<'_>) -> Vec<String> {
    let meant = Entry {
        guard: Condition::True,
        ..entry.clone()
    };
    ctx.rehearse(|ctx| lower_entry(&meant, ctx))
}

fn lower_resource(entry: &Entry, ctx: &Ctx<'_>) -> Lowered {
    let machine = ctx.machine;
    match &entry.resource {
        Resource::Setting(it) if it.of == Settings::FirewallRule => {
            packet_filter::lower_rule(it, machine)
        }
        Resource::Setting(it) if it.of == Settings::FirewallZone => firewall::lower_zone(it),
        Resource::Package(_)
        | Resource::Service(_)
        | Resource::Setting(_)
        | Resource::Hostname(_)
        | Resource::Timezone(_)
        | Resource::Sysctl(_)
        | Resource::KernelModule(_)
        | Resource::HostsEntry(_)
        | Resource::Application(_)
        | Resource::Firewall(_) => Lowered::manual(Code::CannotState, "no rule states this"),
        Resource::Unit(it) => {
            container_unit::lower(it, machine).unwrap_or_else(|| systemd::lower(it, machine))
        }
        Resource::CronJob(it) => cron::lower(it, machine, ctx.cron),
        Resource::File(it) => {
            let lowered = file::lower(it, machine);
            let is_edited = entry
                .assumptions
                .contains(&Entry::only_where_missing(&it.path));
            if is_edited {
                tmpfiles::only_where_missing(lowered)
            } else {
                lowered
            }
        }
        // Stated by the rules, or left.
        Resource::FileLine(_) => Lowered::manual(Code::OriginalNeeded, "no rule states this"),
        Resource::Directory(it) => tmpfiles::lower_directory(it, machine),
        Resource::Link(it) => tmpfiles::lower_link(it, machine),
        Resource::PathMode(it) => tmpfiles::lower_mode(it, machine),
        Resource::RemovedPath(it) => tmpfiles::lower_removed(it, machine),
        Resource::User(it) => user::lower_user(it, machine),
        Resource::Group(it) => user::lower_group(it, machine),
        Resource::AuthorizedKey(it) => authorized_key::lower(it, machine),
        Resource::Mount(it) => mount::lower(it, machine),
        Resource::Database(it) => database::lower(it, machine),
        Resource::DatabaseUser(it) => database::lower_user(it, machine),
        Resource::SshdSetting(it) => sshd::lower(it, machine),
        Resource::SudoRule(it) => sudo::lower(it, machine),
        Resource::FirewallPort(it) => firewall::lower(it, machine),
        Resource::Container(it) => container::lower(it, machine),
        Resource::ContainerNetwork(it) => container::lower_network(it, machine),
        Resource::Membership(it) => membership::lower(it, machine),
        Resource::SubordinateIds(it) => subordinate_ids::lower(it, machine),
        Resource::Interface(it) => interface::lower(it, machine),
        Resource::NetworkUnit(it) => network_unit::lower(it, machine),
        Resource::Step(it) => container_unit::lower_step(it, machine)
            .unwrap_or_else(|| step::lower(it, entry, machine)),
        Resource::Opaque(it) => opaque::lower(it),
        // Said by whoever lowers the entry, who can show what it would state.
        Resource::Contradicted(it) => Lowered::manual(Code::OptionClash, it.reason.as_str()),
    }
}
