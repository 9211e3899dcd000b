// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/catalogue.h"

#include "engine/expr/function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>

namespace sluice::expr {
namespace {

constexpr std::array<std::string_view, 11> kCategories{"arithmetic",  "comparison", "logic",
                                                       "conditional", "conversion", "math",
                                                       "text",        "pattern",    "time",
                                                       "json",        "nested"};

std::string lowerCase(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return out;
}

class Registry
{
public:
    Registry()
    {
        for (auto* rows :
             {arithmeticFunctions, comparisonFunctions, membershipFunctions, conditionalFunctions,
              conversionFunctions, mathFunctions, roundingFunctions, textFunctions,
              textPartFunctions, digestFunctions, patternFunctions, regexpFunctions,
              timePartFunctions, timeArithmeticFunctions, timeFormatFunctions, jsonFunctions,
              nestedFunctions}) {
            for (Function& function : rows())
                m_functions.push_back(std::move(function));
        }
        std::ranges::stable_sort(m_functions, {}, [](const Function& function) {
            return std::pair(std::ranges::find(kCategories, function.entry.category)
                                 - kCategories.begin(),
                             std::string_view(function.entry.name));
        });
        for (std::size_t i = 0; i < m_functions.size(); ++i) {
            const CatalogueEntry& entry = m_functions[i].entry;
            m_entries.push_back(entry);
            addName(entry.name, i);
            for (const std::string& alias : entry.aliases)
                addName(alias, i);
        }
        std::ranges::sort(m_names);
    }

    const Function* find(std::string_view name) const
    {
        const auto found = m_byName.find(lowerCase(name));
        return found == m_byName.end() ? nullptr : &m_functions[found->second];
    }
    const CatalogueEntry* findEntry(std::string_view name) const
    {
        const auto found = m_byName.find(lowerCase(name));
        return found == m_byName.end() ? nullptr : &m_entries[found->second];
    }
    const std::vector<CatalogueEntry>& entries() const { return m_entries; }
    const std::vector<std::string>& names() const { return m_names; }

private:
    void addName(const std::string& name, std::size_t index)
    {
        const bool isNew = m_byName.emplace(lowerCase(name), index).second;
        if (isNew && std::islower(static_cast<unsigned char>(name.front()))
            && name.find(' ') == std::string::npos)
            m_names.push_back(name);
    }

    std::vector<Function> m_functions;
    std::vector<CatalogueEntry> m_entries;
    std::unordered_map<std::string, std::size_t> m_byName;
    std::vector<std::string> m_names;
};

const Registry& registry()
{
    static const Registry instance;
    return instance;
}

} // namespace

const std::vector<CatalogueEntry>& catalogue()
{
    return registry().entries();
}

const CatalogueEntry* findEntry(std::string_view name)
{
    return registry().findEntry(name);
}

const std::vector<std::string>& functionNames()
{
    return registry().names();
}

const Function* findFunction(std::string_view name)
{
    return registry().find(name);
}

} // namespace sluice::expr
