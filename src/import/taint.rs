//! Taint by value: what was found to be a secret in one place is one wherever else it stands, though nothing beside it
//! says so. It is the same secret: it is asked for once.
//!
//! Only what no other word is likely to be counts: letters and figures that are mixed, and nothing of a path or a name
//! of a host.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::conceal::refused;
use super::redact::Taken;
use super::texts;
use crate::model::{Hole, Piece, Resource, Text};
use crate::secret::{is_comment, is_secret_name};

/// Shorter ones may be any word.
const SHORTEST: usize = 6;

/// A word with a number behind it may be the name of a release: it has as many letters and figures as this.
const SHORTEST_NUMBERED: (usize, usize) = (8, 3);

/// Secrets by their values, and how each is called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    holes: BTreeMap<String, Hole>,
}

impl Known {
    /// Takes over what was found. Of one value the first name stands.
    pub(crate) fn learn(&mut self, taken: Taken) {
        for (value, hole) in taken {
            // A file that is a secret as a whole may have one word.
            let value = value.trim();
            if is_distinctive(value) {
                self.holes.entry(value.to_owned()).or_insert(hole);
            }
        }
    }

    /// Takes over what is known elsewhere.
    pub(crate) fn join(&mut self, other: &Known) {
        for (value, hole) in &other.holes {
            if !self.holes.contains_key(value) {
                self.holes.insert(value.clone(), hole.clone());
            }
        }
    }

    /// Returns the values, for those who must not show them.
    pub(crate) fn values(&self) -> impl Iterator<Item = String> {
        self.holes.keys().cloned()
    }

    /// Makes the search for all values; none where there are none.
    pub(crate) fn search(self) -> Option<Search> {
        if self.holes.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::new(self.holes.keys()).ok()?;
        let holes = self.holes.into_values().collect();
        Some(Search { automaton, holes })
    }
}

/// One pass over a text for all known secrets.
#[derive(Debug)]
pub(crate) struct Search {
    automaton: AhoCorasick,
    /// By the number of the value.
    holes: Vec<Hole>,
}

impl Search {
    /// Puts holes in the places of known secrets, wherever a resource has a text.
    pub(crate) fn hide(&self, resource: &mut Resource) {
        if let Some(opaque) = refused(resource, &|said| self.shown(said)) {
            *resource = Resource::Opaque(opaque);
        }
        let has_comments = matches!(resource, Resource::File(_));
        texts::each(resource, &mut |text| {
            if let Some(new) = self.without(text, has_comments) {
                *text = new;
            }
        });
        texts::each_said(resource, &mut |said| {
            if let Some(new) = self.dotted(said) {
                *said = new;
            }
        });
    }

    /// Returns a sentence with dots in place of known secrets.
    pub(crate) fn shown(&self, said: &str) -> String {
        self.dotted(said).unwrap_or_else(|| said.to_owned())
    }

    fn dotted(&self, said: &str) -> Option<String> {
        let found = self.find(said);
        if found.is_empty() {
            return None;
        }
        let mut out = String::new();
        let mut done = 0;
        for (range, _) in found {
            out.push_str(&said[done..range.start]);
            out.push_str("...");
            done = range.end;
        }
        out.push_str(&said[done..]);
        Some(out)
    }

    fn without(&self, text: &Text, has_comments: bool) -> Option<Text> {
        let holds = |piece: &Piece| match piece {
            Piece::Literal(literal) => !self.find(literal).is_empty(),
            Piece::Hole(_) => false,
        };
        if !text.pieces().iter().any(holds) {
            return None;
        }
        let mut out = Text::new();
        for piece in text.pieces() {
            match piece {
                Piece::Hole(it) => out.push_hole(it.clone()),
                Piece::Literal(literal) => {
                    let mut done = 0;
                    for (range, hole) in self.find(literal) {
                        out.push_str(&literal[done..range.start]);
                        let line = literal[..range.start].rfind('\n').map_or(0, |at| at + 1);
                        // It has no meaning, so that nothing has to be put in its place.
                        if has_comments && is_comment(&literal[line..range.start]) {
                            out.push_str("...");
                        } else {
                            out.push_hole(hole.clone());
                        }
                        done = range.end;
                    }
                    out.push_str(&literal[done..]);
                }
            }
        }
        Some(out)
    }

    /// Finds the values that are words of their own, in order and without overlap.
    fn find(&self, text: &str) -> Vec<(Range<usize>, &Hole)> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut all: Vec<(Range<usize>, &Hole)> = Vec::new();
        for it in self.automaton.find_overlapping_iter(text) {
            let before = text[..it.start()].chars().next_back();
            let behind = text[it.end()..].chars().next();
            if !before.is_some_and(is_word)
                && !behind.is_some_and(is_word)
                && let Some(hole) = self.holes.get(it.pattern().as_usize())
            {
                all.push((it.range(), hole));
            }
        }
        all.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        all.retain(|(range, _)| {
            let is_free = range.start >= end;
            end = end.max(range.end);
            is_free
        });
        all
    }
}

/// Returns the secrets that a text had before holes were put in their places.
pub(super) fn taken(before: &str, text: &Text) -> Taken {
    let pieces = text.pieces();
    let mut found = Taken::new();
    let mut rest = before;
    let mut hole: Option<&Hole> = None;
    for piece in pieces {
        match piece {
            Piece::Hole(it) => hole = Some(it),
            Piece::Literal(literal) => {
                let Some((value, behind)) = rest.split_once(literal.as_str()) else {
                    return found;
                };
                found.extend(hole.take().map(|it| (value.to_owned(), it.clone())));
                rest = behind;
            }
        }
    }
    found.extend(hole.map(|it| (rest.to_owned(), it.clone())));
    found
}

fn is_distinctive(value: &str) -> bool {
    let is_plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '.' | ':' | '$' | '%' | '{');
    if value.len() < SHORTEST || !value.chars().all(is_plain) || is_secret_name(value) {
        return false;
    }
    let figures = value.chars().filter(char::is_ascii_digit).count();
    let has_letter = value.chars().any(|c| c.is_ascii_alphabetic());
    if figures == 0 || !has_letter {
        return false;
    }
    // `n4vy9s`, `Blue9`, `blue-9`: hardly another word. `blue9` may be.
    let bare = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_numbered = bare.chars().all(|c| c.is_ascii_lowercase())
        || bare.chars().all(|c| c.is_ascii_uppercase());
    let (length, numbers) = SHORTEST_NUMBERED;
    !is_numbered || value.len() >= length && value.len() - bare.len() >= numbers
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::import::conceal::conceal;
    use crate::import::redact::Taken;
    use crate::model::{
        Command, Content, CronJob, File, Opaque, Resource, Step, Text, Unit, UnitSection,
    };

    fn file(path: &str, text: &str) -> Resource {
        Resource::File(File {
            path: path.to_owned(),
            content: Content::Text(Text::from(text)),
            mode: None,
            owner: None,
            group: None,
        })
    }

    fn unit(value: &str) -> Resource {
        let directives = [("ExecStart".to_owned(), vec![Text::from(value)])];
        Resource::Unit(Unit {
            name: "x.service".to_owned(),
            drop_in: true,
            sections: vec![UnitSection {
                name: "Service".to_owned(),
                directives: directives.into_iter().collect(),
            }],
            enabled: None,
        })
    }

    fn job(command: &str) -> Resource {
        Resource::CronJob(CronJob {
            name: "x".to_owned(),
            schedule: "@daily".to_owned(),
            user: "root".to_owned(),
            command: Text::from(command),
            environment: Vec::new(),
            catches_up: false,
        })
    }

    fn step(name: &str, word: &str) -> Resource {
        Resource::Step(Step {
            name: name.to_owned(),
            command: Command::Words(vec![Text::from("check"), Text::from(word)]),
            user: None,
            directory: None,
            environment: Vec::new(),
            creates: None,
            removes: None,
            after: Vec::new(),
        })
    }

    fn opaque(line: &str) -> Resource {
        Resource::Opaque(Opaque {
            subject: "x".to_owned(),
            title: line.to_owned(),
            reason: line.to_owned(),
            cure: Some(line.to_owned()),
            lines: vec![Text::from(line)],
        })
    }

    fn check(first: &str, mut other: Resource, expected: &str) {
        let mut taken = Taken::new();
        conceal(&mut file("/etc/app.env", first), &mut taken);
        let mut known = Known::default();
        known.learn(taken);
        if let Some(search) = known.search() {
            search.hide(&mut other);
        }
        let shown = serde_json::to_string(&other).unwrap();
        assert!(shown.contains(expected), "{shown}");
    }

    const SECRET: &str = "DB_PASSWORD=n4vy9s-blue\n";

    #[test]
    fn a_secret_is_one_wherever_it_stands() {
        let services = |text: &str| file("/etc/nagios/services.cfg", text);
        let hole = "{\"secret\":\"/etc/app.env:1 DB_PASSWORD\"}";
        for other in [
            services("check_db!shop!n4vy9s-blue!x\n"),
            unit("check n4vy9s-blue"),
            job("check n4vy9s-blue"),
            step("x", "n4vy9s-blue"),
        ] {
            check(SECRET, other, hole);
        }
        check(
            SECRET,
            services("x\n# it is n4vy9s-blue\n"),
            "# it is ...\\n",
        );
        check(SECRET, step("with n4vy9s-blue", "x"), "\"with ...\"");
        check(
            SECRET,
            opaque("it is n4vy9s-blue"),
            "\"reason\":\"it is ...\"",
        );
        check(
            SECRET,
            opaque("it is n4vy9s-blue"),
            "\"cure\":\"it is ...\"",
        );
        check(SECRET, opaque("it is n4vy9s-blue"), hole);
        check(
            "MYSQLPASS=\"n4g10s\"\n",
            services("check!n4g10s!b\n"),
            "\"check!\",{",
        );
    }

    #[test]
    fn what_may_be_another_word_is_none() {
        let services = |text: &str| file("/etc/nagios/services.cfg", text);
        for (secret, text) in [
            (SECRET, "check_db!xn4vy9s-blue!x"),
            ("DB_PASSWORD=change\n", "change it"),
            ("DB_PASSWORD=debian12\n", "from debian12 on"),
            ("DB_PASSWORD=sha256\n", "a sha256 sum"),
            ("DB_PASSWORD=password1\n", "--password1 x"),
        ] {
            check(secret, services(text), &format!("\"content\":\"{text}\""));
        }
    }
}
