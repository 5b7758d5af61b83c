//! `--harden`: sandboxing for the services that the output itself defines, as far as nothing in them speaks against it.
//!
//! Manual: systemd.exec(5), "Sandboxing"
//!
//! Left out: what breaks programs in ways that no unit shows, such as `SystemCallFilter`, `MemoryDenyWriteExecute` (every
//! just-in-time compiler), `PrivateNetwork` and `ProtectSystem=strict`.

use std::collections::BTreeMap;

use super::machine;
use crate::diag::{Code, Diagnostics};
use crate::model::{Content, Machine};
use crate::nix::{Expr, print};
use crate::plan::{Definition, OptionPath, Origin, Plan, Setting};

/// What is sandboxed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Harden {
    #[default]
    Nothing,
    /// The services that the output itself defines.
    Services,
}

/// A directive that is added, and what in a unit speaks against it.
struct Measure {
    name: &'static str,
    value: Value,
    /// Other directives that say something of the same.
    unless: &'static [&'static str],
    /// Parts of the unit's text, or of the scripts that it runs.
    against: &'static [&'static str],
    /// Only where the service is not root's.
    user: bool,
}

#[derive(Clone, Copy)]
enum Value {
    Yes,
    Word(&'static str),
}

const fn measure(
    name: &'static str,
    unless: &'static [&'static str],
    against: &'static [&'static str],
) -> Measure {
    Measure {
        name,
        value: Value::Yes,
        unless,
        against,
        user: false,
    }
}

/// systemd.exec(5), DynamicUser=: it implies the first ones, more strictly.
const OF_DYNAMIC_USER: [&str; 5] = [
    "NoNewPrivileges",
    "PrivateTmp",
    "ProtectHome",
    "ProtectSystem",
    "RestrictSUIDSGID",
];

const MEASURES: &[Measure] = &[
    Measure {
        user: true,
        ..measure(
            "NoNewPrivileges",
            &["PAMName"],
            &["/run/wrappers", "sudo", "doas", "runuser", "su ", "ping"],
        )
    },
    measure(
        "PrivateTmp",
        &["JoinsNamespaceOf", "RootDirectory", "RootImage"],
        &["/tmp"],
    ),
    measure(
        "PrivateDevices",
        &["DeviceAllow", "DevicePolicy", "RootImage"],
        &["/dev/"],
    ),
    Measure {
        value: Value::Word("full"),
        ..measure(
            "ProtectSystem",
            &["RootDirectory", "RootImage"],
            &["/boot", "/usr", "/etc", "nixos-rebuild"],
        )
    },
    Measure {
        user: true,
        ..measure(
            "ProtectHome",
            &["RootDirectory", "RootImage"],
            &["/home", "/root", "/run/user", "%h", "~"],
        )
    },
    measure(
        "ProtectKernelTunables",
        &[],
        &["/proc/sys", "/sys/", "sysctl"],
    ),
    measure(
        "ProtectKernelModules",
        &[],
        &["modprobe", "insmod", "CAP_SYS_MODULE", "iptables", "nft"],
    ),
    measure("ProtectKernelLogs", &[], &["dmesg", "kmsg", "CAP_SYSLOG"]),
    measure(
        "ProtectControlGroups",
        &["Delegate"],
        &["cgroup", "docker", "podman", "containerd", "systemd-nspawn"],
    ),
    measure(
        "ProtectClock",
        &[],
        &["hwclock", "ntp", "chrony", "CAP_SYS_TIME", "rtc"],
    ),
    measure("ProtectHostname", &[], &["hostname", "UTS"]),
    measure(
        "RestrictSUIDSGID",
        &[],
        &["chmod", "install ", "tar ", "rsync"],
    ),
    measure(
        "RestrictRealtime",
        &["CPUSchedulingPolicy", "LimitRTPRIO"],
        &["chrt", "CAP_SYS_NICE"],
    ),
    measure(
        "RestrictNamespaces",
        &["PrivateUsers"],
        &[
            "unshare",
            "bwrap",
            "chrom",
            "docker",
            "podman",
            "containerd",
            "systemd-nspawn",
            "ip netns",
        ],
    ),
    measure("LockPersonality", &["Personality"], &["setarch", "linux32"]),
];

/// A service of the plan.
#[derive(Default)]
struct Service {
    directives: Vec<String>,
    text: String,
    /// Where what it runs comes from.
    start: Option<Definition>,
    is_one_of_others: bool,
    user: Option<String>,
    is_oneshot: bool,
    is_dynamic: bool,
}

/// Adds sandboxing to the services that a plan defines whole.
pub fn harden(plan: &mut Plan, machine: &Machine, diags: &mut Diagnostics) {
    for (name, service) in services(plan, machine) {
        let Some(start) = service.start.clone().filter(|_| !service.is_one_of_others) else {
            continue;
        };
        let is_root = !service.is_dynamic && service.user.as_deref().is_none_or(|it| it == "root");
        // A command of root that runs once sets the machine up, and may change anything.
        if is_root && service.is_oneshot {
            continue;
        }
        let mut added = Vec::new();
        for measure in MEASURES {
            if (measure.user && is_root) || speaks_against(measure, &service) {
                continue;
            }
            let expr = match measure.value {
                Value::Yes => Expr::Bool(true),
                Value::Word(word) => Expr::str(word),
            };
            let path = ["systemd", "services", &name, "serviceConfig", measure.name];
            let definition = Definition {
                expr: guarded(&start.expr, expr),
                home: start.home.clone(),
                origin: Origin {
                    remarks: vec!["added by --harden".to_owned()],
                    ..start.origin.clone()
                },
                rule: "harden".to_owned(),
            };
            if plan.set(OptionPath::new(path), definition).is_ok() {
                added.push(measure.name);
            }
        }
        if added.is_empty() {
            continue;
        }
        let message = format!("`{name}.service` is sandboxed with {}", added.join(", "));
        match start.origin.places.first() {
            Some(place) => diags.at(Code::ServiceHardened, *place, message),
            None => diags.general(
                Code::ServiceHardened,
                message,
                "a comment beside each directive says so",
            ),
        }
    }
}

/// What a service runs may hang on a condition, and what is added hangs on the same.
fn guarded(start: &Expr, expr: Expr) -> Expr {
    match start.as_only_if() {
        Some((condition, _)) => Expr::only_if(condition.clone(), expr),
        None => expr,
    }
}

fn speaks_against(measure: &Measure, service: &Service) -> bool {
    let says = |name: &&str| service.directives.iter().any(|it| it == name);
    says(&measure.name)
        || measure.unless.iter().any(says)
        || measure
            .against
            .iter()
            .any(|part| service.text.contains(part))
        || (service.is_dynamic && OF_DYNAMIC_USER.contains(&measure.name))
}

fn services(plan: &Plan, machine: &Machine) -> BTreeMap<String, Service> {
    let mut services: BTreeMap<String, Service> = BTreeMap::new();
    for (path, setting) in plan.settings() {
        let [systemd, kind, name, rest @ ..] = path.names() else {
            continue;
        };
        if systemd != "systemd" || kind != "services" {
            continue;
        }
        let service = services.entry(name.clone()).or_default();
        let option: Vec<&str> = rest.iter().map(String::as_str).collect();
        for definition in setting.definitions() {
            let text = print(&definition.expr, &|asset| asset.name.clone());
            service.text.push_str(text.as_str());
            service.text.push('\n');
        }
        if let ["serviceConfig", directive] = option.as_slice() {
            service.directives.push((*directive).to_owned());
        }
        if let ["unitConfig", directive] = option.as_slice() {
            service.directives.push((*directive).to_owned());
        }
        let Setting::One(definition) = setting else {
            continue;
        };
        match option.as_slice() {
            ["serviceConfig", "ExecStart"] | ["script"] => {
                service.is_one_of_others |= definition.expr.selects(&["lib", "mkForce"]);
                service.start = Some(definition.clone());
            }
            ["overrideStrategy"] => service.is_one_of_others = true,
            ["serviceConfig", "User"] => service.user = definition.expr.as_str().map(str::to_owned),
            ["serviceConfig", "Type"] => {
                service.is_oneshot = definition.expr.as_str() == Some("oneshot");
            }
            ["serviceConfig", "DynamicUser"] => {
                service.is_dynamic = definition.expr == Expr::Bool(true);
            }
            _ => {}
        }
    }
    // What a service runs may be a script of the machine.
    for file in machine::files(machine) {
        let Content::Text(text) = &file.content else {
            continue;
        };
        for service in services.values_mut() {
            if service.text.contains(&file.path) {
                service.text.push_str(&text.to_string());
            }
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{MEASURES, harden};
    use crate::diag::Diagnostics;
    use crate::model::{Family, Machine};
    use crate::nix::{Expr, print};
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

    fn check(settings: &[(&str, Expr)], expected: &[&str]) {
        let mut plan = Plan::new("x", "");
        for (path, expr) in settings {
            let definition = Definition {
                expr: expr.clone(),
                home: Home::Host,
                origin: Origin::default(),
                rule: String::new(),
            };
            let path = OptionPath::parse(&format!("systemd.services.{path}"));
            assert!(plan.set(path, definition).is_ok());
        }
        let machine = Machine {
            name: "x".into(),
            described: String::new(),
            family: Family::Debian,
            entries: Vec::new(),
            packaged: BTreeMap::new(),
            starts_known: false,
        };
        let mut diags = Diagnostics::new();
        harden(&mut plan, &machine, &mut diags);
        let added: Vec<String> = plan
            .settings()
            .filter(|(_, it)| it.definitions()[0].rule == "harden")
            .map(|(path, it)| {
                let value = print(&it.definitions()[0].expr, &|_| String::new());
                format!("{} {}", path.names().last().unwrap(), value.as_str())
            })
            .collect();
        assert_eq!(added, expected);
        assert_eq!(diags.sorted().len(), usize::from(!added.is_empty()));
    }

    #[test]
    fn what_a_unit_says_is_never_contradicted() {
        check(
            &[
                (
                    "a.serviceConfig.ExecStart",
                    Expr::str("/srv/a --socket /tmp/a --rtc"),
                ),
                ("a.serviceConfig.User", Expr::str("a")),
                ("a.serviceConfig.ProtectSystem", Expr::str("strict")),
                ("a.serviceConfig.Delegate", Expr::Bool(true)),
                ("a.serviceConfig.LimitRTPRIO", Expr::Int(5)),
                ("a.serviceConfig.NoNewPrivileges", Expr::Bool(false)),
                ("a.environment.HOME", Expr::str("/home/a")),
                ("a.unitConfig.PrivateUsers", Expr::Bool(true)),
            ],
            &[
                "PrivateDevices true",
                "ProtectKernelTunables true",
                "ProtectKernelModules true",
                "ProtectKernelLogs true",
                "ProtectHostname true",
                "RestrictSUIDSGID true",
                "LockPersonality true",
            ],
        );
    }

    #[test]
    fn only_services_of_the_output_are_sandboxed() {
        let force = |expr| Expr::apply("lib.mkForce", vec![expr]);
        check(
            &[
                ("nginx.serviceConfig.ExecStart", force(Expr::str("/srv/x"))),
                ("b.serviceConfig.Nice", Expr::Int(1)),
                ("c.serviceConfig.ExecStart", Expr::str("/srv/c")),
                ("c.serviceConfig.Type", Expr::str("oneshot")),
                ("d.overrideStrategy", Expr::str("asDropin")),
                ("d.serviceConfig.ExecStart", Expr::str("/srv/d")),
            ],
            &[],
        );
    }

    #[test]
    fn a_service_of_a_user_has_all_of_it() {
        let all: Vec<String> = MEASURES
            .iter()
            .map(|it| {
                let value = if it.name == "ProtectSystem" {
                    "\"full\""
                } else {
                    "true"
                };
                format!("{} {value}", it.name)
            })
            .collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        check(
            &[
                ("a.serviceConfig.ExecStart", Expr::str("/srv/a")),
                ("a.serviceConfig.User", Expr::str("a")),
            ],
            &all,
        );
    }
}
