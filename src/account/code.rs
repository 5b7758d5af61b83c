//! The table of reasons that verdicts name: one row each.

macro_rules! codes {
    ($($variant:ident $id:literal $title:literal;)*) => {
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
        }
    };
}

codes! {
    Stated            "stated"                "The output states this";
    PackageMapped     "package-mapped"        "The package has this name in nixpkgs";
    PackageUnknown    "package-unknown"       "No package of nixpkgs is known for this name";
    PackageNotNeeded  "package-not-needed"    "NixOS has what this package brings, or nothing that needs it";
    ServiceMapped     "service-mapped"        "NixOS has a module for this service";
    ServiceUnknown    "service-unknown"       "No NixOS module and no unit of the input is known for this service";
    ServiceImplied    "service-implied"       "NixOS starts and restarts what is stated elsewhere";
    RuleSaysSo        "rule"                  "A rule of rules/ decided";
    ValueUnknown      "value-unknown"         "A value is known only on the machine";
    ValueSecret       "value-secret"          "A value is secret and stays outside the store";
    ConditionFalse    "condition-false"       "The condition is false for every host";
    ConditionUnknown  "condition-unknown"     "The condition hangs on what only the machine can tell";
    ConditionAssumed  "condition-assumed"     "The condition is taken to hold on a new machine";
    NotReached        "not-reached"           "No play reaches this";
    NotNotified       "not-notified"          "Nothing notifies this handler";
    Evaluated         "evaluated"             "Steers the translation and was evaluated";
    Probe             "probe"                 "Only looks at the machine; its result is unknown here";
    AlreadySo         "already-so"            "What leaves nothing to state: absent and never there, or stated elsewhere";
    Overwritten       "overwritten"           "A later task writes the same thing";
    NoMeaning         "no-meaning"            "Has no meaning on NixOS";
    UnknownModule     "unknown-module"        "There is no importer for the module";
    UnknownParam      "unknown-param"         "A parameter was not understood";
    CannotState       "cannot-state"          "NixOS has no way to state this, or none is known here";
    OriginalNeeded    "original-needed"       "The edit needs the original file";
    ServiceConfig     "service-config"        "The NixOS module makes this file itself";
    CommandKept       "command-kept"          "A command cannot be stated; it runs as a oneshot unit";
    CommandUnsafe     "command-unsafe"        "A command that cannot be kept as a step";
    TemplateFailed    "template-failed"       "A template could not be evaluated";
    BadInput          "bad-input"             "It cannot be read, or it is not what the format asks for";
    OptionType        "option-type"           "The value does not have the type of its option";
    OptionClash       "option-clash"          "Another statement sets the option to something else";
    OptionUnknown     "option-unknown"        "The option is not in the index";
    OptionRequired    "option-required"       "An option that has no default is not given";
    Carries           "carries"               "Carries the worst verdict of what it holds";
    AsShipped         "as-shipped"            "The distribution's own file, as it was shipped";
    PackagedFile      "packaged-file"         "A package brings the file; whether somebody changed it is not known";
    NotRead           "not-read"              "It is no file that can be read as text";
}
