//! Compound commands taken apart: groups, conditions, loops over words, cases.

use brush_parser::ast;

use super::{Redirection, Script, Source, Word, parse};

/// What a compound command is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compound {
    /// `{ …; }` and `( … )`
    Group(Script),
    If {
        /// Conditions, and what runs when the first of them that holds does.
        branches: Vec<(Script, Script)>,
        otherwise: Option<Script>,
    },
    For {
        variable: String,
        /// None: the arguments of the script.
        values: Option<Vec<Word>>,
        body: Script,
    },
    Case {
        value: Word,
        branches: Vec<(Vec<Word>, Script)>,
    },
    /// One of them with its input or output redirected.
    Redirected(Box<Compound>, Vec<Redirection>),
    /// Other loops, functions, tests.
    Other,
}

/// Reads the text of a compound command.
pub fn read_compound(text: &str) -> Compound {
    let Ok((program, source)) = parse(text) else {
        return Compound::Other;
    };
    let mut items = program.complete_commands.iter().flat_map(|list| &list.0);
    let (Some(ast::CompoundListItem(list, _)), None) = (items.next(), items.next()) else {
        return Compound::Other;
    };
    match list.first.seq.as_slice() {
        [ast::Command::Compound(command, redirections)] if list.additional.is_empty() => {
            let inner = source.compound(command);
            match redirections {
                None => inner,
                Some(list) => {
                    let list = list.0.iter().map(|it| source.redirection(it));
                    Compound::Redirected(Box::new(inner), list.collect())
                }
            }
        }
        _ => Compound::Other,
    }
}

impl Source<'_> {
    fn script(&self, list: &ast::CompoundList) -> Script {
        Script {
            lists: self.lists(list),
        }
    }

    fn compound(&self, command: &ast::CompoundCommand) -> Compound {
        match command {
            ast::CompoundCommand::BraceGroup(it) => Compound::Group(self.script(&it.list)),
            ast::CompoundCommand::Subshell(it) => Compound::Group(self.script(&it.list)),
            ast::CompoundCommand::ForClause(it) => Compound::For {
                variable: it.variable_name.clone(),
                values: it
                    .values
                    .as_ref()
                    .map(|words| words.iter().map(|it| self.word(it)).collect()),
                body: self.script(&it.body.list),
            },
            ast::CompoundCommand::CaseClause(it) => {
                let branches = it.cases.iter().map(|case| {
                    let patterns = case.patterns.iter().map(|it| self.word(it)).collect();
                    let script = case.cmd.as_ref().map(|it| self.script(it));
                    (patterns, script.unwrap_or_default())
                });
                Compound::Case {
                    value: self.word(&it.value),
                    branches: branches.collect(),
                }
            }
            ast::CompoundCommand::IfClause(it) => {
                let mut branches = vec![(self.script(&it.condition), self.script(&it.then))];
                let mut otherwise = None;
                for clause in it.elses.iter().flatten() {
                    let body = self.script(&clause.body);
                    match &clause.condition {
                        Some(condition) => branches.push((self.script(condition), body)),
                        None => otherwise = Some(body),
                    }
                }
                Compound::If {
                    branches,
                    otherwise,
                }
            }
            ast::CompoundCommand::Arithmetic(_)
            | ast::CompoundCommand::ArithmeticForClause(_)
            | ast::CompoundCommand::WhileClause(_)
            | ast::CompoundCommand::UntilClause(_)
            | ast::CompoundCommand::Coprocess(_) => Compound::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Compound, read_compound};
    use crate::syntax::shell::Script;

    /// The first words of the commands of a script.
    fn programs(script: &Script) -> String {
        let commands = script.simple_commands().unwrap();
        let names: Vec<&str> = commands.iter().map(|it| it.words[0].raw.as_str()).collect();
        names.join(" ")
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(read_compound(text)), expected, "{text}");
    }

    fn shown(compound: Compound) -> String {
        match compound {
            Compound::Redirected(inner, list) => {
                let targets: Vec<&str> = list.iter().map(|it| it.target.raw.as_str()).collect();
                format!("{} to {}", shown(*inner), targets.join(" "))
            }
            Compound::Group(script) => format!("group {}", programs(&script)),
            Compound::If {
                branches,
                otherwise,
            } => {
                let mut out = String::from("if");
                for (condition, body) in &branches {
                    out += &format!(" {}: {}", programs(condition), programs(body));
                }
                out + &otherwise.map_or_else(String::new, |it| format!(" else {}", programs(&it)))
            }
            Compound::For {
                variable,
                values,
                body,
            } => format!(
                "for {variable} of {} {}",
                values.unwrap_or_default().len(),
                programs(&body)
            ),
            Compound::Case { value, branches } => {
                let mut out = format!("case {}", value.raw);
                for (patterns, body) in &branches {
                    let patterns: Vec<&str> = patterns.iter().map(|it| it.raw.as_str()).collect();
                    out += &format!(" {}: {}", patterns.join("|"), programs(body));
                }
                out
            }
            Compound::Other => "other".to_owned(),
        }
    }

    #[test]
    fn compound_commands_are_taken_apart() {
        check("{ a; b; }", "group a b");
        check("(a && b)", "group a b");
        check(
            "if a; then b; elif c; then d; else e; fi",
            "if a: b c: d else e",
        );
        check("for x in 1 2 3; do a $x; done", "for x of 3 a");
        check(
            "case \"$x\" in a|b) c ;; *) d ;; esac",
            "case \"$x\" a|b: c *: d",
        );
        check("while a; do b; done", "other");
        check("{ a; } > /x", "group a to /x");
        check("{ a; } >> /x 2>/dev/null", "group a to /x /dev/null");
        check("a b", "other");
    }
}
