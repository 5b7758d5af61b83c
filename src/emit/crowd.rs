//! Which lines of the output an item names: all where it shows, but never a line that a crowd of others names too, as
//! long as it shows elsewhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::sheet::{Mark, Page};
use crate::account::{Account, ItemId, Output};

/// As many items may name one line; a few more are what holds them, a play or a file.
const MOST_PER_LINE: usize = 20;
/// As many places of one item are named.
const MOST_PER_ITEM: usize = 200;

/// Tells the account where its items show.
pub(super) fn settle(pages: &[Page], account: &mut Account) {
    let mut by_item: BTreeMap<ItemId, BTreeSet<(usize, &Mark)>> = BTreeMap::new();
    let mut by_line: HashMap<(usize, u32), BTreeSet<ItemId>> = HashMap::new();
    for (at, page) in pages.iter().enumerate() {
        for mark in &page.marks {
            by_item.entry(mark.item).or_default().insert((at, mark));
            by_line
                .entry((at, mark.line))
                .or_default()
                .insert(mark.item);
        }
    }
    let mut crowds: HashMap<(usize, u32), usize> = by_line
        .into_iter()
        .filter(|(_, items)| items.len() > MOST_PER_LINE)
        .map(|(line, items)| (line, items.len()))
        .collect();
    // An item that shows elsewhere leaves the crowd.
    let mut crowded: Vec<(ItemId, usize, &Mark)> = Vec::new();
    for (item, marks) in &mut by_item {
        let is_free = |(at, mark): &(usize, &Mark)| !crowds.contains_key(&(*at, mark.line));
        if marks.iter().any(is_free) {
            let left: BTreeSet<(usize, u32)> = marks
                .iter()
                .filter(|it| !is_free(it))
                .map(|(at, mark)| (*at, mark.line))
                .collect();
            marks.retain(is_free);
            for line in left {
                if let Some(count) = crowds.get_mut(&line) {
                    *count -= 1;
                }
            }
        } else {
            crowded.extend(marks.iter().map(|(at, mark)| (*item, *at, *mark)));
        }
    }
    // One that shows nowhere else is found at the line of the comment that names it.
    let mut moved: BTreeMap<ItemId, BTreeSet<(usize, Mark)>> = BTreeMap::new();
    for (item, at, mark) in crowded {
        let Some(count) = crowds
            .get_mut(&(at, mark.line))
            .filter(|it| **it > MOST_PER_LINE)
        else {
            continue;
        };
        let named = pages[at].named.get(&item);
        let above = named.and_then(|lines| lines.iter().filter(|it| **it <= mark.line).max());
        if let (Some(line), Some(marks)) = (above, by_item.get_mut(&item)) {
            *count -= 1;
            marks.remove(&(at, mark));
            let mark = Mark {
                line: *line,
                ..mark.clone()
            };
            moved.entry(item).or_default().insert((at, mark));
        }
    }
    for (item, marks) in &by_item {
        let moved = moved.get(item);
        let marks = marks
            .iter()
            .map(|(at, mark)| (*at, *mark))
            .chain(moved.into_iter().flatten().map(|(at, mark)| (*at, mark)));
        for (at, mark) in marks.take(MOST_PER_ITEM) {
            let output = Output {
                file: pages[at].path.clone(),
                line: mark.line,
                option: mark.option.clone(),
            };
            account.add_output(*item, output);
        }
    }
}
