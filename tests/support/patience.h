// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice::test {

/// How long a test waits for what must come before it says that it did not, in ms. Only a test
/// that fails waits as long, so it stands far above what a loaded machine under a sanitizer takes.
inline constexpr int kPatienceMs = 180'000;

} // namespace sluice::test
