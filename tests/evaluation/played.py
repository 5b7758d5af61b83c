#!/usr/bin/env python3
"""Plays a playbook for real in a chroot, records what it left, and compares that with what ops2nix read; run by hand, as root.

    played.py base DIR                                    a Debian 12 of debootstrap to play on
    played.py record BASE ANSIBLE PLAYBOOK OUT.json [..]  plays it on a copy of BASE (ANSIBLE: the bin/ of a virtual
                                                          environment with ansible); what follows goes to ansible-playbook
    played.py compare OPS2NIX PROJECT OUT.json [..]       what follows goes to `ops2nix translate`

systemctl is a stand-in in the chroot: it answers as systemd would and writes down what it is asked. A record holds no text
of a file, only the hash of it: of each task how it ended, and of the machine the files that are new or changed, accounts,
packages that were asked for, units that are switched on, and lines of crontabs.

`compare` says of each task that ran, and of each thing that it left, whether ops2nix read the same: `same`; `said` (an item
of the account leaves it to the person or says why nothing is needed); `differ`.
"""

import collections
import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

PACKAGES = "python3,python3-apt,sudo,ca-certificates,systemd,cron,openssh-server,gnupg,iproute2,procps"
MIRROR = "http://deb.debian.org/debian"

# Answers what Ansible's modules and maintainer scripts ask, keeps what is switched on and started in a folder.
SYSTEMCTL = r"""#!/usr/bin/python3
import json, os, pathlib, sys
kept = pathlib.Path("/var/lib/recorder")
(kept / "active").mkdir(parents=True, exist_ok=True)
words = [it for it in sys.argv[1:] if not it.startswith("-")]
with open(kept / "asked", "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\n")
verb, units = (words[0], words[1:]) if words else ("", [])
full = lambda it: it if "." in it else it + ".service"
folders = [pathlib.Path(it) for it in ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")]
def found(unit):
    names = [unit] + ([unit.split("@")[0] + "@." + unit.rsplit(".", 1)[1]] if "@" in unit else [])
    hits = [folder / name for folder in folders for name in names if os.path.lexists(folder / name)]
    return hits[0] if hits else None
def links(unit):
    return [it for it in folders[0].glob("*.wants/" + unit)] + [it for it in folders[0].glob("*.requires/" + unit)]
def installs(path):
    wanted, section = [], ""
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("["): section = line.strip()
        key, _, value = line.partition("=")
        if section == "[Install]" and key.strip() in ("WantedBy", "RequiredBy"):
            wanted += [(target, key.strip()) for target in value.split()]
    return wanted
for unit in map(full, units):
    path, mark = found(unit), kept / "active" / unit
    if verb in ("enable", "reenable"):
        if path is None: sys.exit(f"Failed to enable unit: Unit file {unit} does not exist.")
        for target, key in installs(path):
            folder = folders[0] / (target + (".wants" if key == "WantedBy" else ".requires"))
            folder.mkdir(parents=True, exist_ok=True)
            if not os.path.lexists(folder / unit): (folder / unit).symlink_to(path)
    elif verb == "disable":
        for link in links(unit): link.unlink()
    elif verb == "mask":
        (folders[0] / unit).unlink(missing_ok=True); (folders[0] / unit).symlink_to("/dev/null")
    elif verb == "unmask":
        if (folders[0] / unit).is_symlink() and os.readlink(folders[0] / unit) == "/dev/null": (folders[0] / unit).unlink()
    if verb in ("start", "restart", "reload", "reload-or-restart", "try-restart") or (verb == "enable" and "--now" in sys.argv):
        if path is None: sys.exit(f"Failed to {verb} {unit}: Unit {unit} not found.")
        mark.touch()
    elif verb == "stop":
        mark.unlink(missing_ok=True)
    elif verb == "is-active":
        print("active" if mark.exists() else "inactive"); sys.exit(0 if mark.exists() else 3)
    elif verb == "is-enabled":
        on = bool(path and (links(unit) or not installs(path)))
        print("enabled" if links(unit) else "static" if on else "disabled"); sys.exit(0 if on else 1)
    elif verb == "is-failed":
        sys.exit(1)
    elif verb == "show":
        masked = bool(path and path.is_symlink() and os.readlink(path) == "/dev/null")
        print("LoadState=" + ("masked" if masked else "loaded" if path else "not-found"))
        print("ActiveState=" + ("active" if mark.exists() else "inactive"))
        print("SubState=" + ("running" if mark.exists() else "dead"))
        print("UnitFileState=" + ("masked" if masked else "enabled" if links(unit) else "disabled"))
        print("CanReload=yes\nId=" + unit + "\nNames=" + unit)
if verb == "is-system-running":
    print("running")
if verb in ("list-unit-files", "list-units") :
    for folder in reversed(folders):
        for path in sorted(folder.glob("*.*")):
            if path.suffix in (".service", ".timer", ".socket", ".target", ".mount", ".path"):
                print(path.name, "enabled" if links(path.name) else "disabled", "enabled")
"""

# What the package manager and systemd's helpers write themselves.
GENERATED = (
    "/etc/ld.so.cache /etc/alternatives/ /etc/rc /etc/mailcap /etc/ssl/certs/ /etc/.pwd.lock /etc/machine-id /etc/apt/trusted.gpg "
    "/etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/subuid /etc/subgid /etc/resolv.conf /etc/python3 /etc/shells "
    "/usr/bin/ /usr/sbin/ /usr/lib/ /usr/share/ /usr/libexec/ /usr/include/ /bin/ /sbin/ /lib/ /var/ /run/ /tmp/ /dev/ /proc/ /sys/ /root/.ansible"
).split()
KEPT_OF_GENERATED = ("/var/spool/cron/crontabs/",)

# The files that a module edits for what the model keeps as a value of its own.
SETTINGS = {
    "sshd-setting": ("/etc/ssh/sshd_config",),
    "sysctl": ("/etc/sysctl.",),
    "cron-job": ("/var/spool/cron/crontabs/", "/etc/cron"),
    "hosts-entry": ("/etc/hosts",),
    "hostname": ("/etc/hostname", "/etc/hosts", "/etc/mailname"),
    "timezone": ("/etc/timezone", "/etc/localtime", "/etc/adjtime"),
    "mount": ("/etc/fstab",),
    "kernel-module": ("/etc/modules", "/etc/modprobe.d/"),
    "sudo-rule": ("/etc/sudoers",),
    "authorized-key": ("/root/.ssh", "/home/"),
    "firewall-port": ("/etc/ufw/", "/etc/default/ufw"),
    "firewall": ("/etc/ufw/", "/etc/default/ufw"),
    "setting": ("/etc/",),
}
SKELETON = (".bashrc", ".bash_logout", ".profile")


def main():
    command, *rest = sys.argv[1:]
    {"base": base, "record": record, "compare": compare}[command](*rest)


def base(folder):
    subprocess.run(["debootstrap", "--variant=minbase", "--include=" + PACKAGES, "bookworm", folder, MIRROR], check=True)


def record(root, ansible, playbook, out, *arguments):
    playbook = pathlib.Path(playbook).resolve()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as work:
        machine = pathlib.Path(work) / "machine"
        subprocess.run(["cp", "-a", "--reflink=auto", root, machine], check=True)
        equip(machine)
        before = state(machine)
        for name in ("proc", "dev"):
            subprocess.run(["mount", "--rbind" if name == "dev" else "--bind", f"/{name}", machine / name], check=True)
        try:
            tasks = play(machine, ansible, playbook, arguments)
        finally:
            for name in ("proc", "dev"):
                subprocess.run(["umount", "-l", machine / name], check=True)
        after = state(machine)
        left = {kind: {key: it for key, it in after[kind].items() if before[kind].get(key) != it} for kind in after}
        owned = packaged(machine, left["files"])
        brought = of_packages(root, pathlib.Path(work) / "packages", machine)
        left["files"] = {path: it for path, it in left["files"].items() if path not in owned and brought.get(path) != it}
        left["gone"] = sorted(path for path in before["files"] if path not in after["files"])
        asked = machine / "var/lib/recorder/asked"
        left["systemctl"] = [json.loads(line) for line in asked.read_text().splitlines()] if asked.exists() else []
    pathlib.Path(out).write_text(json.dumps({"playbook": playbook.name, "tasks": tasks, "left": left}, indent=1, sort_keys=True) + "\n")
    print(collections.Counter(it["end"] for it in tasks), {kind: len(it) for kind, it in left.items()})


def of_packages(root, machine, played):
    """Returns the files of a machine on which nothing was done but to install the same packages."""
    installed = lambda it: set(subprocess.run(["chroot", it, "dpkg-query", "-W", "-f", "${Package}\n"], capture_output=True, text=True, check=True).stdout.split())
    subprocess.run(["cp", "-a", "--reflink=auto", root, machine], check=True)
    equip(machine)
    wanted = sorted(installed(played) - installed(machine))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for words in (["update"], ["install", "-y", "--no-install-recommends", *wanted]) if wanted else ():
        subprocess.run(["chroot", machine, "apt-get", "-q", *words], env=environment, stdout=subprocess.DEVNULL, check=True)
    return state(machine)["files"]


def equip(machine):
    for path, text in (("usr/bin/systemctl", SYSTEMCTL), ("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")):
        (machine / path).unlink(missing_ok=True)
        (machine / path).write_text(text)
        (machine / path).chmod(0o755)
    (machine / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    shutil.copy("/etc/resolv.conf", machine / "etc/resolv.conf")
    for path in pathlib.Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(path, machine / "etc/apt/apt.conf.d")


def play(machine, ansible, playbook, arguments):
    environment = dict(
        os.environ,
        PATH=f"{ansible}:{os.environ['PATH']}",
        ANSIBLE_STDOUT_CALLBACK="ansible.posix.json",
        ANSIBLE_LOCALHOST_WARNING="False",
        ANSIBLE_HOST_KEY_CHECKING="False",
        ANSIBLE_RETRY_FILES_ENABLED="False",
        ANSIBLE_COMMAND_WARNINGS="False",
    )
    done = subprocess.run(
        [f"{ansible}/ansible-playbook", playbook, "-e", "ansible_connection=community.general.chroot", "-e", f"ansible_host={machine}",
         "-e", "ansible_python_interpreter=/usr/bin/python3", "-e", "ansible_user=root", "-e", "ansible_service_mgr=systemd", *arguments],
        cwd=playbook.parent, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    text = done.stdout[done.stdout.find("{") :] if "{" in done.stdout else ""
    if not text:
        sys.exit(done.stdout + done.stderr)
    tasks = []
    for one in json.JSONDecoder().raw_decode(text)[0]["plays"]:
        for task in one["tasks"]:
            for host, result in task["hosts"].items():
                path = task["task"].get("path", "")
                path = os.path.relpath(path, playbook.parent) if path else ""
                end = "skipped" if result.get("skipped") else "failed" if result.get("failed") or result.get("unreachable") else \
                    "changed" if result.get("changed") else "ok"  # fmt: skip
                tasks.append({"name": task["task"]["name"], "place": path, "host": host, "end": end, "action": result.get("action", "")})
                if end == "failed":
                    print("failed:", path, str(result.get("msg"))[:300], file=sys.stderr)
    if not tasks:
        sys.exit("no task ran: " + done.stderr)
    return tasks


def state(machine):
    """Returns what the machine holds: files by path, accounts, packages that were asked for, units that are on."""
    files = {}
    for folder, names, leaves in os.walk(machine):
        inside = "/" + os.path.relpath(folder, machine) if folder != str(machine) else ""
        names[:] = [it for it in names if not os.path.islink(f"{folder}/{it}") and not generated(f"{inside}/{it}/", True)]
        for name in leaves + [it for it in os.listdir(folder) if os.path.islink(f"{folder}/{it}") and it not in leaves] + names:
            path = f"{inside}/{name}"
            if not generated(path):
                files[path] = told(f"{folder}/{name}")
    lines = lambda path: (machine / path).read_text().splitlines()
    users = {line.split(":")[0]: line.split(":")[2:] for line in lines("etc/passwd")}
    groups = {line.split(":")[0]: line.split(":")[2:] for line in lines("etc/group")}
    manual = subprocess.run(["chroot", machine, "apt-mark", "showmanual"], capture_output=True, text=True, check=True).stdout.split()
    wants = machine.glob("etc/systemd/system/*.*/*")
    units = {it.name: it.parent.name for it in wants if it.is_symlink() and it.parent.suffix in (".wants", ".requires")}
    return {"files": files, "users": users, "groups": groups, "packages": {it: True for it in manual}, "units": units}


def generated(path, folder=False):
    if any(path.startswith(it) or (folder and it.startswith(path)) for it in KEPT_OF_GENERATED):
        return False
    return any(path.startswith(it) for it in GENERATED)


def told(path):
    found = os.lstat(path)
    answer = {"mode": oct(stat.S_IMODE(found.st_mode))[2:].rjust(4, "0"), "owner": found.st_uid, "group": found.st_gid}
    if stat.S_ISLNK(found.st_mode):
        return {"link": os.readlink(path)}
    if stat.S_ISDIR(found.st_mode):
        return dict(answer, folder=True)
    if stat.S_ISREG(found.st_mode):
        data = pathlib.Path(path).read_bytes()
        return dict(answer, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    return answer


def packaged(machine, files):
    """Returns those of the files that are as a package brought them."""
    owned = set()
    status = (machine / "var/lib/dpkg/status").read_text()
    conffiles = {}
    for line in status.splitlines():
        words = line.split()
        if line.startswith(" /") and len(words) >= 2:
            conffiles[words[0]] = words[1]
    for path, it in files.items():
        if it.get("sha256") and conffiles.get(path) == hashlib.md5((machine / path[1:]).read_bytes()).hexdigest():
            owned.add(path)
    listed = set()
    for listing in (machine / "var/lib/dpkg/info").glob("*.list"):
        listed.update(listing.read_text().splitlines())
    owned.update(path for path, it in files.items() if path in listed and path not in conffiles)
    leads = lambda path, it: os.path.normpath(os.path.join(os.path.dirname(path), it["link"]))
    owned.update(path for path, it in files.items() if "link" in it and leads(path, it) in listed and not path.startswith("/etc/systemd/"))
    return owned


def compare(binary, project, recorded, *arguments):
    record = json.loads(pathlib.Path(recorded).read_text())
    with tempfile.TemporaryDirectory() as work:
        report = f"{work}/report.json"
        model = subprocess.run([binary, "translate", project, "--dump-model", "json", *arguments], capture_output=True, text=True, check=False)
        subprocess.run([binary, "translate", project, "--out", f"{work}/out", "--report", report, *arguments], capture_output=True, check=False)
        items = json.loads(pathlib.Path(report).read_text())["items"]
        machines = json.loads(model.stdout)["machines"]
    tally = collections.Counter()

    def say(kind, verdict, text):
        tally[kind, verdict] += 1
        if verdict == "differ":
            print(f"{kind}: {text}")

    ends = collections.defaultdict(set)
    for task in record["tasks"]:
        ends[task["place"]].add(task["end"])
    places = {f"{it['source']['file']}:{line}": it for it in items for line in range(it["source"]["line"], it["source"].get("end_line", it["source"]["line"]) + 1)}
    for place, ended in sorted(ends.items()):
        item = places.get(place) or next((it for key, it in places.items() if key.endswith("/" + place.lstrip("./"))), None)
        if item is None:
            say("task", "differ", f"{place} ran ({', '.join(ended)}) and no item is there")
            continue
        verdict, code = item["verdict"], item.get("code")
        ran = ended & {"ok", "changed"}
        if ran and code in ("condition-false", "not-reached"):
            say("task", "differ", f"{place} ran, and is {verdict} ({code}: {item.get('reason')})")
        elif not ran and ended == {"skipped"} and verdict in ("translated", "assumed", "runtime"):
            say("task", "differ", f"{place} was skipped, and is {verdict}")
        else:
            say("task", "said" if verdict in ("manual", "not-needed") else "same", place)
    resources = [entry["resource"] for machine in machines for entry in machine["entries"]]
    by_kind = collections.defaultdict(list)
    for resource in resources:
        (kind, it), = resource.items() if isinstance(resource, dict) else ((resource, {}),)
        by_kind[kind].append(it)
    paths = {it["path"]: it for kind in by_kind for it in by_kind[kind] if isinstance(it, dict) and "path" in it}
    told_of = json.dumps([[it.get("reason"), it.get("subject"), it.get("name")] for it in items]) + model.stdout
    settings = tuple(start for kind, starts in SETTINGS.items() if by_kind.get(kind) for start in starts)
    homes = {account[3]: name for name, account in record["left"]["users"].items()}
    for path, it in sorted(record["left"]["files"].items()):
        stated = paths.get(path)
        above, name = os.path.split(path)
        if "link" in it and above.endswith((".wants", ".requires")):
            continue
        if path in homes or (name in SKELETON and above in homes):
            say("file", "same" if homes.get(path) else "said", path)
        elif stated is None or it.get("folder"):
            known = stated or any(other.startswith(path + "/") for other in paths)
            verdict = "same" if known else "said" if path.startswith(settings) or path in told_of else "differ"
            say("file", verdict, f"{path} was left, and nothing states it")
        elif "sha256" in it and isinstance(stated.get("content"), str):
            equal = hashlib.sha256(stated["content"].encode()).hexdigest() == it["sha256"]
            say("file", "same" if equal else "differ", f"{path} has another text ({it['bytes']} bytes, here {len(stated['content'].encode())})")
            if stated.get("mode") and stated["mode"].rjust(4, "0") != it["mode"]:
                say("mode", "differ", f"{path} has {it['mode']}, here {stated['mode']}")
        else:
            say("file", "same", path)
    for kind, name in (("users", "user"), ("groups", "group"), ("packages", "package")):
        known = {it.get("name") for it in by_kind[name]}
        for key in record["left"][kind]:
            made = key in known or (kind != "packages" and int(record["left"][kind][key][0]) < 1000)
            say(name, "same" if made else "said" if key in told_of else "differ", f"{key} was left, and nothing states it")
    services = {it.get("name", "").removesuffix(".service") for kind in by_kind for it in by_kind[kind] if isinstance(it, dict) and ("enabled" in it or kind in ("unit", "service", "timer"))}
    for unit in record["left"]["units"]:
        name = unit.removesuffix(".service")
        say("unit", "same" if name in services else "said" if name in told_of else "differ", f"{unit} is on, and nothing says so")
    print({f"{kind} {verdict}": number for (kind, verdict), number in sorted(tally.items())})


if __name__ == "__main__":
    main()
