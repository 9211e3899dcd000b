// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <QSignalSpy>

namespace sluice::ui {

class GraphViewTest : public QObject
{
    Q_OBJECT

private slots:
    void everyNodeFitsAndCanBeChosenByMouseAndKeys()
    {
        GraphView view;
        view.resize(1000, 500);
        view.show();
        const auto pipeline = test::plantSnapshot().pipelines.front();
        view.apply(pipeline);
        for (const auto& node : pipeline.nodes)
            QVERIFY2(QRectF(view.rect()).contains(view.nodeRect(QString::fromStdString(node.name))), node.name.c_str());
        QSignalSpy spy(&view, &GraphView::nodeSelected);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.nodeRect(QStringLiteral("checked")).center().toPoint());
        QCOMPARE(view.selectedNode(), QStringLiteral("checked"));
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(view.selectedNode(), QStringLiteral("orders_raw"));
        QCOMPARE(spy.count(), 2);
        QSignalSpy cleared(&view, &GraphView::selectionCleared);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(3, 3));
        QCOMPARE(cleared.count(), 1);
    }
    void anEdgeCanBeChosen()
    {
        GraphView view;
        view.resize(1000, 500);
        view.apply(test::plantSnapshot().pipelines.front());
        QSignalSpy spy(&view, &GraphView::edgeSelected);
        const QPointF from = view.nodeRect(QStringLiteral("orders_raw")).center(), to = view.nodeRect(QStringLiteral("checked")).center();
        QTest::mouseClick(&view, Qt::LeftButton, {}, ((from + to) / 2).toPoint());
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy[0][0].toString(), QStringLiteral("orders_raw"));
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
