//! php-fpm: the pool that the official image has, with what the recipe says of it besides.

use super::plain_file;
use crate::model::{Content, Entry, Origin, Resource, Text};

pub(super) const UNIT: &str = "phpfpm-www";

const FOLDER: &str = "/etc/php/8/fpm/pool.d/";

/// What the official image says of its pool, in www.conf, docker.conf and zz-docker.conf.
const USUAL: [(&str, &str); 9] = [
    ("user", "www-data"),
    ("group", "www-data"),
    ("listen", "9000"),
    ("pm", "dynamic"),
    ("pm.max_children", "5"),
    ("pm.start_servers", "2"),
    ("pm.min_spare_servers", "1"),
    ("pm.max_spare_servers", "3"),
    ("clear_env", "no"),
];

/// Makes one file of the pool, where the recipe's own files only add to it.
pub(super) fn join(
    entries: &mut Vec<Entry>,
    with: &impl Fn(Resource, &Origin, &[String]) -> Entry,
    origin: &Origin,
) {
    let mut settings: Vec<(String, String)> = USUAL
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut origin = origin.clone();
    entries.retain(|entry| {
        let Some(own) = settings_of(entry) else {
            return true;
        };
        for (name, value) in own {
            settings.retain(|(it, _)| *it != name);
            settings.push((name, value));
        }
        origin.merge(&entry.origin);
        false
    });
    let mut text = String::from("[www]\n");
    for (name, value) in settings {
        text.push_str(&format!("{name} = {value}\n"));
    }
    let file = plain_file(&format!("{FOLDER}www.conf"), Text::from(text));
    entries.push(with(Resource::File(file), &origin, &[]));
}

/// Returns the settings that a file says of the pool `www` and of nothing else.
fn settings_of(entry: &Entry) -> Option<Vec<(String, String)>> {
    let Resource::File(file) = &entry.resource else {
        return None;
    };
    let Content::Text(text) = &file.content else {
        return None;
    };
    if !file.path.starts_with(FOLDER) {
        return None;
    }
    let mut section = "";
    let mut settings = Vec::new();
    for line in text.plain()?.lines().map(str::trim) {
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = if name == "global" { "global" } else { name };
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        match section {
            // The module runs it in the foreground, and the journal has what it says.
            "global" if matches!(name, "daemonize" | "error_log") => {}
            // A unit cannot open its own streams as files.
            "www" if name == "access.log" && value.starts_with("/proc/") => {}
            "www" => settings.push((name.to_owned(), value.to_owned())),
            _ => return None,
        }
    }
    Some(settings)
}
