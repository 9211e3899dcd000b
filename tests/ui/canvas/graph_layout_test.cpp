// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_layout.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <cmath>

namespace sluice::ui {

class GraphLayoutTest : public QObject
{
    Q_OBJECT

    using Edges = std::vector<std::pair<const char*, const char*>>;
    static api::PipelineSnapshot graph(const std::vector<const char*>& nodes, const Edges& edges)
    {
        api::PipelineSnapshot out;
        for (const char* name : nodes) {
            out.nodes.emplace_back();
            out.nodes.back().name = name;
        }
        for (const auto& [from, to] : edges) {
            out.edges.emplace_back();
            out.edges.back().from = from;
            out.edges.back().to = to;
        }
        return out;
    }

private slots:
    void edgesGoFromLeftToRightAndNodesDoNotTouch()
    {
        const auto pipeline = test::plantSnapshot().pipelines.front();
        const auto places = layoutGraph(pipeline, 250, 120).nodes;
        QCOMPARE(places.size(), pipeline.nodes.size());
        for (const auto& edge : pipeline.edges)
            QVERIFY(places.at(edge.to).x() - places.at(edge.from).x() >= 250);
        for (const auto& [a, at] : places)
            for (const auto& [b, other] : places)
                QVERIFY(a == b || std::abs(at.x() - other.x()) >= 250
                        || std::abs(at.y() - other.y()) >= 120);
    }
    void theLongestWayIsStraight()
    {
        const auto places = layoutGraph(test::plantSnapshot().pipelines.front(), 250, 120).nodes;
        for (const char* name : {"orders_raw", "checked", "per_minute", "gold"})
            QCOMPARE(places.at(name).y(), 0.0);
        QVERIFY(places.at("silver").y() != 0);
    }
    void linesThatCanRunSideBySideDoNotCross()
    {
        // Drawn in the order of the document, a -> y and b -> x cross.
        const auto places
            = layoutGraph(graph({"a", "b", "x", "y"}, {{"a", "y"}, {"b", "x"}}), 250, 120).nodes;
        QVERIFY((places.at("a").y() - places.at("b").y())
                    * (places.at("y").y() - places.at("x").y())
                > 0);
    }
    void aLongEdgePassesThroughAFreePlaceInEachColumn()
    {
        const auto layout = layoutGraph(graph({"a", "b", "c", "d"},
                                              {{"a", "b"}, {"b", "c"}, {"c", "d"}, {"a", "d"}}),
                                        250, 120);
        const auto& bends = layout.bends.at({"a", "d"});
        QCOMPARE(bends.size(), std::size_t(2));
        QCOMPARE(bends[0].x(), 250.0);
        QCOMPARE(bends[1].x(), 500.0);
        QVERIFY(std::abs(bends[0].y() - layout.nodes.at("b").y()) >= 120);
        QVERIFY(std::abs(bends[1].y() - layout.nodes.at("c").y()) >= 120);
    }
    void implicitSinksStandBeneathTheirWriters()
    {
        auto pipeline = graph({"a", "b", "c", "late", "quarantine"}, {{"a", "b"}, {"b", "c"}});
        for (const auto& [from, to] :
             {std::pair("c", "late"), std::pair("b", "quarantine"), std::pair("c", "quarantine")}) {
            pipeline.edges.emplace_back();
            pipeline.edges.back() = {.from = from, .to = to, .isReject = true};
        }
        pipeline.nodes[3].isImplicit = pipeline.nodes[4].isImplicit = true;
        const auto places = layoutGraph(pipeline, 250, 120).nodes;
        QVERIFY(places.at("late").y() > places.at("c").y() + 60);
        QCOMPARE(places.at("quarantine").x(), 375.0); // the middle of b and c
        QVERIFY(places.at("late").x() - places.at("quarantine").x() >= 200); // a node is 148 wide
    }
    void positionsOfTheDocumentWin()
    {
        auto pipeline = test::plantSnapshot().pipelines.front();
        double x = 0;
        for (const auto& node : pipeline.nodes)
            pipeline.canvas[node.name] = {x += 240, 100};
        const auto places = layoutGraph(pipeline, 250, 120).nodes;
        QCOMPARE(places.at("orders_raw"), QPointF(250, 120));
        QCOMPARE(places.at("checked"), QPointF(500, 120));
        pipeline.canvas.erase("checked"); // one is missing: none counts
        QCOMPARE(layoutGraph(pipeline, 250, 120).nodes.at("orders_raw"), QPointF(0, 0));
    }
    void nothingAndACycleArePlacedToo()
    {
        QVERIFY(layoutGraph({}, 250, 120).nodes.empty());
        const auto cycle = graph({"a", "b"}, {{"a", "b"}, {"b", "a"}});
        QCOMPARE(layoutGraph(cycle, 250, 120).nodes.size(), std::size_t(2));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::GraphLayoutTest)
#include "graph_layout_test.moc"
