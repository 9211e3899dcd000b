// SPDX-License-Identifier: Apache-2.0
// strftime and strptime.
#include "engine/columns/types.h"
#include "engine/expr/function.h"
#include "engine/expr/functions/time_pattern.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <memory>

namespace sluice::expr {
namespace {

// Reads the constant format at an operand and leaves only the other one.
std::optional<Binding> readFormat(Operands& operands, std::size_t at, bool isReading,
                                  std::shared_ptr<const TimePattern>& out)
{
    const auto format = operands.text(at);
    if (!format)
        return Binding::failure("the format of " + operands.name() + " must be a constant string",
                                int(at));
    auto pattern = std::make_shared<TimePattern>();
    if (const std::string error = pattern->parse(*format, isReading); !error.empty())
        return Binding::failure(error, int(at));
    out = std::move(pattern);
    if (at == 0)
        operands.dropFirst();
    else
        operands.drop(1);
    return std::nullopt;
}

Binding bindWrite(Operands& operands)
{
    std::shared_ptr<const TimePattern> pattern;
    const bool isFormatFirst = isText(*operands.type(0)) && !isText(*operands.type(1));
    if (auto failure = readFormat(operands, isFormatFirst ? 0 : 1, false, pattern))
        return *failure;
    if (auto failure = operands.convert(0, timestampType()))
        return *failure;
    return {.type = arrow::utf8(),
            .kernel = eachRow<std::string_view, std::int64_t>(arrow::utf8(),
                                                              [pattern](Row& row, std::int64_t us) {
                                                                  row.text.clear();
                                                                  pattern->append(row.text, us);
                                                                  return std::string_view(row.text);
                                                              })};
}

Binding bindRead(Operands& operands, bool isTry)
{
    std::shared_ptr<const TimePattern> pattern;
    if (auto failure = readFormat(operands, 1, true, pattern))
        return *failure;
    if (!isText(*operands.type(0)) && !isNullType(*operands.type(0)))
        return Binding::failure("argument 1 of " + operands.name() + " must be a string, not "
                                    + displayName(*operands.type(0)),
                                0);
    if (auto failure = operands.convert(0, arrow::utf8()))
        return *failure;
    return {.type = timestampType(),
            .kernel = eachRow<std::int64_t, std::string_view>(
                timestampType(), [pattern, isTry](Row& row, std::string_view text) {
                    std::int64_t us = 0;
                    if (pattern->read(text, us))
                        return us;
                    if (isTry)
                        row.setNull();
                    else
                        row.fail("\"" + std::string(text.substr(0, 80))
                                 + "\" does not fit the time format");
                    return std::int64_t(0);
                })};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark)
{
    return {.name = name, .category = "time", .signature = signature, .help = help, .spark = spark};
}

} // namespace

std::vector<Function> timeFormatFunctions()
{
    return {
        {.entry
         = entry("strftime", "strftime(time, format) -> string",
                 "A time as text: %Y %m %d %H %M %S %f %b %A %j ...", "date_format(time, format)"),
         .least = 2,
         .most = 2,
         .bind = bindWrite},
        {.entry = entry("strptime", "strptime(text, format) -> timestamp",
                        "Reads a time from text; one that does not fit is an error of its row.",
                        "to_timestamp(text, format)"),
         .least = 2,
         .most = 2,
         .bind = [](Operands& operands) { return bindRead(operands, false); }},
        {.entry = entry("try_strptime", "try_strptime(text, format) -> timestamp",
                        "Reads a time from text; null for one that does not fit.",
                        "try_to_timestamp(text, format)"),
         .least = 2,
         .most = 2,
         .bind = [](Operands& operands) { return bindRead(operands, true); }},
    };
}

} // namespace sluice::expr
