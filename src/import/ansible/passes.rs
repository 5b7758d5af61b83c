//! Passes over the hosts: each is played alone; whoever asked for what happened on others is played again with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::chronicle::Chronicles;
use super::hosts::{Cast, Host};
use super::library::Library;
use super::play::{Played, Player};
use super::session::Session;
use super::settings;
use crate::import::Options;
use crate::parallel;
use crate::source::FileId;

/// Chains of hosts that ask each other longer than this stay unknown.
const MAX_PASSES: usize = 6;

/// Plays the playbooks, or the roles that stand alone, for all hosts.
pub(super) fn play(
    library: &Library<'_>,
    cast: &Cast,
    playbooks: &[FileId],
    options: &Options,
) -> Vec<Played> {
    let stage = cast.stage(library, &options.ansible);
    let merges_hashes = settings::merges_hashes(library.tree);
    let play_host = |host: &Host, others: &Arc<Chronicles>| {
        // Parsed templates are kept per thread: they are shared by no two hosts that run at once.
        let mut session = Session::among(library.tree, &host.name, Arc::clone(others))
            .opened_by(library.vaults());
        session.merges_hashes = merges_hashes;
        let mut player = Player::new(host, &stage, &session);
        if playbooks.is_empty() {
            for (book, role) in cast.roles.iter().enumerate() {
                player.play_role_alone(role, cast.role_title(library.tree, role), book);
            }
            player.finish()
        } else {
            player.play_all(playbooks)
        }
    };
    let mut known = Arc::new(Chronicles::default());
    let mut played = parallel::map(&cast.hosts, 2, |host| play_host(host, &known));
    for _ in 1..MAX_PASSES {
        let names = cast.hosts.iter().map(|host| host.name.as_str());
        let now = Chronicles::new(names.zip(played.iter().map(|it| &it.chronicle)));
        let changed = now.changed_since(&known);
        let for_all = now.is_given_otherwise(&known);
        known = Arc::new(now);
        let again: Vec<(usize, &Host)> = cast
            .hosts
            .iter()
            .enumerate()
            .filter(|(at, host)| for_all || asks(&played[*at].asked, &changed, &host.name))
            .collect();
        if again.is_empty() {
            break;
        }
        let anew = parallel::map(&again, 2, |(_, host)| play_host(host, &known));
        for ((at, _), anew) in again.into_iter().zip(anew) {
            played[at] = anew;
        }
    }
    played
}

/// Tells whether a host asked for another on which something happened since.
fn asks(asked: &BTreeSet<String>, changed: &BTreeSet<String>, host: &str) -> bool {
    asked.iter().any(|it| it != host && changed.contains(it))
}
