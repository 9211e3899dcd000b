# SPDX-License-Identifier: Apache-2.0
"""Spark reads what lake_probe wrote, skips by our statistics without losing a row, and appends to
one of our tables, which we then read.

spark_lake.py BUILD: after delta_rs_lake.py, which leaves the lake in BUILD/interop/probe.
"""
import json
import os
import sys

from check import Checks, run, same, same_rows, skip
from lake_tables import PLAIN, TABLES, comparable_rows, rows_of
from spark import session

BUILD = sys.argv[1]
PROBE = os.path.join(BUILD, "tests", "lake_probe")
LAKE = os.path.join(BUILD, "interop", "probe", "probe")

# What delta_rs_lake.py and lake_probe made of it in turns.
PLAIN_NOW = PLAIN[1:] + [(9, "theirs"), (10, "appended"), (11, "appended"), (12, "appended")]


def main():
    if not os.path.exists(os.path.join(LAKE, "plain", "_delta_log")):
        skip("there is no lake of lake_probe: interop.delta_rs_lake did not run")
    spark = session()
    checks = Checks()

    def load(name):
        return spark.read.format("delta").load(os.path.join(LAKE, name))

    def read_rows(name):
        expected = PLAIN_NOW if name == "plain" else TABLES[name][0]
        found = rows_of(load(name).toArrow())
        same_rows([row[-len(expected[0]):] for row in found], comparable_rows(expected))

    for name in TABLES:
        checks.item(f"Spark reads probe.{name}", lambda: read_rows(name))

    def skipping(name, predicates):
        whole = load(name).toArrow().to_pylist()
        for sql, fits in predicates.items():
            found = [row.id for row in load(name).where(sql).select("id").collect()]
            same(sorted(found), sorted(row["id"] for row in whole if fits(row)), sql)

    z100 = "z" * 100
    checks.item("skipping by texts", lambda: skipping("texts", {
        f"text = '{z100}'": lambda row: row["text"] == z100,
        f"text > '{'z' * 32}'": lambda row: row["text"] is not None and row["text"] > "z" * 32,
        f"text = '{chr(0x10FFFF) * 70}'": lambda row: row["text"] == chr(0x10FFFF) * 70,
        f"text = '{'ä' * 32 + 'Ä'}'": lambda row: row["text"] == "ä" * 32 + "Ä",
        "text IS NULL": lambda row: row["text"] is None}))
    checks.item("skipping by numbers", lambda: skipping("numbers", {
        "d = 0.0": lambda row: row["d"] == 0,
        "d < 0": lambda row: row["d"] < 0,
        "d > 5 AND NOT isnan(d)": lambda row: row["d"] > 5,
        "isnan(d)": lambda row: row["d"] != row["d"],
        "d = DOUBLE('-Infinity')": lambda row: row["d"] == float("-inf"),
        "ts = TIMESTAMP '2026-11-24 03:39:43.993001Z'": lambda row: row["id"] == 1,
        "ts < TIMESTAMP '1970-01-01 00:00:00Z'": lambda row: row["id"] == 4}))

    def history():
        rows = spark.sql(f"DESCRIBE HISTORY delta.`{LAKE}/long`").limit(1).collect()
        same(rows[0].operation, "STREAMING UPDATE", "operation")
        same(rows[0].engineInfo, "Sluice/0.1", "engine")

    checks.item("Spark tells our history", history)

    def append():
        folder = os.path.join(LAKE, "plain")
        spark.createDataFrame([(13, "spark")], "id BIGINT, text STRING").write.format("delta").mode(
            "append").save(folder)
        run(PROBE, "append", os.path.dirname(LAKE), "probe.plain", 14)
        expected = PLAIN_NOW + [(13, "spark"), (14, "appended")]
        read = [json.loads(line) for line in run(PROBE, "read", folder).splitlines()]
        same_rows([(row["id"], row["text"]) for row in read], expected, "as we read")
        same_rows(rows_of(load("plain").toArrow()), expected, "as Spark reads")

    checks.item("Spark appends to our table, then we do", append)
    spark.stop()
    checks.end()


main()
