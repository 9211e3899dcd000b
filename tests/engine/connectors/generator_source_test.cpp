// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/generator_source.h"

#include "tests/engine/connectors/bound_source.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

namespace sluice::connectors {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;

class GeneratorSourceTest : public QObject
{
    Q_OBJECT

private slots:
    void aRunInterruptedAnywhereMakesTheSameRows()
    {
        const BoundSource bound(
            GeneratorSource::kind(),
            "{profile: sensors, limit: 500, seed: 4, start: '2026-01-01T00:00:00Z', faults: 0.1}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        CollectingContext whole;
        auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        while (*source->poll({.rows = 64, .bytes = 1 << 20}, whole) == PollOutcome::More) { }
        CollectingContext parts;
        std::optional<std::string> position;
        for (;;) {
            source = bound.make();
            QVERIFY(source->open(position));
            if (*source->poll({.rows = 37, .bytes = 1 << 20}, parts) == PollOutcome::Finished)
                break;
            position = source->position();
        }
        QCOMPARE(parts.joined(), whole.joined());
        QCOMPARE(parts.rejects.size(), whole.rejects.size());
        QCOMPARE(whole.rows.size() + whole.rejects.size(), std::size_t(500));
        QCOMPARE(parts.watermark().us, whole.watermark().us);
        QVERIFY(!whole.rejects.empty());
    }
    void theRateFollowsTheClock()
    {
        const BoundSource bound(GeneratorSource::kind(), "{profile: orders, rate: 1000}");
        ManualClock clock(WallTime{1'700'000'000'000'000});
        CollectingContext context(clock);
        const auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        for (int i = 0; i <= 200; ++i) {
            while (*source->poll({}, context) == PollOutcome::More) { }
            clock.advance(std::chrono::milliseconds(10));
        }
        QVERIFY2(std::abs(int(context.rows.size()) - 2000) <= 2,
                 std::to_string(context.rows.size()).c_str());
        const Batch& last = context.batches.back();
        QCOMPARE(last.eventTime(last.rows() - 1).us,
                 std::int64_t(1'700'000'002'000'000)); // record 2000
    }
    void preparedRecordsAreTheSameAndLaterOnesArriveWhenTheyWereDue()
    {
        const std::string options
            = "profile: orders, rate: 1000, limit: 20000, seed: 4, faults: 0.1";
        ManualClock clock(WallTime{1'767'225'600'000'000}); // 2026-01-01
        CollectingContext made(clock), prepared(clock);
        for (const bool isPrepared : {false, true}) {
            BoundSource bound(GeneratorSource::kind(),
                              "{" + options + (isPrepared ? ", prepared: true" : "")
                                  + ", start: '2026-01-01T00:00:00Z'}");
            bound.services.clock = &clock;
            CollectingContext& context = isPrepared ? prepared : made;
            std::optional<std::string> position;
            for (PollOutcome outcome = PollOutcome::More; outcome != PollOutcome::Finished;) {
                const auto source = bound.make();
                QVERIFY(source->open(position));
                for (int i = 0; i < 5 && outcome != PollOutcome::Finished; ++i) {
                    outcome = *source->poll({.rows = 999, .bytes = 1 << 20}, context);
                    clock.advance(std::chrono::seconds(1));
                }
                position = source->position();
            }
        }
        QCOMPARE(prepared.joined(), made.joined());
        QCOMPARE(prepared.rejects.size(), made.rejects.size());
        QCOMPARE(made.rows.size() + made.rejects.size(), std::size_t(20'000));
        // Record 0 is due at the first poll; one second later 999 came at once, record 1 having
        // been due after a millisecond; then those from record 1000 on.
        const std::int64_t from = prepared.batches[0].arrivalNs;
        QCOMPARE(prepared.batches[1].arrivalNs - from, std::int64_t(1'000'000));
        QCOMPARE(prepared.batches[2].arrivalNs - from, std::int64_t(1'000'000'000));
    }
    void aWrongStartIsFound()
    {
        const BoundSource bound(GeneratorSource::kind(), "{start: tomorrow}");
        QVERIFY(bound.diagnostics.hasErrors());
        QVERIFY(bound.diagnostics.text().find("is no time") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::GeneratorSourceTest)
#include "generator_source_test.moc"
