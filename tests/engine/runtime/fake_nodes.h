// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_registry.h"
#include "engine/runtime/pipeline_run.h"
#include "engine/runtime/scheduler.h"

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace sluice::test {

/// What sinks of a test wrote: survives the run, as a disk survives a process.
struct FakeStore
{
    std::mutex mutex;
    std::map<std::string, flow::Epoch> committed;             // sink -> newest epoch
    std::map<std::string, std::vector<std::int64_t>> visible; // sink -> numbers, in order
    std::atomic<int> failsCommits{0};                         // so many commits fail
    std::atomic<bool> isSlow{false};                          // a write waits while this is set
};

/// Node kinds for tests of the runtime:
///   numbers {count, rejects: every n-th record}  a source of 0, 1, 2 ... in batches of 10
///   add {by}            one input, adds to each number
///   running_sum         one input; one row a batch: the sum of all numbers so far (has state)
///   split               one input, even numbers to the branch even, others to the branch odd
///   join                any number of inputs, passes everything on
///   pair                two inputs that it tells apart; else as running_sum
///   store               a sink into the FakeStore
flow::NodeRegistry fakeRegistry(FakeStore& store);

/// Services with the system clock and nothing else.
flow::Services fakeServices();

/// An environment whose reject sinks write into the store too, under the table's name.
runtime::RunEnvironment fakeEnvironment(FakeStore& store, runtime::Scheduler& scheduler,
                                        const std::string& stateFolder);

/// Checks a document; the test fails if it has errors.
runtime::Plan planOf(const std::string& text, FakeStore& store);

} // namespace sluice::test
