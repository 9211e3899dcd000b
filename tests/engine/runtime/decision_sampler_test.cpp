// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/decision_sampler.h"

#include "tests/support/test_main.h"

#include <arrow/array/builder_primitive.h>

namespace sluice::runtime {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Rows of the numbers 0, 1, 2 ...; record i stands at position 100 + i.
Batch numbers(std::int64_t count)
{
    arrow::Int64Builder builder;
    auto raw = std::make_shared<RawRecords>();
    raw->partition = std::make_shared<const std::string>("3");
    for (std::int64_t i = 0; i < count; ++i) {
        if (!builder.Append(i).ok())
            qFatal("no memory");
        raw->positions.push_back(100 + i);
    }
    Batch out;
    out.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}),
                                           count, {*builder.Finish()});
    out.raw = std::move(raw);
    return out;
}

} // namespace

class DecisionSamplerTest : public QObject
{
    Q_OBJECT

private slots:
    void followedRowsAreToldByWhatBecameOfThem()
    {
        DecisionRing ring;
        DecisionSampler sampler(ring);
        sampler.setVersion(7);
        NodeCounters counters;
        const Batch batch = numbers(8); // rows 0, 2, 4, 6 are followed
        sampler.begin(batch, kSecond, counters);
        QVERIFY(sampler.isFollowing());
        const std::vector<std::uint32_t> turnedAway{4};
        sampler.turnedAway(batch, turnedAway);
        sampler.handedOn(*takeRows(batch, {1, 2, 3}));
        NodeCounters::add(counters.verdicts[std::size_t(Verdict::Filtered)], 4);
        sampler.end(batch, 55, counters);
        const auto told = ring.newest();
        QCOMPARE(told.size(), std::size_t(3)); // of row 4 its rejection tells
        QCOMPARE(told[0].verdict, Verdict::Filtered);
        QCOMPARE(told[0].position, std::int64_t(100));
        QCOMPARE(told[0].text, std::string("n=0"));
        QCOMPARE(told[0].version, std::int64_t(7));
        QCOMPARE(told[0].timeUs, std::int64_t(55));
        QCOMPARE(told[1].verdict, Verdict::Pass);
        QCOMPARE(told[1].position, std::int64_t(102));
        QVERIFY(!told[1].isKept);
        QCOMPARE(told[2].verdict, Verdict::Filtered);
        QVERIFY(!sampler.isFollowing());
    }
    void onlyFiveBatchesASecondAreFollowed()
    {
        DecisionRing ring;
        DecisionSampler sampler(ring);
        const NodeCounters counters;
        const Batch batch = numbers(1);
        int followed = 0;
        for (int i = 1; i <= 1000; ++i) { // a batch a millisecond
            sampler.begin(batch, kSecond + i * 1'000'000, counters);
            if (!sampler.isFollowing())
                continue;
            ++followed;
            sampler.end(batch, 1, counters);
        }
        QCOMPARE(followed, 5);
        QVERIFY(ring.newest().front().isKept); // neither handed on nor counted: it is in state
    }
    void aRowThatMayHaveGoneInTwoWaysIsNotGuessed()
    {
        DecisionRing ring;
        DecisionSampler sampler(ring);
        NodeCounters counters;
        const Batch batch = numbers(1);
        sampler.begin(batch, kSecond, counters);
        for (const Verdict verdict : {Verdict::Filtered, Verdict::Duplicate})
            NodeCounters::add(counters.verdicts[std::size_t(verdict)], 1);
        sampler.end(batch, 1, counters);
        QVERIFY(ring.newest().empty());
    }
    void theRingKeepsTheNewest()
    {
        DecisionRing ring;
        for (std::int64_t i = 0; i < 1000; ++i)
            ring.add({.position = i});
        const auto newest = ring.newest();
        QCOMPARE(newest.size(), DecisionRing::kKept);
        QCOMPARE(newest.front().position, std::int64_t(1000 - DecisionRing::kKept));
        QCOMPARE(newest.back().position, std::int64_t(999));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::DecisionSamplerTest)
#include "decision_sampler_test.moc"
