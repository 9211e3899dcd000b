// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/late_expression.h"

#include <memory>
#include <string>
#include <vector>

namespace sluice::operators {

enum class OnFail { Warn, Drop, Quarantine, Fail };

struct ExpectRule
{
    std::string name;
    DocumentNode check;
    OnFail onFail = OnFail::Warn;
    bool passesNull = false; // what an unknown answer counts as
};

/// Checks rules on every row and counts what passed and failed. A row that breaks several rules is
/// treated after the strictest: fail, quarantine, drop, warn; in that order of the rules' text.
class Expect final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    Expect(std::vector<ExpectRule> rules,
           std::vector<std::shared_ptr<flow::RuleCounters>> counters);
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;

private:
    struct Rule
    {
        ExpectRule rule;
        LateExpression check;
        std::shared_ptr<flow::RuleCounters> counters;
    };
    struct Verdicts;
    Status judge(Rule& rule, const Batch& batch, Verdicts& verdicts);
    Status rejectFailed(const Batch& batch, const Verdicts& verdicts, flow::NodeContext& context);

    std::vector<Rule> m_rules;
};

} // namespace sluice::operators
