// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/time_plot.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

namespace sluice::ui {

class TimePlotTest : public QObject
{
    Q_OBJECT

private slots:
    void aLineIsDrawnInItsColourAndAGapIsLeftOut()
    {
        Appearance::instance().setDark(true);
        test::FakeEngine engine;
        api::EngineSnapshot snapshot;
        snapshot.timeUs = 1'000'000'000;
        snapshot.historySeconds = 900;
        engine.publish(snapshot);
        // Values in the first and last third of the range, none between.
        engine.onAsk = [](const api::Query& query) -> api::AnswerBody {
            const auto& series = std::get<api::SeriesQuery>(query);
            api::SeriesAnswer out;
            const std::int64_t span = series.toUs - series.fromUs;
            for (int i = 0; i < 300; ++i)
                if (i < 100 || i >= 200)
                    out.cells.push_back({series.fromUs + span * i / 300, 50, 50, 50});
            return out;
        };
        EngineBridge bridge(engine);
        TimePlot plot(bridge, {}, {{QStringLiteral("line"), QStringLiteral("rows_in"), [](const Theme& theme) { return theme.series[7]; }}}, {.seconds = 900, .threshold = {}, .thresholdText = {}});
        plot.resize(500, 200);
        plot.show();
        bridge.tick();
        const QImage image = plot.grab().toImage();
        const QRectF area = plot.plotArea();
        const QColor color = Theme::dark().series[7];
        const auto painted = [&](double fromShare, double toShare) {
            int count = 0;
            for (int x = int(area.left() + area.width() * fromShare); x < int(area.left() + area.width() * toShare); ++x)
                for (int y = int(area.top()); y < int(area.bottom()); ++y) {
                    const QColor at = image.pixelColor(x, y);
                    count += std::abs(at.red() - color.red()) < 40 && std::abs(at.green() - color.green()) < 40 && std::abs(at.blue() - color.blue()) < 40;
                }
            return count;
        };
        QVERIFY(painted(0.05, 0.3) > 50);
        QVERIFY(painted(0.7, 0.95) > 50);
        QCOMPARE(painted(0.37, 0.63), 0);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::TimePlotTest)
#include "time_plot_test.moc"
