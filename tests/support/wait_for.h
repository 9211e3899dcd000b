// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/patience.h"

#include <utility>

#include <QTest>

namespace sluice::test {

/// Waits until the condition holds, handling events in between; false: it did not in kPatienceMs.
template <class Condition> [[nodiscard]] bool waitFor(Condition condition)
{
    return QTest::qWaitFor(std::move(condition), kPatienceMs);
}

} // namespace sluice::test
