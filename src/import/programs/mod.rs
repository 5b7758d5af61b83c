//! Tables of programs: those that only look, those without meaning on NixOS, and those whose work is for a person.

mod readers;

pub(crate) use readers::READERS;

/// Arguments that say that a program looks, where its task says so too.
pub(crate) const LOOKS: &[&str] = &[
    "--check",
    "--configtest",
    "--dry-run",
    "--list",
    "--show",
    "--status",
    "--test",
    "--validate",
    "--verify",
    "--version",
    "-V",
    "-t",
    "check",
    "configtest",
    "get",
    "info",
    "inspect",
    "list",
    "ls",
    "ping",
    "ps",
    "show",
    "status",
    "test",
    "validate",
    "verify",
    "version",
];

const CACHE: &str =
    "NixOS has no package cache to refresh or clean, and no database of installed packages to mend";
const UPGRADE: &str = "NixOS is upgraded as a whole, with its nixpkgs";
const UNITS: &str =
    "NixOS tells systemd about changed units, and restarts and reloads what a switch changes";
const BOOT: &str = "NixOS makes its boot loader's files and its initial RAM disk itself";
const DATA: &str =
    "the module of NixOS sets up the database's folder when the service first starts";
const SETTINGS: &str = "NixOS applies kernel settings at a switch";
const HOST_KEYS: &str =
    "sshd of NixOS makes the keys of services.openssh.hostKeys before it first starts";
const MESSAGE: &str = "it sends a message when Ansible runs, and does nothing on this machine";
const PLAN: &str =
    "it acts on the accounts and machines that its plan names, and not on this machine";
const RUNS: &str = "what runs is no state of the machine: a switch starts anew what it changes";
const MAC: &str = "it acts on a Mac, which has a system of its own";
const GUESTS: &str = "it acts on the guests of a hypervisor, which are no part of this machine";
const KEYS: &str = "NixOS takes packages from nixpkgs, and needs no key of a repository";

/// A program, the arguments with one of which it has no meaning on NixOS (without any, it never has), and why.
pub(crate) const NOTHING: &[(&str, &[&str], &str)] = &[
    (
        "add-apt-repository",
        &[],
        "NixOS takes packages from nixpkgs, not from repositories",
    ),
    (
        "apt",
        &["update", "clean", "autoclean", "autoremove"],
        CACHE,
    ),
    ("apt", &["upgrade", "full-upgrade", "dist-upgrade"], UPGRADE),
    (
        "apt-get",
        &["update", "clean", "autoclean", "autoremove", "check"],
        CACHE,
    ),
    ("apt-get", &["upgrade", "dist-upgrade"], UPGRADE),
    ("apt-key", &[], KEYS),
    (
        "apt-mark",
        &["hold", "unhold", "auto", "manual"],
        "packages change only with the nixpkgs that is chosen",
    ),
    ("apk", &["update"], CACHE),
    ("apk", &["upgrade"], UPGRADE),
    ("dnf", &["clean", "makecache", "autoremove"], CACHE),
    ("dnf", &["update", "upgrade"], UPGRADE),
    (
        "dnf",
        &["config-manager", "copr"],
        "NixOS takes packages from nixpkgs, not from repositories",
    ),
    ("dpkg", &["--configure", "--add-architecture"], CACHE),
    ("dracut", &[], BOOT),
    (
        "dconf",
        &["update"],
        "NixOS makes the databases of dconf itself",
    ),
    ("fail2ban-client", &["reload", "restart"], UNITS),
    (
        "netfilter-persistent",
        &[],
        "NixOS loads the firewall again when its rules change",
    ),
    (
        "nft",
        &["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"],
        "NixOS loads the firewall again when its rules change",
    ),
    (
        "firewall-cmd",
        &["--reload", "--complete-reload", "--runtime-to-permanent"],
        "NixOS loads the firewall again when its rules change",
    ),
    ("initdb", &[], DATA),
    ("mariadb-install-db", &[], DATA),
    ("mysql_install_db", &[], DATA),
    ("postgresql-setup", &[], DATA),
    ("fc-cache", &[], "NixOS makes the cache of fonts itself"),
    ("grub-mkconfig", &[], BOOT),
    ("grub2-mkconfig", &[], BOOT),
    (
        "ldconfig",
        &[],
        "NixOS has no cache of shared libraries: programs name theirs by path",
    ),
    (
        "locale-gen",
        &[],
        "NixOS makes the locales of i18n.supportedLocales itself",
    ),
    ("mandb", &[], "NixOS makes the index of manual pages itself"),
    ("mkinitcpio", &[], BOOT),
    ("mount", &["-a"], "NixOS mounts what fileSystems names"),
    (
        "netplan",
        &["apply", "generate", "try"],
        "a switch brings the network to its state",
    ),
    ("networkctl", &["reload", "reconfigure"], UNITS),
    (
        "networkctl",
        &["delete", "down", "forcerenew", "renew", "up"],
        "a switch brings the network to its state",
    ),
    (
        "newaliases",
        &[],
        "NixOS makes the database of aliases itself",
    ),
    ("nginx", &["-s"], UNITS),
    ("pacman-key", &[], KEYS),
    (
        "postmap",
        &[],
        "NixOS's postfix makes the databases of its tables itself: each is one of services.postfix.mapFiles",
    ),
    (
        "resolvconf",
        &["-u"],
        "NixOS writes /etc/resolv.conf anew by itself where what it holds changes",
    ),
    ("restorecon", &[], "NixOS has no SELinux"),
    ("postfix", &["reload", "flush"], UNITS),
    ("rpm", &["--import"], KEYS),
    ("setenforce", &[], "NixOS has no SELinux"),
    ("sleep", &[], "units of systemd say what they start after"),
    ("subscription-manager", &[], "NixOS needs no subscription"),
    (
        "reboot",
        &[],
        "a switch or the next boot brings the machine to its state",
    ),
    (
        "shutdown",
        &[],
        "a switch or the next boot brings the machine to its state",
    ),
    (
        "swapoff",
        &["-a", "--all"],
        "NixOS has no swap but what swapDevices names",
    ),
    ("sync", &[], "a switch writes what it makes"),
    ("sysctl", &["-p", "--system", "--load"], SETTINGS),
    (
        "systemctl",
        &[
            "daemon-reload",
            "daemon-reexec",
            "restart",
            "reload",
            "try-restart",
            "reload-or-restart",
            "try-reload-or-restart",
            "reset-failed",
            "preset",
        ],
        UNITS,
    ),
    (
        "service",
        &["restart", "reload", "force-reload", "condrestart"],
        UNITS,
    ),
    ("systemd-sysusers", &[], "NixOS makes its users at a switch"),
    (
        "systemd-tmpfiles",
        &[],
        "NixOS applies the rules of tmpfiles at a switch",
    ),
    (
        "udevadm",
        &["control", "trigger", "settle"],
        "NixOS tells udev about changed rules",
    ),
    (
        "updatedb",
        &[],
        "the timer of services.locate brings its database up to date",
    ),
    (
        "update-alternatives",
        &[],
        "NixOS has no alternatives: what stands in the path is what is stated",
    ),
    (
        "update-ca-certificates",
        &[],
        "NixOS makes its bundle of certificates from security.pki",
    ),
    (
        "update-ca-trust",
        &[],
        "NixOS makes its bundle of certificates from security.pki",
    ),
    ("update-grub", &[], BOOT),
    ("update-grub2", &[], BOOT),
    ("update-initramfs", &[], BOOT),
    (
        "update-locale",
        &[],
        "NixOS states the locale with i18n.defaultLocale",
    ),
    ("yum", &["clean", "makecache", "autoremove"], CACHE),
    ("yum", &["update", "upgrade"], UPGRADE),
    (
        "yum-config-manager",
        &[],
        "NixOS takes packages from nixpkgs, not from repositories",
    ),
    ("apt-file", &["update"], CACHE),
    (
        "brew",
        &[
            "autoremove",
            "cleanup",
            "doctor",
            "tap",
            "update",
            "upgrade",
        ],
        "NixOS has no Homebrew: it is upgraded as a whole, with its nixpkgs",
    ),
    (
        "dpkg-reconfigure",
        &["tzdata"],
        "NixOS has the zone of time.timeZone",
    ),
    (
        "dpkg-reconfigure",
        &["locales"],
        "NixOS makes the locales of i18n.supportedLocales itself",
    ),
    (
        "dpkg-reconfigure",
        &["console-data", "console-setup", "keyboard-configuration"],
        "NixOS has the keyboard of console.keyMap and services.xserver.xkb",
    ),
    ("dpkg-reconfigure", &["openssh-server"], HOST_KEYS),
    (
        "dpkg-reconfigure",
        &["ca-certificates"],
        "NixOS makes its bundle of certificates from security.pki",
    ),
    (
        "exportfs",
        &["-a", "-ar", "-arv", "-r", "-ra", "-rav", "-rv"],
        "NixOS exports anew what services.nfs.server.exports changes",
    ),
    (
        "init",
        &["6"],
        "a switch or the next boot brings the machine to its state",
    ),
    ("kill", &[], RUNS),
    ("killall", &[], RUNS),
    ("mail", &["-s"], MESSAGE),
    ("mailx", &["-s"], MESSAGE),
    (
        "nixos-rebuild",
        &[],
        "the configuration is switched to by whoever builds it",
    ),
    ("pacman", &["-Sc", "-Scc", "-Sy", "-Syy"], CACHE),
    ("pacman", &["-Su", "-Syu", "-Syyu"], UPGRADE),
    ("systemsetup", &[], MAC),
    ("scutil", &[], MAC),
    ("pmset", &[], MAC),
    ("osascript", &[], MAC),
    ("defaults", &[], MAC),
    ("pct", &[], GUESTS),
    ("pkill", &[], RUNS),
    ("pveam", &[], GUESTS),
    ("qm", &[], GUESTS),
    ("qmrestore", &[], GUESTS),
    ("sendmail", &["-t"], MESSAGE),
    ("ssh-keygen", &["-A"], HOST_KEYS),
    (
        "swapon",
        &["--all", "-a"],
        "NixOS switches on what swapDevices names",
    ),
    ("systemctl", &["kill"], RUNS),
    (
        "systemd-machine-id-setup",
        &[],
        "systemd makes the machine's number at the first boot",
    ),
    (
        "terraform",
        &["apply", "destroy", "import", "init", "plan", "refresh"],
        PLAN,
    ),
    (
        "tofu",
        &["apply", "destroy", "import", "init", "plan", "refresh"],
        PLAN,
    ),
    ("vzdump", &[], GUESTS),
    ("zypper", &["clean", "ref", "refresh"], CACHE),
    ("zypper", &["dist-upgrade", "dup", "up", "update"], UPGRADE),
];

/// A program whose work has another place on NixOS, what it does, and where that is.
pub(crate) const BY_HAND: &[(&str, &str, &str)] = &[
    (
        "a2disconf",
        "a part of Apache's configuration is switched off",
        "services.httpd has options for it",
    ),
    (
        "a2dismod",
        "a module of Apache is switched off",
        "services.httpd.extraModules names what is on",
    ),
    (
        "a2dissite",
        "a site of Apache is switched off",
        "services.httpd.virtualHosts names what is served",
    ),
    (
        "a2enconf",
        "a part of Apache's configuration is switched on",
        "services.httpd.extraConfig takes it",
    ),
    (
        "a2enmod",
        "a module of Apache is switched on",
        "services.httpd.extraModules takes it",
    ),
    (
        "a2ensite",
        "a site of Apache is switched on",
        "services.httpd.virtualHosts takes it",
    ),
    (
        "phpenmod",
        "an extension of PHP is switched on",
        "php.withExtensions takes it",
    ),
    (
        "phpdismod",
        "an extension of PHP is switched off",
        "php.withExtensions names what is on",
    ),
    (
        "dpkg-reconfigure",
        "a package of Debian is set up again",
        "look for the option of NixOS that says the same",
    ),
    (
        "loginctl",
        "what logind keeps for a user is changed",
        "users.users.<name>.linger has it",
    ),
    (
        "pam-auth-update",
        "PAM is set up",
        "security.pam has options for it",
    ),
    (
        "authselect",
        "PAM is set up",
        "security.pam has options for it",
    ),
    (
        "netplan",
        "the network is set up",
        "networking or systemd.network has options for it",
    ),
    (
        "ufw",
        "a rule of the firewall",
        "networking.firewall has options for it",
    ),
    (
        "firewall-cmd",
        "a rule of the firewall",
        "networking.firewall has options for it",
    ),
    (
        "setsebool",
        "a setting of SELinux, which NixOS does not have",
        "leave it out",
    ),
];
