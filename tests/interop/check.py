# SPDX-License-Identifier: Apache-2.0
"""What the checks share: named items that pass, fail or are skipped, and how a run ends."""
import os
import subprocess
import sys
import traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
NEEDS = os.path.join(ROOT, ".deps", "interop")
SKIPPED = 77


class Checks:
    def __init__(self):
        self.failed = 0
        self.passed = 0

    def item(self, name, body):
        """Runs one item; an exception or a difference fails it and lets the others go on."""
        try:
            body()
        except AssertionError as difference:
            self.failed += 1
            print(f"FAIL {name}: {difference}", flush=True)
        except Exception:  # whatever another engine throws is this item's failure
            self.failed += 1
            print(f"FAIL {name}:\n{traceback.format_exc()}", flush=True)
        else:
            self.passed += 1
            print(f"PASS {name}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def skip(reason):
    print(f"SKIP {os.path.basename(sys.argv[0])}: {reason}")
    sys.exit(SKIPPED)


def same(found, expected, what="value"):
    if found != expected:
        raise AssertionError(f"{what} is {found!r}, not {expected!r}")


def same_rows(found, expected, what="rows"):
    """Compares as multisets, showing what is over and what is missing."""
    over, missing = list(found), []
    for row in expected:
        if row in over:
            over.remove(row)
        else:
            missing.append(row)
    if over or missing:
        raise AssertionError(f"{what}: {len(over)} too many, first {over[:2]!r}; "
                             f"{len(missing)} missing, first {missing[:2]!r}")


def run(*command):
    """Returns what a program of ours prints; a failure of it fails the item."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
