// SPDX-License-Identifier: Apache-2.0
#include "engine/base/time.h"

#include "tests/support/test_main.h"

#include <limits>

namespace sluice {

class TimeTest : public QObject
{
    Q_OBJECT

private slots:
    void timestampsReadAsIso_data()
    {
        QTest::addColumn<qint64>("us");
        QTest::addColumn<QString>("text");
        QTest::newRow("epoch") << qint64(0) << "1970-01-01T00:00:00.000Z";
        QTest::newRow("micros") << qint64(1) << "1970-01-01T00:00:00.000001Z";
        QTest::newRow("before the epoch") << qint64(-1000) << "1969-12-31T23:59:59.999Z";
        QTest::newRow("leap day") << qint64(1709208000000000) << "2024-02-29T12:00:00.000Z";
        QTest::newRow("no watermark yet")
            << std::numeric_limits<qint64>::min() << "-9223372036854775808us";
        QTest::newRow("far") << qint64(253402300799999999) << "9999-12-31T23:59:59.999999Z";
    }
    void timestampsReadAsIso()
    {
        QFETCH(qint64, us);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(timestampText(us)), text);
    }
    void durations_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("us");
        QTest::newRow("ms") << "250ms" << qint64(250000);
        QTest::newRow("fraction") << "1.5h" << qint64(5400000000);
        QTest::newRow("days") << "7d" << qint64(604800000000);
        QTest::newRow("no unit") << "5" << qint64(-1);
        QTest::newRow("negative") << "-5s" << qint64(-1);
        QTest::newRow("words") << "soon" << qint64(-1);
    }
    void durations()
    {
        QFETCH(QString, text);
        QFETCH(qint64, us);
        Micros out{-1};
        QCOMPARE(parseDuration(text.toStdString(), out), us >= 0);
        QCOMPARE(qint64(out.count()), us);
    }
    void durationTextUsesTheLargestWholeUnit()
    {
        QCOMPARE(durationText(std::chrono::seconds(90)), std::string("90s"));
        QCOMPARE(durationText(std::chrono::minutes(120)), std::string("2h"));
    }
    void aManualClockStandsStill()
    {
        ManualClock clock({5});
        QCOMPARE(clock.wallNow().us, std::int64_t(5));
        clock.advance(std::chrono::microseconds(3));
        QCOMPARE(clock.wallNow().us, std::int64_t(8));
        QCOMPARE(clock.steadyNow().ns, std::int64_t(3000));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::TimeTest)
#include "time_test.moc"
