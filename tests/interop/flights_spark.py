# SPDX-License-Identifier: Apache-2.0
"""Spark reads every table that flights_kafka.py left and agrees with DuckDB over the CSV files.

flights_spark.py BUILD: after flights_kafka.py.
"""
import os
import sys

from check import Checks, skip
from spark import session

try:
    import flights_facts
except ImportError as missing:
    skip(f"{missing.name} is not installed")

LAKE = os.path.join(sys.argv[1], "interop", "flights", "lake")


def main():
    if not os.path.exists(os.path.join(LAKE, "gold", "fact_flights", "_delta_log")):
        skip("there is no lake of flights: interop.flights_kafka did not run")
    spark = session()
    checks = Checks()
    tables = {}

    def load(name):
        folder = os.path.join(LAKE, *name.split("."))
        tables[name] = spark.read.format("delta").load(folder).toArrow()

    for name in flights_facts.TABLES:
        checks.item(f"Spark opens {name}", lambda: load(name))
    spark.stop()
    if len(tables) == len(flights_facts.TABLES):
        flights_facts.add_checks(checks, flights_facts.database(tables), "Spark")
    checks.end()


main()
