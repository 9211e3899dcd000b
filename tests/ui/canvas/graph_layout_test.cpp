// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_layout.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <cmath>

namespace sluice::ui {

class GraphLayoutTest : public QObject
{
    Q_OBJECT

private slots:
    void edgesGoFromLeftToRightAndNodesDoNotTouch()
    {
        const auto pipeline = test::plantSnapshot().pipelines.front();
        const auto places = layoutGraph(pipeline, 250, 120);
        QCOMPARE(places.size(), pipeline.nodes.size());
        for (const auto& edge : pipeline.edges)
            QVERIFY(places.at(edge.to).x() - places.at(edge.from).x() >= 250);
        for (const auto& [a, at] : places)
            for (const auto& [b, other] : places)
                QVERIFY(a == b || std::abs(at.x() - other.x()) >= 250 || std::abs(at.y() - other.y()) >= 120);
    }
    void positionsOfTheDocumentWin()
    {
        auto pipeline = test::plantSnapshot().pipelines.front();
        double x = 0;
        for (const auto& node : pipeline.nodes)
            pipeline.canvas[node.name] = {x += 240, 100};
        const auto places = layoutGraph(pipeline, 250, 120);
        QCOMPARE(places.at("orders_raw"), QPointF(250, 120));
        QCOMPARE(places.at("checked"), QPointF(500, 120));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::GraphLayoutTest)
#include "graph_layout_test.moc"
