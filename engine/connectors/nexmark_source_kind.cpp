// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_source.h"

#include <chrono>

#include <arrow/scalar.h>

namespace sluice::connectors {
namespace {

std::vector<OptionSpec> nexmarkOptions()
{
    return {
        {.name = "stream",
         .type = OptionType::Choice,
         .defaultValue = "bid",
         .choices = NexmarkJson::streamNames(),
         .help = "Which of the three streams; all puts them into one, each record with its kind."},
        {.name = "events",
         .type = OptionType::Integer,
         .defaultValue = "0",
         .min = "0",
         .help = "End after so many events of all kinds, of which 46 in 50 are bids; 0 = never."},
        {.name = "rate",
         .type = OptionType::Integer,
         .defaultValue = "10000",
         .unit = "events/s",
         .min = "1",
         .max = "100000000",
         .help = "Events of all kinds a second of event time."},
        {.name = "paced",
         .type = OptionType::Boolean,
         .defaultValue = "false",
         .help = "Keep to the rate by the clock; latency counts from when a record was due."},
        {.name = "first_event",
         .type = OptionType::Integer,
         .defaultValue = "0",
         .min = "0",
         .help = "The number of the first event."},
        {.name = "group",
         .type = OptionType::Integer,
         .defaultValue = "1",
         .unit = "rows",
         .min = "1",
         .max = "1000000",
         .help = "Events come out of order within groups of so many; not a multiple of 953."},
        {.name = "seed",
         .type = OptionType::Integer,
         .defaultValue = "1",
         .min = "0",
         .help = "The same seed makes the same events."},
        {.name = "start", .defaultValue = "2026-01-01T00:00:00Z", .help = "Event time of event 0."},
        {.name = "form",
         .type = OptionType::Choice,
         .defaultValue = "json",
         .choices = {"json", "columns"},
         .help = "json: records are written and decoded; columns: rows without their bytes."},
        {.name = "prepared",
         .type = OptionType::Boolean,
         .defaultValue = "false",
         .help = "Make everything before the first row goes on, in memory; needs events."},
        {.name = "out_of_order",
         .type = OptionType::Duration,
         .defaultValue = "4s",
         .min = "0s",
         .help = "How far behind the newest record one may come and still be on time."}};
}

formats::RecordLayout layoutOf(NexmarkStream stream, Micros outOfOrder)
{
    formats::RecordLayout layout;
    layout.schema = NexmarkJson::schemaOf(stream);
    layout.eventTimeColumn = "dateTime";
    layout.eventTime.outOfOrder = outOfOrder;
    // Event time runs at its own rate, far ahead of the clock if need be.
    layout.eventTime.maxFuture = std::chrono::hours(24 * 365 * 1000);
    return layout;
}

flow::BoundNode bindNexmark(const flow::BindContext& context)
{
    const Options& options = context.options;
    NexmarkConfig config;
    config.node = context.node;
    config.stream = NexmarkJson::streamNamed(options.text("stream"));
    config.parameters = {.seed = std::uint64_t(options.integer("seed")),
                         .rate = options.integer("rate"),
                         .startMs = 0,
                         .outOfOrderGroup = options.integer("group")};
    config.firstEvent = options.integer("first_event");
    config.events = options.integer("events");
    config.isPaced = options.boolean("paced");
    config.isPrepared = options.boolean("prepared");
    config.form = options.text("form") == "columns" ? NexmarkConfig::Form::Columns
                                                    : NexmarkConfig::Form::Json;
    config.layout = layoutOf(config.stream, options.duration("out_of_order"));
    if (config.isPrepared && config.events == 0)
        context.error("prepared", options.at("prepared"), "events without end cannot be prepared",
                      "events: 1000000");
    if (config.parameters.outOfOrderGroup % 953 == 0)
        context.error("group", options.at("group"), "a multiple of 953 would leave events out",
                      std::to_string(config.parameters.outOfOrderGroup + 1));
    std::string start = options.text("start");
    if (start.ends_with('Z'))
        start.pop_back();
    const auto time = arrow::Scalar::Parse(arrow::timestamp(arrow::TimeUnit::MILLI), start);
    if (time.ok())
        config.parameters.startMs = static_cast<const arrow::TimestampScalar&>(**time).value;
    else
        context.error("start", options.at("start"), "\"" + start + "\" is no time",
                      "2026-01-01T00:00:00Z");
    flow::BoundNode bound;
    bound.output = streamSchemaOf(config.layout);
    bound.output.hasRaw = config.form == NexmarkConfig::Form::Json;
    bound.summary = "Nexmark, " + options.text("stream");
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet(); };
    bound.createSource
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Source>> {
        return std::unique_ptr<flow::Source>(
            std::make_unique<NexmarkSource>(config, create.neededColumns));
    };
    return bound;
}

} // namespace

flow::NodeKind NexmarkSource::kind()
{
    return {.name = "nexmark_source",
            .title = "Nexmark",
            .help = "Makes the persons, auctions and bids of the Nexmark benchmark.",
            .category = flow::NodeCategory::Source,
            .minInputs = 0,
            .maxInputs = 0,
            .options = nexmarkOptions(),
            .bind = bindNexmark};
}

} // namespace sluice::connectors
