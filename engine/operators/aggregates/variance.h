// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"

namespace sluice::operators {

enum class Spread {
    VarianceOfSample,
    VarianceOfPopulation,
    DeviationOfSample,
    DeviationOfPopulation
};

/// Variances and standard deviations by Welford's recurrence (1962), cells merged after Chan, Golub
/// and LeVeque (1979). Of a sample: null below two values; of a population: null without any. 24
/// bytes a cell.
std::unique_ptr<Aggregate> makeVariance(Spread spread);

} // namespace sluice::operators
