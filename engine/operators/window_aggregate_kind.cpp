// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/window_aggregate.h"

#include <algorithm>
#include <array>

namespace sluice::operators {
namespace {

constexpr std::int64_t kMostSlices = 100'000; // of one window

std::vector<OptionSpec> windowFields()
{
    return {{.name = "tumbling",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "Windows of this length, one after the other."},
            {.name = "hopping",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "Windows of this length, one every slide; a row is in several."},
            {.name = "slide",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "hopping: from the begin of one window to the next."},
            {.name = "cumulating",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "Windows that begin together every so often and end one step apart."},
            {.name = "step",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "cumulating: from the end of one window to the next."},
            {.name = "session",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "For each group the rows that follow one another by less than this."},
            {.name = "offset",
             .type = OptionType::Duration,
             .defaultValue = "0s",
             .help = "Shift of the windows' begin, for days of another time zone."}};
}

std::vector<OptionSpec> windowOptions()
{
    return {{.name = "window",
             .type = OptionType::Object,
             .isRequired = true,
             .help = "How time is cut: {tumbling: 1m}, {hopping: 10s, slide: 2s}, {cumulating: 1h, "
                     "step: 5m} or {session: 10s}.",
             .fields = windowFields()},
            {.name = "time",
             .type = OptionType::Choice,
             .defaultValue = "event",
             .choices = {"event", "processing"},
             .help
             = "event: when the rows happened. processing: when they come here, by the clock; a "
               "second run gives other results."},
            {.name = "group_by",
             .type = OptionType::ColumnList,
             .help = "Columns whose values make the groups."},
            aggregatesOption(),
            {.name = "allowed_lateness",
             .type = OptionType::Duration,
             .defaultValue = "0s",
             .help = "How long after its end a window takes rows, emitting what changed again with "
                     "the next revision."},
            {.name = "early",
             .type = OptionType::Duration,
             .min = "1ms",
             .help
             = "Emit what changed each time the watermark (the clock, in processing time) has "
               "gone on by this, with a revision, before the window is complete."},
            StateBound::option()};
}

struct Shape
{
    const char* name;
    WindowSpec::Kind kind;
    const char* part; // the second length that belongs to it
};
constexpr std::array<Shape, 4> kShapes{{{"tumbling", WindowSpec::Kind::Tumbling, nullptr},
                                        {"hopping", WindowSpec::Kind::Hopping, "slide"},
                                        {"cumulating", WindowSpec::Kind::Cumulating, "step"},
                                        {"session", WindowSpec::Kind::Session, nullptr}}};

// Reports the parts of `window:` that do not go together.
bool checkShape(const flow::BindContext& context, const Options& options, const Shape& shape)
{
    bool isRight = true;
    const auto wrong = [&](const std::string& name, std::string message, std::string suggestion) {
        context.error("window." + name, options.at(name), std::move(message),
                      std::move(suggestion));
        isRight = false;
    };
    const std::string own = shape.name;
    for (const char* part : {"slide", "step"}) {
        const bool isOwn = shape.part && std::string(shape.part) == part;
        if (isOwn && !options.has(part))
            wrong(own, own + " windows need a " + part,
                  "{" + own + ": 10s, " + std::string(part) + ": 2s}");
        if (!isOwn && options.has(part))
            wrong(part, own + " windows have no " + part, "leave it out");
    }
    if (!isRight || !shape.part)
        return isRight;
    const std::int64_t size = options.duration(shape.name).count();
    const std::int64_t part = options.duration(shape.part).count();
    if (part > size)
        wrong(shape.part, "it is longer than the window, so rows between windows would be in none",
              "at most " + durationText(Micros(size)));
    else if (shape.kind == WindowSpec::Kind::Cumulating && size % part != 0)
        wrong(shape.part, "the window's length is not a multiple of it",
              "a divisor of " + durationText(Micros(size)));
    return isRight;
}

WindowSpec bindShape(const flow::BindContext& context)
{
    WindowSpec spec;
    const DocumentNode* window = context.options.node("window");
    if (!window || !window->isMap())
        return spec;
    const std::vector<OptionSpec> fields = windowFields();
    const Options options(*window, fields);
    const Shape* shape = nullptr;
    int shapes = 0;
    for (const Shape& each : kShapes) {
        if (!options.has(each.name))
            continue;
        shape = &each;
        ++shapes;
    }
    if (shapes != 1) {
        context.error("window", window->at,
                      shapes == 0 ? "it does not say which windows" : "it says more than one kind",
                      "{tumbling: 1m}, {hopping: 10s, slide: 2s}, {cumulating: 1h, step: 5m} or "
                      "{session: 10s}");
        return spec;
    }
    if (!checkShape(context, options, *shape))
        return spec;
    spec.kind = shape->kind;
    spec.offset = options.duration("offset").count();
    const std::int64_t length = options.duration(shape->name).count();
    if (spec.kind == WindowSpec::Kind::Session) {
        spec.gap = length;
        return spec;
    }
    spec.size = length;
    spec.slide = shape->part ? options.duration(shape->part).count() : length;
    if (length > 0 && spec.slide > 0 && length / spec.sliceLength() > kMostSlices)
        context.error("window", window->at,
                      "a window would have " + std::to_string(length / spec.sliceLength())
                          + " slices of " + durationText(Micros(spec.sliceLength())),
                      "take lengths with a greater common divisor");
    return spec;
}

std::string summaryOf(const WindowConfig& config)
{
    const WindowSpec& spec = config.window;
    const auto text = [](std::int64_t us) { return durationText(Micros(us)); };
    std::string out = "Window, " + text(spec.size);
    if (spec.kind == WindowSpec::Kind::Hopping)
        out += " every " + text(spec.slide);
    if (spec.kind == WindowSpec::Kind::Cumulating)
        out += " by " + text(spec.slide);
    if (spec.kind == WindowSpec::Kind::Session)
        out = "Session, gap " + text(spec.gap);
    return out;
}

// Windows of many slices go on from one to the next. A set of distinct values must then be one that
// values can be taken out of: sums of sets, one a slice, would be far larger than the sets.
void bindSliding(WindowConfig& config)
{
    const auto isDistinct = [](const AggregateEntry& entry) { return entry.aggregate.isDistinct; };
    if (std::ranges::none_of(config.aggregates, isDistinct) || !config.window.hasManySlices())
        return;
    std::vector<AggregateEntry> counted = config.aggregates;
    for (AggregateEntry& entry : counted) {
        entry.aggregate.takesRowsOut = true;
        config.combinesAnew |= entry.aggregate.make()->inverse() != Inverse::Exact;
    }
    if (!config.combinesAnew)
        config.aggregates = std::move(counted);
}

WindowConfig bindConfig(const flow::BindContext& context, flow::ColumnSet& read)
{
    const flow::StreamSchema& input = context.inputs.front();
    WindowConfig config;
    config.node = context.node;
    config.window = bindShape(context);
    config.isProcessingTime = context.options.text("time") == "processing";
    config.timing.allowedLateness = context.options.duration("allowed_lateness").count();
    config.timing.early = context.options.durationIfSet("early").value_or(Micros(0)).count();
    config.bound
        = StateBound(context, "Group by fewer values, or make windows or allowed_lateness shorter");
    if (config.isProcessingTime && config.timing.allowedLateness > 0)
        context.error("allowed_lateness", context.options.at("allowed_lateness"),
                      "nothing is late in processing time", "leave it out");
    arrow::FieldVector fields{arrow::field("window_start", timestampType(), false),
                              arrow::field("window_end", timestampType(), false)};
    bindGroups(context, *input.columns, config.keys);
    fields.insert(fields.end(), config.keys.begin(), config.keys.end());
    read = bindAggregates(context, *input.columns, {"window_start", "window_end", "revision"},
                          config.aggregates, fields);
    for (const auto& key : config.keys)
        read.insert(key->name());
    bindSliding(config);
    if (config.timing.hasRevisions())
        fields.push_back(arrow::field("revision", arrow::int32(), false));
    config.output = arrow::schema(fields);
    return config;
}

flow::BoundNode bindWindow(const flow::BindContext& context)
{
    const flow::StreamSchema& input = context.inputs.front();
    flow::ColumnSet read;
    const WindowConfig config = bindConfig(context, read);
    if (!input.hasEventTime && !config.isProcessingTime)
        context.error({}, context.map.at, "windows need the event time of their rows",
                      "give the source an event_time: {column: ...}, or say time: processing");
    if (input.isChangeStream)
        context.error({}, context.map.at,
                      "windows cannot read a change stream: they would count corrections as rows",
                      "aggregate its rows by group_aggregate, or filter on change_type first");
    flow::BoundNode bound;
    bound.output = {.columns = config.output, .hasEventTime = true, .hasRaw = false};
    bound.summary = summaryOf(config);
    bound.rejects = {Verdict::Late, Verdict::DeadLetter};
    bound.neededInput = [read](const flow::ColumnSet&) { return read; };
    if (const auto keys = state::KeyIndex::make(config.keys); !keys) {
        context.error("group_by", context.options.at("group_by"), keys.error().message,
                      keys.error().hint);
        return bound;
    }
    if (config.window.size > 0 || config.window.gap > 0)
        bound.createOperator
            = [config](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
            SLUICE_TRY(auto keys, state::KeyIndex::make(config.keys));
            return std::unique_ptr<flow::Operator>(
                std::make_unique<WindowAggregate>(config, std::move(keys)));
        };
    return bound;
}

} // namespace

flow::NodeKind WindowAggregate::kind()
{
    return {.name = "window_aggregate",
            .title = "Window aggregate",
            .help = "Cuts time into windows and computes aggregates for each group in each.",
            .category = flow::NodeCategory::Window,
            .options = windowOptions(),
            .bind = bindWindow};
}

} // namespace sluice::operators
