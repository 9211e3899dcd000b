// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_line.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"
#include "ui/theme/appearance.h"

namespace sluice::ui {

class StatusLineTest : public QObject
{
    Q_OBJECT

    static QString wordsOf(const api::EngineSnapshot& snapshot)
    {
        StatusLine line;
        line.apply(snapshot);
        return line.accessibleDescription().replace(QChar(0x2009), QLatin1Char(' '));
    }
    static int countOf(const QColor& color, const api::EngineSnapshot& snapshot)
    {
        StatusLine line;
        line.resize(1200, 24);
        line.apply(snapshot);
        const QImage image = line.grab().toImage();
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += image.pixelColor(x, y) == color;
        return count;
    }

private slots:
    void init() { Appearance::instance().setDark(true); }
    void itSaysRateLatencyLagAndErrors()
    {
        api::EngineSnapshot snapshot = test::plantSnapshot();
        snapshot.pipelines[0].lagRows = 1500;
        const QString words = wordsOf(snapshot);
        for (const char* part : {"Engine running", "12.3k rec/s in", "p99 900 ms", "lag 1,500 rec",
                                 "0 errors", "rows conserved"})
            QVERIFY2(words.contains(QLatin1String(part)), qPrintable(words));
    }
    void theLagIsThatOfTheWorstPipeline()
    {
        api::EngineSnapshot snapshot = test::plantSnapshot();
        snapshot.pipelines.push_back(snapshot.pipelines[0]);
        snapshot.pipelines[0].lagRows = 70;
        snapshot.pipelines[1].lagRows = 20;
        QVERIFY(wordsOf(snapshot).contains(QStringLiteral("lag 70 rec")));
    }
    void whatIsNotKnownIsADash()
    {
        const QString words = wordsOf({});
        QVERIFY(words.contains(QStringLiteral("Engine idle")));
        QVERIFY(words.contains(QStringLiteral("p99 ") + QChar(0x2013)));
        QVERIFY(words.contains(QStringLiteral("lag ") + QChar(0x2013)));
    }
    void onlyWhatIsAbnormalTakesColour()
    {
        const QColor crit = Theme::dark().crit;
        api::EngineSnapshot snapshot = test::plantSnapshot();
        QCOMPARE(countOf(crit, snapshot), 0);
        snapshot.pipelines[0].nodes[1].errors = 1;
        QVERIFY(wordsOf(snapshot).contains(QStringLiteral("1 error,")));
        QVERIFY(countOf(crit, snapshot) > 20);
        snapshot = test::plantSnapshot();
        snapshot.pipelines[0].isConserved = false;
        QVERIFY(wordsOf(snapshot).contains(QStringLiteral("rows NOT conserved")));
        QVERIFY(countOf(crit, snapshot) > 20);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::StatusLineTest)
#include "status_line_test.moc"
