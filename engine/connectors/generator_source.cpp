// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/generator_source.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <arrow/scalar.h>

namespace sluice::connectors {
namespace {

constexpr std::int64_t kPreparedRows = 8192; // what one poll brings at most

std::vector<OptionSpec> generatorOptions()
{
    return {{.name = "profile",
             .type = OptionType::Choice,
             .defaultValue = "orders",
             .choices = DemoRecords::profileNames(),
             .help = "What the records are."},
            {.name = "rate",
             .type = OptionType::Number,
             .defaultValue = "1000",
             .unit = "rows/s",
             .min = "0.1",
             .max = "10000000",
             .help = "Records a second."},
            {.name = "paced",
             .type = OptionType::Boolean,
             .defaultValue = "true",
             .help = "Keep to the rate by the clock; false makes them as fast as they are taken."},
            {.name = "prepared",
             .type = OptionType::Boolean,
             .defaultValue = "false",
             .help = "Make all records, in memory, before the first goes on; needs a limit.",
             .isAdvanced = true},
            {.name = "limit",
             .type = OptionType::Integer,
             .defaultValue = "0",
             .min = "0",
             .help = "End after so many records; 0 goes on without end."},
            {.name = "seed",
             .type = OptionType::Integer,
             .defaultValue = "1",
             .min = "0",
             .help = "The same seed makes the same records."},
            {.name = "faults",
             .type = OptionType::Number,
             .defaultValue = "0",
             .min = "0",
             .max = "1",
             .help = "Share of records that are broken, late, doubled or out of range on purpose."},
            {.name = "start",
             .help = "Event time of the first record, as 2026-01-01T00:00:00Z; by default now."},
            {.name = "out_of_order",
             .type = OptionType::Duration,
             .defaultValue = "1s",
             .min = "0s",
             .help = "How far behind the newest record one may come and still be on time."},
            {.name = "idle_after",
             .type = OptionType::Duration,
             .min = "10ms",
             .help = "Without records for so long it holds nothing up."}};
}

flow::BoundNode bindGenerator(const flow::BindContext& context)
{
    const Options& options = context.options;
    GeneratorConfig config;
    config.node = context.node;
    config.profile = DemoRecords::profileNamed(options.text("profile"));
    config.seed = std::uint64_t(options.integer("seed"));
    config.rate = options.number("rate");
    config.isPaced = options.boolean("paced");
    config.isPrepared = options.boolean("prepared");
    config.limit = options.integer("limit");
    if (config.isPrepared && config.limit == 0)
        context.error("prepared", options.at("prepared"), "records without end cannot be prepared",
                      "limit: 1000000");
    config.faultShare = options.number("faults");
    config.layout.schema = DemoRecords::schemaOf(config.profile);
    config.layout.eventTimeColumn = "ts";
    config.layout.eventTime = {.outOfOrder = options.duration("out_of_order"),
                               .idleAfter = options.durationIfSet("idle_after")};
    if (const auto start = options.textIfSet("start"); start && !start->empty()) {
        const auto parsed
            = arrow::Scalar::Parse(arrow::timestamp(arrow::TimeUnit::MICRO),
                                   start->ends_with('Z') ? start->substr(0, start->size() - 1)
                                                         : *start);
        if (parsed.ok())
            config.startUs = static_cast<const arrow::TimestampScalar&>(**parsed).value;
        else
            context.error("start", options.at("start"), "\"" + *start + "\" is no time",
                          "2026-01-01T00:00:00Z");
    }
    flow::BoundNode bound;
    bound.output = streamSchemaOf(config.layout);
    bound.summary = options.text("profile");
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet(); };
    bound.createSource
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Source>> {
        return std::unique_ptr<flow::Source>(
            std::make_unique<GeneratorSource>(config, create.neededColumns,
                                              *create.services->clock));
    };
    return bound;
}

} // namespace

flow::NodeKind GeneratorSource::kind()
{
    return {.name = "generator_source",
            .title = "Generator",
            .help
            = "Makes the records of the demo plant: orders, payments, clicks or sensor readings.",
            .category = flow::NodeCategory::Source,
            .minInputs = 0,
            .maxInputs = 0,
            .options = generatorOptions(),
            .bind = bindGenerator};
}

GeneratorSource::GeneratorSource(GeneratorConfig config, const flow::ColumnSet& needed,
                                 const Clock& clock)
    : m_config(std::move(config))
    , m_records(m_config.profile, m_config.seed, m_config.faultShare)
    , m_intake(m_config.layout, needed)
    , m_source(std::make_shared<const std::string>(m_config.node))
    , m_partition(std::make_shared<const std::string>("0"))
    , m_clock(clock)
{
}

Status GeneratorSource::open(const std::optional<std::string>& position)
{
    if (m_config.startUs)
        m_startUs = *m_config.startUs;
    if (position) {
        SLUICE_TRY(restore(*position));
    }
    if (!m_config.isPrepared)
        return ok();
    if (m_startUs < 0)
        m_startUs = m_clock.wallNow().us;
    m_firstPrepared = m_next;
    for (std::int64_t at = m_next; at < m_config.limit; at += kPreparedRows)
        m_prepared.push_back(make(at, std::size_t(std::min(kPreparedRows, m_config.limit - at)),
                                  std::numeric_limits<std::size_t>::max()));
    return ok();
}

Status GeneratorSource::restore(const std::string& position)
{
    Diagnostics diagnostics("position");
    const DocumentNode root = parseDocument(position, diagnostics);
    const auto number = [&](const char* name, std::int64_t& to) {
        const DocumentNode* node = root.find(name);
        return node
            && std::from_chars(node->text.data(), node->text.data() + node->text.size(), to).ec
            == std::errc{};
    };
    if (diagnostics.hasErrors() || !number("next", m_next) || !number("start_us", m_startUs))
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the kept position is damaged",
                     .object = m_config.node,
                     .hint = "Reset the pipeline, which begins with record 0.",
                     .cause = {}};
    m_intake.restoreWatermarks(root.find("watermarks"));
    return ok();
}

std::int64_t GeneratorSource::timeOf(std::int64_t index) const
{
    return m_startUs + std::int64_t(std::llround(double(index) * 1e6 / m_config.rate));
}

bool GeneratorSource::keepsToTheClock() const
{
    return m_config.isPaced && (!m_config.startUs || m_config.isPrepared);
}

// Returns how many records are due. After a long stop the backlog is not made up: time jumps.
std::size_t GeneratorSource::due(std::size_t wanted, std::int64_t nowUs)
{
    constexpr std::int64_t kLongestBacklogUs = 10'000'000;
    if (m_startUs < 0)
        m_startUs = nowUs;
    if (m_config.isPrepared && !m_isUnderWay)
        m_shiftUs = nowUs - timeOf(m_next);
    m_isUnderWay = true;
    if (!m_config.startUs && !m_config.isPrepared && timeOf(m_next) < nowUs - kLongestBacklogUs)
        m_startUs += nowUs - timeOf(m_next);
    if (m_config.limit > 0)
        wanted = std::min(wanted, std::size_t(m_config.limit - m_next));
    if (!keepsToTheClock())
        return wanted;
    const double elapsed = double(nowUs - dueUs(m_next)) * 1e-6;
    return elapsed < 0 ? 0 : std::min(wanted, std::size_t(elapsed * m_config.rate) + 1);
}

std::shared_ptr<RawRecords> GeneratorSource::make(std::int64_t first, std::size_t rows,
                                                  std::size_t bytes) const
{
    auto raw = std::make_shared<RawRecords>();
    raw->source = m_source;
    raw->partition = m_partition;
    std::string text;
    text.reserve(rows * 200);
    for (std::int64_t i = first; i < first + std::int64_t(rows) && text.size() < bytes; ++i) {
        const std::size_t start = text.size();
        m_records.append(std::uint64_t(i), timeOf(i), text);
        raw->offsets.push_back(std::uint32_t(start));
        raw->lengths.push_back(std::uint32_t(text.size() - start));
        raw->positions.push_back(i);
    }
    text.append(RawRecords::kPadding, '\0');
    raw->bytes = arrow::Buffer::FromString(std::move(text));
    return raw;
}

std::shared_ptr<RawRecords> GeneratorSource::takePrepared(std::size_t rows) const
{
    const std::int64_t at = m_next - m_firstPrepared;
    const RawRecords& chunk = *m_prepared[std::size_t(at / kPreparedRows)];
    const auto from = std::size_t(at % kPreparedRows);
    return someRecords(chunk, from, std::min(rows, chunk.size() - from));
}

Result<flow::PollOutcome> GeneratorSource::poll(const flow::PollBudget& budget,
                                                flow::SourceContext& context)
{
    if (m_config.limit > 0 && m_next >= m_config.limit)
        return flow::PollOutcome::Finished;
    m_intake.watermarks().add(*m_partition, context.clock().steadyNow());
    const std::int64_t nowUs = context.clock().wallNow().us;
    const std::size_t rows = due(budget.rows, nowUs);
    m_intake.watermarks().setCaughtUp(*m_partition, rows == 0, context.clock().steadyNow());
    if (rows == 0) {
        m_intake.publishWatermark(context);
        return flow::PollOutcome::CaughtUp;
    }
    const auto raw = m_config.isPrepared ? takePrepared(rows) : make(m_next, rows, budget.bytes);
    raw->ingestTimeUs = nowUs;
    raw->arrivalNs = context.clock().steadyNow().ns
        - (keepsToTheClock() ? std::max<std::int64_t>(0, nowUs - dueUs(m_next)) * 1000 : 0);
    m_next += std::int64_t(raw->size());
    SLUICE_TRY(m_intake.take(raw, context));
    m_intake.publishWatermark(context);
    if (!m_config.startUs)
        NodeCounters::set(context.counters().lagUs,
                          std::max<std::int64_t>(0, nowUs - dueUs(m_next)));
    return flow::PollOutcome::More;
}

std::string GeneratorSource::position() const
{
    JsonWriter json;
    json.beginObject().key("next").value(m_next).key("start_us").value(m_startUs).key("watermarks");
    m_intake.writeWatermarks(json, {*m_partition});
    json.endObject();
    return json.take();
}

} // namespace sluice::connectors
