//! Options that take a file in place of a secret: `rules/nixos/secret-options.json`.
//!
//! A configuration file of which parts are secret is given to the rules with a placeholder for each. Where every value
//! that has one is that of an option with such a variant, the configuration says the same, and the secret is read from
//! its file.

mod table;
#[cfg(test)]
mod tests;

use super::secret::{secret, slug, variable, variables};
use crate::model::{Content, File, Hole, HoleKind, Piece, Resource, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::{OptionPath, SECRETS_FOLDER, Secret};
use crate::rules::{Join, Outcome, Rules, Ruling};
use crate::syntax::{placeholder, placeholder_index};
use table::{Variables, Variant, open_name, variant};

/// Applies the rules to a file of which parts are secret; none where one of them would have no file.
pub(super) fn apply(resource: &Resource, rules: &Rules) -> Option<(Outcome, Vec<Secret>)> {
    let Resource::File(file) = resource else {
        return None;
    };
    let Content::Text(text) = &file.content else {
        return None;
    };
    let holes: Vec<&Hole> = text.holes().collect();
    let is_secret = |hole: &&Hole| hole.kind == HoleKind::Secret;
    if holes.is_empty() || !holes.iter().all(is_secret) {
        return None;
    }
    let plain = held(text)?;
    let held = Resource::File(File {
        content: Content::Text(plain),
        ..file.clone()
    });
    let mut outcome = rules.apply(&held)?;
    if outcome.ruling != Ruling::Stated {
        return None;
    }
    // A file that is one secret has nothing to say to a rule, but for an option that takes it as it is.
    let takes_whole = |path: &OptionPath| matches!(variant(path.names()), Some(Variant::Whole(_)));
    let is_whole = text.pieces().len() < 2;
    if is_whole && !outcome.settings.iter().all(|it| takes_whole(&it.0)) {
        return None;
    }
    let mut made = Made {
        stem: stem(&file.path),
        holes: &holes,
        used: vec![None; holes.len()],
        variables: None,
        of: String::new(),
        names: Vec::new(),
        texts: Vec::new(),
    };
    let mut settings = Vec::new();
    for (path, expr, join) in outcome.settings {
        let (path, expr) = made.provided(path.names(), expr)?;
        settings.push((OptionPath::new(path), expr, join));
    }
    if let Some(variables) = made.variables {
        let has_other = |(_, expr, _): &(OptionPath, Expr, Join)| {
            let mut whole = String::new();
            collect(expr, &mut whole);
            let own = made.names.iter().map(|(_, name)| format!("${{{name}}}"));
            own.fold(whole, |whole, it| whole.replace(&it, ""))
                .contains('$')
        };
        if variables.all && settings.iter().any(has_other) {
            return None;
        }
        settings.extend(made.besides(variables));
        let clause = "no secret of them has a quote, a backslash or a dollar".to_owned();
        outcome.assume.push(clause);
    }
    outcome.settings = settings;
    let by = format!("`{}`", outcome.rule);
    let mut secrets: Vec<Secret> = Vec::new();
    if !made.names.is_empty() {
        let lines = made.names.iter().filter_map(|(index, name)| {
            let hole = holes.get(*index)?;
            Some(variable(name, &Text::hole((*hole).clone())))
        });
        let lines: Vec<Text> = lines.collect();
        let path = made.variables_file();
        secrets.push(secret(&path, &variables(&lines), by.clone()));
    }
    for (path, text) in &made.texts {
        secrets.push(secret(path, &made.filled(text), by.clone()));
    }
    for (index, hole) in holes.iter().enumerate() {
        let is_in_text = |(_, text): &(String, String)| {
            text.chars().any(|c| placeholder_index(c) == Some(index))
        };
        if made.texts.iter().any(is_in_text) {
            continue;
        }
        match made.used.get(index) {
            Some(Some(path)) => {
                let hole = Text::hole((*hole).clone());
                secrets.push(secret(path, &hole, by.clone()));
            }
            // What no option took would be lost.
            _ if made.names.iter().all(|(it, _)| *it != index) => return None,
            _ => {}
        }
    }
    Some((outcome, secrets))
}

/// Returns a text with a placeholder for each hole; none where it holds such characters itself.
fn held(text: &Text) -> Option<Text> {
    let mut out = String::new();
    let mut at = 0;
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) if literal.chars().any(|c| placeholder_index(c).is_some()) => {
                return None;
            }
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Hole(_) => {
                out.push(placeholder(at)?);
                at += 1;
            }
        }
    }
    Some(Text::from(out))
}

/// `redis` of `/etc/redis/redis.conf`
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').find(|it| !it.is_empty()).unwrap_or(name)
}

struct Made<'a> {
    stem: &'a str,
    holes: &'a [&'a Hole],
    /// The file of each hole that an option took.
    used: Vec<Option<String>>,
    variables: Option<&'static Variables>,
    /// The name that the option of the file with the variables has.
    of: String,
    /// The holes that are variables, and their names.
    names: Vec<(usize, String)>,
    /// The files that hold a text with its holes, and what the text is.
    texts: Vec<(String, String)>,
}

impl Made<'_> {
    /// Returns an option and its value with files in the place of secrets; none where a secret has none.
    fn provided(&mut self, names: &[String], expr: Expr) -> Option<(Vec<String>, Expr)> {
        if !names.iter().all(|it| is_plain(it)) {
            return None;
        }
        let same = |expr| Some((names.to_vec(), expr));
        match expr {
            Expr::Str(parts) => self.string(names, parts),
            Expr::List(items) => {
                let below = child(names, "*");
                let mut all = Vec::new();
                for item in items {
                    let (path, item) = self.provided(&below, item)?;
                    // An element has no name that could be another one.
                    if path != below {
                        return None;
                    }
                    all.push(item);
                }
                same(Expr::List(all))
            }
            Expr::Attrs(attrs) => {
                let mut all = Vec::new();
                for (name, value) in attrs {
                    let (mut path, value) = self.provided(&child(names, &name), value)?;
                    let last = path.pop()?;
                    if path != names {
                        return None;
                    }
                    all.push((last, value));
                }
                same(Expr::Attrs(all))
            }
            Expr::Asset(asset) => {
                let text = std::str::from_utf8(&asset.bytes).unwrap_or_default();
                if is_plain(text) {
                    return same(Expr::Asset(asset));
                }
                match variant(names)? {
                    Variant::Whole(_) => {
                        self.string(names, vec![StrPart::Literal(text.to_owned())])
                    }
                    Variant::File(_)
                    | Variant::Text(_)
                    | Variant::Variable(_)
                    | Variant::Include(_)
                    | Variant::IncludeEach(_) => None,
                }
            }
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Select(_) => {
                same(expr)
            }
            // What functions make of a text, nobody here follows.
            Expr::Apply(..) | Expr::With(..) | Expr::Function(..) | Expr::Binary(..) => {
                let mut whole = String::new();
                collect(&expr, &mut whole);
                if is_plain(&whole) { same(expr) } else { None }
            }
        }
    }

    fn string(&mut self, names: &[String], parts: Vec<StrPart>) -> Option<(Vec<String>, Expr)> {
        let mut whole = String::new();
        collect(&Expr::Str(parts.clone()), &mut whole);
        if is_plain(&whole) {
            return Some((names.to_vec(), Expr::Str(parts)));
        }
        if let Variant::IncludeEach(include) = variant(names)? {
            let mut included = Vec::new();
            for part in parts {
                included.push(match part {
                    StrPart::Literal(text) => {
                        // Behind what is spliced in, the first line is no whole one.
                        let whole = match included.is_empty() {
                            true => 0,
                            false => text.find('\n').unwrap_or(text.len()),
                        };
                        let (begun, rest) = text.split_at(whole);
                        is_plain(begun).then_some(())?;
                        let rest = self.included(names, rest, include)?;
                        StrPart::Literal(format!("{begun}{rest}"))
                    }
                    StrPart::Splice(expr) => StrPart::Splice(expr),
                });
            }
            return Some((names.to_vec(), Expr::Str(included)));
        }
        let [StrPart::Literal(text)] = parts.as_slice() else {
            return None;
        };
        match variant(names)? {
            Variant::Variable(variables) => {
                self.variables = Some(variables);
                self.of = open_name(names).cloned().unwrap_or_default();
                let mut out = String::new();
                for c in text.chars() {
                    match placeholder_index(c) {
                        Some(index) => out.push_str(&format!("${{{}}}", self.name(index)?)),
                        None => out.push(c),
                    }
                }
                return Some((names.to_vec(), Expr::str(out)));
            }
            Variant::Include(include) => {
                let path = self.text_file(names, text);
                let text = include.replace("PATH", &path);
                return Some((names.to_vec(), Expr::str(text)));
            }
            Variant::Whole(option) => {
                let path = self.text_file(names, text);
                return Some((target(option, names), Expr::str(path)));
            }
            Variant::File(_) | Variant::Text(_) | Variant::IncludeEach(_) => {}
        }
        let mut chars = text.chars();
        let index = chars.next().and_then(placeholder_index)?;
        if chars.next().is_some() {
            return None;
        }
        let variant = variant(names)?;
        let file = self.file(index)?;
        Some(match variant {
            Variant::File(option) => (target(option, names), Expr::str(file)),
            Variant::Text(text) => (names.to_vec(), Expr::str(text.replace("PATH", &file))),
            Variant::Variable(_)
            | Variant::Include(_)
            | Variant::IncludeEach(_)
            | Variant::Whole(_) => return None,
        })
    }

    /// Returns the file for a text with its holes: named after the service, and the file that it was in.
    fn text_file(&mut self, names: &[String], text: &str) -> String {
        let service = names.get(1).map_or("", String::as_str);
        let base = match (service, self.stem) {
            (service, stem) if service == stem || service.is_empty() => stem.to_owned(),
            (service, stem) => format!("{service}-{stem}"),
        };
        let mut path = format!("{SECRETS_FOLDER}{base}.conf");
        let mut number = 2;
        while self.texts.iter().any(|(it, _)| *it == path) {
            path = format!("{SECRETS_FOLDER}{base}-{number}.conf");
            number += 1;
        }
        self.texts.push((path.clone(), text.to_owned()));
        path
    }

    /// Returns a text in which a file is included in the place of each directive with a secret; none where it is not plain
    /// where one begins and ends.
    fn included(&mut self, names: &[String], text: &str, include: &str) -> Option<String> {
        let mut out = String::new();
        let mut lines = text.split_inclusive('\n');
        while let Some(line) = lines.next() {
            if is_plain(line) {
                out.push_str(line);
                continue;
            }
            let mut directive = line.to_owned();
            let mut last = line.trim_end();
            let mut depth = i32::from(last.ends_with('{'));
            while depth > 0 {
                let inner = lines.next()?;
                last = inner.trim_end();
                depth += i32::from(last.ends_with('{')) - i32::from(last.trim_start() == "}");
                directive.push_str(inner);
            }
            (last.ends_with(';') || last.trim_start() == "}").then_some(())?;
            let indent = &line[..line.len() - line.trim_start().len()];
            let directive: String = directive
                .split_inclusive('\n')
                .map(|it| it.strip_prefix(indent).unwrap_or(it))
                .collect();
            let path = self.text_file(names, &directive);
            out.push_str(indent);
            out.push_str(&include.replace("PATH", &path));
        }
        Some(out)
    }

    /// Returns a text with the holes in the place of their placeholders.
    fn filled(&self, text: &str) -> Text {
        let mut out = Text::new();
        for c in text.chars() {
            match placeholder_index(c).and_then(|it| self.holes.get(it)) {
                Some(hole) => out.push_hole((*hole).clone()),
                None => out.push_str(c.encode_utf8(&mut [0; 4])),
            }
        }
        out
    }

    /// Returns the variable of a hole: named after the file that it was in, and what it is there.
    fn name(&mut self, index: usize) -> Option<String> {
        if let Some((_, name)) = self.names.iter().find(|(it, _)| *it == index) {
            return Some(name.clone());
        }
        let hole = self.holes.get(index)?;
        let base = format!("{}-{}", self.stem, slug(&hole.what));
        let base = base.replace(['-', '.'], "_").to_ascii_uppercase();
        let mut name = base.clone();
        let mut number = 2;
        while self.names.iter().any(|(_, it)| *it == name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.names.push((index, name.clone()));
        Some(name)
    }

    fn variables_file(&self) -> String {
        format!("{SECRETS_FOLDER}{}.env", self.stem)
    }

    /// The options that let the module put variables in.
    fn besides(&self, variables: &Variables) -> Vec<(OptionPath, Expr, Join)> {
        let join = if variables.list {
            Join::Element
        } else {
            Join::Only
        };
        let file = OptionPath::parse(&variables.file.replace("<name>", &self.of));
        let mut settings = vec![(file, Expr::str(self.variables_file()), join)];
        let off = variables.off.iter();
        settings.extend(off.map(|it| (OptionPath::parse(it), Expr::Bool(false), Join::Only)));
        settings
    }

    /// Returns the file of a hole: named after the file that it was in, and what it is there.
    fn file(&mut self, index: usize) -> Option<String> {
        let hole = self.holes.get(index)?;
        if let Some(Some(known)) = self.used.get(index) {
            return Some(known.clone());
        }
        let base = format!("{SECRETS_FOLDER}{}-{}", self.stem, slug(&hole.what));
        let mut path = base.clone();
        let mut number = 2;
        while self.used.iter().flatten().any(|it| *it == path) {
            path = format!("{base}-{number}");
            number += 1;
        }
        *self.used.get_mut(index)? = Some(path.clone());
        Some(path)
    }
}

/// Names that the option leaves open are those of the one that it stands for.
fn target(option: &str, names: &[String]) -> Vec<String> {
    let taken = names.iter().map(String::as_str);
    let named = option.split('.').zip(taken.chain(std::iter::repeat("")));
    let path = named.map(|(name, own)| match name {
        "<name>" | "*" => own.to_owned(),
        name => name.to_owned(),
    });
    path.collect()
}

fn child(names: &[String], name: &str) -> Vec<String> {
    let mut names = names.to_vec();
    names.push(name.to_owned());
    names
}

fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| placeholder_index(c).is_some())
}

fn collect(expr: &Expr, out: &mut String) {
    match expr {
        Expr::Str(parts) => {
            for part in parts {
                match part {
                    StrPart::Literal(text) => out.push_str(text),
                    StrPart::Splice(expr) => collect(expr, out),
                }
            }
        }
        Expr::List(items) => items.iter().for_each(|it| collect(it, out)),
        Expr::Attrs(attrs) => {
            for (name, value) in attrs {
                out.push_str(name);
                collect(value, out);
            }
        }
        Expr::Apply(function, arguments) => {
            collect(function, out);
            arguments.iter().for_each(|it| collect(it, out));
        }
        Expr::With(left, right) | Expr::Binary(left, _, right) => {
            collect(left, out);
            collect(right, out);
        }
        Expr::Function(_, body) => collect(body, out),
        Expr::Asset(asset) => out.push_str(&String::from_utf8_lossy(&asset.bytes)),
        Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Select(_) => {}
    }
}
