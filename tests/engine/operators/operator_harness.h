// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/types.h"
#include "engine/flow/node_kind.h"
#include "engine/formats/record_decoder.h"
#include "tests/engine/formats/raw_records_of.h"
#include "tests/support/collecting_context.h"

#include <QtGlobal>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sluice::test {

/// Tables for lookups, held in memory.
class MemoryTables final : public flow::TableCatalog
{
public:
    Result<std::shared_ptr<arrow::Schema>> tableSchema(const std::string& table) const override
    {
        const auto found = contents.find(table);
        if (found == contents.end())
            return Error{.code = ErrorCode::NotFound,
                         .message = "there is no table " + table,
                         .object = table,
                         .hint = {},
                         .cause = {}};
        return found->second.schema;
    }
    Result<flow::TableContent> readTable(const std::string& table) const override
    {
        ++reads;
        return contents.at(table);
    }
    std::map<std::string, flow::TableContent> contents;
    mutable int reads = 0;
};

/// Runs one operator over JSON records: binds it from YAML as the planner would, feeds rows, keeps
/// what it emits. A column "t" of type timestamp is the event time.
class OperatorHarness
{
public:
    OperatorHarness(flow::NodeKind kind, const std::string& yaml, const std::string& schema,
                    std::size_t inputs = 1)
        : diagnostics("test.yaml")
        , m_kind(std::move(kind))
    {
        initializeColumns();
        services.clock = &systemClock();
        services.tables = &tables;
        m_layouts.assign(inputs, layoutOf(schema));
        m_yaml = yaml;
    }
    /// Gives one input columns of its own.
    void setInput(std::size_t input, const std::string& schema)
    {
        m_layouts[input] = layoutOf(schema);
    }

    /// Binds and makes the operator; false when the document is wrong (see diagnostics).
    bool start()
    {
        m_map = parseDocument(m_yaml, diagnostics);
        checkOptions(m_map, m_kind.options, {"type", "input"}, "op", diagnostics);
        const Options options(m_map, m_kind.options);
        std::vector<flow::StreamSchema> inputs;
        for (const formats::RecordLayout& layout : m_layouts) {
            const bool isChanges = isChangeStream || changeInputs.contains(inputs.size());
            inputs.push_back({.columns = layout.schema.arrowSchema(),
                              .hasEventTime = layout.schema.find("t") != nullptr,
                              .hasRaw = true,
                              .isChangeStream = isChanges});
        }
        bound = m_kind.bind({.node = "op",
                             .map = m_map,
                             .options = options,
                             .inputs = inputs,
                             .inputNames = std::vector<std::string>(inputs.size(), "in"),
                             .services = services,
                             .diagnostics = diagnostics});
        if (diagnostics.hasErrors() || !bound.createOperator)
            return false;
        restart();
        return true;
    }
    /// Makes the operator anew, without state.
    void restart()
    {
        flow::CreateContext create;
        create.services = &services;
        create.neededColumns = flow::allColumns(*bound.output.columns);
        counters.clear();
        for (std::size_t i = 0; i < bound.rules.size(); ++i)
            counters.push_back(std::make_shared<flow::RuleCounters>());
        create.rules = counters;
        auto made = bound.createOperator(create);
        if (!made)
            qFatal("%s", made.error().text().c_str());
        op = std::move(*made);
    }

    Batch batch(const std::vector<std::string>& records, std::size_t input = 0) const
    {
        auto raw = std::make_shared<RawRecords>(rawRecordsOf(records));
        const auto decoder
            = formats::makeDecoder(m_layouts[input],
                                   flow::allColumns(*m_layouts[input].schema.arrowSchema()));
        auto decoded = decoder->decode(*raw);
        if (!decoded || !decoded->bad.empty())
            qFatal("the test's record does not fit its schema: %s",
                   decoded ? decoded->bad[0].reason.c_str() : "");
        Batch out;
        out.columns = decoded->columns;
        out.raw = raw;
        if (const auto times = out.columns->GetColumnByName("t")) {
            const auto data = times->data()->Copy();
            data->type = arrow::int64();
            out.eventTimes = std::make_shared<arrow::Int64Array>(data);
        }
        return out;
    }
    Status feed(const std::vector<std::string>& records, std::size_t input = 0)
    {
        return op->process(input, batch(records, input), context);
    }
    /// Moves the watermark; seconds since the epoch.
    Status watermark(double seconds)
    {
        context.advanceWatermark(EventTime{std::int64_t(seconds * 1e6)});
        return op->onWatermark(context.watermark(), context);
    }
    /// Saves the state and loads it into a new operator, as a restart does.
    bool saveAndRestart(flow::SaveKind kind)
    {
        ByteWriter out;
        const auto saved = op->save(out, kind);
        if (!saved)
            return false;
        if (out.size() > 0)
            m_segments.push_back({*saved, out.take()});
        if (*saved == flow::SaveKind::Whole)
            m_segments.erase(m_segments.begin(), m_segments.end() - 1);
        restart();
        for (const auto& [segmentKind, bytes] : m_segments) {
            ByteReader in(bytes);
            if (!op->load(in, segmentKind) || !in.atEnd())
                return false;
        }
        return true;
    }
    /// The size of what the last saveAndRestart() saved.
    std::size_t savedBytes() const { return m_segments.back().second.size(); }
    std::string takeRows()
    {
        std::string out = context.joined();
        context.rows.clear();
        return out;
    }

    static formats::RecordLayout layoutOf(const std::string& schema)
    {
        Diagnostics diagnostics;
        const DocumentNode map = parseDocument("{schema: " + schema + "}", diagnostics);
        const Options options(map, formats::recordOptions());
        auto layout = formats::readRecordLayout(options, "in", diagnostics);
        if (diagnostics.hasErrors())
            qFatal("%s", diagnostics.text().c_str());
        return layout;
    }

    bool isChangeStream = false;        // what the inputs are; before start()
    std::set<std::size_t> changeInputs; // or some of them
    flow::Services services;
    MemoryTables tables;
    Diagnostics diagnostics;
    flow::BoundNode bound;
    std::unique_ptr<flow::Operator> op;
    std::vector<std::shared_ptr<flow::RuleCounters>> counters;
    ManualClock clock{WallTime{1'767'225'600'000'000}}; // 2026; what the context shows
    CollectingContext context{clock};

private:
    flow::NodeKind m_kind;
    std::vector<formats::RecordLayout> m_layouts; // by input
    DocumentNode m_map;
    std::string m_yaml;
    std::vector<std::pair<flow::SaveKind, std::string>> m_segments;
};

} // namespace sluice::test
