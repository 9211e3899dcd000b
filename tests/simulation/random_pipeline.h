// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// A pipeline and its input, drawn from a seed, and what DuckDB must make of the same bytes.
///
/// The records have duplicates, disorder within what the document allows, nulls, and some that
/// cannot be read. Each node of the document is also a view of DuckDB with the node's name, in its
/// own words; each table that the pipeline writes has a query over them.
class RandomPipeline
{
public:
    RandomPipeline(std::uint64_t seed, std::size_t records);

    /// The document; its source reads in.jsonl beside it, its lookup keys.csv.
    const std::string& document() const { return m_document; }
    /// The lines of in.jsonl.
    const std::vector<std::string>& lines() const { return m_lines; }
    const std::string& lookupCsv() const { return m_lookup; }

    /// A table of the lake, and queries that must have the same rows: one over the table as
    /// `actual`, one over the views.
    struct TableCheck
    {
        std::string table, actual, wanted;
    };
    const std::vector<TableCheck>& checks() const { return m_checks; }
    /// Statements that make the views; the first reads the table `lines(line)`.
    const std::vector<std::string>& views() const { return m_views; }

private:
    enum class Kind { Whole, Real, Text, Time, List };
    struct Column
    {
        std::string name;
        Kind kind;
    };
    struct Node
    {
        std::string name;
        std::vector<Column> columns;
        bool isUnnested = false;
    };

    std::size_t below(std::size_t count) { return std::size_t(m_random() % count); }
    std::string newName(const char* kind);
    void makeLines(std::size_t records);
    void makeSource();
    Node addNode(const Node& input, const std::string& type, const std::string& options,
                 const std::string& sql, std::vector<Column> columns);
    Node transform(const Node& input);
    Node filter(const Node& input, const std::string& condition);
    Node derive(const Node& input);
    Node select(const Node& input);
    Node expect(const Node& input);
    Node deduplicate(const Node& input);
    Node lookup(const Node& input);
    Node unnest(const Node& input);
    Node unite(const Node& input);
    void addTable(const Node& input);

    // Results: nodes that end a way through the document. random_results.cpp
    void addResult(const Node& input);
    void addChangesTable(const Node& input);
    Node window(const Node& input);
    Node hopping(const Node& input);
    Node session(const Node& input);
    void groups(const Node& input);
    Node topOfWindows(const Node& input);
    void top(const Node& input);
    struct Sides
    {
        Node left, right;
    };
    Sides twoSides(const Node& input);
    Node joinNode(const Sides& sides, const std::string& type, const std::string& options,
                  const std::string& sql, std::vector<Column> columns);
    Node intervalJoin(const Node& input);
    Node windowJoin(const Node& input);
    Node streamJoin(const Node& input);
    Node temporalJoin(const Node& input);
    std::string condition();

    std::mt19937_64 m_random;
    std::string m_document, m_lookup;
    std::vector<std::string> m_lines, m_views;
    std::vector<TableCheck> m_checks;
    int m_nodes = 0;
};

} // namespace sluice::test
