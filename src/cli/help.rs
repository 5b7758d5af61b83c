//! What `--help` says of the commands: abouts, examples and exit statuses.

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0  Done; items left to you by hand are no failure
  1  Done, but a diagnostic is at or above --fail-on, or coverage is below --min-coverage
  2  Could not work: bad arguments, unreadable input, nothing to translate";

pub(super) const ABOUT: &str = "Translate Ansible, Dockerfiles and /etc into NixOS modules, with an account of everything read";

pub(super) const LONG_ABOUT: &str = "\
Translate imperative machine configuration into NixOS modules.

ops2nix computes the state that playbooks would have reached on each host, reads what the /etc of a machine says, and \
turns the recipe of an image into a service; it states them as NixOS options, systemd units and files. Every task, \
instruction, file and line ends in exactly one verdict with a reason; what cannot be translated stands as a comment where \
it belongs. The input is only read: nothing of it is executed, and there is no network.";

pub(super) const EXAMPLES: &str = "\
Examples:
  Write the configuration of a project, of an image, of a machine
    ops2nix translate ~/ansible --out ~/nixos
    ops2nix translate ~/shop/Dockerfile --out ~/nixos
    ops2nix translate ~/captured-root --out ~/nixos

  See it without writing anything
    ops2nix translate ~/ansible --stdout

  Learn what became of every task
    ops2nix translate ~/ansible --out ~/nixos --report account.md";

pub(super) const TRANSLATE_ABOUT: &str =
    "Write the NixOS configuration of playbooks, images and machines";

pub(super) const TRANSLATE_LONG: &str = "\
Write the NixOS configuration of the inputs: a flake, a folder for each host, a module for each role, service and topic.

An INPUT is one of these; --from says which, where that is not plain:
  ansible     A project's folder, or playbooks of it. A playbook's root is the nearest folder above it with an ansible.cfg, \
roles or an inventory. A folder below with its own ansible.cfg or inventory is a project of its own and goes to the folder \
of DIR of the same name.
  dockerfile  A Dockerfile, or a folder with Dockerfiles. Each becomes a module with options of its own, which the host \
`example` imports. Its folder is the build context, where --context says nothing else.
  etc         A folder that holds the etc of a machine, such as a copy of its root.

Several inputs make one configuration: what a playbook and the root of a host say of the same host is joined. What they \
agree on is stated once, with both origins; where they disagree the first one given stands, or the one of --prefer.

Services are as sandboxed as their units say. With --harden those that the output itself defines are kept from what \
services seldom need (PrivateTmp, ProtectSystem=full, NoNewPrivileges and others of systemd.exec(5)), unless the unit or a \
script that it runs speaks against it. What is added is said beside it and in a note.

Jobs of cron become services with timers; what a job prints goes to the journal. With --cron cron they stay lines of \
services.cron.

What is left to you stands in DIR too, in files that are there only where there is something to say:
  values.nix          names for what the source leaves to whoever runs it, each waiting for a value
  secrets/README.md   each secret: where it was, what it is for, where its value goes; none of them is written (--secrets)
  MIGRATION.md        the data to carry over, with the commands, and traps of versions

A file of DIR that you changed keeps your changes, and one that you made is never touched: DIR/.ops2nix knows what the run \
before wrote. Where you and the sources changed different lines of a file, it gets both; where they are the same lines it \
stays as you made it, and you are told (--on-conflict). Files that are no longer produced are removed.

The file ops2nix.toml in the input's root sets the same options by their long names (`inventory = [\"hosts\"]`, \
`strict = true`); the command line wins.";

pub(super) const TRANSLATE_EXAMPLES: &str = "\
Examples:
  Write the configuration of all playbooks of a folder
    ops2nix translate ~/ansible --out ~/nixos

  One playbook, with an inventory, for one group
    ops2nix translate ~/ansible/site.yml -i ~/ansible/staging -l web --out ~/nixos

  Take the facts of a real machine
    ansible web1 -m setup --tree facts
    ops2nix translate ~/ansible --facts facts/web1 --out ~/nixos

  Let what stands in vaults decide; it is never shown
    ops2nix translate ~/ansible --vault-password-file ~/.vault_pass --out ~/nixos

  A machine as its playbook would make it, and what it has besides
    ops2nix translate ~/ansible ~/captured-root --prefer playbook --out ~/nixos

  Fail in CI when anything is left to be done by hand
    ops2nix translate . --out nixos --strict --report account.json --report account.md

  Look at what was understood, before any of it becomes Nix
    ops2nix translate ~/ansible --dump-model yaml";

pub(super) const CHECK_ABOUT: &str = "Check NixOS modules against the options of the release";

pub(super) const CHECK_LONG: &str = "\
Check NixOS modules, written by hand or not, against the options of the release.

Every option that they set is looked up: one that does not exist is named together with those that are most like it, one \
that was renamed with its new name, one that is gone, and a value of another type than the option's. Nothing is \
evaluated: what only evaluation knows is never a problem, and neither are the options that the files declare \
themselves or that belong to modules from elsewhere. Modules of home-manager and nix-darwin are left out.

The built-in index has the options of NixOS's most used modules. With --options the options of a whole system take its \
place; `nix-build '<nixpkgs/nixos/release.nix>' -A options` makes the file, in \
result/share/doc/nixos/options.json.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  Check a configuration
    ops2nix check ~/nixos

  Give renamed options their new names, and see what changed
    ops2nix check ~/nixos --fix
    git -C ~/nixos diff

  Check against all options of your own nixpkgs, and fail in CI on old names too
    nix-build '<nixpkgs/nixos/release.nix>' -A options
    ops2nix check . --options result/share/doc/nixos/options.json --fail-on warning";

pub(super) const CHECK_EXIT_STATUS: &str = "\
Exit status:
  0  Done, and no problem is at or above --fail-on
  1  Done, and a problem is at or above --fail-on
  2  Could not work: bad arguments, a path that cannot be read, no .nix file";

pub(super) const VERIFY_ABOUT: &str =
    "Evaluate the hosts of a folder with Nix, and compare what they have with the sources";

pub(super) const VERIFY_LONG: &str = "\
Evaluate each host of DIR with Nix in a nixpkgs, and compare what it would have with what the sources ask for: every file \
of /etc, unit, user, group, port, package and setting.

What only the sources have stands behind a -, what only NixOS has behind a +. What is written in another way and means the \
same is no difference: programs in the store, what NixOS adds to each unit, what an option says that has the planned value, \
and what the account leaves to you. --verbose names those with the reasons. What the modules of DIR define and no source \
asks for is shown too: your own changes are.

Works with any nixpkgs: an option that it has not is declared, so that it means nothing, and a package that it has not is an \
empty one; both are named. Nothing is built.";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  Evaluate what was written, and compare it with the playbooks
    ops2nix translate ~/ansible --out ~/nixos
    ops2nix verify ~/nixos --nixpkgs ~/nixpkgs --source ~/ansible

  With the nixpkgs of the system
    ops2nix verify ~/nixos --nixpkgs $(nix-instantiate --find-file nixpkgs)

  Only see whether one host evaluates
    ops2nix verify ~/nixos --nixpkgs ~/nixpkgs --host web1";

pub(super) const VERIFY_EXIT_STATUS: &str = "\
Exit status:
  0  Every host evaluates, and has what the sources ask for
  1  There is a difference that nothing explains (--fail-on never: not even then)
  2  Could not work: bad arguments, no Nix, a host that does not evaluate";

pub(super) const RULES_ABOUT: &str =
    "Show and check the rules that map what a machine has to NixOS options";

pub(super) const RULES_LONG: &str = "\
Show and check the rules that map what a machine has to NixOS options.

A rule is data: when the model has this, set that option to this value. The built-in ones are part of the program; \
those of --rules DIR, in files that end in .toml, come besides, and override built-in ones of the same id. Each has an \
example, which is also its test.";

pub(super) const RULES_EXAMPLES: &str = "\
Examples:
  Find the rules about ssh
    ops2nix rules list | grep ssh

  Check rules of your own before they are used
    ops2nix rules lint --rules my-rules
    ops2nix rules test --rules my-rules";

pub(super) const RULES_EXIT_STATUS: &str = "\
Exit status:
  0  Done, and nothing is wrong
  1  `lint` found a problem, or an example of `test` does not hold
  2  Could not work: bad arguments, or a rule that cannot be read";

pub(super) const SCHEMA_ABOUT: &str = "Print the JSON Schema of a file that ops2nix writes";

pub(super) const SCHEMA_LONG: &str = "\
Print the JSON Schema of a file that ops2nix writes, as the program's own types have it.";

pub(super) const SCHEMA_EXAMPLES: &str = "\
Examples:
  Check a report in CI
    ops2nix schema report > report.schema.json
    check-jsonschema --schemafile report.schema.json account.json";

pub(super) const DIFF_ABOUT: &str = "Show what translate would change in a folder; write nothing";

pub(super) const DIFF_LONG: &str = "\
Show what translate would change in DIR, and write nothing. A DIR that is not there is an empty one.

First by meaning: the options that each host gets (+), loses (-) and has changed (~). Then the files as text, as git \
shows differences; `patch -p1` in DIR takes it.

A file that you changed is shown as translate would join it with what is new. One that it would leave as you made it is no \
difference; it is named, with what would be written if it were not yours.

What translating has to say goes to stderr, in one line; --verbose shows all of it.";

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  See what a change of the playbooks means for the machines
    ops2nix diff ~/ansible --out ~/nixos --meaning

  See how much of which file changes
    ops2nix diff ~/ansible --out ~/nixos --stat

  Fail in CI when somebody forgot to translate
    ops2nix diff . --out nixos --exit-code

  See the whole configuration before there is any
    ops2nix diff ~/ansible --out new | less";

pub(super) const DIFF_EXIT_STATUS: &str = "\
Exit status:
  0  Done; with --exit-code: and there is no difference
  1  There is a difference, with --exit-code; or a limit that you set (--fail-on, --min-coverage, --strict) is reached
  2  Could not work: bad arguments, unreadable input, nothing to translate";

pub(super) const EXPLAIN_ABOUT: &str =
    "Explain a code, a verdict, an option, a module, a rule, a package ...";

pub(super) const EXPLAIN_LONG: &str = "\
Explain what a word means, which rule decides, and what to do.

A WORD is the code of a diagnostic or of an item of the report, a verdict, an Ansible module, an instruction of \
Dockerfiles, a kind of files of /etc or the path of one, an option of NixOS, a rule, a package or a service. One that \
has several meanings is explained in each; a kind before it means that alone: module:cron, option:services.nginx, \
apt:nginx.

Without a WORD: how many of each kind there are. With a kind as the WORD (codes, modules ...): their names.";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  Find out what a diagnostic means, and what to do
    ops2nix explain option-clash

  See what a module or a file becomes
    ops2nix explain lineinfile /etc/fstab

  Look an option up, and the rules that set it
    ops2nix explain services.openssh.settings

  Look up what a package of Debian is
    ops2nix explain apt:libssl-dev";

pub(super) const EXPLAIN_EXIT_STATUS: &str = "\
Exit status:
  0  All is explained
  2  A word is not known; names like it are said";

/// Examples, and what the exit status says.
pub(super) fn both(examples: &str, exit_status: &str) -> String {
    format!("{examples}\n\n{exit_status}")
}
