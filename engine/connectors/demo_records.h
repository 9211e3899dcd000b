// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/formats/record_schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::connectors {

/// Records of the demo plant, as JSON. Record i depends on the seed and i alone, so any can be made
/// by itself and a run can be repeated.
class DemoRecords
{
public:
    enum class Profile { Orders, Payments, Clicks, Sensors };

    /// faultShare: share of records that are broken on purpose, in equal parts: cut off, without
    /// customer, amount out of range, unknown country, ten minutes late, sent twice.
    DemoRecords(Profile profile, std::uint64_t seed, double faultShare);

    /// Appends record index, which happened at the given time, without a line end.
    void append(std::uint64_t index, std::int64_t eventUs, std::string& out) const;

    static const std::vector<std::string>& profileNames();
    static Profile profileNamed(std::string_view name);
    /// Returns the columns of a profile's records; the event time is "ts", in milliseconds.
    static formats::RecordSchema schemaOf(Profile profile);

private:
    enum class Fault { None, CutOff, NoKey, OutOfRange, Unknown, Late, Twice };
    Fault faultOf(std::uint64_t index) const;
    void appendOrder(std::uint64_t index, Fault fault, std::int64_t ms, std::string& out) const;
    void appendPayment(std::uint64_t index, Fault fault, std::int64_t ms, std::string& out) const;
    void appendClick(std::uint64_t index, Fault fault, std::int64_t ms, std::string& out) const;
    void appendReading(std::uint64_t index, Fault fault, std::int64_t ms, std::string& out) const;

    Profile m_profile;
    std::uint64_t m_seed;
    std::uint64_t m_faultLimit;
};

} // namespace sluice::connectors
