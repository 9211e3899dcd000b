// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <arrow/array/array_binary.h>

namespace sluice::lake {

/// The least and the greatest of texts, by their bytes. Most values are told from a bound by their
/// first bytes, eight of which are compared as one number: a few nanoseconds a value, where the
/// Parquet writer calls comparisons for each. One thread.
class TextBounds
{
public:
    void observe(const arrow::StringArray& values);
    void observe(std::string_view value);

    /// Null until a value that is not null was seen.
    const std::optional<std::string>& least() const { return m_least; }
    const std::optional<std::string>& greatest() const { return m_greatest; }

private:
    std::optional<std::string> m_least, m_greatest;
};

} // namespace sluice::lake
