//! The configuration of dovecot as a whole: the main file with what it includes, each setting with the file that has the
//! last word on it.

use std::collections::BTreeMap;

use super::shipped;
use crate::account::Code;
use crate::lower::machine;
use crate::lower::statement::Left;
use crate::model::{Content, Machine, Resource};
use crate::rules;
use crate::syntax::dovecot_conf::{self, Node};

pub(super) const FOLDER: &str = "/etc/dovecot";
pub(super) const MAIN: &str = "/etc/dovecot/dovecot.conf";

/// How deep files may include files.
const DEEPEST: usize = 16;

/// Who said something: the place of a file in `Whole::files`, or nobody, where a package brought it.
pub(super) type Owner = Option<usize>;

#[derive(Debug, Default)]
pub(super) struct Block {
    /// Name, value and who said it last.
    pub(super) settings: Vec<(String, String, Owner)>,
    pub(super) sections: Vec<(String, Block, Owner)>,
}

#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The machine's own files in the order in which dovecot reads them.
    pub(super) files: Vec<String>,
    pub(super) top: Block,
    /// The packages say which protocols there are.
    pub(super) has_protocols_of_packages: bool,
    /// Files that nobody wrote, as they came.
    pub(super) shipped: Vec<String>,
}

impl Block {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.settings.iter().find(|(own, _, _)| own == name);
        found.map(|(_, value, _)| value.as_str())
    }

    /// Visits this block and all below it.
    pub(super) fn each(&self, visit: &mut impl FnMut(&Block)) {
        visit(self);
        for (_, block, _) in &self.sections {
            block.each(visit);
        }
    }

    fn set(&mut self, name: String, value: String, owner: Owner) {
        // `$name` is what the setting has been so far; what it has from outside of the section stays a name.
        let reference = format!("${name}");
        match self.settings.iter_mut().find(|(own, _, _)| *own == name) {
            Some((_, old, by)) => {
                *old = value.replace(&reference, old);
                *by = owner;
            }
            None => self.settings.push((name, value, owner)),
        }
    }

    fn section(&mut self, head: String, owner: Owner) -> &mut Block {
        let known = self.sections.iter().position(|(own, _, _)| *own == head);
        let at = match known.filter(|_| !dovecot_conf::is_one_of_many(&head)) {
            Some(at) => at,
            None => {
                self.sections.push((head, Block::default(), owner));
                self.sections.len() - 1
            }
        };
        &mut self.sections[at].1
    }
}

/// A text among those that are read.
struct Reader<'a> {
    machine: &'a Machine,
    whole: Whole,
    depth: usize,
}

/// Reads the whole configuration of a machine.
///
/// # Errors
/// What is not known, or not understood.
pub(super) fn read(machine: &Machine) -> Result<Whole, Left> {
    let mut reader = Reader {
        machine,
        whole: Whole::default(),
        depth: 0,
    };
    let mut top = Block::default();
    if !reader.file(MAIN, &mut top)? {
        reader.text(shipped::MAIN, FOLDER, None, &mut top)?;
    }
    reader.whole.top = top;
    Ok(reader.whole)
}

impl Reader<'_> {
    /// Reads a file of the machine; tells whether it has it.
    fn file(&mut self, path: &str, into: &mut Block) -> Result<bool, Left> {
        let Some(file) = machine::files(self.machine).find(|it| it.path == path) else {
            return Ok(false);
        };
        let Content::Text(text) = &file.content else {
            let why = format!("`{path}` is no text");
            return Err(Left::new(Code::BadInput, why));
        };
        let plain = text.plain().ok_or_else(|| {
            let what = text.worst_hole().map_or("what is not known", |it| &it.what);
            Left::new(Code::ValueUnknown, format!("`{path}` holds {what}"))
        })?;
        if self.depth >= DEEPEST {
            let why = format!("`{path}` is included by itself");
            return Err(Left::new(Code::BadInput, why));
        }
        let owner = match self.whole.files.iter().position(|it| it == path) {
            Some(at) => at,
            None => {
                self.whole.files.push(path.to_owned());
                self.whole.files.len() - 1
            }
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.depth += 1;
        self.text(plain, folder, Some(owner), into)?;
        self.depth -= 1;
        Ok(true)
    }

    fn text(
        &mut self,
        text: &str,
        folder: &str,
        owner: Owner,
        into: &mut Block,
    ) -> Result<(), Left> {
        let nodes = dovecot_conf::read(text).map_err(|fault| {
            let named = owner.and_then(|it| self.whole.files.get(it));
            let named = named.map_or("", String::as_str);
            let why = format!("`{named}`, line {}: {}", fault.place.line, fault.why);
            Left::new(Code::BadInput, why)
        })?;
        self.put(nodes, folder, owner, into)
    }

    fn put(
        &mut self,
        nodes: Vec<Node>,
        folder: &str,
        owner: Owner,
        into: &mut Block,
    ) -> Result<(), Left> {
        for node in nodes {
            match node {
                Node::Setting { name, value } => into.set(name, value, owner),
                Node::Section { head, nodes } => {
                    self.put(nodes, folder, owner, into.section(head, owner))?;
                }
                Node::Include {
                    path,
                    must_be_there,
                } => self.include(&path, must_be_there, folder, into)?,
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        must_be_there: bool,
        folder: &str,
        into: &mut Block,
    ) -> Result<(), Left> {
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{folder}/{path}")
        };
        if path.starts_with("/usr/share/dovecot/protocols.d/") {
            self.whole.has_protocols_of_packages = true;
            return Ok(());
        }
        // Those of the machine, and those that its packages brought: dovecot reads them by their names.
        let mut found: BTreeMap<String, Option<&'static str>> = BTreeMap::new();
        for name in shipped::names() {
            let shipped = format!("{FOLDER}/conf.d/{name}");
            if rules::fits(&path, &shipped) && !self.is_removed(&shipped) {
                found.insert(shipped, shipped::text(name, self.machine.family));
            }
        }
        let own = machine::files(self.machine).filter(|it| rules::fits(&path, &it.path));
        found.extend(own.map(|it| (it.path.clone(), None)));
        if found.is_empty()
            && let Some(name) = path.strip_prefix("/etc/dovecot/conf.d/")
            && let Some(text) = shipped::text(name, self.machine.family)
        {
            found.insert(path.clone(), Some(text));
        }
        if found.is_empty() && must_be_there && !path.contains('*') {
            let why = format!("it includes `{path}`, which is not in the input");
            return Err(Left::new(Code::ValueUnknown, why));
        }
        for (path, shipped) in found {
            match shipped {
                Some(text) => {
                    self.whole.shipped.push(path);
                    self.text(text, &format!("{FOLDER}/conf.d"), None, into)?;
                }
                None => {
                    self.file(&path, into)?;
                }
            }
        }
        Ok(())
    }

    fn is_removed(&self, path: &str) -> bool {
        self.machine.entries.iter().any(|entry| {
            if let Resource::RemovedPath(it) = &entry.resource {
                it.path == path
            } else {
                false
            }
        })
    }
}
