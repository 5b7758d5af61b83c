//! What systemd does with the assignments of a directive: which of them count, and which words are the same value.
//!
//! Read in systemd's src/core/load-fragment-gperf.gperf.in (the parser of each directive) and src/core/load-fragment.c;
//! systemd.unit(5): "dependencies (After=, etc.) cannot be reset to an empty list".

use std::borrow::Cow;

/// What several assignments of one directive come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The last one stands; an empty one is the default.
    Last,
    /// Each one adds to those before it; an empty one takes them away.
    Each,
    /// As `Each`, and where a line ends says nothing.
    Words,
    /// As `Words`, and nothing takes them away.
    Dependency,
}

const DEPENDENCIES: &[&str] = &[
    "After",
    "Before",
    "BindTo",
    "BindsTo",
    "Conflicts",
    "JoinsNamespaceOf",
    "OnFailure",
    "OnSuccess",
    "PartOf",
    "PropagateReloadFrom",
    "PropagateReloadTo",
    "PropagatesReloadTo",
    "PropagatesStopTo",
    "ReloadPropagatedFrom",
    "Requires",
    "RequiresMountsFor",
    "RequiresOverridable",
    "Requisite",
    "RequisiteOverridable",
    "Sockets",
    "StopPropagatedFrom",
    "Upholds",
    "Wants",
    "WantsMountsFor",
];

const WORDS: &[&str] = &[
    "Alias",
    "Also",
    "Documentation",
    "RequiredBy",
    "UpheldBy",
    "WantedBy",
];

const EACH: &[&str] = &[
    "AllowedCPUs",
    "AllowedMemoryNodes",
    "AmbientCapabilities",
    "BPFDelegateAttachments",
    "BPFDelegateCommands",
    "BPFDelegateMaps",
    "BPFDelegatePrograms",
    "BPFProgram",
    "BindPaths",
    "BindReadOnlyPaths",
    "BlockIODeviceWeight",
    "BlockIOReadBandwidth",
    "BlockIOWriteBandwidth",
    "CPUAffinity",
    "CacheDirectory",
    "CapabilityBoundingSet",
    "ConfigurationDirectory",
    "Delegate",
    "DelegateNamespaces",
    "DeviceAllow",
    "DirectoryNotEmpty",
    "DisableControllers",
    "Environment",
    "EnvironmentFile",
    "ExecCondition",
    "ExecPaths",
    "ExecReload",
    "ExecSearchPath",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "ExecStopPre",
    "ExtensionDirectories",
    "ExtensionImages",
    "IODeviceLatencyTargetSec",
    "IODeviceWeight",
    "IOReadBandwidthMax",
    "IOReadIOPSMax",
    "IOWriteBandwidthMax",
    "IOWriteIOPSMax",
    "IPAddressAllow",
    "IPAddressDeny",
    "IPEgressFilterPath",
    "IPIngressFilterPath",
    "ImportCredential",
    "InaccessibleDirectories",
    "InaccessiblePaths",
    "ListenDatagram",
    "ListenFIFO",
    "ListenMessageQueue",
    "ListenNetlink",
    "ListenSequentialPacket",
    "ListenSpecial",
    "ListenStream",
    "ListenUSBFunction",
    "LoadCredential",
    "LoadCredentialEncrypted",
    "LogExtraFields",
    "LogFilterPatterns",
    "LogsDirectory",
    "MountImages",
    "NFTSet",
    "NoExecPaths",
    "OnActiveSec",
    "OnBootSec",
    "OnCalendar",
    "OnStartupSec",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "OpenFile",
    "PassEnvironment",
    "PathChanged",
    "PathExists",
    "PathExistsGlob",
    "PathModified",
    "ReadOnlyDirectories",
    "ReadOnlyPaths",
    "ReadWriteDirectories",
    "ReadWritePaths",
    "RestartForceExitStatus",
    "RestartPreventExitStatus",
    "RestrictAddressFamilies",
    "RestrictFileSystems",
    "RestrictNamespaces",
    "RestrictNetworkInterfaces",
    "RuntimeDirectory",
    "SecureBits",
    "SetCredential",
    "SetCredentialEncrypted",
    "SocketBindAllow",
    "SocketBindDeny",
    "StandardInputData",
    "StandardInputText",
    "StartupAllowedCPUs",
    "StartupAllowedMemoryNodes",
    "StateDirectory",
    "SuccessExitStatus",
    "SupplementaryGroups",
    "Symlinks",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallLog",
    "TemporaryFileSystem",
    "UnsetEnvironment",
];

/// Directives that take a word for true or false, some of them other words as well.
const BOOLEANS: &[&str] = &[
    "Accept",
    "AcceptFileDescriptors",
    "AllowIsolate",
    "BindLogSockets",
    "BlockIOAccounting",
    "Broadcast",
    "CPUAccounting",
    "CPUSchedulingResetOnFork",
    "CacheDirectoryAccounting",
    "CoredumpReceive",
    "DefaultDependencies",
    "DeferReactivation",
    "DeferTrigger",
    "Delegate",
    "DynamicUser",
    "FileDescriptorStorePreserve",
    "FixedRandomDelay",
    "FlushPending",
    "ForceUnmount",
    "FreeBind",
    "GuessMainPID",
    "IOAccounting",
    "IPAccounting",
    "IgnoreOnIsolate",
    "IgnoreSIGPIPE",
    "KeepAlive",
    "LazyUnmount",
    "LockPersonality",
    "LogsDirectoryAccounting",
    "MakeDirectory",
    "MemoryAccounting",
    "MemoryDenyWriteExecute",
    "MemoryKSM",
    "MemoryZSwapWriteback",
    "MountAPIVFS",
    "NoDelay",
    "NoNewPrivileges",
    "NonBlocking",
    "OnClockChange",
    "OnTimezoneChange",
    "PassCredentials",
    "PassFileDescriptorsToExec",
    "PassPIDFD",
    "PassPacketInfo",
    "PassSecurity",
    "PermissionsStartOnly",
    "Persistent",
    "PrivateBPF",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateNetwork",
    "PrivatePIDs",
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
    "ReadWriteOnly",
    "RefuseManualStart",
    "RefuseManualStop",
    "RemainAfterElapse",
    "RemainAfterExit",
    "RemoveIPC",
    "RemoveOnStop",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "ReusePort",
    "RootDirectoryStartOnly",
    "RootEphemeral",
    "RuntimeDirectoryPreserve",
    "SELinuxContextFromNet",
    "SendSIGHUP",
    "SendSIGKILL",
    "SetLoginEnvironment",
    "SloppyOptions",
    "StateDirectoryAccounting",
    "StopWhenUnneeded",
    "SurviveFinalKillSignal",
    "SyslogLevelPrefix",
    "TTYReset",
    "TTYVHangup",
    "TTYVTDisallocate",
    "TasksAccounting",
    "Transparent",
    "WakeSystem",
    "Writable",
];

/// Names that systemd still reads, and those that they are.
const RENAMED: &[(&str, &str)] = &[
    ("BindTo", "BindsTo"),
    ("InaccessibleDirectories", "InaccessiblePaths"),
    ("PropagateReloadFrom", "ReloadPropagatedFrom"),
    ("PropagateReloadTo", "PropagatesReloadTo"),
    ("ReadOnlyDirectories", "ReadOnlyPaths"),
    ("ReadWriteDirectories", "ReadWritePaths"),
    ("StartLimitInterval", "StartLimitIntervalSec"),
];

/// Says what several assignments of a directive come to.
pub fn merge(name: &str) -> Merge {
    if DEPENDENCIES.contains(&name) {
        Merge::Dependency
    } else if WORDS.contains(&name) {
        Merge::Words
    } else if EACH.contains(&name) || name.starts_with("Condition") || name.starts_with("Assert") {
        Merge::Each
    } else {
        Merge::Last
    }
}

/// Reads the value of a directive that takes a boolean; `None` for another directive or word.
pub fn boolean(name: &str, value: &str) -> Option<bool> {
    if !BOOLEANS.contains(&name) {
        return None;
    }
    match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "t" | "on" => Some(true),
        "0" | "no" | "n" | "false" | "f" | "off" => Some(false),
        _ => None,
    }
}

/// Returns the name that systemd has today for a directive, and its section.
pub fn today<'a>(section: &'a str, name: &'a str) -> (&'a str, &'a str) {
    let known = RENAMED.iter().find(|(old, _)| *old == name);
    let name = known.map_or(name, |(_, new)| new);
    // They moved to [Unit]; load-fragment-gperf.gperf.in: "only exist for compatibility".
    let moved = section == "Service"
        && (name.starts_with("StartLimit") || matches!(name, "FailureAction" | "RebootArgument"));
    (if moved { "Unit" } else { section }, name)
}

/// Reads a time span as microseconds: `90`, `1min 30s`, `1.5h`; `None` where it is none, or `infinity`.
pub fn microseconds(value: &str) -> Option<u64> {
    const UNITS: [(&[&str], u64); 9] = [
        (&["", "s", "sec", "second", "seconds"], 1_000_000),
        (&["us", "usec", "µs", "μs"], 1),
        (&["ms", "msec"], 1_000),
        (&["m", "min", "minute", "minutes"], 60_000_000),
        (&["h", "hr", "hour", "hours"], 3_600_000_000),
        (&["d", "day", "days"], 86_400_000_000),
        (&["w", "week", "weeks"], 604_800_000_000),
        (&["M", "month", "months"], 2_629_800_000_000),
        (&["y", "year", "years"], 31_557_600_000_000),
    ];
    let mut rest = value.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        let (number, behind) = rest.split_at(end);
        let behind = behind.trim_start();
        let end = behind
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let (_, factor) = UNITS.iter().find(|(names, _)| names.contains(&unit))?;
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let whole: u64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let mut span = whole.checked_mul(*factor)?;
        let mut place = *factor;
        for digit in part.chars() {
            place /= 10;
            span = span.checked_add(u64::from(digit.to_digit(10)?).checked_mul(place)?)?;
        }
        total = total.checked_add(span)?;
        rest = behind.trim_start();
    }
    Some(total)
}

/// Folds blanks outside of quotes to single ones: they only part words.
pub fn words_apart(value: &str) -> Cow<'_, str> {
    if !value.contains("  ") && !value.contains('\t') {
        return Cow::Borrowed(value);
    }
    let mut out = String::new();
    let mut quote = None;
    let mut escaped = false;
    for c in value.chars() {
        let blank = quote.is_none() && !escaped && (c == ' ' || c == '\t');
        if blank {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        if !escaped {
            match quote {
                Some(open) if open == c => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                Some(_) | None => {}
            }
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    Cow::Owned(out.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        BOOLEANS, DEPENDENCIES, EACH, Merge, WORDS, boolean, merge, microseconds, today,
        words_apart,
    };

    #[test]
    fn the_tables_are_sorted_and_hold_each_name_once() {
        for table in [DEPENDENCIES, WORDS, EACH, BOOLEANS] {
            assert!(table.windows(2).all(|pair| pair[0] < pair[1]), "{table:?}");
        }
        assert!(
            EACH.iter()
                .all(|it| !DEPENDENCIES.contains(it) && !WORDS.contains(it))
        );
    }

    #[test]
    fn assignments_merge_as_systemd_says() {
        assert_eq!(merge("After"), Merge::Dependency);
        assert_eq!(merge("WantedBy"), Merge::Words);
        assert_eq!(merge("ConditionPathExists"), Merge::Each);
        assert_eq!(merge("User"), Merge::Last);
        assert_eq!(boolean("PrivateTmp", "Yes"), Some(true));
        assert_eq!(boolean("ProtectSystem", "full"), None);
        assert_eq!(boolean("User", "yes"), None);
        assert_eq!(
            today("Service", "StartLimitInterval"),
            ("Unit", "StartLimitIntervalSec")
        );
    }

    #[test]
    fn spans_of_time_are_read() {
        let check =
            |text: &str, expected: Option<u64>| assert_eq!(microseconds(text), expected, "{text}");
        check("90", Some(90_000_000));
        check("1min 30s", Some(90_000_000));
        check("1min30", Some(90_000_000));
        check("0.5h", Some(1_800_000_000));
        check("500ms", Some(500_000));
        check("infinity", None);
        check("", None);
        check("10parsec", None);
    }

    #[test]
    fn blanks_between_words_are_one() {
        assert_eq!(words_apart("a   b\t c"), "a b c");
        assert_eq!(words_apart("a  'b  c'   d"), "a 'b  c' d");
    }
}
