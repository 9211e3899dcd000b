// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/task_graph.h"

#include <algorithm>
#include <set>

namespace sluice::runtime {
namespace {

constexpr std::array kRejectVerdicts{Verdict::DeadLetter, Verdict::Late, Verdict::Quarantined};

Error withNode(Error error, const std::string& node)
{
    error.object = error.object.empty() ? node : node + ": " + error.object;
    return error;
}

} // namespace

// Builds a graph; separate so that the graph itself is immutable.
struct TaskGraph::Parts
{
    const Plan& plan;
    const RunEnvironment& env;
    RunReporter& reporter;
    TaskGraph& graph;
    int deepest = 0;

    Status addPlanned(const PlannedNode& planned)
    {
        RunNode node;
        node.name = planned.name;
        node.planned = &planned;
        node.target = planned.bound.target;
        for (std::size_t i = 0; i < planned.bound.rules.size(); ++i)
            node.rules.push_back(std::make_shared<flow::RuleCounters>());
        const flow::CreateContext context{.pipeline = plan.pipeline,
                                          .node = planned.name,
                                          .stateFolder = env.stateFolder,
                                          .services = &env.services,
                                          .neededColumns = planned.neededOutput,
                                          .rules = node.rules};
        deepest = std::max(deepest, planned.depth);
        if (Status made = makeTask(node, planned, context); !made)
            return withNode(std::move(made).takeError(), planned.name);
        node.task->setPipelineVersion(env.pipelineVersion);
        node.task->rateLimit().setRate(planned.rate);
        graph.m_nodes.push_back(std::move(node));
        return ok();
    }

    Status makeTask(RunNode& node, const PlannedNode& planned, const flow::CreateContext& context)
    {
        const Clock& clock = *env.services.clock;
        if (planned.bound.createSource) {
            SLUICE_TRY(auto source, planned.bound.createSource(context));
            if (env.replaceSource) {
                SLUICE_TRY(source, env.replaceSource(planned.name, std::move(source)));
            }
            graph.m_sources[node.name] = source.get();
            auto task = std::make_unique<SourceTask>(*env.scheduler, 0, node.name, clock, reporter,
                                                     std::move(source), env.pollBudget);
            if (env.readsOnlyKept)
                task->readsOnlyKept();
            node.source = task.get();
            node.task = std::move(task);
        } else if (planned.bound.createOperator) {
            SLUICE_TRY(auto op, planned.bound.createOperator(context));
            graph.m_inner[node.name] = op.get();
            auto task
                = std::make_unique<OperatorTask>(*env.scheduler, planned.depth, node.name, clock,
                                                 reporter, std::move(op), planned.bound.repeat);
            node.inner = task.get();
            node.task = std::move(task);
        } else {
            SLUICE_TRY(node.sink, planned.bound.createSink(context));
            node.task = std::make_unique<SinkTask>(*env.scheduler, planned.depth, node.name, clock,
                                                   reporter, *node.sink);
        }
        return ok();
    }

    Status addRejectSink(Verdict verdict)
    {
        std::vector<std::size_t> writers;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            if (plan.nodes[i].bound.rejects.contains(verdict))
                writers.push_back(i);
        }
        if (writers.empty())
            return ok();
        RunNode node;
        node.name = verdictName(verdict);
        node.rejects = verdict;
        node.target = rejectTable(verdict, plan.pipeline);
        const flow::CreateContext context{.pipeline = plan.pipeline,
                                          .node = node.name,
                                          .stateFolder = env.stateFolder,
                                          .services = &env.services,
                                          .neededColumns = {},
                                          .rules = {}};
        if (auto sink = env.makeRejectSink(verdict, context))
            node.sink = std::move(*sink);
        else
            return withNode(std::move(sink).takeError(), node.name);
        auto task = std::make_unique<SinkTask>(*env.scheduler, deepest + 1, node.name,
                                               *env.services.clock, reporter, *node.sink);
        for (std::size_t input = 0; input < writers.size(); ++input) {
            RunNode& writer = graph.m_nodes[writers[input]];
            EdgeQueue* queue = connect(writer, node.name, *task, input, true);
            task->addInput(queue);
            routes[writers[input]].byVerdict[std::size_t(verdict)] = queue;
        }
        node.task = std::move(task);
        graph.m_nodes.push_back(std::move(node));
        return ok();
    }

    EdgeQueue* connect(RunNode& from, const std::string& to, Task& reader, std::size_t input,
                       bool isReject)
    {
        RunEdge edge{from.name, to, isReject,
                     std::make_unique<EdgeQueue>(from.task.get(), &reader, input)};
        EdgeQueue* queue = edge.queue.get();
        if (env.watchEdge)
            queue->watch([watch = env.watchEdge, writer = from.name, to](const Message& message) {
                watch(writer, to, message);
            });
        graph.m_edges.push_back(std::move(edge));
        return queue;
    }

    // The nodes that rows which come to a node can come to, itself among them.
    std::set<std::string> reached(std::size_t from) const
    {
        std::set<std::size_t> all{from};
        for (std::size_t i = from + 1; i < plan.nodes.size(); ++i) // inputs come before readers
            for (const std::size_t input : plan.nodes[i].inputs)
                if (all.contains(input))
                    all.insert(i);
        std::set<std::string> names;
        for (const std::size_t node : all)
            names.insert(plan.nodes[node].name);
        return names;
    }

    void connectPlanned()
    {
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            auto* reader = dynamic_cast<InnerTask*>(graph.m_nodes[i].task.get());
            for (std::size_t input = 0; input < plan.nodes[i].inputs.size(); ++input) {
                RunNode& writer = graph.m_nodes[plan.nodes[i].inputs[input]];
                EdgeQueue* queue = connect(writer, plan.nodes[i].name, *reader, input, false);
                writer.task->addOutput(queue, plan.nodes[i].branches[input], reached(i));
                reader->addInput(queue);
            }
        }
    }

    // The sources behind a node, by index in the plan.
    std::set<std::size_t> sourcesOf(std::size_t node) const
    {
        std::set<std::size_t> out;
        for (const std::size_t input : plan.nodes[node].inputs) {
            if (graph.m_nodes[input].source)
                out.insert(input);
            out.merge(sourcesOf(input));
        }
        return out;
    }
    void alignSources()
    {
        for (std::size_t node = 0; node < plan.nodes.size(); ++node) {
            const auto& maxDrift = plan.nodes[node].bound.maxDrift;
            const std::set<std::size_t> sources
                = maxDrift ? sourcesOf(node) : std::set<std::size_t>();
            std::vector<const SourceProgress*> members;
            for (const std::size_t source : sources)
                members.push_back(&graph.m_nodes[source].source->progress());
            const auto alignment
                = std::make_shared<const Alignment>(maxDrift.value_or(Micros(0)), members);
            for (const std::size_t source : sources)
                graph.m_nodes[source].source->alignWith(alignment);
        }
    }

    std::map<std::size_t, RejectRoutes> routes;
};

Result<std::unique_ptr<TaskGraph>> TaskGraph::build(const Plan& plan, const RunEnvironment& env,
                                                    RunReporter& reporter)
{
    std::unique_ptr<TaskGraph> graph(new TaskGraph);
    graph->m_nodes.reserve(plan.nodes.size() + kRejectVerdicts.size());
    Parts parts{.plan = plan, .env = env, .reporter = reporter, .graph = *graph, .routes = {}};
    for (const PlannedNode& planned : plan.nodes)
        SLUICE_TRY(parts.addPlanned(planned));
    parts.connectPlanned();
    parts.alignSources();
    for (const Verdict verdict : kRejectVerdicts)
        SLUICE_TRY(parts.addRejectSink(verdict));
    for (const auto& [index, routes] : parts.routes)
        graph->m_nodes[index].task->setRejectRoutes(routes);
    return graph;
}

TaskGraph::~TaskGraph()
{
    retireAll();
}

flow::Source* TaskGraph::source(const std::string& node) const
{
    const auto found = m_sources.find(node);
    return found == m_sources.end() ? nullptr : found->second;
}

flow::Operator* TaskGraph::inner(const std::string& node) const
{
    const auto found = m_inner.find(node);
    return found == m_inner.end() ? nullptr : found->second;
}

void TaskGraph::wakeAll()
{
    for (RunNode& node : m_nodes)
        node.task->wake();
}

void TaskGraph::retireAll()
{
    if (m_isRetired)
        return;
    m_isRetired = true;
    for (RunNode& node : m_nodes)
        node.task->retire();
}

} // namespace sluice::runtime
