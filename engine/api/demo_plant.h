// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace sluice::connectors {
class MockCluster;
class TopicFeeder;
} // namespace sluice::connectors

namespace sluice::api {

/// The built-in plant: a Kafka endpoint in this process that a thread feeds with orders, and the
/// documents of its pipelines. Needs no server. Destroying it stops the feed and the endpoint.
class DemoPlant
{
public:
    static constexpr const char* kConnection = "demo_plant";
    struct Document
    {
        std::string pipeline, text;
    };

    /// rate: records a second over all sources.
    static Result<std::unique_ptr<DemoPlant>> start(double rate);
    ~DemoPlant();

    std::map<std::string, std::string> connectionOptions() const;
    std::vector<Document> documents() const;

private:
    explicit DemoPlant(double rate);
    void feed();

    const double m_rate;
    std::unique_ptr<connectors::MockCluster> m_cluster;
    std::unique_ptr<connectors::TopicFeeder> m_feeder;
    std::atomic<bool> m_isStopping{false};
    std::thread m_thread;
};

} // namespace sluice::api
