# SPDX-License-Identifier: Apache-2.0
"""kafka_sink against a real broker: the program is killed before, in and behind its transactions and
started again; a consumer that reads what is committed sees every record once.

kafka_exactly_once.py BUILD
"""
import json
import os
import shutil
import subprocess
import sys

from check import Checks, run, same, skip

try:
    from confluent_kafka import Consumer, TopicPartition
except ImportError as missing:
    skip(f"{missing.name} is not installed")

from kafka_server import KafkaServer, require_server

BUILD = sys.argv[1]
CTL = os.path.join(BUILD, "bin", "sluicectl")
FOLDER = os.path.join(BUILD, "interop", "exactly_once")
INPUT = os.path.join(FOLDER, "in.jsonl")
DOCUMENT = """pipeline: p
epoch: 100ms
nodes:
  src: {type: file_source, path: in.jsonl, follow: true, rate: 20000, schema: {id: long not null}}
  topic: {type: kafka_sink, input: src, connection: broker, topic: out, key: id}
  table: {type: delta_sink, input: src, table: bronze.p}
"""
RECORDS = 6000  # a run: three epochs at the document's rate
POINTS = ["epoch.manifest_durable", "sink.before_commit", "kafka.begin", "kafka.sent", "kafka.committed",
          "sink.after_commit", "manifest.rename", "kafka.sent", "kafka.committed"]


def start(*arguments, fail_point=""):
    environment = dict(os.environ, SLUICE_FAILPOINT=fail_point)
    return subprocess.run([CTL, "run", os.path.join(FOLDER, "p.yaml"), "-q", "-w",
                           os.path.join(FOLDER, "w"), *arguments],
                          capture_output=True, text=True, timeout=120, env=environment)


def killed_runs(servers):
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    with open(os.path.join(FOLDER, "p.yaml"), "w") as out:
        out.write(DOCUMENT)
    run(CTL, "--workspace", os.path.join(FOLDER, "w"), "connections", "put", "broker",
        f"bootstrap.servers={servers}")
    produced = 0
    for point in POINTS:
        with open(INPUT, "a") as out:
            for record in range(produced, produced + RECORDS):
                out.write(json.dumps({"id": record}) + "\n")
        produced += RECORDS
        done = start(fail_point=f"{point}=kill@2")
        same(done.returncode, -9, f"the end at {point} ({done.stderr.strip()[-300:]})")
    done = start("--until-idle")
    same(done.returncode, 0, f"the exit code of the last run ({done.stderr.strip()[-300:]})")
    return produced


def committed_ids(servers):
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "check", "enable.partition.eof": True,
                         "isolation.level": "read_committed", "auto.offset.reset": "earliest"})
    partitions = consumer.list_topics("out", timeout=30).topics["out"].partitions
    consumer.assign([TopicPartition("out", number, 0) for number in partitions])
    ids, ended = [], set()
    while len(ended) < len(partitions):
        message = consumer.poll(30)
        if message is None:
            raise AssertionError("the broker is silent")
        if message.error():
            ended.add(message.partition())
            continue
        ended.discard(message.partition())
        ids.append(json.loads(message.value())["id"])
    consumer.close()
    return ids


def every_record_once(servers):
    produced = killed_runs(servers)
    ids = committed_ids(servers)
    same((len(ids), len(set(ids))), (produced, produced), "records, different ones")
    answer = run(CTL, "sql", "--json", "--workspace", os.path.join(FOLDER, "w"),
                 "SELECT count(*) AS n, count(DISTINCT id) AS d FROM bronze.p")
    same(json.loads(answer), [{"n": produced, "d": produced}], "the table beside the topic")


def main():
    require_server()
    checks = Checks()
    with KafkaServer(os.path.join(BUILD, "interop", "exactly_once_server")) as server:
        server.make_topic("out", 2)
        checks.item("killed around transactions, every record once",
                    lambda: every_record_once(server.servers))
    checks.end()


main()
