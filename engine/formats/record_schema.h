// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/event_time_policy.h"
#include "engine/base/options.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <arrow/type.h>

namespace sluice::formats {

/// A step of a JSON path: a field of an object, or an item of a list (from 0).
using PathStep = std::variant<std::string, std::size_t>;

/// One column of a declared record.
struct SchemaColumn
{
    std::string name;
    std::shared_ptr<arrow::DataType> type;
    std::vector<PathStep> path;    // where the value stands; $.name unless written
    std::int64_t numberUnitNs = 0; // timestamps: the unit of a number; 0 = numbers are refused
    bool isNullable = true;
    bool isJson = false;        // a subtree kept as text
    bool isNullOnError = false; // a value that does not fit becomes null, not a rejected record

    bool isTopLevel() const { return path.size() == 1 && path[0].index() == 0; }
    const std::string& key() const { return std::get<std::string>(path[0]); }
};

/// The columns that a source declares, in the order of the document.
struct RecordSchema
{
    std::vector<SchemaColumn> columns;

    std::shared_ptr<arrow::Schema> arrowSchema() const;
    const SchemaColumn* find(const std::string& name) const;
};

enum class RecordFormat { Json, Csv };

/// How the bytes of a source become rows; what `format:`, `schema:`, `event_time:` say.
struct RecordLayout
{
    RecordFormat format = RecordFormat::Json;
    RecordSchema schema;
    std::optional<std::string> eventTimeColumn;
    EventTimePolicy eventTime;
    // CSV
    char delimiter = ',';
    char quote = '"';
    bool hasHeader = true;
    std::vector<std::string> nullValues{""};
    /// JSON: whether records that look like others are read without parsing. The results are the
    /// same; tests compare.
    bool learnsShapes = true;
};

/// The options that every source with records has, declared once.
const std::vector<OptionSpec>& recordOptions();

/// Reads the options above. Findings go to diagnostics under node ("orders_raw.schema.amount");
/// what could be read is returned.
RecordLayout readRecordLayout(const Options& options, const std::string& node,
                              Diagnostics& diagnostics);

} // namespace sluice::formats
