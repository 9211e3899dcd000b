// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/document.h"

#include <optional>
#include <string>
#include <vector>

namespace sluice::test {

/// A fenced block "```yaml example" of a Markdown file; how one is written stands at the end of
/// docs/semantics.md.
struct WorkedExample
{
    std::string heading; // the last one above it
    int line = 0;        // where the block begins
    std::string text;
};

/// Finds the examples of a Markdown text.
std::vector<WorkedExample> workedExamples(const std::string& markdown);

/// Runs an example: rows that follow one another go in as batches of at most batchSize. Returns
/// what was not as the example says, with its line; "" if all was.
std::string runExample(const WorkedExample& example, std::size_t batchSize);

} // namespace sluice::test
