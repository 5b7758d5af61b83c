//! The texts of a resource: those that may have holes, and the sentences that people read.

use crate::model::{Command, Content, Resource, Text, UnitSection};

/// Shows each text of a resource that may have holes.
pub(super) fn each(resource: &mut Resource, show: &mut dyn FnMut(&mut Text)) {
    match resource {
        Resource::File(it) => match &mut it.content {
            Content::Text(text) => show(text),
            Content::Binary(_) | Content::Fetched(_) => {}
        },
        Resource::FileLine(it) => {
            show(&mut it.value);
            show(&mut it.line);
        }
        Resource::Unit(it) => of_sections(&mut it.sections, show),
        Resource::NetworkUnit(it) => of_sections(&mut it.sections, show),
        Resource::CronJob(it) => show(&mut it.command),
        Resource::Step(it) => {
            of_command(&mut it.command, show);
            it.environment.iter_mut().for_each(|(_, it)| show(it));
        }
        Resource::Container(it) => {
            let lists = [
                &mut it.command,
                &mut it.entrypoint,
                &mut it.environment_files,
                &mut it.volumes,
                &mut it.options,
            ];
            lists.into_iter().flatten().for_each(&mut *show);
            let pairs = it.environment.iter_mut().chain(&mut it.labels);
            pairs.for_each(|(_, it)| show(it));
            show(&mut it.image);
        }
        Resource::ContainerNetwork(it) => it.options.iter_mut().for_each(show),
        Resource::Application(it) => {
            let variables = it.environment.iter_mut();
            variables.for_each(|it| show(&mut it.value.value));
            if let Some(it) = &mut it.command {
                of_command(&mut it.value, show);
            }
            if let Some(it) = &mut it.health {
                of_command(&mut it.value.command, show);
            }
        }
        Resource::Opaque(it) => it.lines.iter_mut().for_each(show),
        Resource::Contradicted(it) => each(&mut it.resource, show),
        Resource::Package(_)
        | Resource::Service(_)
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
        | Resource::Setting(_)
        | Resource::Membership(_)
        | Resource::SubordinateIds(_)
        | Resource::Interface(_) => {}
    }
}

/// Shows each sentence of a resource that is for people alone.
pub(super) fn each_said(resource: &mut Resource, show: &mut dyn FnMut(&mut String)) {
    match resource {
        Resource::Step(it) => show(&mut it.name),
        Resource::User(it) => it.comment.iter_mut().for_each(show),
        Resource::Opaque(it) => {
            show(&mut it.title);
            show(&mut it.reason);
            it.cure.iter_mut().for_each(show);
        }
        Resource::Contradicted(it) => {
            show(&mut it.reason);
            each_said(&mut it.resource, show);
        }
        Resource::Package(_)
        | Resource::Service(_)
        | Resource::Unit(_)
        | Resource::CronJob(_)
        | Resource::File(_)
        | Resource::FileLine(_)
        | Resource::Directory(_)
        | Resource::Link(_)
        | Resource::PathMode(_)
        | Resource::RemovedPath(_)
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
        | Resource::NetworkUnit(_) => {}
    }
}

fn of_sections(sections: &mut [UnitSection], show: &mut dyn FnMut(&mut Text)) {
    let directives = sections
        .iter_mut()
        .flat_map(|it| it.directives.values_mut());
    directives.flatten().for_each(show);
}

fn of_command(command: &mut Command, show: &mut dyn FnMut(&mut Text)) {
    match command {
        Command::Words(words) => words.iter_mut().for_each(show),
        Command::Script { text, .. } => show(text),
    }
}
