// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/program.h"
#include "engine/expr/syntax.h"

#include <string>

namespace sluice::expr {

/// Where a text stands in its document, to turn offsets into places.
struct TextPlace
{
    TextPosition at;      // of the first character of the text
    bool isBlock = false; // a block scalar: lines count, columns are not known
};

/// Turns the tree of a text into a bound one; all findings go to out.
class Binder
{
public:
    Binder(const std::string& text, TextPlace place, const arrow::Schema& schema,
           const std::string& path, Diagnostics& out)
        : m_text(text)
        , m_place(place)
        , m_schema(schema)
        , m_path(path)
        , m_out(out)
    {
    }

    /// Returns nullptr after a finding.
    NodePtr bind(const Syntax& syntax);
    /// Makes a whole expression of a syntax tree; text is what it shows as its own.
    std::optional<Expression> expression(const Syntax& syntax, std::string text);

    TextPosition position(std::size_t offset) const;
    void report(std::size_t offset, std::string message, std::string hint = {});

private:
    NodePtr column(const Syntax& syntax);
    NodePtr field(NodePtr from, const std::string& name, std::size_t offset);
    NodePtr cast(const Syntax& syntax);
    NodePtr call(const Syntax& syntax);
    void reportUnknown(const Syntax& syntax);
    void reportMoment(const Syntax& syntax, const std::string& name);
    void reportMissingColumn(const Syntax& syntax);
    int columnIndex(const std::string& name) const;

    const std::string& m_text;
    TextPlace m_place;
    const arrow::Schema& m_schema;
    const std::string& m_path;
    Diagnostics& m_out;
};

} // namespace sluice::expr
