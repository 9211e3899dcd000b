// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace sluice::expr::test {

/// One expression over the sample rows that must mean the same to us and to DuckDB.
struct OracleCase
{
    const char* expression;
    const char* sql = nullptr;  // what to ask DuckDB, where the spelling differs
    const char* type = nullptr; // our type, where it differs on purpose
};

std::vector<OracleCase> numberCases();
std::vector<OracleCase> logicCases();
std::vector<OracleCase> textCases();
std::vector<OracleCase> timeCases();
std::vector<OracleCase> nestedCases();

} // namespace sluice::expr::test
