#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws a flame graph of what perf recorded: perf script --no-inline | flame_graph.py [THREAD] > job.svg

Each bar is a function, as wide as its share of the samples; what it called stands above it. Only
threads whose names begin with THREAD (default "sluice-") count.
"""

import html
import re
import sys

WIDTH, ROW, LEAST = 1200, 15, 0.0025  # pixels, pixels, share below which a bar is left out
NOISE = re.compile(r"^(std::|__|_start|clone|start_thread|execute_native_thread|\[)")


def short(name):
    """Leaves out arguments and template arguments."""
    name = re.sub(r"\(anonymous namespace\)::", "", name)
    depth, out = 0, []
    for c in name:
        if c in "<(":
            depth += 1
        if depth == 0:
            out.append(c)
        if c in ">)":
            depth = max(0, depth - 1)
    return "".join(out).strip() or name


def stacks(lines, thread):
    """Yields the functions of each sample, outermost first."""
    frames, wanted = [], False
    for line in lines:
        if not line.strip():
            if wanted and frames:
                yield frames[::-1]
            frames, wanted = [], False
        elif not line[0].isspace():
            wanted = line.startswith(thread)
        else:
            parts = line.split(None, 1)
            name = short(re.sub(r" \([^()]*\)$", "", parts[1].strip()).split("+0x")[0]) if len(parts) > 1 else ""
            if name and not NOISE.match(name):
                frames.append(name)


def tree(samples):
    root = {"n": 0, "c": {}}
    for frames in samples:
        root["n"] += 1
        at = root
        for name in frames[:48]:
            at = at["c"].setdefault(name, {"n": 0, "c": {}})
            at["n"] += 1
    return root


def depth(node, total):
    shown = [c for c in node["c"].values() if c["n"] >= total * LEAST]
    return 1 + max((depth(c, total) for c in shown), default=0)


def colour(name):
    hue = {"sluice": 205, "parquet": 28, "arrow": 45, "ZSTD": 0, "snappy": 0, "simdjson": 140}
    for word, value in hue.items():
        if word in name:
            return f"hsl({value},62%,{70 + sum(map(ord, name)) % 14}%)"
    return f"hsl(220,8%,{76 + sum(map(ord, name)) % 12}%)"


def bars(name, node, x, level, total, height, out):
    width = node["n"] / total * WIDTH
    y = height - (level + 1) * ROW
    label = html.escape(name[: max(0, int(width / 6.2) - 1)]) if width > 24 else ""
    out.append(
        f'<g><title>{html.escape(name)} {100 * node["n"] / total:.1f}%</title>'
        f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.4, 0.2):.1f}" height="{ROW - 1}" fill="{colour(name)}"/>'
        + (f'<text x="{x + 2:.1f}" y="{y + 11}">{label}</text>' if label else "")
        + "</g>"
    )
    for child, inner in sorted(node["c"].items()):
        if inner["n"] >= total * LEAST:
            bars(child, inner, x, level + 1, total, height, out)
        x += inner["n"] / total * WIDTH


def main():
    root = tree(stacks(sys.stdin, sys.argv[1] if len(sys.argv) > 1 else "sluice-"))
    if root["n"] == 0:
        sys.exit("flame_graph: no samples of such threads")
    height = (depth(root, root["n"]) + 1) * ROW
    out = []
    bars("all", root, 0.0, 0, root["n"], height, out)
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="10"><rect width="{WIDTH}" height="{height}" fill="#fff"/>' + "\n".join(out) + "</svg>"
    )


if __name__ == "__main__":
    main()
