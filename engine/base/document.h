// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// A node of a YAML (or JSON) document that knows where it stands. A value type.
struct DocumentNode
{
    enum class Kind { Null, Scalar, Sequence, Map };
    struct Entry;

    Kind kind = Kind::Null;
    TextPosition at;
    std::string text;                // Scalar: as written, without quotes
    bool isQuoted = false;           // Scalar: "5m" in quotes is text, never a number or null
    std::vector<DocumentNode> items; // Sequence
    std::vector<Entry> entries;      // Map, in the order of the text

    bool isNull() const { return kind == Kind::Null; }
    bool isScalar() const { return kind == Kind::Scalar; }
    bool isSequence() const { return kind == Kind::Sequence; }
    bool isMap() const { return kind == Kind::Map; }
    /// Returns the value of a key, or nullptr.
    const DocumentNode* find(std::string_view key) const;
};

struct DocumentNode::Entry
{
    std::string key;
    TextPosition keyAt;
    DocumentNode value;
};

/// Parses one YAML document (JSON is YAML). A syntax error, a duplicate key, an alias or a second
/// document is reported with its place; what could be read is returned all the same.
DocumentNode parseDocument(std::string_view text, Diagnostics& diagnostics);

/// Replaces ${name} in every scalar by the value of a parameter; an unknown one is reported.
void substituteParameters(DocumentNode& node, const DocumentNode* parameters,
                          Diagnostics& diagnostics);

} // namespace sluice
