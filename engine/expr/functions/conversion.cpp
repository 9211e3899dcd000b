// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"

namespace sluice::expr {
namespace {

Binding bindTypeof(Operands& operands)
{
    const Datum name(std::make_shared<arrow::StringScalar>(sqlTypeName(*operands.type(0))));
    operands.drop(0);
    Kernel kernel = [name](Arguments, Evaluation&) -> arrow::Result<Datum> { return name; };
    return {.type = arrow::utf8(), .kernel = std::move(kernel), .isStrict = false};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark,
                     bool isOperator, std::vector<std::string> aliases = {})
{
    return {.name = name,
            .category = "conversion",
            .signature = signature,
            .help = help,
            .spark = spark,
            .aliases = std::move(aliases),
            .isOperator = isOperator};
}

} // namespace

std::vector<Function> conversionFunctions()
{
    return {
        // The parser makes conversions of these; they have no kernel of their own.
        {.entry = entry("CAST", "CAST(x AS type)",
                        "Converts; a value that does not fit is an error of its row.",
                        "CAST(x AS type)", true, {"::"})},
        {.entry
         = entry("TRY_CAST", "TRY_CAST(x AS type)", "Converts; null for a value that does not fit.",
                 "TRY_CAST(x AS type)", true)},
        {.entry
         = entry("typeof", "typeof(x) -> string", "The SQL name of the type.", "typeof(x)", false),
         .least = 1,
         .most = 1,
         .bind = bindTypeof},
    };
}

} // namespace sluice::expr
