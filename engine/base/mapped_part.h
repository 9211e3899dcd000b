// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/base/shared_bytes.h"

#include <cstdint>
#include <span>
#include <string>

namespace sluice {

/// Maps part of a file instead of reading it: no memory is zeroed and nothing is copied for what
/// the page cache holds. What the owner changes is not written back. Only for files of ours that
/// are never rewritten or cut before the part's end: touching what is no longer there ends the
/// process. The file may be removed; its place on the disk is free when the last owner is gone.
/// NotFound or StorageFailed if it cannot be opened or mapped. Any thread.
Result<SharedBytes> mapFilePart(const std::string& path, std::uint64_t offset, std::size_t length);

/// Has the system bring mapped bytes now. StorageFailed if the file does not have them or cannot be
/// read, where touching them would end the process.
Status fetchMapped(std::span<char> bytes, const std::string& path);

} // namespace sluice
