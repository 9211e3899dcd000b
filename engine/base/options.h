// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/document.h"
#include "engine/base/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What an option holds; decides how it is checked and which field a form shows.
enum class OptionType {
    Text,
    Integer,
    Number,
    Boolean,
    Duration,   // "5s", "10m"
    Size,       // "64MB": bytes
    Choice,     // one of choices
    Column,     // a column of the input
    ColumnList, // a list of columns of the input
    Expression, // a SQL scalar expression over the input
    ColumnType, // "decimal(12,2)", "timestamp(ms) not null", {type:, path:, ...}
    Table,      // "silver.orders"
    Connection, // the name of a connection of the workspace
    Path,       // a file, folder or glob
    TextMap,    // name: text
    Object,     // fields: see OptionSpec::fields
    ListOf,     // a list of objects of OptionSpec::fields
    MapOf       // name: value; of type itemType, or of objects of OptionSpec::fields
};

/// Describes one option: reader, errors, forms, help and reference pages come from it.
struct OptionSpec
{
    std::string name;
    OptionType type = OptionType::Text;
    bool isRequired = false;
    std::string defaultValue;         // as written in a document; "" = none
    std::string unit;                 // "rows/s", "bytes"
    std::string min, max;             // as written; "" = unbounded
    std::vector<std::string> choices; // Choice
    std::string help;                 // one line, a sentence
    bool isAdvanced = false;
    bool isSecret = false;                  // holds the name of a secret, never the value
    OptionType itemType = OptionType::Text; // MapOf without fields
    std::vector<OptionSpec> fields;         // Object, ListOf, MapOf

    bool operator==(const OptionSpec&) const = default;
};

const char* optionTypeName(OptionType type);

/// Checks a map of options against specs: unknown names (with a suggestion), missing ones, wrong
/// types, values out of range. Every finding goes to diagnostics with its place; skip names keys
/// that the caller reads itself ("type", "input").
void checkOptions(const DocumentNode& map, const std::vector<OptionSpec>& specs,
                  const std::vector<std::string>& skip, const std::string& path,
                  Diagnostics& diagnostics);

/// Reads checked options with their defaults. Holds references: lives shorter than map and specs.
class Options
{
public:
    Options(const DocumentNode& map, const std::vector<OptionSpec>& specs)
        : m_map(map)
        , m_specs(specs)
    {
    }

    bool has(std::string_view name) const { return node(name) != nullptr; }
    /// Returns the node as written, or nullptr; defaults do not count.
    const DocumentNode* node(std::string_view name) const;
    /// Returns where the option stands, or where the map begins.
    TextPosition at(std::string_view name) const;

    std::string text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    double number(std::string_view name) const;
    bool boolean(std::string_view name) const;
    Micros duration(std::string_view name) const;
    std::int64_t size(std::string_view name) const; // bytes
    std::vector<std::string> list(std::string_view name) const;
    /// Returns nullopt when the option is neither written nor has a default.
    std::optional<Micros> durationIfSet(std::string_view name) const;
    std::optional<std::string> textIfSet(std::string_view name) const;

private:
    const DocumentNode& m_map;
    const std::vector<OptionSpec>& m_specs;
};

/// Reads "64MB", "1.5GiB", "4096". Returns false on anything else.
bool parseSize(std::string_view text, std::int64_t& bytes);
/// Reads a boolean as YAML 1.2 writes it.
bool parseBoolean(std::string_view text, bool& out);

} // namespace sluice
