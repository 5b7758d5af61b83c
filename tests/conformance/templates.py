#!/usr/bin/env python3
"""Renders the templates of whole repositories with ansible-core's templar and with ops2nix, and compares the bytes.

    templates.py BINARY REPOSITORY...     a file with a repository on each line may stand for them

Run by hand, see README.md here. For every repository, BINARY translates it with --trace, and every template that was
rendered there is rendered again as plugins/action/template.py does it, with the variables that the trace names. Nothing
is executed and no host is asked: lookups that would do so are refused, and processes and connections cannot be made.

A template whose text hangs on a fact, a secret or anything else that is not known is left out, and counted by cause.
"""

import collections
import configparser
import difflib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import types

MARKS = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
)
SEQUENCES = {"\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n"}
# Lookups that ask the control node, or run something there.
REFUSED = {"pipe", "url", "env", "password", "random_choice", "passwordstore", "dig", "unix_uptime"}
FACTS = "ansible_facts."
NOT_KNOWN = "templates.py: not known: "
MOST_SHOWN = 100


class Refused(Exception):
    """What must not be asked."""


def main():
    binary, *repositories = sys.argv[1:]
    if len(repositories) == 1 and pathlib.Path(repositories[0]).is_file():
        repositories = pathlib.Path(repositories[0]).read_text().split()
    tally = Tally()
    for repository in repositories:
        steps = list(played(binary, repository))
        refuse()
        for step in steps:
            tally.add(repository, step)
        allow()
    tally.print()


def played(binary, repository):
    """Yields the steps of a repository that concern templates."""
    with tempfile.NamedTemporaryFile() as trace:
        command = [binary, "--color", "never", "translate", repository, "--dump-model", "json", "--trace", trace.name]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        for line in pathlib.Path(trace.name).read_text().splitlines():
            step = json.loads(line)
            if step["module"] == "template" and step["outcome"] != "skipped":
                yield step


class Tally:
    def __init__(self):
        self.seen = set()
        self.templates = {}
        self.left_out = collections.Counter()
        self.files_left_out = collections.defaultdict(set)
        self.renderings = 0
        self.equal = 0
        self.differences = []

    def add(self, repository, step):
        name = pathlib.Path(repository).name
        rendered = step.get("rendered")
        if not rendered:
            place = (name, step["source"], json.dumps(step.get("item")))
            if place not in self.seen:
                self.seen.add(place)
                self.leave_out("never rendered: its name or a parameter is not known, or it is not there", place)
            return
        options = {key: it for key, it in (step.get("arguments") or {}).items() if key not in ("src", "dest", "mode")}
        template = os.path.join(step.get("project", ""), rendered["template"])
        id = (name, template, json.dumps([rendered["variables"], rendered["search"], options]))
        if id in self.seen:
            return
        self.seen.add(id)
        file = id[:2]
        text = rendered["text"]
        if isinstance(text, dict) and "failed" not in text:
            return self.leave_out(cause(text), file)
        try:
            theirs = render(repository, step, rendered)
        except Refused as refused:
            return self.leave_out(str(refused), file)
        except Exception as error:
            theirs = {"failed": chain(error)}
            if '"\\u0000"' in json.dumps(rendered["variables"]) and "has no attribute" in theirs["failed"]:
                return self.leave_out("the result of the task", file)
            if NOT_KNOWN in theirs["failed"]:
                why = theirs["failed"].split(NOT_KNOWN)[1]
                return self.leave_out("a variable of which ours needed only a part: " + kind(why), file)
        self.renderings += 1
        self.templates.setdefault(file, True)
        if theirs == text or (isinstance(theirs, dict) and isinstance(text, dict)):
            self.equal += 1
            return
        self.templates[file] = False
        self.differences.append((*file, step["source"], theirs, text))

    def leave_out(self, why, file):
        self.left_out[why] += 1
        self.files_left_out[why].add(file)

    def print(self):
        shown = list({it[:2]: it for it in reversed(self.differences)}.values())
        for repository, template, source, theirs, ours in shown[:MOST_SHOWN]:
            print(f"==== {repository}: {template} ({source})")
            if isinstance(theirs, dict) or isinstance(ours, dict):
                print(f"ansible: {str(theirs)[:400]!r}\nops2nix: {str(ours)[:200]!r}")
                continue
            lines = difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "ansible", "ops2nix", "", "", 1, "")
            for line in list(lines)[:30]:
                print(line.encode("unicode_escape").decode())
        if len(shown) > MOST_SHOWN:
            print(f"==== and {len(shown) - MOST_SHOWN} more templates differ")
        same = sum(self.templates.values())
        print(f"\ntemplates:  {len(self.templates)}, of which {same} are equal in every rendering", share(same, len(self.templates)))
        print(f"renderings: {self.renderings}, of which {self.equal} are equal", share(self.equal, self.renderings))
        print(f"left out:   {sum(self.left_out.values())} renderings, by cause:")
        for why, count in self.left_out.most_common():
            print(f"  {count:6} of {len(self.files_left_out[why]):4} templates: {why}")


def share(part, whole):
    return f"({100 * part / whole:.2f} %)" if whole else ""


def cause(text):
    """Returns why a text is not known: its first hole, in few words; a secret before all."""
    holes = [it for it in text.get("text", [text]) if isinstance(it, dict)]
    secrets = [it for it in holes if "secret" in it]
    return kind_of(secrets[0] if secrets else holes[0])


def kind_of(hole):
    if "secret" in hole:
        return "a secret"
    return kind(hole.get("unknown", str(hole)))


def kind(why):
    named = re.match(r"the result of the (filter|test|lookup|function) `([^`]*)`", why)
    if named:
        return f"the {named[1]} `{named[2]}`"
    for known in ("the result of the task", "the fact", "the time of the run", "which may stand in"):
        if known in why:
            return known.replace("which", "a variable that")
    return re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"|[^ ]*/[^ ]*", "..", why)


def render(repository, step, rendered):
    """Renders a template as ansible-core's action plugin does."""
    from ansible._internal._templating import _template_vars
    from ansible._internal._templating._jinja_common import _TemplateConfig
    from ansible.module_utils.parsing.convert_bool import boolean
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar, trust_as_template

    arguments = step.get("arguments") or {}
    root = os.path.abspath(os.path.join(repository, step.get("project", "")))
    search = [os.path.join(root, it) for it in rendered["search"]]
    # The folder of the file of the task: a role's stands in `tasks`.
    paths = [path.removesuffix("/tasks") for path in search[:-1]]
    loader = DataLoader()
    loader.set_basedir(search[-1])
    source = os.path.join(root, rendered["template"])
    variables = {name: bound(it) for name, it in rendered["variables"].items() if name != "hostvars"}
    facts = {name.partition(".")[2]: variables.pop(name) for name in list(variables) if name.startswith(FACTS)}
    if facts or "ansible_facts" not in variables:
        variables["ansible_facts"] = {**variables.get("ansible_facts", {}), **facts}
    if "hostvars" in rendered["variables"]:
        variables["hostvars"] = Hosts(rendered["variables"]["hostvars"]["hosts"]).hostvars(loader)
    extensions = setting(root, "jinja2_extensions", "")
    _TemplateConfig.jinja_extensions = [it.strip() for it in extensions.split(",") if it.strip()]
    # Files are looked for below these: here they are whole.
    for name in ("role_path", "playbook_dir", "inventory_dir"):
        if isinstance(variables.get(name), str):
            variables[name] = os.path.normpath(os.path.join(root, variables[name]))
    variables["ansible_search_path"] = [*dict.fromkeys([*paths, *search])]
    template = trust_as_template(loader.get_text_file_contents(source))
    folders = [*variables["ansible_search_path"], loader._basedir, os.path.dirname(source)]
    folders = [path for folder in folders for path in (os.path.join(folder, "templates"), folder)]
    managed = setting(root, "ansible_managed", "Ansible managed")
    _template_vars._constants = types.SimpleNamespace(config=types.SimpleNamespace(get_config_value=lambda _: managed))
    made = _template_vars.generate_ansible_template_vars(
        path=arguments.get("src"), fullpath=source, dest_path=arguments.get("dest")
    )
    for name, value in made.items():
        variables.setdefault(name, value)
    sequence = arguments.get("newline_sequence", "\n")
    overrides = {name: arguments[name] for name in MARKS if name in arguments}
    overrides["trim_blocks"] = boolean(arguments.get("trim_blocks", True), strict=False)
    overrides["lstrip_blocks"] = boolean(arguments.get("lstrip_blocks", False), strict=False)
    overrides["newline_sequence"] = SEQUENCES.get(sequence, sequence)
    templar = Templar(loader).copy_with_new_env(searchpath=folders, available_variables=variables)
    result = templar.template(template, escape_backslashes=False, overrides=overrides)
    return "" if result is None else str(result).replace(root + "/", "").replace(root, ".")


def setting(root, name, usual):
    """Returns a setting of the project's ansible.cfg."""
    config = configparser.ConfigParser(interpolation=None, strict=False, inline_comment_prefixes=(";",))
    config.read(os.path.join(root, "ansible.cfg"))
    return config.get("defaults", name, fallback=usual)


class Hosts:
    """Stands for the inventory and the manager of variables, of which `hostvars` asks."""

    def __init__(self, hosts):
        self.hosts = hosts

    def hostvars(self, loader):
        from ansible.vars.hostvars import HostVars

        return HostVars(self, self, loader)

    def get_host(self, name):
        return name if name in self.hosts else None

    def get_vars(self, host, include_hostvars):
        return {name: bound(it) for name, it in self.hosts[host].items()}


def bound(it):
    if "secret" in it:
        return not_known("a secret")
    if "written" in it:
        return written(it["written"])
    return value(it["value"])


def written(it):
    from ansible.template import trust_as_template

    if isinstance(it, str):
        return trust_as_template(it)
    if isinstance(it, list):
        return [written(item) for item in it]
    if isinstance(it, dict):
        if set(it) == {"unsafe"}:
            return it["unsafe"]
        if set(it) in ({"vault"}, {"vault-encrypted"}):
            return not_known("a secret")
        if set(it) == {"pairs"}:
            return {key: written(item) for key, item in it["pairs"]}
        return {key: written(item) for key, item in it.items()}
    return it


def value(it):
    if isinstance(it, list):
        return [value(item) for item in it]
    if isinstance(it, dict):
        if set(it) & {"unknown", "secret", "undefined", "text"} and len(it) == 1:
            return not_known(cause(it))
        if set(it) == {"pairs"}:
            return {key: value(item) for key, item in it["pairs"]}
        return {key: value(item) for key, item in it.items() if key != "\0"}
    return it


def not_known(why):
    """Returns what fails only where it is used."""
    from ansible.template import trust_as_template

    return trust_as_template("{{ undef(" + repr(NOT_KNOWN + why) + ") }}")


def chain(error):
    said = []
    while error:
        said.append(str(error))
        error = error.__cause__ or error.__context__
    return "; ".join(said)


really = {}


def refuse():
    """Makes sure that rendering runs nothing and asks nobody."""
    from ansible.plugins.loader import lookup_loader

    def get(name, *rest, **named):
        if name.rsplit(".", 1)[-1] in REFUSED:
            raise Refused(f"the lookup `{name}`, which is refused here")
        return really["get"](name, *rest, **named)

    def never(*_, **__):
        raise Refused("a process or a connection, which are refused here")

    really.update(get=lookup_loader.get, run=subprocess.Popen.__init__, connect=socket.socket.connect)
    lookup_loader.get = get
    subprocess.Popen.__init__ = never
    socket.socket.connect = never


def allow():
    from ansible.plugins.loader import lookup_loader

    lookup_loader.get = really["get"]
    subprocess.Popen.__init__ = really["run"]
    socket.socket.connect = really["connect"]


if __name__ == "__main__":
    os.environ["ANSIBLE_DEPRECATION_WARNINGS"] = "False"
    os.environ["ANSIBLE_LOCALHOST_WARNING"] = "False"
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader()
    main()
