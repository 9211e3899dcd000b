# SPDX-License-Identifier: Apache-2.0
"""Spark with Delta, offline, on two cores of this machine."""
import glob
import os
import shutil

from check import NEEDS, skip


def session():
    jars = glob.glob(os.path.join(NEEDS, "spark", "*.jar"))
    if not any("delta-spark" in jar for jar in jars):
        skip("the Delta jars for Spark are not in .deps/interop/spark")
    if not shutil.which("java"):
        skip("there is no java")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        skip("pyspark is not installed")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["TZ"] = "UTC"
    builder = SparkSession.builder.master("local[2]").appName("sluice-interop")
    for name, value in {
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
            "spark.databricks.delta.snapshotPartitions": "2", "spark.driver.memory": "2g",
            "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC",
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.jars": ",".join(jars)}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made
