//! `idmapd`: idmapd.conf as tasks/filesystems/nfs.nix writes it, with what the module says itself.

use serde_json::{Value, json};

use super::{Format, ini};

pub(super) static FORMAT: Format = Format {
    name: "idmapd",
    write,
    tree: ini::tree,
};

fn write(value: &Value) -> Option<String> {
    let mut all = json!({
        "General": {"Pipefs-Directory": "/var/lib/nfs/rpc_pipefs"},
        "Mapping": {"Nobody-Group": "nogroup", "Nobody-User": "nobody"},
        "Translation": {"Method": "nsswitch"},
    });
    for (section, fields) in value.as_object()? {
        for (name, value) in fields.as_object()? {
            all[section][name] = value.clone();
        }
    }
    ini::write(&all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_modules_own_stands_beside() {
        check(
            &FORMAT,
            &json!({"General": {"Verbosity": 0}, "Mapping": {"Nobody-User": "x"}}),
            "[General]\nPipefs-Directory = /var/lib/nfs/rpc_pipefs\nVerbosity = 0\n[Mapping]\nNobody-User = x\nNobody-Group = nogroup\n[Translation]\nMethod = nsswitch\n",
        );
    }
}
