# SPDX-License-Identifier: Apache-2.0
"""What the tables of examples/flights must hold, by DuckDB over the CSV files, whichever engine
read the tables."""
import os

import duckdb

from check import ROOT, same, same_rows

DATA = os.path.join(ROOT, "examples", "flights", "data")
TABLES = ["bronze.flights", "silver.flights", "gold.fact_flights", "gold.carrier_hour_delays",
          "gold.dim_carrier", "gold.dim_airport", "gold.dim_plane"]

# Facts that are known of this data, so that a fault of DuckDB's or ours over both would be seen.
KNOWN = {"flights": 336776, "without departure": 8255, "without arrival delay": 9430,
         "without plane": 52606, "without airport": 7602}

KEY = "year, month, day, carrier, flight, origin"


def has_data():
    return os.path.exists(os.path.join(DATA, "flights_by_time.csv"))


def database(tables):
    """Returns a DuckDB with the CSV files as csv.* and Arrow tables as lake.<schema>_<table>."""
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute("CREATE SCHEMA csv")
    for name, file in (("flights", "flights_by_time"), ("planes", "planes"),
                       ("airports", "airports"), ("airlines", "airlines")):
        db.execute(f"CREATE TABLE csv.{name} AS FROM read_csv('{DATA}/{file}.csv', nullstr=['NA', ''],"
                   " sample_size=-1)")
    for name, table in tables.items():
        db.register(name.replace(".", "_"), table)
    return db


def value(db, sql):
    return db.execute(sql).fetchone()[0]


def add_checks(checks, db, reader):
    def item(name, body):
        checks.item(f"{reader}: {name}", body)

    def count(sql, expected):
        return lambda: same(value(db, sql), expected)

    item("bronze has every flight", count("SELECT count(*) FROM bronze_flights", KNOWN["flights"]))
    item("bronze has no flight twice",
         count("SELECT count(DISTINCT event_id) FROM bronze_flights", KNOWN["flights"]))
    item("silver has every flight", count("SELECT count(*) FROM silver_flights", KNOWN["flights"]))
    item("silver's key is unique",
         count(f"SELECT count(*) FROM (SELECT DISTINCT {KEY} FROM silver_flights)", KNOWN["flights"]))
    for name, condition, column in (("without departure", "dep_time IS NULL", "dep_time"),
                               ("without arrival delay", "arr_delay IS NULL", "arr_delay")):
        item(name, count(f"SELECT count(*) FROM silver_flights WHERE {condition}", KNOWN[name]))
        item(f"{name}, by the CSV",
             count(f"SELECT count(*) FROM csv.flights WHERE {column} IS NULL", KNOWN[name]))
    item("without plane", count("SELECT count(*) FROM silver_flights WHERE manufacturer IS NULL",
                                KNOWN["without plane"]))
    item("without plane, by the CSV", count(
        "SELECT count(*) FROM csv.flights f WHERE NOT EXISTS "
        "(FROM csv.planes p WHERE p.tailnum = f.tailnum)", KNOWN["without plane"]))
    item("without airport", count("SELECT count(*) FROM silver_flights WHERE dest_name IS NULL",
                                  KNOWN["without airport"]))
    item("without airport, by the CSV", count(
        "SELECT count(*) FROM csv.flights f WHERE NOT EXISTS "
        "(FROM csv.airports a WHERE a.faa = f.dest)", KNOWN["without airport"]))
    item("silver row by row", lambda: silver(db))
    item("gold.fact_flights row by row", lambda: fact(db))
    item("gold.carrier_hour_delays row by row", lambda: delays(db))
    item("gold.dim_carrier", lambda: dimension(db, "gold_dim_carrier", "airlines", "carrier, name"))
    item("gold.dim_airport", lambda: dimension(
        db, "gold_dim_airport", "airports",
        "faa, name, CAST(lat AS DOUBLE), CAST(lon AS DOUBLE), CAST(alt AS DOUBLE), tzone"))
    item("gold.dim_plane", lambda: dimension(
        db, "gold_dim_plane", "planes", "tailnum, CAST(year AS INTEGER), type, manufacturer, model, "
        "CAST(engines AS INTEGER), CAST(seats AS INTEGER), engine"))


def no_difference(db, expected, found):
    """Both ways, duplicates counted."""
    for name, sql in (("missing", f"({expected}) EXCEPT ALL ({found})"),
                      ("too many", f"({found}) EXCEPT ALL ({expected})")):
        rows = db.execute(f"SELECT * FROM ({sql}) LIMIT 2").fetchall()
        if rows:
            raise AssertionError(f"rows {name}, for example {rows}")


def dimension(db, table, file, columns):
    no_difference(db, f"SELECT {columns} FROM csv.{file}", f"SELECT {columns} FROM {table}")


PLAIN_COLUMNS = ("year, month, day, dep_time, sched_dep_time, CAST(dep_delay AS DOUBLE), arr_time, "
                 "sched_arr_time, CAST(arr_delay AS DOUBLE), carrier, flight, tailnum, origin, dest, "
                 "CAST(air_time AS DOUBLE), CAST(distance AS DOUBLE), hour, minute, "
                 "epoch_us(time_hour)")


def silver(db):
    no_difference(
        db,
        f"""SELECT {PLAIN_COLUMNS.replace('year,', 'f.year AS year,').replace('tailnum', 'f.tailnum')},
                   manufacturer, model, seats, a.name, a.lat, a.lon, dep_time IS NULL,
                   coalesce(arr_delay > 15, false), CAST(time_hour AS DATE)
            FROM csv.flights f LEFT JOIN csv.planes p ON p.tailnum = f.tailnum
                 LEFT JOIN csv.airports a ON a.faa = f.dest""",
        f"""SELECT {PLAIN_COLUMNS}, manufacturer, model, seats, dest_name, dest_lat, dest_lon,
                   is_cancelled, is_late, flight_date FROM silver_flights""")


def fact(db):
    columns = ("carrier, flight, origin, dest, tailnum, CAST(dep_delay AS DOUBLE), "
               "CAST(arr_delay AS DOUBLE), CAST(air_time AS DOUBLE), CAST(distance AS DOUBLE)")
    no_difference(
        db,
        f"SELECT CAST(time_hour AS DATE), {columns}, dep_time IS NULL, "
        "coalesce(arr_delay > 15, false) FROM csv.flights",
        f"SELECT flight_date, {columns}, is_cancelled, is_late FROM gold_fact_flights")


def delays(db):
    no_difference(
        db,
        """SELECT carrier, epoch_us(date_trunc('hour', time_hour)), count(*), count(dep_time),
                  round(avg(arr_delay), 6), max(CAST(arr_delay AS DOUBLE))
           FROM csv.flights GROUP BY ALL""",
        """SELECT carrier, epoch_us(window_start), flights, departed, round(mean_arr_delay, 6),
                  worst_arr_delay FROM gold_carrier_hour_delays""")
    # The quantile is an estimate: between the extremes, and there where there are delays.
    wrong = value(db, """SELECT count(*) FROM gold_carrier_hour_delays
        WHERE (p95_arr_delay IS NULL) <> (worst_arr_delay IS NULL)
           OR p95_arr_delay > worst_arr_delay + 0.5""")
    same(wrong, 0, "quantiles that cannot be")
