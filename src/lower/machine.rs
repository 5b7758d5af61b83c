//! What else the machine has: the resources of one kind that are sure to be stated.

use crate::model::{
    Application, Condition, Container, ContainerNetwork, CronJob, Database, DatabaseUser,
    Directory, Entry, File, Group, Link, Machine, Membership, Mount, Package, PathMode, Resource,
    Service, Setting, Settings, SshdSetting, Step, SudoRule, Unit, User,
};

pub(super) fn stated(machine: &Machine) -> impl Iterator<Item = &Entry> {
    let entries = machine.entries.iter();
    entries.filter(|entry| entry.guard == Condition::True)
}

pub(super) fn units(machine: &Machine) -> impl Iterator<Item = &Unit> {
    stated(machine).filter_map(|entry| {
        if let Resource::Unit(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn services(machine: &Machine) -> impl Iterator<Item = &Service> {
    stated(machine).filter_map(|entry| {
        if let Resource::Service(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn cron_jobs(machine: &Machine) -> impl Iterator<Item = &CronJob> {
    stated(machine).filter_map(|entry| {
        if let Resource::CronJob(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn files(machine: &Machine) -> impl Iterator<Item = &File> {
    stated(machine).filter_map(|entry| {
        if let Resource::File(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn directories(machine: &Machine) -> impl Iterator<Item = &Directory> {
    stated(machine).filter_map(|entry| {
        if let Resource::Directory(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn modes(machine: &Machine) -> impl Iterator<Item = &PathMode> {
    stated(machine).filter_map(|entry| {
        if let Resource::PathMode(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn links(machine: &Machine) -> impl Iterator<Item = &Link> {
    stated(machine).filter_map(|entry| {
        if let Resource::Link(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn mounts(machine: &Machine) -> impl Iterator<Item = &Mount> {
    stated(machine).filter_map(|entry| {
        if let Resource::Mount(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn users(machine: &Machine) -> impl Iterator<Item = &User> {
    stated(machine).filter_map(|entry| {
        if let Resource::User(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn memberships(machine: &Machine) -> impl Iterator<Item = &Membership> {
    stated(machine).filter_map(|entry| {
        if let Resource::Membership(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn groups(machine: &Machine) -> impl Iterator<Item = &Group> {
    stated(machine).filter_map(|entry| {
        if let Resource::Group(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn sudo_rules(machine: &Machine) -> impl Iterator<Item = &SudoRule> {
    stated(machine).filter_map(|entry| {
        if let Resource::SudoRule(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn sshd_settings(machine: &Machine) -> impl Iterator<Item = &SshdSetting> {
    stated(machine).filter_map(|entry| {
        if let Resource::SshdSetting(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

/// Returns the settings of a table.
pub(super) fn settings(machine: &Machine, of: Settings) -> impl Iterator<Item = &Setting> {
    stated(machine).filter_map(move |entry| {
        if let Resource::Setting(it) = &entry.resource
            && it.of == of
        {
            Some(it)
        } else {
            None
        }
    })
}

/// Tells whether the source has a service of one of these names enabled.
pub(super) fn is_enabled(machine: &Machine, names: &[&str]) -> bool {
    stated(machine).any(|entry| {
        if let Resource::Service(it) = &entry.resource {
            let name = it.name.trim_end_matches(".service");
            names.contains(&name) && it.enabled == Some(true) && !it.masked
        } else {
            false
        }
    })
}

/// Returns the applications with their entries, which say whose they are.
pub(super) fn applications(machine: &Machine) -> impl Iterator<Item = (&Entry, &Application)> {
    stated(machine).filter_map(|entry| {
        if let Resource::Application(it) = &entry.resource {
            Some((entry, it.as_ref()))
        } else {
            None
        }
    })
}

/// Returns the steps with their entries, which say whose they are.
pub(super) fn steps(machine: &Machine) -> impl Iterator<Item = (&Entry, &Step)> {
    stated(machine).filter_map(|entry| {
        if let Resource::Step(it) = &entry.resource {
            Some((entry, it))
        } else {
            None
        }
    })
}

pub(super) fn containers(machine: &Machine) -> impl Iterator<Item = &Container> {
    stated(machine).filter_map(|entry| {
        if let Resource::Container(it) = &entry.resource {
            Some(it.as_ref())
        } else {
            None
        }
    })
}

pub(super) fn container_networks(machine: &Machine) -> impl Iterator<Item = &ContainerNetwork> {
    stated(machine).filter_map(|entry| {
        if let Resource::ContainerNetwork(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn packages(machine: &Machine) -> impl Iterator<Item = &Package> {
    stated(machine).filter_map(|entry| {
        if let Resource::Package(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn databases(machine: &Machine) -> impl Iterator<Item = &Database> {
    stated(machine).filter_map(|entry| {
        if let Resource::Database(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}

pub(super) fn database_users(machine: &Machine) -> impl Iterator<Item = &DatabaseUser> {
    stated(machine).filter_map(|entry| {
        if let Resource::DatabaseUser(it) = &entry.resource {
            Some(it)
        } else {
            None
        }
    })
}
