// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/stream_join.h"

#include "engine/operators/interval_join.h"

namespace sluice::operators {
namespace {

flow::BoundNode bindStreamJoin(const flow::BindContext& context)
{
    flow::BoundNode bound;
    IntervalJoinConfig config;
    const auto timeToLive = context.options.durationIfSet("time_to_live");
    checkJoinInputs(context, timeToLive.has_value());
    if (timeToLive) {
        config.bounds = {-timeToLive->count(), timeToLive->count()};
        bound.summary = "within " + durationText(*timeToLive);
        bound.rejects = {Verdict::Late};
    } else {
        context.diagnostics.warning(context.map.at, context.node,
                                    "every row of both inputs is kept: the state grows without end",
                                    "time_to_live: 1d lets go of rows that are older");
    }
    if (const DocumentNode* where = context.options.node("where"))
        config.where = *where;
    config.bound = StateBound(context, "Set time_to_live, or make it shorter");
    bindPairJoin(context, std::move(config), bound);
    return bound;
}

} // namespace

flow::NodeKind StreamJoin::kind()
{
    std::vector<OptionSpec> options = joinOptions();
    options.push_back({.name = "time_to_live",
                       .type = OptionType::Duration,
                       .min = "1ms",
                       .help = "How far apart in event time two rows may be and still match; older "
                               "rows are let go. Without it all rows are kept."});
    options.push_back({.name = "where",
                       .type = OptionType::Expression,
                       .help = "A further condition over the columns of the joined row."});
    options.push_back(StateBound::option());
    return {.name = "stream_join",
            .title = "Stream join",
            .help = "Joins two inputs on keys, whenever the rows come.",
            .category = flow::NodeCategory::Join,
            .minInputs = 2,
            .maxInputs = 2,
            .options = std::move(options),
            .bind = bindStreamJoin};
}

} // namespace sluice::operators
