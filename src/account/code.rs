//! The table of reasons that verdicts name: one row each.

macro_rules! codes {
    ($($variant:ident $id:literal $title:literal; more: $more:literal cure: $cure:literal;)*) => {
        /// Why an item has its verdict, for machines; the reason says it for people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            pub fn id(self) -> &'static str {
                match self { $(Code::$variant => $id,)* }
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
    Stated            "stated"                "The output states this";
        more: "An option or a file of the output says what the item asked for."
        cure: "";
    PackageMapped     "package-mapped"        "The package has this name in nixpkgs";
        more: "It stands in environment.systemPackages, or a module of NixOS brings it."
        cure: "";
    PackageUnknown    "package-unknown"       "No package of nixpkgs is known for this name";
        more: "The name is not in the table of packages, and a guess could be another program."
        cure: "Look it up at https://search.nixos.org/packages and add it to environment.systemPackages in local.nix.";
    PackageNotNeeded  "package-not-needed"    "NixOS has what this package brings, or nothing that needs it";
        more: "Transitional packages, development headers, keyrings and the like have no counterpart."
        cure: "";
    ServiceMapped     "service-mapped"        "NixOS has a module for this service";
        more: "Its module is enabled or disabled."
        cure: "";
    ServiceUnknown    "service-unknown"       "No NixOS module and no unit of the input is known for this service";
        more: "Nothing starts it, because what it would run is not known."
        cure: "Look for its module at https://search.nixos.org/options, or write its unit under systemd.services in local.nix.";
    ServiceImplied    "service-implied"       "NixOS starts and restarts what is stated elsewhere";
        more: "A switch of the configuration restarts what changed, and starts what is wanted."
        cure: "";
    RuleSaysSo        "rule"                  "A rule of rules/ decided";
        more: "The reason names the rule; `ops2nix explain RULE` shows it."
        cure: "A rule of your own with the same id overrides it (--rules DIR).";
    ValueUnknown      "value-unknown"         "A value is known only on the machine";
        more: "It comes from what a command prints, or from a lookup on the machine, and is never guessed."
        cure: "Read it off a machine and write it into local.nix, or give it with -e or --facts and run again.";
    ValueSecret       "value-secret"          "A value is secret and stays outside the store";
        more: "The store of Nix can be read by every user, so the value is read from a file below /run/secrets, or left \
         to you where that is not possible."
        cure: "secrets/README.md of the output lists each secret and how to fill it in.";
    ConditionFalse    "condition-false"       "The condition is false for every host";
        more: "Under the facts and variables used, no host does this."
        cure: "If one should: give its facts with --facts, or variables with -e.";
    ConditionUnknown  "condition-unknown"     "The condition hangs on what only the machine can tell";
        more: "Whether it holds is known only on the machine; what stands under it is shown as a comment."
        cure: "Decide it, and take the definitions of the comment over into local.nix where it holds.";
    ConditionAssumed  "condition-assumed"     "The condition is taken to hold on a new machine";
        more: "It asks whether something is there yet, and on a new machine it is not."
        cure: "";
    NotReached        "not-reached"           "No play reaches this";
        more: "It is in a file that no play includes for any host."
        cure: "If it should be: give the playbook that uses it, or the variables that choose it.";
    NotNotified       "not-notified"          "Nothing notifies this handler";
        more: "A handler runs only when a task asks for it."
        cure: "";
    Evaluated         "evaluated"             "Steers the translation and was evaluated";
        more: "Its effect is on what follows: variables, conditions, includes."
        cure: "";
    Probe             "probe"                 "Only looks at the machine; its result is unknown here";
        more: "It changes nothing, so there is nothing to state. What hangs on its result says so itself."
        cure: "";
    AlreadySo         "already-so"            "What leaves nothing to state: absent and never there, or stated elsewhere";
        more: "The configuration has the same effect without a word of its own."
        cure: "";
    Overwritten       "overwritten"           "A later task writes the same thing";
        more: "Only the last word about a thing counts, as on the real machine."
        cure: "";
    NoMeaning         "no-meaning"            "Has no meaning on NixOS";
        more: "Caches, reloads, repositories of packages and the like belong to how other systems are kept."
        cure: "";
    UnknownModule     "unknown-module"        "There is no importer for the module";
        more: "The task is a comment in the output, with its parameters."
        cure: "State what it does with NixOS options. `ops2nix explain modules` lists those that are read.";
    UnknownParam      "unknown-param"         "A parameter was not understood";
        more: "The task is left out or approximate, because nobody knows what the parameter changes."
        cure: "Look the parameter up in the module's manual, and state its effect in local.nix.";
    CannotState       "cannot-state"          "NixOS has no way to state this, or none is known here";
        more: "The output has a comment where it belongs, with the reason and a cure where one is known."
        cure: "Follow the comment; what it asks for belongs into local.nix.";
    OriginalNeeded    "original-needed"       "The edit needs the original file";
        more: "A file of the distribution is edited, and its text is not in the input."
        cure: "State what the edit means with the option of that service; the comment shows the edit.";
    ServiceConfig     "service-config"        "The NixOS module makes this file itself";
        more: "What the source writes there would be ignored or overwritten."
        cure: "Say the same with the options of the module that the comment names, often its `settings`.";
    CommandKept       "command-kept"          "A command cannot be stated; it runs as a oneshot unit";
        more: "It runs once after the switch, as the source has it, in a unit of its own."
        cure: "Read the unit: where NixOS has an option for what it does, the option is better.";
    CommandUnsafe     "command-unsafe"        "A command that cannot be kept as a step";
        more: "It needs what only another system has, or would do harm on NixOS."
        cure: "The comment shows the command and why; do it by hand, or state its effect with options.";
    TemplateFailed    "template-failed"       "A template could not be evaluated";
        more: "The file or value that it makes is left to you as a comment."
        cure: "Correct the template, or give the variables that it lacks with -e.";
    BadInput          "bad-input"             "It cannot be read, or it is not what the format asks for";
        more: "It is left to you as a comment; everything else of the file is translated."
        cure: "Correct it in the source and run again.";
    OptionType        "option-type"           "The value does not have the type of its option";
        more: "NixOS would refuse the definition, so it is a comment."
        cure: "`ops2nix explain OPTION` shows what it takes; write the right value into local.nix.";
    OptionClash       "option-clash"          "Another statement sets the option to something else";
        more: "The first statement stands; this one is a comment."
        cure: "Make the source say one thing, or override the option in local.nix with lib.mkForce.";
    OptionUnknown     "option-unknown"        "The option is not in the index";
        more: "NixOS would refuse the definition, so it is a comment."
        cure: "`ops2nix explain OPTION` shows the nearest names.";
    OptionRequired    "option-required"       "An option that has no default is not given";
        more: "NixOS would refuse the definition without it, so both are left to you."
        cure: "Give the definition of the comment and what it lacks in local.nix.";
    Carries           "carries"               "Carries the worst verdict of what it holds";
        more: "A play, or a whole file, is as good as its worst part. It does not count in coverage."
        cure: "Look at the items that it holds; `--report account.md` lists them below it.";
    AsShipped         "as-shipped"            "The distribution's own file, as it was shipped";
        more: "Its content is what the package brought, comments and white space aside, so it says nothing of this machine."
        cure: "";
    PackagedFile      "packaged-file"         "A package brings the file; whether somebody changed it is not known";
        more: "The path is that of a package's file, and neither its original nor its checksum is known here."
        cure: "Compare it with the package's own (`dpkg --verify`, `debsums`), and state what was changed.";
    NotRead           "not-read"              "It is no file that can be read as text";
        more: "Binary files, devices, sockets, links to outside and huge files are named, never copied."
        cure: "Put onto the new machine by hand what it needs of them.";
    UnitMissing       "unit-missing"          "Nothing brings the unit that a drop-in changes";
        more: "A drop-in alone would become a unit without a command, which systemd refuses."
        cure: "Switch on the module that the comment names, or state the unit, then state the drop-in in local.nix.";
}
