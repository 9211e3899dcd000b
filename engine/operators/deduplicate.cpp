// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/deduplicate.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

namespace sluice::operators {
namespace {

flow::BoundNode bindDeduplicate(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    bound.repeat = flow::Repeat::PassedOver;
    if (!bound.output.hasEventTime)
        context.error({}, context.map.at, "deduplicate needs the event time of its rows",
                      "give the source an event_time: {column: ...}");
    std::vector<std::string> keys;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    if (const DocumentNode* list = context.options.node("keys")) {
        for (const DocumentNode& item : list->items) {
            const int index
                = findColumn(context, "keys", item.at, item.text, *bound.output.columns);
            if (index < 0)
                continue;
            keys.push_back(item.text);
            fields.push_back(bound.output.columns->field(index));
        }
        if (list->items.empty())
            context.error("keys", list->at, "there is no key column");
    }
    const auto codec = state::KeyCodec::make(fields);
    if (!codec)
        context.error("keys", context.options.at("keys"), codec.error().message,
                      codec.error().hint);
    const Micros within = context.options.duration("within");
    for (const std::string& key : keys)
        bound.summary += (bound.summary.empty() ? "" : ", ") + key;
    bound.summary += " within " + durationText(within);
    bound.stateColumns = flow::ColumnSet(keys.begin(), keys.end());
    bound.neededInput = [keys](const flow::ColumnSet& needed) {
        flow::ColumnSet all = needed;
        all.insert(keys.begin(), keys.end());
        return all;
    };
    if (codec)
        bound.createOperator
            = [keys, made = *codec, within, most = StateBound(context, "Make within shorter")](
                  const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
            return std::unique_ptr<flow::Operator>(
                std::make_unique<Deduplicate>(keys, made, within, most));
        };
    return bound;
}

} // namespace

flow::NodeKind Deduplicate::kind()
{
    return {.name = "deduplicate",
            .title = "Deduplicate",
            .help = "Passes the first row of each key within a span of event time.",
            .category = flow::NodeCategory::Transform,
            .options = {{.name = "keys",
                         .type = OptionType::ColumnList,
                         .isRequired = true,
                         .help = "Columns that tell rows apart."},
                        {.name = "within",
                         .type = OptionType::Duration,
                         .defaultValue = "1h",
                         .min = "1s",
                         .max = "3650d",
                         .help = "How far apart two rows of a key may be and still be the same."},
                        StateBound::option()},
            .bind = bindDeduplicate};
}

Deduplicate::Deduplicate(std::vector<std::string> keys, state::KeyCodec codec, Micros within,
                         StateBound bound)
    : m_keys(std::move(keys))
    , m_hasher(std::move(codec), state::SeenSet::kSecondSeed)
    , m_seen(within)
    , m_bound(std::move(bound))
{
}

Status Deduplicate::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const auto columns, columnsNamed(*batch.columns, m_keys));
    std::vector<std::uint32_t> kept;
    kept.reserve(std::size_t(batch.rows()));
    m_seen.insertAll(m_hasher.of(columns),
                     {batch.eventTimes->raw_values(), std::size_t(batch.rows())},
                     context.watermark(), kept);
    SLUICE_TRY(tell(context));
    if (kept.size() == std::size_t(batch.rows())) {
        context.emit(batch);
        return ok();
    }
    context.count(Verdict::Duplicate, std::uint64_t(batch.rows()) - kept.size());
    auto taken = takeRows(batch, kept);
    if (!taken.ok())
        return errorFromArrow(taken.status(), "deduplicate");
    context.emit(std::move(*taken));
    return ok();
}

Status Deduplicate::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    m_watermark = watermark;
    m_seen.release(watermark);
    return tell(context);
}

Status Deduplicate::tell(flow::NodeContext& context)
{
    return m_bound.check(context.counters(), std::int64_t(m_seen.size()),
                         std::int64_t(m_seen.bytes()), "keys");
}

Result<flow::SaveKind> Deduplicate::save(ByteWriter& out, flow::SaveKind wanted)
{
    if (wanted == flow::SaveKind::Whole)
        m_seen.saveAll(out, m_watermark);
    else if (m_seen.hasChanges())
        m_seen.saveNew(out);
    return flow::SaveKind::Log;
}

Status Deduplicate::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Log)
        return m_seen.load(in);
    if (kind == flow::SaveKind::Whole)
        m_seen.clear();
    return m_seen.loadWide(in);
}

} // namespace sluice::operators
