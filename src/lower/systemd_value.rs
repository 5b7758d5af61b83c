//! Values of directives: command lines, environments, numbers, lists.

use super::commands;
use super::machine;
use super::paths;
use super::program;
use super::secret;
use super::statement::{Left, Statement};
use super::systemd::Base;
use crate::account::Code;
use crate::model::{HoleKind, Machine, Piece, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::Secret;
use crate::syntax::systemd_words::{Atom, words};

/// Directives that may stand several times; every other one counts once, the last time.
const LISTS: &[&str] = &[
    "After",
    "Alias",
    "Also",
    "AmbientCapabilities",
    "Before",
    "BindPaths",
    "BindReadOnlyPaths",
    "BindsTo",
    "CacheDirectory",
    "CapabilityBoundingSet",
    "ConfigurationDirectory",
    "Conflicts",
    "DeviceAllow",
    "DirectoryNotEmpty",
    "Documentation",
    "Environment",
    "EnvironmentFile",
    "ExecCondition",
    "ExecPaths",
    "ExecReload",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "ExecStopPre",
    "IPAddressAllow",
    "IPAddressDeny",
    "ImportCredential",
    "InaccessiblePaths",
    "InaccessibleDirectories",
    "JoinsNamespaceOf",
    "ListenDatagram",
    "ListenFIFO",
    "ListenMessageQueue",
    "ListenNetlink",
    "ListenSequentialPacket",
    "ListenSpecial",
    "ListenStream",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "LogExtraFields",
    "LogFilterPatterns",
    "LogsDirectory",
    "NoExecPaths",
    "OnActiveSec",
    "OnBootSec",
    "OnCalendar",
    "OnFailure",
    "OnStartupSec",
    "OnSuccess",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "PartOf",
    "PassEnvironment",
    "PathChanged",
    "PathExists",
    "PathExistsGlob",
    "PathModified",
    "PropagatesReloadTo",
    "PropagatesStopTo",
    "ReadOnlyDirectories",
    "ReadOnlyPaths",
    "ReadWriteDirectories",
    "ReadWritePaths",
    "ReloadPropagatedFrom",
    "RequiredBy",
    "Requires",
    "RequiresMountsFor",
    "Requisite",
    "RestartForceExitStatus",
    "RestartPreventExitStatus",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RuntimeDirectory",
    "SetCredential",
    "SetCredentialEncrypted",
    "Sockets",
    "StateDirectory",
    "StopPropagatedFrom",
    "SuccessExitStatus",
    "SupplementaryGroups",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallLog",
    "TemporaryFileSystem",
    "UnsetEnvironment",
    "UpheldBy",
    "Upholds",
    "WantedBy",
    "Wants",
    "WantsMountsFor",
];

/// Directives that are true or false, where people write `yes` and NixOS's modules `true`.
const BOOLEANS: &[&str] = &[
    "Accept",
    "AllowIsolate",
    "CPUAccounting",
    "DefaultDependencies",
    "DynamicUser",
    "FixedRandomDelay",
    "FreeBind",
    "GuessMainPID",
    "IOAccounting",
    "IPAccounting",
    "IgnoreOnIsolate",
    "IgnoreSIGPIPE",
    "KeepAlive",
    "LockPersonality",
    "MakeDirectory",
    "MemoryAccounting",
    "MemoryDenyWriteExecute",
    "MountAPIVFS",
    "NoNewPrivileges",
    "NonBlocking",
    "PermissionsStartOnly",
    "Persistent",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectSystem",
    "RefuseManualStart",
    "RefuseManualStop",
    "RemainAfterExit",
    "RemainAfterElapse",
    "RemoveIPC",
    "RemoveOnStop",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "ReusePort",
    "RootDirectoryStartOnly",
    "SendSIGHUP",
    "SendSIGKILL",
    "StopWhenUnneeded",
    "TTYReset",
    "TTYVHangup",
    "TasksAccounting",
    "WakeSystem",
];

/// A value below a unit's option.
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    pub(super) expr: Expr,
    /// It is an element of a list that joins.
    pub(super) joins: bool,
    /// What it rests on.
    pub(super) clauses: Vec<String>,
}

/// Where the values of one unit gather.
pub(super) struct Place<'a> {
    /// The unit's name, without its suffix.
    pub(super) unit: &'a str,
    pub(super) base: Base,
    pub(super) machine: &'a Machine,
    pub(super) statement: &'a mut Statement,
    pub(super) leaves: Vec<Leaf>,
    /// Files of environment, in order; they are one value at the end.
    pub(super) environment_files: Vec<String>,
    /// What the environment files rest on.
    pub(super) file_clauses: Vec<String>,
}

pub(super) fn is_list(name: &str) -> bool {
    LISTS.contains(&name) || name.starts_with("Condition") || name.starts_with("Assert")
}

/// Splits values without holes into words; quotes do not occur in lists of units.
pub(super) fn plain_words(values: &[Text]) -> Vec<&str> {
    values
        .iter()
        .filter_map(Text::plain)
        .flat_map(str::split_whitespace)
        .collect()
}

pub(super) fn last_plain(values: &[Text]) -> Option<&str> {
    values.last().and_then(Text::plain)
}

/// Reads `90`, `30s`, `5min` or `2h` as seconds.
pub(super) fn seconds(value: &str) -> Option<i64> {
    let value = value.trim();
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match value.get(digits.len()..)?.trim() {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" | "hour" | "hours" => 3600,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

/// Folds leaves into one attribute set.
pub(super) fn nested(leaves: &[Leaf]) -> Expr {
    let mut attrs: Vec<(String, Expr)> = Vec::new();
    for leaf in leaves {
        insert(&mut attrs, &leaf.path, leaf);
    }
    Expr::Attrs(attrs)
}

fn insert(attrs: &mut Vec<(String, Expr)>, path: &[String], leaf: &Leaf) {
    let [name, rest @ ..] = path else { return };
    let at = attrs
        .iter()
        .position(|(it, _)| it == name)
        .unwrap_or_else(|| {
            let empty = if rest.is_empty() {
                Expr::List(Vec::new())
            } else {
                Expr::Attrs(Vec::new())
            };
            attrs.push((name.clone(), empty));
            attrs.len() - 1
        });
    let Some((_, value)) = attrs.get_mut(at) else {
        return;
    };
    if let (Expr::Attrs(inner), false) = (&mut *value, rest.is_empty()) {
        insert(inner, rest, leaf);
    } else if let (Expr::List(items), true) = (&mut *value, leaf.joins) {
        items.push(leaf.expr.clone());
    } else {
        *value = leaf.expr.clone();
    }
}

impl Place<'_> {
    pub(super) fn set(&mut self, path: &[&str], expr: Expr) {
        self.push(path, expr, false);
    }

    pub(super) fn add(&mut self, path: &[&str], expr: Expr) {
        self.push(path, expr, true);
    }

    fn push(&mut self, path: &[&str], expr: Expr, joins: bool) {
        let path = path.iter().map(|&name| name.to_owned()).collect();
        let clauses = self.statement.recent();
        self.leaves.push(Leaf {
            path,
            expr,
            joins,
            clauses,
        });
    }

    /// Sets a single string from the value that counts.
    pub(super) fn single(&mut self, path: &[&str], values: &[Text]) {
        if let Some(value) = last_plain(values) {
            let expr = self.forced(Expr::str(value));
            self.set(path, expr);
        }
    }

    pub(super) fn add_words(&mut self, option: &str, values: &[Text]) {
        for word in plain_words(values) {
            self.add(&[option], Expr::str(word));
        }
    }

    /// Sets a directive of one of the `…Config` options.
    pub(super) fn directive(&mut self, config: &str, name: &str, values: &[Text], reset: bool) {
        self.claims(name, values);
        let mut exprs: Vec<Expr> = values.iter().map(|value| self.value(name, value)).collect();
        let foreign = self.base == Base::Foreign;
        let expr = if foreign && reset && is_list(name) {
            // Below a drop-in the empty value takes away what a package's unit says; forcing, what a module says.
            exprs.insert(0, Expr::str(""));
            Expr::apply("lib.mkForce", vec![Expr::List(exprs)])
        } else {
            let Some(first) = exprs.first().cloned() else {
                return;
            };
            let expr = if exprs.len() == 1 {
                first
            } else {
                Expr::List(exprs)
            };
            if is_list(name) && !reset {
                expr
            } else {
                self.forced(expr)
            }
        };
        self.set(&[config, name], expr);
    }

    /// Forces a value where NixOS may have another one.
    fn forced(&self, expr: Expr) -> Expr {
        match self.base {
            Base::Own => expr,
            Base::Foreign => Expr::apply("lib.mkForce", vec![expr]),
        }
    }

    fn value(&mut self, name: &str, value: &Text) -> Expr {
        let text = value.plain().unwrap_or_default();
        if name.starts_with("Exec") && name != "ExecPaths" {
            return self.command(text);
        }
        match text {
            "true" => return Expr::Bool(true),
            "false" => return Expr::Bool(false),
            "yes" | "on" if BOOLEANS.contains(&name) => return Expr::Bool(true),
            "no" | "off" if BOOLEANS.contains(&name) => return Expr::Bool(false),
            _ => {}
        }
        // Only what prints as it was written: `0022` stays a string.
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Expr::Int(number),
            _ => program::splice(text).told(self.statement),
        }
    }

    /// A command line: its text stays, program paths become packages.
    fn command(&mut self, text: &str) -> Expr {
        let head = text.trim_start_matches(['@', '-', ':', '+', '!', '|']);
        let marks = &text[..text.len() - head.len()];
        let end = head.find(char::is_whitespace).unwrap_or(head.len());
        let program = head[..end].trim_matches('"');
        if !program.contains(['/', '$', '%'])
            && let Some(package) = program::likely_package_of(program)
        {
            let mut parts = vec![StrPart::Literal(marks.to_owned())];
            parts.extend(program::program_parts(program, &package));
            self.statement.assume(program::claim(program, &package));
            parts.extend(program::splice(&head[end..]).parts_told(self.statement));
            parts.retain(|part| !matches!(part, StrPart::Literal(text) if text.is_empty()));
            return Expr::Str(program::joined(parts));
        }
        self.claim_program(program);
        if matches!(
            program,
            "/bin/sh" | "/bin/bash" | "/usr/bin/bash" | "/usr/bin/env"
        ) {
            // What a shell or `env` looks up comes from the unit's own path.
            let script = head[end..]
                .trim_start()
                .trim_start_matches(['-', 'c', 'e', 'u', 'x', 'S']);
            let script = script.trim_start().trim_matches(['"', '\'']);
            for package in commands::packages_of(script) {
                let expr = program::package_expr(package).unwrap_or_else(|| Expr::str(package));
                self.statement
                    .assume(format!("a program of its command is in `{package}`"));
                self.add(&["path"], expr);
            }
        }
        program::splice(text).told(self.statement)
    }

    /// A program outside the store has to be put there by something.
    fn claim_program(&mut self, program: &str) {
        let system = program == "/bin/sh" || program == "/usr/bin/env";
        let packaged = paths::out_of_place(program).is_some();
        let made = machine::files(self.machine).any(|file| file.path == program);
        if program.starts_with('/') && !system && !packaged && !made {
            self.statement
                .assume(format!("the program `{program}` is there"));
        }
    }

    fn claims(&mut self, name: &str, values: &[Text]) {
        let Some(value) = last_plain(values) else {
            return;
        };
        let claim = match name {
            "User" if !value.contains('%') => paths::user_claim(self.machine, value),
            "Group" if !value.contains('%') => paths::group_claim(self.machine, value),
            _ => None,
        };
        if let Some(claim) = claim {
            self.statement.assume(claim);
        }
    }

    /// `Environment=`: known variables are options, secret ones come from a file outside the store.
    pub(super) fn environment(&mut self, values: &[Text]) {
        let mut secret_lines = Vec::new();
        for value in values {
            let (atoms, holes) = atoms(value);
            let words = match words(&atoms) {
                Ok(words) => words,
                Err(problem) => {
                    let reason = format!("`Environment={value}` cannot be read: {problem}");
                    self.statement.left.push(Left::new(Code::BadInput, reason));
                    continue;
                }
            };
            for word in words {
                let word = text(&word, &holes);
                if word
                    .worst_hole()
                    .is_some_and(|hole| hole.kind == HoleKind::Secret)
                {
                    secret_lines.push(word);
                } else if let Some((name, value)) =
                    word.plain().and_then(|word| word.split_once('='))
                {
                    self.variable(name, value);
                }
            }
        }
        if !secret_lines.is_empty() {
            let path = format!("/run/secrets/{}.env", self.unit.trim_end_matches('@'));
            self.statement
                .assume(format!("its secret variables are put into `{path}`"));
            let used_by = format!("the unit `{}`", self.unit);
            self.statement.secrets.push(Secret {
                units: vec![format!("{}.service", self.unit)],
                ..secret::secret(&path, &secret::variables(&secret_lines), used_by)
            });
            self.environment_files.push(path);
        }
    }

    /// Takes the leaves, with the files of environment as one of them.
    pub(super) fn finish(mut self) -> Vec<Leaf> {
        let files = std::mem::take(&mut self.environment_files);
        let expr = match files.as_slice() {
            [] => return self.leaves,
            [file] if self.base == Base::Own => Expr::str(file),
            files => Expr::strs(files),
        };
        for clause in std::mem::take(&mut self.file_clauses) {
            self.statement.assume(clause);
        }
        self.set(&["serviceConfig", "EnvironmentFile"], expr);
        self.leaves
    }

    /// NixOS gives every service its own `PATH`: folders of the distribution have nothing to add to it.
    fn variable(&mut self, name: &str, value: &str) {
        if name != "PATH" {
            // A variable that names a program's path needs the package as a command does.
            let expr = program::splice(value).told(self.statement);
            self.set(&["environment", name], expr);
            return;
        }
        let own: Vec<&str> = value
            .split(':')
            .filter(|folder| {
                !folder.is_empty()
                    && paths::out_of_place(folder).is_none()
                    && !folder.starts_with("/usr/local/")
                    && !folder.starts_with("/snap")
            })
            .collect();
        self.statement
            .assume("the programs of its PATH are in the system's packages");
        let mut folders = own;
        folders.push("/run/wrappers/bin");
        folders.push("/run/current-system/sw/bin");
        let line = format!("PATH={}", folders.join(":"));
        self.set(&["serviceConfig", "Environment"], Expr::str(line));
    }

    /// `EnvironmentFile=`: a file with secrets is where the person puts it.
    pub(super) fn environment_file(&mut self, values: &[Text], reset: bool) {
        if reset && self.base == Base::Foreign {
            self.directive("serviceConfig", "EnvironmentFile", values, reset);
            return;
        }
        for value in values.iter().filter_map(Text::plain) {
            let path = value.trim_start_matches('-');
            if let Some(secret) = paths::secret_file(self.machine, path) {
                self.statement
                    .assume(format!("the content of `{path}` is put into `{secret}`"));
                self.environment_files.push(secret);
                continue;
            }
            let made = machine::files(self.machine).any(|file| file.path == path);
            if !made && !value.starts_with('-') {
                self.statement.assume(format!("the file `{path}` is there"));
            }
            self.environment_files.push(value.to_owned());
        }
        let clauses = self.statement.recent();
        self.file_clauses.extend(clauses);
    }
}

fn atoms(value: &Text) -> (Vec<Atom>, Vec<Text>) {
    let mut atoms = Vec::new();
    let mut holes = Vec::new();
    for piece in value.pieces() {
        match piece {
            Piece::Literal(text) => atoms.extend(text.chars().map(Atom::Char)),
            Piece::Hole(hole) => {
                atoms.push(Atom::Hole(holes.len()));
                holes.push(Text::hole(hole.clone()));
            }
        }
    }
    (atoms, holes)
}

fn text(word: &[Atom], holes: &[Text]) -> Text {
    let mut text = Text::new();
    for atom in word {
        match atom {
            Atom::Char(c) => text.push_str(c.encode_utf8(&mut [0; 4])),
            Atom::Hole(at) => {
                if let Some(hole) = holes.get(*at) {
                    text.push(hole);
                }
            }
        }
    }
    text
}
