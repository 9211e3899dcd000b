// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/expect.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <set>

namespace sluice::operators {
namespace {

const std::vector<std::string> kActions{"warn", "drop", "quarantine", "fail"};

OnFail actionNamed(const std::string& name)
{
    const auto at = std::ranges::find(kActions, name);
    return at == kActions.end() ? OnFail::Warn : OnFail(at - kActions.begin());
}

std::vector<OptionSpec> expectOptions()
{
    return {{.name = "rules",
             .type = OptionType::ListOf,
             .isRequired = true,
             .help = "What every row should keep to.",
             .fields
             = {{.name = "name", .isRequired = true, .help = "A word for tables and charts."},
                {.name = "check",
                 .type = OptionType::Expression,
                 .isRequired = true,
                 .help = "A condition that a good row makes true."},
                {.name = "on_fail",
                 .type = OptionType::Choice,
                 .defaultValue = "warn",
                 .choices = kActions,
                 .help
                 = "warn counts, drop discards, quarantine keeps aside, fail stops the pipeline."},
                {.name = "nulls",
                 .type = OptionType::Choice,
                 .defaultValue = "fail",
                 .choices = {"fail", "pass"},
                 .help = "What an unknown answer (null) counts as."}}}};
}

flow::BoundNode bindExpect(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    const DocumentNode* list = context.options.node("rules");
    if (!list || !list->isSequence())
        return bound;
    std::vector<ExpectRule> rules;
    std::set<std::string> names;
    flow::ColumnSet read;
    bound.rejects.insert(Verdict::DeadLetter);
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const DocumentNode& item = list->items[i];
        const std::vector<OptionSpec> fields = expectOptions().front().fields;
        const Options options(item, fields);
        const DocumentNode* check = options.node("check");
        const std::string name = options.text("name");
        if (!check || name.empty())
            continue; // reported with its place already
        const std::string path = context.node + ".rules." + name;
        if (!names.insert(name).second)
            context.error("rules." + name, options.at("name"), "another rule has this name");
        const auto condition
            = expr::compileCondition(*check, *bound.output.columns, path, context.diagnostics);
        if (condition) {
            const flow::ColumnSet columns = columnsOf(*condition, *bound.output.columns);
            read.insert(columns.begin(), columns.end());
        }
        const std::string action = options.text("on_fail");
        bound.rules.push_back({name, check->text, action});
        rules.push_back({name, *check, actionNamed(action), options.text("nulls") == "pass"});
        if (rules.back().onFail == OnFail::Quarantine)
            bound.rejects.insert(Verdict::Quarantined);
    }
    bound.summary = std::to_string(rules.size()) + (rules.size() == 1 ? " rule" : " rules");
    bound.neededInput = [read](const flow::ColumnSet& needed) {
        flow::ColumnSet all = needed;
        all.insert(read.begin(), read.end());
        return all;
    };
    bound.createOperator
        = [rules](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        return std::unique_ptr<flow::Operator>(std::make_unique<Expect>(rules, create.rules));
    };
    return bound;
}

} // namespace

flow::NodeKind Expect::kind()
{
    return {.name = "expect",
            .title = "Expectations",
            .help = "Checks rules on every row and warns, drops, quarantines or stops.",
            .category = flow::NodeCategory::Quality,
            .options = expectOptions(),
            .bind = bindExpect};
}

// Per row: the strictest rule that it broke, and which it was.
struct Expect::Verdicts
{
    std::vector<std::int8_t> action; // -1 = none
    std::vector<std::uint32_t> rule;
    bool hasOut = false; // some row does not go on
};

Expect::Expect(std::vector<ExpectRule> rules,
               std::vector<std::shared_ptr<flow::RuleCounters>> counters)
{
    for (std::size_t i = 0; i < rules.size(); ++i)
        m_rules.push_back(
            {rules[i], LateExpression(rules[i].check),
             i < counters.size() ? counters[i] : std::make_shared<flow::RuleCounters>()});
}

Status Expect::judge(Rule& rule, const Batch& batch, Verdicts& verdicts)
{
    SLUICE_TRY(const expr::Expression* check, rule.check.over(batch.columns->schema()));
    expr::EvalErrors errors; // a check that cannot be computed has no true answer: it fails
    SLUICE_TRY(const expr::Mask mask, check->evaluateMask(*batch.columns, errors));
    const bool passesNull = rule.rule.passesNull;
    std::uint64_t failed = 0;
    if (mask.trueCount < batch.rows()) {
        const auto index = std::uint32_t(&rule - m_rules.data());
        const auto action = std::int8_t(rule.rule.onFail);
        for (std::int64_t row = 0; row < batch.rows(); ++row) {
            if (mask.isTrue->Value(row) || (passesNull && mask.isNull && mask.isNull->Value(row)))
                continue;
            ++failed;
            if (action > verdicts.action[std::size_t(row)]) {
                verdicts.action[std::size_t(row)] = action;
                verdicts.rule[std::size_t(row)] = index;
            }
        }
        verdicts.hasOut = verdicts.hasOut || (failed > 0 && rule.rule.onFail != OnFail::Warn);
    }
    rule.counters->failed.fetch_add(failed, std::memory_order_relaxed);
    rule.counters->passed.fetch_add(std::uint64_t(batch.rows()) - failed,
                                    std::memory_order_relaxed);
    return ok();
}

Status Expect::rejectFailed(const Batch& batch, const Verdicts& verdicts,
                            flow::NodeContext& context)
{
    std::uint64_t dropped = 0;
    for (std::uint32_t row = 0; row < verdicts.action.size(); ++row) {
        if (verdicts.action[row] <= std::int8_t(OnFail::Warn))
            continue;
        if (OnFail(verdicts.action[row]) == OnFail::Drop) {
            ++dropped;
            continue;
        }
        Rule& rule = m_rules[verdicts.rule[row]];
        SLUICE_TRY(const expr::Expression* check, rule.check.over(batch.columns->schema()));
        const std::string values = operandsText(*check, *batch.columns, row);
        if (OnFail(verdicts.action[row]) == OnFail::Fail)
            return Error{.code = ErrorCode::ConfigInvalid,
                         .message = "a row breaks the rule " + rule.rule.name + " ("
                             + rule.check.text() + "): " + values,
                         .object = rule.rule.name,
                         .hint = "The rule says on_fail: fail. Mend the data at its source, or "
                                 "have the rule quarantine.",
                         .cause = {}};
        context.reject(batch, std::span(&row, 1), Verdict::Quarantined,
                       {.rule = rule.rule.name,
                        .message = "not true: " + rule.check.text(),
                        .values = values});
    }
    context.count(Verdict::Dropped, dropped);
    return ok();
}

Status Expect::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    Verdicts verdicts;
    verdicts.action.assign(std::size_t(batch.rows()), -1);
    verdicts.rule.assign(std::size_t(batch.rows()), 0);
    for (Rule& rule : m_rules)
        SLUICE_TRY(judge(rule, batch, verdicts));
    if (!verdicts.hasOut) {
        context.emit(batch);
        return ok();
    }
    SLUICE_TRY(rejectFailed(batch, verdicts, context));
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < verdicts.action.size(); ++row)
        if (verdicts.action[row] <= std::int8_t(OnFail::Warn))
            kept.push_back(row);
    auto taken = takeRows(batch, kept);
    if (!taken.ok())
        return errorFromArrow(taken.status(), "expect");
    context.emit(std::move(*taken));
    return ok();
}

} // namespace sluice::operators
