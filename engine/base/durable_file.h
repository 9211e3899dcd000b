// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

namespace sluice {

/// Replaces a file so that after a crash either the old or the whole new content is there: writes
/// a neighbour, fdatasync, rename, fsync of the folder. failPoints: what the fail points of these
/// steps are called (fail_point.h): "manifest" for manifest.write, .sync, .rename, .renamed.
Status writeFileDurably(const std::string& path, std::string_view content,
                        std::string_view failPoints = {});

/// Writes all bytes to a descriptor. failPoint: the name of the place, where half may be written.
Status writeAll(int descriptor, std::string_view content, const std::string& path,
                std::string_view failPoint);

/// Makes what was written to a file durable (fdatasync).
Status syncFile(const std::string& path);
/// Makes names created in or removed from a folder durable (fsync).
Status syncFolder(const std::string& path);

/// Reads a whole file.
Result<std::string> readFile(const std::string& path);
/// Creates a folder and its parents.
Status makeFolder(const std::string& path);

} // namespace sluice
