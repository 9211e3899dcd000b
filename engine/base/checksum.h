// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// Returns the CRC-32C (Castagnoli, reflected, as iSCSI uses it) of some bytes; chain runs by
/// passing the last result.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0);

/// Returns a 64-bit FNV-1a hash, for fingerprints that must be the same on every machine.
std::uint64_t fingerprint(std::string_view bytes);

} // namespace sluice
