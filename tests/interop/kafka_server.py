# SPDX-License-Identifier: Apache-2.0
"""A Kafka server of one broker on free ports of this machine, for as long as a with block lasts: one
listener without sign-in, one with SCRAM."""
import glob
import os
import shutil
import socket
import subprocess
import time

from check import NEEDS, skip

JARS = os.path.join(NEEDS, "kafka")

SETTINGS = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},SASL_PLAINTEXT://127.0.0.1:{scram}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SASL_PLAINTEXT://127.0.0.1:{scram}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs={folder}/data
num.partitions=2
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""

USER, PASSWORD = "sluice", "s3cret-of-the-test"

LOGGING = """status=error
rootLogger.level=warn
rootLogger.appenderRef.c.ref=C
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1} %m%n
"""


def require_server():
    """Skips the whole check, by name, where there is no server to start."""
    if not glob.glob(os.path.join(JARS, "kafka_*.jar")):
        skip("the Kafka server's jars are not in .deps/interop/kafka")
    if not shutil.which("java"):
        skip("there is no java")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class KafkaServer:
    def __init__(self, folder):
        self.folder = folder
        self.plain = free_port()
        self.scram = free_port()
        self.servers = f"127.0.0.1:{self.plain}"
        self.scram_servers = f"127.0.0.1:{self.scram}"
        self.process = None

    def _java(self, *arguments):
        return ["java", "-Xms256m", "-Xmx768m", "-XX:+UseSerialGC",
                f"-Dlog4j2.configurationFile={self.folder}/log4j2.properties",
                "-cp", os.path.join(JARS, "*"), *arguments]

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        settings = os.path.join(self.folder, "server.properties")
        with open(settings, "w") as out:
            out.write(SETTINGS.format(controller=free_port(), plain=self.plain, scram=self.scram,
                                       folder=self.folder))
        with open(os.path.join(self.folder, "log4j2.properties"), "w") as out:
            out.write(LOGGING)
        random = subprocess.run(self._java("kafka.tools.StorageTool", "random-uuid"), check=True,
                                capture_output=True, text=True)
        subprocess.run(self._java("kafka.tools.StorageTool", "format", "-t",
                                  random.stdout.split()[-1], "-c", settings, "-S",
                                  f"SCRAM-SHA-256=[name={USER},password={PASSWORD}]"),
                       check=True, capture_output=True)
        self.start()
        return self

    def start(self):
        """Starts the broker (again) on its ports and data."""
        settings = os.path.join(self.folder, "server.properties")
        self.log = open(os.path.join(self.folder, "server.log"), "a")
        self.process = subprocess.Popen(self._java("kafka.Kafka", settings), stdout=self.log,
                                        stderr=subprocess.STDOUT)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_answers(self):
        from confluent_kafka.admin import AdminClient
        client = AdminClient({"bootstrap.servers": self.servers, "log_level": 0})
        end = time.monotonic() + 90
        while True:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the Kafka server did not start; see {self.folder}/server.log")
            try:
                if client.list_topics(timeout=2).brokers:
                    return
            except Exception:
                pass  # not up yet; the loop's end decides

    def make_topic(self, name, partitions):
        from confluent_kafka.admin import AdminClient, NewTopic
        client = AdminClient({"bootstrap.servers": self.servers})
        made = client.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])
        made[name].result(30)

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Takes the broker away; its data stays."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
