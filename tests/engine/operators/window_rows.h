// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/engine/operators/operator_harness.h"

#include <random>
#include <string>
#include <vector>

namespace sluice::test {

/// A row of the tests of windows: milliseconds, a key (-1 = null), a value (-1000 = null).
struct SampleRow
{
    std::int64_t ms = 0;
    int key = 0, value = 0;
};

inline constexpr const char* kSampleSchema = "{t: timestamp(ms), k: integer, v: integer}";

/// Rows over some minutes around the epoch, at most 3 s out of order, the same for each seed.
inline std::vector<SampleRow> sampleRows(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<SampleRow> out;
    std::int64_t now = -60'000;
    for (std::size_t i = 0; i < count; ++i) {
        now += std::int64_t(random() % 400);
        if (random() % 60 == 0)
            now += 20'000; // silence
        out.push_back({now - std::int64_t(random() % 3000), int(random() % 5) - 1,
                       random() % 10 == 0 ? -1000 : int(random() % 100)});
    }
    return out;
}

inline std::string sampleJson(const SampleRow& row)
{
    const auto number = [](int value, int none) {
        return value == none ? std::string("null") : std::to_string(value);
    };
    return "{\"t\":" + std::to_string(row.ms) + ",\"k\":" + number(row.key, -1)
        + ",\"v\":" + number(row.value, -1000) + "}";
}

/// Returns a statement that makes the table rows (ms BIGINT, k INTEGER, v INTEGER, i BIGINT).
inline std::string sampleSql(const std::vector<SampleRow>& rows)
{
    std::string out = "CREATE TABLE rows AS SELECT * FROM (VALUES ";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto number = [](int value, int none) {
            return value == none ? std::string("NULL::INTEGER") : std::to_string(value);
        };
        out += (i > 0 ? "," : "") + ("(" + std::to_string(rows[i].ms)) + "::BIGINT,"
            + number(rows[i].key, -1) + "," + number(rows[i].value, -1000) + "," + std::to_string(i)
            + "::BIGINT)";
    }
    return out + ") AS r(ms, k, v, i)";
}

/// How rows are fed: in which batches, and after how many batches the state is saved and loaded.
struct Feeding
{
    std::size_t batchSize = 1;
    std::size_t restartsEvery = 0; // 0 = never
    std::int64_t behindMs = 3001;  // of the watermark behind the newest row
};

/// Feeds rows with the watermark that a source would give (3 s behind, and a millisecond), and the
/// end of time behind them; returns what came out, row for row. Late rows fail the run, unless the
/// watermark is nearer than that.
inline std::vector<std::string> fed(OperatorHarness& harness, const std::vector<SampleRow>& rows,
                                    const Feeding& feeding)
{
    std::int64_t newest = INT64_MIN;
    std::size_t batches = 0;
    for (std::size_t from = 0; from < rows.size(); from += feeding.batchSize) {
        std::vector<std::string> records;
        for (std::size_t i = from; i < std::min(from + feeding.batchSize, rows.size()); ++i) {
            records.push_back(sampleJson(rows[i]));
            newest = std::max(newest, rows[i].ms);
        }
        if (!harness.feed(records))
            qFatal("the rows were refused");
        ++batches;
        if (feeding.restartsEvery > 0 && batches % feeding.restartsEvery == 0
            && !harness.saveAndRestart(batches % 3 == 0 ? flow::SaveKind::Whole
                                                        : flow::SaveKind::Changes))
            qFatal("the state was refused");
        if (!harness.watermark(double(newest - feeding.behindMs) / 1000))
            qFatal("the watermark was refused");
    }
    harness.context.advanceWatermark(EventTime::max());
    if (!harness.op->onWatermark(EventTime::max(), harness.context))
        qFatal("the end was refused");
    if (feeding.behindMs > 3000 && !harness.context.rejects.empty())
        qFatal("a row was late");
    return harness.context.rows;
}

} // namespace sluice::test
