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
        TimePlot plot(bridge, {},
                      {{QStringLiteral("line"), QStringLiteral("rows_in"),
                        [](const Theme& theme) { return theme.series[7]; }}},
                      {.seconds = 900, .threshold = {}, .thresholdText = {}});
        plot.resize(500, 200);
        plot.show();
        bridge.tick();
        const QImage image = plot.grab().toImage();
        const QRectF area = plot.plotArea();
        const QColor color = Theme::dark().series[7];
        const auto painted = [&](double fromShare, double toShare) {
            int count = 0;
            for (int x = int(area.left() + area.width() * fromShare);
                 x < int(area.left() + area.width() * toShare); ++x)
                for (int y = int(area.top()); y < int(area.bottom()); ++y) {
                    const QColor at = image.pixelColor(x, y);
                    count += std::abs(at.red() - color.red()) < 40
                        && std::abs(at.green() - color.green()) < 40
                        && std::abs(at.blue() - color.blue()) < 40;
                }
            return count;
        };
        QVERIFY(painted(0.05, 0.3) > 50);
        QVERIFY(painted(0.7, 0.95) > 50);
        QCOMPARE(painted(0.37, 0.63), 0);
    }
    void theBoxOfTheCrosshairIsNeverCut()
    {
        Appearance::instance().setDark(true);
        test::FakeEngine engine;
        api::EngineSnapshot snapshot;
        snapshot.timeUs = 1'000'000'000;
        engine.publish(snapshot);
        engine.onAsk = [](const api::Query& query) -> api::AnswerBody {
            const auto& series = std::get<api::SeriesQuery>(query);
            return api::SeriesAnswer{{{series.fromUs, 1, 1, 1}, {series.toUs, 1, 1, 1}}};
        };
        EngineBridge bridge(engine);
        TimePlot plot(bridge, {},
                      {{QStringLiteral("line"), QStringLiteral("rows_in"),
                        [](const Theme& theme) { return theme.series[7]; }}},
                      {.seconds = 900, .threshold = {}, .thresholdText = {}});
        plot.resize(300, 180); // narrower than the box on either side of the middle
        plot.show();
        bridge.tick();
        const QRectF area = plot.plotArea();
        for (const double share : {0.02, 0.3, 0.5, 0.7, 0.98}) {
            QTest::mouseMove(&plot,
                             QPoint(int(area.left() + area.width() * share),
                                    int(area.center().y())));
            const QImage image = plot.grab().toImage();
            // The box is 170 wide: its ground is seen on a whole row of it, less what is written.
            int widest = 0;
            for (int y = int(area.top()); y < int(area.top()) + 12; ++y) {
                int count = 0;
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixelColor(x, y) == Theme::dark().overlay;
                widest = std::max(widest, count);
            }
            QVERIFY2(widest >= 160, qPrintable(QString::number(share)));
        }
    }
    void aClickOnALabelHidesItsLineAndTheAxisFitsWhatIsLeft()
    {
        Appearance::instance().setDark(true);
        test::FakeEngine engine;
        api::EngineSnapshot snapshot;
        snapshot.timeUs = 1'000'000'000;
        snapshot.historySeconds = 900;
        engine.publish(snapshot);
        // A low line at 10 and a high one at 1000.
        engine.onAsk = [](const api::Query& query) -> api::AnswerBody {
            const auto& series = std::get<api::SeriesQuery>(query);
            const double value = series.metric == "high" ? 1000 : 10;
            api::SeriesAnswer out;
            for (int i = 0; i <= 300; ++i)
                out.cells.push_back(
                    {series.fromUs + (series.toUs - series.fromUs) * i / 300, value, value, value});
            return out;
        };
        EngineBridge bridge(engine);
        TimePlot plot(bridge, {},
                      {{QStringLiteral("low"), QStringLiteral("low"),
                        [](const Theme& theme) { return theme.series[1]; }},
                       {QStringLiteral("high"), QStringLiteral("high"),
                        [](const Theme& theme) { return theme.series[7]; }}},
                      {.seconds = 900, .threshold = {}, .thresholdText = {}});
        plot.resize(500, 200);
        plot.show();
        bridge.tick();
        // The row of the plot, as a share of its height from the top, where a colour is at its
        // middle.
        const auto height = [&](const QColor& color) {
            const QImage image = plot.grab().toImage();
            const QRectF area = plot.plotArea();
            const int x = int(area.center().x());
            for (int y = int(area.top()) - 1; y <= int(area.bottom()) + 1; ++y) {
                const QColor at = image.pixelColor(x, y);
                if (std::abs(at.red() - color.red()) < 60
                    && std::abs(at.green() - color.green()) < 60
                    && std::abs(at.blue() - color.blue()) < 60)
                    return (y - area.top()) / area.height();
            }
            return -1.0;
        };
        const Theme& dark = Theme::dark();
        QVERIFY(std::abs(height(dark.series[7]) - 0.0) < 0.03); // 1000 on an axis to 1000
        QVERIFY(std::abs(height(dark.series[1]) - 0.99) < 0.03);
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.labelRect(1).center().toPoint());
        QVERIFY(plot.isHidden(1));
        QCOMPARE(height(dark.series[7]), -1.0);
        QVERIFY(std::abs(height(dark.series[1]) - 0.0) < 0.03); // 10 on an axis to 10
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.labelRect(0).center().toPoint());
        QVERIFY(!plot.isHidden(0)); // the last one stays
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.labelRect(1).center().toPoint());
        QVERIFY(!plot.isHidden(1));
        QVERIFY(std::abs(height(dark.series[7]) - 0.0) < 0.03);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::TimePlotTest)
#include "time_plot_test.moc"
