# SPDX-License-Identifier: Apache-2.0
"""All flights of examples/flights through a real Kafka broker into the lake; delta-rs then reads
every table, and DuckDB over the CSV files says what is right.

flights_kafka.py BUILD: leaves the workspace in BUILD/interop/flights for the Spark check.
"""
import csv
import json
import os
import shutil
import subprocess
import sys

from check import ROOT, Checks, run, same, skip

try:
    import deltalake
    import duckdb  # noqa: F401
    from confluent_kafka import Producer
except ImportError as missing:
    skip(f"{missing.name} is not installed")

import flights_facts
from kafka_server import KafkaServer, require_server

BUILD = sys.argv[1]
CTL = os.path.join(BUILD, "bin", "sluicectl")
WORKSPACE = os.path.join(BUILD, "interop", "flights")
DOCUMENT = os.path.join(ROOT, "examples", "flights", "flights_kafka.yaml")
TEXTS = {"carrier", "tailnum", "origin", "dest", "time_hour"}
PARTITIONS = 2


def typed(name, text):
    if text in ("", "NA"):
        return None
    if name in TEXTS:
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def send_flights(servers):
    """One JSON line a flight, in the order of time, over all partitions in turns."""
    producer = Producer({"bootstrap.servers": servers, "linger.ms": 20, "acks": "all",
                         "queue.buffering.max.messages": 500000})
    failures = []
    sent = 0
    with open(os.path.join(flights_facts.DATA, "flights_by_time.csv"), newline="") as file:
        for row in csv.DictReader(file):
            line = json.dumps({name: typed(name, text) for name, text in row.items()})
            producer.produce("flights", line, partition=sent % PARTITIONS,
                             on_delivery=lambda error, _: failures.append(error) if error else None)
            sent += 1
            if sent % 1000 == 0:
                producer.poll(0)
    producer.flush(120)
    same((sent, failures), (flights_facts.KNOWN["flights"], []), "sent, failures")


def run_pipeline(servers):
    shutil.rmtree(WORKSPACE, ignore_errors=True)
    run(CTL, "--workspace", WORKSPACE, "connections", "put", "flights_kafka",
        f"bootstrap.servers={servers}")
    done = subprocess.run([CTL, "run", DOCUMENT, "--until-idle", "--workspace", WORKSPACE],
                          capture_output=True, text=True, timeout=300)
    same(done.returncode, 0, f"the exit code of sluicectl run ({done.stderr.strip()[-500:]})")


def documents_agree():
    """The two documents are one pipeline: only the source of the flights differs."""
    with open(DOCUMENT) as file:
        kafka = file.read()
    with open(os.path.join(ROOT, "examples", "flights", "flights.yaml")) as file:
        plain = file.read()
    cut = "\n  bronze:\n"
    same(kafka.split(cut)[1], plain.split(cut)[1], "the document behind its source")


def table_folder(name):
    return os.path.join(WORKSPACE, "lake", *name.split("."))


def main():
    require_server()
    if not os.path.exists(CTL):
        skip("sluicectl is not built")
    if not flights_facts.has_data():
        skip("examples/flights/data is empty: ./dev data flights")
    checks = Checks()
    checks.item("one pipeline in two documents", documents_agree)
    with KafkaServer(os.path.join(BUILD, "interop", "kafka")) as server:
        checks.item("a topic is made", lambda: server.make_topic("flights", PARTITIONS))
        checks.item("the flights are sent", lambda: send_flights(server.servers))
        checks.item("the pipeline runs until it is idle", lambda: run_pipeline(server.servers))
        checks.item("a second run finds nothing new", lambda: again(server.servers))
    tables = {}
    for name in flights_facts.TABLES:
        checks.item(f"delta-rs opens {name}", lambda: tables.update(
            {name: deltalake.DeltaTable(table_folder(name)).to_pyarrow_table()}))
    if len(tables) == len(flights_facts.TABLES):
        db = flights_facts.database(tables)
        flights_facts.add_checks(checks, db, "delta-rs")
        checks.item("sluicectl sql: bronze", lambda: same(
            json.loads(run(CTL, "--json", "--workspace", WORKSPACE, "sql",
                           "SELECT count(*) AS n FROM bronze.flights")),
            [{"n": flights_facts.KNOWN["flights"]}]))
    checks.end()


def again(servers):
    before = deltalake.DeltaTable(table_folder("bronze.flights")).version()
    done = subprocess.run([CTL, "run", DOCUMENT, "--until-idle", "--workspace", WORKSPACE],
                          capture_output=True, text=True, timeout=300)
    same(done.returncode, 0, f"the exit code ({done.stderr.strip()[-500:]})")
    same(deltalake.DeltaTable(table_folder("bronze.flights")).version(), before, "the version of bronze")


main()
