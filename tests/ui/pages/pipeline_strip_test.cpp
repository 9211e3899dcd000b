// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipeline_strip.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"
#include "ui/theme/appearance.h"

#include <QSignalSpy>

#include <utility>

namespace sluice::ui {

class PipelineStripTest : public QObject
{
    Q_OBJECT

    static int countOf(const QColor& color, const api::EngineSnapshot& snapshot)
    {
        PipelineStrips strips;
        strips.resize(1400, 72);
        strips.apply(snapshot.pipelines);
        const QImage image = strips.grab().toImage();
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += image.pixelColor(x, y) == color;
        return count;
    }

private slots:
    void init() { Appearance::instance().setDark(true); }
    void whatIsWellTakesNoColour()
    {
        const api::EngineSnapshot snapshot = test::plantSnapshot();
        QCOMPARE(countOf(Theme::dark().warn, snapshot), 0);
        QCOMPARE(countOf(Theme::dark().crit, snapshot), 0);
    }
    void aStepInTroubleAndAFullQueueAreSeen()
    {
        api::EngineSnapshot snapshot = test::plantSnapshot();
        snapshot.pipelines[0].nodes[0].trouble = "the broker is away";
        QVERIFY(countOf(Theme::dark().warn, snapshot) > 40);
        QVERIFY(countOf(Theme::dark().warnSoft, snapshot) > 500);
        snapshot = test::plantSnapshot();
        snapshot.pipelines[0].edges[0].fillShare = 0.9;
        QVERIFY(countOf(Theme::dark().crit, snapshot) > 40);
        std::swap(snapshot.pipelines[0].edges[0].fillShare,
                  snapshot.pipelines[0].edges[1].fillShare); // to silver, beside the way to gold
        QVERIFY(countOf(Theme::dark().crit, snapshot) > 40);
        snapshot.pipelines[0].edges[1].fillShare = 0;
        snapshot.pipelines[0].edges[0].fillShare = 0.5; // full to the half is normal
        QCOMPARE(countOf(Theme::dark().crit, snapshot), 0);
    }
    void aClickTellsThePipeline()
    {
        api::EngineSnapshot snapshot = test::plantSnapshot();
        snapshot.pipelines.push_back(snapshot.pipelines[0]);
        snapshot.pipelines[1].name = "payments";
        PipelineStrips strips;
        strips.resize(1400, 118);
        strips.apply(snapshot.pipelines);
        QSignalSpy spy(&strips, &PipelineStrips::pipelineClicked);
        QTest::mouseClick(&strips, Qt::LeftButton, {}, QPoint(300, 10)); // the heads
        QCOMPARE(spy.count(), 0);
        QTest::mouseClick(&strips, Qt::LeftButton, {}, QPoint(300, 90));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy[0][0].toString(), QStringLiteral("payments"));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::PipelineStripTest)
#include "pipeline_strip_test.moc"
