// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/bench/order_job.h"

#include "app/sluicectl/bench/benchmark.h"

namespace sluice::ctl {
namespace {

const char* const kNodes
    = R"(  bronze: {type: delta_sink, input: orders, table: bronze.orders, write: raw}
  checked:
    type: expect
    input: orders
    rules:
      - {name: has_customer, check: customer IS NOT NULL, on_fail: quarantine}
      - {name: amount_in_range, check: amount BETWEEN 0 AND 100000, on_fail: quarantine}
  unique: {type: deduplicate, input: checked, keys: [order_id], within: 10m}
  enriched:
    type: lookup_join
    input: unique
    table: countries.csv
    on: {country: code}
    add: [region]
  silver: {type: delta_sink, input: enriched, table: silver.orders}
  per_minute:
    type: window_aggregate
    input: enriched
    window: {tumbling: 1m}
    group_by: [country, channel, region]
    aggregates: {orders: count(*), revenue: sum(amount), least: min(amount), most: max(amount)}
  gold: {type: delta_sink, input: per_minute, table: gold.orders_per_minute}
)";

const char* const kCountries = R"(code,region
DE,central
FR,west
US,america
GB,west
NL,west
IT,south
ES,south
PL,east
SE,north
AT,central
CH,central
)";

} // namespace

void writeOrderJob(const std::string& folder, const std::string& source, const std::string& epoch)
{
    writeText(folder + "/countries.csv", kCountries);
    writeText(folder + "/job.yaml",
              "pipeline: bench_job\nepoch: " + epoch + "\nnodes:\n" + source + kNodes);
}

std::string orderLogSource()
{
    return R"(  orders:
    type: file_source
    path: orders.jsonl
    schema:
      order_id: string not null
      customer: long
      country: string
      channel: string
      product: integer
      quantity: integer
      amount: decimal(12,2)
      status: string
      ts: timestamp(ms) not null
    event_time: {column: ts, out_of_order: 5s}
)";
}

std::vector<ParsedField> orderFields()
{
    return {{"order_id", ParsedType::Text},   {"customer", ParsedType::Integer},
            {"country", ParsedType::Text},    {"channel", ParsedType::Text},
            {"product", ParsedType::Integer}, {"quantity", ParsedType::Integer},
            {"amount", ParsedType::Real},     {"status", ParsedType::Text},
            {"ts", ParsedType::Integer}};
}

} // namespace sluice::ctl
