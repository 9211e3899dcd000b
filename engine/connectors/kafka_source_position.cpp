// SPDX-License-Identifier: Apache-2.0
// Where a Kafka source is, as text for the manifest.
#include "engine/connectors/kafka_source.h"

#include "engine/base/log.h"

#include <cstdlib>

namespace sluice::connectors {

Result<KafkaSource::Position> KafkaSource::readPosition(const std::string& text) const
{
    Diagnostics diagnostics("position");
    const DocumentNode root = parseDocument(text, diagnostics);
    const DocumentNode* offsets = root.find("offsets");
    if (diagnostics.hasErrors() || !offsets)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the kept position is damaged",
                     .object = m_config.node,
                     .hint = "Reset the pipeline, which reads the topic from its start option.",
                     .cause = {}};
    Position out;
    const DocumentNode* topic = root.find("topic");
    out.topic = topic ? topic->text : m_config.topic;
    for (const DocumentNode::Entry& entry : offsets->entries)
        out.next[std::atoi(entry.key.c_str())] = std::atoll(entry.value.text.c_str());
    if (const DocumentNode* watermarks = root.find("watermarks"))
        out.watermarks = *watermarks;
    return out;
}

Status KafkaSource::restore(const std::string& position)
{
    SLUICE_TRY(const Position former, readPosition(position));
    if (former.topic != m_config.topic) {
        log(LogLevel::Warning,
            m_config.node + ": it read " + former.topic + " before; " + m_config.topic
                + " is read from its " + (m_config.startsAtEnd ? "newest" : "oldest") + " record");
        return ok();
    }
    for (const auto& [number, next] : former.next)
        if (!m_again || m_again->has(number))
            m_partitions[number].next = next;
    m_intake.restoreWatermarks(&former.watermarks);
    return ok();
}

std::string KafkaSource::position() const
{
    JsonWriter json;
    std::vector<std::string> names;
    json.beginObject().key("topic").value(m_config.topic).key("offsets").beginObject();
    for (const auto& [number, partition] : m_partitions) {
        if (partition.next < 0)
            continue;
        names.push_back(std::to_string(number));
        json.key(names.back()).value(partition.next);
    }
    json.endObject().key("watermarks");
    m_intake.writeWatermarks(json, names);
    json.endObject();
    return json.take();
}

} // namespace sluice::connectors
