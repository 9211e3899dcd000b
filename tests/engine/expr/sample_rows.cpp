// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/expr/sample_rows.h"

#include "engine/columns/types.h"

#include <vector>

#include <arrow/array.h>
#include <arrow/json/from_string.h>

namespace sluice::expr::test {
namespace {

struct Column
{
    const char* name;
    const char* type;    // of a pipeline document
    const char* sqlType; // of DuckDB
    const char* json;    // as Arrow reads it
    std::vector<const char*> sql;
};

const std::vector<Column>& columns()
{
    static const std::vector<Column> all{
        {"t",
         "byte",
         "TINYINT",
         "[1, -128, 127, 0, null, 5, -7, 100]",
         {"1", "-128", "127", "0", "NULL", "5", "-7", "100"}},
        {"h",
         "short",
         "SMALLINT",
         "[300, -32768, 32767, 0, 7, null, -7, 2]",
         {"300", "-32768", "32767", "0", "7", "NULL", "-7", "2"}},
        {"n",
         "integer",
         "INTEGER",
         "[10, -3, 2147483647, 0, null, 7, -2147483648, 42]",
         {"10", "-3", "2147483647", "0", "NULL", "7", "-2147483648", "42"}},
        {"k",
         "integer",
         "INTEGER",
         "[3, 2, 1, 0, 4, null, -1, -2]",
         {"3", "2", "1", "0", "4", "NULL", "-1", "-2"}},
        {"b",
         "long",
         "BIGINT",
         "[5, -9223372036854775808, 9223372036854775807, 0, 12, null, -1, 1700000000]",
         {"5", "-9223372036854775808", "9223372036854775807", "0", "12", "NULL", "-1",
          "1700000000"}},
        {"f",
         "float",
         "FLOAT",
         "[1.5, -2.25, 0.1, 0, null, 1e10, -0.5, 3]",
         {"1.5", "-2.25", "0.1", "0", "NULL", "1e10", "-0.5", "3"}},
        {"d",
         "double",
         "DOUBLE",
         "[1.5, -2.5, 0.1, 0, NaN, 1e300, null, 123456.789]",
         {"1.5", "-2.5", "0.1", "0", "'nan'", "1e300", "NULL", "123456.789"}},
        {"g",
         "double",
         "DOUBLE",
         "[2, 0.5, -1.5, 3, 0.25, null, 4, 0]",
         {"2", "0.5", "-1.5", "3", "0.25", "NULL", "4", "0"}},
        {"m",
         "decimal(12,2)",
         "DECIMAL(12,2)",
         R"(["10.50", "-0.05", "9999999999.99", "0.00", null, "100.45", "-7.25", "1.00"])",
         {"10.50", "-0.05", "9999999999.99", "0.00", "NULL", "100.45", "-7.25", "1.00"}},
        {"p",
         "decimal(5,3)",
         "DECIMAL(5,3)",
         R"(["1.255", "-99.999", "99.999", "0.000", "0.500", null, "-1.500", "2.000"])",
         {"1.255", "-99.999", "99.999", "0.000", "0.500", "NULL", "-1.500", "2.000"}},
        {"s",
         "string",
         "VARCHAR",
         R"(["hello", "", "Hello World", "a,b,,c", null, "  pad ", "100%_x", "zz"])",
         {"'hello'", "''", "'Hello World'", "'a,b,,c'", "NULL", "'  pad '", "'100%_x'", "'zz'"}},
        {"u",
         "string",
         "VARCHAR",
         R"(["héllo", "日本語", "ÀÉ", "x", "ab", "", null, "o"])",
         {"'héllo'", "'日本語'", "'ÀÉ'", "'x'", "'ab'", "''", "NULL", "'o'"}},
        {"q",
         "string",
         "VARCHAR",
         R"(["12", " 7 ", "1.5", "abc", "1e3", null, "", "-300"])",
         {"'12'", "' 7 '", "'1.5'", "'abc'", "'1e3'", "NULL", "''", "'-300'"}},
        {"w",
         "string",
         "VARCHAR",
         R"(["2024-02-29", "2024-02-30", "2024-1-5 10:20:30", "yes", "F", null, "2024-02-29T23:59:59.5Z", "nan"])",
         {"'2024-02-29'", "'2024-02-30'", "'2024-1-5 10:20:30'", "'yes'", "'F'", "NULL",
          "'2024-02-29T23:59:59.5Z'", "'nan'"}},
        {"x",
         "boolean",
         "BOOLEAN",
         "[true, true, true, false, false, null, null, null]",
         {"true", "true", "true", "false", "false", "NULL", "NULL", "NULL"}},
        {"y",
         "boolean",
         "BOOLEAN",
         "[true, false, null, false, null, true, false, null]",
         {"true", "false", "NULL", "false", "NULL", "true", "false", "NULL"}},
        // 2024-02-29, 1969-12-31, 2000-01-03, 1970-01-01, null, 2021-01-01, 1899-03-31, 2038-12-31
        {"day",
         "date",
         "DATE",
         "[19782, -1, 10959, 0, null, 18628, -25843, 25201]",
         {"'2024-02-29'", "'1969-12-31'", "'2000-01-03'", "'1970-01-01'", "NULL", "'2021-01-01'",
          "'1899-03-31'", "'2038-12-31'"}},
        {"ts",
         "timestamp",
         "TIMESTAMP",
         "[1709209230123456, -1, 946857600000000, 0, 1609459199999999, null, -2232797400000000, "
         "1709164800000000]",
         {"'2024-02-29 12:20:30.123456'", "'1969-12-31 23:59:59.999999'", "'2000-01-03 00:00:00'",
          "'1970-01-01 00:00:00'", "'2020-12-31 23:59:59.999999'", "NULL", "'1899-03-31 10:30:00'",
          "'2024-02-29 00:00:00'"}},
        {"te",
         "timestamp",
         "TIMESTAMP",
         "[1711882800000000, 1, 946857599999999, 86400000000, 1609459200000000, 5, null, "
         "1709164800000000]",
         {"'2024-03-31 11:00:00'", "'1970-01-01 00:00:00.000001'", "'2000-01-02 23:59:59.999999'",
          "'1970-01-02 00:00:00'", "'2021-01-01 00:00:00'", "'1970-01-01 00:00:00.000005'", "NULL",
          "'2024-02-29 00:00:00'"}},
        {"js",
         "json",
         "VARCHAR",
         R"(["{\"a\":{\"b\":[1,2.5,\"x\"]},\"c\":\"q\"}", "{\"a\":null,\"c\":true}", "[1,2,3]", "{ \"a\" : { \"b\" : [ ] } }", null, "\"text\"", "{\"c\":\"\\u00e9\\n\"}", "-5"])",
         {R"('{"a":{"b":[1,2.5,"x"]},"c":"q"}')", R"('{"a":null,"c":true}')", "'[1,2,3]'",
          R"('{ "a" : { "b" : [ ] } }')", "NULL", R"('"text"')", R"('{"c":"\u00e9\n"}')", "'-5'"}},
        {"bad",
         "json",
         "VARCHAR",
         R"(["{}", "{bad", "[1 2]", "", null, "01", "{\"a\":1}x", "[1]"])",
         {"'{}'", "'{bad'", "'[1 2]'", "''", "NULL", "'01'", "'{\"a\":1}x'", "'[1]'"}},
        {"l",
         "list<integer>",
         "INTEGER[]",
         "[[1,2,3], [], null, [5], [null,7], [0,0], [-1], [42,10]]",
         {"[1,2,3]", "[]", "NULL", "[5]", "[NULL,7]", "[0,0]", "[-1]", "[42,10]"}},
        {"ls",
         "list<string>",
         "VARCHAR[]",
         R"([["hello","b"], ["zz"], [], null, ["x",null], ["  pad "], ["q"], ["zz","zz"]])",
         {"['hello','b']", "['zz']", "[]", "NULL", "['x',NULL]", "['  pad ']", "['q']",
          "['zz','zz']"}},
        {"o",
         "struct<a: integer, b: struct<c: string>>",
         "STRUCT(a INTEGER, b STRUCT(c VARCHAR))",
         R"([{"a":1,"b":{"c":"x"}}, {"a":null,"b":null}, null, {"a":3,"b":{"c":null}}, {"a":4,"b":{"c":"y"}}, null, {"a":6,"b":{"c":""}}, {"a":7,"b":{"c":"z"}}])",
         {"{'a':1,'b':{'c':'x'}}", "{'a':NULL,'b':NULL}", "NULL", "{'a':3,'b':{'c':NULL}}",
          "{'a':4,'b':{'c':'y'}}", "NULL", "{'a':6,'b':{'c':''}}", "{'a':7,'b':{'c':'z'}}"}},
        {"mp",
         "map<string, integer>",
         "MAP(VARCHAR, INTEGER)",
         R"([[["a",1],["b",2]], [], null, [["b",5]], [["a",null]], [["zz",9]], [["a",3]], [["c",1]]])",
         {"MAP{'a':1,'b':2}", "MAP{}", "NULL", "MAP{'b':5}", "MAP{'a':NULL}", "MAP{'zz':9}",
          "MAP{'a':3}", "MAP{'c':1}"}},
    };
    return all;
}

} // namespace

std::shared_ptr<arrow::RecordBatch> sampleRows()
{
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const Column& column : columns()) {
        const auto type = parseType(column.type);
        fields.push_back(arrow::field(column.name, *type));
        arrays.push_back(arrow::json::ArrayFromJSONString(*type, column.json).ValueOrDie());
    }
    const std::int64_t rows = arrays.front()->length();
    return arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
}

std::string sampleRowsSql()
{
    std::string names = "i";
    std::string casts = "i";
    for (const Column& column : columns()) {
        names += std::string(", ") + column.name;
        casts += std::string(", CAST(") + column.name + " AS " + column.sqlType + ") AS "
            + column.name;
    }
    std::string values;
    for (std::size_t row = 0; row < columns().front().sql.size(); ++row) {
        values += (row == 0 ? "(" : ", (") + std::to_string(row);
        for (const Column& column : columns())
            values += std::string(", CAST(") + column.sql[row] + " AS " + column.sqlType + ")";
        values += ")";
    }
    return "SELECT " + casts + " FROM (VALUES " + values + ") AS v(" + names + ")";
}

} // namespace sluice::expr::test
