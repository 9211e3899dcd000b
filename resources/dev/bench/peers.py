# SPDX-License-Identifier: Apache-2.0
"""Runs the queries of `sluicectl bench peers` through another engine, over the same file of bids.

peers.py ENGINE FOLDER RUNS QUERY...: FOLDER/bids.jsonl holds Nexmark bids. A line a run and query
goes to standard output: QUERY SECONDS CPU_SECONDS ROWS SUM. Time is of the query alone: not of starting the
engine, nor of importing its library. An engine that is not installed says so and exits with 3.
"""
import os
import sys
import time

def measure(name, runs, query):
    """Prints the cost of a query that returns its number of rows and the sum of its values."""
    query()  # warms caches; its time counts for nobody
    for _ in range(runs):
        begin, cpu = time.perf_counter(), time.process_time()
        rows, total = query()
        print(name, time.perf_counter() - begin, time.process_time() - cpu, rows, total, flush=True)


def run_duckdb(folder, runs, queries):
    import duckdb

    base = duckdb.connect()
    base.sql("SET threads = 1")

    def bids(columns):
        listed = ", ".join(f"{column}: 'BIGINT'" for column in columns.split())
        return (f"read_json('{folder}/bids.jsonl', format = 'newline_delimited', "
                f"columns = {{{listed}}})")

    # Counts of two seconds first; each belongs to five windows.
    texts = {
        "q5_count": f"""SELECT count(*), sum(n) FROM (
            SELECT auction, slice - k AS w, sum(n) AS n FROM (
                SELECT auction, dateTime // 2000 AS slice, count(*) AS n
                FROM {bids('auction dateTime')} GROUP BY ALL), range(5) AS ks(k)
            GROUP BY ALL)""",
        "q7_max": f"""SELECT count(*), sum(highest) FROM (
            SELECT dateTime // 10000 AS w, max(price) AS highest
            FROM {bids('price dateTime')} GROUP BY ALL)""",
        "q12_count": f"""SELECT count(*), sum(n) FROM (
            SELECT bidder, dateTime // 10000 AS w, count(*) AS n
            FROM {bids('bidder dateTime')} GROUP BY ALL)""",
    }
    for name in queries:
        measure(name, runs, lambda text=texts[name]: base.sql(text).fetchall()[0])


def run_polars(folder, runs, queries):
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    def bids():
        return pl.scan_ndjson(f"{folder}/bids.jsonl")

    def answer(frame, column):
        row = frame.select(pl.len().alias("rows"), pl.col(column).sum()).collect(engine="streaming")
        return row.item(0, 0), row.item(0, 1)

    def q5_count():
        slices = bids().group_by("auction", (pl.col("dateTime") // 2000).alias("slice")).agg(
            pl.len().alias("n"))
        windows = slices.with_columns(
            pl.concat_list([pl.col("slice") - k for k in range(5)]).alias("w")).explode("w")
        return answer(windows.group_by("auction", "w").agg(pl.col("n").sum()), "n")

    def q7_max():
        return answer(bids().group_by(pl.col("dateTime") // 10000).agg(pl.col("price").max()), "price")

    def q12_count():
        return answer(bids().group_by("bidder", pl.col("dateTime") // 10000).agg(
            pl.len().alias("n")), "n")

    known = {query.__name__: query for query in (q5_count, q7_max, q12_count)}
    for name in queries:
        measure(name, runs, known[name])


def run_flink(folder, runs, queries):
    from flink_cluster import FlinkCluster

    with FlinkCluster(folder) as cluster:
        for name in queries:
            for cost in cluster.measure(name, runs):
                print(name, *cost, flush=True)


def main():
    engine, folder, runs, queries = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    try:
        {"duckdb": run_duckdb, "polars": run_polars, "flink": run_flink}[engine](folder, runs, queries)
    except ImportError as missing:
        print(f"{engine} is not installed: {missing}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
