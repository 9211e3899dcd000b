// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/output.h"

#include "app/sluicectl/command.h"
#include "engine/base/json_writer.h"
#include "engine/base/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <thread>

namespace sluice::ctl {
namespace {

constexpr std::size_t kWidest = 60;

// Columns that a text takes on a terminal: code points, good enough for Latin text.
std::size_t widthOf(const std::string& text)
{
    return std::size_t(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string shown(std::string text)
{
    std::ranges::replace(text, '\n', ' ');
    if (widthOf(text) <= kWidest)
        return text;
    std::size_t end = 0;
    for (std::size_t points = 0; points < kWidest - 1; ++points)
        for (++end; end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;)
            ++end;
    return text.substr(0, end) + "…";
}

bool isNumber(const std::string& text)
{
    return !text.empty() && text.find_first_not_of("0123456789.,+-%eE ") == std::string::npos;
}

} // namespace

int report(const Shared& shared, const Error& error)
{
    if (shared.isJson) {
        JsonWriter json;
        json.beginObject()
            .key("error")
            .value(errorCodeName(error.code))
            .key("message")
            .value(error.message);
        json.key("object").value(error.object).key("hint").value(error.hint).endObject();
        std::printf("%s\n", json.text().c_str());
    } else {
        std::fprintf(stderr, "sluicectl: %s\n", error.text().c_str());
    }
    switch (error.code) {
    case ErrorCode::ConfigInvalid: return kInvalid;
    case ErrorCode::NotFound:
    case ErrorCode::ConfigUnknown: return kNotFound;
    case ErrorCode::Conflict:
    case ErrorCode::PermissionDenied:
    case ErrorCode::ConnectRefused: return kRefused;
    default: return kFailed;
    }
}

void printTable(const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const std::string& name : header)
        widths.push_back(widthOf(name));
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], widthOf(shown(row[i])));
    const auto line = [&](const std::vector<std::string>& cells, bool isHeader) {
        std::string out;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string text = shown(cells[i]);
            const std::string gap(widths[i] - widthOf(text), ' ');
            const bool isRight = !isHeader && isNumber(cells[i]);
            out += (i > 0 ? "  " : "") + (isRight ? gap + text : text + gap);
        }
        while (out.ends_with(' '))
            out.pop_back();
        std::printf("%s\n", out.c_str());
    };
    line(header, true);
    for (const auto& row : rows)
        line(row, false);
}

std::string countText(std::int64_t count)
{
    std::string digits = std::to_string(count < 0 ? -count : count);
    for (std::ptrdiff_t at = std::ptrdiff_t(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(std::size_t(at), ",");
    return (count < 0 ? "-" : "") + digits;
}

std::string bytesText(std::int64_t bytes)
{
    static constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    double value = double(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text.data();
}

std::string rateText(double perSecond)
{
    std::array<char, 32> text{};
    if (perSecond >= 1e6)
        std::snprintf(text.data(), text.size(), "%.2f M/s", perSecond / 1e6);
    else if (perSecond >= 1e4)
        std::snprintf(text.data(), text.size(), "%.0f k/s", perSecond / 1e3);
    else
        std::snprintf(text.data(), text.size(), "%.0f /s", perSecond);
    return text.data();
}

std::string timeText(std::int64_t us)
{
    if (us <= 0)
        return "-";
    std::string text = timestampText(us).substr(0, 19);
    text[10] = ' ';
    return text + " UTC";
}

api::Outcome carryOutAndWait(api::Engine& engine, api::Command command)
{
    const api::CommandId id = engine.submit(std::move(command));
    for (;;) {
        for (api::Outcome& outcome : engine.takeOutcomes()) {
            if (outcome.id == id)
                return std::move(outcome);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

api::AnswerBody askAndWait(api::Engine& engine, api::Query query)
{
    const api::RequestId id = engine.ask(std::move(query));
    for (;;) {
        for (api::Answer& answer : engine.takeAnswers()) {
            const auto* test = std::get_if<api::ConnectionTestAnswer>(&answer.body);
            if (answer.id == id && (!test || test->isDone))
                return std::move(answer.body);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

} // namespace sluice::ctl
