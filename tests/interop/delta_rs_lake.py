# SPDX-License-Identifier: Apache-2.0
"""delta-rs reads what we write, we read what delta-rs writes, and both write one table in turns.

delta_rs_lake.py BUILD: BUILD/tests/lake_probe must have been built. Leaves the lake in
BUILD/interop/probe for the Spark check.
"""
import datetime
import glob
import json
import os
import shutil
import sys

try:
    import deltalake
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
except ImportError as missing:
    from check import skip
    skip(f"{missing.name} is not installed")

from check import Checks, run, same, same_rows
from lake_tables import PLAIN, TABLES, TYPES_SCHEMA, comparable_rows, micros, rows_of

BUILD = sys.argv[1]
PROBE = os.path.join(BUILD, "tests", "lake_probe")
LAKE = os.path.join(BUILD, "interop", "probe")
FOREIGN = os.path.join(BUILD, "interop", "foreign")


def table(name, **options):
    return deltalake.DeltaTable(os.path.join(LAKE, "probe", name), **options)


def all_rows(found):
    return rows_of(found.to_pyarrow_table())


def read_rows(name):
    rows, version = TABLES[name]
    found = table(name)
    same(found.version(), version, "version")
    same_rows(all_rows(found), comparable_rows(rows))


def schema_of_types():
    fields = json.loads(table("types").schema().to_json())["fields"]
    same([(field["name"], field["type"]) for field in fields], TYPES_SCHEMA, "schema")
    same({field["nullable"] for field in fields}, {True}, "nullable")
    same((table("types").protocol().min_reader_version,
          table("types").protocol().min_writer_version), (1, 2), "protocol")


def statistics_of_types():
    add = pa.table(table("types").get_add_actions(flatten=True)).to_pylist()[0]
    same(add["num_records"], 4, "num_records")
    same((add["min.c_long"], add["max.c_long"]), (-2**63, 2**63 - 1), "bounds of c_long")
    same((add["min.c_byte"], add["max.c_byte"]), (-128, 127), "bounds of c_byte")
    same((str(add["min.c_decimal9"]), str(add["max.c_decimal9"])), ("-1234567.89", "1234567.89"),
         "bounds of c_decimal9")
    for column, _ in TYPES_SCHEMA[1:]:
        same(add[f"null_count.{column}"], 1, f"null_count of {column}")
    same(add["null_count.row"], 0, "null_count of row")


def encodings():
    """That the table holds what it is there for: a column for each of our encoders."""
    files = glob.glob(os.path.join(LAKE, "probe", "encoded", "*.parquet"))
    group = pq.ParquetFile(files[0]).metadata.row_group(0)
    found = {group.column(i).path_in_schema: set(group.column(i).encodings) - {"RLE", "PLAIN"}
             for i in range(group.num_columns)}
    packed, few = {"DELTA_BINARY_PACKED"}, {"RLE_DICTIONARY"}
    same(found, {"id": packed, "counted": {"DELTA_BYTE_ARRAY"}, "few": few, "scattered": set(),
                 "n": packed, "ends": packed, "small": packed, "amount": packed, "ts": packed},
         "encodings")


def sql_literal(value):
    if isinstance(value, float):
        return f"CAST('{value}' AS DOUBLE)"
    if isinstance(value, datetime.datetime):
        return (f"arrow_cast('{value.isoformat(timespec='microseconds')}', "
                "'Timestamp(Microsecond, Some(\"UTC\"))')")
    return "'" + value.replace("'", "''") + "'"


def skipping(name, column, values):
    """Every comparison finds with the files' statistics what a plain look at the rows finds.

    By delta-rs's SQL, not by its PyArrow data set: that one takes a bound that is absent for
    "no row fits" and so hides rows of files, its own among them, that hold infinity.
    """
    whole = table(name).to_pyarrow_table()
    query = deltalake.QueryBuilder().register("t", table(name))
    operators = {"=": pc.equal, "<": pc.less, ">": pc.greater, "<=": pc.less_equal,
                 ">=": pc.greater_equal}
    # Not a number is where engines disagree: neither side of a comparison here.
    if pa.types.is_floating(whole.schema.field(column).type):
        whole = whole.filter(pc.invert(pc.is_nan(whole[column])))
    for value in values:
        for symbol, operator in operators.items():
            literal = pa.scalar(value, whole.schema.field(column).type)
            expected = whole.filter(operator(whole[column], literal))["id"].to_pylist()
            not_nan = f" AND NOT isnan({column})" if isinstance(value, float) else ""
            found = pa.table(query.execute(
                f"SELECT id FROM t WHERE {column} {symbol} {sql_literal(value)}{not_nan}").read_all())
            same(sorted(found["id"].to_pylist()), sorted(expected),
                 f"{column} {symbol} {value!r:.60}")


def partitions_prune():
    found = table("partitions").to_pyarrow_table(filters=[("part", "=", "a%b")])
    same(found["id"].to_pylist(), [3], "ids where part = 'a%b'")
    same(sorted(table("partitions").metadata().partition_columns), ["part", "ts_date"],
         "partition columns")


def transactions():
    same(table("long").transaction_version("sluice:probe:sink:0"), 101, "epoch of the sink")
    same(table("long").transaction_version("sluice:probe:wide:0"), 7, "epoch of the other sink")


def checkpoint_stands_for_the_log():
    logs = sorted(glob.glob(os.path.join(LAKE, "probe", "long", "_delta_log", "*.json")))
    same([os.path.basename(log)[:20].lstrip("0") for log in logs], ["100", "101", "102", "103"],
         "commits left")
    same(table("long", version=100).to_pyarrow_table().num_rows, 100, "rows at version 100")
    history = table("long").history(2)
    same(history[0]["operation"], "STREAMING UPDATE", "operation")
    same(history[1]["operation"], "ADD COLUMNS", "operation before")


def probe_rows(folder, version=""):
    lines = run(PROBE, "read", folder, version).splitlines()
    return [json.loads(line) for line in lines]


def in_turns():
    folder = os.path.join(LAKE, "probe", "plain")
    deltalake.write_deltalake(folder, pa.table({"id": [9], "text": ["theirs"]}), mode="append")
    run(PROBE, "append", LAKE, "probe.plain", 10)
    deltalake.DeltaTable(folder).optimize.compact()
    run(PROBE, "append", LAKE, "probe.plain", 11)
    run(PROBE, "append", LAKE, "probe.plain", 11)  # a replay
    expected = PLAIN + [(9, "theirs"), (10, "appended"), (11, "appended")]
    same_rows(all_rows(deltalake.DeltaTable(folder)), expected, "as delta-rs reads")
    same_rows([(row["id"], row["text"]) for row in probe_rows(folder)], expected, "as we read")
    run(PROBE, "compact", LAKE, "probe.plain")
    run(PROBE, "vacuum", LAKE, "probe.plain")
    same_rows(all_rows(deltalake.DeltaTable(folder)), expected, "after compaction and vacuum")
    deltalake.DeltaTable(folder).delete("id = 1")
    deltalake.DeltaTable(folder).create_checkpoint()
    deltalake.DeltaTable(folder).vacuum(retention_hours=0, dry_run=False,
                                        enforce_retention_duration=False)
    run(PROBE, "append", LAKE, "probe.plain", 12)
    expected = expected[1:] + [(12, "appended")]
    same_rows([(row["id"], row["text"]) for row in probe_rows(folder)], expected, "at the end")
    same_rows(all_rows(deltalake.DeltaTable(folder)), expected, "at the end, as delta-rs reads")


def foreign_tables():
    shutil.rmtree(FOREIGN, ignore_errors=True)
    data = pa.table({
        "id": pa.array([1, 2, 3], pa.int64()), "part": ["x y", "ü", None],
        "d": pa.array([0, 19000, None], pa.date32()),
        "ts": pa.array([0, 1795491583993001, None], pa.timestamp("us", "UTC")),
        "n": pa.array([{"a": 1}, {"a": None}, None], pa.struct([("a", pa.int32())])),
        "l": pa.array([[1, None], [], None], pa.list_(pa.int64()))})
    deltalake.write_deltalake(FOREIGN, data, partition_by=["part"])
    deltalake.write_deltalake(FOREIGN, data.slice(0, 1), mode="append")
    expected = [
        {"id": 1, "part": "x y", "d": "1970-01-01", "ts": "1970-01-01T00:00:00.000Z",
         "n": {"a": 1}, "l": [1, None]},
        {"id": 2, "part": "ü", "d": "2022-01-08", "ts": "2026-11-24T03:39:43.993001Z",
         "n": {"a": None}, "l": []},
        {"id": 3, "part": None, "d": None, "ts": None, "n": None, "l": None}]
    same_rows(probe_rows(FOREIGN, 0), expected, "version 0")
    same_rows(probe_rows(FOREIGN), expected + expected[:1], "version 1")
    deltalake.DeltaTable(FOREIGN).create_checkpoint()
    deltalake.DeltaTable(FOREIGN).cleanup_metadata()
    deltalake.DeltaTable(FOREIGN).delete("id = 2")
    same_rows(probe_rows(FOREIGN), [expected[0], expected[2], expected[0]], "after a delete")


def damage_is_told_by_all():
    broken = os.path.join(BUILD, "interop", "broken")
    shutil.rmtree(broken, ignore_errors=True)
    shutil.copytree(os.path.join(LAKE, "probe", "texts"), broken)
    with open(os.path.join(broken, "_delta_log", "00000000000000000004.json"), "r+") as log:
        log.truncate(200)
    for reader in (lambda: run(PROBE, "read", broken), lambda: deltalake.DeltaTable(broken)):
        try:
            reader()
        except Exception as error:
            told = str(error)
        else:
            raise AssertionError("a torn commit was read as if it were whole")
    try:
        run(PROBE, "read", broken)
    except AssertionError as error:
        same("00000000000000000004.json" in str(error), True, f"the file named in {error}")


def main():
    if not os.path.exists(PROBE):
        from check import skip
        skip("lake_probe is not built")
    shutil.rmtree(LAKE, ignore_errors=True)
    run(PROBE, "write", LAKE)
    checks = Checks()
    for name in TABLES:
        checks.item(f"delta-rs reads probe.{name}", lambda: read_rows(name))
    checks.item("encodings", encodings)
    checks.item("schema and protocol", schema_of_types)
    checks.item("statistics", statistics_of_types)
    long = "z" * 100
    checks.item("skipping by texts", lambda: skipping(
        "texts", "text", [long, "z" * 32, long + "z", "a" * 40, "a" * 32, "b", "", "ä" * 32 + "Ä",
                          "ä" * 32, "\U0010FFFF" * 70, "\U0010FFFF" * 71]))
    checks.item("skipping by numbers", lambda: skipping(
        "numbers", "d", [0.0, -0.0, 1.0, 5.0, 10.0, float("inf"), float("-inf")]))
    checks.item("skipping by times", lambda: skipping(
        "numbers", "ts", [micros(us) for us in (0, -1, -2, 1795491583993000, 1795491583993001,
                                                1795491583993500, 1795491583993999,
                                                1795491583994000)]))
    checks.item("partitions", partitions_prune)
    checks.item("transactions", transactions)
    checks.item("checkpoint and history", checkpoint_stands_for_the_log)
    checks.item("one table, two writers in turns", in_turns)
    checks.item("we read tables of delta-rs", foreign_tables)
    checks.item("a torn commit", damage_is_told_by_all)
    checks.end()


main()
