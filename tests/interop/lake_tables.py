# SPDX-License-Identifier: Apache-2.0
"""What lake_probe writes, written down once more by hand: rows as tuples, column types by name."""
import datetime
import decimal
import math

UTC = datetime.timezone.utc


def micros(us):
    return datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(microseconds=us)


def dec(text):
    return decimal.Decimal(text)


TYPES_SCHEMA = [
    ("row", "integer"), ("c_boolean", "boolean"), ("c_byte", "byte"), ("c_short", "short"),
    ("c_integer", "integer"), ("c_long", "long"), ("c_float", "float"), ("c_double", "double"),
    ("c_decimal9", "decimal(9,2)"), ("c_decimal18", "decimal(18,4)"),
    ("c_decimal38", "decimal(38,10)"), ("c_string", "string"), ("c_binary", "binary"),
    ("c_date", "date"), ("c_timestamp", "timestamp")]

TYPES = [
    (1, True, -128, -32768, -2**31, -2**63, -1.5, -2.5, dec("-1234567.89"),
     dec("-12345678901234.5678"), dec("-1234567890123456789012345678.0123456789"), "", b"",
     datetime.date(1, 1, 1), datetime.datetime(1, 1, 1, tzinfo=UTC)),
    (2, False, 127, 32767, 2**31 - 1, 2**63 - 1, 1.5, 2.5, dec("1234567.89"),
     dec("12345678901234.5678"), dec("1234567890123456789012345678.0123456789"), "äöü€𝄞", b"bytes",
     datetime.date(9999, 12, 31),
     datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    (3,) + (None,) * 14,
    (4, True, 0, 0, 0, 0, 0.0, 0.0, dec("0.00"), dec("0.0000"), dec("0.0000000000"),
     'a"b\\c\nd', b"x", datetime.date(1969, 12, 31), micros(-1))]

NESTED = [
    (1, {"x": 1.5, "name": "a"}, ["p", None, "q"], {"k": 1, "l": None}),
    (2, {"x": None, "name": None}, [], {}),
    (3, None, None, None)]

_parts = ["a b", "a/b", "a%b", "a=b", "a:b", "a#b", "a?b", "a'b", "ü€"]
PARTITIONS = [(i + 1, part, micros(0), datetime.date(1970, 1, 1)) for i, part in enumerate(_parts)]
PARTITIONS += [(10, None, micros(-1), datetime.date(1969, 12, 31)), (11, "plain", None, None)]

TEXTS = [(1, "z" * 100), (2, "a" * 40), (3, "\U0010FFFF" * 70), (4, None), (5, "ä" * 32 + "Ä"),
         (6, "b")]

NUMBERS = [(1, math.nan, micros(1795491583993001)), (2, 1.0, micros(1795491583993999)),
           (3, 0.0, None), (4, -0.0, micros(-1)), (5, math.inf, micros(0)),
           (6, -math.inf, micros(0)), (7, 10.0, micros(1795491583993500))]

LONG = [(i, "row", None) for i in range(1, 102)] + [(102, "wide", dec("12.50"))]

PLAIN = [(i, "ours") for i in range(1, 9)]

_few = ["DE", "France", "", "United Kingdom of ..."]


def encoded_row(i):
    mixed = i * 7919 % 50021
    return (i, f"order-{1000000 + i}", None if i % 7 == 3 else _few[i * i % 11 % 4],
            f"{mixed} x {mixed}", None if i % 11 == 5 else mixed,
            2**63 - 1 - i if i % 2 == 0 else i - 2**63, i % 5, dec(f"{mixed}.25"),
            micros(1767225600000000 + i // 10 * 1000))


ENCODED = [encoded_row(i) for i in range(50000)]

# name -> rows and the version that the last commit made. One commit creates a table, each epoch is
# one more; probe.long has its 101 epochs, the added column and the epoch that writes it.
TABLES = {"encoded": (ENCODED, 1), "types": (TYPES, 1), "nested": (NESTED, 1), "partitions": (PARTITIONS, 1),
          "texts": (TEXTS, 4), "numbers": (NUMBERS, 4), "long": (LONG, 103), "plain": (PLAIN, 8)}


def comparable(value):
    """Not-a-number equals itself here, a map is its items, and both zeros are one."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return [comparable(item) for item in value] if isinstance(value, list) else value


def comparable_rows(rows):
    return [tuple(comparable(value) for value in row) for row in rows]


def rows_of(arrow_table):
    """Returns an Arrow table as comparable tuples; a map comes as a dict."""
    import pyarrow as pa

    def native(column):
        is_map = pa.types.is_map(column.type)
        return [dict(value) if is_map and value is not None else value
                for value in column.to_pylist()]
    columns = [native(column) for column in arrow_table.columns]
    return comparable_rows(zip(*columns)) if columns else []
