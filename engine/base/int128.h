// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

/// 128-bit integers of the compiler; the word keeps -Wpedantic quiet about them.
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

} // namespace sluice
