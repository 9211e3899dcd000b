// SPDX-License-Identifier: Apache-2.0
#include "engine/state/time_queue.h"

#include "tests/support/test_main.h"

namespace sluice::state {

class TimeQueueTest : public QObject
{
    Q_OBJECT

private slots:
    void whatIsDueComesInTheOrderOfTimeAndId()
    {
        TimeQueue queue;
        constexpr std::int64_t kSecond = 1'000'000;
        for (const std::int64_t id : {5, 3, 9})
            queue.push(7 * kSecond, std::uint64_t(id));
        queue.push(-3 * kSecond, 1);
        queue.push(7 * kSecond + 1, 2);
        queue.push(90 * kSecond, 4);
        using Items = std::vector<TimeQueue::Item>;
        QCOMPARE(queue.takeUntil(-4 * kSecond), Items{});
        QCOMPARE(queue.takeUntil(7 * kSecond),
                 (Items{{-3 * kSecond, 1}, {7 * kSecond, 3}, {7 * kSecond, 5}, {7 * kSecond, 9}}));
        QCOMPARE(queue.size(), std::size_t(2));
        QCOMPARE(queue.takeUntil(INT64_MAX), (Items{{7 * kSecond + 1, 2}, {90 * kSecond, 4}}));
        QCOMPARE(queue.size(), std::size_t(0));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::TimeQueueTest)
#include "time_queue_test.moc"
