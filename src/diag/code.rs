//! The table of diagnostics: one row each.

use super::Severity;

macro_rules! codes {
    ($($variant:ident $id:literal $severity:ident $title:literal;)*) => {
        /// What a diagnostic is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the name that users see: `area-problem`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id,)* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

codes! {
    SourceUnreadable  "source-unreadable"         Error   "A file that is needed cannot be read";
    SourceOutside     "source-outside"            Warning "A path leads out of the root of the input and was not opened";
    SourceLatin1      "source-latin1"             Warning "A file is no UTF-8 and was read as Latin-1";
    SourceEmpty       "source-empty"              Warning "A file that should say something is empty";
    YamlSyntax        "yaml-syntax"               Error   "A file is not YAML";
    YamlBomb          "yaml-bomb"                 Error   "The aliases of a YAML file grow beyond all measure";
    YamlDuplicateKey  "yaml-duplicate-key"        Warning "A key stands twice in a mapping; the last one counts";
    JinjaSyntax       "jinja-syntax"              Error   "A template does not parse";
    JinjaUndefined    "jinja-undefined"           Error   "A variable has no value";
    JinjaUnsupported  "jinja-unsupported"         Warning "A filter, test, lookup or function of a template is not known";
    JinjaFailed       "jinja-failed"              Error   "A template cannot be evaluated with these values";
    AnsibleShape      "ansible-shape"             Error   "A play, task or role does not have the shape that Ansible asks for";
    AnsibleKeyword    "ansible-unknown-keyword"   Warning "A play or task has a keyword that Ansible does not know";
    UnknownModule     "ansible-unknown-module"    Warning "An Ansible module has no importer";
    UnknownParam      "ansible-unknown-param"     Warning "A parameter of a module is not understood";
    MissingParam      "ansible-missing-param"     Error   "A parameter that the module needs is not given";
    BadParam          "ansible-bad-param"         Error   "A parameter has a value that the module does not take";
    MissingRole       "ansible-missing-role"      Error   "A role is not in the input";
    RoleCycle         "ansible-role-cycle"        Error   "Roles depend on each other in a circle";
    IncludeCycle      "ansible-include-cycle"     Error   "Files include each other in a circle";
    MissingFile       "ansible-missing-file"      Error   "A file that a task names is not in the input";
    UnknownHandler    "ansible-unknown-handler"   Warning "A notified handler does not exist";
    InventorySyntax   "ansible-inventory-syntax"  Error   "A line of an inventory cannot be read";
    InventoryScript   "ansible-inventory-script"  Warning "An inventory is a program or a plugin, which is never run";
    ManyHosts         "ansible-many-hosts"        Note    "Plays name more than 20 hosts and groups and there is no inventory";
    NoHost            "ansible-no-host"           Warning "A pattern matches no host";
    FactsAssumed      "ansible-facts-assumed"     Note    "The facts of a host come from a built-in profile";
    VaultLocked       "ansible-vault-locked"      Warning "A vault has no password here; its values stay secret references";
    CollectionImport  "ansible-missing-playbook"  Error   "A playbook that another imports is not in the input";
    CertainFailure    "ansible-certain-failure"   Warning "A task is certain to fail with these variables";
    FirewallOn        "firewall-on"               Note    "The source has no firewall, NixOS has one";
    OptionClash       "option-clash"              Error   "Two rules set one option to different values";
    OptionUnknown     "option-unknown"            Error   "An option is not in the index of the release";
    OptionType        "option-type"               Error   "A value does not have the type of its option";
    OptionRequired    "option-required"           Error   "An option that has no default is not given";
    ServiceRenamed    "service-renamed"           Note    "NixOS has a service of this name, so the input's own has another one";
    ServiceNotEnabled "service-not-enabled"       Warning "A service needs something from a person before a host can enable it";
    HandEdited        "output-hand-edited"        Warning "A file of the output was changed by hand and was not overwritten";
    NothingToDo       "nothing-to-translate"      Error   "The input holds nothing that can be translated";
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let mut ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(ids.iter().all(|id| {
            id.bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        }));
    }
}
