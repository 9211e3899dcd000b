// SPDX-License-Identifier: Apache-2.0
#include "tests/semantics/worked_example.h"

#include "engine/flow/change_stream.h"
#include "engine/flow/node_registry.h"
#include "engine/formats/record_decoder.h"
#include "tests/engine/formats/raw_records_of.h"
#include "tests/semantics/example_values.h"
#include "tests/support/collecting_context.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace sluice::operators {
void registerAll(flow::NodeRegistry& registry);
}

namespace sluice::test {
namespace {

const flow::NodeRegistry& kinds()
{
    static const flow::NodeRegistry registry = [] {
        initializeColumns();
        flow::NodeRegistry out;
        operators::registerAll(out);
        return out;
    }();
    return registry;
}

std::string linesOf(std::vector<std::string> rows)
{
    std::ranges::sort(rows);
    std::string out;
    for (const std::string& row : rows)
        out += "  " + row + "\n";
    return out;
}

// What is left of changes when those that undo each other are taken away.
std::vector<std::string> netOf(const std::vector<std::string>& changes)
{
    std::map<std::string, int> counts;
    for (const std::string& row : changes) {
        const std::size_t at = row.rfind(",\"" + std::string(flow::kChangeColumn) + "\":\"");
        const std::size_t word = row.find(":\"", at) + 2;
        const bool isAway
            = flow::isRetraction(std::string_view(row).substr(word, row.size() - word - 2));
        counts[row.substr(0, at)] += isAway ? -1 : 1;
    }
    std::vector<std::string> out;
    for (const auto& [row, count] : counts)
        for (int i = 0; i < std::abs(count); ++i)
            out.push_back((count < 0 ? "- " : "+ ") + row);
    return out;
}

class Run
{
public:
    Run(const WorkedExample& example, std::size_t batchSize)
        : m_example(example)
        , m_batchSize(batchSize)
        , m_diagnostics("docs/semantics.md")
        , m_document(parseDocument(example.text, m_diagnostics))
        , m_clock(WallTime{*exampleTime("12:00")})
        , m_context(m_clock)
    {
        m_services.clock = &m_clock;
    }

    std::string findings()
    {
        if (!bind())
            return m_findings + m_diagnostics.text();
        const DocumentNode* steps = m_document.find("steps");
        if (!steps)
            return "it has no steps";
        for (const DocumentNode& step : steps->items)
            for (const auto& [word, at, value] : step.entries)
                take(word, at.line, value);
        feed();
        settle(int(m_document.at.line));
        return m_findings;
    }

private:
    struct Input
    {
        std::string name;
        formats::RecordLayout layout;
        std::shared_ptr<arrow::Schema> schema;
    };

    void note(int line, const std::string& what)
    {
        m_findings += "line " + std::to_string(m_example.line + line) + ", batches of "
            + std::to_string(m_batchSize) + ": " + what + "\n";
    }

    void addInput(const std::string& name, const DocumentNode& columns)
    {
        DocumentNode map;
        map.kind = DocumentNode::Kind::Map;
        map.entries.push_back({"schema", columns.at, columns});
        const Options options(map, formats::recordOptions());
        Input input{name, formats::readRecordLayout(options, name, m_diagnostics), nullptr};
        input.schema = input.layout.schema.arrowSchema();
        m_inputs.push_back(std::move(input));
    }

    bool bind()
    {
        if (const DocumentNode* columns = m_document.find("columns"))
            addInput("in", *columns);
        if (const DocumentNode* inputs = m_document.find("inputs"))
            for (const auto& [name, at, columns] : inputs->entries)
                addInput(name, columns);
        const DocumentNode* node = m_document.find("node");
        const DocumentNode* type = node ? node->find("type") : nullptr;
        const flow::NodeKind* kind = type ? kinds().find(type->text) : nullptr;
        if (!kind)
            m_findings += "node.type is not that of an operator\n";
        if (!kind || m_diagnostics.hasErrors())
            return false;
        checkOptions(*node, kind->options, {"type", "input"}, "node", m_diagnostics);
        const Options options(*node, kind->options);
        std::vector<flow::StreamSchema> schemas;
        std::vector<std::string> names;
        for (const Input& input : m_inputs) {
            schemas.push_back(
                {.columns = input.schema,
                 .hasEventTime = input.schema->GetFieldIndex("t") >= 0,
                 .hasRaw = true,
                 .isChangeStream = input.schema->fields().back()->name() == flow::kChangeColumn});
            names.push_back(input.name);
        }
        m_bound = kind->bind({.node = "node",
                              .map = *node,
                              .options = options,
                              .inputs = schemas,
                              .inputNames = names,
                              .services = m_services,
                              .diagnostics = m_diagnostics});
        if (m_diagnostics.hasErrors() || !m_bound.createOperator)
            return false;
        create();
        return true;
    }

    void create()
    {
        flow::CreateContext create;
        create.services = &m_services;
        create.neededColumns = flow::allColumns(*m_bound.output.columns);
        for (std::size_t i = 0; i < m_bound.rules.size(); ++i)
            create.rules.push_back(std::make_shared<flow::RuleCounters>());
        auto made = m_bound.createOperator(create);
        if (made)
            m_operator = std::move(*made);
        else
            note(0, made.error().text());
    }

    // One step: {word: value}.
    void take(const std::string& word, int line, const DocumentNode& value)
    {
        const auto input = std::ranges::find(m_inputs, word, &Input::name);
        if (input != m_inputs.end())
            return takeRows(std::size_t(input - m_inputs.begin()), line, value);
        feed();
        m_isInRun = false;
        if (word == "out")
            return eachRow(value, [&](const DocumentNode& row) {
                m_expected.push_back(expectedRow(row, *m_bound.output.columns, line));
            });
        if (word == verdictName(Verdict::Late) || word == verdictName(Verdict::DeadLetter)
            || word == verdictName(Verdict::Quarantined))
            return eachRow(value, [&](const DocumentNode& row) {
                m_expected.push_back(word + " "
                                     + expectedRow(row, *m_inputs[m_lastInput].schema, line));
            });
        settle(line);
        if (word == "watermark")
            check(line, watermark(value));
        else if (word == "clock")
            check(line, clock(value));
        else if (word == "restart")
            restart(line, value.text == "whole" ? flow::SaveKind::Whole : flow::SaveKind::Changes);
        else
            note(line, "there is no step \"" + word + "\"");
    }

    template <class F> static void eachRow(const DocumentNode& value, F f)
    {
        if (!value.isSequence())
            f(value);
        for (const DocumentNode& row : value.items)
            f(row);
    }

    std::string expectedRow(const DocumentNode& row, const arrow::Schema& schema, int line)
    {
        std::string findings;
        std::string out = exampleRow(row, schema, findings);
        if (!findings.empty())
            note(line, findings);
        return out;
    }

    void takeRows(std::size_t input, int line, const DocumentNode& value)
    {
        if (!std::exchange(m_isInRun, true))
            settle(line);
        if (input != m_lastInput)
            feed();
        m_lastInput = input;
        eachRow(value, [&](const DocumentNode& row) {
            m_waiting.push_back(expectedRow(row, *m_inputs[input].schema, line));
            if (m_waiting.size() >= m_batchSize)
                feed();
        });
    }

    void feed()
    {
        if (m_waiting.empty())
            return;
        Batch batch;
        auto raw = std::make_shared<RawRecords>(rawRecordsOf(m_waiting));
        const Input& input = m_inputs[m_lastInput];
        const auto decoder = formats::makeDecoder(input.layout, flow::allColumns(*input.schema));
        auto decoded = decoder->decode(*raw);
        m_waiting.clear();
        if (!decoded || !decoded->bad.empty())
            return note(0,
                        "a row does not fit its columns: "
                            + (decoded ? decoded->bad[0].reason : decoded.error().text()));
        batch.columns = decoded->columns;
        batch.raw = raw;
        if (const auto times = batch.columns->GetColumnByName("t")) {
            const auto data = times->data()->Copy();
            data->type = arrow::int64();
            batch.eventTimes = std::make_shared<arrow::Int64Array>(data);
        }
        check(0, m_operator->process(m_lastInput, batch, m_context));
    }

    Status watermark(const DocumentNode& value)
    {
        m_context.advanceWatermark(value.text == "end" ? EventTime::max()
                                                       : EventTime{timeOf(value)});
        return m_operator->onWatermark(m_context.watermark(), m_context);
    }

    Status clock(const DocumentNode& value)
    {
        m_clock.advance(std::chrono::microseconds(timeOf(value) - m_clock.wallNow().us));
        const auto due = m_operator->wakesAt();
        return due && *due <= m_clock.wallNow() ? m_operator->onClock(m_context) : ok();
    }

    std::int64_t timeOf(const DocumentNode& value)
    {
        const auto us = exampleTime(value.text);
        if (!us)
            note(value.at.line, "\"" + value.text + "\" is not a time");
        return us.value_or(0);
    }

    void restart(int line, flow::SaveKind wanted)
    {
        ByteWriter out;
        const auto saved = m_operator->save(out, wanted);
        if (!saved)
            return note(line, saved.error().text());
        if (*saved == flow::SaveKind::Whole)
            m_segments.clear();
        if (out.size() > 0)
            m_segments.push_back({*saved, out.take()});
        create();
        for (const auto& [kind, bytes] : m_segments) {
            ByteReader in(bytes);
            check(line, m_operator->load(in, kind));
        }
    }

    void check(int line, const Status& status)
    {
        if (!status)
            note(line, status.error().text());
    }

    // Compares what has come out since the last time with what the example says.
    void settle(int line)
    {
        std::vector<std::string> came = std::exchange(m_context.rows, {});
        std::vector<std::string> expected = std::exchange(m_expected, {});
        if (m_bound.output.isChangeStream && m_batchSize == 1) {
            came = netOf(came);
            expected = netOf(expected);
        }
        for (const CollectingContext::Reject& reject : m_context.rejects)
            came.push_back(verdictName(reject.verdict) + (" " + reject.data));
        m_context.rejects.clear();
        const std::string is = linesOf(std::move(came)), wanted = linesOf(std::move(expected));
        if (is != wanted)
            note(line, "before this line should come\n" + wanted + " but this came\n" + is);
    }

    const WorkedExample& m_example;
    const std::size_t m_batchSize;
    Diagnostics m_diagnostics;
    const DocumentNode m_document;
    ManualClock m_clock;
    CollectingContext m_context;
    flow::Services m_services;
    std::vector<Input> m_inputs;
    flow::BoundNode m_bound;
    std::unique_ptr<flow::Operator> m_operator;
    std::vector<std::pair<flow::SaveKind, std::string>> m_segments;
    std::vector<std::string> m_waiting; // rows that have not gone in yet
    std::size_t m_lastInput = 0;
    bool m_isInRun = false; // the step before was rows too
    std::vector<std::string> m_expected;
    std::string m_findings;
};

} // namespace

std::vector<WorkedExample> workedExamples(const std::string& markdown)
{
    std::vector<WorkedExample> out;
    std::string heading;
    bool isInside = false;
    int number = 0;
    std::istringstream lines(markdown);
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (isInside && line == "```")
            isInside = false;
        else if (isInside)
            out.back().text += line + "\n";
        else if (line.starts_with("#"))
            heading = line.substr(line.find_first_not_of("# "));
        else if (line == "```yaml example") {
            out.push_back({heading, number, {}});
            isInside = true;
        }
    }
    return out;
}

std::string runExample(const WorkedExample& example, std::size_t batchSize)
{
    return Run(example, batchSize).findings();
}

} // namespace sluice::test
