//! Files below /etc that no NixOS machine has a use for, whatever they hold, and why.

/// Patterns, and the reason. A pattern is a path below /etc; `*` is any part of a name, and a `/` at the end is all
/// that is below.
const ALWAYS: &[(&[&str], &str)] = &[
    (
        &[
            "rc?.d/",
            "rcS.d/",
            "rc.d/rc?.d/",
            "init.d/.depend.*",
            "init.d/README",
            "init.d/skeleton",
            "init.d/.legacy-bootordering",
            "inittab",
            "insserv.conf",
            "insserv.conf.d/",
            "insserv/",
            "initscript",
        ],
        "NixOS starts services by systemd alone, it has no runlevels and no order of init scripts",
    ),
    (
        &["alternatives/"],
        "which package brings a command is decided by what is installed: NixOS has no alternatives",
    ),
    (
        &[
            "apt/",
            "dpkg/",
            "debconf.conf",
            "ucf.conf",
            "apticron/",
            "aptitude*",
            "cruft/",
            "popularity-contest.conf",
            "update-manager/",
            "update-notifier/",
            "needrestart/",
            "reportbug.conf",
            "debsums*",
            "apt-xapian-index.conf",
            "PackageKit/",
            "opkg/",
            "yum/",
            "yum.conf",
            "yum.repos.d/",
            "dnf/",
            "zypp/",
            "apk/",
            "pacman.conf",
            "pacman.d/",
            "makepkg.conf",
            "emacs/site-start.d/",
            "python*/debian_config",
            "sgml/",
            "xml/",
            "rpc",
            "rmt",
            "deluser.conf",
            "debian_version",
            "debsecan",
            "discover*",
            "legal",
            "kernel-img.conf",
            "snmp/snmp.conf.dpkg*",
        ],
        "it serves the package management of the distribution, or came with it: NixOS has its own",
    ),
    (
        &[
            ".etckeeper",
            "etckeeper/",
            ".gitignore",
            ".gitattributes",
            ".git/",
            ".hg/",
            ".hgignore",
            ".bzr/",
            ".bzrignore",
            ".svn/",
        ],
        "it keeps the history of /etc: a NixOS configuration is kept in a repository of its own",
    ),
    (
        &[
            "ca-certificates.conf",
            "ca-certificates/",
            "ssl/certs/*.0",
            "ssl/certs/*.1",
            "ssl/certs/ca-certificates.crt",
            "ssl/certs/java/",
            "pki/ca-trust/extracted/",
            "java-*/security/cacerts",
        ],
        "NixOS makes the list of certificate authorities itself (security.pki)",
    ),
    (
        &["bash_completion", "bash_completion.d/"],
        "completions come with the packages of the commands (programs.bash.completion)",
    ),
    (
        &[
            "ld.so.conf",
            "ld.so.conf.d/",
            "ld.so.cache",
            "ld.so.preload.d/",
        ],
        "programs of NixOS find their libraries in the Nix store",
    ),
    (
        &[
            "apparmor.d/abstractions/",
            "apparmor.d/tunables/",
            "apparmor.d/abi/",
            "apparmor.d/cache/",
            "apparmor.d/cache.d/",
            "apparmor.d/disable/",
            "apparmor.d/force-complain/",
            "apparmor/subdomain.conf",
            "apparmor/parser.conf",
        ],
        "parts that profiles of AppArmor include come with the package of AppArmor (security.apparmor)",
    ),
    (
        &[
            "kernel/postinst.d/",
            "kernel/postrm.d/",
            "kernel/preinst.d/",
            "kernel/prerm.d/",
            "kernel/install.d/",
            "grub.d/[0-9]*",
            "grub.d/*_linux*",
            "grub.d/README",
            "grub.d/00_header",
            "grub.d/05_debian_theme",
            "grub.d/10_linux",
            "grub.d/20_linux_xen",
            "grub.d/20_memtest86+",
            "grub.d/30_os-prober",
            "grub.d/30_uefi-firmware",
            "grub.d/35_fwupd",
            "initramfs-tools/update-initramfs.conf",
            "initramfs-tools/README",
        ],
        "NixOS builds kernel, initial RAM disk and boot menu itself",
    ),
    (
        &[
            "os-release",
            "lsb-release",
            "redhat-release",
            "centos-release*",
            "rocky-release*",
            "fedora-release*",
            "system-release*",
            "alpine-release",
            "arch-release",
            "issue.net.dpkg*",
            "upstream-release/",
        ],
        "it names the distribution: NixOS has its own",
    ),
    (
        &[
            "machine-id",
            "mtab",
            ".pwd.lock",
            ".updated",
            "blkid.tab*",
            "adjtime",
            "subuid-",
            "subgid-",
            "nologin",
            "network/run/",
            "network/run",
        ],
        "programs make it while the machine runs, and NixOS anew for each machine",
    ),
    (
        &[
            "lvm/archive/",
            "lvm/backup/",
            "lvm/cache/",
            "cups/subscriptions.conf*",
            "udev/hwdb.bin",
            "aliases.db",
            "ld.so.nohwcap",
            "*.cache",
            "*.pid",
            "postfix/*.db",
            "mail/*.db",
            "vmware-tools/",
            "vtrgb",
            "fake-hwclock.data",
            "prelink.cache",
            "group.ini",
            "shadow.ini",
            "passwd.ini",
        ],
        "programs made it from other files or of their own accord, and make it again",
    ),
    (
        &[
            "fonts/conf.avail/",
            "fonts/conf.d/README",
            "fonts/conf.d/*",
            "fonts/fonts.conf",
            "fonts/fonts.dtd",
            "fonts/conf.d/",
        ],
        "NixOS makes the configuration of fontconfig from its packages (fonts.fontconfig)",
    ),
    (
        &[
            "skel/.bash_logout",
            "skel/.bashrc",
            "skel/.profile",
            "skel/.bash_profile",
        ],
        "homes of new users are not filled from /etc/skel unless a module says so",
    ),
    (
        &[
            "*/README",
            "README",
            "*/README.*",
            "*/*/README",
            "*/00README",
            "*.md",
            "LICENSE",
            "*/.placeholder",
            "*/*/.placeholder",
            "*/.gitkeep",
        ],
        "it is for people to read",
    ),
    (
        &["update-motd.d/*", "pam.d/common-*", "pam.d/other"],
        "the distribution makes it from what is installed; NixOS makes its own",
    ),
    (
        &[
            "systemd/system/*.wants/.*",
            "resolvconf/*/.*",
            "*/*.ucf-dist",
            "udev/.dev",
            "udev/README",
        ],
        "nothing reads it",
    ),
];

/// Kinds of files that packages of a distribution bring for its own way of doing things: where a package brings the
/// file, NixOS does the same otherwise.
const OF_PACKAGES: &[(&[&str], &str)] = &[
    (
        &[
            "init.d/",
            "init/",
            "sv/",
            "runit/",
            "upstart-xsessions",
            "X11/Xsession.upstart",
            "event.d/",
        ],
        "it starts a service of the package, for which NixOS has its own units",
    ),
    (
        &[
            "cron.daily/",
            "cron.hourly/",
            "cron.weekly/",
            "cron.monthly/",
            "cron.d/",
        ],
        "it looks after the package on its distribution",
    ),
    (
        &["logrotate.d/"],
        "it rotates the logs of the package where its distribution writes them; the modules of NixOS bring their own rules",
    ),
    (
        &["apparmor.d/", "apparmor.d/local/", "apparmor/"],
        "profiles of AppArmor name the paths of the distribution's programs, which NixOS does not have",
    ),
    (
        &[
            "ImageMagick*/",
            "OpenCL/",
            "UPower/",
            "X11/",
            "alsa/",
            "apm/",
            "apport/",
            "asciidoc/",
            "avserver.conf",
            "bindresvport.blacklist",
            "brltty/",
            "byobu/",
            "calendar/",
            "chatscripts/",
            "cloud/templates/",
            "console-setup/",
            "ctdb/",
            "dbus-1/",
            "dconf/",
            "depmod.d/",
            "dhcp/dhclient-*-hooks.d/",
            "ethertypes",
            "firefox/",
            "fonts/",
            "gdb/",
            "ghostscript/",
            "glvnd/",
            "groff/",
            "gss/",
            "gtk-*/",
            "gufw/",
            "ifplugd/",
            "initramfs-tools/*/",
            "java-*/",
            "kbd/",
            "kernel/",
            "landscape/",
            "libaudit.conf",
            "libibverbs.d/",
            "libnl-3/",
            "libreoffice/",
            "locale.alias",
            "logcheck/",
            "lvm/profile/",
            "lynx/",
            "lynx-cur/",
            "magic*",
            "mailcap.order",
            "manpath.config",
            "menu/",
            "menu-methods/",
            "mono/",
            "netconfig",
            "network/if-*.d/",
            "newt/",
            "obex-data-server/",
            "perl/",
            "php*/mods-available/",
            "php/*/mods-available/",
            "pm/",
            "polkit-1/",
            "ppp/",
            "protocols",
            "pulse/",
            "python*/",
            "request-key*",
            "resolvconf/update*.d/",
            "sane.d/",
            "sensors*.conf",
            "speech-dispatcher/",
            "terminfo/",
            "timidity/",
            "ubuntu-advantage/",
            "ufw/applications.d/",
            "usb_modeswitch*",
            "vdpau_wrapper.cfg",
            "vulkan/",
            "w3m/",
            "wireshark/",
            "xattr.conf",
            "xdg/",
            "zsh_command_not_found",
        ],
        "NixOS brings what the package does, with settings of its own",
    ),
];

/// Scripts and settings that packages of older and kindred releases brought for their own upkeep.
const FORMER: &[&str] = &[
    "cron.*/*apport",
    "cron.*/*apt",
    "cron.*/0anacron",
    "cron.*/apt-compat",
    "cron.*/apt-xapian-index",
    "cron.*/aptitude",
    "cron.*/bsdmainutils",
    "cron.*/cracklib-runtime",
    "cron.*/dpkg",
    "cron.*/fstrim",
    "cron.*/google-chrome",
    "cron.*/gpg-keyring",
    "cron.*/lsb",
    "cron.*/man-db",
    "cron.*/mdadm",
    "cron.*/mlocate",
    "cron.*/ntp",
    "cron.*/passwd",
    "cron.*/popularity-contest",
    "cron.*/samba",
    "cron.*/spamassassin",
    "cron.*/standard",
    "cron.*/sysstat",
    "cron.*/update-notifier-common",
    "cron.*/upstart",
    "cron.d/anacron",
    "cron.d/e2scrub_all",
    "cron.d/mdadm",
    "cron.d/php*",
    "cron.d/popularity-contest",
    "cron.d/sysstat",
    "cron.d/zfsutils-linux",
    "init.d/apport",
    "init.d/console-setup",
    "init.d/grub-common",
    "init.d/halt",
    "init.d/killprocs",
    "init.d/kmod",
    "init.d/networking",
    "init.d/ondemand",
    "init.d/pppd-dns",
    "init.d/rc",
    "init.d/rc.local",
    "init.d/rcS",
    "init.d/reboot",
    "init.d/resolvconf",
    "init.d/rsyslog",
    "init.d/sendsigs",
    "init.d/single",
    "init.d/umount*",
    "init.d/urandom",
    "logrotate.d/apport",
    "logrotate.d/aptitude",
    "logrotate.d/bootlog",
    "logrotate.d/dpkg",
    "logrotate.d/iptraf*",
    "logrotate.d/pm-utils",
    "logrotate.d/ppp",
    "logrotate.d/speech-dispatcher",
    "logrotate.d/ubuntu-*",
    "logrotate.d/unattended-upgrades",
    "logrotate.d/upstart",
];

/// Tells whether a file is of the upkeep of a distribution, where it is not known what was shipped.
pub(super) fn is_former(path: &str) -> bool {
    let below = path.strip_prefix("/etc/").unwrap_or_default();
    FORMER.iter().any(|pattern| matches(pattern, below))
}

/// Data that programs read from where their package is, and that packages bring in numbers: nobody writes it by hand.
const DATA: &[&str] = &[
    "X11/Xwrapper.config",
    "X11/default-display-manager",
    "apm/*/",
    "chatscripts/",
    "cups/raw.*",
    "depmod.d/*",
    "gdm3/Prime*/",
    "gdm3/config-error-dialog.sh",
    "gdm3/greeter.dconf-defaults",
    "gnome/",
    "kerneloops.conf",
    "libblockdev/",
    "ImageMagick*/",
    "X11/Xreset*",
    "X11/Xsession*/",
    "X11/Xsession",
    "X11/app-defaults/",
    "X11/fonts/",
    "X11/rgb.txt",
    "X11/xinit/",
    "X11/xkb/",
    "X11/xsm/",
    "X11/cursors/",
    "alternatives/",
    "apport/",
    "asciidoc/",
    "at-spi2/",
    "audisp/",
    "brltty/*/",
    "byobu/",
    "console-setup/",
    "cracklib/",
    "ctdb/",
    "dbconfig-common/",
    "dbus-1/",
    "dconf/db/",
    "fonts/",
    "gconf/",
    "ghostscript/",
    "groff/",
    "gtk-*/",
    "gufw/",
    "iproute2/",
    "joe/",
    "kbd/",
    "libreoffice/",
    "logcheck/ignore.d*/",
    "logcheck/violations*/",
    "logcheck/cracking.d/",
    "lynx*/",
    "mc/",
    "mono/",
    "newt/",
    "openal/",
    "pcmcia/",
    "perl/",
    "pki/fwupd*/",
    "pm/",
    "polkit-1/localauthority*/",
    "polkit-1/nullbackend*/",
    "ppp/ip-*.d/",
    "ppp/ipv6-*.d/",
    "pulse/",
    "python*/",
    "request-key*",
    "rpm/",
    "sane.d/",
    "sensors.d/",
    "sensors*.conf",
    "sgml/",
    "speech-dispatcher/",
    "ssl/misc/",
    "terminfo/",
    "update-manager/",
    "vim/",
    "w3m/",
    "wpa_supplicant/*.sh",
    "xdg/autostart/",
    "xdg/menus/",
    "xdg/xfce4/",
    "xdg/Xwayland-session.d/",
    "xml/",
];

/// Tells whether a file is data of a package, where it is not known what was shipped.
pub(super) fn is_data(path: &str) -> bool {
    let below = path.strip_prefix("/etc/").unwrap_or_default();
    DATA.iter().any(|pattern| matches(pattern, below))
}

/// Returns why nothing on NixOS has a use for the file at an absolute path, whoever wrote it.
pub(super) fn always(path: &str) -> Option<&'static str> {
    find(ALWAYS, path)
}

/// Returns why nothing on NixOS has a use for a file of a package.
pub(super) fn of_packages(path: &str) -> Option<&'static str> {
    find(OF_PACKAGES, path)
}

/// Tells whether the file is a copy that an editor, a package manager or a person put aside.
pub(super) fn is_copy(path: &str) -> bool {
    const ENDS: [&str; 21] = [
        "~",
        ".bak",
        ".old",
        ".orig",
        ".save",
        ".sav",
        ".swp",
        ".swo",
        ".backup",
        ".dpkg-old",
        ".dpkg-new",
        ".dpkg-dist",
        ".dpkg-bak",
        ".dpkg-tmp",
        ".ucf-old",
        ".ucf-new",
        ".ucf-dist",
        ".rpmsave",
        ".rpmnew",
        ".rpmorig",
        ".pacnew",
    ];
    const NAMES: [&str; 6] = [
        "passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-",
    ];
    let name = path.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    // The day or the number of the copy: `fstab.bak-2024-05-01`, `fstab.old1`.
    let undated = lower.trim_end_matches(|c: char| c.is_ascii_digit() || "-_.:t".contains(c));
    ENDS.iter()
        .any(|end| lower.ends_with(end) || undated.len() < lower.len() && undated.ends_with(end))
        || NAMES.contains(&name)
}

fn find(table: &[(&[&str], &'static str)], path: &str) -> Option<&'static str> {
    let below = path.strip_prefix("/etc/")?;
    let row = table
        .iter()
        .find(|(patterns, _)| patterns.iter().any(|pattern| matches(pattern, below)));
    row.map(|(_, reason)| *reason)
}

/// `*` and `?` stand for characters of one name.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_folder) = match pattern.strip_suffix('/') {
        Some(folder) => (folder, true),
        None => (pattern, false),
    };
    let mut parts = path.split('/');
    for name in pattern.split('/') {
        if !parts
            .next()
            .is_some_and(|part| is_alike(name.as_bytes(), part.as_bytes()))
        {
            return false;
        }
    }
    parts.next().is_some() == is_folder
}

fn is_alike(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            is_alike(rest, name)
                || name
                    .split_first()
                    .is_some_and(|(_, name)| is_alike(pattern, name))
        }
        (Some((b'?', rest)), Some((_, name))) => is_alike(rest, name),
        (Some((a, rest)), Some((b, name))) => a == b && is_alike(rest, name),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{always, is_copy, matches, of_packages};

    #[test]
    fn patterns_are_of_whole_names() {
        let check = |pattern: &str, path: &str, expected: bool| {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        };
        check("apt/", "apt/sources.list", true);
        check("apt/", "apt", false);
        check("apt/", "apticron/x", false);
        check("rc?.d/", "rc2.d/S01x", true);
        check("rc?.d/", "rc.d/S01x", false);
        check("pam.d/common-*", "pam.d/common-auth", true);
        check("*/README", "a/README", true);
        check("*/README", "README", false);
        check("motd", "motd", true);
        check("motd", "motd/x", false);
    }

    #[test]
    fn what_has_no_use_says_why() {
        assert!(always("/etc/alternatives/vi").is_some());
        assert!(always("/etc/init.d/shop").is_none());
        assert!(of_packages("/etc/init.d/ssh").is_some());
        assert!(always("/etc/nginx/nginx.conf").is_none());
    }

    #[test]
    fn copies_are_known_by_their_names() {
        for path in [
            "/etc/fstab~",
            "/etc/x.conf.dpkg-old",
            "/etc/passwd-",
            "/etc/a.BAK",
            "/etc/fstab.bak-2024-05-01",
            "/etc/fstab.old1",
        ] {
            assert!(is_copy(path), "{path}");
        }
        for path in [
            "/etc/passwd",
            "/etc/old",
            "/etc/backup",
            "/etc/a.conf.1",
            "/etc/fstab",
        ] {
            assert!(!is_copy(path), "{path}");
        }
    }
}
