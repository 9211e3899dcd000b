// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/state_chain.h"

#include "tests/support/test_main.h"

namespace sluice::runtime {
namespace {

StateSegment segment(flow::Epoch epoch, flow::SaveKind kind, std::uint64_t length,
                     std::int64_t untilUs = INT64_MAX)
{
    StateSegment out;
    out.epoch = epoch;
    out.kind = kind;
    out.length = length;
    out.until = EventTime{untilUs};
    return out;
}

constexpr std::uint64_t kMiB = 1 << 20;

} // namespace

class StateChainTest : public QObject
{
    Q_OBJECT

private slots:
    void wholeReplacesWhatWasBefore()
    {
        StateChain chain;
        QVERIFY(isDueForWhole(chain));
        addSegment(chain, segment(1, flow::SaveKind::Whole, 100));
        addSegment(chain, segment(2, flow::SaveKind::Changes, 10));
        QCOMPARE(chain.size(), std::size_t(2));
        QVERIFY(!isDueForWhole(chain));
        addSegment(chain, segment(3, flow::SaveKind::Whole, 90));
        QCOMPARE(chain.size(), std::size_t(1));
    }
    void longOrLargeChangesAreDueForWhole()
    {
        StateChain large{segment(1, flow::SaveKind::Whole, kMiB)};
        addSegment(large, segment(2, flow::SaveKind::Changes, 2 * kMiB));
        QVERIFY(!isDueForWhole(large));
        addSegment(large, segment(3, flow::SaveKind::Changes, 1));
        QVERIFY(isDueForWhole(large));
        StateChain lengthy{segment(1, flow::SaveKind::Whole, 1)};
        for (flow::Epoch epoch = 2; epoch <= 33; ++epoch)
            addSegment(lengthy, segment(epoch, flow::SaveKind::Changes, 1));
        QVERIFY(isDueForWhole(lengthy));
    }
    void aLogGrowsUntilANewFileIsBegun()
    {
        StateChain chain;
        QVERIFY(!openLog(chain));
        addSegment(chain, segment(1, flow::SaveKind::Log, 4 * kMiB - 1, 10));
        QVERIFY(openLog(chain));
        QVERIFY(!isDueForWhole(chain)); // never
        addSegment(chain, segment(1, flow::SaveKind::Log, 4 * kMiB, 20));
        QCOMPARE(chain.size(), std::size_t(1));
        QCOMPARE(chain[0].until.us, 20);
        QVERIFY(!openLog(chain)); // large enough
        addSegment(chain, segment(7, flow::SaveKind::Log, 128 * kMiB, 30));
        QCOMPARE(chain.size(), std::size_t(2));
        addSegment(chain, segment(8, flow::SaveKind::Log, 4 * kMiB, 40));
        QVERIFY(openLog(chain)); // the more state, the larger the files
    }
    void aLogIsDroppedWhenTheWatermarkIsPastIt()
    {
        StateChain chain{segment(1, flow::SaveKind::Whole, 1),
                         segment(2, flow::SaveKind::Log, 1, 100),
                         segment(3, flow::SaveKind::Log, 1, 200)};
        dropReleased(chain, EventTime{100});
        QCOMPARE(chain.size(), std::size_t(3));
        dropReleased(chain, EventTime{101});
        QCOMPARE(chain.size(), std::size_t(2));
        QCOMPARE(chain[1].epoch, flow::Epoch(3));
        dropReleased(chain, EventTime::max());
        QCOMPARE(chain.size(), std::size_t(1)); // only a log is dropped
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::StateChainTest)
#include "state_chain_test.moc"
