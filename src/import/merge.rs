//! `merge`: what several inputs say of the same host becomes one machine.
//!
//! What they agree on is one statement with the origins of all. Where they contradict each other one stands: of the
//! input that is preferred, else of the one that was given first, and then the other is left to the person.

use super::state::{Contradiction, State};
use super::{EXAMPLE_HOST, Importer};
use crate::account::{Account, Closing, Code, Verdict};
use crate::diag::{self, Diagnostics};
use crate::model::{Entry, Machine, Model, VERSION};

/// Which input stands where two disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// What a playbook would make of the host.
    Playbook,
    /// What the host itself has.
    Host,
}

impl Prefer {
    fn is_of(self, importer: &Importer) -> bool {
        importer.side == Some(self)
    }

    fn name(self) -> &'static str {
        match self {
            Prefer::Playbook => "playbook",
            Prefer::Host => "host",
        }
    }
}

/// Joins the models of several inputs.
pub(crate) fn merge(
    models: Vec<(&Importer, Model)>,
    prefer: Option<Prefer>,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Model {
    let mut hosts: Vec<Host<'_>> = Vec::new();
    for (importer, model) in models {
        let is_only = model.machines.len() == 1;
        let known = hosts.len();
        for machine in model.machines {
            match find(&hosts[..known], &machine.name, is_only) {
                Some(at) => hosts[at].take(importer, machine, diags),
                None => hosts.push(Host::new(importer, machine)),
            }
        }
    }
    let machines = hosts.into_iter();
    let machines = machines.map(|host| host.join(prefer, account, diags));
    Model {
        version: VERSION,
        machines: machines.collect(),
    }
}

/// What the inputs say of one host.
struct Host<'a> {
    /// All but the entries, which stand with their sources.
    machine: Machine,
    sources: Vec<(&'a Importer, Vec<Entry>)>,
}

/// Finds the host that an input means: by its name, or because each input has but one.
fn find(hosts: &[Host<'_>], name: &str, is_only: bool) -> Option<usize> {
    let short = |name: &str| {
        let first = name.split('.').next().unwrap_or_default();
        first.to_ascii_lowercase()
    };
    let same = |host: &Host<'_>| {
        let has_domain = |name: &str| name.contains('.');
        if has_domain(name) && has_domain(&host.machine.name) {
            host.machine.name.eq_ignore_ascii_case(name)
        } else {
            short(&host.machine.name) == short(name)
        }
    };
    let named = hosts.iter().position(same);
    named.or_else(|| (is_only && hosts.len() == 1).then_some(0))
}

impl<'a> Host<'a> {
    fn new(importer: &'a Importer, mut machine: Machine) -> Host<'a> {
        let entries = std::mem::take(&mut machine.entries);
        Host {
            machine,
            sources: vec![(importer, entries)],
        }
    }

    fn take(&mut self, importer: &'a Importer, other: Machine, diags: &mut Diagnostics) {
        let Machine {
            name,
            described,
            family,
            packaged,
            starts_known,
            entries,
        } = other;
        let known = &mut self.machine;
        if known.name == EXAMPLE_HOST {
            known.name = name;
            known.family = family;
        } else if name != EXAMPLE_HOST && name != known.name {
            let message = format!(
                "`{}` of one input and `{name}` of another are taken as the same host",
                known.name
            );
            let help = "translate them one by one where they are not";
            diags.general(diag::Code::HostsTakenAsOne, message, help);
        }
        if known.described != described {
            known.described = format!("{}; {described}", known.described);
        }
        known.packaged.extend(packaged);
        known.starts_known |= starts_known;
        self.sources.push((importer, entries));
    }

    fn join(
        mut self,
        prefer: Option<Prefer>,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Machine {
        if let Some(prefer) = prefer {
            let is_other = |(importer, _): &(&Importer, _)| !prefer.is_of(importer);
            self.sources.sort_by_key(is_other);
        }
        let mut sources = self.sources.into_iter();
        let mut machine = self.machine;
        let Some((first, entries)) = sources.next() else {
            return machine;
        };
        if sources.len() == 0 {
            return Machine { entries, ..machine };
        }
        let mut state = State::default();
        for entry in entries {
            state.put(entry, 0);
        }
        let decided = prefer.filter(|it| it.is_of(first));
        let mut left = Vec::new();
        for entry in sources.flat_map(|(_, entries)| entries) {
            if let Err(found) = state.put_beside(entry) {
                left.extend(settle(&found, decided, &machine.name, account, diags));
            }
        }
        let (stated, closings) = state.finish();
        for (item, closing) in closings {
            let host = machine.name.clone();
            account.close(item, Closing { host, ..closing });
        }
        let stated = stated.into_iter().map(|(entry, _)| entry);
        machine.entries = stated.chain(left).collect();
        machine
    }
}

/// Says that two inputs disagree; returns what stands as a comment for the one that does not count.
fn settle(
    found: &Contradiction,
    decided: Option<Prefer>,
    host: &str,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Option<Entry> {
    let Contradiction { stands, other } = found;
    let span = |entry: &Entry| Some(account.get(*entry.origin.items.first()?).span);
    let places = span(other).zip(span(stands));
    if let Some(prefer) = decided {
        let reason = format!(
            "another input says otherwise, and --prefer {} takes that",
            prefer.name()
        );
        if let Some(places) = places {
            diags.between(diag::Code::InputDecided, places, reason.clone(), None);
        }
        for item in &other.origin.items {
            let closing = Closing {
                host: host.to_owned(),
                verdict: Verdict::NotNeeded,
                code: Code::Overwritten,
                reason: reason.clone(),
            };
            account.close(*item, closing);
        }
        return None;
    }
    let reason = "another input sets this differently, and the first one stands".to_owned();
    if let Some(places) = places {
        let help = Some("choose with --prefer playbook or --prefer host");
        diags.between(diag::Code::InputsDisagree, places, reason.clone(), help);
    }
    Some(other.contradicted(reason))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Host, Prefer, find, merge};
    use crate::account::{Account, ItemKind, Verdict};
    use crate::diag::Diagnostics;
    use crate::import::{IMPORTERS, Importer};
    use crate::model::{
        Condition, Entry, Family, Machine, Model, Origin, Part, Resource, Sysctl, User,
    };
    use crate::source::{SourceTree, Span};

    fn machine(name: &str) -> Machine {
        Machine {
            name: name.to_owned(),
            described: name.to_owned(),
            family: Family::Debian,
            packaged: BTreeMap::new(),
            starts_known: false,
            entries: Vec::new(),
        }
    }

    fn importer(side: Prefer) -> Importer {
        let known = IMPORTERS[0];
        Importer {
            side: Some(side),
            ..*known
        }
    }

    fn sysctl(value: &str) -> Resource {
        Resource::Sysctl(Sysctl {
            name: "vm.swappiness".to_owned(),
            value: value.to_owned(),
        })
    }

    fn user(uid: Option<u32>, groups: &[&str]) -> Resource {
        Resource::User(User {
            name: "ada".to_owned(),
            uid,
            groups: groups.iter().map(ToString::to_string).collect(),
            ..User::default()
        })
    }

    /// Merges a playbook's resource with a root's; returns what stands, with the number of its origins, and the verdicts
    /// that were decided.
    fn merged(
        playbook: (&str, Resource),
        host: (&str, Resource),
        prefer: Option<Prefer>,
    ) -> (Vec<Machine>, Vec<Verdict>) {
        let tree = SourceTree::from_texts("t", &[("a", "x")]);
        let span = Span::new(tree.find("a").unwrap(), 0, 1);
        let mut account = Account::new();
        let mut models = Vec::new();
        let importers = [importer(Prefer::Playbook), importer(Prefer::Host)];
        for ((name, resource), importer) in [playbook, host].into_iter().zip(&importers) {
            let item = account.open(ItemKind::EtcEntry, "x", "", span);
            let entry = Entry {
                resource,
                part: Part::Machine,
                origin: Origin::of(item),
                assumptions: Vec::new(),
                guard: Condition::True,
            };
            let machine = Machine {
                entries: vec![entry],
                ..machine(name)
            };
            let machines = vec![machine];
            models.push((
                importer,
                Model {
                    version: 1,
                    machines,
                },
            ));
        }
        let mut diags = Diagnostics::new();
        let model = merge(models, prefer, &mut account, &mut diags);
        let items = account.items();
        let verdicts = items.filter_map(|(_, item)| Some(item.decision()?.verdict));
        (model.machines, verdicts.collect())
    }

    fn check(
        playbook: Resource,
        host: Resource,
        prefer: Option<Prefer>,
        expected: &[(Resource, usize)],
        verdicts: &[Verdict],
    ) {
        let (machines, decided) = merged(("web1", playbook), ("web1.example.org", host), prefer);
        let [machine] = machines.as_slice() else {
            panic!("{machines:?}");
        };
        let stated: Vec<_> = machine
            .entries
            .iter()
            .filter(|it| !matches!(it.resource, Resource::Contradicted(_)))
            .map(|it| (it.resource.clone(), it.origin.items.len()))
            .collect();
        assert_eq!(stated, expected);
        assert_eq!(decided, verdicts);
    }

    #[test]
    fn agreement_is_one_statement_with_two_origins() {
        check(sysctl("10"), sysctl("10"), None, &[(sysctl("10"), 2)], &[]);
        check(
            user(Some(1001), &["adm", "sudo"]),
            user(None, &["sudo"]),
            None,
            &[(user(Some(1001), &["adm", "sudo"]), 2)],
            &[],
        );
    }

    #[test]
    fn of_a_contradiction_the_first_stands_unless_one_is_preferred() {
        let (one, other) = (sysctl("10"), sysctl("60"));
        check(one.clone(), other.clone(), None, &[(one.clone(), 1)], &[]);
        check(
            one.clone(),
            other.clone(),
            Some(Prefer::Playbook),
            &[(one.clone(), 1)],
            &[Verdict::NotNeeded],
        );
        check(
            one,
            other.clone(),
            Some(Prefer::Host),
            &[(other, 1)],
            &[Verdict::NotNeeded],
        );
        let (one, other) = (user(Some(1001), &[]), user(Some(1002), &[]));
        check(one.clone(), other, None, &[(one, 1)], &[]);
    }

    #[test]
    fn the_only_hosts_of_two_inputs_are_one() {
        for (one, other, expected) in [
            ("web1", "example", "web1"),
            ("example", "web1", "web1"),
            ("web1", "db1", "web1"),
        ] {
            let (machines, _) = merged((one, sysctl("1")), (other, sysctl("1")), None);
            assert_eq!(machines.len(), 1);
            assert_eq!(machines[0].name, expected);
        }
    }

    #[test]
    fn a_host_is_found_by_its_name() {
        let hosts: Vec<Host<'_>> = ["web1.example.org", "db1"]
            .map(|name| Host {
                machine: machine(name),
                sources: Vec::new(),
            })
            .into();
        let check = |name: &str, expected: Option<usize>| {
            assert_eq!(find(&hosts, name, true), expected, "{name}");
        };
        check("WEB1", Some(0));
        check("web1.example.org", Some(0));
        check("web1.example.net", None);
        check("db1.example.org", Some(1));
        check("db2", None);
    }
}
