//! What RUN comes to, one script for each row.

use crate::account::Account;
use crate::diag::Diagnostics;
use crate::import::Options;
use crate::import::dockerfile::IMPORTER;
use crate::model::{Content, Resource};
use crate::source::SourceTree;

/// Plays one RUN on Debian and shows what comes of it: packages with `+`, resources, then what is left.
fn check(script: &str, expected: &str) {
    check_on("debian:12", script, expected);
}

fn check_on(image: &str, script: &str, expected: &str) {
    let text = format!("FROM {image}\nARG VERSION=1.2\nARG TOKEN\nRUN {script}\nCMD [\"a\"]\n");
    let tree = SourceTree::from_texts("shop", &[("Dockerfile", &text)]);
    let (mut account, mut diags) = (Account::new(), Diagnostics::new());
    let options = Options {
        given: vec!["Dockerfile".to_owned()],
        ..Options::default()
    };
    let model = (IMPORTER.import)(&tree, &options, &mut account, &mut diags);
    let mut found = Vec::new();
    for entry in &model.machines[0].entries {
        match &entry.resource {
            Resource::Application(it) => {
                found.extend(it.packages.iter().map(|it| format!("+{}", it.value.name)));
                found.extend(it.state.iter().map(|it| format!("keeps {}", it.value)));
            }
            Resource::User(it) => found.push(format!(
                "user {}{}{}{}{}",
                it.name,
                it.uid.map_or_else(String::new, |uid| format!(" {uid}")),
                it.group
                    .as_deref()
                    .map_or_else(String::new, |it| format!(" of {it}")),
                it.home
                    .as_deref()
                    .map_or_else(String::new, |it| format!(" at {it}")),
                it.groups
                    .iter()
                    .map(|it| format!(" in {it}"))
                    .collect::<String>(),
            )),
            Resource::Group(it) => found.push(format!(
                "group {}{}",
                it.name,
                it.gid.map_or_else(String::new, |gid| format!(" {gid}"))
            )),
            Resource::Directory(it) => found.push(format!(
                "dir {}{}{}",
                it.path,
                it.owner
                    .as_deref()
                    .map_or_else(String::new, |it| format!(" of {it}")),
                it.mode
                    .map_or_else(String::new, |it| format!(" {}", it.octal()))
            )),
            Resource::File(it) => {
                let Content::Text(text) = &it.content else {
                    panic!("{it:?}")
                };
                let mode = it
                    .mode
                    .map_or_else(String::new, |it| format!(" {}", it.octal()));
                found.push(format!("file {}{mode} {:?}", it.path, text.to_string()));
            }
            Resource::Link(it) => found.push(format!("link {} -> {}", it.path, it.target)),
            Resource::Timezone(it) => found.push(format!("zone {}", it.name)),
            Resource::Opaque(it) => found.push(format!("left: {}", it.reason)),
            other => found.push(format!("{other:?}")),
        }
    }
    let item = account
        .items()
        .find(|(_, it)| it.subject == "RUN")
        .unwrap()
        .1;
    if found.is_empty() {
        found.extend(item.decision().map(|it| format!("nothing: {}", it.reason)));
    }
    assert_eq!(found.join("; "), expected, "{script}");
}

#[test]
fn packages_stay_that_are_not_removed_again() {
    check(
        "apt-get update && apt-get install -y --no-install-recommends curl=7.* git && rm -rf /var/lib/apt/lists/*",
        "+curl; +git",
    );
    check(
        "apt-get update",
        "nothing: NixOS has no package cache to refresh or clean, and no database of installed packages to mend",
    );
    check(
        "apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc",
        "left: it builds with `make`",
    );
    check(
        "deps='gcc make'; apt-get install -y $deps jq; apt-get remove -y $deps",
        "+jq",
    );
    check(
        "apt-get install -y jq; saved=\"$(apt-mark showmanual)\"; apt-get install -y gcc; apt-mark auto '.*' > /dev/null; [ -z \"$saved\" ] || apt-mark manual $saved; apt-get purge -y --auto-remove",
        "+jq",
    );
    check_on(
        "alpine:3",
        "apk add --no-cache --virtual .build gcc $X && apk add tini && apk del .build",
        "+tini",
    );
    check_on(
        "alpine:3",
        "apk add -U --no-cache -t .build gcc bash",
        "+gcc; +bash",
    );
    check_on(
        "fedora",
        "dnf install -y --setopt=tsflags=nodocs httpd-2.4.6-97.el7.x86_64 && dnf clean all",
        "+httpd",
    );
    check("apt-get install -y php${VERSION} x=$TOKEN", "+php1.2; +x");
    check(
        "if [ \"$(uname -m)\" = x86_64 ]; then apt-get install -y a1; else apt-get install -y b1; fi",
        "+a1",
    );
    check(
        "case \"$(dpkg --print-architecture)\" in amd64) p=a1 ;; *) p=b1 ;; esac; apt-get install -y $p",
        "+a1",
    );
    check("for p in a1 b1; do apt-get install -y $p; done", "+a1; +b1");
    check(
        "if grep -q x /y; then apt-get install -y a1; fi",
        "left: it perhaps installs a1",
    );
    check(
        "apt-get install -y ./x.deb",
        "left: it installs what is a file on the machine: `./x.deb`",
    );
}

#[test]
fn accounts_are_those_of_every_dialect() {
    check(
        "groupadd -r -g 999 redis; useradd -r -g redis -u 999 redis",
        "group redis 999; user redis 999 of redis",
    );
    check(
        "addgroup -g 70 -S pg; adduser -u 70 -S -D -G pg -H -h /var/lib/pg -s /bin/sh pg",
        "group pg 70; user pg 70 of pg at /var/lib/pg",
    );
    check(
        "adduser --system --group --no-create-home app",
        "group app; user app of app",
    );
    check(
        "useradd -rm -d /srv/a -s /bin/false -G video,audio a",
        "user a at /srv/a in video in audio",
    );
    check(
        "addgroup a b && usermod -aG docker c",
        "user a in b; user c in docker",
    );
    check("useradd -p hunter2 a", "user a; left: it sets a password");
    check("echo 'root:hunter2' | chpasswd", "left: it sets a password");
    check(
        "useradd a && userdel a",
        "nothing: a new machine does not have it",
    );
}

#[test]
fn paths_are_made_changed_and_forgotten() {
    check(
        "mkdir -p /data /var/lib/x && chown -R 1000:1000 /data && chmod 700 /var/lib/x",
        "dir /data of 1000; dir /var/lib/x 0700",
    );
    check(
        "install -d -o a -g b -m 0755 /srv/x",
        "dir /srv/x of a 0755",
    );
    check(
        "mkdir /x && rm -rf /x",
        "nothing: what a build leaves behind is not on a new machine",
    );
    check(
        "echo a > /etc/x.conf && printf '%s\\n' b >> /etc/x.conf",
        "file /etc/x.conf \"a\\nb\\n\"",
    );
    check(
        "echo \"password=hunter2\" | tee /etc/x.conf",
        "file /etc/x.conf \"password=<secret: Dockerfile:1 password>\\n\"",
    );
    check(
        "echo x >> /etc/hosts.allow",
        "left: it adds to `/etc/hosts.allow`",
    );
    check("cd /srv && mkdir -p a/{b,c}", "dir /srv/a/b; dir /srv/a/c");
    check("ln -s /data/x /var/lib/x", "link /var/lib/x -> /data/x");
    check(
        "ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime",
        "zone Europe/Berlin",
    );
    check(
        "ln -sf /dev/stdout /var/log/x.log",
        "nothing: what a unit prints goes to the journal",
    );
    check("sed -i s/a/b/ /etc/x.conf", "left: it edits `/etc/x.conf`");
    check(
        "echo 'deb x' > /etc/apt/sources.list.d/x.list",
        "nothing: NixOS takes packages from nixpkgs, not from repositories",
    );
    check("[ -d /x ] || mkdir /x", "dir /x");
}

#[test]
fn what_only_builds_is_left_with_its_reason() {
    check(
        "curl -fsSL https://u:p@x.org/$VERSION.tgz?key=1 | tar xz -C /opt",
        "left: it fetches https://u:<secret: the password of a command or an address>@x.org/1.2.tgz?..., unpacks with `tar`",
    );
    check(
        "npm ci && npm cache clean --force",
        "left: it installs dependencies with `npm`",
    );
    check(
        "pip install --upgrade pip",
        "nothing: it renews what installs the dependencies of the build",
    );
    check(
        "pip install -r requirements.txt flask",
        "left: it installs requirements.txt, flask with `pip`",
    );
    check(
        "gpg --verify a && gosu --version",
        "nothing: keys only prove what a build fetches",
    );
    check("foo --bar", "left: it runs `foo`");
    check("[\"mkdir\", \"/x y\"]", "dir /x y");
    check("sh -c 'mkdir /x'", "dir /x");
    check("set -eux; a() { make; }; mkdir /x", "dir /x");
    check(
        "mkdir '",
        "left: it cannot be read: a quote or here-document of the script has no end",
    );
    check("<<E\nmkdir /x\nE\n", "dir /x");
    check(
        "<<E\n#!/usr/bin/python3\nprint()\nE\n",
        "left: it is a program for `/usr/bin/python3`",
    );
    check("cat <<E > /etc/x\na b\nE\n", "file /etc/x \"a b\\n\"");
}

#[test]
fn what_a_group_prints_is_a_file() {
    check(
        "set -e; { echo a; echo b; } > /etc/x.ini",
        "file /etc/x.ini \"a\\nb\\n\"",
    );
    check_on(
        "debian",
        "{ echo '<A \\.b$>'; echo '\\tc'; } > /etc/x.ini",
        "file /etc/x.ini \"<A \\\\.b$>\\n\\tc\\n\"",
    );
    check(
        "{ echo a; } 2>/dev/null",
        "nothing: it only looks, or steers the script",
    );
    check(
        "{ echo a; date; } > /etc/x.ini",
        "left: it writes `/etc/x.ini` by several commands",
    );
    check_on(
        "php:8.3-fpm",
        "{ echo a; } > $PHP_INI_DIR/conf.d/x.ini",
        "+php; file /usr/local/etc/php/conf.d/x.ini \"a\\n\"",
    );
    check_on(
        "php:8.3-fpm",
        "saved=\"$(apt-mark showmanual)\"; docker-php-ext-install bcmath; apt-mark auto '.*'; apt-mark manual $saved; apt-get purge -y --auto-remove",
        "+phpExtensions.bcmath; +php",
    );
}
