// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// Replaces a file so that after a crash either the old or the whole new content is there: writes
/// a neighbour, fdatasync, rename, fsync of the folder. failPoints: what the fail points of these
/// steps are called (fail_point.h): "manifest" for manifest.write, .sync, .rename, .renamed.
Status writeFileDurably(const std::string& path, std::string_view content,
                        std::string_view failPoints = {});
/// The same for a content in parts, one behind the other.
Status writePartsDurably(const std::string& path, std::span<const std::string_view> parts,
                         std::string_view failPoints = {});

/// Writes all bytes to a descriptor. failPoint: the name of the place, where half may be written.
Status writeAll(int descriptor, std::string_view content, const std::string& path,
                std::string_view failPoint);

/// Makes what was written to a file durable (fdatasync).
Status syncFile(const std::string& path);
/// Makes names created in or removed from a folder durable (fsync).
Status syncFolder(const std::string& path);

/// Writes parts, one behind the other, at a place of a file, over what is there or behind its end,
/// and makes them durable. The file is created anew if offset is 0. failPoints: what the points of
/// these steps are called: "log" for log.write (once a part), log.sync.
Status writeDurablyAt(const std::string& path, std::uint64_t offset,
                      std::span<const std::string_view> parts, std::string_view failPoints = {});

/// Reads a whole file.
Result<std::string> readFile(const std::string& path);
/// Reads a part of a file to a place; returns how many bytes, fewer if the file ends before.
Result<std::size_t> readFilePart(const std::string& path, std::uint64_t offset, std::span<char> to);
/// Creates a folder and its parents.
Status makeFolder(const std::string& path);
/// The same; after a crash the folder and its parents are there.
Status makeFolderDurably(const std::string& path);

} // namespace sluice
