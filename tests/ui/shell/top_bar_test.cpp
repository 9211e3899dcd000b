// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <QLabel>

namespace sluice::ui {

class TopBarTest : public QObject
{
    Q_OBJECT

    static QString wordsOf(const api::EngineSnapshot& snapshot)
    {
        TopBar bar;
        bar.apply(snapshot);
        QStringList words;
        for (const QLabel* label : bar.findChildren<QLabel*>())
            words << label->text();
        return words.join(QLatin1Char('|')).replace(QChar(0x2009), QLatin1Char(' '));
    }

private slots:
    void itSaysWhatFlows_data()
    {
        QTest::addColumn<QList<int>>("states");
        QTest::addColumn<QString>("live");
        QTest::addColumn<QString>("rate"); // each running pipeline brings 12,345 rec/s
        const int running = int(api::RunState::Running), failed = int(api::RunState::Failed),
                  stopped = int(api::RunState::Stopped);
        QTest::newRow("nothing") << QList<int>{} << "Nothing runs"
                                 << "";
        QTest::newRow("stopped") << QList<int>{stopped} << "Nothing runs"
                                 << "";
        QTest::newRow("two") << QList<int>{running, running} << "Live, 2 running"
                             << "24.7k rec/s in";
        QTest::newRow("one failed") << QList<int>{running, failed} << "1 running, 1 failed"
                                    << "12.3k rec/s in";
    }
    void itSaysWhatFlows()
    {
        QFETCH(QList<int>, states);
        QFETCH(QString, live);
        QFETCH(QString, rate);
        api::EngineSnapshot snapshot;
        for (const int state : states) {
            snapshot.pipelines.push_back(test::plantSnapshot().pipelines[0]);
            snapshot.pipelines.back().state = api::RunState(state);
        }
        const QStringList words = wordsOf(snapshot).split(QLatin1Char('|'));
        QVERIFY2(words.contains(live), qPrintable(words.join(QLatin1Char('|'))));
        QVERIFY2(words.contains(rate), qPrintable(words.join(QLatin1Char('|'))));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::TopBarTest)
#include "top_bar_test.moc"
