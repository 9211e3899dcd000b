# SPDX-License-Identifier: Apache-2.0
"""Runs `sluicectl bench kafka` with its arguments against a Kafka server of the interop tests."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../tests/interop"))
from kafka_server import KafkaServer  # noqa: E402

with tempfile.TemporaryDirectory() as folder, KafkaServer(os.path.join(folder, "kafka")) as server:
    sys.exit(subprocess.run([os.environ["SLUICE_CTL"], "bench", "kafka", "--servers", server.servers,
                             *sys.argv[1:]]).returncode)
