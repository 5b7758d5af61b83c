#!/usr/bin/env python3
"""Runs the conformance cases with ansible-core and writes what it computed; run by hand, see README.md here.

    record.py [CASE...]     cases are paths such as jinja/filters.yml or handlers/order; none: all

Beside every case NAME.yml or NAME/ it writes NAME.json: per host the tasks in the order in which they ended, with
their arguments, items and outcomes; and the files below {{ out }} that the run left.
"""

import datetime
import glob
import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = pathlib.Path("/tmp/ops2nix-conformance")
VERSION = "2.19.14"
# Modules that run for real: they touch only what lies below OUT. Any other is replaced, and says that it changed.
REAL = {"assemble", "blockinfile", "copy", "file", "find", "ini_file", "lineinfile", "replace", "slurp", "stat", "tempfile"}

# What steers the run: its effect shows in the other tasks.
STEERS = {"include", "include_tasks", "include_role", "import_tasks", "import_role", "meta"}


# Of these, the modules that write: one that would write elsewhere is replaced like any other.
WRITES = REAL - {"find", "slurp", "stat"}


def main():
    if sys.argv[1:2] == ["--play"]:
        return play(sys.argv[2], sys.argv[3:])
    found = importlib.metadata.version("ansible-core")
    if found != VERSION:
        sys.exit(f"ansible-core {VERSION} is pinned, this is {found}")
    cases = [HERE / name for name in sys.argv[1:]] or sorted(
        path for path in HERE.glob("*/*") if path.suffix == ".yml" or path.is_dir()
    )
    for case in cases:
        record(case)


def record(case):
    with tempfile.TemporaryDirectory() as home:
        root = pathlib.Path(home, "in")
        if case.is_dir():
            shutil.copytree(case, root, symlinks=True)
            args = (root / "args").read_text().splitlines() if (root / "args").exists() else []
        else:
            root.mkdir()
            shutil.copy(case, root / "site.yml")
            args = ["-i", "localhost,"]
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir()
        events = pathlib.Path(home, "events")
        environment = {**environment_in(home), "ANSIBLE_EVENTS": str(events)}
        path = pathlib.Path(args.pop(0)[1:]) if args and args[0].startswith("@") else "site.yml"
        command = [sys.executable, __file__, "--play", str(root), str(path), "-e", f"out={OUT}", *args]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        lines = [it for it in events.read_text().split("\n") if it] if events.exists() else []
        hosts = {}
        for event in map(json.loads, lines):
            hosts.setdefault(event.pop("host"), []).append(event)
        recorded = {"ansible_core": VERSION, "hosts": hosts, "files": files()}
        if done.returncode not in (0, 2) or (not lines and done.returncode):
            recorded["rejected"] = (done.stderr or done.stdout).replace(str(root), ".").strip().splitlines()[0]
        name = case.with_suffix(".json") if case.suffix == ".yml" else case.with_name(case.name + ".json")
        name.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")
        count = sum(map(len, hosts.values()))
        print(f"{case.relative_to(HERE)}: {count} steps, status {done.returncode}", recorded.get("rejected", ""))
        shutil.rmtree(OUT)


def environment_in(home):
    """Returns the environment of a run that does not hang on this machine's settings."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_FORKS": "1",
    }


def files():
    """Returns what the run left below OUT."""
    found = {}
    for path in sorted(OUT.rglob("*")):
        said = found[str(path)] = {}
        if path.is_symlink():
            said["link"] = os.readlink(path)
        elif path.is_dir():
            said["directory"] = True
        else:
            said["content"] = path.read_bytes().decode("utf-8", "backslashreplace")
        if not path.is_symlink():
            said["mode"] = f"{stat.S_IMODE(path.stat().st_mode):04o}"
    return found


def only_asks(args):
    """Tells whether a command only looks at what lies below OUT, or does not run because of what lies there."""
    creates, removes = args.get("creates"), args.get("removes")
    if creates and creates.startswith(str(OUT)) and glob.glob(creates):
        return True
    if removes and removes.startswith(str(OUT)) and not glob.glob(removes):
        return True
    words = str(args.get("_raw_params") or "").split()
    return words[:1] and words[0] in ("cat", "readlink", "test") and words[-1].startswith(str(OUT)) and len(words) < 5


def play(root, args):
    """Runs ansible-playbook in this process, its modules replaced."""
    from ansible.cli.playbook import PlaybookCLI
    from ansible.plugins.action import ActionBase

    really = ActionBase._execute_module
    facts = pathlib.Path(root, "facts.json")

    def execute(self, module_name=None, *rest, **named):
        name = (module_name or self._task.action).rsplit(".", 1)[-1]
        if name in REAL and not (name in WRITES and leads_out(named.get("module_args") or self._task.args)):
            return really(self, module_name, *rest, **named)
        if name in ("setup", "gather_facts"):
            return json.loads(facts.read_text()) if facts.exists() else {"ansible_facts": {}}
        if name == "command" and only_asks(named.get("module_args") or self._task.args):
            return really(self, module_name, *rest, **named)
        return {"changed": True}

    command = ActionBase._low_level_execute_command

    def run(self, *rest, **named):
        if self._task.action.rsplit(".", 1)[-1] in ("raw", "script"):
            return {"rc": 0, "stdout": "", "stdout_lines": [], "stderr": "", "stderr_lines": []}
        return command(self, *rest, **named)

    ActionBase._execute_module = execute
    ActionBase._low_level_execute_command = run
    watch(root)
    # From here on ansible-core works as from its command line.
    PlaybookCLI.cli_executor(["ansible-playbook", "-c", "local", *args])


def leads_out(args):
    """Tells whether a module would write to something that does not lie below OUT."""
    paths = [args.get(name) for name in ("path", "dest", "destfile", "name")]
    return any(isinstance(path, str) and path.startswith("/") and not path.startswith(f"{OUT}/") for path in paths)


def watch(root):
    """Writes an event for every task that ended."""
    from ansible.executor.task_queue_manager import TaskQueueManager
    from ansible.playbook.handler import Handler
    from ansible.plugins.callback import CallbackBase

    events = open(os.environ["ANSIBLE_EVENTS"], "a")

    def plain(value):
        from ansible._internal._templating._jinja_common import Marker

        if isinstance(value, Marker):
            return {"undefined": str(value._undefined_name)}
        if isinstance(value, dict):
            return {str(key): plain(it) for key, it in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [plain(it) for it in value]
        if value is None or type(value).__name__ == "_AnsibleTaggedNoneType":
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value) if value == value and abs(value) != float("inf") else str(value)
        if isinstance(value, (datetime.datetime, datetime.date)):
            return value.isoformat()
        # Where ansible-core puts what it takes to the machine is another place each time.
        text = re.sub(r"\S*/\.ansible/tmp/\S*", "(temporary)", str(value))
        return text.replace(root + "/", "").replace(root, ".")

    def note(result, outcome, is_item=False):
        task, values = result._task, result._result
        module = task.action.rsplit(".", 1)[-1]
        if module in STEERS or (not is_item and task.loop is not None and "results" in values):
            return
        event = {
            "host": result._host.get_name(),
            "source": plain(task.get_path()),
            "name": task.name,
            "module": module,
            "outcome": outcome,
        }
        if isinstance(task, Handler):
            event["handler"] = True
        if task.no_log:
            # What must not be shown is not compared either.
            event["item" if is_item else "arguments"] = None
        elif is_item:
            event["item"] = plain(values.get(values.get("ansible_loop_var", "item")))
        if outcome == "ok" and not task.no_log:
            # What runs for real finds the words of ansible-core itself among its arguments.
            args = result._task_fields.get("args") or {}
            event["arguments"] = plain({key: it for key, it in args.items() if not str(key).startswith("_ansible_")})
        elif outcome == "failed":
            event["message"] = plain(values.get("msg"))
        events.write(json.dumps(event, ensure_ascii=False) + "\n")
        events.flush()

    class Recorder(CallbackBase):
        CALLBACK_NAME = "recorder"
        wants_implicit_tasks = False

        def v2_runner_on_ok(self, result):
            note(result, "ok")

        def v2_runner_on_failed(self, result, ignore_errors=False):
            note(result, "failed")

        def v2_runner_on_skipped(self, result):
            note(result, "skipped")

        def v2_runner_item_on_ok(self, result):
            note(result, "ok", True)

        def v2_runner_item_on_failed(self, result):
            note(result, "failed", True)

        def v2_runner_item_on_skipped(self, result):
            note(result, "skipped", True)

    load = TaskQueueManager.load_callbacks

    def load_callbacks(self):
        load(self)
        if not any(type(it).__name__ == "Recorder" for it in self._callback_plugins):
            recorder = Recorder()
            recorder.set_options()
            recorder._init_callback_methods()
            self._callback_plugins.append(recorder)

    TaskQueueManager.load_callbacks = load_callbacks


if __name__ == "__main__":
    sys.exit(main())
