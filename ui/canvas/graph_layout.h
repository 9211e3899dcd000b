// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <QPointF>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::ui {

/// Where the nodes of a pipeline stand (centres), and the points that an edge over several columns
/// passes between its ends, from left to right.
struct GraphLayout
{
    std::map<std::string, QPointF> nodes;
    std::map<std::pair<std::string, std::string>, std::vector<QPointF>> bends;
};

/// Places the nodes of a pipeline from left to right: a column a step from the sources; an edge
/// over several columns holds a free place in each. Within the columns neighbours are ordered by
/// the mean of what they are connected to, in sweeps to and fro, and the order with the fewest
/// crossings is kept (Sugiyama, Tagawa and Toda 1981). The longest way through the graph is a
/// straight line. Positions of the document win if it has one for every node. Implicit sinks stand
/// in a row beneath, each near the node that writes to it.
GraphLayout layoutGraph(const api::PipelineSnapshot& pipeline, double columnWidth,
                        double rowHeight);

} // namespace sluice::ui
