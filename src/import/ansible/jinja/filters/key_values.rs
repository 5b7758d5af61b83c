//! `parse_kv_config` and `parse_kv_items` of `debops.debops`: lists of entries, of which later ones change earlier ones
//! of the same name, joined and ordered by weight.
//!
//! Manual: <https://docs.debops.org/en/master/user-guide/universal-configuration.html>
//!
//! An entry whose name or weight is not known makes the whole unknown, for its place may be any. One of which only the
//! state is unknown is kept with that state; if it changes an earlier entry, what it changes there is unknown.

use indexmap::IndexMap;

use super::{Filter, NAMED, Takes, filter};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Eval, key_of, method};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::model::Hole;

pub(super) const FILTERS: &[Filter] = &[
    filter(
        Collection::Debops,
        "parse_kv_config",
        Takes::Items,
        |_, value, args| Parser::read(args, Style::Config)?.all(&value, args),
    ),
    filter(
        Collection::Debops,
        "parse_kv_items",
        Takes::Items,
        |_, value, args| {
            let style = Style::Items {
                defaults: args.named("defaults").and_then(Value::as_dict),
                empty: args.named("empty").and_then(Value::as_dict),
            };
            Parser::read(args, style)?.all(&value, args)
        },
    ),
];

/// The keys that say something of an entry besides what it is called.
const SPECIAL: &[&str] = &[
    "option",
    "state",
    "comment",
    "section",
    "weight",
    "value",
    "copy_id_from",
];

/// What the two filters do differently.
#[derive(Clone, Copy)]
enum Style<'a> {
    /// The values of an entry are joined too.
    Config,
    /// A later value replaces an earlier one.
    Items {
        defaults: Option<&'a Dict>,
        empty: Option<&'a Dict>,
    },
}

struct Parser<'a> {
    /// The key by which entries are the same.
    name: String,
    /// The keys below which there are entries again.
    merge_keys: Vec<String>,
    style: Style<'a>,
}

impl<'a> Parser<'a> {
    fn read(args: &Args, style: Style<'a>) -> Eval<Parser<'a>> {
        let keys = args.named("merge_keys").and_then(Value::as_list);
        let keys = keys.unwrap_or_default().iter().filter_map(Value::as_str);
        let mut merge_keys: Vec<String> = keys.map(str::to_owned).collect();
        if !merge_keys.iter().any(|it| it == "options") {
            merge_keys.push("options".to_owned());
        }
        Ok(Parser {
            name: args.str(NAMED, "name")?.unwrap_or("name").to_owned(),
            merge_keys,
            style,
        })
    }

    fn all(&self, value: &Value, args: &Args) -> Eval<Value> {
        let mut elements = Vec::new();
        for list in std::iter::once(value).chain(&args.positional) {
            elements.extend(super::items(list)?);
        }
        self.parsed(&elements)
    }

    /// Joins the elements into a list of entries.
    fn parsed(&self, elements: &[Value]) -> Eval<Value> {
        let mut entries = Entries::new();
        for (at, element) in elements.iter().enumerate() {
            let element = match element {
                Value::Str(_) => Value::record([(self.name.as_str(), element.clone())]),
                other => other.clone(),
            };
            let fields = match &element {
                Value::Dict(fields) => fields,
                Value::Undefined(_) | Value::Unknown(_) => return Ok(element),
                _ => continue,
            };
            let order = |key: &str| element.get(key).and_then(Value::deep_hole);
            let decisive = [self.name.as_str(), "weight", "copy_id_from"];
            if let Some(hole) = decisive.into_iter().find_map(order) {
                return Ok(Value::Unknown(hole.clone()));
            }
            if !is(element.get("state"), "ignore")
                && let Some(name) = element.deep_undefined()
            {
                return Ok(Value::Undefined(name.to_owned()));
            }
            let number = method::count(at * 10);
            match (element.get(&self.name), self.style) {
                (Some(param), _) => self.entry(param, &element, &number, &mut entries)?,
                (None, Style::Config) => self.loose(fields, &number, &mut entries)?,
                (None, Style::Items { .. }) => {}
            }
        }
        let mut made = Vec::with_capacity(entries.len());
        for mut entry in entries.into_values() {
            if let Some(Value::Dict(inner)) = get(&entry, "value") {
                let inner = by_weight(inner.values().cloned().collect())?;
                set(&mut entry, "value", inner);
            }
            made.push(Value::dict(entry));
        }
        by_weight(made)
    }

    /// Takes an element that says what it is called.
    fn entry(
        &self,
        param: &Value,
        element: &Value,
        number: &Value,
        entries: &mut Entries,
    ) -> Eval<()> {
        let given = element.get("state");
        if is(given, "ignore") {
            return Ok(());
        }
        let key = key_of(param)?;
        let known = entries.get(&key);
        if let (Some(hole), Some(known)) = (given.and_then(Value::hole), known) {
            let mut entry = known.clone();
            self.doubt(&mut entry, element, hole);
            entries.insert(key, entry);
            return Ok(());
        }
        let appends = is(given, "append");
        let is_init = known.is_some_and(|it| is(get(it, "state"), "init"));
        let is_new = known.is_none() && matches!(self.style, Style::Items { .. });
        if appends && (is_init || is_new) {
            return Ok(());
        }
        let mut entry = known.cloned().unwrap_or_default();
        let state = if appends { None } else { given };
        let state = state.or(get(&entry, "state")).cloned();
        set(
            &mut entry,
            "state",
            state.unwrap_or_else(|| Value::str("present")),
        );
        if is(get(&entry, "state"), "init") && !is(given, "init") && holds_value(&entry) {
            set(&mut entry, "state", Value::str("present"));
        }
        set(&mut entry, &self.name, param.clone());
        number_of(&mut entry, number)?;
        let mut usual = |key: &str, value: Value| {
            let given = element.get(key).or(get(&entry, key)).cloned();
            set(&mut entry, key, given.unwrap_or(value));
        };
        usual("separator", Value::Bool(false));
        if matches!(self.style, Style::Config) {
            usual("section", Value::str("unknown"));
        }
        placed(&mut entry, element, |key| entries.get(key))?;
        self.fill(&mut entry, element)?;
        entries.insert(key, entry);
        Ok(())
    }

    /// Takes over what an element says, besides what orders it.
    fn fill(&self, entry: &mut Dict, element: &Value) -> Eval<()> {
        let fields = element.as_dict().into_iter().flatten();
        let mut taken = vec![self.name.as_str(), "state", "id", "weight", "real_weight"];
        taken.extend(["separator", "comment", "options"]);
        match self.style {
            Style::Config => {
                taken.extend(["value", "option", "section"]);
                if let Some(value) = element.get("value") {
                    join_value(entry, value, element.get("value_cast"))?;
                }
                for key in ["option", "comment"] {
                    if let Some(value) = element.get(key) {
                        set(entry, key, value.clone());
                    }
                }
            }
            Style::Items { defaults, .. } => {
                if let Some(comment) = element.get("comment") {
                    set(entry, "comment", comment.clone());
                }
                for (key, value) in defaults.into_iter().flatten() {
                    entry.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        for key in &self.merge_keys {
            if let Some(more) = element.get(key) {
                let joined = self.below(get(entry, key), more)?;
                set(entry, key, joined);
            }
        }
        let is_taken =
            |key: &str| taken.contains(&key) || self.merge_keys.iter().any(|it| it == key);
        for (key, value) in fields {
            if !matches!(key, Key::Str(name) if is_taken(name)) {
                entry.insert(key.clone(), value.clone());
            }
        }
        if let Style::Items {
            empty: Some(empty), ..
        } = self.style
        {
            for (key, others) in empty {
                let others = super::items(others)?;
                let found = others.iter().filter_map(Value::key);
                let found = found.filter_map(|other| entry.get(&other)).next().cloned();
                if let Some(found) = found
                    && !entry.contains_key(key)
                {
                    entry.insert(key.clone(), found);
                }
            }
        }
        Ok(())
    }

    /// Joins what stands below a key of two elements.
    fn below(&self, known: Option<&Value>, more: &Value) -> Eval<Value> {
        let mut all = Vec::new();
        for list in known.into_iter().chain([more]) {
            match list {
                Value::List(items) => all.extend(items.iter().cloned()),
                Value::Unknown(_) => return Ok(list.clone()),
                other => {
                    let kind = other.type_name();
                    return Err(Failure::failed(format!("a {kind} holds no options")));
                }
            }
        }
        let parser = Parser {
            name: "name".to_owned(),
            merge_keys: self.merge_keys.clone(),
            style: Style::Config,
        };
        parser.parsed(&all)
    }

    /// Takes the pairs of an element without a name for names and values.
    fn loose(&self, fields: &Dict, number: &Value, entries: &mut Entries) -> Eval<()> {
        if fields
            .keys()
            .all(|key| matches!(key, Key::Str(it) if SPECIAL.contains(&it.as_str())))
        {
            return Ok(());
        }
        for (key, value) in fields {
            let mut entry = entries.get(key).cloned().unwrap_or_default();
            set(&mut entry, &self.name, key.value());
            set(&mut entry, "state", Value::str("present"));
            number_of(&mut entry, number)?;
            let section = get(&entry, "section").cloned();
            set(
                &mut entry,
                "section",
                section.unwrap_or_else(|| Value::str("unknown")),
            );
            weigh(&mut entry)?;
            join_value(&mut entry, value, None)?;
            entries.insert(key.clone(), entry);
        }
        Ok(())
    }

    /// Makes unknown what an element changes, of which nobody knows whether it counts.
    fn doubt(&self, entry: &mut Dict, element: &Value, hole: &Hole) {
        for key in element.as_dict().into_iter().flat_map(Dict::keys) {
            if !matches!(key, Key::Str(name) if *name == self.name) {
                entry.insert(key.clone(), Value::Unknown(hole.clone()));
            }
        }
    }
}

type Entries = IndexMap<Key, Dict>;

fn get<'d>(dict: &'d Dict, key: &str) -> Option<&'d Value> {
    dict.get(&Key::Str(key.to_owned()))
}

fn set(dict: &mut Dict, key: &str, value: Value) {
    dict.insert(Key::Str(key.to_owned()), value);
}

fn is(value: Option<&Value>, word: &str) -> bool {
    value.and_then(Value::as_str) == Some(word)
}

/// Tells whether a key `value` stands anywhere in an entry.
fn holds_value(entry: &Dict) -> bool {
    entry.iter().any(|(key, value)| {
        matches!(key, Key::Str(name) if name == "value")
            || match value {
                Value::Dict(inner) => holds_value(inner),
                Value::List(items) => items.iter().filter_map(Value::as_dict).any(holds_value),
                _ => false,
            }
    })
}

/// Returns what Python's `int()` makes of a value.
fn int(value: &Value) -> Eval<i64> {
    let number = match value {
        #[expect(clippy::cast_possible_truncation, reason = "as Python's int()")]
        Value::Float(it) => Some(*it as i64),
        Value::Str(_) => value.as_str().and_then(|it| it.trim().parse().ok()),
        other => other.as_int(),
    };
    number.ok_or_else(|| Failure::failed(format!("a {} is no whole number", value.type_name())))
}

fn number_at(entry: &Dict, key: &str) -> Eval<i64> {
    get(entry, key).map_or(Ok(0), int)
}

/// Numbers an entry that has no number yet.
fn number_of(entry: &mut Dict, number: &Value) -> Eval<()> {
    let number = int(get(entry, "id").unwrap_or(number))?;
    let weight = number_at(entry, "weight")?;
    set(entry, "id", Value::Int(number));
    set(entry, "weight", Value::Int(weight));
    Ok(())
}

fn weigh(entry: &mut Dict) -> Eval<()> {
    let real = number_at(entry, "id")? + number_at(entry, "weight")?;
    set(entry, "real_weight", Value::Int(real));
    Ok(())
}

/// Moves an entry to where the element says: beside another, and by its weight.
fn placed<'d>(
    entry: &mut Dict,
    element: &Value,
    find: impl Fn(&Key) -> Option<&'d Dict>,
) -> Eval<()> {
    if let Some(other) = element.get("copy_id_from").and_then(Value::key)
        && let Some(other) = find(&other)
    {
        let number = number_at(other, "id")? + number_at(other, "weight")?;
        set(entry, "id", Value::Int(number));
    }
    if let Some(weight) = element.get("weight") {
        let weight = int(weight)? + number_at(entry, "weight")?;
        set(entry, "weight", Value::Int(weight));
    }
    weigh(entry)
}

/// Sorts entries by their weight.
fn by_weight(entries: Vec<Value>) -> Eval<Value> {
    let mut weighed = Vec::with_capacity(entries.len());
    for entry in entries {
        let weight = entry.get("real_weight");
        let weight = weight.ok_or_else(|| Failure::failed("an entry has no `real_weight`"))?;
        weighed.push((int(weight)?, entry));
    }
    weighed.sort_by_key(|(weight, _)| *weight);
    Ok(Value::list(weighed.into_iter().map(|it| it.1).collect()))
}

/// Replaces the value of an entry, or joins a list to it.
fn join_value(entry: &mut Dict, new: &Value, cast: Option<&Value>) -> Eval<()> {
    let known = get(entry, "value").cloned();
    match new {
        Value::List(elements) => {
            let number = number_at(entry, "id")?;
            if let Some(hole) = known.as_ref().and_then(Value::hole) {
                // It may be a list, which would be joined.
                let hole = hole.clone();
                set(entry, "value", Value::Unknown(hole));
                return Ok(());
            }
            let mut values: IndexMap<Key, Dict> = IndexMap::new();
            for (key, value) in known
                .as_ref()
                .and_then(Value::as_dict)
                .into_iter()
                .flatten()
            {
                values.insert(key.clone(), value.as_dict().cloned().unwrap_or_default());
            }
            let mut is_changed = false;
            for (at, element) in elements.iter().enumerate() {
                if let Some(hole) = element.hole() {
                    set(entry, "value", Value::Unknown(hole.clone()));
                    return Ok(());
                }
                let number = number * 10 + i64::try_from(at).unwrap_or(0);
                is_changed |= value_element(&mut values, element, number)?;
            }
            if is_changed {
                let values = values.into_iter();
                let values = values.map(|(key, value)| (key, Value::dict(value)));
                set(entry, "value", Value::dict(values.collect()));
            }
        }
        Value::Dict(_) | Value::Time(_) | Value::Omit | Value::Undefined(_) => {}
        Value::Unknown(_) => set(entry, "value", new.clone()),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => {
            if !matches!(known, Some(Value::List(_))) {
                set(entry, "value", converted(new, cast)?);
            }
        }
    }
    Ok(())
}

/// Takes an element of a list of values; tells whether it counts.
fn value_element(values: &mut IndexMap<Key, Dict>, element: &Value, number: i64) -> Eval<bool> {
    let Some(fields) = element.as_dict() else {
        let (Value::Str(_) | Value::Int(_) | Value::Bool(_)) = element else {
            return Ok(false);
        };
        let key = key_of(element)?;
        let mut value = values.get(&key).cloned().unwrap_or_default();
        let is_named = get(&value, "name").and_then(Value::truth);
        if matches!(is_named, Some(Truth::Yes)) {
            return Ok(false);
        }
        let weight = get(&value, "weight").cloned().unwrap_or(Value::Int(0));
        set(&mut value, "name", element.clone());
        set(&mut value, "id", Value::Int(number));
        set(&mut value, "weight", weight);
        set(&mut value, "state", Value::str("present"));
        weigh(&mut value)?;
        values.insert(key, value);
        return Ok(true);
    };
    let Some(name) = element.get("param").or(element.get("name")) else {
        return Ok(false);
    };
    if !matches!(name.truth(), Some(Truth::Yes)) || is(element.get("state"), "ignore") {
        return Ok(false);
    }
    let names = match name {
        Value::List(names) => names.to_vec(),
        one => vec![one.clone()],
    };
    for name in names {
        let key = key_of(&name)?;
        let mut value = values.get(&key).cloned().unwrap_or_default();
        let weight = number_at(&value, "weight")?;
        set(&mut value, "name", name);
        set(&mut value, "id", Value::Int(number));
        set(&mut value, "weight", Value::Int(weight));
        let state = element.get("state").cloned();
        set(
            &mut value,
            "state",
            state.unwrap_or_else(|| Value::str("present")),
        );
        placed(&mut value, element, |key| values.get(key))?;
        let known = [
            "name",
            "state",
            "id",
            "weight",
            "real_weight",
            "param",
            "copy_id_from",
        ];
        for (key, field) in fields {
            if !matches!(key, Key::Str(name) if known.contains(&name.as_str())) {
                value.insert(key.clone(), field.clone());
            }
        }
        values.insert(key, value);
    }
    Ok(true)
}

/// Makes a value what its entry says that it is.
fn converted(value: &Value, cast: Option<&Value>) -> Eval<Value> {
    let cast = cast.and_then(Value::as_str);
    if value.hole().is_some() {
        return Ok(value.clone());
    }
    Ok(match cast {
        Some("null" | "none" | "None") => Value::None,
        Some("int" | "integer") => Value::Int(int(value)?),
        Some("str" | "string") => value.to_text().into(),
        Some("bool" | "boolean") => Value::Bool(matches!(value.truth(), Some(Truth::Yes))),
        Some("float") => {
            let text = value.as_str().and_then(|it| it.trim().parse().ok());
            let number = text.or_else(|| value.as_number());
            let kind = value.type_name();
            Value::Float(number.ok_or_else(|| Failure::failed(format!("a {kind} is no number")))?)
        }
        _ => value.clone(),
    })
}
