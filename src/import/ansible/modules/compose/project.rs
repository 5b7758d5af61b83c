//! The files of a project, joined: its services, networks and volumes.

use indexmap::IndexMap;

use super::variables::Variables;
use crate::account::Code;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::{There, real, there};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::{Dict, Key, Value};
use crate::import::holes::encode;
use crate::model::{Content, Resource, Text};
use crate::source::{self, Span};
use crate::syntax::yaml::read_text;

/// What Compose looks for, where the task names no file.
const FILES: [[&str; 3]; 4] = [
    [
        "compose.yaml",
        "compose.override.yaml",
        "compose.override.yml",
    ],
    [
        "compose.yml",
        "compose.override.yml",
        "compose.override.yaml",
    ],
    [
        "docker-compose.yml",
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ],
    [
        "docker-compose.yaml",
        "docker-compose.override.yaml",
        "docker-compose.override.yml",
    ],
];

/// What a task asks for.
pub(super) struct Sought {
    pub(super) folder: String,
    pub(super) files: Vec<String>,
    pub(super) definition: Option<Value>,
    pub(super) env_files: Vec<String>,
    pub(super) profiles: Vec<String>,
    /// Only these, and what they need.
    pub(super) services: Vec<String>,
    pub(super) name: Option<String>,
}

/// A service, and its name in the file.
pub(super) struct Service {
    pub(super) name: String,
    pub(super) fields: Value,
}

/// What the files of a project have.
pub(super) struct Project {
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) whole: Value,
    /// Those that are brought up.
    pub(super) services: Vec<Service>,
    pub(super) assumptions: Vec<String>,
    pub(super) left: Vec<String>,
}

/// Reads a project; nothing where its files are not known here.
pub(super) fn read(sought: &Sought, run: &Run<'_, '_>) -> Result<Option<Project>, Refusal> {
    let mut variables = Variables::default();
    let folder = sought.folder.as_str();
    let in_folder = |name: &str| source::absolute(folder, name);
    let env_files = match sought.env_files.as_slice() {
        [] => vec![".env".to_owned()],
        given => given.to_vec(),
    };
    for file in env_files {
        if let Some(text) = text_at(&in_folder(&file), run) {
            variables.read(&text);
        }
    }
    for (name, value) in &run.environment {
        variables.set(name, value.clone());
    }
    let mut whole = match &sought.definition {
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(hole)),
        Some(definition) => definition.clone(),
        None => {
            let Some(texts) = files(sought, run) else {
                return Ok(None);
            };
            let mut whole = Value::dict(Dict::new());
            for (path, text) in texts {
                whole = joined(&whole, &parse(&path, &text, run)?, "");
            }
            whole
        }
    };
    let includes = whole
        .get("include")
        .and_then(Value::as_list)
        .map(<[Value]>::to_vec);
    for include in includes.unwrap_or_default() {
        let path = include
            .as_str()
            .or_else(|| include.get("path").and_then(Value::as_str));
        let path = in_folder(path.unwrap_or_default());
        let Some(text) = text_at(&path, run) else {
            let reason = format!("`{path}`, which the project includes, is not in the input");
            return Err(Refusal::new(Code::OriginalNeeded, reason)
                .cure("put the file into the input, or state its containers yourself"));
        };
        whole = joined(&parse(&path, &text, run)?, &whole, "");
    }
    let whole = variables.fill(&whole);
    let stated = whole.get("name").and_then(Value::as_str).map(str::to_owned);
    let name = sought
        .name
        .clone()
        .or(stated)
        .unwrap_or_else(|| folder.rsplit('/').next().unwrap_or_default().to_owned());
    let mut project = Project {
        folder: folder.to_owned(),
        name: normal(&name),
        services: services(&whole, sought),
        whole,
        assumptions: Vec::new(),
        left: Vec::new(),
    };
    if !variables.missing.is_empty() {
        let names = variables.missing.join("`, `");
        project.assumptions.push(format!(
            "Compose finds no value of `{names}`, and takes an empty one"
        ));
    }
    Ok(Some(project))
}

/// Compose keeps of a project's name what may stand in that of a container.
fn normal(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let name: String = name.chars().filter(kept).collect();
    name.trim_start_matches(['_', '-']).to_owned()
}

/// Returns the files with their texts; nothing where one of them is not known.
fn files(sought: &Sought, run: &Run<'_, '_>) -> Option<Vec<(String, Text)>> {
    let at = |name: &str| {
        let path = source::absolute(&sought.folder, name);
        text_at(&path, run).map(|text| (path, text))
    };
    if !sought.files.is_empty() {
        return sought.files.iter().map(|it| at(it)).collect();
    }
    FILES.iter().find_map(|[file, over, other]| {
        let first = at(file)?;
        let second = at(over).or_else(|| at(other));
        Some(Some(first).into_iter().chain(second).collect())
    })
}

/// Returns the text of a file that the play made.
fn text_at(path: &str, run: &Run<'_, '_>) -> Option<Text> {
    let There::Made(entry) = there(run, &real(run, path)) else {
        return None;
    };
    match &entry.resource {
        Resource::File(file) => match &file.content {
            Content::Text(text) => Some(text.clone()),
            Content::Binary(_) | Content::Fetched(_) => None,
        },
        _ => None,
    }
}

fn parse(path: &str, text: &Text, run: &Run<'_, '_>) -> Result<Value, Refusal> {
    let bad = |why: &str| {
        Refusal::new(Code::BadInput, format!("`{path}` cannot be read: {why}"))
            .cure("correct the file")
    };
    if let Some(hole) = text
        .holes()
        .find(|it| it.kind == crate::model::HoleKind::Unknown)
        && text.pieces().len() == 1
    {
        return Err(Refusal::hole(hole));
    }
    let encoded = encode(text).ok_or_else(|| bad("it has too many parts that are not known"))?;
    let documents = read_text(&encoded.text, run.task.span.file).map_err(|why| bad(&why))?;
    let value = documents.first().map(|it| Value::as_written(it));
    // What is not known goes back into the strings.
    let value = value.unwrap_or(Value::None);
    let decoded = value.with_texts(&mut |text| encoded.decode(text.plain().unwrap_or_default()));
    Ok(merged(&decoded))
}

/// `<<` takes over what a mapping does not say itself.
fn merged(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(merged).collect()),
        Value::Dict(pairs) => {
            let mut out: Dict = pairs
                .iter()
                .filter(|(key, _)| !is(key, "<<"))
                .map(|(key, it)| (key.clone(), merged(it)))
                .collect();
            for (_, others) in pairs.iter().filter(|(key, _)| is(key, "<<")) {
                let others = merged(others);
                let all = match &others {
                    Value::List(items) => items.to_vec(),
                    other => vec![other.clone()],
                };
                for (key, it) in all.iter().filter_map(Value::as_dict).flatten() {
                    if !out.contains_key(key) {
                        out.insert(key.clone(), it.clone());
                    }
                }
            }
            Value::dict(out)
        }
        other => other.clone(),
    }
}

fn is(key: &Key, name: &str) -> bool {
    matches!(key, Key::Str(it) if it == name)
}

/// Joins two files of a project: mappings key by key, lists one behind the other, else the later one stands.
fn joined(first: &Value, second: &Value, name: &str) -> Value {
    match (first, second) {
        (Value::Dict(first), Value::Dict(second)) => {
            let mut out = (**first).clone();
            for (key, it) in second.iter() {
                let value = match out.get(key) {
                    Some(old) => joined(old, it, &key.to_string()),
                    None => it.clone(),
                };
                out.insert(key.clone(), value);
            }
            Value::dict(out)
        }
        (Value::List(first), Value::List(second))
            if !matches!(name, "command" | "entrypoint" | "test") =>
        {
            let mut out = first.to_vec();
            out.extend(second.iter().filter(|it| !has(first, it)).cloned());
            Value::list(out)
        }
        _ => second.clone(),
    }
}

fn has(items: &[Value], value: &Value) -> bool {
    let text = value.to_text();
    items.iter().any(|it| it.to_text() == text)
}

/// Returns the services that are brought up.
fn services(whole: &Value, sought: &Sought) -> Vec<Service> {
    let all: Vec<Service> = match whole.get("services").and_then(Value::as_dict) {
        Some(services) => services
            .iter()
            .map(|(name, fields)| Service {
                name: name.to_string(),
                fields: extended(fields, services, 8),
            })
            .collect(),
        None => Vec::new(),
    };
    let mut wanted: Vec<String> = if sought.services.is_empty() {
        let is_active = |service: &&Service| {
            let profiles = service.fields.get("profiles").and_then(Value::as_list);
            profiles.is_none_or(|all| {
                all.is_empty()
                    || all.iter().filter_map(Value::as_str).any(|it| {
                        sought
                            .profiles
                            .iter()
                            .any(|given| given == it || given == "*")
                    })
            })
        };
        all.iter()
            .filter(is_active)
            .map(|it| it.name.clone())
            .collect()
    } else {
        sought.services.clone()
    };
    let mut at = 0;
    while let Some(name) = wanted.get(at).cloned() {
        let service = all.iter().find(|it| it.name == name);
        for needed in service.map(|it| depends_on(&it.fields)).unwrap_or_default() {
            if !wanted.contains(&needed) {
                wanted.push(needed);
            }
        }
        at += 1;
    }
    all.into_iter()
        .filter(|it| wanted.contains(&it.name))
        .collect()
}

/// `extends`: what another service of the same project has, and the own.
fn extended(fields: &Value, services: &Dict, left: usize) -> Value {
    let Some(extends) = fields.get("extends").filter(|_| left > 0) else {
        return fields.clone();
    };
    let name = extends
        .as_str()
        .or_else(|| extends.get("service").and_then(Value::as_str));
    let is_here = extends.get("file").is_none();
    let base = name.filter(|_| is_here).and_then(|name| {
        services
            .iter()
            .find(|(key, _)| is(key, name))
            .map(|it| it.1)
    });
    let Some(base) = base else {
        return fields.clone();
    };
    let base = extended(base, services, left - 1);
    let mut whole = match joined(&base, fields, "") {
        Value::Dict(it) => (*it).clone(),
        other => return other,
    };
    whole.retain(|key, _| !is(key, "extends"));
    Value::dict(whole)
}

/// Returns the names of the services that have to be there before.
pub(super) fn depends_on(fields: &Value) -> Vec<String> {
    match fields.get("depends_on") {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::Dict(pairs)) => pairs.keys().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

impl Project {
    /// Returns the names of the containers.
    pub(super) fn names(&self) -> Vec<String> {
        self.services
            .iter()
            .map(|it| self.container(&it.name))
            .collect()
    }

    /// Returns the name of the container of a service.
    pub(super) fn container(&self, service: &str) -> String {
        let own = self.services.iter().find(|it| it.name == service);
        let said = own
            .and_then(|it| it.fields.get("container_name"))
            .and_then(Value::as_str);
        match said {
            Some(name) => name.to_owned(),
            None if self.name == service || self.name.is_empty() => service.to_owned(),
            None => format!("{}-{service}", self.name),
        }
    }

    /// Returns the name that something of the top level has for the engine.
    pub(super) fn named(&self, kind: &str, name: &str) -> String {
        let own = self.whole.get(kind).and_then(|it| it.get(name));
        let external = own.and_then(|it| it.get("external"));
        let said = own.and_then(|it| it.get("name")).and_then(Value::as_str);
        let old = external
            .and_then(|it| it.get("name"))
            .and_then(Value::as_str);
        match (said.or(old), external) {
            (Some(name), _) => name.to_owned(),
            (None, Some(Value::Bool(true) | Value::Dict(_))) => name.to_owned(),
            (None, _) => format!("{}_{name}", self.name),
        }
    }

    /// Tells whether services find each other in the network that Compose makes for all.
    pub(super) fn has_default(&self) -> bool {
        let is_said = self
            .whole
            .get("networks")
            .and_then(|it| it.get("default"))
            .is_some();
        let inside = self.services.iter().filter(|it| is_in_default(&it.fields));
        is_said || inside.count() > 1
    }

    /// Returns what makes the networks that are used, in the words of `docker_network`.
    pub(super) fn networks(&self, span: Span) -> Vec<Params> {
        let mut names: Vec<String> = Vec::new();
        for service in &self.services {
            let own = match service.fields.get("networks") {
                Some(Value::List(items)) => items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                Some(Value::Dict(pairs)) => pairs.keys().map(ToString::to_string).collect(),
                _ if self.has_default() && is_in_default(&service.fields) => {
                    vec!["default".to_owned()]
                }
                _ => Vec::new(),
            };
            for name in own {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let is_made = |name: &&String| {
            let own = self.whole.get("networks").and_then(|it| it.get(name));
            let external = own.and_then(|it| it.get("external"));
            !matches!(external, Some(Value::Bool(true) | Value::Dict(_)))
        };
        names
            .iter()
            .filter(is_made)
            .map(|name| self.network(name, span))
            .collect()
    }

    fn network(&self, name: &str, span: Span) -> Params {
        let mut values: IndexMap<String, Value> = IndexMap::new();
        values.insert("name".to_owned(), Value::str(&self.named("networks", name)));
        let own = self.whole.get("networks").and_then(|it| it.get(name));
        let fields = own.and_then(Value::as_dict);
        for (key, value) in fields.into_iter().flatten() {
            let key = key.to_string();
            match key.as_str() {
                "name" | "external" => {}
                "driver_opts" => {
                    values.insert("driver_options".to_owned(), value.clone());
                }
                "ipam" => {
                    for (key, to) in [
                        ("driver", "ipam_driver"),
                        ("options", "ipam_driver_options"),
                    ] {
                        if let Some(value) =
                            value.get(key).filter(|it| it.as_str() != Some("default"))
                        {
                            values.insert(to.to_owned(), value.clone());
                        }
                    }
                    if let Some(configs) = value.get("config").and_then(Value::as_list) {
                        let configs = configs.iter().map(|it| match it.as_dict() {
                            Some(fields) => Value::dict(
                                fields
                                    .iter()
                                    .map(|(key, it)| match is(key, "ip_range") {
                                        true => (Key::Str("iprange".to_owned()), it.clone()),
                                        false => (key.clone(), it.clone()),
                                    })
                                    .collect(),
                            ),
                            None => it.clone(),
                        });
                        values.insert("ipam_config".to_owned(), Value::list(configs.collect()));
                    }
                }
                _ => {
                    values.insert(key, value.clone());
                }
            }
        }
        Params::new("docker_compose", span, values, None)
    }
}

/// Tells whether a service says nothing of its networks.
pub(super) fn is_in_default(fields: &Value) -> bool {
    fields.get("network_mode").is_none() && fields.get("networks").is_none()
}
