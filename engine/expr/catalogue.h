// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::expr {

/// One function or operator of the expression language, as help and completion show it.
struct CatalogueEntry
{
    std::string name;      // "date_trunc", "+", "BETWEEN"
    std::string category;  // "arithmetic", "comparison", "logic", "conditional", "conversion",
                           // "math", "text", "pattern", "time", "json", "nested"
    std::string signature; // "date_trunc(part, timestamp) -> timestamp"
    std::string help;      // one sentence
    std::string spark;     // the spelling in Spark SQL, with the parameters of the signature
    std::vector<std::string> aliases; // other names that mean the same
    bool isOperator = false;          // written between or around its operands
    bool isAggregate = false;         // always false today: aggregates belong to window nodes
};

/// Returns all entries by category, then name. Lives as long as the process.
const std::vector<CatalogueEntry>& catalogue();

/// Returns the entry of a name or alias in any case, or nullptr.
const CatalogueEntry* findEntry(std::string_view name);

/// Returns the names and aliases that can be typed as name(...), for completion and suggestions.
const std::vector<std::string>& functionNames();

} // namespace sluice::expr
