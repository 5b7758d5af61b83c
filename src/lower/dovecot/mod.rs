//! dovecot.conf and what it includes: `services.dovecot2`.
//!
//! nixos/modules/services/mail/dovecot.nix writes one file of `settings`: first what has values, by name, then sections, by
//! name. It runs dovecot 2.4 unless it is told otherwise, which does not understand the files of 2.3; where no file says
//! `dovecot_config_version`, the package is that of 2.3, so that all of it stays as it is.
//!
//! A file states what it has the last word on; what the packages of the old system bring besides, the first file states.

mod shipped;
#[cfg(test)]
mod tests;
mod whole;

use super::machine;
use super::paths;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Content, File, Machine, Resource};
use crate::nix::{Expr, Operator};
use crate::plan::{Definition, OptionPath, Plan, Setting};
use crate::syntax::dovecot_conf::{self, unquoted};
use whole::{Block, FOLDER, MAIN, Owner, Whole};

/// Where the parts of dovecot are, and under whom it runs: the module has its own.
const OWN: [&str; 6] = [
    "base_dir",
    "default_internal_group",
    "default_internal_user",
    "libexec_dir",
    "mail_plugin_dir",
    "state_dir",
];

/// Settings that the module has as lists.
const LISTS: [&str; 6] = [
    "auth_mechanisms",
    "protocols",
    "sieve_extensions",
    "sieve_global_extensions",
    "sieve_plugins",
    "login_trusted_networks",
];

/// Names, which Nix joins with other text: never numbers.
const NAMES: [&str; 2] = ["mail_uid", "mail_gid"];

const QUEUE: (&str, &str) = ("/var/spool/postfix/", "/var/lib/postfix/queue/");

/// Lowers a file of dovecot's configuration; `None` for any other, which stays where dovecot is told to read it.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let below = file.path.strip_prefix(FOLDER)?;
    let is_part = below.starts_with("/conf.d/");
    let is_named = is_part || file.path == MAIN || below == "/local.conf";
    let whole = match whole::read(machine) {
        Ok(whole) => whole,
        Err(left) => {
            return is_named.then(|| {
                Lowered::Manual(left.about("services.dovecot2.settings").cure(
                    "State it by services.dovecot2.settings; a value that is secret stays in a file that a setting names.",
                ))
            });
        }
    };
    match whole.files.iter().position(|it| *it == file.path) {
        Some(own) => Some(state(&whole, own, machine)),
        None => is_named.then(|| {
            let why = "nothing includes this file, so dovecot does not read it";
            Lowered::NotNeeded(Code::NoMeaning, why.to_owned())
        }),
    }
}

/// Has the packages fit each other: plugins are made for one version of dovecot, and the module's own one asks for
/// settings that no file of an older one has.
pub(super) fn finish(plan: &mut Plan) {
    let dovecot = root();
    let package = dovecot.child("package");
    let version = dovecot.child("settings").child("dovecot_config_version");
    if plan.get(&version).is_some() {
        return;
    }
    let enable = plan.get(&dovecot.child("enable"));
    if let (Some(Setting::One(enable)), None) = (enable, plan.get(&package)) {
        let definition = Definition {
            expr: of_2_3("pkgs.dovecot_2_3", "pkgs.dovecot"),
            ..enable.clone()
        };
        // The option has no value, so this one cannot clash.
        let _ = plan.set(package.clone(), definition);
    }
    if plan.get(&package).is_none() {
        return;
    }
    plan.rewrite(|path, expr| {
        let is_package = path.names() == ["environment", "systemPackages"];
        let is_newer = *expr == Expr::package("dovecot_pigeonhole");
        (is_package && is_newer)
            .then(|| of_2_3("pkgs.dovecot_pigeonhole_0_5", "pkgs.dovecot_pigeonhole"))
    });
}

/// What belongs to the version of the old files, which a tree of nixpkgs may have under the plain name or not at all.
fn of_2_3(own: &str, plain: &str) -> Expr {
    Expr::binary(Expr::select(own), Operator::Or, Expr::select(plain))
}

fn root() -> OptionPath {
    OptionPath::new(["services", "dovecot2"])
}

fn state(whole: &Whole, own: usize, machine: &Machine) -> Lowered {
    let mut statement = Statement::default();
    let mut writer = Writer {
        own,
        machine,
        is_old: whole.top.get("dovecot_config_version").is_none(),
        statement: &mut statement,
    };
    writer.whole(whole);
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Lowered::NotNeeded(
            Code::NoMeaning,
            "it says nothing that dovecot or NixOS has not by itself, or other files say otherwise"
                .to_owned(),
        );
    }
    Lowered::Stated(statement)
}

/// Writes what one file has to state.
struct Writer<'a> {
    own: usize,
    machine: &'a Machine,
    /// The configuration is one of dovecot 2.3.
    is_old: bool,
    statement: &'a mut Statement,
}

impl Writer<'_> {
    fn is_own(&self, owner: Owner) -> bool {
        owner.unwrap_or(0) == self.own
    }

    fn whole(&mut self, whole: &Whole) {
        let settings = root().child("settings");
        if self.own == 0 {
            self.first(whole);
        }
        for (name, value, owner) in &whole.top.settings {
            if self.is_own(*owner) && !(name == "protocols" && whole.has_protocols_of_packages) {
                self.setting(&settings, name, value);
            }
        }
        let is_pam = has_simple_pam(&whole.top);
        let is_login =
            |head: &str| is_pam && (head.starts_with("passdb") || head.starts_with("userdb"));
        if is_pam && self.own == 0 {
            self.statement
                .set(root().child("enablePAM"), Expr::Bool(true));
        }
        self.sections(&whole.top, &settings, &is_login);
        if !is_pam {
            self.pam_services(&whole.top);
        }
    }

    /// States what no file but the whole says.
    fn first(&mut self, whole: &Whole) {
        let dovecot = root();
        if self.is_old {
            let package = of_2_3("pkgs.dovecot_2_3", "pkgs.dovecot");
            let with = databases(self.machine);
            let package = if with.is_empty() {
                package
            } else {
                let with = with.iter().map(|it| ((*it).to_owned(), Expr::Bool(true)));
                Expr::Apply(
                    Box::new(of_2_3("pkgs.dovecot_2_3.override", "pkgs.dovecot.override")),
                    vec![Expr::Attrs(with.collect())],
                )
            };
            self.statement.set(dovecot.child("package"), package);
        } else if whole.top.get("dovecot_storage_version").is_none()
            && let Some(version) = whole.top.get("dovecot_config_version")
        {
            let path = dovecot.child("settings").child("dovecot_storage_version");
            self.statement.set(path, Expr::str(version));
        }
        if self.is_old && whole.top.get("auth_mechanisms").is_none() {
            let path = dovecot.child("settings").child("auth_mechanisms");
            self.statement.set(path, Expr::strs(["plain"]));
        }
        if whole.has_protocols_of_packages {
            self.protocols(whole);
        }
        if uses_sieve(&whole.top) {
            // `finish` takes the one that fits.
            let path = OptionPath::new(["environment", "systemPackages"]);
            self.statement
                .add(path, Expr::package("dovecot_pigeonhole"));
        }
        if !whole.shipped.is_empty() {
            self.statement
                .assume("the other files of `/etc/dovecot` are as their package ships them");
        }
        self.mail_user(&whole.top);
    }

    fn protocols(&mut self, whole: &Whole) {
        let has = |name: &str| {
            self.machine.entries.iter().any(|entry| {
                if let Resource::Package(it) = &entry.resource {
                    it.name == name
                } else {
                    false
                }
            })
        };
        let installed = shipped::PROTOCOLS.iter().filter(|(name, _)| has(name));
        let mut protocols: Vec<&str> = installed.map(|(_, protocol)| *protocol).collect();
        let said = whole.top.get("protocols").unwrap_or_default();
        let own: Vec<&str> = said.split_whitespace().collect();
        if !own.is_empty() && !own.contains(&"$protocols") {
            protocols.clear();
        }
        protocols.extend(own.into_iter().filter(|it| *it != "$protocols"));
        if protocols.is_empty() {
            self.statement.assume(
                "it serves IMAP, POP3 and LMTP, as dovecot does where no package says less",
            );
            return;
        }
        let path = root().child("settings").child("protocols");
        self.statement.set(path, Expr::strs(protocols));
    }

    /// The module makes the user to whom all mail belongs, where the source does not.
    fn mail_user(&mut self, top: &Block) {
        let Some(user) = top.get("mail_uid") else {
            return;
        };
        let is_number = user.parse::<u32>().is_ok();
        let is_there = machine::users(self.machine).any(|it| it.name == user);
        if is_number || is_there || top.get("mail_gid").is_none() {
            let path = root().child("createMailUser");
            self.statement.set(path, Expr::Bool(false));
        }
    }

    fn setting(&mut self, at: &OptionPath, name: &str, value: &str) {
        if OWN.contains(&name) {
            self.statement
                .assume("NixOS's dovecot has users and folders of its own");
            return;
        }
        let value = self.at_home(name, value);
        match (name, value.as_str()) {
            ("ssl_dh", value) if value.starts_with("</usr/share/") => {
                self.statement
                    .assume("no client needs the ciphers that ask for Debian's parameters");
                return;
            }
            // NixOS has all of them in one file there.
            ("ssl_client_ca_dir", "/etc/ssl/certs") => {
                let file = "/etc/ssl/certs/ca-certificates.crt";
                self.statement
                    .set(at.child("ssl_client_ca_file"), Expr::str(file));
                return;
            }
            ("sendmail_path", value) if value.ends_with("/sendmail") => return,
            _ => {}
        }
        if names_foreign_folder(&value) {
            let why =
                format!("`{name}` names a file of `/usr`, which NixOS does not have: `{value}`");
            let left = Left::new(Code::CannotState, why).about("services.dovecot2.settings");
            self.statement
                .left
                .push(left.cure("Set it to the place of the file in its package."));
            return;
        }
        if value.contains("/etc/dovecot/private/") || value.contains("/etc/pki/dovecot/") {
            self.statement
                .assume("the certificate that the package made for itself is carried over");
        }
        self.statement.set(at.child(name), expr(name, &value));
    }

    /// What is called otherwise on NixOS, or lies elsewhere.
    fn at_home(&mut self, name: &str, value: &str) -> String {
        if matches!(
            name,
            "user" | "group" | "mail_privileged_group" | "mail_uid" | "mail_gid"
        ) {
            if value == "dovecot" {
                return "dovecot2".to_owned();
            }
            let claim = match name {
                "user" => paths::user_claim(self.machine, value),
                "group" | "mail_privileged_group" => paths::group_claim(self.machine, value),
                // The module makes them where nobody else does.
                _ => None,
            };
            let is_known = value.is_empty() || value.starts_with('$') || value.starts_with("dove");
            for clause in claim.into_iter().filter(|_| !is_known) {
                self.statement.assume(clause);
            }
        }
        self.queue(value)
    }

    fn queue(&mut self, text: &str) -> String {
        if text.contains(QUEUE.0) {
            self.statement
                .assume("postfix has its queue in `/var/lib/postfix/queue`, as on every NixOS");
        }
        text.replace(QUEUE.0, QUEUE.1)
    }

    fn sections(&mut self, block: &Block, at: &OptionPath, is_left_out: &dyn Fn(&str) -> bool) {
        for (head, inner, owner) in &block.sections {
            if is_left_out(head) || is_idle(head, inner) {
                continue;
            }
            let alike: Vec<&(String, Block, Owner)> = block
                .sections
                .iter()
                .filter(|(own, inner, _)| own == head && !is_idle(own, inner))
                .collect();
            if alike.len() == 1 {
                self.section(head, inner, *owner, at);
                continue;
            }
            // Several of one kind are a list, which the file of the first one states.
            let is_first = alike
                .first()
                .is_some_and(|(_, it, _)| std::ptr::eq(it, inner));
            if is_first && self.is_own(*owner) {
                let list = alike.iter().map(|(_, inner, _)| attrs(inner)).collect();
                self.statement.set(at.child(head), Expr::List(list));
            }
        }
    }

    fn section(&mut self, head: &str, inner: &Block, owner: Owner, at: &OptionPath) {
        let head = if self.is_own(owner) {
            self.queue(head)
        } else {
            head.replace(QUEUE.0, QUEUE.1)
        };
        let path = at.child(&head);
        if inner.settings.is_empty() && inner.sections.is_empty() && self.is_own(owner) {
            self.statement.set(path, Expr::Attrs(Vec::new()));
            return;
        }
        for (name, value, owner) in &inner.settings {
            if self.is_own(*owner) {
                self.setting(&path, name, value);
            }
        }
        self.sections(inner, &path, &|_| false);
    }

    /// A service of PAM that dovecot asks has to be there; what it requires is the machine's own affair.
    fn pam_services(&mut self, top: &Block) {
        for (head, block, owner) in &top.sections {
            let is_pam = head == "passdb" && block.get("driver") == Some("pam");
            if !is_pam || !self.is_own(*owner) {
                continue;
            }
            let args = block.get("args").unwrap_or_default();
            let name = args.split_whitespace().rfind(|it| !it.contains('='));
            let names = match name.unwrap_or("dovecot") {
                "*" | "%s" => vec!["imap", "pop3"],
                name => vec![name],
            };
            for name in names {
                let reason = format!("it asks the service `{name}` of PAM, which is not stated");
                let cure =
                    format!("Write `security.pam.services.{name} = {{ }};` for NixOS's usual one.");
                let left = Left::new(Code::CannotState, reason).cure(cure);
                self.statement
                    .left
                    .push(left.about("security.pam.services"));
            }
        }
    }
}

/// Tells whether logins are those of the system and nothing else: the module's own switch says so.
fn has_simple_pam(top: &Block) -> bool {
    let of = |kind: &str| -> Vec<&(String, Block, Owner)> {
        let all = top.sections.iter();
        all.filter(|(head, _, _)| head.split(' ').next() == Some(kind))
            .collect()
    };
    let (passwords, users) = (of("passdb"), of("userdb"));
    let ([(first, password, _)], [(second, user, _)]) = (passwords.as_slice(), users.as_slice())
    else {
        return false;
    };
    let is = |head: &str, kind: &str, driver: &str, block: &Block| {
        let named = head == format!("{kind} {driver}");
        let says = block.get("driver");
        says == Some(driver) || (named && says.is_none())
    };
    let args = |block: &Block, plain: &dyn Fn(&str) -> bool| {
        block.sections.is_empty()
            && block.settings.iter().all(|(name, value, _)| {
                name == "driver" || (name == "args" && value.split_whitespace().all(plain))
            })
    };
    is(first, "passdb", "pam", password)
        && is(second, "userdb", "passwd", user)
        && args(password, &|it| matches!(it, "dovecot" | "dovecot2"))
        && args(user, &|it| it.starts_with("blocking="))
}

fn is_idle(head: &str, block: &Block) -> bool {
    let inside = block.sections.iter().all(|(head, it, _)| is_idle(head, it));
    block.settings.is_empty() && inside && !dovecot_conf::makes_something(head)
}

/// Returns what the package has to be built with: databases that the source asks for passwords.
fn databases(machine: &Machine) -> Vec<&'static str> {
    let mut with = Vec::new();
    for (driver, package, flag) in [
        ("mysql", "dovecot-mysql", "withMySQL"),
        ("pgsql", "dovecot-pgsql", "withPgSQL"),
    ] {
        let is_installed = machine.entries.iter().any(|entry| {
            if let Resource::Package(it) = &entry.resource {
                it.name == package
            } else {
                false
            }
        });
        let says = |file: &File| {
            let Content::Text(text) = &file.content else {
                return false;
            };
            file.path.starts_with(FOLDER)
                && text.lines().iter().filter_map(|it| it.plain()).any(|line| {
                    let said = line.split_once('=').map(|(a, b)| (a.trim(), b.trim()));
                    said == Some(("driver", driver))
                })
        };
        if is_installed || machine::files(machine).any(says) {
            with.push(flag);
        }
    }
    with
}

/// Tells whether plugins of Pigeonhole are asked for.
fn uses_sieve(top: &Block) -> bool {
    let mut found = false;
    top.each(&mut |block| {
        found |= block.settings.iter().any(|(name, value, _)| {
            matches!(
                name.as_str(),
                "mail_plugins" | "protocols" | "sieve_plugins"
            ) && value.split_whitespace().any(|it| {
                matches!(
                    it,
                    "sieve" | "imap_sieve" | "sieve_imapsieve" | "sieve_extprograms"
                )
            })
        });
    });
    found
}

fn names_foreign_folder(value: &str) -> bool {
    let mut words = value.split([' ', ':', '<', '=']);
    words.any(|it| it.starts_with("/usr/") && !it.starts_with("/usr/local/"))
}

fn attrs(block: &Block) -> Expr {
    let settings = block.settings.iter();
    let settings = settings.map(|(name, value, _)| (name.clone(), expr(name, value)));
    let sections = block.sections.iter();
    let sections = sections.map(|(head, inner, _)| (head.clone(), attrs(inner)));
    Expr::Attrs(settings.chain(sections).collect())
}

fn expr(name: &str, value: &str) -> Expr {
    let plain = unquoted(value);
    if LISTS.contains(&name) {
        return Expr::strs(plain.split_whitespace());
    }
    // What would be read otherwise without its quotes keeps them.
    let needs_quotes = plain.trim() != plain
        || plain.contains(['"', '\'', '\\', '#', '$'])
        || plain.starts_with('<')
        || plain.is_empty();
    if plain != value && needs_quotes {
        return Expr::str(value);
    }
    match plain.as_str() {
        "yes" => Expr::Bool(true),
        "no" => Expr::Bool(false),
        text => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text && !NAMES.contains(&name) => Expr::Int(number),
            _ => Expr::str(text),
        },
    }
}
