// SPDX-License-Identifier: Apache-2.0
#include "engine/api/demo_plant.h"

#include "engine/api/demo_documents.h"
#include "engine/base/log.h"
#include "engine/base/time.h"
#include "engine/connectors/demo_records.h"
#include "engine/connectors/mock_cluster.h"

#include <algorithm>
#include <chrono>

namespace sluice::api {
namespace {

constexpr const char* kTopic = "orders.raw";
constexpr int kPartitions = 4;
constexpr double kOrdersShare = 0.5; // of the plant's rate; the rest is shared by the generators
constexpr double kFaultShare = 0.006;

void replaceAll(std::string& text, const std::string& from, const std::string& to)
{
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

} // namespace

DemoPlant::DemoPlant(double rate)
    : m_rate(rate)
{
}

DemoPlant::~DemoPlant()
{
    m_isStopping = true;
    if (m_thread.joinable())
        m_thread.join();
}

Result<std::unique_ptr<DemoPlant>> DemoPlant::start(double rate)
{
    std::unique_ptr<DemoPlant> out(new DemoPlant(rate));
    SLUICE_TRY(out->m_cluster, connectors::MockCluster::start(1));
    SLUICE_TRY(out->m_cluster->createTopic(kTopic, kPartitions));
    SLUICE_TRY(out->m_feeder,
               connectors::TopicFeeder::connect(out->m_cluster->connection(kConnection)));
    out->m_thread = std::thread([plant = out.get()] { plant->feed(); });
    return out;
}

std::map<std::string, std::string> DemoPlant::connectionOptions() const
{
    return m_cluster->connection(kConnection).options;
}

std::vector<DemoPlant::Document> DemoPlant::documents() const
{
    std::vector<Document> out;
    for (const DemoDocument& document : demoDocuments()) {
        std::string text = document.text;
        replaceAll(text, "@RATE@",
                   std::to_string(std::max(1, int(m_rate * (1 - kOrdersShare) / 3))));
        out.push_back({document.name, std::move(text)});
    }
    return out;
}

// Sends what is due by the clock, in pieces of a hundredth of a second; the pace breathes by a
// tenth over two minutes, so that the charts have something to show.
void DemoPlant::feed()
{
    const connectors::DemoRecords records(connectors::DemoRecords::Profile::Orders, 11,
                                          kFaultShare);
    // Records of another start have other numbers, so that they are no duplicates of the last
    // one's.
    auto index = std::uint64_t(systemClock().wallNow().us / 1000);
    double owed = 0;
    std::int64_t last = systemClock().steadyNow().ns;
    std::string record;
    while (!m_isStopping) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        const std::int64_t now = systemClock().steadyNow().ns;
        const double seconds = double(now) * 1e-9;
        const double phase = seconds / 120 - double(std::int64_t(seconds / 120));
        const double breath = 1 + 0.2 * (phase < 0.5 ? phase : 1 - phase);
        owed = std::min(owed + double(now - last) * 1e-9 * m_rate * kOrdersShare * breath, m_rate);
        last = now;
        for (; owed >= 1 && !m_isStopping; owed -= 1) {
            record.clear();
            records.append(index, systemClock().wallNow().us, record);
            const Status sent = m_feeder->send(kTopic, {}, record, int(index % kPartitions));
            ++index;
            if (!sent) {
                log(LogLevel::Warning, "demo plant: " + sent.error().text());
                break;
            }
        }
    }
}

} // namespace sluice::api
