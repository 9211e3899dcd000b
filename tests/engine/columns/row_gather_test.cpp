// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/row_gather.h"

#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "tests/support/test_main.h"

#include <arrow/array/concatenate.h>
#include <arrow/json/from_string.h>

namespace sluice {

class RowGatherTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void rowsOfSeveralChunksComeInTheOrderAsked_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("third");
        QTest::addColumn<QString>("expected");
        QTest::newRow("boolean") << "boolean"
                                 << "[true, false, null]"
                                 << "[false, true]"
                                 << "[true, null, true, null, false, true]";
        QTest::newRow("byte") << "byte"
                              << "[1, 2, null]"
                              << "[4, 5]"
                              << "[5, null, 1, null, 2, 1]";
        QTest::newRow("integer") << "integer"
                                 << "[1, 2, null]"
                                 << "[4, 5]"
                                 << "[5, null, 1, null, 2, 1]";
        QTest::newRow("long") << "long"
                              << "[1, 2, null]"
                              << "[4, 5]"
                              << "[5, null, 1, null, 2, 1]";
        QTest::newRow("decimal") << "decimal(20,1)"
                                 << "[\"1.5\", \"2.5\", null]"
                                 << "[\"4.5\", \"5.5\"]"
                                 << "[\"5.5\", null, \"1.5\", null, \"2.5\", \"1.5\"]";
        QTest::newRow("text") << "string"
                              << "[\"a\", \"\", null]"
                              << "[\"ccc\", \"dd\"]"
                              << "[\"dd\", null, \"a\", null, \"\", \"a\"]";
        QTest::newRow("list") << "list<long>"
                              << "[[1, 2], [], null]"
                              << "[[3], [4]]"
                              << "[[4], null, [1, 2], null, [], [1, 2]]";
        QTest::newRow("struct") << "struct<x: long, y: string>"
                                << "[{\"x\": 1, \"y\": \"p\"}, {\"x\": null, \"y\": \"q\"}, null]"
                                << "[{\"x\": 2, \"y\": \"r\"}, {\"x\": 3, \"y\": \"s\"}]"
                                << "[{\"x\": 3, \"y\": \"s\"}, null, {\"x\": 1, \"y\": \"p\"}, "
                                   "null, {\"x\": null, \"y\": \"q\"}, {\"x\": 1, \"y\": \"p\"}]";
    }
    void rowsOfSeveralChunksComeInTheOrderAsked()
    {
        QFETCH(QString, type);
        QFETCH(QString, first);
        QFETCH(QString, third);
        QFETCH(QString, expected);
        const auto arrowType = *parseType(type.toStdString());
        const auto array = [&](const QString& json) {
            return *arrow::json::ArrayFromJSONString(arrowType, json.toStdString());
        };
        // Slices: what a column holds before its first row must not come out. Chunk 8 is gone.
        const auto a = array(first), c = array(third);
        const auto sliced = arrow::Concatenate({c, a});
        const auto a2 = (*sliced)->Slice(2);
        const std::vector<ColumnPiece> other{ColumnPiece{}, pieceOf(*c)};
        const std::vector<ColumnPiece> own{ColumnPiece{}, pieceOf(*a2)};
        const auto of1 = [&](std::uint32_t row, std::uint32_t count = 1) {
            return RowRun{.pieces = own.data(), .begin = row, .count = count};
        };
        const auto of3
            = [&](std::uint32_t row) { return RowRun{.pieces = other.data(), .begin = row}; };
        const bool isBoolean = arrowType->id() == arrow::Type::BOOL;
        const std::vector<RowRun> runs = isBoolean
            ? std::vector<RowRun>{of1(0), {}, of3(1), of1(2), of3(0), of1(0)}
            : std::vector<RowRun>{of3(1), {}, of1(0), of1(2), of1(1), of1(0)};
        const auto got = gatherColumn(arrowType, 1, runs);
        QVERIFY(got.ok());
        QVERIFY((*got)->ValidateFull().ok());
        QVERIFY2((*got)->Equals(*array(expected)), (*got)->ToString().c_str());
    }
    void nothingAskedIsNothing()
    {
        const auto got = gatherColumn(arrow::utf8(), 0, {});
        QVERIFY(got.ok());
        QCOMPARE((*got)->length(), std::int64_t(0));
    }
    void rowsThatFollowOneAnotherComeAsOneRun()
    {
        for (const char* json : {"[\"a\", \"bb\", null, \"ccc\", \"d\"]", "[1, 2, null, 3, 4]"}) {
            const auto type = json[1] == '1' ? arrow::int64() : arrow::utf8();
            const auto all = *arrow::json::ArrayFromJSONString(type, json);
            const std::vector<ColumnPiece> pieces{pieceOf(*all)};
            const std::vector<RowRun> runs{{.pieces = pieces.data(), .begin = 1, .count = 4},
                                           {.pieces = pieces.data(), .begin = 0, .count = 3}};
            const auto got = gatherColumn(type, 0, runs);
            const auto expected = arrow::Concatenate({all->Slice(1), all->Slice(0, 3)});
            QVERIFY(got.ok() && (*got)->ValidateFull().ok() && (*got)->Equals(**expected));
        }
    }
};

} // namespace sluice

SLUICE_TEST(sluice::RowGatherTest)
#include "row_gather_test.moc"
