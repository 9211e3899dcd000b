// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/union.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

namespace sluice::operators {
namespace {

flow::BoundNode bindUnion(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    const arrow::Schema& first = *bound.output.columns;
    const DocumentNode* input = context.map.find("input");
    const TextPosition at = input ? input->at : context.map.at;
    for (std::size_t i = 1; i < context.inputs.size(); ++i) {
        const flow::StreamSchema& other = context.inputs[i];
        bound.output.hasEventTime = bound.output.hasEventTime && other.hasEventTime;
        bound.output.hasRaw = bound.output.hasRaw && other.hasRaw;
        for (const auto& field : first.fields()) {
            const auto same = other.columns->GetFieldByName(field->name());
            if (!same)
                context.error("input", at,
                              "\"" + context.inputNames[i] + "\" has no column \"" + field->name()
                                  + "\"",
                              "select the same columns before the union");
            else if (!same->type()->Equals(*field->type()))
                context.error("input", at,
                              "column \"" + field->name() + "\" is " + typeName(*field->type())
                                  + " in \"" + context.inputNames[0] + "\" and "
                                  + typeName(*same->type()) + " in \"" + context.inputNames[i]
                                  + "\"",
                              "derive it as CAST(" + field->name() + " AS ...)");
        }
    }
    bound.summary = std::to_string(context.inputs.size()) + " inputs";
    bound.maxDrift = context.options.durationIfSet("max_drift");
    bound.neededInput = [](const flow::ColumnSet& needed) { return needed; };
    bound.createOperator
        = [names = flow::columnNames(first)](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        std::vector<std::string> needed;
        for (const std::string& name : names)
            if (create.neededColumns.contains(name))
                needed.push_back(name);
        return std::unique_ptr<flow::Operator>(std::make_unique<Union>(std::move(needed)));
    };
    return bound;
}

} // namespace

flow::NodeKind Union::kind()
{
    return {.name = "union",
            .title = "Union",
            .help = "Puts the rows of several inputs with the same columns into one stream.",
            .category = flow::NodeCategory::Transform,
            .minInputs = 2,
            .maxInputs = -1,
            .options
            = {{.name = "max_drift",
                .type = OptionType::Duration,
                .min = "1ms",
                .help = "The sources behind the inputs do not run further ahead of the "
                        "slowest, in event time, than this; one that is idle holds nobody."}},
            .bind = bindUnion};
}

Status Union::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(auto columns, pickColumns(*batch.columns, m_columns));
    context.emit(withColumns(batch, std::move(columns)));
    return ok();
}

} // namespace sluice::operators
