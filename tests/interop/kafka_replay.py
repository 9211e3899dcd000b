# SPDX-License-Identifier: Apache-2.0
"""replay --from source against a real broker: by offset and by the time of the records, through
transactions, up to what the pipeline had read, and of a topic that has forgotten its oldest records.

kafka_replay.py BUILD
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from check import Checks, run, same, skip

try:
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient
except ImportError as missing:
    skip(f"{missing.name} is not installed")

from kafka_server import KafkaServer, require_server

BUILD = sys.argv[1]
CTL = os.path.join(BUILD, "bin", "sluicectl")
FOLDER = os.path.join(BUILD, "interop", "replay")
WORKSPACE = os.path.join(FOLDER, "w")
DOCUMENT = """pipeline: p
epoch: 100ms
nodes:
  in: {type: kafka_source, connection: broker, topic: events, start: latest, on_offset_lost: latest,
       schema: {id: long not null}}
  all: {type: delta_sink, input: in, table: silver.all}
"""
RECORDS = 1000
FIRST_MS = (int(time.time()) - 36000) * 1000  # record i was written i seconds after that


def send(producer, records, at_second=None):
    for record in records:
        second = record if at_second is None else at_second
        producer.produce("events", json.dumps({"id": record}), partition=record % 2,
                         timestamp=FIRST_MS + second * 1000)
    producer.flush(30)


def produce(servers, records):
    send(Producer({"bootstrap.servers": servers, "linger.ms": 0}), records)


def produce_in_transactions(servers, records):
    """One is aborted before. The markers at their ends take offsets, too, and have the time of now."""
    producer = Producer({"bootstrap.servers": servers, "transactional.id": "feeder", "log_level": 0})
    producer.init_transactions(60)
    producer.begin_transaction()
    send(producer, range(5000, 5010), at_second=records[0])
    producer.abort_transaction(30)
    producer.begin_transaction()
    send(producer, records)
    producer.commit_transaction(30)


def offset_of(servers, record):
    """Where a record stands in its partition."""
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "look", "enable.partition.eof": True,
                         "isolation.level": "read_committed"})
    consumer.assign([TopicPartition("events", record % 2, 0)])
    try:
        while True:
            message = consumer.poll(30)
            if message is None or message.error():
                raise AssertionError(f"record {record} is not in the topic")
            if json.loads(message.value())["id"] == record:
                return message.offset()
    finally:
        consumer.close()


def ctl(*arguments):
    return subprocess.run([CTL, *arguments, "-w", WORKSPACE], capture_output=True, text=True, timeout=120)


def must(*arguments):
    done = ctl(*arguments)
    same(done.returncode, 0, f"the exit code of {' '.join(arguments)} ({done.stderr.strip()[-400:]})")
    return done.stdout


def ids_of(table):
    answer = must("sql", "--json", f"SELECT count(*) AS n, count(DISTINCT id) AS d, min(id) AS least, "
                                   f"max(id) AS most FROM {table}")
    row = json.loads(answer)[0]
    same(row["n"], row["d"], f"records of {table}, different ones")
    return row["n"], row["least"], row["most"]


def at(seconds):
    ms = FIRST_MS + round(seconds * 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"


def replayed(*options):
    must("replay", "p", "--from", "source", *options)
    found = ids_of("silver.all__shadow")
    must("discard", "p")
    return found


def begin(servers):
    """The topic, and a pipeline that has read all but its last 100 records."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    document = os.path.join(FOLDER, "p.yaml")
    with open(document, "w") as out:
        out.write(DOCUMENT.replace("start: latest", "start: earliest"))
    run(CTL, "--workspace", WORKSPACE, "connections", "put", "broker", f"bootstrap.servers={servers}")
    produce(servers, range(0, RECORDS - 100))
    produce_in_transactions(servers, range(RECORDS - 100, RECORDS))
    must("run", document, "--until-idle", "-q")
    same(ids_of("silver.all"), (RECORDS, 0, RECORDS - 1), "what the pipeline has read")
    produce(servers, range(RECORDS, RECORDS + 100))  # it has not read these
    with open(document, "w") as out:
        out.write(DOCUMENT)  # where a first run would begin is not where a replay does
    must("deploy", document, "-y")


def all_of_it():
    same(replayed(), (RECORDS, 0, RECORDS - 1))
    must("replay", "p", "--from", "source")
    compared = json.loads(must("compare", "p", "--json"))[0]
    same((compared["only_table"], compared["only_shadow"]), (0, 0), "differing rows")
    must("discard", "p")


def by_time():
    same(replayed("--from-time", at(200), "--until-time", at(300)), (100, 200, 299))
    same(replayed("--from-time", at(200.5)), (RECORDS - 201, 201, RECORDS - 1), "from half a second on")
    same(replayed("--from-time", at(201)), (RECORDS - 201, 201, RECORDS - 1), "from its time on")
    same(replayed("--until-time", at(200.001)), (201, 0, 200), "to a millisecond behind")
    same(replayed("--from-time", at(100_000)), (0, None, None), "from a time that has not come")


def by_offset(servers):
    offsets = [offset_of(servers, record) for record in (500, 501, 700, 701)]
    same(replayed("--from-offset", f"0={offsets[0]},1={offsets[1]}", "--until-offset",
                  f"0={offsets[2]},1={offsets[3]}"), (200, 500, 699))
    refused = ctl("replay", "p", "--from", "source", "--from-offset", "7=0")
    same("It has 0, 1." in refused.stderr, True, f"the answer ({refused.stderr})")


def of_what_is_left(servers):
    offsets = [offset_of(servers, record) for record in (400, 401)]
    admin = AdminClient({"bootstrap.servers": servers})
    for deleted in admin.delete_records([TopicPartition("events", number, offset)
                                         for number, offset in enumerate(offsets)]).values():
        deleted.result(30)
    same(replayed(), (RECORDS - 300, 400, RECORDS + 99))  # those too that the swap left behind
    gone = ctl("replay", "p", "--from", "source", "--from-offset", "0=0")
    same("is no longer in the topic" in gone.stderr, True, f"the answer ({gone.stderr})")
    must("discard", "p")


def given_up(server):
    """While no broker answers a swap waits, and says so; given up, it leaves all as it was."""
    must("replay", "p", "--from", "source", "--from-time", at(600))
    same(ctl("swap", "p").returncode != 0, True, "a refusal")
    server.stop()
    try:
        swap = subprocess.Popen([CTL, "swap", "p", "--force", "-w", WORKSPACE], stderr=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, text=True)
        told = []
        for line in swap.stderr:
            told.append(line)
            if "in: " in line and "broker" in line:
                swap.send_signal(signal.SIGINT)
        same(swap.wait(60) != 0, True, "a refusal")
        same("the swap was given up" in told[-1], True, f"what was told ({told})")
    finally:
        server.start()
    same(ids_of("silver.all"), (RECORDS, 0, RECORDS - 1), "the table")


def swapped():
    must("replay", "p", "--from", "source", "--from-time", at(600))  # it goes on
    must("swap", "p", "--force")
    same(ids_of("silver.all"), (RECORDS - 600, 600, RECORDS - 1))
    must("run", os.path.join(FOLDER, "p.yaml"), "--until-idle", "-q")
    same(ids_of("silver.all"), (RECORDS - 500, 600, RECORDS + 99), "what came behind it")


def main():
    require_server()
    checks = Checks()
    with KafkaServer(os.path.join(BUILD, "interop", "replay_server")) as server:
        server.make_topic("events", 2)
        begin(server.servers)
        checks.item("all that the pipeline had read, and no more", all_of_it)
        checks.item("by the time of the records", by_time)
        checks.item("by offset", lambda: by_offset(server.servers))
        checks.item("a swap is given up", lambda: given_up(server))
        checks.item("swapped, and the pipeline goes on", swapped)
        checks.item("what the topic still has", lambda: of_what_is_left(server.servers))
    checks.end()


main()
