// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <cstdint>
#include <vector>

namespace sluice::state {

/// Quantiles of a stream with a relative error of at most 1 % of the value: DDSketch (Masson, Rim,
/// Lee, VLDB 2019) with logarithmic cells, gamma = 1.01 / 0.99. Values nearer to zero than 1e-9
/// count as zero. At most 2048 cells a sign; beyond that the smallest are merged. Merging two
/// sketches is the same as one over both inputs. One thread.
class QuantileSketch
{
public:
    void add(double value, std::uint64_t weight = 1);
    void merge(const QuantileSketch& other);
    std::uint64_t count() const { return m_count; }
    /// share in [0, 1]; NaN when empty.
    double quantile(double share) const;
    std::size_t bytes() const
    {
        return (m_positive.counts.capacity() + m_negative.counts.capacity()) * 8;
    }

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    struct Cells
    {
        int first = 0; // index of counts[0]
        std::vector<std::uint64_t> counts;
        void add(int index, std::uint64_t weight);
        void save(ByteWriter& out) const;
        void load(ByteReader& in);
    };
    Cells m_positive, m_negative;
    std::uint64_t m_zero = 0, m_count = 0;
    double m_min = 0, m_max = 0;
};

} // namespace sluice::state
