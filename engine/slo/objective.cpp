// SPDX-License-Identifier: Apache-2.0
#include "engine/slo/objective.h"

#include "engine/base/options.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::slo {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::array<const char*, 5> kNames{"freshness", "latency_p99", "throughput", "quality",
                                            "availability"};

const std::vector<OptionSpec>& objectiveOptions()
{
    static const std::vector<OptionSpec> options{
        {.name = "name", .isRequired = true, .help = "What it is called on the SLA page."},
        {.name = "indicator",
         .type = OptionType::Choice,
         .isRequired = true,
         .choices = {kNames.begin(), kNames.end()},
         .help = "What is measured."},
        {.name = "table", .type = OptionType::Table, .help = "freshness: the table."},
        {.name = "threshold",
         .help = "60s for freshness and latency, 1000/s for throughput, 99.5% for quality."},
        {.name = "target",
         .defaultValue = "99.9%",
         .help = "Share of minutes that must keep to it."},
        {.name = "window",
         .type = OptionType::Duration,
         .defaultValue = "30d",
         .min = "1h",
         .max = "366d",
         .help = "Over which time."}};
    return options;
}

bool readNumber(std::string_view text, double& out)
{
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failure == std::errc{} && end == text.data() + text.size();
}

bool readShare(std::string text, double& out)
{
    const bool isPercent = text.ends_with('%');
    if (isPercent)
        text.pop_back();
    if (!readNumber(text, out))
        return false;
    out = isPercent ? out / 100 : out;
    return out > 0 && out <= 1;
}

bool readThreshold(Indicator indicator, std::string text, double& out)
{
    Micros duration{};
    switch (indicator) {
    case Indicator::Freshness:
    case Indicator::LatencyP99:
        if (!parseDuration(text, duration) || duration.count() <= 0)
            return false;
        out = double(duration.count()) / 1e6;
        return true;
    case Indicator::Throughput:
        if (text.ends_with("/s"))
            text.resize(text.size() - 2);
        return readNumber(text, out) && out > 0;
    case Indicator::Quality: return readShare(text, out);
    case Indicator::Availability: out = 1; return text.empty();
    }
    return false;
}

const char* thresholdExample(Indicator indicator)
{
    switch (indicator) {
    case Indicator::Throughput: return "1000/s";
    case Indicator::Quality: return "99.5%";
    case Indicator::Availability: return "availability has no threshold: remove the line";
    default: return "60s";
    }
}

} // namespace

const char* indicatorName(Indicator indicator)
{
    return kNames[std::size_t(indicator)];
}

std::vector<Objective> readObjectives(const DocumentNode& document, Diagnostics& diagnostics)
{
    std::vector<Objective> out;
    const DocumentNode* list = document.find("objectives");
    if (!list)
        return out;
    if (!list->isSequence()) {
        diagnostics.error(list->at, "objectives", "expected a list",
                          "- {name: ..., indicator: freshness, table: ..., threshold: 60s}");
        return out;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const DocumentNode& item = list->items[i];
        const std::string path = "objectives[" + std::to_string(i) + "]";
        checkOptions(item, objectiveOptions(), {}, path, diagnostics);
        if (!item.isMap())
            continue;
        const Options options(item, objectiveOptions());
        const auto name = std::ranges::find(kNames, options.text("indicator"));
        if (name == kNames.end())
            continue; // reported
        Objective objective;
        objective.name = options.text("name");
        objective.indicator = Indicator(name - kNames.begin());
        objective.table = options.text("table");
        objective.windowUs = options.duration("window").count();
        if (!readThreshold(objective.indicator, options.text("threshold"), objective.threshold))
            diagnostics.error(options.at("threshold"), path + ".threshold",
                              "\"" + options.text("threshold") + "\" does not fit " + *name,
                              thresholdExample(objective.indicator));
        if (!readShare(options.text("target"), objective.targetShare) || objective.targetShare >= 1)
            diagnostics.error(options.at("target"), path + ".target", "expected a share below 100%",
                              "99.9%");
        if (objective.indicator == Indicator::Freshness && objective.table.empty())
            diagnostics.error(item.at, path, "freshness needs a table",
                              "table: gold.orders_per_minute");
        out.push_back(std::move(objective));
    }
    return out;
}

void ObjectiveTracker::observe(std::int64_t wallUs, std::optional<double> value)
{
    m_value = value;
    if (!value)
        return;
    const std::int64_t minute = wallUs / kMinuteUs;
    if (m_slices.empty() || m_slices.back().minute < minute)
        m_slices.push_back({minute, true});
    m_slices.back().isGood = m_slices.back().isGood && m_objective.keeps(*value);
    const std::int64_t oldest = (wallUs - m_objective.windowUs) / kMinuteUs;
    while (m_slices.front().minute < oldest)
        m_slices.pop_front();
}

void ObjectiveTracker::restore(std::int64_t minute, bool isGood)
{
    if (m_slices.empty() || m_slices.back().minute < minute)
        m_slices.push_back({minute, isGood});
}

double ObjectiveTracker::badShare(std::int64_t wallUs, std::int64_t lookbackUs) const
{
    const std::int64_t oldest = (wallUs - lookbackUs) / kMinuteUs;
    int bad = 0, all = 0;
    for (auto slice = m_slices.rbegin(); slice != m_slices.rend() && slice->minute > oldest;
         ++slice) {
        ++all;
        bad += !slice->isGood;
    }
    return all == 0 ? 0 : double(bad) / double(all);
}

double ObjectiveTracker::goodShare(std::int64_t wallUs) const
{
    return 1 - badShare(wallUs, m_objective.windowUs);
}

double ObjectiveTracker::budgetLeftShare(std::int64_t wallUs) const
{
    const double budgetMinutes
        = double(m_objective.windowUs) / double(kMinuteUs) * (1 - m_objective.targetShare);
    const std::int64_t oldest = (wallUs - m_objective.windowUs) / kMinuteUs;
    const auto bad = std::ranges::count_if(m_slices, [&](const Slice& slice) {
        return slice.minute > oldest && !slice.isGood;
    });
    return 1 - double(bad) / budgetMinutes;
}

double ObjectiveTracker::burnRate(std::int64_t wallUs, std::int64_t lookbackUs) const
{
    return badShare(wallUs, lookbackUs) / (1 - m_objective.targetShare);
}

} // namespace sluice::slo
