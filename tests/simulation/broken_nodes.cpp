// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/broken_nodes.h"

#include "engine/base/durable_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/sealed_files.h"
#include "tests/support/collecting_context.h"

#include <filesystem>

namespace sluice::test {
namespace {

class ForgetfulOperator final : public flow::Operator
{
public:
    ForgetfulOperator(std::unique_ptr<flow::Operator> inner, const flow::CreateContext&)
        : m_inner(std::move(inner))
    {
    }
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override
    {
        return m_inner->process(input, batch, context);
    }
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override
    {
        return m_inner->onWatermark(watermark, context);
    }
    EventTime outputWatermark(EventTime input) const override
    {
        return m_inner->outputWatermark(input);
    }
    std::optional<WallTime> wakesAt() const override { return m_inner->wakesAt(); }
    Status onClock(flow::NodeContext& context) override { return m_inner->onClock(context); }
    Result<flow::SaveKind> save(ByteWriter& writer, flow::SaveKind wanted) override
    {
        if (wanted == flow::SaveKind::Whole)
            return m_inner->save(writer, wanted);
        ByteWriter lost;
        SLUICE_TRY(m_inner->save(lost, wanted));
        return flow::SaveKind::Changes;
    }
    Status load(ByteReader& reader, flow::SaveKind kind) override
    {
        return m_inner->load(reader, kind);
    }

private:
    std::unique_ptr<flow::Operator> m_inner;
};

class HastySource final : public flow::Source
{
public:
    HastySource(std::unique_ptr<flow::Source> inner, const flow::CreateContext& create)
        : m_inner(std::move(inner))
        , m_clock(*create.services->clock)
    {
    }
    Status open(const std::optional<std::string>& position) override
    {
        SLUICE_TRY(m_inner->open(position));
        CollectingContext lost(m_clock);
        if (position)
            SLUICE_TRY(m_inner->poll({.rows = 5}, lost));
        return ok();
    }
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override
    {
        return m_inner->poll(budget, context);
    }
    std::string position() const override { return m_inner->position(); }

private:
    std::unique_ptr<flow::Source> m_inner;
    const Clock& m_clock;
};

// Hands everything on; what is broken overrides one step.
class BrokenSink : public flow::Sink
{
public:
    explicit BrokenSink(std::unique_ptr<flow::Sink> inner)
        : m_inner(std::move(inner))
    {
    }
    Status open() override { return m_inner->open(); }
    Status write(const Batch& batch, flow::NodeContext& context) override
    {
        return m_inner->write(batch, context);
    }
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override { return m_inner->seal(epoch); }
    Status makeDurable(const flow::SealedEpoch& sealed) override
    {
        return m_inner->makeDurable(sealed);
    }
    Status commit(const flow::SealedEpoch& sealed) override { return m_inner->commit(sealed); }
    flow::Epoch committedEpoch() const override { return m_inner->committedEpoch(); }
    std::string target() const override { return m_inner->target(); }

private:
    std::unique_ptr<flow::Sink> m_inner;
};

// A table takes a file of one name once, so what is committed again gets another name.
class RepeatingSink final : public BrokenSink
{
public:
    RepeatingSink(std::unique_ptr<flow::Sink> inner, const flow::CreateContext& create)
        : BrokenSink(std::move(inner))
        , m_lakeFolder(create.services->lakeFolder)
        , m_clock(*create.services->clock)
    {
    }
    Status commit(const flow::SealedEpoch& sealed) override
    {
        const bool isRepeated = committedEpoch() >= sealed.epoch;
        SLUICE_TRY(BrokenSink::commit(sealed));
        return isRepeated ? commitAgain(sealed) : ok();
    }

private:
    Status commitAgain(const flow::SealedEpoch& sealed)
    {
        SLUICE_TRY(const lake::SealedFiles files, lake::parseSealed(sealed.entry));
        SLUICE_TRY(const std::string folder, lake::tableFolder(m_lakeFolder, target()));
        lake::Commit commit;
        commit.info = lake::CommitInfo{};
        for (lake::AddFile file : files.files) {
            const std::string name = "again-" + file.path;
            std::filesystem::copy_file(folder + "/" + file.path, folder + "/" + name,
                                       std::filesystem::copy_options::overwrite_existing);
            SLUICE_TRY(syncFile(folder + "/" + name));
            SLUICE_TRY(syncFolder(folder));
            file.path = name;
            commit.adds.push_back(file);
        }
        if (commit.adds.empty())
            return ok();
        const lake::DeltaLog log(folder);
        SLUICE_TRY(lake::Snapshot head, log.load());
        SLUICE_TRY(lake::commitTo(log, head, commit, m_clock));
        return ok();
    }

    const std::string m_lakeFolder;
    const Clock& m_clock;
};

class NegligentSink final : public BrokenSink
{
public:
    NegligentSink(std::unique_ptr<flow::Sink> inner, const flow::CreateContext&)
        : BrokenSink(std::move(inner))
    {
    }
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override
    {
        m_hasSealed = true;
        return BrokenSink::seal(epoch);
    }
    Status commit(const flow::SealedEpoch& sealed) override
    {
        return m_hasSealed ? BrokenSink::commit(sealed) : ok();
    }

private:
    bool m_hasSealed = false; // in this life
};

template <class Broken, class Node>
void breakWith(std::function<Result<std::unique_ptr<Node>>(const flow::CreateContext&)>& create)
{
    if (!create)
        return;
    create = [whole = std::move(create)](
                 const flow::CreateContext& context) -> Result<std::unique_ptr<Node>> {
        SLUICE_TRY(std::unique_ptr<Node> node, whole(context));
        return std::unique_ptr<Node>(std::make_unique<Broken>(std::move(node), context));
    };
}

} // namespace

void loseStateChanges(runtime::Plan& plan)
{
    for (runtime::PlannedNode& node : plan.nodes)
        breakWith<ForgetfulOperator>(node.bound.createOperator);
}

void savePositionsAhead(runtime::Plan& plan)
{
    for (runtime::PlannedNode& node : plan.nodes)
        breakWith<HastySource>(node.bound.createSource);
}

void commitTwice(runtime::Plan& plan)
{
    for (runtime::PlannedNode& node : plan.nodes)
        breakWith<RepeatingSink>(node.bound.createSink);
}

void leaveEpochsUnfinished(runtime::Plan& plan)
{
    for (runtime::PlannedNode& node : plan.nodes)
        breakWith<NegligentSink>(node.bound.createSink);
}

} // namespace sluice::test
