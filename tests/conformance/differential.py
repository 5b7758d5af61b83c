#!/usr/bin/env python3
"""Plays a real playbook with ansible-core, every module replaced, and lays its tasks beside ours; run by hand.

    differential.py OPS2NIX PLAYBOOK [-i INVENTORY] [option of both ...]

Nothing is executed: what acts on a machine only notes its arguments, lookups that run programs or ask the network
fail, and facts are those that `--assume debian-12` knows. For each host the tasks must be the same, in the same order,
with the same arguments and outcome. What fails (a fact that nobody knows, a file that is not there) is passed over, and
so are roles that are nowhere. A step whose run or arguments ops2nix holds for unknown is counted apart.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import record

# Actions that run within Ansible: their effect is what is compared.
OF_ANSIBLE = {"add_host", "assert", "debug", "fail", "group_by", "include_vars", "set_fact", "set_stats", "validate_argument_spec"}
RESULTS = {
    "command": {"changed": True, "rc": 0, "stdout": "", "stdout_lines": [], "stderr": "", "stderr_lines": []},
    "stat": {"changed": False, "stat": {"exists": False}},
    "find": {"changed": False, "files": [], "matched": 0},
    "package_facts": {"ansible_facts": {"packages": {}}},
    "service_facts": {"ansible_facts": {"services": {}}},
}
RESULTS["shell"] = RESULTS["raw"] = RESULTS["script"] = RESULTS["command"]


def main():
    if sys.argv[1:2] == ["--play"]:
        return play(sys.argv[2], sys.argv[3:])
    binary, playbook, *options = sys.argv[1:]
    binary, playbook = pathlib.Path(binary).resolve(), pathlib.Path(playbook).resolve()
    with tempfile.TemporaryDirectory() as home:
        facts = known_facts(binary, home)
        steps = ours(binary, playbook, options, home)
        theirs, status = ansible(playbook, options, facts, list(steps), home)
    compare(steps, theirs)
    if status not in (0, 2):
        print("ansible-playbook ends with", status)


def ours(binary, playbook, options, home):
    trace = pathlib.Path(home, "trace")
    command = [binary, "translate", playbook, "--dump-model", "json", "--trace", trace, "--assume", "debian-12", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if not trace.exists():
        sys.exit(done.stderr)
    steps = {}
    for line in trace.read_text().splitlines():
        step = json.loads(line)
        if step["module"] not in record.STEERS:
            steps.setdefault(step["host"], []).append(step)
    return steps


def known_facts(binary, home):
    """Returns the facts of the profile, those left out that it does not know."""
    folder = pathlib.Path(home, "facts")
    folder.mkdir()
    (folder / "site.yml").write_text("- hosts: h\n  tasks:\n  - debug: {msg: '{{ ansible_facts }}'}\n")
    step = ours(binary, folder / "site.yml", ["-i", "h,"], home)["h"][0]
    return {name: value for name, value in step["arguments"]["msg"].items() if not is_open(value)}


def ansible(playbook, options, facts, hosts, home):
    facts = {"ansible_facts": {f"ansible_{name}": value for name, value in facts.items()}}
    pathlib.Path(home, "facts.json").write_text(json.dumps(facts))
    # Settings of the project may name programs, and those are not run.
    pathlib.Path(home, "ansible.cfg").touch()
    pathlib.Path(home, "roles").mkdir()
    events = pathlib.Path(home, "events")
    if "-i" not in options:
        inventory = pathlib.Path(home, "inventory")
        inventory.write_text("".join(f"[{host}]\n{host}\n" for host in hosts))
        options = ["-i", str(inventory), *options]
    environment = {
        **record.environment_in(home),
        "ANSIBLE_EVENTS": str(events),
        "FACTS": str(pathlib.Path(home, "facts.json")),
        "ANSIBLE_CONFIG": str(pathlib.Path(home, "ansible.cfg")),
        "ANSIBLE_ROLES_PATH": f"{playbook.parent}/roles:{playbook.parent.parent}/roles:{home}/roles",
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [sys.executable, __file__, "--play", str(playbook.parent), str(playbook), *options]
    for _ in range(40):
        events.unlink(missing_ok=True)
        done = subprocess.run(command, cwd=playbook.parent, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        missing = re.search(r"the role '([^']+)' was not found", done.stderr)
        if not missing:
            break
        # Both go on without a role that nobody has.
        pathlib.Path(home, "roles", missing[1], "tasks").mkdir(parents=True)
    theirs = {}
    for line in events.read_text().splitlines() if events.exists() else []:
        step = json.loads(line)
        theirs.setdefault(step.pop("host"), []).append(step)
    if not theirs:
        print(done.stderr[-2000:] or done.stdout[-2000:])
    return theirs, done.returncode


def play(root, args):
    from ansible.cli.playbook import PlaybookCLI
    from ansible.errors import AnsibleError
    from ansible.executor.task_executor import TaskExecutor
    from ansible.parsing.mod_args import ModuleArgsParser
    from ansible.parsing.vault import VaultLib
    from ansible.plugins.loader import lookup_loader

    find = TaskExecutor._get_action_handler_with_module_context
    facts = json.loads(pathlib.Path(os.environ["FACTS"]).read_text())

    def find_replaced(self, templar):
        found = find(self, templar)
        name = self._task.action.rsplit(".", 1)[-1]
        if name not in OF_ANSIBLE:
            result = facts if name in ("setup", "gather_facts") else RESULTS.get(name, {"changed": True})
            found[0].run = lambda *_, **__: dict(result)
        return found

    # Nobody waits for what is not done.
    time.sleep = lambda _: None
    parse = ModuleArgsParser.parse
    get = lookup_loader.get

    def get_harmless(name, *rest, **named):
        if name.rsplit(".", 1)[-1] in ("pipe", "url", "password", "env", "dig", "hashi_vault", "passwordstore"):
            raise AnsibleError(f"the lookup {name} is not run")
        return get(name, *rest, **named)

    run = TaskExecutor.run

    def run_on(self, *rest, **named):
        # A failure ends nothing, so that what comes behind it is compared, too; blocks go their own way.
        above, rescues = self._task._parent, False
        while above is not None:
            rescues = rescues or bool(getattr(above, "rescue", None))
            above = getattr(above, "_parent", None)
        if not rescues:
            self._task.ignore_errors = True
        return run(self, *rest, **named)

    TaskExecutor.run = run_on
    VaultLib.decrypt = lambda *_, **__: b"{}"
    VaultLib.decrypt_and_get_vault_id = lambda *_, **__: (b"{}", None, None)
    TaskExecutor._get_action_handler_with_module_context = find_replaced
    ModuleArgsParser.parse = lambda self, skip_action_validation=False: parse(self, skip_action_validation=True)
    lookup_loader.get = get_harmless
    record.watch(root)
    PlaybookCLI.cli_executor(["ansible-playbook", "-c", "local", *args])


def is_open(value):
    """Tells whether a value of ours is not known, or not to be shown, anywhere in it."""
    if isinstance(value, dict):
        keys = set(value)
        return bool(keys & {"unknown", "secret", "undefined", "\0"}) or "text" in keys and isinstance(value["text"], list) or any(map(is_open, value.values()))
    return isinstance(value, list) and any(map(is_open, value))


def compare(ours, theirs):
    total = {"steps": 0, "same": 0, "unknown": 0, "differ": 0}
    for host in sorted(set(ours) | set(theirs)):
        mine, at = ours.get(host, []), 0
        for step in theirs.get(host, []):
            if step["module"] in ("setup", "gather_facts"):
                continue
            # What ours cannot decide is there, and may be left out by Ansible.
            while at < len(mine) and mine[at]["source"] != step["source"] and mine[at]["outcome"] == "unknown":
                at += 1
            total["steps"] += 1
            place = f"{host}: {step['source']} {step['name'] or step['module']}"
            if at >= len(mine) and mine and mine[-1]["outcome"] == "failed":
                # Ansible goes on only because it is told to, here.
                total["steps"] -= 1
                break
            if at >= len(mine) or mine[at]["source"] != step["source"]:
                is_played = mine[at]["source"] if at < len(mine) else "nothing"
                total["differ"] += 1
                print(f"{place} is due, ours plays {is_played}")
                break
            found, at = mine[at], at + 1
            if step["outcome"] == "failed" and "item" not in step:
                # The task failed before its loop.
                while at < len(mine) and "item" in found and mine[at]["source"] == step["source"]:
                    at += 1
            verdict = judge(step, found, place)
            total[verdict] += 1
            if step["outcome"] == "failed" and found["outcome"] != "failed":
                print(f"{place} fails in Ansible: {step.get('message')}"[:300])
    print(total)


def judge(step, found, place):
    if found["outcome"] == "unknown" or is_open(found.get("item")):
        return "unknown"
    if step["outcome"] != found["outcome"]:
        if step["outcome"] == "failed":
            return "unknown"
        if found["outcome"] == "failed" and step["module"] not in OF_ANSIBLE:
            # What is replaced cannot fail, and the module itself does.
            print(f"{place}: ours fails: {found.get('result', {}).get('msg')}")
            return "unknown"
        print(f"{place}: {step['outcome']} is due, ours is {found['outcome']}")
        return "differ"
    verdict = "same"
    if step.get("item") != found.get("item"):
        print(f"{place}: item {step.get('item')} is due, ours is {found.get('item')}")
        return "differ"
    for name, value in (step.get("arguments") or {}).items():
        mine = (found.get("arguments") or {}).get(name)
        if is_open(mine):
            verdict = "unknown"
        elif mine != value:
            print(f"{place}: {name}\n   due  {str(value)[:300]}\n   ours {str(mine)[:300]}")
            return "differ"
    return verdict


if __name__ == "__main__":
    sys.exit(main())
