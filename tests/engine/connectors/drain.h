// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/source.h"
#include "tests/support/collecting_context.h"

#include <QtGlobal>

namespace sluice::test {

/// Polls a source until it has nothing more for now; returns why it stopped.
inline flow::PollOutcome drain(flow::Source& source, CollectingContext& context,
                               std::size_t rows = 100)
{
    for (;;) {
        const auto outcome = source.poll({.rows = rows, .bytes = 1 << 20}, context);
        if (!outcome)
            qFatal("%s", outcome.error().text().c_str());
        if (*outcome != flow::PollOutcome::More)
            return *outcome;
    }
}

} // namespace sluice::test
