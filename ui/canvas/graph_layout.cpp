// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_layout.h"

#include <algorithm>
#include <vector>

namespace sluice::ui {
namespace {

class Layering
{
public:
    explicit Layering(const api::PipelineSnapshot& pipeline)
    {
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (!node.isImplicit)
                m_names.push_back(node.name);
        for (const api::EdgeSnapshot& edge : pipeline.edges)
            if (!edge.isReject)
                m_edges.emplace_back(edge.from, edge.to);
        // The longest way from a source; a graph without cycles settles in as many rounds as nodes.
        for (std::size_t round = 0; round < m_names.size(); ++round)
            for (const auto& [from, to] : m_edges)
                m_column[to] = std::max(m_column[to], m_column[from] + 1);
        for (const std::string& name : m_names) {
            auto& column = m_columns[m_column[name]];
            m_row[name] = double(column.size());
            column.push_back(name);
        }
        for (int sweep = 0; sweep < 6; ++sweep)
            order(sweep % 2 == 0);
    }

    std::map<std::string, QPointF> place(double columnWidth, double rowHeight) const
    {
        std::size_t tallest = 1;
        for (const auto& [column, names] : m_columns)
            tallest = std::max(tallest, names.size());
        std::map<std::string, QPointF> out;
        for (const auto& [column, names] : m_columns) {
            const double top = double(tallest - names.size()) / 2;
            for (std::size_t i = 0; i < names.size(); ++i)
                out[names[i]] = {double(column) * columnWidth, (top + double(i)) * rowHeight};
        }
        return out;
    }
    double bottom(double rowHeight) const
    {
        std::size_t tallest = 1;
        for (const auto& [column, names] : m_columns)
            tallest = std::max(tallest, names.size());
        return double(tallest) * rowHeight;
    }

private:
    void order(bool isForward)
    {
        for (auto& [column, names] : m_columns) {
            std::map<std::string, double> middle;
            for (const std::string& name : names) {
                double sum = 0;
                int count = 0;
                for (const auto& [from, to] : m_edges) {
                    const bool isMine = isForward ? to == name : from == name;
                    if (isMine) {
                        sum += m_row[isForward ? from : to];
                        ++count;
                    }
                }
                middle[name] = count > 0 ? sum / count : m_row[name];
            }
            std::ranges::stable_sort(names, {}, [&](const std::string& name) { return middle[name]; });
            const double shift = double(names.size() - 1) / 2;
            for (std::size_t i = 0; i < names.size(); ++i)
                m_row[names[i]] = double(i) - shift;
        }
    }

    std::vector<std::string> m_names;
    std::vector<std::pair<std::string, std::string>> m_edges;
    std::map<std::string, int> m_column;
    std::map<int, std::vector<std::string>> m_columns;
    std::map<std::string, double> m_row;
};

} // namespace

std::map<std::string, QPointF> layoutGraph(const api::PipelineSnapshot& pipeline, double columnWidth, double rowHeight)
{
    const Layering layering(pipeline);
    std::map<std::string, QPointF> out = layering.place(columnWidth, rowHeight);
    double bottom = layering.bottom(rowHeight) - rowHeight / 2;
    // Positions of the document win, scaled so that nodes do not touch.
    if (!pipeline.canvas.empty() && std::ranges::all_of(pipeline.nodes, [&](const auto& node) { return node.isImplicit || pipeline.canvas.contains(node.name); })) {
        bottom = 0;
        for (auto& [name, at] : out) {
            const auto& [x, y] = pipeline.canvas.at(name);
            at = {x / 240 * columnWidth, y / 100 * rowHeight};
            bottom = std::max(bottom, at.y() + rowHeight * 0.6);
        }
    }
    double x = 0;
    for (const api::NodeSnapshot& node : pipeline.nodes) {
        if (!node.isImplicit)
            continue;
        out[node.name] = {x, bottom + rowHeight * 0.35};
        x += columnWidth;
    }
    return out;
}

} // namespace sluice::ui
