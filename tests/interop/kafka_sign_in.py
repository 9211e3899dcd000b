# SPDX-License-Identifier: Apache-2.0
"""Sign-in by SCRAM at a real broker, right and wrong, and a broker that goes away while a pipeline
reads from it.

kafka_sign_in.py BUILD
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
    from confluent_kafka import Producer
except ImportError as missing:
    skip(f"{missing.name} is not installed")

from kafka_server import PASSWORD, USER, KafkaServer, require_server

BUILD = sys.argv[1]
CTL = os.path.join(BUILD, "bin", "sluicectl")
WORKSPACE = os.path.join(BUILD, "interop", "sign_in")
WRONG = "not-the-password-at-all"
DOCUMENT = """pipeline: signed
epoch: 200ms
nodes:
  in:
    type: kafka_source
    connection: @CONNECTION@
    topic: numbers
    schema: {n: long}
  out: {type: delta_sink, input: in, table: bronze.@CONNECTION@, write: raw}
"""


def ctl(*arguments, password=PASSWORD):
    environment = dict(os.environ, TEST_KAFKA_PASSWORD=password)
    return subprocess.run([CTL, "--workspace", WORKSPACE, *arguments], capture_output=True,
                          text=True, env=environment, timeout=120)


def steps(password):
    done = ctl("--json", "connections", "test", "signed", "--topic", "numbers", password=password)
    hidden = password not in done.stdout + done.stderr
    same(hidden, True, "the password is hidden")
    return {step["step"]: step for step in json.loads(done.stdout)}, done.returncode


def right_password():
    found, code = steps(PASSWORD)
    same({name: step["state"] for name, step in found.items() if name != "TLS"},
         {name: "ok" for name in found if name != "TLS"}, "the steps")
    same(code, 0, "the exit code")


def wrong_password():
    found, code = steps(WRONG)
    same(found["TCP"]["state"], "ok", "TCP")
    same(found["SASL"]["state"], "failed", "SASL")
    same("uthentication" in found["SASL"]["detail"], True, f"the reason ({found['SASL']['detail']})")
    same(found["Metadata"]["state"], "skipped", "Metadata")
    same(code != 0, True, f"an exit code that is not 0 ({code})")


def send(servers, first, count):
    producer = Producer({"bootstrap.servers": servers, "acks": "all"})
    for n in range(first, first + count):
        producer.produce("numbers", json.dumps({"n": n}), partition=n % 2)
    same(producer.flush(60), 0, "records not sent")


def document(connection):
    path = os.path.join(WORKSPACE, f"{connection}.yaml")
    with open(path, "w") as out:
        out.write(DOCUMENT.replace("@CONNECTION@", connection))
    return path


def wait_for(what, condition, process=None):
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within a minute")
        if process and process.poll() is not None:
            raise AssertionError(f"the run ended by itself with {process.poll()} before {what}")
        time.sleep(0.1)


def rows(connection):
    done = ctl("--json", "sql", f"SELECT count(*) AS n, count(DISTINCT event_id) AS u FROM bronze.{connection}")
    if done.returncode != 0:
        return (0, 0)
    found = json.loads(done.stdout)[0]
    return found["n"], found["u"]


class Run:
    """A pipeline that runs in the background; what it says goes to a file."""

    def __init__(self, name, password):
        connection = "signed"
        self.path = os.path.join(WORKSPACE, f"{name}.log")
        self.log = open(self.path, "w")
        self.process = subprocess.Popen(
            [CTL, "--workspace", WORKSPACE, "run", document(connection)], stdout=self.log,
            stderr=self.log, env=dict(os.environ, TEST_KAFKA_PASSWORD=password))

    def said(self, words):
        with open(self.path) as log:
            return words in log.read()

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.log.close()
        return code


def refused_pipeline_says_so():
    refused = Run("refused", WRONG)
    try:
        wait_for("a word about the sign-in", lambda: refused.said("uthentication"), refused.process)
        same(refused.said(WRONG), False, "the password is shown")
    finally:
        same(refused.end(), 0, "the exit code")


def broker_goes_and_comes(server):
    signed = Run("signed", PASSWORD)
    try:
        wait_for("the first 100 records", lambda: rows("signed") == (100, 100), signed.process)
        server.stop()
        wait_for("a word about the broker", lambda: signed.said("connection signed"), signed.process)
        server.start()
        send(server.servers, 100, 100)
        wait_for("all 200 records, each once", lambda: rows("signed") == (200, 200), signed.process)
    finally:
        same(signed.end(), 0, "the exit code")


def main():
    require_server()
    if not os.path.exists(CTL):
        skip("sluicectl is not built")
    shutil.rmtree(WORKSPACE, ignore_errors=True)
    os.makedirs(WORKSPACE)
    checks = Checks()
    with KafkaServer(os.path.join(BUILD, "interop", "kafka_sign_in")) as server:
        server.make_topic("numbers", 2)
        send(server.servers, 0, 100)
        run(CTL, "--workspace", WORKSPACE, "connections", "put", "signed",
            f"bootstrap.servers={server.scram_servers}", "security.protocol=sasl_plaintext",
            "sasl.mechanism=SCRAM-SHA-256", f"sasl.username={USER}",
            "sasl.password=env:TEST_KAFKA_PASSWORD")
        checks.item("the right password is taken", right_password)
        checks.item("a wrong password fails at SASL, and what comes after is skipped", wrong_password)
        checks.item("a pipeline with a wrong password says so and waits", refused_pipeline_says_so)
        checks.item("a broker that goes away and comes back loses nothing",
                    lambda: broker_goes_and_comes(server))
    checks.end()


main()
