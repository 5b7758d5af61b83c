//! `settle`: at the end of a run the files below /etc that a machine has come to have are read as what they ask for.

use std::collections::BTreeSet;

use crate::account::{Account, Closing, Code, ItemId, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::etc::kinds as etc;
use crate::import::reading::{self, Said};
use crate::import::state::{Book, State};
use crate::model::{Condition, Content, Entry, Family, File, Link, Resource};

/// Returns what the machine must have, with the files of known kinds as typed resources.
pub(super) fn settle(
    mut state: State,
    host: &str,
    family: Family,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Vec<Entry> {
    let mut clashes = state.take_clashes();
    let (entries, closings) = state.finish();
    let mut settled = State::default();
    let others: Vec<(String, String)> = entries.iter().filter_map(|(it, _)| together(it)).collect();
    for (entry, book) in entries {
        settle_entry(entry, book, family, &others, &mut settled, host, account);
    }
    clashes.extend(settled.take_clashes());
    let (entries, more) = settled.finish();
    for (item, closing) in closings.into_iter().chain(more) {
        let host = host.to_owned();
        account.close(item, Closing { host, ..closing });
    }
    let clashes = clashes.iter().map(|it| clash(it, account, diags));
    let clashes: Vec<Entry> = clashes.collect();
    let entries = entries.into_iter().map(|(entry, _)| entry);
    entries.chain(clashes).collect()
}

/// What a later playbook says otherwise is shown beside what stands, and left to the person.
fn clash(entry: &Entry, account: &Account, diags: &mut Diagnostics) -> Entry {
    let reason = "another playbook sets this differently, and the first one stands".to_owned();
    for item in &entry.origin.items {
        let span = account.get(*item).span;
        let help = "leave one of the playbooks out, or state what holds in the host's file";
        diags.at_with_help(diag::Code::OptionClash, span, reason.clone(), help);
    }
    entry.contradicted(reason)
}

/// Returns the path and the text of a file that is read together with others.
fn together(entry: &Entry) -> Option<(String, String)> {
    let Resource::File(File {
        path,
        content: Content::Text(text),
        ..
    }) = &entry.resource
    else {
        return None;
    };
    let is_meant = etc::is_among_others(path) && entry.guard == Condition::True;
    is_meant.then(|| Some((path.clone(), text.plain()?.to_owned())))?
}

fn settle_entry(
    entry: Entry,
    book: Book,
    family: Family,
    others: &[(String, String)],
    settled: &mut State,
    host: &str,
    account: &mut Account,
) {
    if entry.guard != Condition::True {
        settled.put(entry, book);
        return;
    }
    if let Resource::Link(Link { path, target }) = &entry.resource
        && let Some(resource) = etc::read_link(path, target, family)
    {
        settled.put(Entry { resource, ..entry }, book);
        return;
    }
    let found = match &entry.resource {
        Resource::File(File {
            path,
            content: Content::Text(text),
            ..
        }) => etc::read_among(path, text, others),
        _ => None,
    };
    let Some(found) = found else {
        settled.put(entry, book);
        return;
    };
    let mut asked = false;
    let mut reasons: BTreeSet<String> = BTreeSet::new();
    for said in reading::said(&entry, &found, |_| entry.origin.clone()) {
        match said {
            Said::Asks(it) => {
                asked = true;
                settled.put(it, book);
            }
            Said::NotNeeded(_, reason) => {
                reasons.insert(reason);
            }
            Said::Left(shown, code, reason) => {
                let items = &entry.origin.items;
                close(account, items, host, Verdict::Manual, code, &reason);
                settled.put(shown, book);
            }
        }
    }
    if !asked {
        let reason = reasons
            .into_iter()
            .next()
            .unwrap_or_else(|| "the file sets nothing".to_owned());
        close(
            account,
            &entry.origin.items,
            host,
            Verdict::NotNeeded,
            Code::NoMeaning,
            &reason,
        );
    }
}

fn close(
    account: &mut Account,
    items: &[ItemId],
    host: &str,
    verdict: Verdict,
    code: Code,
    reason: &str,
) {
    for item in items {
        account.close(
            *item,
            Closing {
                host: host.to_owned(),
                verdict,
                code,
                reason: reason.to_owned(),
            },
        );
    }
}
