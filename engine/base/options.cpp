// SPDX-License-Identifier: Apache-2.0
#include "engine/base/options.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice {
namespace {

bool parseNumber(std::string_view text, double& out)
{
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failure == std::errc{} && end == text.data() + text.size();
}

bool parseInteger(std::string_view text, std::int64_t& out)
{
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failure == std::errc{} && end == text.data() + text.size();
}

// Returns the value in the smallest unit of its type, so that ranges can be compared.
std::optional<double> measure(OptionType type, std::string_view text)
{
    std::int64_t whole = 0;
    double real = 0;
    Micros duration{};
    switch (type) {
    case OptionType::Integer:
        return parseInteger(text, whole) ? std::optional<double>(double(whole)) : std::nullopt;
    case OptionType::Number:
        return parseNumber(text, real) ? std::optional<double>(real) : std::nullopt;
    case OptionType::Duration:
        return parseDuration(text, duration) ? std::optional<double>(double(duration.count()))
                                             : std::nullopt;
    case OptionType::Size:
        return parseSize(text, whole) ? std::optional<double>(double(whole)) : std::nullopt;
    default: return std::nullopt;
    }
}

const char* expectation(OptionType type)
{
    switch (type) {
    case OptionType::Integer: return "a whole number";
    case OptionType::Number: return "a number";
    case OptionType::Boolean: return "true or false";
    case OptionType::Duration: return "a duration such as 500ms, 10s, 5m, 2h, 7d";
    case OptionType::Size: return "a size such as 64MB or 1GiB";
    default: return "text";
    }
}

class OptionCheck
{
public:
    explicit OptionCheck(Diagnostics& diagnostics)
        : m_diagnostics(diagnostics)
    {
    }

    void map(const DocumentNode& map, const std::vector<OptionSpec>& specs,
             const std::vector<std::string>& skip, const std::string& path)
    {
        std::vector<std::string> names;
        for (const OptionSpec& spec : specs)
            names.push_back(spec.name);
        for (const DocumentNode::Entry& entry : map.entries) {
            if (std::ranges::find(skip, entry.key) != skip.end())
                continue;
            const auto spec = std::ranges::find(specs, entry.key, &OptionSpec::name);
            if (spec == specs.end())
                m_diagnostics.error(entry.keyAt, path, "unknown parameter \"" + entry.key + "\"",
                                    suggestionFor(entry.key, names));
            else
                value(entry.value, *spec, path + "." + entry.key);
        }
        for (const OptionSpec& spec : specs) {
            if (spec.isRequired && !map.find(spec.name))
                m_diagnostics.error(map.at, path, "parameter \"" + spec.name + "\" is missing",
                                    spec.help);
        }
    }

private:
    void value(const DocumentNode& node, const OptionSpec& spec, const std::string& path)
    {
        if (node.isNull()) {
            if (spec.isRequired)
                m_diagnostics.error(node.at, path, "a value is missing", spec.help);
            return;
        }
        switch (spec.type) {
        case OptionType::Object: object(node, spec, path); break;
        case OptionType::ListOf: list(node, spec, path); break;
        case OptionType::MapOf:
        case OptionType::TextMap: mapOf(node, spec, path); break;
        case OptionType::ColumnList: columnList(node, path); break;
        case OptionType::ColumnType: break; // read by the reader of schemas, which knows the types
        default: scalar(node, spec, spec.type, path); break;
        }
    }

    void object(const DocumentNode& node, const OptionSpec& spec, const std::string& path)
    {
        if (!node.isMap())
            m_diagnostics.error(node.at, path, "expected a map {name: value}", spec.help);
        else if (!spec.fields.empty())
            map(node, spec.fields, {}, path);
    }

    void list(const DocumentNode& node, const OptionSpec& spec, const std::string& path)
    {
        if (!node.isSequence()) {
            m_diagnostics.error(node.at, path, "expected a list", spec.help);
            return;
        }
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            OptionSpec item = spec;
            item.type = OptionType::Object;
            object(node.items[i], item, path + "[" + std::to_string(i) + "]");
        }
    }

    void mapOf(const DocumentNode& node, const OptionSpec& spec, const std::string& path)
    {
        if (!node.isMap()) {
            m_diagnostics.error(node.at, path, "expected a map {name: value}", spec.help);
            return;
        }
        for (const DocumentNode::Entry& entry : node.entries) {
            OptionSpec item = spec;
            item.type = spec.fields.empty() ? spec.itemType : OptionType::Object;
            value(entry.value, item, path + "." + entry.key);
        }
    }

    void columnList(const DocumentNode& node, const std::string& path)
    {
        if (node.isScalar())
            return; // one column may stand without brackets
        if (!node.isSequence()) {
            m_diagnostics.error(node.at, path, "expected a list of columns");
            return;
        }
        for (const DocumentNode& item : node.items) {
            if (!item.isScalar())
                m_diagnostics.error(item.at, path, "expected the name of a column");
        }
    }

    void scalar(const DocumentNode& node, const OptionSpec& spec, OptionType type,
                const std::string& path)
    {
        if (!node.isScalar()) {
            m_diagnostics.error(node.at, path, std::string("expected ") + expectation(type),
                                spec.help);
            return;
        }
        if (type == OptionType::Choice) {
            if (std::ranges::find(spec.choices, node.text) == spec.choices.end()) {
                std::string known;
                for (const std::string& choice : spec.choices)
                    known += (known.empty() ? "" : ", ") + choice;
                const std::string near = suggestionFor(node.text, spec.choices);
                m_diagnostics.error(node.at, path, "\"" + node.text + "\" is not a choice here",
                                    near.empty() ? "one of " + known : near);
            }
            return;
        }
        bool flag = false;
        if (type == OptionType::Boolean && !parseBoolean(node.text, flag))
            m_diagnostics.error(node.at, path,
                                "expected true or false, found \"" + node.text + "\"");
        range(node, spec, type, path);
    }

    void range(const DocumentNode& node, const OptionSpec& spec, OptionType type,
               const std::string& path)
    {
        const bool isMeasured = type == OptionType::Integer || type == OptionType::Number
            || type == OptionType::Duration || type == OptionType::Size;
        if (!isMeasured)
            return;
        const std::optional<double> amount = measure(type, node.text);
        if (!amount) {
            m_diagnostics.error(node.at, path,
                                std::string("expected ") + expectation(type) + ", found \""
                                    + node.text + "\"");
            return;
        }
        if (!spec.min.empty() && *amount < *measure(type, spec.min))
            m_diagnostics.error(node.at, path, node.text + " is below the least, " + spec.min);
        if (!spec.max.empty() && *amount > *measure(type, spec.max))
            m_diagnostics.error(node.at, path, node.text + " is above the most, " + spec.max);
    }

    Diagnostics& m_diagnostics;
};

} // namespace

const char* optionTypeName(OptionType type)
{
    switch (type) {
    case OptionType::Text: return "text";
    case OptionType::Integer: return "integer";
    case OptionType::Number: return "number";
    case OptionType::Boolean: return "boolean";
    case OptionType::Duration: return "duration";
    case OptionType::Size: return "size";
    case OptionType::Choice: return "choice";
    case OptionType::Column: return "column";
    case OptionType::ColumnList: return "list of columns";
    case OptionType::Expression: return "expression";
    case OptionType::ColumnType: return "column type";
    case OptionType::Table: return "table";
    case OptionType::Connection: return "connection";
    case OptionType::Path: return "path";
    case OptionType::TextMap: return "map of text";
    case OptionType::Object: return "object";
    case OptionType::ListOf: return "list of objects";
    case OptionType::MapOf: return "map";
    }
    return "text";
}

void checkOptions(const DocumentNode& map, const std::vector<OptionSpec>& specs,
                  const std::vector<std::string>& skip, const std::string& path,
                  Diagnostics& diagnostics)
{
    OptionCheck(diagnostics).map(map, specs, skip, path);
}

const DocumentNode* Options::node(std::string_view name) const
{
    const DocumentNode* found = m_map.find(name);
    return found && !found->isNull() ? found : nullptr;
}

TextPosition Options::at(std::string_view name) const
{
    const DocumentNode* found = m_map.find(name);
    return found ? found->at : m_map.at;
}

std::optional<std::string> Options::textIfSet(std::string_view name) const
{
    if (const DocumentNode* found = node(name))
        return found->text;
    const auto spec = std::ranges::find(m_specs, name, &OptionSpec::name);
    if (spec == m_specs.end() || spec->defaultValue.empty())
        return std::nullopt;
    return spec->defaultValue;
}

std::string Options::text(std::string_view name) const
{
    return textIfSet(name).value_or(std::string());
}

std::int64_t Options::integer(std::string_view name) const
{
    std::int64_t out = 0;
    parseInteger(text(name), out);
    return out;
}

double Options::number(std::string_view name) const
{
    double out = 0;
    parseNumber(text(name), out);
    return out;
}

bool Options::boolean(std::string_view name) const
{
    bool out = false;
    parseBoolean(text(name), out);
    return out;
}

std::optional<Micros> Options::durationIfSet(std::string_view name) const
{
    Micros out{};
    const std::optional<std::string> written = textIfSet(name);
    if (!written || !parseDuration(*written, out))
        return std::nullopt;
    return out;
}

Micros Options::duration(std::string_view name) const
{
    return durationIfSet(name).value_or(Micros{0});
}

std::int64_t Options::size(std::string_view name) const
{
    std::int64_t out = 0;
    parseSize(text(name), out);
    return out;
}

std::vector<std::string> Options::list(std::string_view name) const
{
    std::vector<std::string> out;
    const DocumentNode* found = node(name);
    if (found && found->isScalar())
        out.push_back(found->text);
    for (std::size_t i = 0; found && i < found->items.size(); ++i)
        out.push_back(found->items[i].text);
    return out;
}

bool parseSize(std::string_view text, std::int64_t& bytes)
{
    constexpr std::array<std::pair<std::string_view, double>, 9> kUnits{{{"", 1},
                                                                         {"B", 1},
                                                                         {"kB", 1e3},
                                                                         {"KB", 1e3},
                                                                         {"MB", 1e6},
                                                                         {"GB", 1e9},
                                                                         {"KiB", 1024.0},
                                                                         {"MiB", 1048576.0},
                                                                         {"GiB", 1073741824.0}}};
    double amount = 0;
    const char* last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, amount);
    if (failure != std::errc{} || amount < 0)
        return false;
    const std::string_view unit(end, std::size_t(last - end));
    for (const auto& [name, factor] : kUnits) {
        if (unit == name && amount * factor < 9e18) {
            bytes = std::int64_t(amount * factor);
            return true;
        }
    }
    return false;
}

bool parseBoolean(std::string_view text, bool& out)
{
    out = text == "true" || text == "True" || text == "TRUE";
    return out || text == "false" || text == "False" || text == "FALSE";
}

} // namespace sluice
