// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/runtime/fake_nodes.h"

#include "engine/columns/batch.h"

#include <charconv>
#include <thread>

#include <arrow/builder.h>

#include <QTest>

namespace sluice::test {
namespace {

const std::shared_ptr<arrow::Schema> kSchema = arrow::schema({arrow::field("n", arrow::int64())});

std::int64_t toNumber(const std::string& text)
{
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

Batch batchOf(const std::vector<std::int64_t>& numbers, std::int64_t arrivalNs = 1)
{
    arrow::Int64Builder builder;
    if (!builder.AppendValues(numbers).ok())
        return {};
    Batch batch;
    auto column = *builder.Finish();
    batch.columns = arrow::RecordBatch::Make(kSchema, std::int64_t(numbers.size()), {column});
    batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(column);
    batch.arrivalNs = arrivalNs;
    return batch;
}

std::vector<std::int64_t> numbersOf(const Batch& batch)
{
    const auto& column = static_cast<const arrow::Int64Array&>(*batch.columns->column(0));
    return {column.raw_values(), column.raw_values() + column.length()};
}

class NumbersSource final : public flow::Source
{
public:
    NumbersSource(std::int64_t count, std::int64_t rejects)
        : m_count(count)
        , m_rejects(rejects)
    {
    }
    Status open(const std::optional<std::string>& position) override
    {
        m_next = position ? toNumber(*position) : 0;
        return ok();
    }
    Result<flow::PollOutcome> poll(const flow::PollBudget&, flow::SourceContext& context) override
    {
        auto raw = std::make_shared<RawRecords>();
        raw->source = std::make_shared<const std::string>("numbers");
        raw->partition = std::make_shared<const std::string>("0");
        raw->bytes = std::make_shared<arrow::Buffer>("x");
        std::vector<std::int64_t> good;
        for (int i = 0; i < 10 && m_next < m_count; ++i, ++m_next) {
            raw->offsets.push_back(0);
            raw->lengths.push_back(1);
            raw->positions.push_back(m_next);
            if (m_rejects > 0 && m_next % m_rejects == 0)
                context.rejectRecord(raw, std::uint32_t(raw->size() - 1), Verdict::DeadLetter,
                                     {.message = "a multiple"});
            else
                good.push_back(m_next);
        }
        context.emit(batchOf(good, context.clock().steadyNow().ns));
        context.advanceWatermark({m_next - 1});
        return m_next < m_count ? flow::PollOutcome::More : flow::PollOutcome::Finished;
    }
    std::string position() const override { return std::to_string(m_next); }

private:
    std::int64_t m_count, m_rejects, m_next = 0;
};

class Add final : public flow::Operator
{
public:
    explicit Add(std::int64_t by)
        : m_by(by)
    {
    }
    Status process(std::size_t, const Batch& batch, flow::NodeContext& context) override
    {
        std::vector<std::int64_t> numbers = numbersOf(batch);
        for (std::int64_t& number : numbers) {
            if (m_by == 666 && number == 500)
                return Error{.code = ErrorCode::StorageFailed, .message = "the number is 500"};
            number += m_by;
        }
        context.emit(batchOf(numbers, batch.arrivalNs));
        return ok();
    }

private:
    std::int64_t m_by;
};

class RunningSum final : public flow::Operator
{
public:
    Status process(std::size_t, const Batch& batch, flow::NodeContext& context) override
    {
        for (const std::int64_t number : numbersOf(batch))
            m_sum += number;
        NodeCounters::add(context.counters().merged, std::uint64_t(batch.rows()));
        NodeCounters::add(context.counters().created, 1);
        context.emit(batchOf({m_sum}, batch.arrivalNs));
        return ok();
    }
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override
    {
        // A change is the difference, so that a lost or repeated piece shows in the sum.
        out.i64(wanted == flow::SaveKind::Whole ? m_sum : m_sum - m_saved);
        m_saved = m_sum;
        return wanted;
    }
    Status load(ByteReader& in, flow::SaveKind kind) override
    {
        m_sum = kind == flow::SaveKind::Whole ? in.i64() : m_sum + in.i64();
        m_saved = m_sum;
        return ok();
    }

private:
    std::int64_t m_sum = 0, m_saved = 0;
};

class Split final : public flow::Operator
{
public:
    Status process(std::size_t, const Batch& batch, flow::NodeContext& context) override
    {
        for (const std::int64_t rest : {0, 1}) {
            std::vector<std::int64_t> numbers = numbersOf(batch);
            std::erase_if(numbers, [&](std::int64_t number) { return number % 2 != rest; });
            context.emitTo(std::size_t(rest), batchOf(numbers, batch.arrivalNs));
        }
        return ok();
    }
};

class Join final : public flow::Operator
{
public:
    Status process(std::size_t, const Batch& batch, flow::NodeContext& context) override
    {
        context.emit(batch);
        return ok();
    }
};

class StoreSink final : public flow::Sink
{
public:
    StoreSink(FakeStore& store, std::string name)
        : m_store(store)
        , m_name(std::move(name))
    {
    }
    Status open() override { return ok(); }
    Status write(const Batch& batch, flow::NodeContext&) override
    {
        m_store.isSlow.wait(true);
        const bool isReject = batch.columns->num_columns() > 1;
        const auto column = batch.columns->column(isReject ? 3 : 0);
        const auto& numbers = static_cast<const arrow::Int64Array&>(*column);
        for (std::int64_t i = 0; i < numbers.length(); ++i)
            m_open += std::to_string(numbers.Value(i)) + " ";
        m_rows += batch.rows();
        return ok();
    }
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override
    {
        flow::SealedEpoch sealed{epoch, std::exchange(m_open, {}), std::exchange(m_rows, 0), 0};
        return sealed;
    }
    Status makeDurable(const flow::SealedEpoch&) override { return ok(); }
    Status commit(const flow::SealedEpoch& sealed) override
    {
        if (m_store.failsCommits > 0) {
            --m_store.failsCommits;
            return Error{.code = ErrorCode::StorageFull, .message = "no space"};
        }
        const std::lock_guard lock(m_store.mutex);
        if (m_store.committed[m_name] >= sealed.epoch)
            return ok();
        m_store.committed[m_name] = sealed.epoch;
        std::size_t from = 0;
        for (std::size_t to = 0; (to = sealed.entry.find(' ', from)) != std::string::npos;
             from = to + 1)
            m_store.visible[m_name].push_back(toNumber(sealed.entry.substr(from, to - from)));
        return ok();
    }
    flow::Epoch committedEpoch() const override
    {
        const std::lock_guard lock(m_store.mutex);
        const auto found = m_store.committed.find(m_name);
        return found == m_store.committed.end() ? 0 : found->second;
    }
    std::string target() const override { return m_name; }

private:
    FakeStore& m_store;
    std::string m_name;
    std::string m_open;
    std::int64_t m_rows = 0;
};

flow::NodeKind operatorKind(std::string name, int maxInputs,
                            std::function<std::unique_ptr<flow::Operator>(std::int64_t)> make)
{
    flow::NodeKind kind{.name = std::move(name), .maxInputs = maxInputs};
    kind.options = {{.name = "by", .type = OptionType::Integer, .defaultValue = "0"}};
    kind.bind = [make](const flow::BindContext& context) {
        flow::BoundNode bound;
        bound.output = {kSchema, true, false};
        bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet{"n"}; };
        const std::int64_t by = context.options.integer("by");
        bound.createOperator
            = [make, by](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
            return make(by);
        };
        return bound;
    };
    return kind;
}

} // namespace

flow::NodeRegistry fakeRegistry(FakeStore& store)
{
    flow::NodeRegistry registry;
    flow::NodeKind numbers{.name = "numbers",
                           .category = flow::NodeCategory::Source,
                           .minInputs = 0,
                           .maxInputs = 0};
    numbers.options = {{.name = "count", .type = OptionType::Integer, .isRequired = true},
                       {.name = "rejects", .type = OptionType::Integer, .defaultValue = "0"}};
    numbers.bind = [](const flow::BindContext& context) {
        flow::BoundNode bound;
        bound.output = {kSchema, true, true};
        bound.rejects = {Verdict::DeadLetter};
        const std::int64_t count = context.options.integer("count");
        const std::int64_t rejects = context.options.integer("rejects");
        bound.createSource =
            [count, rejects](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Source>> {
            return std::unique_ptr<flow::Source>(new NumbersSource(count, rejects));
        };
        return bound;
    };
    registry.add(numbers);
    registry.add(operatorKind("add", 1, [](std::int64_t by) { return std::make_unique<Add>(by); }));
    registry.add(operatorKind("running_sum", 1,
                              [](std::int64_t) { return std::make_unique<RunningSum>(); }));
    flow::NodeKind split
        = operatorKind("split", 1, [](std::int64_t) { return std::make_unique<Split>(); });
    split.bind = [plain = split.bind](const flow::BindContext& context) {
        flow::BoundNode bound = plain(context);
        bound.branches = {"even", "odd"};
        return bound;
    };
    registry.add(split);
    registry.add(operatorKind("join", -1, [](std::int64_t) { return std::make_unique<Join>(); }));
    flow::NodeKind pair
        = operatorKind("pair", 2, [](std::int64_t) { return std::make_unique<RunningSum>(); });
    pair.bind = [plain = pair.bind](const flow::BindContext& context) {
        flow::BoundNode bound = plain(context);
        bound.neededInput = nullptr;
        bound.neededOfInput
            = [](const flow::ColumnSet&, std::size_t) { return flow::ColumnSet{"n"}; };
        return bound;
    };
    registry.add(pair);
    flow::NodeKind sink{.name = "store", .category = flow::NodeCategory::Sink};
    sink.bind = [&store](const flow::BindContext& context) {
        flow::BoundNode bound;
        bound.target = context.node;
        bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet{"n"}; };
        bound.createSink
            = [&store](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
            return std::unique_ptr<flow::Sink>(new StoreSink(store, create.node));
        };
        return bound;
    };
    registry.add(sink);
    return registry;
}

flow::Services fakeServices()
{
    flow::Services services;
    services.clock = &systemClock();
    return services;
}

runtime::RunEnvironment fakeEnvironment(FakeStore& store, runtime::Scheduler& scheduler,
                                        const std::string& stateFolder)
{
    runtime::RunEnvironment environment;
    environment.scheduler = &scheduler;
    environment.services = fakeServices();
    environment.stateFolder = stateFolder;
    environment.makeRejectSink
        = [&store](Verdict verdict,
                   const flow::CreateContext& context) -> Result<std::unique_ptr<flow::Sink>> {
        return std::unique_ptr<flow::Sink>(
            new StoreSink(store, runtime::rejectTable(verdict, context.pipeline)));
    };
    return environment;
}

runtime::Plan planOf(const std::string& text, FakeStore& store)
{
    Diagnostics diagnostics("test.yaml");
    runtime::Plan plan = runtime::planPipeline(text, "test.yaml", fakeRegistry(store),
                                               fakeServices(), diagnostics);
    // The registry is gone with this call: runs use what was bound, not the kinds.
    for (runtime::PlannedNode& node : plan.nodes)
        node.kind = nullptr;
    if (diagnostics.hasErrors())
        qFatal("%s", diagnostics.text().c_str());
    return plan;
}

} // namespace sluice::test
