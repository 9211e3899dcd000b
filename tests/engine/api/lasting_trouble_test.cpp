// SPDX-License-Identifier: Apache-2.0
#include "engine/api/lasting_trouble.h"

#include "tests/support/test_main.h"

namespace sluice::api {

class LastingTroubleTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t kSecond = 1'000'000'000;

private slots:
    void onlyTroubleWithoutABreakIsTooLong()
    {
        LastingTrouble trouble(std::chrono::seconds(30));
        const auto at = [&](bool isTroubled, std::int64_t second) {
            return trouble.isTooLong(isTroubled, SteadyTime{second * kSecond});
        };
        QVERIFY(!at(false, 0));
        QVERIFY(!at(true, 100)); // it begins
        QVERIFY(!at(true, 130)); // thirty seconds are not more than thirty
        QVERIFY(!at(false, 131));
        QVERIFY(!at(true, 132)); // begins anew
        QVERIFY(!at(true, 162));
        QVERIFY(at(true, 163));
        trouble.clear();
        QVERIFY(!at(true, 200));
        QVERIFY(at(true, 231));
    }
    void itMayBeginAtTheBeginningOfTime()
    {
        LastingTrouble trouble(std::chrono::seconds(30));
        QVERIFY(!trouble.isTooLong(true, SteadyTime{0}));
        QVERIFY(trouble.isTooLong(true, SteadyTime{31 * kSecond}));
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::LastingTroubleTest)
#include "lasting_trouble_test.moc"
