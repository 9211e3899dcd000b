// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/scalar.h>
#include <arrow/type.h>

namespace sluice::expr {

/// An expression as it was written. Operators and special forms are calls: "+", "AND", "CASE".
struct Syntax
{
    enum class Kind { Column, Constant, Call, Cast };

    Kind kind = Kind::Constant;
    std::size_t offset = 0;                // bytes from the start of the text
    std::vector<std::string> path;         // Column: its name, then names of struct fields
    std::string function;                  // Call
    std::shared_ptr<arrow::Scalar> value;  // Constant
    std::shared_ptr<arrow::DataType> type; // Cast
    bool isTry = false;                    // Cast: TRY_CAST
    bool isHidden = false;                 // Cast: written by the parser, not by a person
    bool isStar = false;                   // Call: count(*)
    bool isDistinct = false;               // Call: sum(DISTINCT x)
    std::vector<Syntax> children;          // CASE: when, then, ..., else
    std::vector<Syntax> filter;            // Call: FILTER (WHERE x), at most one
};

/// What kept a text from being an expression.
struct SyntaxError
{
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

/// Parses one scalar expression; nullopt and error when it is none. Thread-safe.
std::optional<Syntax> parseExpression(const std::string& text, SyntaxError& error);

/// Turns the parser's tree, as JSON text, into ours. lead is the number of bytes before the text.
std::optional<Syntax> readSyntax(const std::string& json, std::size_t lead, SyntaxError& error);

} // namespace sluice::expr
