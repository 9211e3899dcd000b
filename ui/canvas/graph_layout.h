// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <QPointF>

#include <map>
#include <string>

namespace sluice::ui {

/// Places the nodes of a pipeline from left to right: a column a step from the sources, in a column
/// ordered by the middle of what they are connected to (the barycentre rule of Sugiyama, Tagawa and
/// Toda 1981). Implicit sinks stand in a row of their own beneath. Coordinates are node centres.
std::map<std::string, QPointF> layoutGraph(const api::PipelineSnapshot& pipeline, double columnWidth, double rowHeight);

} // namespace sluice::ui
