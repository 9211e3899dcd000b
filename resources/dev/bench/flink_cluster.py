# SPDX-License-Identifier: Apache-2.0
"""An Apache Flink cluster of one task manager on this machine, for as long as a with block lasts."""
import glob
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request

import pyflink

HOME = os.path.dirname(pyflink.__file__)
REST = "http://127.0.0.1:8081"

# Enough runs of a fresh task manager until its code is compiled; they are not counted.
WARM_RUNS = 4

TABLE = """SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '1';
SET 'table.dml-sync' = 'true';
SET 'pipeline.object-reuse' = 'true';
CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` BIGINT,
  ts AS TO_TIMESTAMP_LTZ(`dateTime`, 3), WATERMARK FOR ts AS ts - INTERVAL '4' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{folder}/bids.jsonl', 'format' = 'json');
CREATE TABLE nothing (w TIMESTAMP(3), k BIGINT, v BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE answer (n BIGINT, total BIGINT) WITH ('connector' = 'print');
"""

SQL = {
    "q5_count": """SELECT window_start, auction AS k, COUNT(*) AS v FROM TABLE(
        HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
        GROUP BY window_start, window_end, auction""",
    "q7_max": """SELECT window_start, CAST(0 AS BIGINT) AS k, MAX(price) AS v FROM TABLE(
        TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY window_start, window_end""",
    "q12_count": """SELECT window_start, bidder AS k, COUNT(*) AS v FROM TABLE(
        TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY window_start, window_end, bidder""",
}


def processor_seconds(process):
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class FlinkCluster:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.work = os.path.join(self.folder, "flink")
        self.environment = dict(os.environ, FLINK_HOME=HOME,
                                FLINK_CONF_DIR=os.path.join(self.work, "conf"),
                                FLINK_LOG_DIR=os.path.join(self.work, "log"), FLINK_PID_DIR=self.work)

    def __enter__(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(os.path.join(HOME, "conf"), self.environment["FLINK_CONF_DIR"])
        os.makedirs(self.environment["FLINK_LOG_DIR"])
        settings = os.path.join(self.environment["FLINK_CONF_DIR"], "config.yaml")
        with open(settings) as file:
            text = file.read()
        with open(settings, "w") as file:
            file.write(re.sub(r"size: 1728m", "size: 4096m", text))
        try:
            for role in ("jobmanager", "taskmanager"):
                self._script(f"{role}.sh", "start")
            self._wait_for_the_task_manager()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for role in ("taskmanager", "jobmanager"):
            self._script(f"{role}.sh", "stop")

    def _script(self, name, *arguments):
        subprocess.run([os.path.join(HOME, "bin", name), *arguments], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def _ask(self, path):
        with urllib.request.urlopen(REST + path, timeout=5) as answer:
            return json.load(answer)

    def _wait_for_the_task_manager(self):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                if self._ask("/overview")["slots-available"] > 0:
                    break
            except OSError:
                pass  # not up yet; the loop's end decides
            time.sleep(0.2)
        else:
            raise RuntimeError(f"Flink did not start; see {self.environment['FLINK_LOG_DIR']}")
        (pids,) = glob.glob(os.path.join(self.work, "*taskexecutor*.pid"))
        with open(pids) as file:
            self.task_manager = int(file.read().split()[-1])

    def _run(self, statements):
        """Runs statements one after the other; returns how long each job took, and the processor
        time of the task manager for each, on average."""
        file = os.path.join(self.work, "query.sql")
        with open(file, "w") as out:
            out.write(TABLE.format(folder=self.folder) + "".join(one + ";\n" for one in statements))
        before = processor_seconds(self.task_manager)
        self._script("sql-client.sh", "-f", file)
        cpu = processor_seconds(self.task_manager) - before
        jobs = sorted(self._ask("/jobs/overview")["jobs"], key=lambda job: job["start-time"])
        jobs = jobs[-len(statements):]
        if any(job["state"] != "FINISHED" for job in jobs):
            raise RuntimeError(f"a job did not finish: {jobs}")
        return [(job["duration"] / 1000, cpu / len(jobs)) for job in jobs]

    def measure(self, name, runs):
        query = f"INSERT INTO nothing {SQL[name]}"
        self._run([f"INSERT INTO answer SELECT COUNT(*), SUM(v) FROM ({SQL[name]})"]
                  + [query] * WARM_RUNS)
        rows, total = self._printed()
        return [(*cost, rows, total) for cost in self._run([query] * runs)]

    def _printed(self):
        """The last row that the print table wrote."""
        (file,) = glob.glob(os.path.join(self.environment["FLINK_LOG_DIR"], "*taskexecutor*.out"))
        with open(file) as out:
            return re.findall(r"\+[IU]\[(\d+), (\d+)\]", out.read())[-1]
