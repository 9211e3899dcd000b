// SPDX-License-Identifier: Apache-2.0
#include "engine/base/diagnostic.h"

#include <algorithm>

namespace sluice {
namespace {

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

} // namespace

void Diagnostics::error(TextPosition at, std::string path, std::string message,
                        std::string suggestion)
{
    m_items.push_back(
        {Severity::Error, at, std::move(path), std::move(message), std::move(suggestion)});
}

void Diagnostics::warning(TextPosition at, std::string path, std::string message,
                          std::string suggestion)
{
    m_items.push_back(
        {Severity::Warning, at, std::move(path), std::move(message), std::move(suggestion)});
}

bool Diagnostics::hasErrors() const
{
    return std::ranges::any_of(m_items, [](const Diagnostic& item) {
        return item.severity == Severity::Error;
    });
}

void Diagnostics::sort()
{
    std::ranges::stable_sort(m_items, {}, [](const Diagnostic& item) {
        return std::pair(item.at.line, item.at.column);
    });
}

std::string Diagnostics::text(const Diagnostic& item) const
{
    std::string out = m_file.empty() ? "document" : m_file;
    if (item.at.line > 0)
        out += ":" + std::to_string(item.at.line);
    if (item.at.line > 0 && item.at.column > 0)
        out += ":" + std::to_string(item.at.column);
    out += ": ";
    if (item.severity == Severity::Warning)
        out += "warning: ";
    if (!item.path.empty())
        out += item.path + ": ";
    out += item.message;
    if (!item.suggestion.empty())
        out += " (" + item.suggestion + ")";
    return out;
}

std::string Diagnostics::text() const
{
    std::string out;
    for (const Diagnostic& item : m_items)
        out += text(item) + "\n";
    return out;
}

std::string suggestionFor(std::string_view name, const std::vector<std::string>& candidates)
{
    const std::size_t limit = std::max<std::size_t>(1, name.size() / 3);
    const std::string* best = nullptr;
    std::size_t bestDistance = limit + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = editDistance(name, candidate);
        if (distance < bestDistance) {
            best = &candidate;
            bestDistance = distance;
        }
    }
    return best ? "did you mean \"" + *best + "\"?" : std::string();
}

} // namespace sluice
