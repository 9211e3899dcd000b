// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/flow/services.h"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace sluice::connectors {

/// One step of testing a connection.
struct TestStep
{
    std::string name; // "DNS", "TCP", "TLS", "SASL", "Metadata", "Read one record"
    enum class State { Pending, Running, Ok, Failed, Skipped } state = State::Pending;
    std::string detail; // what was found, or what failed and the cure
    double seconds = 0;
};

/// Tests a Kafka connection step by step, at most 15 s in all; steps after a failed one are
/// skipped. Calls progress after each change. Blocks: for a thread that may wait.
std::vector<TestStep>
testConnection(const flow::Connection& connection, const std::string& topic,
               const std::atomic<bool>& isCancelled,
               const std::function<void(const std::vector<TestStep>&)>& progress);

} // namespace sluice::connectors
