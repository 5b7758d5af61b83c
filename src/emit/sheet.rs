//! One sheet to its file: files beside it, head, skeleton, nixfmt, and the lines at which items show.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::comment::{self, CROWD, Sources, role_root};
use super::layout::{FileNames, FilePaths, Place, topic_title};
use super::lines::{self, Lines};
use super::share::{LeafValue, Sheet, Stated};
use super::skeleton::{Skeletons, Written};
use super::write;
use super::{Options, Origins, RELEASE, VALUES_FILE};
use crate::account::ItemId;
use crate::nix::{
    Asset, Comment, Element, Entry, Expr, StrPart, VALUES, Value, attr_path_text, print,
    print_body, print_comment, print_formals, splice_values,
};
use crate::plan::{Given, OptionPath};

/// What a module may ask for.
const ARGUMENTS: [&str; 5] = ["config", "lib", "modulesPath", "options", "pkgs"];
/// What an assumption about the machine itself begins with.
const FACTS: &str = "assumed: the facts of ";
/// Hosts that a head names before it only counts.
const MOST_HOSTS: usize = 8;

/// A file, the files it refers to, and what shows in it.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) assets: Vec<(String, Arc<[u8]>)>,
    pub(super) marks: Vec<Mark>,
    /// For each item, the lines of the comments that name it.
    pub(super) named: HashMap<ItemId, Vec<u32>>,
    pub(super) remarks: usize,
    /// What a person gives a value, by the words that stand for it.
    pub(super) values: BTreeMap<String, Given>,
}

/// An item shows at a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) item: ItemId,
    pub(super) line: u32,
    pub(super) option: Option<String>,
}

/// The names of files.
#[derive(Debug)]
pub(super) struct Naming<'a> {
    pub(super) hosts: FileNames<'a>,
    roles: FileNames<'a>,
    services: FileNames<'a>,
}

impl<'a> Naming<'a> {
    pub(super) fn of(sheets: &[Sheet<'a>]) -> Naming<'a> {
        let places = || sheets.iter().map(|sheet| sheet.place);
        Naming {
            hosts: FileNames::of(
                sheets
                    .iter()
                    .filter(|sheet| sheet.place == Place::Host)
                    .flat_map(|sheet| sheet.hosts.iter().map(|plan| plan.host.as_str())),
            ),
            roles: FileNames::of(places().filter_map(|it| match it {
                Place::Role(name) => Some(name),
                Place::Topic(_) | Place::Service(_) | Place::Host => None,
            })),
            services: FileNames::of(places().filter_map(|it| match it {
                Place::Service(name) => Some(name),
                Place::Topic(_) | Place::Role(_) | Place::Host => None,
            })),
        }
    }

    /// Returns what comes behind `modules/` and `files/`.
    fn below(&self, place: Place<'_>) -> String {
        match place {
            Place::Topic(topic) => topic.to_owned(),
            Place::Role(name) => format!("roles/{}", self.roles.get(name)),
            Place::Service(name) => format!("services/{}", self.services.get(name)),
            Place::Host => String::new(),
        }
    }

    /// Returns the path of a sheet's file.
    pub(super) fn path(&self, sheet: &Sheet<'_>) -> String {
        match sheet.place {
            Place::Host => format!("hosts/{}/default.nix", self.host(sheet)),
            place @ (Place::Topic(_) | Place::Role(_) | Place::Service(_)) => {
                format!("modules/{}.nix", self.below(place))
            }
        }
    }

    fn host(&self, sheet: &Sheet<'_>) -> String {
        let name = sheet.hosts.first().map_or("", |plan| &plan.host);
        self.hosts.get(name)
    }

    /// Returns the folder of a sheet's further files, and the path to it from the sheet's own file.
    fn folders(&self, sheet: &Sheet<'_>) -> (String, String) {
        let below = self.below(sheet.place);
        match sheet.place {
            Place::Host => (
                format!("hosts/{}/files", self.host(sheet)),
                "./files".to_owned(),
            ),
            Place::Topic(_) => (format!("files/{below}"), format!("../files/{below}")),
            Place::Role(_) | Place::Service(_) => {
                (format!("files/{below}"), format!("../../files/{below}"))
            }
        }
    }
}

/// Writes a sheet's file.
pub(super) fn page(
    sheet: &Sheet<'_>,
    naming: &Naming<'_>,
    sources: Sources<'_>,
    skeletons: &Skeletons,
    options: Options,
) -> Page {
    let (folder, from_here) = naming.folders(sheet);
    let assets = Assets::of(sheet);
    let root = match sheet.place {
        Place::Topic(_) => "..",
        Place::Host | Place::Role(_) | Place::Service(_) => "../..",
    };
    let asset_path = |asset: &Asset| match asset.as_of_person() {
        Some(path) => format!("{root}/{path}"),
        None => format!("{from_here}/{}", assets.name(asset)),
    };
    let common = common_facts(sheet, options.origins);
    let mut body = write::body(sheet, sources, options.origins, common);
    if let Some(own) = sheet.own {
        body = own.wrap(body, sheet.notes.len(), sources, options.origins);
    }
    let mut head = head(sheet, sources);
    if let Some(facts) = common {
        head.push_str(&format!(" All of it assumes {facts}."));
    }
    let head = comment::plain(&head, 0);
    let imports: Vec<_> = sheet
        .imports
        .iter()
        .map(|place| {
            let path = format!("../../modules/{}.nix", naming.below(*place));
            let asset = Asset {
                name: path.clone(),
                bytes: Arc::from([]),
            };
            print(&Expr::Asset(asset), &|it| it.name.clone())
        })
        .collect();
    if sheet.place == Place::Host {
        add_state_version(sheet, &mut body);
    }
    let mut arguments = BTreeSet::new();
    entries_arguments(&body, &mut arguments);
    if sheet.place == Place::Host {
        arguments.insert("lib");
    }
    let mut names = sheet.own.map_or_else(Vec::new, |own| own.bindings());
    entries_arguments(&names, &mut arguments);
    let values = values_of(sheet);
    if !values.is_empty() {
        let file = Expr::Asset(Asset::of_person(VALUES_FILE));
        let file = Value::Expr(Expr::apply("import", vec![file]));
        names.push(Entry::Bind(vec![VALUES.to_owned()], file));
    }
    let written = Written {
        head: print_comment(&head),
        arguments: print_formals(&arguments.into_iter().collect::<Vec<_>>()),
        imports,
        names: print_body(&names, &asset_path),
        body: print_body(&body, &asset_path),
    };
    let raw = match sheet.place {
        Place::Host if sheet.imports.is_empty() => skeletons.lone_host(&written),
        Place::Host => skeletons.host(&written),
        Place::Topic(_) | Place::Role(_) | Place::Service(_) if sheet.own.is_some() => {
            skeletons.service(&written)
        }
        Place::Topic(_) | Place::Role(_) | Place::Service(_) => skeletons.module(&written),
    };
    let text = nixfmt_rs::format(&raw).unwrap_or(raw);
    let lines = lines::find(&text);
    let names = values.iter();
    let names = names.map(|(it, given)| (it.as_str(), given.name.as_str()));
    let text = splice_values(&text, &names.collect());
    let mut page = Page {
        path: naming.path(sheet),
        values,
        assets: assets.files(&folder),
        remarks: sheet.notes.len(),
        text,
        ..Page::default()
    };
    mark_definitions(sheet, &lines, &mut page);
    mark_comments(sheet, &head, &body, &lines, &mut page);
    page
}

/// Returns what a sheet needs of `values.nix`, by the words that stand for it.
fn values_of(sheet: &Sheet<'_>) -> BTreeMap<String, Given> {
    let known: BTreeMap<&String, &Given> = sheet.hosts.iter().flat_map(|it| &it.values).collect();
    let mut found = BTreeMap::new();
    if known.is_empty() {
        return found;
    }
    let mut note = |text: &str| {
        let is_used = |(it, given): &(&&String, &&Given)| {
            text.contains(it.as_str()) || text.strip_prefix("values.") == Some(given.name.as_str())
        };
        let used = known.iter().filter(is_used);
        found.extend(used.map(|(it, given)| ((*it).clone(), (*given).clone())));
    };
    for leaf in &sheet.leaves {
        leaf.path.names().iter().for_each(|it| note(it));
        for it in leaf.value.stated() {
            it.expr.for_each_text(&mut note);
        }
    }
    let bindings = sheet.own.iter().flat_map(|own| &own.module.bindings);
    bindings.for_each(|(_, expr)| expr.for_each_text(&mut note));
    found
}

/// Returns an option as it is called where the values are as `values.nix` first has them.
fn option_text(names: &[String], values: &BTreeMap<String, Given>) -> String {
    let mut text = attr_path_text(names);
    for (stand_in, given) in values {
        if given.example != *stand_in {
            text = text.replace(stand_in, &given.example);
        }
    }
    text
}

/// Returns the facts on which all that a sheet says hangs: they are said once.
fn common_facts<'a>(sheet: &'a Sheet<'_>, origins: Origins) -> Option<&'a str> {
    let mut stated = sheet.leaves.iter().flat_map(|leaf| leaf.value.stated());
    let first = stated.next()?;
    let others: Vec<&Stated<'_>> = stated.collect();
    let is_of_all = |facts: &&String| others.iter().all(|it| it.origin.remarks.contains(facts));
    let mut found = first
        .origin
        .remarks
        .iter()
        .filter(|it| it.starts_with(FACTS));
    let found = found.find(is_of_all)?;
    (!others.is_empty() && origins == Origins::Shown)
        .then(|| found.strip_prefix("assumed: "))
        .flatten()
}

fn head(sheet: &Sheet<'_>, sources: Sources<'_>) -> String {
    let mut names: Vec<&str> = sheet.hosts.iter().map(|plan| plan.host.as_str()).collect();
    let more = names.len().saturating_sub(MOST_HOSTS);
    names.truncate(MOST_HOSTS);
    let mut hosts = names.join(", ");
    if more > 0 {
        hosts.push_str(&format!(" and {more} more"));
    }
    let shared = if sheet.hosts.len() > 1 {
        format!("as it is on every host that has it: {hosts}.")
    } else {
        format!("on {hosts}.")
    };
    match sheet.place {
        Place::Topic(topic) if sheet.hosts.len() > 1 => {
            format!("{}: what is the same on {hosts}.", topic_title(topic))
        }
        Place::Topic(topic) => format!("{} on {hosts}.", topic_title(topic)),
        Place::Role(name) => match folder_of(sheet, sources) {
            Some(folder) => format!("Ansible role `{name}` ({folder}), {shared}"),
            None => format!("Ansible role `{name}`, {shared}"),
        },
        Place::Service(name) => match sheet.own {
            Some(own) => format!("Service `{name}`, from {}.", own.module.described),
            None => format!("Service `{name}`, {shared}"),
        },
        Place::Host => {
            let described = sheet.hosts.first().map_or("", |plan| plan.described.trim());
            match described.trim_end_matches('.') {
                "" => format!("{hosts}."),
                described => format!("{hosts}: {described}."),
            }
        }
    }
}

/// Returns the folder that all items of a role come from, where there is one.
fn folder_of<'a>(sheet: &Sheet<'_>, sources: Sources<'a>) -> Option<&'a str> {
    let definitions = sheet
        .leaves
        .iter()
        .flat_map(|leaf| leaf.value.stated())
        .map(|it| &it.origin);
    let origins = definitions.chain(sheet.notes.iter().map(|it| &it.origin));
    let mut found = None;
    for item in origins.flat_map(|origin| &origin.items) {
        let root = role_root(sources.tree.path(sources.account.get(*item).span.file))?;
        if *found.get_or_insert(root) != root {
            return None;
        }
    }
    found
}

fn add_state_version(sheet: &Sheet<'_>, body: &mut Vec<Entry>) {
    let path = OptionPath::parse("system.stateVersion");
    if sheet.hosts.iter().any(|plan| plan.get(&path).is_some()) {
        return;
    }
    if !body.is_empty() {
        body.push(Entry::Blank);
    }
    let version = Value::Expr(Expr::str(RELEASE));
    body.push(Entry::Bind(path.names().to_vec(), version));
}

/// The files of a sheet: each has a name of its own.
struct Assets(BTreeMap<(String, Arc<[u8]>), String>);

impl Assets {
    fn of(sheet: &Sheet<'_>) -> Assets {
        let mut names = BTreeMap::new();
        let mut paths = FilePaths::default();
        let stated = sheet.leaves.iter().flat_map(|leaf| leaf.value.stated());
        let bound = sheet.own.iter().flat_map(|own| &own.module.bindings);
        let exprs = stated.map(|it| it.expr).chain(bound.map(|(_, it)| it));
        for expr in exprs {
            expr.for_each_asset(&mut |asset| {
                if asset.as_of_person().is_some() {
                    return;
                }
                names
                    .entry((asset.name.clone(), Arc::clone(&asset.bytes)))
                    .or_insert_with(|| paths.add(&asset.name));
            });
        }
        Assets(names)
    }

    fn name(&self, asset: &Asset) -> String {
        self.0
            .get(&(asset.name.clone(), Arc::clone(&asset.bytes)))
            .cloned()
            .unwrap_or_default()
    }

    fn files(&self, folder: &str) -> Vec<(String, Arc<[u8]>)> {
        self.0
            .iter()
            .map(|((_, bytes), name)| (format!("{folder}/{name}"), Arc::clone(bytes)))
            .collect()
    }
}

fn mark_definitions(sheet: &Sheet<'_>, lines: &Lines, page: &mut Page) {
    for leaf in &sheet.leaves {
        let option = attr_path_text(leaf.path.names());
        let told = option_text(leaf.path.names(), &page.values);
        for (at, it) in leaf.value.stated().iter().enumerate() {
            let line = match &leaf.value {
                LeafValue::One(_) => lines.option(&option),
                LeafValue::Elements(_) => lines.element(&option, at),
            };
            // What stands under a condition may not be set at all.
            let is_sure = sheet.is_in_force() && it.expr.as_only_if().is_none();
            page.marks.extend(it.origin.items.iter().map(|item| Mark {
                item: *item,
                line,
                option: is_sure.then(|| told.clone()),
            }));
        }
    }
    page.marks
        .extend(sheet.own.iter().flat_map(|own| own.marks(lines)));
}

/// nixfmt neither drops, joins nor moves comment lines: the n-th one written is the n-th one read.
fn mark_comments(
    sheet: &Sheet<'_>,
    head: &Comment,
    body: &[Entry],
    lines: &Lines,
    page: &mut Page,
) {
    let mut keys: Vec<&[usize]> = Vec::new();
    comment_keys(head, &mut keys);
    entries_keys(body, &mut keys);
    for (at, keys) in keys.iter().enumerate() {
        let line = lines.comments.get(at).copied().unwrap_or(1);
        for key in *keys {
            match sheet.notes.get(*key) {
                Some(note) => page
                    .marks
                    .extend(note.origin.items.iter().take(CROWD).map(|item| Mark {
                        item: *item,
                        line,
                        option: None,
                    })),
                None => {
                    let id = u32::try_from(key - sheet.notes.len()).unwrap_or(u32::MAX);
                    page.named.entry(ItemId(id)).or_default().push(line);
                }
            }
        }
    }
}

fn comment_keys<'a>(comment: &'a Comment, keys: &mut Vec<&'a [usize]>) {
    keys.extend(comment.lines.iter().map(|line| line.keys.as_slice()));
}

fn entries_keys<'a>(entries: &'a [Entry], keys: &mut Vec<&'a [usize]>) {
    for entry in entries {
        match entry {
            Entry::Blank => {}
            Entry::Comment(comment) => comment_keys(comment, keys),
            Entry::Bind(_, value) => value_keys(value, keys),
        }
    }
}

fn value_keys<'a>(value: &'a Value, keys: &mut Vec<&'a [usize]>) {
    match value {
        Value::Expr(_) => {}
        Value::Attrs(entries) => entries_keys(entries, keys),
        Value::List(elements) | Value::ListWith(_, elements) => {
            for element in elements {
                match element {
                    Element::Comment(comment) => comment_keys(comment, keys),
                    Element::Expr(_) => {}
                    // It is a comment as well, with a line of its own.
                    Element::Remarked(..) => keys.push(&[]),
                }
            }
        }
        Value::Merge(_, values) => values.iter().for_each(|it| value_keys(it, keys)),
        Value::Call(_, _, last) => value_keys(last, keys),
        Value::Update(entries, _) => entries_keys(entries, keys),
    }
}

fn entries_arguments(entries: &[Entry], found: &mut BTreeSet<&'static str>) {
    for entry in entries {
        match entry {
            Entry::Blank | Entry::Comment(_) => {}
            Entry::Bind(_, value) => value_arguments(value, found),
        }
    }
}

fn value_arguments(value: &Value, found: &mut BTreeSet<&'static str>) {
    match value {
        Value::Expr(expr) => expr_arguments(expr, found),
        Value::Attrs(entries) => entries_arguments(entries, found),
        Value::List(elements) => elements_arguments(elements, found),
        Value::ListWith(scope, elements) => {
            expr_arguments(scope, found);
            elements_arguments(elements, found);
        }
        Value::Merge(function, values) => {
            expr_arguments(function, found);
            values.iter().for_each(|it| value_arguments(it, found));
        }
        Value::Call(function, arguments, last) => {
            expr_arguments(function, found);
            arguments.iter().for_each(|it| expr_arguments(it, found));
            value_arguments(last, found);
        }
        Value::Update(entries, expr) => {
            entries_arguments(entries, found);
            expr_arguments(expr, found);
        }
    }
}

fn elements_arguments(elements: &[Element], found: &mut BTreeSet<&'static str>) {
    for element in elements {
        match element {
            Element::Comment(_) => {}
            Element::Expr(expr) | Element::Remarked(expr, _) => expr_arguments(expr, found),
        }
    }
}

fn expr_arguments(expr: &Expr, found: &mut BTreeSet<&'static str>) {
    match expr {
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Asset(_) => {}
        Expr::Str(parts) => {
            for part in parts {
                match part {
                    StrPart::Literal(_) => {}
                    StrPart::Splice(expr) => expr_arguments(expr, found),
                }
            }
        }
        Expr::Select(names) => {
            found.extend(
                ARGUMENTS
                    .iter()
                    .filter(|it| names.first().is_some_and(|n| n == *it)),
            );
        }
        Expr::List(items) => items.iter().for_each(|it| expr_arguments(it, found)),
        Expr::Attrs(attrs) => attrs.iter().for_each(|(_, it)| expr_arguments(it, found)),
        Expr::Apply(function, arguments) => {
            expr_arguments(function, found);
            arguments.iter().for_each(|it| expr_arguments(it, found));
        }
        Expr::With(scope, body) => {
            expr_arguments(scope, found);
            expr_arguments(body, found);
        }
        Expr::Function(_, body) => expr_arguments(body, found),
        Expr::Binary(left, _, right) => {
            expr_arguments(left, found);
            expr_arguments(right, found);
        }
    }
}
