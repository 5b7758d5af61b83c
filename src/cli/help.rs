//! What `--help` says of the commands that look: `diff` and `explain`.

pub(super) const DIFF_ABOUT: &str = "Show what translate would change in a folder; write nothing";

pub(super) const DIFF_LONG: &str = "\
Show what translate would change in DIR, and write nothing. A DIR that is not there is an empty one.

First by meaning: the options that each host gets (+), loses (-) and has changed (~). Then the files as text, as git \
shows differences; `patch -p1` in DIR takes it.

A file that you changed or made is yours: translate leaves it, and so it is no difference. It is named, with what would \
be written if it were not yours.

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
