//! The start options of a distribution's unit: /etc/default/prometheus-node-exporter of Debian, /etc/conf.d/prometheus of
//! Arch, /etc/sysconfig/node_exporter of Fedora.

use super::{flags, row_of, unit};
use crate::lower::machine;
use crate::lower::statement::Statement;
use crate::model::{Content, File, Machine};
use crate::syntax::assignments;

const FOLDERS: [&str; 3] = ["/etc/default/", "/etc/conf.d/", "/etc/sysconfig/"];

/// Ends of the name of the variable that holds them.
const VARIABLES: [&str; 3] = ["ARGS", "OPTS", "OPTIONS"];

/// States what start options come to; none where there is more in the file, or a unit of the machine's own reads it.
pub(super) fn state(file: &File, machine: &Machine) -> Option<Statement> {
    let name = FOLDERS
        .iter()
        .find_map(|folder| file.path.strip_prefix(folder))?;
    let row = row_of(name).filter(|_| !name.contains('/'))?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let units = machine::units(machine).flat_map(|it| &it.sections);
    let mut values = units.flat_map(|it| it.directives.values()).flatten();
    if values.any(|it| it.to_string().contains(&file.path)) {
        return None;
    }
    let read = assignments::read(text.plain()?);
    let [only] = read.assignments.as_slice() else {
        return None;
    };
    let is_options = VARIABLES.iter().any(|end| only.name.ends_with(end));
    if !is_options || only.expands || !read.faults.is_empty() {
        return None;
    }
    let mut statement = Statement::default();
    flags::state(
        row,
        &unit::split(&only.value)?,
        &[],
        machine,
        &mut statement,
    )?;
    (!statement.definitions.is_empty()).then_some(statement)
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, file};

    #[test]
    fn start_options_are_those_of_the_module() {
        check(
            file(
                "/etc/default/prometheus",
                "# x\nARGS=\"--storage.tsdb.retention.time=30d --web.listen-address=127.0.0.1:9091 --web.enable-lifecycle\"\n",
            ),
            r#"
            services.prometheus.retentionTime = "30d";
            services.prometheus.listenAddress = "127.0.0.1";
            services.prometheus.port = 9091;
            services.prometheus.extraFlags = [ "--web.enable-lifecycle" ];
            services.prometheus.enable = true;
            assumed: `services.prometheus` is to be on, since it is configured and nothing here says that it is off
            "#,
        );
    }
}
