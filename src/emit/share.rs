//! What hosts share: the definitions of all plans, laid out on sheets, one for each file.
//!
//! A definition that all hosts of a role (service, topic) have equally stands in its module, once; any other one stands
//! with its host. So a host's modules and its own file together say exactly what its plan says.

use std::collections::{BTreeMap, HashMap};

use indexmap::map::Entry;
use indexmap::{IndexMap, IndexSet};

use super::layout::{Place, is_name, place, remark_place};
use super::own::Own;
use super::usual::Usual;
use crate::account::ItemId;
use crate::nix::Expr;
use crate::parallel;
use crate::plan::{Definition, OptionPath, Origin, Plan, Remark, Setting};

/// What one file says.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) place: Place<'a>,
    /// The hosts that it is for.
    pub(super) hosts: Vec<&'a Plan>,
    pub(super) leaves: Vec<Leaf<'a>>,
    pub(super) notes: Vec<Note<'a>>,
    /// For a host's file: the modules it needs.
    pub(super) imports: Vec<Place<'a>>,
    /// For the module of a service: the options that it declares.
    pub(super) own: Option<Own<'a>>,
}

/// An option and what it is set to.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) path: &'a OptionPath,
    pub(super) value: LeafValue<'a>,
}

#[derive(Debug)]
pub(super) enum LeafValue<'a> {
    One(Stated<'a>),
    Elements(Vec<Stated<'a>>),
}

impl<'a> LeafValue<'a> {
    pub(super) fn stated(&self) -> &[Stated<'a>] {
        match self {
            LeafValue::One(one) => std::slice::from_ref(one),
            LeafValue::Elements(list) => list,
        }
    }
}

/// A value and who asked for it, on any of the hosts.
#[derive(Debug)]
pub(super) struct Stated<'a> {
    pub(super) expr: &'a Expr,
    pub(super) origin: Origin,
}

/// Hosts are compared side by side from two on.
const SEVERAL_HOSTS: usize = 2;

/// A remark and who caused it, on any of the hosts.
#[derive(Debug)]
pub(super) struct Note<'a> {
    pub(super) remark: &'a Remark,
    pub(super) origin: Origin,
    /// The hosts that it is for, where the file is for others as well.
    pub(super) hosts: Vec<&'a str>,
}

/// Lays the plans out: the modules by name, then the hosts in their order.
pub(super) fn share<'a>(plans: &'a [Plan], usual: &'a Usual) -> Vec<Sheet<'a>> {
    let indexes: Vec<Index<'_>> = parallel::map(plans, SEVERAL_HOSTS, index);
    let mut owners: BTreeMap<Place<'_>, Vec<usize>> = BTreeMap::new();
    for (host, index) in indexes.iter().enumerate() {
        for place in index.places() {
            owners.entry(place).or_default().push(host);
        }
    }
    owners.remove(&Place::Host);
    let all = Plans {
        plans,
        indexes: &indexes,
        usual,
    };
    // With one host there is nothing to compare.
    let enough = if plans.len() < SEVERAL_HOSTS {
        usize::MAX
    } else {
        1
    };
    let owners: Vec<(Place<'_>, Vec<usize>)> = owners.into_iter().collect();
    let mut sheets: Vec<Sheet<'_>> =
        parallel::map(&owners, enough, |(place, hosts)| all.module(*place, hosts));
    sheets.retain(|it| !it.leaves.is_empty() || !it.notes.is_empty() || it.own.is_some());
    let shared: HashMap<Place<'_>, Shared<'_>> = sheets
        .iter()
        .map(|sheet| (sheet.place, Shared::of(sheet, usual)))
        .collect();
    let hosts: Vec<usize> = (0..plans.len()).collect();
    sheets.extend(parallel::map(&hosts, SEVERAL_HOSTS, |host| {
        all.host(*host, &shared)
    }));
    sheets
}

/// One definition of a plan, and whether it is an element of a list.
#[derive(Clone, Copy)]
struct Said<'a> {
    path: &'a OptionPath,
    definition: &'a Definition,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Element,
}

/// What makes remarks of different hosts the same one.
type RemarkKey<'a> = (
    &'a str,
    &'a str,
    Option<&'a OptionPath>,
    &'a [String],
    &'a [ItemId],
);

/// The parts of a plan by the file they would go to.
#[derive(Default)]
struct Index<'a> {
    definitions: IndexMap<Place<'a>, Vec<Said<'a>>>,
    remarks: IndexMap<Place<'a>, IndexMap<RemarkKey<'a>, &'a Remark>>,
}

impl<'a> Index<'a> {
    fn places(&self) -> IndexSet<Place<'a>> {
        self.definitions
            .keys()
            .chain(self.remarks.keys())
            .copied()
            .collect()
    }

    fn say(&mut self, path: &'a OptionPath, definition: &'a Definition, kind: Kind) {
        let said = Said {
            path,
            definition,
            kind,
        };
        let place = place(&definition.home, path);
        self.definitions.entry(place).or_default().push(said);
    }
}

fn index(plan: &Plan) -> Index<'_> {
    let mut index = Index::default();
    for (path, setting) in plan.settings() {
        let kind = match setting {
            Setting::One(_) => Kind::Whole,
            Setting::Elements(_) => Kind::Element,
        };
        for definition in setting.definitions() {
            index.say(path, definition, kind);
        }
    }
    for (path, definition) in plan.repeated() {
        let kind = match plan.get(path) {
            Some(Setting::Elements(_)) => Kind::Element,
            Some(Setting::One(_)) | None => Kind::Whole,
        };
        index.say(path, definition, kind);
    }
    for name in plan.modules.keys() {
        index.definitions.entry(Place::Service(name)).or_default();
    }
    for remark in &plan.remarks {
        let place = remark_place(&remark.home, remark.about.as_ref());
        let known = index.remarks.entry(place).or_default();
        known.entry(remark_key(remark)).or_insert(remark);
    }
    index
}

fn remark_key(remark: &Remark) -> RemarkKey<'_> {
    (
        &remark.title,
        &remark.reason,
        remark.about.as_ref(),
        &remark.lines,
        &remark.origin.items,
    )
}

struct Plans<'a, 'b> {
    plans: &'a [Plan],
    indexes: &'b [Index<'a>],
    usual: &'a Usual,
}

impl<'a> Plans<'a, '_> {
    /// What all of `hosts` have equally at `place`, in the order of the first of them.
    fn module(&self, place: Place<'a>, hosts: &[usize]) -> Sheet<'a> {
        let mut sheet = Sheet {
            place,
            hosts: hosts.iter().map(|host| &self.plans[*host]).collect(),
            leaves: Vec::new(),
            notes: Vec::new(),
            imports: Vec::new(),
            own: self.own(place, hosts),
        };
        let Some((first, others)) = hosts.split_first() else {
            return sheet;
        };
        let mut leaves = Leaves::default();
        let said = self.indexes[*first].definitions.get(&place);
        'definitions: for said in said.into_iter().flatten() {
            if let Some(usual) = self.usual.get(place, said.path) {
                leaves.push_value(said.path, &usual.default, usual.origin.clone());
                continue;
            }
            let mut origin = said.definition.origin.clone();
            for other in others {
                match find(&self.plans[*other], said, place) {
                    Some(equal) => origin.merge(equal.origin.clone()),
                    None => continue 'definitions,
                }
            }
            leaves.push(said, origin);
        }
        sheet.leaves = leaves.finish();
        sheet.notes = self.notes(place, hosts);
        sheet
    }

    /// What is left to a person on more than one of `hosts`; a comment binds nobody, so it may stand beside what all have.
    fn notes(&self, place: Place<'a>, hosts: &[usize]) -> Vec<Note<'a>> {
        let mut notes: IndexMap<RemarkKey<'a>, Note<'a>> = IndexMap::new();
        for host in hosts {
            let remarks = self.indexes[*host].remarks.get(&place);
            for (key, remark) in remarks.into_iter().flatten() {
                let name = self.plans[*host].host.as_str();
                match notes.entry(*key) {
                    Entry::Occupied(mut known) => {
                        known.get_mut().origin.merge(remark.origin.clone());
                        known.get_mut().hosts.push(name);
                    }
                    Entry::Vacant(free) => {
                        free.insert(Note {
                            remark,
                            origin: remark.origin.clone(),
                            hosts: vec![name],
                        });
                    }
                }
            }
        }
        let mut notes: Vec<Note<'a>> = notes.into_values().collect();
        notes.retain(|it| it.hosts.len() == hosts.len() || it.hosts.len() > 1);
        for note in &mut notes {
            if note.hosts.len() == hosts.len() {
                note.hosts.clear();
            }
        }
        notes
    }

    /// What the module of a service declares: the same for all of its hosts, since one recipe says it.
    fn own(&self, place: Place<'a>, hosts: &[usize]) -> Option<Own<'a>> {
        let Place::Service(service) = place else {
            return None;
        };
        let first = self.plans.get(*hosts.first()?)?;
        let (name, module) = first.modules.get_key_value(service)?;
        let switch = OptionPath::new(["services", name, "enable"]);
        let is_on = |host: &usize| match self.plans[*host].get(&switch) {
            Some(Setting::One(one)) => one.expr == Expr::Bool(true),
            Some(Setting::Elements(_)) | None => false,
        };
        Some(Own {
            name,
            module,
            enabled: hosts.iter().all(is_on),
        })
    }

    /// What no module says for a host.
    fn host(&self, host: usize, shared: &HashMap<Place<'a>, Shared<'a>>) -> Sheet<'a> {
        let index = &self.indexes[host];
        let mut leaves = Leaves::default();
        // The plan's own order, not that of the index: what belongs together was stated together.
        for (path, setting) in self.plans[host].settings() {
            let kind = match setting {
                Setting::One(_) => Kind::Whole,
                Setting::Elements(_) => Kind::Element,
            };
            for definition in setting.definitions() {
                let said = Said {
                    path,
                    definition,
                    kind,
                };
                let module = shared.get(&place(&definition.home, path));
                if !module.is_some_and(|it| it.has(&said)) {
                    leaves.push(&said, definition.origin.clone());
                }
            }
        }
        let mut leaves = leaves.finish();
        leaves.sort_by_key(|leaf| !is_name(leaf.path));
        let mut notes = Vec::new();
        for (place, remarks) in &index.remarks {
            let module = shared.get(place);
            for (key, remark) in remarks {
                if !module.is_some_and(|it| it.remarks.contains(key)) {
                    notes.push(Note {
                        remark,
                        origin: remark.origin.clone(),
                        hosts: Vec::new(),
                    });
                }
            }
        }
        let mut imports: Vec<Place<'a>> = index
            .places()
            .into_iter()
            .filter(|place| shared.contains_key(place))
            .collect();
        // Topics by name; roles and services as the source has them.
        imports.sort_by_key(|place| match place {
            Place::Topic(topic) => (0, *topic),
            Place::Role(_) => (1, ""),
            Place::Service(_) => (2, ""),
            Place::Host => (3, ""),
        });
        Sheet {
            place: Place::Host,
            hosts: vec![&self.plans[host]],
            leaves,
            notes,
            imports,
            own: None,
        }
    }
}

/// Finds the definition of another host that says the same at the same place.
fn find<'a>(plan: &'a Plan, said: &Said<'_>, at: Place<'_>) -> Option<&'a Definition> {
    let setting = plan.get(said.path)?;
    let same_kind = match setting {
        Setting::One(_) => said.kind == Kind::Whole,
        Setting::Elements(_) => said.kind == Kind::Element,
    };
    let equal =
        |it: &&Definition| it.expr == said.definition.expr && place(&it.home, said.path) == at;
    let repeated = plan.repeated().filter(|(path, _)| *path == said.path);
    setting
        .definitions()
        .iter()
        .chain(repeated.map(|(_, it)| it))
        .find(equal)
        .filter(|_| same_kind)
}

/// What a module says.
struct Shared<'a> {
    definitions: HashMap<&'a OptionPath, Vec<&'a Expr>>,
    remarks: IndexSet<RemarkKey<'a>>,
}

impl<'a> Shared<'a> {
    fn of(sheet: &Sheet<'a>, usual: &'a Usual) -> Shared<'a> {
        let said = |leaf: &Leaf<'a>| match usual.get(sheet.place, leaf.path) {
            Some(usual) => vec![&usual.value],
            None => leaf.value.stated().iter().map(|it| it.expr).collect(),
        };
        Shared {
            definitions: sheet.leaves.iter().map(|it| (it.path, said(it))).collect(),
            remarks: sheet.notes.iter().map(|it| remark_key(it.remark)).collect(),
        }
    }

    fn has(&self, said: &Said<'_>) -> bool {
        // A path of one host is a whole value or a list that joins, never both, and so for all that share it.
        self.definitions
            .get(said.path)
            .is_some_and(|exprs| exprs.contains(&&said.definition.expr))
    }
}

/// Gathers definitions to leaves, one for each path.
#[derive(Default)]
struct Leaves<'a> {
    by_path: IndexMap<&'a OptionPath, LeafValue<'a>>,
}

impl<'a> Leaves<'a> {
    fn push(&mut self, said: &Said<'a>, origin: Origin) {
        let stated = Stated {
            expr: &said.definition.expr,
            origin,
        };
        match said.kind {
            Kind::Whole => {
                self.by_path.insert(said.path, LeafValue::One(stated));
            }
            Kind::Element => {
                let value = self
                    .by_path
                    .entry(said.path)
                    .or_insert_with(|| LeafValue::Elements(Vec::new()));
                if let LeafValue::Elements(list) = value {
                    list.push(stated);
                }
            }
        }
    }

    fn push_value(&mut self, path: &'a OptionPath, expr: &'a Expr, origin: Origin) {
        let stated = Stated { expr, origin };
        self.by_path.insert(path, LeafValue::One(stated));
    }

    /// Elements of one origin stand together: lists that join say nothing by their order.
    fn finish(self) -> Vec<Leaf<'a>> {
        self.by_path
            .into_iter()
            .map(|(path, mut value)| {
                if let LeafValue::Elements(list) = &mut value {
                    let seen: IndexSet<Vec<ItemId>> =
                        list.iter().map(|it| it.origin.items.clone()).collect();
                    list.sort_by_key(|it| seen.get_index_of(&it.origin.items));
                }
                Leaf { path, value }
            })
            .collect()
    }
}
