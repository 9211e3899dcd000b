// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// A place in a text file; line and column count from 1, 0 = unknown.
struct TextPosition
{
    int line = 0;
    int column = 0;
};

enum class Severity { Warning, Error };

/// One finding about a document: where, what, and what would be right.
struct Diagnostic
{
    Severity severity = Severity::Error;
    TextPosition at;
    std::string path;       // "per_minute.aggregates.revenue"
    std::string message;    // what, lower case, no full stop
    std::string suggestion; // "did you mean \"amount\"?"; may be empty
};

/// Collects all findings about one document, so that the user sees them at once.
class Diagnostics
{
public:
    explicit Diagnostics(std::string file = {})
        : m_file(std::move(file))
    {
    }

    void error(TextPosition at, std::string path, std::string message, std::string suggestion = {});
    void warning(TextPosition at, std::string path, std::string message,
                 std::string suggestion = {});

    bool hasErrors() const;
    const std::vector<Diagnostic>& items() const { return m_items; }
    const std::string& file() const { return m_file; }

    /// Puts the findings in the order of the text.
    void sort();
    /// Returns "orders.yaml:23:14: per_minute.aggregates: column ... (did you mean ...)".
    std::string text(const Diagnostic& item) const;
    /// Returns all findings, a line each.
    std::string text() const;

private:
    std::string m_file;
    std::vector<Diagnostic> m_items;
};

/// Returns the candidate nearest to a mistyped name ("did you mean \"amount\"?"), or "" if none is
/// near. Damerau-Levenshtein distance of at most a third of the length, at least one.
std::string suggestionFor(std::string_view name, const std::vector<std::string>& candidates);

} // namespace sluice
