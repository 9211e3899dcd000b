// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_layout.h"

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr int kSweeps = 8;

// A node, or the place that a long edge holds in a column.
struct Vertex
{
    int column = 0;
    double row = 0;
    std::vector<std::size_t> before, after;
};

class Layering
{
public:
    explicit Layering(const api::PipelineSnapshot& pipeline)
    {
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (!node.isImplicit && m_index.emplace(node.name, m_vertices.size()).second)
                m_vertices.emplace_back();
        for (const api::EdgeSnapshot& edge : pipeline.edges)
            if (!edge.isReject && m_index.contains(edge.from) && m_index.contains(edge.to))
                m_edges.emplace_back(edge.from, edge.to);
        m_nodeCount = m_vertices.size();
        assignColumns();
        splitLongEdges();
        order();
        assignRows();
    }

    GraphLayout place(double columnWidth, double rowHeight) const
    {
        GraphLayout out;
        const auto at = [&](std::size_t vertex) {
            return QPointF(m_vertices[vertex].column * columnWidth,
                           m_vertices[vertex].row * rowHeight);
        };
        for (const auto& [name, vertex] : m_index)
            out.nodes[name] = at(vertex);
        for (const auto& [edge, places] : m_places)
            for (const std::size_t vertex : places)
                out.bends[edge].push_back(at(vertex));
        return out;
    }

private:
    using Columns = std::vector<std::vector<std::size_t>>;

    // The longest way from a source; a graph without cycles settles in as many rounds as nodes.
    void assignColumns()
    {
        for (std::size_t round = 0; round < m_nodeCount; ++round)
            for (const auto& [from, to] : m_edges) {
                int& column = m_vertices[m_index[to]].column;
                column = std::min(std::max(column, m_vertices[m_index[from]].column + 1),
                                  int(m_nodeCount) - 1);
            }
    }

    void splitLongEdges()
    {
        for (const auto& edge : m_edges) {
            std::size_t last = m_index[edge.first];
            const std::size_t end = m_index[edge.second];
            for (int column = m_vertices[last].column + 1; column < m_vertices[end].column;
                 ++column) {
                m_vertices.push_back({.column = column, .before = {last}});
                m_vertices[last].after.push_back(m_vertices.size() - 1);
                last = m_vertices.size() - 1;
                m_places[edge].push_back(last);
            }
            m_vertices[last].after.push_back(end);
            m_vertices[end].before.push_back(last);
        }
        for (std::size_t i = 0; i < m_vertices.size(); ++i) {
            m_columns.resize(std::max(m_columns.size(), std::size_t(m_vertices[i].column) + 1));
            m_columns[std::size_t(m_vertices[i].column)].push_back(i);
        }
    }

    void number()
    {
        for (const auto& column : m_columns)
            for (std::size_t i = 0; i < column.size(); ++i)
                m_vertices[column[i]].row = double(i) - double(column.size() - 1) / 2;
    }

    std::size_t crossings() const
    {
        std::size_t count = 0;
        for (const auto& column : m_columns)
            for (const std::size_t a : column)
                for (const std::size_t b : column)
                    for (const std::size_t aTo : m_vertices[a].after)
                        for (const std::size_t bTo : m_vertices[b].after)
                            count += m_vertices[a].row < m_vertices[b].row
                                && m_vertices[aTo].row > m_vertices[bTo].row;
        return count;
    }

    void sortColumn(std::vector<std::size_t>& column, bool isForward)
    {
        std::map<std::size_t, double> mean;
        for (const std::size_t vertex : column) {
            const auto& ends = isForward ? m_vertices[vertex].before : m_vertices[vertex].after;
            double sum = 0;
            for (const std::size_t end : ends)
                sum += m_vertices[end].row;
            mean[vertex] = ends.empty() ? m_vertices[vertex].row : sum / double(ends.size());
        }
        std::ranges::stable_sort(column, {}, [&](std::size_t vertex) { return mean[vertex]; });
        for (std::size_t i = 0; i < column.size(); ++i)
            m_vertices[column[i]].row = double(i) - double(column.size() - 1) / 2;
    }

    void order()
    {
        number();
        Columns best = m_columns;
        std::size_t least = crossings();
        for (int sweep = 0; sweep < kSweeps && least > 0; ++sweep) {
            const bool isForward = sweep % 2 == 0;
            for (std::size_t i = 0; i < m_columns.size(); ++i)
                sortColumn(m_columns[isForward ? i : m_columns.size() - 1 - i], isForward);
            if (const std::size_t count = crossings(); count < least) {
                least = count;
                best = m_columns;
            }
        }
        m_columns = std::move(best);
        number();
    }

    // The longest way keeps to one line; what stands above and below it in a column goes up and
    // down from there.
    void assignRows()
    {
        if (m_columns.empty())
            return;
        std::size_t at = m_columns.back().front();
        for (std::size_t column = m_columns.size(); column-- > 0;) {
            const auto& vertices = m_columns[column];
            const auto middle = std::ranges::find(vertices, at) - vertices.begin();
            for (std::size_t i = 0; i < vertices.size(); ++i)
                m_vertices[vertices[i]].row = double(std::ptrdiff_t(i) - middle);
            if (column > 0 && !m_vertices[at].before.empty())
                at = straightest(m_vertices[at].before);
            else if (column > 0)
                at = m_columns[column - 1].front();
        }
    }

    // Nodes rather than places of long edges.
    std::size_t straightest(const std::vector<std::size_t>& choices) const
    {
        const auto node = std::ranges::find_if(choices, [this](std::size_t vertex) {
            return vertex < m_nodeCount;
        });
        return node == choices.end() ? choices.front() : *node;
    }

    std::map<std::string, std::size_t> m_index;
    std::vector<std::pair<std::string, std::string>> m_edges;
    std::vector<Vertex> m_vertices; // nodes first
    std::size_t m_nodeCount = 0;
    Columns m_columns;
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> m_places;
};

// The editor's grid; positions are scaled from it, so that nodes do not touch.
constexpr double kDocumentColumn = 240, kDocumentRow = 100;

bool hasPositions(const api::PipelineSnapshot& pipeline)
{
    return !pipeline.canvas.empty() && std::ranges::all_of(pipeline.nodes, [&](const auto& node) {
        return node.isImplicit || pipeline.canvas.contains(node.name);
    });
}

void placeImplicit(const api::PipelineSnapshot& pipeline, double columnWidth, double y,
                   GraphLayout& layout)
{
    std::vector<std::pair<double, std::string>> sinks;
    for (const api::NodeSnapshot& node : pipeline.nodes) {
        if (!node.isImplicit)
            continue;
        double sum = 0;
        int writers = 0;
        for (const api::EdgeSnapshot& edge : pipeline.edges)
            if (const auto from = layout.nodes.find(edge.from);
                edge.to == node.name && from != layout.nodes.end()) {
                sum += from->second.x();
                ++writers;
            }
        sinks.emplace_back(writers > 0 ? sum / writers : 0, node.name);
    }
    std::ranges::stable_sort(sinks, {}, &std::pair<double, std::string>::first);
    constexpr double kApart = 0.8; // of a column
    double free = -1e9;
    for (const auto& [x, name] : sinks) {
        const double at = std::max(x, free);
        layout.nodes[name] = {at, y};
        free = at + columnWidth * kApart;
    }
}

} // namespace

GraphLayout layoutGraph(const api::PipelineSnapshot& pipeline, double columnWidth, double rowHeight)
{
    GraphLayout out = Layering(pipeline).place(columnWidth, rowHeight);
    if (hasPositions(pipeline)) {
        out.bends.clear();
        for (auto& [name, at] : out.nodes) {
            const auto& [x, y] = pipeline.canvas.at(name);
            at = {x / kDocumentColumn * columnWidth, y / kDocumentRow * rowHeight};
        }
    }
    double bottom = 0;
    for (const auto& [name, at] : out.nodes)
        bottom = std::max(bottom, at.y());
    placeImplicit(pipeline, columnWidth, bottom + rowHeight * 0.85, out);
    return out;
}

} // namespace sluice::ui
