//! Groups and remarks to the body of a module: bindings, lists, and a comment above each thing of another origin.

use indexmap::IndexSet;

use super::Origins;
use super::comment::{self, Sources};
use super::share::{LeafValue, Note, Sheet, Stated};
use super::tree::{Group, Node, group};
use crate::account::ItemId;
use crate::nix::{Comment, Element, Entry, Expr, Value, is_plain_name, print};
use crate::source::Span;

/// A comment above a group names the origins of all it holds up to this many; above, the parts have their own.
const MOST_IN_ONE_COMMENT: usize = 4;
/// The same for the variables of a unit, of which each is a line: as many as a comment names.
const MOST_VARIABLES: usize = comment::MOST_ITEMS;
/// A list up to this length is not divided by comments.
const SHORT_LIST: usize = 4;
/// So many elements of a list have a remark of their own behind them; what is about more is said above all.
const FEW: usize = 2;
/// The last column of a comment behind an element; a longer one stands above.
const WIDTH: usize = 110;
/// Names that mean something else than a package inside `with pkgs;`.
const NOT_WITH_PKGS: [&str; 14] = [
    "abort",
    "baseNameOf",
    "break",
    "builtins",
    "config",
    "derivation",
    "dirOf",
    "import",
    "lib",
    "map",
    "options",
    "pkgs",
    "throw",
    "toString",
];

/// Writes what a sheet says. Keys of comment lines below `notes.len()` are remarks, above it items.
///
/// What all of it assumes the head of the file says: `common`.
pub(super) fn body(
    sheet: &Sheet<'_>,
    sources: Sources<'_>,
    origins: Origins,
    common: Option<&str>,
) -> Vec<Entry> {
    let common = common.map(|it| format!("assumed: {it}"));
    let writer = Writer {
        sources,
        common: common.as_deref(),
        origins,
        notes: sheet.notes.len(),
        depth: if sheet.own.is_some() { 2 } else { 1 },
    };
    let groups = group(&sheet.leaves);
    let mut order = Order::of(&groups, sources);
    for (at, note) in sheet.notes.iter().enumerate() {
        order.place(at, note);
    }
    let mut entries = Vec::new();
    let mut previous = Comment::default();
    let mut last = None;
    for slot in &order.slots {
        match slot {
            Slot::Group(at) => {
                let group = &groups[*at];
                let joins = last
                    .replace(group)
                    .is_some_and(|last| is_part_of(group, last));
                writer.group(group, joins, &mut previous, &mut entries);
            }
            Slot::Note { note, joined } => {
                if !joined && !entries.is_empty() {
                    entries.push(Entry::Blank);
                }
                let text = comment::manual(sources, &sheet.notes[*note], *note, writer.depth * 2);
                entries.push(Entry::Comment(text));
                previous = Comment::default();
                last = None;
            }
        }
    }
    entries
}

enum Slot {
    Group(usize),
    Note {
        note: usize,
        /// Whether it stands right below what it is about.
        joined: bool,
    },
}

/// The order of groups and remarks.
struct Order<'a, 'b> {
    slots: Vec<Slot>,
    groups: &'b [Group<'a>],
    /// For each group, where its items stand.
    spans: Vec<Vec<Span>>,
    sources: Sources<'b>,
}

impl<'a, 'b> Order<'a, 'b> {
    fn of(groups: &'b [Group<'a>], sources: Sources<'b>) -> Order<'a, 'b> {
        let spans = groups
            .iter()
            .map(|group| {
                let stated = stated(&group.node);
                let items: IndexSet<ItemId> = items(&stated);
                items
                    .into_iter()
                    .map(|item| sources.account.get(item).span)
                    .collect()
            })
            .collect();
        Order {
            slots: (0..groups.len()).map(Slot::Group).collect(),
            groups,
            spans,
            sources,
        }
    }

    /// Puts a remark below the option it is about, else behind the last group that the source has before it.
    fn place(&mut self, note: usize, at: &Note<'_>) {
        if let Some(about) = &at.remark.about {
            let is_about = |slot: &Slot| match slot {
                Slot::Group(group) => about.names().starts_with(&self.groups[*group].path),
                Slot::Note { .. } => false,
            };
            if let Some(slot) = self.slots.iter().position(is_about) {
                let behind = self.behind(slot, true);
                self.slots.insert(behind, Slot::Note { note, joined: true });
                return;
            }
        }
        let slot = Slot::Note {
            note,
            joined: false,
        };
        let Some(span) = at
            .origin
            .items
            .first()
            .map(|it| self.sources.account.get(*it).span)
        else {
            self.slots.push(slot);
            return;
        };
        let here = |slot: &Slot, holds: &dyn Fn(&Span) -> bool| match slot {
            Slot::Group(group) => self.spans[*group].iter().any(holds),
            Slot::Note { .. } => false,
        };
        let before = self
            .slots
            .iter()
            .rposition(|slot| here(slot, &|it| it.file == span.file && it.start <= span.start));
        let after = self
            .slots
            .iter()
            .position(|slot| here(slot, &|it| it.file == span.file));
        let index = match (before, after) {
            (Some(before), _) => self.behind(before, false),
            (None, Some(after)) => after,
            (None, None) => self.slots.len(),
        };
        self.slots.insert(index, slot);
    }

    /// Returns the first slot behind `slot` that holds no remark, or no remark that stands right below it.
    fn behind(&self, slot: usize, joined_only: bool) -> usize {
        let is_remark = |slot: &Slot| match slot {
            Slot::Group(_) => false,
            Slot::Note { joined, .. } => *joined || !joined_only,
        };
        let remarks = self.slots[slot + 1..].iter().take_while(|it| is_remark(it));
        slot + 1 + remarks.count()
    }
}

/// What the comments above already say.
#[derive(Clone, Default)]
struct Shown<'a> {
    origins: bool,
    remarks: IndexSet<&'a str>,
}

struct Writer<'a> {
    sources: Sources<'a>,
    /// What the head of the file says of all.
    common: Option<&'a str>,
    origins: Origins,
    notes: usize,
    /// How many levels in the module's own names stand.
    depth: usize,
}

impl Writer<'_> {
    fn group(
        &self,
        group: &Group<'_>,
        joins: bool,
        previous: &mut Comment,
        entries: &mut Vec<Entry>,
    ) {
        let mut written = Vec::new();
        if joins {
            let above = Shown {
                origins: true,
                remarks: remarks(&stated(&group.node)),
            };
            let mut before = Comment::default();
            let path = group.path.clone();
            let depth = self.depth;
            self.node(path, &group.node, &above, depth, &mut before, &mut written);
            entries.append(&mut written);
            return;
        }
        let mut before = previous.clone();
        let path = group.path.clone();
        self.node(
            path,
            &group.node,
            &Shown {
                origins: false,
                remarks: self.common.into_iter().collect(),
            },
            self.depth,
            &mut before,
            &mut written,
        );
        let joined = !before.lines.is_empty() && before == *previous;
        if !joined && !entries.is_empty() {
            entries.push(Entry::Blank);
        }
        *previous = before;
        entries.append(&mut written);
    }

    /// Writes a name and what is below it. `previous` is the comment that the name before it has; an equal one holds on.
    fn node(
        &self,
        mut path: Vec<String>,
        mut node: &Node<'_>,
        above: &Shown<'_>,
        depth: usize,
        previous: &mut Comment,
        entries: &mut Vec<Entry>,
    ) {
        while let (None, 1, Some((name, child))) =
            (node.value, node.children.len(), node.children.first())
        {
            path.push((*name).to_owned());
            node = child;
        }
        let stated = stated(node);
        let mut shown = above.clone();
        let most = if path.last().is_some_and(|it| it == "environment") {
            MOST_VARIABLES
        } else {
            MOST_IN_ONE_COMMENT
        };
        let is_one = self.is_one(node, &stated, most);
        let comment = self.comment((node, is_one), &stated, &mut shown, depth);
        if comment != *previous {
            self.push_comment(&comment, entries);
        }
        *previous = comment;
        let value = match node.value {
            Some(value) if node.overriding(value).is_some() => {
                let right = node.overriding(value).cloned().unwrap_or(Expr::Null);
                Value::Update(self.children(node, &shown, depth + 1), right)
            }
            Some(value) if !node.is_set() => {
                let own = self.leaf(value, &shown, depth);
                if node.children.is_empty() {
                    own
                } else {
                    // The module system merges them; two bindings of one name would be no Nix.
                    let below = Value::Attrs(self.children(node, &shown, depth + 2));
                    Value::Merge(Expr::select("lib.mkMerge"), vec![own, below])
                }
            }
            _ => Value::Attrs(self.children(node, &shown, depth + 1)),
        };
        entries.push(Entry::Bind(path, value));
    }

    fn children(&self, node: &Node<'_>, shown: &Shown<'_>, depth: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut previous = Comment::default();
        for (name, child) in &node.children {
            let path = vec![(*name).to_owned()];
            self.node(path, child, shown, depth, &mut previous, &mut entries);
        }
        entries
    }

    /// Says what the comments above do not say about all that is below `node`.
    fn comment<'s>(
        &self,
        (node, is_one): (&Node<'_>, bool),
        stated: &[&'s Stated<'_>],
        shown: &mut Shown<'s>,
        depth: usize,
    ) -> Comment {
        let names_origins = !shown.origins && is_one;
        // Below a list there is no further comment, unless it is divided.
        let is_last = node.children.is_empty() && (names_origins || shown.origins);
        let common: IndexSet<&str> = remarks(stated)
            .into_iter()
            .filter(|remark| !shown.remarks.contains(remark))
            .filter(|remark| {
                let has = |it: &&Stated<'_>| it.origin.remarks.iter().any(|r| r == remark);
                // What is about one or two of the elements of a list stands behind these.
                let is_of_few = stated.iter().copied().filter(|it| has(it)).count() <= FEW;
                (is_last && !(is_of_few && stated.len() > 1)) || stated.iter().all(has)
            })
            .collect();
        let comment = if names_origins {
            shown.origins = true;
            comment::origins(self.sources, stated, &common, depth * 2)
        } else if shown.origins || stated.len() > FEW {
            // Where the names below have origins of their own, what holds for all of them is still said once.
            comment::remarks_alone(&common, depth * 2)
        } else {
            return Comment::default();
        };
        shown.remarks.extend(common);
        comment
    }

    /// Tells whether one comment speaks for all that is below a name.
    fn is_one(&self, node: &Node<'_>, stated: &[&Stated<'_>], most: usize) -> bool {
        let is_leaf = node.children.is_empty();
        match node.value {
            Some(LeafValue::Elements(list)) if is_leaf => !is_divided(list),
            _ => is_leaf || items(stated).len() <= most,
        }
    }

    fn leaf(&self, value: &LeafValue<'_>, shown: &Shown<'_>, depth: usize) -> Value {
        let stated = value.stated();
        let exprs: Vec<&Expr> = match value {
            LeafValue::One(one) => match one.expr {
                Expr::List(list) if list.len() > 1 => list.iter().collect(),
                other => return Value::Expr(other.clone()),
            },
            LeafValue::Elements(_) => stated.iter().map(|it| it.expr).collect(),
        };
        let divided =
            !shown.origins && matches!(value, LeafValue::Elements(list) if is_divided(list));
        let elements = if exprs.len() == stated.len() {
            stated
        } else {
            &[]
        };
        // What hangs on one condition is one list under it.
        let condition = |at: usize| exprs[at].as_only_if().map(|it| it.0);
        let mut lists = Vec::new();
        let mut from = 0;
        while from < exprs.len() {
            let same = |at: &usize| condition(*at) == condition(from);
            let to = from + (from..exprs.len()).take_while(same).count();
            let values: Vec<&Expr> = exprs[from..to]
                .iter()
                .map(|it| it.as_only_if().map_or(*it, |it| it.1))
                .collect();
            let stated = elements.get(from..to).unwrap_or_default();
            let list = self.list(&values, stated, (divided, shown), depth);
            lists.push(match condition(from) {
                Some(condition) => Value::Call(
                    Expr::select("lib.mkIf"),
                    vec![condition.clone()],
                    Box::new(list),
                ),
                None => list,
            });
            from = to;
        }
        if lists.len() > 1 {
            return Value::Merge(Expr::select("lib.mkMerge"), lists);
        }
        lists.pop().unwrap_or_else(|| Value::List(Vec::new()))
    }

    /// Writes a list. Where it is divided each element has a comment above it where its origin is another one; else what
    /// is still to be said of an element stands behind it.
    fn list(
        &self,
        exprs: &[&Expr],
        stated: &[Stated<'_>],
        (divided, shown): (bool, &Shown<'_>),
        depth: usize,
    ) -> Value {
        let short: Option<Vec<Expr>> = if exprs.len() > 1 {
            exprs.iter().map(|expr| in_packages(expr)).collect()
        } else {
            None
        };
        let mut elements = Vec::new();
        let mut previous = Comment::default();
        for at in 0..exprs.len() {
            let expr = match &short {
                Some(names) => names[at].clone(),
                None => exprs[at].clone(),
            };
            let own = stated.get(at).filter(|_| self.origins == Origins::Shown);
            if let Some(it) = own {
                let remarks: IndexSet<&str> =
                    remarks(&[it]).difference(&shown.remarks).copied().collect();
                if !divided {
                    elements.extend(remarked(expr, &remarks, depth + 1));
                    continue;
                }
                let comment = comment::origins(self.sources, &[it], &remarks, (depth + 1) * 2);
                if comment != previous {
                    elements.push(Element::Comment(self.keyed(&comment)));
                }
                previous = comment;
            }
            elements.push(Element::Expr(expr));
        }
        match short {
            Some(_) => Value::ListWith(Expr::select("pkgs"), elements),
            None => Value::List(elements),
        }
    }

    fn push_comment(&self, comment: &Comment, entries: &mut Vec<Entry>) {
        if self.origins == Origins::Shown && !comment.lines.is_empty() {
            entries.push(Entry::Comment(self.keyed(comment)));
        }
    }

    /// Items have their keys behind those of the remarks.
    fn keyed(&self, comment: &Comment) -> Comment {
        let mut comment = comment.clone();
        for key in comment.lines.iter_mut().flat_map(|line| &mut line.keys) {
            *key += self.notes;
        }
        comment
    }
}

/// Tells whether the group of a user stands below the user, who is the reason for it and says all about it.
fn is_part_of(group: &Group<'_>, last: &Group<'_>) -> bool {
    let own = ["users", "groups"];
    let is_own = match (group.path.as_slice(), last.path.as_slice()) {
        ([a, b, name], [c, d, user]) => {
            own == [a.as_str(), b.as_str()]
                && ["users", "users"] == [c.as_str(), d.as_str()]
                && name == user
        }
        _ => false,
    };
    let (own, above) = (stated(&group.node), stated(&last.node));
    is_own && items(&own).is_subset(&items(&above)) && remarks(&own).is_subset(&remarks(&above))
}

fn remarks<'s>(stated: &[&'s Stated<'_>]) -> IndexSet<&'s str> {
    stated
        .iter()
        .flat_map(|it| it.origin.remarks.iter().map(String::as_str))
        .collect()
}

/// Tells whether a list is long and mixed enough for a comment above each part. One line each for what is one line
/// itself would double it: then one comment speaks for all, as long as it can name them.
fn is_divided(list: &[Stated<'_>]) -> bool {
    let asked: IndexSet<&[ItemId]> = list.iter().map(|it| it.origin.items.as_slice()).collect();
    let all: Vec<&Stated<'_>> = list.iter().collect();
    let items = items(&all).len();
    let is_mixed = list.len() > SHORT_LIST || items > MOST_IN_ONE_COMMENT;
    let is_crumbled = list.len() * 2 < asked.len() * 3 && items <= comment::MOST_ITEMS;
    asked.len() > 1 && is_mixed && !is_crumbled
}

/// An element with what is to be said of it alone: behind it, where the line is long enough.
fn remarked(expr: Expr, remarks: &IndexSet<&str>, depth: usize) -> Vec<Element> {
    if remarks.is_empty() {
        return vec![Element::Expr(expr)];
    }
    let said: Vec<&str> = remarks.iter().copied().collect();
    let said = said.join("; ");
    let length = print(&expr, &|it| it.name.clone()).as_str().len() + said.len();
    if depth * 2 + length + " # ".len() <= WIDTH {
        return vec![Element::Remarked(expr, said)];
    }
    let above = comment::remarks_alone(remarks, depth * 2);
    vec![Element::Comment(above), Element::Expr(expr)]
}

/// Returns `git` for `pkgs.git`, and `python3.withPackages f` for that of `pkgs`, where `with pkgs;` finds the same.
fn in_packages(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::Select(names) => match names.as_slice() {
            [set, first, ..]
                if set == "pkgs"
                    && is_plain_name(first)
                    && !NOT_WITH_PKGS.contains(&first.as_str()) =>
            {
                Some(Expr::Select(names[1..].to_vec()))
            }
            _ => None,
        },
        Expr::Apply(function, arguments) => {
            let function = in_packages(function)?;
            Some(Expr::Apply(Box::new(function), arguments.clone()))
        }
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Str(_)
        | Expr::List(_)
        | Expr::Attrs(_)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => None,
    }
}

fn stated<'a>(node: &Node<'a>) -> Vec<&'a Stated<'a>> {
    node.values()
        .into_iter()
        .flat_map(LeafValue::stated)
        .collect()
}

fn items(stated: &[&Stated<'_>]) -> IndexSet<ItemId> {
    stated
        .iter()
        .flat_map(|it| it.origin.items.iter().copied())
        .collect()
}
