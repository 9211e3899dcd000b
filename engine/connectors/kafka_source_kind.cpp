// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_source.h"

#include <algorithm>

namespace sluice::connectors {
namespace {

std::vector<OptionSpec> kafkaOptions()
{
    std::vector<OptionSpec> out{
        {.name = "connection",
         .type = OptionType::Connection,
         .isRequired = true,
         .help = "A connection of the workspace."},
        {.name = "topic", .isRequired = true, .help = "The topic to read."},
        {.name = "start",
         .type = OptionType::Choice,
         .defaultValue = "earliest",
         .choices = {"earliest", "latest"},
         .help = "Where the first run begins; later runs go on where the last one ended."},
        {.name = "on_offset_lost",
         .type = OptionType::Choice,
         .defaultValue = "fail",
         .choices = {"fail", "earliest", "latest"},
         .help
         = "When the topic no longer has the offset to go on from (deleted records, or a topic "
           "made anew): stop with an error, or go on from the oldest or newest record."}};
    const auto& records = formats::recordOptions();
    out.insert(out.end(), records.begin(), records.end());
    return out;
}

flow::BoundNode bindKafka(const flow::BindContext& context)
{
    const Options& options = context.options;
    KafkaSourceConfig config;
    config.node = context.node;
    config.connection = options.text("connection");
    config.topic = options.text("topic");
    config.startsAtEnd = options.text("start") == "latest";
    config.onOffsetLost = options.text("on_offset_lost");
    config.layout = formats::readRecordLayout(options, context.node, context.diagnostics);
    config.layout.hasHeader = false; // a message has no header line
    const auto names = context.services.connections->connectionNames();
    if (!config.connection.empty() && !names.empty()
        && std::ranges::find(names, config.connection) == names.end())
        context.error("connection", options.at("connection"),
                      "there is no connection \"" + config.connection + "\"",
                      suggestionFor(config.connection, names));
    flow::BoundNode bound;
    bound.output = streamSchemaOf(config.layout);
    bound.summary = config.topic;
    bound.positionsOf = config.connection + ", topic " + config.topic;
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [](const flow::ColumnSet&) { return flow::ColumnSet(); };
    bound.createSource
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Source>> {
        SLUICE_TRY(const flow::Connection connection,
                   create.services->connections->connection(config.connection));
        return std::unique_ptr<flow::Source>(
            std::make_unique<KafkaSource>(config, connection, create.neededColumns));
    };
    return bound;
}

} // namespace

flow::NodeKind KafkaSource::kind()
{
    return {.name = "kafka_source",
            .title = "Kafka topic",
            .help = "Reads a topic of Kafka or Event Hubs, exactly once.",
            .category = flow::NodeCategory::Source,
            .minInputs = 0,
            .maxInputs = 0,
            .options = kafkaOptions(),
            .bind = bindKafka};
}

} // namespace sluice::connectors
