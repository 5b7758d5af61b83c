#!/usr/bin/env python3
"""Evaluates generated hosts to their toplevel in a whole nixpkgs, and says of each failure whose it is; run by hand.

    toplevel.py OPS2NIX NIXPKGS LIST [--each N]

LIST names the folders that `translate` wrote, one a line; of each, N hosts are evaluated (2). What ops2nix writes was
checked against the index of its own release, so a failure is the tree's age where the tree knows another type, asks for
an option that has a default since, or lacks what came later; it is ours where two definitions of the same option
conflict, an assertion fails, or a module of the output itself does not evaluate. Each is printed with what Nix said.
Needs Nix; nothing is built.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "rules/nixos/packages.jsonl"
OPTIONS = [ROOT / "rules/nixos" / name for name in ("options.json", "added-options.json")]

# What Nix says, whose it is, why; a function decides by what was found.
CAUSES = [
    (r"option [`']([^`']+)' is used but not defined", "default", "the option has {} in the release that was written for"),
    (r"option value [`']([^`']+)' in [`']([^`']+)' is not of type [`'](.+)'", "type", "the tree takes {}"),
    (r"A definition for option [`']([^`']+)' is not of type [`'](.+)'", "type", "the tree takes another type"),
    (r"option [`']([^`']+)' defined in [`'][^`']+' does not exist", "age", "a submodule of the tree does not know it yet"),
    (r"attribute '([^']+)' missing\s+at (\S+):", "attribute", "{}"),
    (r"option [`']([^`']+)' has conflicting definitions", "ours", "two modules define it"),
    (r"option definition [`']([^`']+)' in \S+ no longer has any effect", "age", "an option that the tree has no more, or not again yet"),
    (r"Failed assertions:\s+- ([^\n]+)", "ours", "an assertion: {}"),
]


def main():
    binary, nixpkgs, listing, *rest = sys.argv[1:]
    each = int(rest[1]) if rest[:1] == ["--each"] else 2
    known = {}
    for path in OPTIONS:
        if path.exists():
            known.update(json.loads(path.read_text()))
    counts = {"evaluated": 0, "age": 0, "ours": 0}
    for line in pathlib.Path(listing).read_text().split():
        folder = pathlib.Path(line).resolve()
        hosts = sorted(path.parent for path in folder.glob("hosts/*/default.nix"))
        for host in hosts[:each]:
            whose, why = evaluate(binary, nixpkgs, folder, host.name, known)
            counts[whose] += 1
            print(f"{whose:9} {folder.name} {host.name}{': ' + why if why else ''}", flush=True)
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return 1 if counts["ours"] else 0


def evaluate(binary, nixpkgs, folder, host, known):
    command = ["nice", binary, "verify", folder, "--nixpkgs", nixpkgs, "--host", host, "--color", "never"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return "evaluated", missing(done.stdout)
    return cause(done.stdout + done.stderr, folder, known)


def missing(said):
    """What the tree has not, in one line."""
    rows = re.findall(r"has not these (\w+), [^:]+: (.+)", said)
    return "without " + "; ".join(f"{kind} {names}" for kind, names in rows) if rows else ""


def cause(said, folder, known):
    for pattern, whose, why in CAUSES:
        found = re.search(pattern, said)
        if not found:
            continue
        subject = found[1]
        if whose == "default":
            row = known.get(subject, {})
            if "default" not in row and row:
                return "ours", f"`{subject}` has to be given"
            return "age", f"`{subject}`: " + why.format("a default" if row else "no such option any more")
        if whose == "type":
            return "age", f"`{subject}`: " + why.format(found[found.lastindex])
        if whose == "attribute":
            place = found[2]
            if str(folder) in place:
                is_later = re.search(r"lib\.|pkgs\.", said) or is_package(subject)
                return "age" if is_later else "ours", f"`{subject}` at {place[len(str(folder)):]}"
            # A hole of the tree's packages is its own, and so is that of an empty package that stands for a later one; a
            # module may need what the host does not state, then as now.
            whose = "age" if "/pkgs/" in place or "cfg.package." in said else "ours"
            return whose, f"the tree looks for `{subject}`, at {place}"
        return whose, f"`{subject}`: " + why.format(subject)
    return "ours", " ".join(said.split())[:400]


def is_package(name):
    """Whether the table of packages, which is of the release that was written for, has the attribute."""
    return re.search(rf'"attr": "[^"]*\b{re.escape(name)}"', PACKAGES.read_text()) is not None


if __name__ == "__main__":
    sys.exit(main())
