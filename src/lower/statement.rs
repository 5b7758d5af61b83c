//! What lowering one entry comes to: definitions, or why there are none.

use crate::account::Code;
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath, Secret};

/// What one entry comes to.
#[derive(Debug)]
pub(super) enum Lowered {
    Stated(Statement),
    /// Nothing to state, and why.
    NotNeeded(Code, String),
    /// What another option states as well.
    Merged(Merged),
    Manual(Left),
}

/// An option that states an entry besides its own, and how.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) option: OptionPath,
    pub(super) reason: String,
    pub(super) assumptions: Vec<String>,
}

/// Definitions that state an entry, with what they rest on.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) definitions: Vec<Wanted>,
    /// Clauses such as `` `/usr/bin/node` is `pkgs.nodejs` ``.
    pub(super) assumptions: Vec<String>,
    pub(super) secrets: Vec<Secret>,
    pub(super) chores: Vec<Chore>,
    /// What the definitions do not say: with it the entry is `manual`, and what is said stays.
    pub(super) left: Vec<Left>,
    /// Set where the entry is kept as a step: the reason.
    pub(super) runtime: Option<String>,
    /// What the comment says besides where it comes from.
    pub(super) besides: Option<String>,
    /// Clauses since `recent` was last asked.
    recent: Vec<String>,
}

/// A part that is left to the person.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) about: Option<OptionPath>,
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) cure: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) path: OptionPath,
    pub(super) expr: Expr,
    pub(super) kind: Kind,
    /// The clauses that are about this definition, and no other one that does not have them as well.
    pub(super) clauses: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The whole value.
    Set,
    /// An element of a list that joins.
    Add,
    /// A line that many entries need, such as `enable`: the first one owns it, so that not all of them share a line.
    Shared,
}

impl Lowered {
    pub(super) fn manual(code: Code, reason: impl Into<String>) -> Lowered {
        Lowered::Manual(Left::new(code, reason))
    }

    pub(super) fn manual_with_cure(
        code: Code,
        reason: impl Into<String>,
        cure: impl Into<String>,
    ) -> Lowered {
        Lowered::Manual(Left::new(code, reason).cure(cure))
    }
}

impl Left {
    pub(super) fn new(code: Code, reason: impl Into<String>) -> Left {
        Left {
            about: None,
            code,
            reason: reason.into(),
            cure: None,
        }
    }

    pub(super) fn cure(mut self, cure: impl Into<String>) -> Left {
        self.cure = Some(cure.into());
        self
    }

    pub(super) fn about(mut self, option: &str) -> Left {
        self.about = Some(OptionPath::parse(option));
        self
    }
}

impl Statement {
    pub(super) fn set(&mut self, path: OptionPath, expr: Expr) {
        self.push(path, expr, Kind::Set);
    }

    pub(super) fn add(&mut self, path: OptionPath, expr: Expr) {
        self.push(path, expr, Kind::Add);
    }

    pub(super) fn share(&mut self, path: OptionPath, expr: Expr) {
        self.push(path, expr, Kind::Shared);
    }

    pub(super) fn assume(&mut self, clause: impl Into<String>) {
        let clause = clause.into();
        self.recent.push(clause.clone());
        if !self.assumptions.contains(&clause) {
            self.assumptions.push(clause);
        }
    }

    /// Returns the clauses that were assumed since this was last asked.
    pub(super) fn recent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.recent)
    }

    /// Adds all that another statement says.
    pub(super) fn join(&mut self, other: Statement) {
        self.definitions.extend(other.definitions);
        for clause in other.assumptions {
            if !self.assumptions.contains(&clause) {
                self.assumptions.push(clause);
            }
        }
        self.secrets.extend(other.secrets);
        self.chores.extend(other.chores);
        self.left.extend(other.left);
        self.runtime = self.runtime.take().or(other.runtime);
        self.besides = self.besides.take().or(other.besides);
    }

    /// Makes the definition stated last the one that clauses are about.
    pub(super) fn about_last(&mut self, clauses: Vec<String>) {
        if let Some(last) = self.definitions.last_mut() {
            last.clauses.extend(clauses);
        }
    }

    fn push(&mut self, path: OptionPath, expr: Expr, kind: Kind) {
        let clauses = Vec::new();
        self.definitions.push(Wanted {
            path,
            expr,
            kind,
            clauses,
        });
    }
}
