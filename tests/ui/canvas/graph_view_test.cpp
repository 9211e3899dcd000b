// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <QSignalSpy>
#include <QWheelEvent>

namespace sluice::ui {

class GraphViewTest : public QObject
{
    Q_OBJECT

    static api::PipelineSnapshot plant() { return test::plantSnapshot().pipelines.front(); }
    static void wheel(QWidget& view, Qt::KeyboardModifiers modifiers)
    {
        const QPointF at(view.rect().center());
        QWheelEvent event(at, at, {}, QPoint(0, 120), Qt::NoButton, modifiers, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(&view, &event);
    }

private slots:
    void everyNodeFitsAndCanBeChosenByMouseAndKeys()
    {
        GraphView view;
        view.resize(1000, 500);
        view.show();
        const auto pipeline = plant();
        view.apply(pipeline);
        for (const auto& node : pipeline.nodes)
            QVERIFY2(QRectF(view.rect()).contains(view.nodeRect(QString::fromStdString(node.name))),
                     node.name.c_str());
        QSignalSpy spy(&view, &GraphView::nodeSelected);
        QTest::mouseClick(&view, Qt::LeftButton, {},
                          view.nodeRect(QStringLiteral("checked")).center().toPoint());
        QCOMPARE(view.selectedNode(), QStringLiteral("checked"));
        QVERIFY(view.accessibleDescription().startsWith(QStringLiteral("checked")));
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(view.selectedNode(), QStringLiteral("orders_raw"));
        QCOMPARE(spy.count(), 2);
        QSignalSpy cleared(&view, &GraphView::selectionCleared);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(view.width() - 3, 3));
        QCOMPARE(cleared.count(), 1);
    }
    void anEdgeCanBeChosenByMouseAndKeys()
    {
        GraphView view;
        view.resize(1000, 500);
        view.apply(plant());
        QSignalSpy spy(&view, &GraphView::edgeSelected);
        const QPointF from = view.nodeRect(QStringLiteral("orders_raw")).center(),
                      to = view.nodeRect(QStringLiteral("checked")).center();
        QTest::mouseClick(&view, Qt::LeftButton, {}, ((from + to) / 2).toPoint());
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy[0][0].toString(), QStringLiteral("orders_raw"));
        view.selectNode(QStringLiteral("checked"));
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        const QString first = view.selectedTo();
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(view.selectedFrom(), QStringLiteral("checked"));
        QCOMPARE(QSet<QString>({first, view.selectedTo()}),
                 QSet<QString>({QStringLiteral("silver"), QStringLiteral("per_minute")}));
        QTest::keyClick(&view, Qt::Key_Escape);
        QVERIFY(view.selectedFrom().isEmpty() && view.selectedNode().isEmpty());
    }
    void theChoiceStaysWithANewSnapshotAndGoesWithAnotherPipeline()
    {
        GraphView view;
        view.resize(1000, 500);
        auto pipeline = plant();
        view.apply(pipeline);
        view.selectNode(QStringLiteral("checked"));
        pipeline.nodes[1].rowsInPerSecond = 5;
        view.apply(pipeline);
        QCOMPARE(view.selectedNode(), QStringLiteral("checked"));
        pipeline.name = "other";
        view.apply(pipeline);
        QVERIFY(view.selectedNode().isEmpty());
    }
    void theWheelMovesAndWithCtrlZooms()
    {
        GraphView view;
        view.resize(1000, 500);
        view.apply(plant());
        const double zoom = view.zoom();
        const QRectF before = view.nodeRect(QStringLiteral("checked"));
        wheel(view, Qt::NoModifier);
        QCOMPARE(view.zoom(), zoom);
        QVERIFY(view.nodeRect(QStringLiteral("checked")).top() > before.top());
        wheel(view, Qt::ControlModifier);
        QVERIFY(view.zoom() > zoom);
        view.apply(plant()); // the next snapshot leaves the place alone
        QVERIFY(view.zoom() > zoom);
        QTest::keyClick(&view, Qt::Key_F);
        QCOMPARE(view.zoom(), zoom);
        QCOMPARE(view.nodeRect(QStringLiteral("checked")), before);
    }
    void chevronsMoveWithTheRateAndStandStillWithoutOne()
    {
        const auto pictures = [](double rate) {
            GraphView view;
            view.resize(1000, 500);
            auto pipeline = plant();
            for (auto& edge : pipeline.edges)
                edge.rowsPerSecond = rate;
            view.apply(pipeline);
            const QImage first = view.grab().toImage();
            for (int i = 0; i < 3; ++i)
                view.apply(pipeline);
            return first == view.grab().toImage();
        };
        QVERIFY(!pictures(10'000));
        QVERIFY(pictures(0));
    }
    void nodesAndEdgesSayWhatTheyAre()
    {
        GraphView view;
        view.resize(1000, 500);
        auto pipeline = plant();
        pipeline.nodes[1].trouble = "2 records a second cannot be read";
        pipeline.edges[0].fillShare = 0.86;
        pipeline.edges[0].queuedRows = 51'604;
        view.apply(pipeline);
        const QPointF from = view.nodeRect(QStringLiteral("orders_raw")).center(),
                      to = view.nodeRect(QStringLiteral("checked")).center();
        QVERIFY(view.tipAt(to).contains(QStringLiteral("2 records a second cannot be read")));
        const QString edge = view.tipAt((from + to) / 2);
        QVERIFY2(edge.contains(QStringLiteral("51,604 rows queued, 86")), qPrintable(edge));
        QVERIFY(view.tipAt({3, 400}).isEmpty());
    }
    void theTroubleChipLeadsToTheNode()
    {
        GraphView view;
        view.resize(1000, 500);
        auto pipeline = plant();
        pipeline.nodes[3].trouble = "the disk is full";
        view.apply(pipeline);
        view.grab();
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(40, 24));
        QCOMPARE(view.selectedNode(), QStringLiteral("per_minute"));
    }
    void aPlantWithoutFaultShowsNoColourOfAlarm()
    {
        for (const bool isDark : {true, false}) {
            Appearance::instance().setDark(isDark);
            GraphView view;
            view.resize(1000, 500);
            view.apply(plant());
            const QImage image = view.grab().toImage();
            for (int x = 0; x < image.width(); ++x)
                for (int y = 0; y < image.height(); ++y)
                    for (const QColor& alarm : {theme().warn, theme().warnFill, theme().crit})
                        QVERIFY(image.pixelColor(x, y) != alarm);
        }
    }
    void healthFollowsTroubleAndConservation()
    {
        api::NodeSnapshot node;
        QCOMPARE(nodeHealth(node, api::RunState::Running), Health::Ok);
        QCOMPARE(nodeHealth(node, api::RunState::Stopped), Health::Stopped);
        node.trouble = "broker away";
        QCOMPARE(nodeHealth(node, api::RunState::Running), Health::Warning);
        node.isConserved = false;
        QCOMPARE(nodeHealth(node, api::RunState::Running), Health::Critical);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::GraphViewTest)
#include "graph_view_test.moc"
