// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sluice {

enum class LogLevel { Debug, Info, Warning, Error };

/// Writes one line to the process log. Any thread. Never on the per-batch path.
void log(LogLevel level, std::string_view message);

/// Sends the log to a rotating file (10 MB x 3) and, from the given level on, to standard error.
void openLog(const std::string& file, LogLevel standardErrorFrom);

} // namespace sluice
