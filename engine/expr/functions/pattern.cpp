// SPDX-License-Identifier: Apache-2.0
// LIKE and ILIKE.
#include "engine/expr/function.h"
#include "engine/expr/functions/characters.h"
#include "engine/expr/type_rules.h"
#include "engine/expr/values.h"

#include <memory>

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

using Text = std::string_view;

struct Piece
{
    enum class Kind { Literal, AnyCharacter, AnyText };
    Kind kind = Kind::Literal;
    std::string text;
};

// A pattern taken apart. % stands for any text, _ for one character; the escape, when there is one,
// takes their meaning away.
class LikePattern
{
public:
    // False: the escape stands at the end or before something that needs none.
    bool parse(Text pattern, Text escape)
    {
        m_pieces.clear();
        while (!pattern.empty()) {
            const Text character = takeCharacter(pattern);
            if (!escape.empty() && character == escape) {
                if (pattern.empty())
                    return false;
                addLiteral(takeCharacter(pattern));
            } else if (character == "%") {
                if (m_pieces.empty() || m_pieces.back().kind != Piece::Kind::AnyText)
                    m_pieces.push_back({Piece::Kind::AnyText, {}});
            } else if (character == "_") {
                m_pieces.push_back({Piece::Kind::AnyCharacter, {}});
            } else {
                addLiteral(character);
            }
        }
        return true;
    }

    bool matches(Text text) const
    {
        // Where to go on when a piece does not fit: behind the last %, one character further.
        std::size_t retryPiece = m_pieces.size() + 1;
        Text retryText;
        std::size_t piece = 0;
        while (true) {
            if (piece == m_pieces.size()) {
                if (text.empty())
                    return true;
                // A pattern that ends in a literal: it must be the end of the text.
                if (piece > 0 && retryPiece == piece - 1
                    && m_pieces[piece - 1].kind == Piece::Kind::Literal)
                    return retryText.ends_with(m_pieces[piece - 1].text);
            } else if (m_pieces[piece].kind == Piece::Kind::AnyText) {
                retryPiece = ++piece;
                if (piece == m_pieces.size())
                    return true;
                retryText = text;
                if (!skipTo(m_pieces[piece], retryText))
                    return false;
                text = retryText;
                continue;
            } else if (consume(m_pieces[piece], text)) {
                ++piece;
                continue;
            }
            if (retryPiece > m_pieces.size() || retryText.empty())
                return false;
            takeCharacter(retryText);
            if (!skipTo(m_pieces[retryPiece], retryText))
                return false;
            text = retryText;
            piece = retryPiece;
        }
    }

private:
    void addLiteral(Text character)
    {
        if (m_pieces.empty() || m_pieces.back().kind != Piece::Kind::Literal)
            m_pieces.push_back({});
        m_pieces.back().text += character;
    }
    // Moves to the next place where a piece can begin.
    static bool skipTo(const Piece& piece, Text& text)
    {
        if (piece.kind != Piece::Kind::Literal)
            return true;
        const std::size_t at = text.find(piece.text);
        if (at == Text::npos)
            return false;
        text.remove_prefix(at);
        return true;
    }
    static bool consume(const Piece& piece, Text& text)
    {
        if (piece.kind == Piece::Kind::AnyCharacter)
            return !takeCharacter(text).empty();
        if (!text.starts_with(piece.text))
            return false;
        text.remove_prefix(piece.text.size());
        return true;
    }

    std::vector<Piece> m_pieces;
};

const char* const kBadEscape = "the escape must stand before %, _ or itself";

Kernel constantKernel(std::shared_ptr<const LikePattern> pattern)
{
    return eachRow<bool, Text>(arrow::boolean(), [pattern = std::move(pattern)](Text text) {
        return pattern->matches(text);
    });
}

Kernel variableKernel(const std::string& escape)
{
    return eachRow<bool, Text, Text>(arrow::boolean(), [escape](Row& row, Text text, Text pattern) {
        thread_local LikePattern parsed;
        if (parsed.parse(pattern, escape))
            return parsed.matches(text);
        row.fail(kBadEscape);
        return false;
    });
}

arrow::Result<Datum> lowered(const Datum& text)
{
    auto out = arrow::compute::CallFunction("utf8_lower", {text});
    return out.ok() ? out : arrow::compute::CallFunction("ascii_lower", {text});
}

// Compares lower case with lower case.
Kernel ignoringCase(Kernel kernel)
{
    return [kernel = std::move(kernel)](Arguments arguments,
                                        Evaluation& evaluation) -> arrow::Result<Datum> {
        std::vector<Datum> lower(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            ARROW_ASSIGN_OR_RAISE(lower[i], lowered(arguments[i]));
        }
        return kernel(lower, evaluation);
    };
}

Binding bindLike(Operands& operands)
{
    const bool isCaseless = operands.name() == "ILIKE";
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (!isText(*operands.type(i)) && !isNullType(*operands.type(i)))
            return Binding::failure(operands.name() + " compares strings, not "
                                        + displayName(*operands.type(i)),
                                    int(i), "Write CAST(... AS VARCHAR).");
        if (auto failure = operands.convert(i, arrow::utf8()))
            return *failure;
    }
    std::string escape;
    if (operands.size() == 3) {
        const auto written = operands.text(2);
        if (!written || characterCount(*written) > 1)
            return Binding::failure("ESCAPE needs one character", 2);
        escape = *written;
        operands.drop(2);
    }
    Kernel kernel;
    if (auto written = operands.text(1)) {
        if (isCaseless) {
            const auto lower = lowered(Datum(std::make_shared<arrow::StringScalar>(*written)));
            if (lower.ok())
                written = lower->scalar()->ToString();
        }
        auto pattern = std::make_shared<LikePattern>();
        if (!pattern->parse(*written, escape))
            return Binding::failure(kBadEscape, 1);
        operands.drop(1);
        kernel = constantKernel(std::move(pattern));
    } else {
        kernel = variableKernel(escape);
    }
    return {.type = arrow::boolean(),
            .kernel = isCaseless ? ignoringCase(std::move(kernel)) : std::move(kernel)};
}

CatalogueEntry entry(const char* name, const char* signature, const char* help, const char* spark)
{
    return {.name = name,
            .category = "pattern",
            .signature = signature,
            .help = help,
            .spark = spark,
            .isOperator = true};
}

} // namespace

std::vector<Function> patternFunctions()
{
    return {
        {.entry = entry("LIKE", "text LIKE pattern [ESCAPE character] -> boolean",
                        "Whether a text fits a pattern: % is any text, _ one character.",
                        "text LIKE pattern"),
         .least = 2,
         .most = 3,
         .bind = bindLike},
        {.entry = entry("ILIKE", "text ILIKE pattern -> boolean",
                        "LIKE that takes a and A for the same.", "text ILIKE pattern"),
         .least = 2,
         .most = 3,
         .bind = bindLike},
    };
}

} // namespace sluice::expr
