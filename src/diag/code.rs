//! The table of diagnostics: one row each.

use super::Severity;

macro_rules! codes {
    ($($variant:ident $id:literal $severity:ident $title:literal; more: $more:literal cure: $cure:literal;)*) => {
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

            /// What it means for the output.
            pub fn more(self) -> &'static str {
                match self { $(Code::$variant => $more,)* }
            }

            /// What a person can do; empty where there is nothing to do.
            pub fn cure(self) -> &'static str {
                match self { $(Code::$variant => $cure,)* }
            }
        }
    };
}

codes! {
    SourceUnreadable  "source-unreadable"         Error   "A file that is needed cannot be read";
        more: "What it holds is missing from the translation; what needs it says so too."
        cure: "Make it readable for whoever runs ops2nix, or take it out of the input.";
    SourceOutside     "source-outside"            Warning "A path leads out of the root of the input and was not opened";
        more: "Only what lies below the root is read, so that a foreign input cannot lead to files of this machine."
        cure: "Copy the file into the input, or give the folder above as the input.";
    SourceLatin1      "source-latin1"             Warning "A file is no UTF-8 and was read as Latin-1";
        more: "Each byte was taken for one character. That is right for Western European texts, and wrong for others."
        cure: "Save the file as UTF-8.";
    SourceEmpty       "source-empty"              Warning "A file that should say something is empty";
        more: "Nothing is taken from it."
        cure: "Put its content back, or remove the file and what names it.";
    YamlSyntax        "yaml-syntax"               Error   "A file is not YAML";
        more: "Nothing of the file is translated; all other files are."
        cure: "Look at the line and those above it: an indentation, a tab, or a `:` in a text without quotes is the usual cause.";
    YamlBomb          "yaml-bomb"                 Error   "The aliases of a YAML file grow beyond all measure";
        more: "The file was left before it filled the memory."
        cure: "Write out what the aliases (`*name`) stand for.";
    YamlDuplicateKey  "yaml-duplicate-key"        Warning "A key stands twice in a mapping; the last one counts";
        more: "Ansible takes the last one too, so the translation is what Ansible does."
        cure: "Remove the key that does not count.";
    NixSyntax         "nix-syntax"                Error   "A file is not Nix";
        more: "The first place at which the file cannot be read is said; what stands elsewhere in it is checked as far as it can be."
        cure: "Look at the place and before it: a `;` that is missing or a bracket that is left open is the usual cause.";
    JinjaSyntax       "jinja-syntax"              Error   "A template does not parse";
        more: "What is made of the template is left to you, with a comment where it belongs."
        cure: "Correct the expression; Ansible fails on it too.";
    JinjaUndefined    "jinja-undefined"           Error   "A variable has no value";
        more: "What needs the variable is left to you. It may be set where ops2nix does not look: a fact of the machine, a \
         vault, a survey."
        cure: "Give it with -e name=value, in the inventory, or with --facts FILE.";
    JinjaUnsupported  "jinja-unsupported"         Warning "A filter, test, lookup or function of a template is not known";
        more: "Its result is unknown here, and so is all that is made of it."
        cure: "Replace it by one that is known, or write its result into a variable.";
    JinjaFailed       "jinja-failed"              Error   "A template cannot be evaluated with these values";
        more: "What is made of the template is left to you."
        cure: "The message says which value does not fit; correct the value or the expression.";
    AnsibleShape      "ansible-shape"             Error   "A play, task or role does not have the shape that Ansible asks for";
        more: "That part is left to you, as a comment in the output; what stands around it is translated."
        cure: "Write it as Ansible's manual has it; `ansible-playbook --syntax-check` says the same.";
    AnsibleKeyword    "ansible-unknown-keyword"   Warning "A play or task has a keyword that Ansible does not know";
        more: "It is passed over."
        cure: "Look at its spelling; a parameter of the module stands one level deeper.";
    UnknownModule     "ansible-unknown-module"    Warning "An Ansible module has no importer";
        more: "The task is left to you: a comment with its parameters stands where its output would."
        cure: "State what it does with NixOS options. `ops2nix explain modules` lists those that are read.";
    UnknownParam      "ansible-unknown-param"     Warning "A parameter of a module is not understood";
        more: "The rest of the task is translated, under the assumption that the parameter changes nothing."
        cure: "Look at whether it does. If so, state that in a module of your own.";
    MissingParam      "ansible-missing-param"     Error   "A parameter that the module needs is not given";
        more: "The task is left to you; Ansible refuses it too."
        cure: "Give the parameter.";
    BadParam          "ansible-bad-param"         Error   "A parameter has a value that the module does not take";
        more: "The task is left to you; Ansible refuses it too."
        cure: "Give a value that the module takes; its manual lists them.";
    MissingRole       "ansible-missing-role"      Error   "A role is not in the input";
        more: "What the role does is missing from the translation."
        cure: "Install it below roles/, as `ansible-galaxy install -p roles` does, and run again.";
    RoleCycle         "ansible-role-cycle"        Error   "Roles depend on each other in a circle";
        more: "Each role of the circle is played once."
        cure: "Take one of the dependencies out of meta/main.yml.";
    IncludeCycle      "ansible-include-cycle"     Error   "Files include each other in a circle";
        more: "The file is not read again inside of itself."
        cure: "End the circle with a condition that is decided by variables, or with a loop.";
    MissingFile       "ansible-missing-file"      Error   "A file that a task names is not in the input";
        more: "What the task makes of it is left to you."
        cure: "Put the file back. One that is made on the controller before the play belongs into the input.";
    UnknownHandler    "ansible-unknown-handler"   Warning "A notified handler does not exist";
        more: "Nothing is done for the notification."
        cure: "Look at the spelling of `notify` and of the handler's name, and at whether its role is played.";
    InventorySyntax   "ansible-inventory-syntax"  Error   "A line of an inventory cannot be read";
        more: "The line is passed over; the hosts of the others are there."
        cure: "Write it as Ansible's manual has it; `ansible-inventory --list` says the same.";
    InventoryScript   "ansible-inventory-script"  Warning "An inventory is a program or a plugin, which is never run";
        more: "Nothing of the input is executed, so its hosts are not known."
        cure: "Save what it prints (`ansible-inventory -i FILE --list --yaml > hosts.yml`) and give that with -i.";
    ManyHosts         "ansible-many-hosts"        Note    "Plays name more than 20 hosts and groups and there is no inventory";
        more: "One host with the name `all` plays everything."
        cure: "Give an inventory with -i, or choose hosts with -l.";
    NoHost            "ansible-no-host"           Warning "A pattern matches no host";
        more: "What is for these hosts is not translated."
        cure: "Look at `hosts` of the plays, at the inventory, and at -l.";
    FactsAssumed      "ansible-facts-assumed"     Note    "The facts of a host come from a built-in profile";
        more: "Conditions on the distribution are decided by it, and what hangs on them is `assumed`."
        cure: "Give real facts with --facts (`ansible HOST -m setup --tree facts`), or another profile with --assume.";
    MostlySkipped     "ansible-mostly-skipped"    Warning "Most tasks have a condition that is false under the facts that are assumed";
        more: "They are for another system than the one that the hosts are taken to have, or wait for a variable that nobody sets."
        cure: "Say which system it is with --assume, give real facts with --facts, or set the variable with -e.";
    ForeignSystem     "ansible-foreign-system"    Warning "A host runs a system that is no Linux";
        more: "Its packages, services and paths mean something else on NixOS, so that none of its tasks is translated by half."
        cure: "Leave the host out with -l, or state by hand what is to move to NixOS.";
    VaultLocked       "ansible-vault-locked"      Warning "A vault has no password here; its values stay secret references";
        more: "What holds such a value reads it on the machine from a file below /run/secrets."
        cure: "Put the values there as secrets/README.md of the output says, one entry for each.";
    VaultPassword     "ansible-vault-password"    Error   "A vault does not open with the passwords that were given";
        more: "The translation goes on as without a password: its values stay references to secrets."
        cure: "Give the file that holds its password with --vault-password-file FILE or --vault-id LABEL@FILE.";
    VaultOpened       "ansible-vault-opened"      Note    "Vaults are opened with a password that lies in the input";
        more: "What comes out is used for decisions only, and is never shown."
        cure: "Take the password out of the repository if others can read it.";
    CollectionImport  "ansible-missing-playbook"  Error   "A playbook that another imports is not in the input";
        more: "Its plays are missing from the translation."
        cure: "Put the file back, or install the collection below collections/.";
    CertainFailure    "ansible-certain-failure"   Warning "A task is certain to fail with these variables";
        more: "Ansible would stop here; the translation goes on as if the task were not there."
        cure: "Set the variables that the task asks for, with -e or in the inventory.";
    HostStops         "ansible-host-stops"        Error   "A failure that nothing rescues ends the plays of a host";
        more: "Nothing behind the task is translated for the host, since Ansible would do nothing of it."
        cure: "Mend what fails. To translate what is behind it all the same, leave the task out with --skip-tags or a condition.";
    ConditionType     "ansible-condition-type"    Warning "A condition comes to something else than a boolean";
        more: "ansible-core since 2.19 refuses it; the translation takes Python's truth of it, as older versions did."
        cure: "Write what is meant: `| bool` for a word such as yes, `| length > 0` for a list, `is defined` for a variable.";
    DockerfileSyntax  "dockerfile-syntax"         Error   "A line of a Dockerfile cannot be read";
        more: "The line is left to you; all others are read. Docker refuses the whole file."
        cure: "Mend the line. One that belongs to the line above needs the escape character at the end of that.";
    DockerfileForm    "dockerfile-form"           Warning "A command looks like JSON and is none";
        more: "Docker gives all of it to a shell, brackets included, and so does the translation."
        cure: "Put the words in double quotes: CMD [\"program\", \"argument\"].";
    DockerfileTemplate "dockerfile-template"      Error   "A file is a template from which Dockerfiles are made";
        more: "Nothing of it is translated: what its holes become is decided by another program."
        cure: "Render it as its project does, and translate the Dockerfile that comes out.";
    DockerfileNoFrom  "dockerfile-no-from"        Error   "A file is no Dockerfile";
        more: "A Dockerfile begins its image with FROM; this file never does."
        cure: "Give another file, or name the kind of the input with --from.";
    DockerfileUnset   "dockerfile-unset"          Warning "A variable of a Dockerfile has no value";
        more: "Docker takes the empty text. Where the variable names the image below, that image is not known."
        cure: "Give the value with --build-arg NAME=VALUE, or declare the variable with ARG in the stage that uses it.";
    DockerfileMissing "dockerfile-missing-source" Error   "What COPY or ADD names is not in the build context";
        more: "What it brings is left to you. The build context is the folder of the Dockerfile, without what .dockerignore leaves out."
        cure: "Give the folder of the context with --context, or put the file there.";
    DockerfileTarget  "dockerfile-unknown-target" Error   "The stage that was asked for does not exist";
        more: "The last stage is translated instead."
        cure: "Give --target the name or number of a stage.";
    DockerfileFrontend "dockerfile-frontend"      Warning "A Dockerfile is for another program than Docker's own";
        more: "It is read as Docker's own frontend reads it; what the other one reads otherwise is wrong here."
        cure: "Look through what became of each instruction, with --report account.md.";
    DockerfileWindows "dockerfile-windows"        Warning "An image for Windows is not translated";
        more: "What it runs needs Windows, and NixOS is Linux."
        cure: "Find what the image runs for Linux, and translate that image.";
    FirewallOn        "firewall-on"               Note    "The source has no firewall, NixOS has one";
        more: "All ports are closed but those that the source opens."
        cure: "Open what is missing with networking.firewall.allowedTCPPorts, or set networking.firewall.enable = false.";
    OptionClash       "option-clash"              Error   "Two rules set one option to different values";
        more: "The first value stands, and the other is left to you as a comment."
        cure: "Choose: make the source say one thing, or override the option in local.nix with lib.mkForce.";
    OptionUnknown     "option-unknown"            Error   "An option is not in the index of the release";
        more: "The definition is left to you as a comment, because NixOS would refuse it."
        cure: "`ops2nix explain OPTION` shows the nearest names, and the new name of a renamed one.";
    OptionType        "option-type"               Error   "A value does not have the type of its option";
        more: "The definition is left to you as a comment, because NixOS would refuse it."
        cure: "`ops2nix explain OPTION` shows what it takes.";
    OptionForeign     "option-foreign"            Warning "An option is not NixOS's own, and modules from elsewhere are imported";
        more: "A module that the files import, but that is not among them, may declare it. If none does, NixOS refuses it."
        cure: "Look at its spelling. --options with the options of your own system knows those of all its modules.";
    OptionRenamed     "option-renamed"            Warning "An option has another name in the release";
        more: "NixOS still takes the old name, with a warning, until it is removed."
        cure: "Write the new name; `ops2nix check --fix` does it where the value stays the same.";
    OptionAlias       "option-alias"              Note    "An option is set by another name, which NixOS takes as well";
        more: "Both names mean the same option, and NixOS says nothing about either."
        cure: "Nothing needs to be done; the manual has the other name.";
    OptionRemoved     "option-removed"            Error   "An option is no longer in the release";
        more: "NixOS refuses a configuration that sets it."
        cure: "Take it out, and look at the release notes for what stands in its place.";
    OptionRequired    "option-required"           Warning "An option that has no default is not given";
        more: "The definition that needs it is left to you as a comment, because NixOS would refuse it."
        cure: "Give both in local.nix, or let the source say it.";
    InputsDisagree    "inputs-disagree"           Warning "Two inputs say different things of one host";
        more: "What the first input says stands; the other is left to you as a comment."
        cure: "--prefer playbook or --prefer host says which one counts wherever they disagree.";
    InputDecided      "input-decided"             Note    "Two inputs disagree, and --prefer decided";
        more: "The preferred input stands; what the other says is left out."
        cure: "Look at whether the host had drifted, or the playbook is behind.";
    HostsTakenAsOne   "hosts-taken-as-one"        Note    "Hosts of two inputs have different names and are taken as the same";
        more: "Each input has one host only, so they are joined."
        cure: "Translate them one by one where they are different machines.";
    ServiceRenamed    "service-renamed"           Note    "NixOS has a service of this name, so the input's own has another one";
        more: "An option that is declared twice does not evaluate, so the service has `-app` behind its name: its options, its \
          unit, its user and its folders."
        cure: "Look whether the module of NixOS is what you want: it is kept up for you.";
    ServiceNotEnabled "service-not-enabled"       Warning "A service needs something from a person before a host can enable it";
        more: "The module is whole but for one option without a default: what to start, or the package that has the program."
        cure: "Give the option and enable the service, as the comment in the host's file shows.";
    ServiceHardened   "service-hardened"          Note    "A service is sandboxed beyond what the source says";
        more: "--harden adds directives that keep a service from what services seldom need; the comment beside them names them."
        cure: "Where the service fails with them, set the one that is in its way with lib.mkForce in local.nix.";
    HandEdited        "output-hand-edited"        Warning "A file of the output was changed by hand and was not overwritten";
        more: "Where the sources changed other lines than you, both changes are joined. Here the same lines changed, or ops2nix \
         does not know what it wrote before, or the file would not be right with both: it stays as you made it."
        cure: "`ops2nix diff` shows both. Take over what you want of it by hand, or let --on-conflict markers write both into the \
         file; to have ours as a whole, move your file away and run again. What is yours is safest in hosts/HOST/local.nix, which is \
         never written.";
    HandEditsJoined   "output-edits-joined"       Note    "A file of the output was changed by hand, and got what is new besides";
        more: "What the run before wrote, your file and what is to be written are compared line by line; you and the sources changed \
         different lines."
        cure: "`ops2nix diff` shows beforehand what would be written.";
    HandEditStays     "output-edit-stays"         Note    "A file of the output was changed by hand, and nothing of it is new";
        more: "What would be written is what the run before wrote, so your changes stay as they are."
        cure: "`ops2nix diff` shows them.";
    NothingToDo       "nothing-to-translate"      Error   "The input holds nothing that can be translated";
        more: "No file was written."
        cure: "Give the folder that holds the playbooks, or one of them; --from says what kind of input it is.";
    EtcForeign        "etc-foreign"               Warning "The root is of a system whose own files are not known here";
        more: "Files that a package of that system brought cannot be told from those that somebody wrote."
        cure: "Look through what became `manual` or `environment.etc`, and leave out what the system had by itself.";
    EtcNotRead        "etc-not-read"              Warning "Something below /etc is no file that can be read";
        more: "Devices, sockets, binary and huge files, and links that lead out of the root are named and never opened."
        cure: "Put onto the new machine by hand what it needs of them.";
    EtcRelease        "etc-release"               Note    "What the files of this release held as shipped is not known here";
        more: "They are compared with those of another release of the distribution."
        cure: "Give the root with its var/lib/dpkg/status, which knows the checksums of the files as they were shipped.";
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
