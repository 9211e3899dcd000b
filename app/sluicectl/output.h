// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/engine.h"
#include "engine/api/query.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::ctl {

/// Prints rows as a table with aligned columns; numbers to the right. Cells are cut at 60
/// characters.
void printTable(const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows);

std::string countText(std::int64_t count); // 1,234,567
std::string bytesText(std::int64_t bytes); // 3.4 MiB
std::string rateText(double perSecond);    // 1.2 M/s
std::string timeText(std::int64_t us);     // 2026-11-24 12:00:00 UTC; "-" for 0

/// Asks the engine and waits for the answer.
api::AnswerBody askAndWait(api::Engine& engine, api::Query query);

/// Gives the engine a command and waits for its outcome.
api::Outcome carryOutAndWait(api::Engine& engine, api::Command command);

} // namespace sluice::ctl
