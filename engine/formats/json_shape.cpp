// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_shape.h"

#include "engine/formats/digits.h"

#include <bit>
#include <cstring>

#include <immintrin.h>

namespace sluice::formats {
namespace {

constexpr std::uint32_t kStep = 32; // bytes of a vector

std::uint32_t differingBytes(const char* one, const char* other)
{
    return ~std::uint32_t(_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(one)),
                          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(other)))));
}

// Whether the bytes at a place are the expected ones, one at least; both can be read up to the next
// vector.
[[gnu::always_inline]] inline bool isSame(const char* at, const char* expected,
                                          std::uint32_t length)
{
    for (; length > kStep; at += kStep, expected += kStep, length -= kStep)
        if (differingBytes(at, expected) != 0)
            return false;
    return (differingBytes(at, expected) << (kStep - length)) == 0;
}

// Which of a vector's bytes end a text, or make that it is left to the parser: quotes, escapes and
// control characters.
[[gnu::always_inline]] inline std::uint32_t textStops(const char* at)
{
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i isQuote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    const __m256i isBackslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    const __m256i isControl
        = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
    return std::uint32_t(
        _mm256_movemask_epi8(_mm256_or_si256(isQuote, _mm256_or_si256(isBackslash, isControl))));
}

// Returns where a string ends that begins at a place: at its closing quote. Null if there is an
// escape or a control character before it, or the record's end. How long a text is cannot be
// foretold, and a branch on it goes wrong every other time: most texts are found without one.
[[gnu::always_inline]] inline const char* closingQuote(const char* at, const char* end)
{
    constexpr std::uint64_t kBeyond = std::uint64_t(1) << kStep; // so that some bit is set
    static_assert(RawRecords::kPadding > 3 * kStep);
    const std::uint64_t first = textStops(at) | (std::uint64_t(textStops(at + kStep)) << kStep);
    const std::uint64_t then = textStops(at + 2 * kStep) | kBeyond;
    // Not countr_zero, for which the compiler makes a branch here. 64: none.
    const std::uint64_t inFirst = _tzcnt_u64(first);
    std::uint64_t found = inFirst + (inFirst / 64) * _tzcnt_u64(then);
    if (found == 3 * kStep) {
        std::uint32_t stops = 0;
        for (at += 2 * kStep; stops == 0; stops = textStops(at)) {
            at += kStep;
            if (at >= end)
                return nullptr;
        }
        found = _tzcnt_u32(stops);
    }
    at += found;
    return at < end && *at == '"' ? at : nullptr;
}

// Whether digits that were found are a whole number, as JSON writes it, and all of it. What they
// are cut off by is not looked at here but for what a number may go on with.
[[gnu::always_inline]] inline bool isWhole(const char* at, int digits)
{
    return std::uint32_t(digits - 1) < 15 && at[digits] != '.' && (at[digits] | 0x20) != 'e'
        && (*at != '0' || digits == 1);
}

bool isWord(const char* at, const char (&word)[5])
{
    return std::memcmp(at, word, 4) == 0;
}

// A number as JSON writes it, without an exponent, of at most 18 digits: digits * 10^-behind.
struct PlainNumber
{
    const char* end = nullptr; // null: left to the parser
    std::int64_t digits = 0;
    int count = 0;  // of digits
    int behind = 0; // of them behind the point
    bool isNegative = false;
};

[[gnu::always_inline]] inline PlainNumber plainNumber(const char* at)
{
    PlainNumber out;
    out.isNegative = *at == '-';
    at += out.isNegative ? 1 : 0;
    const DigitRun whole = readDigits(at);
    if (whole.count == 0 || whole.count == 16 || (*at == '0' && whole.count > 1))
        return out;
    at += whole.count;
    out.digits = std::int64_t(whole.value);
    out.count = whole.count;
    if (*at == '.') {
        const DigitRun rest = readDigits(at + 1);
        if (rest.count == 0 || rest.count == 16 || out.count + rest.count > 18)
            return out;
        out.digits = out.digits * kPowersOfTen[std::size_t(rest.count)] + std::int64_t(rest.value);
        out.behind = rest.count;
        out.count += rest.count;
        at += rest.count + 1;
    }
    if (*at == 'e' || *at == 'E')
        return out;
    if (out.isNegative)
        out.digits = -out.digits;
    out.end = at;
    return out;
}

} // namespace

[[gnu::always_inline]] inline const char* JsonShape::readDecimal(const Step& step, const char* at,
                                                                 std::size_t row)
{
    const PlainNumber number = plainNumber(at);
    // The parser reads numbers below the top level by way of a double.
    if (!number.end || number.behind > step.scale || (step.isDeep && number.count > 15)
        || number.count - number.behind + step.scale > 18)
        return nullptr;
    const std::int64_t digits
        = number.digits * kPowersOfTen[std::size_t(step.scale - number.behind)];
    if (digits >= step.limit || digits <= -step.limit)
        return nullptr;
    step.column->setDecimalDigits(row, digits);
    return number.end;
}

// Returns the place behind the value, null if readRare() must look at it. It may lie behind the
// record's end, if the record ends in the value: nothing is left for the bytes that must follow
// then, and the record is not of this shape. What is read of most records stands here, and makes no
// call: what a loop over records holds in registers stays there.
template <JsonShape::Kind kind>
[[gnu::always_inline]] inline const char* JsonShape::readValue(const Step& step, const char* at,
                                                               const char* end, std::size_t row)
{
    if constexpr (kind == Kind::SkipText || kind == Kind::Text) {
        const char* const quote = *at == '"' ? closingQuote(at + 1, end) : nullptr;
        if (!quote
            || (kind == Kind::Text
                && !step.column->putPaddedText(row, at + 1, std::size_t(quote - at - 1))))
            return nullptr;
        return quote + 1;
    } else if constexpr (kind == Kind::SkipOther) {
        const int digits = countDigits(at);
        return isWhole(at, digits) ? at + digits : nullptr;
    } else if constexpr (kind == Kind::Int64) {
        const DigitRun run = readDigits(at);
        if (!isWhole(at, run.count))
            return nullptr;
        step.column->setInt64(row, std::int64_t(run.value) * step.factor);
        return at + run.count;
    } else if constexpr (kind == Kind::Int32) {
        const DigitRun run = readDigits(at);
        if (!isWhole(at, run.count) || run.value > INT32_MAX)
            return nullptr;
        step.column->setInt32(row, std::int32_t(run.value));
        return at + run.count;
    } else if constexpr (kind == Kind::Decimal) {
        return readDecimal(step, at, row);
    }
    return nullptr;
}

const char* JsonShape::readRare(const Step& step, const char* at, const char* end, std::size_t row)
{
    if (*at == 'n') {
        if (!isWord(at, "null") || (step.column && !step.column->column().isNullable))
            return nullptr;
        if (step.column)
            step.column->setNull(row);
        return at + 4;
    }
    switch (step.kind) {
    case Kind::Text: return readText(step, at, end, row);
    case Kind::Int64:
    case Kind::Int32:
    case Kind::Integer: return readInteger(step, at, row);
    case Kind::Decimal:
        return *at == '"' ? readTime(step, at, end, row) : readDecimal(step, at, row);
    case Kind::Millis:
    case Kind::Timestamp:
        return *at == '"' ? readTime(step, at, end, row) : readInteger(step, at, row);
    case Kind::Date: return readTime(step, at, end, row);
    case Kind::Real: return readReal(step, at, row);
    case Kind::Bool: return readBool(step, at, row);
    case Kind::SkipText:
    case Kind::SkipOther: break;
    }
    if (*at == '"') {
        const char* quote = closingQuote(at + 1, end);
        return quote ? quote + 1 : nullptr;
    }
    return *at == 't' || *at == 'f' ? readBool(step, at, row) : plainNumber(at).end;
}

[[gnu::always_inline]] inline const char* JsonShape::passBetween(const Step& step, const char* at,
                                                                 const char* end) const
{
    if (end - at < std::ptrdiff_t(step.length)
        || !isSame(at, m_bytes.data() + step.between, step.length))
        return nullptr;
    return at + step.length;
}

bool JsonShape::read(std::string_view record, std::size_t row) const
{
    const char* at = record.data();
    const char* const end = at + record.size();
    const Step* const last = &m_steps.back();
    for (const Step* step = m_steps.data(); step != last; ++step) {
        at = passBetween(*step, at, end);
        if (!at)
            return false;
        const char* next = nullptr;
        switch (step->kind) {
        case Kind::SkipText: next = readValue<Kind::SkipText>(*step, at, end, row); break;
        case Kind::SkipOther: next = readValue<Kind::SkipOther>(*step, at, end, row); break;
        case Kind::Text: next = readValue<Kind::Text>(*step, at, end, row); break;
        case Kind::Int64:
        case Kind::Millis: next = readValue<Kind::Int64>(*step, at, end, row); break;
        case Kind::Int32: next = readValue<Kind::Int32>(*step, at, end, row); break;
        case Kind::Decimal: next = readValue<Kind::Decimal>(*step, at, end, row); break;
        default: break;
        }
        at = next ? next : readRare(*step, at, end, row);
        if (!at)
            return false;
    }
    if (passBetween(*last, at, end) != end)
        return false;
    for (ColumnBuffer* column : m_missing)
        column->setNull(row);
    return true;
}

template <JsonShape::Kind kind>
bool JsonShape::readStep(const Step& step, Places& places, std::size_t row) const
{
    for (std::size_t i = 0;; ++i) {
        const char* at = nullptr;
        for (; i < kTile; ++i) {
            at = passBetween(step, places.at[i], places.end[i]);
            if (!at)
                return false;
            const char* const next = readValue<kind>(step, at, places.end[i], row + i);
            if (!next)
                break;
            places.at[i] = next;
        }
        if (i == kTile)
            return true;
        places.at[i] = readRare(step, at, places.end[i], row + i);
        if (!places.at[i])
            return false;
    }
}

bool JsonShape::readTile(std::span<const std::string_view, kTile> records, std::size_t row) const
{
    Places places;
    for (std::size_t i = 0; i < kTile; ++i) {
        places.at[i] = records[i].data();
        places.end[i] = records[i].data() + records[i].size();
    }
    const Step* const last = &m_steps.back();
    for (const Step* step = m_steps.data(); step != last; ++step) {
        bool isRead = false;
        switch (step->kind) {
        case Kind::SkipText: isRead = readStep<Kind::SkipText>(*step, places, row); break;
        case Kind::SkipOther: isRead = readStep<Kind::SkipOther>(*step, places, row); break;
        case Kind::Text: isRead = readStep<Kind::Text>(*step, places, row); break;
        case Kind::Int64:
        case Kind::Millis: isRead = readStep<Kind::Int64>(*step, places, row); break;
        case Kind::Int32: isRead = readStep<Kind::Int32>(*step, places, row); break;
        case Kind::Decimal: isRead = readStep<Kind::Decimal>(*step, places, row); break;
        default: isRead = readStep<Kind::Bool>(*step, places, row);
        }
        if (!isRead)
            return false;
    }
    for (std::size_t i = 0; i < kTile; ++i)
        if (passBetween(*last, places.at[i], places.end[i]) != places.end[i])
            return false;
    for (ColumnBuffer* column : m_missing)
        for (std::size_t i = 0; i < kTile; ++i)
            column->setNull(row + i);
    return true;
}

const char* JsonShape::readText(const Step& step, const char* at, const char* end, std::size_t row)
{
    const char* quote = *at == '"' ? closingQuote(at + 1, end) : nullptr;
    if (!quote)
        return nullptr;
    step.column->setText(row, {at + 1, std::size_t(quote - at - 1)});
    return quote + 1;
}

const char* JsonShape::readInteger(const Step& step, const char* at, std::size_t row)
{
    const PlainNumber number = plainNumber(at);
    if (!number.end || number.behind > 0)
        return nullptr;
    if (step.kind == Kind::Integer || step.kind == Kind::Int32 || step.kind == Kind::Int64)
        return step.column->setInteger(row, number.digits) ? number.end : nullptr;
    const std::int64_t unitNs = step.column->column().numberUnitNs;
    std::int64_t us = 0;
    if (unitNs <= 0
        || (unitNs >= 1000 && __builtin_mul_overflow(number.digits, unitNs / 1000, &us)))
        return nullptr;
    step.column->setInt64(row, unitNs >= 1000 ? us : number.digits / 1000);
    return number.end;
}

// Up to 15 digits and powers of ten up to 10^22 are exact as doubles, so one division rounds
// correctly. Source: William Clinger, "How to read floating point numbers accurately" (1990).
const char* JsonShape::readReal(const Step& step, const char* at, std::size_t row)
{
    const PlainNumber number = plainNumber(at);
    if (!number.end || number.count > 15 || (number.digits == 0 && number.isNegative))
        return nullptr;
    step.column->setDouble(row,
                           double(number.digits)
                               / double(kPowersOfTen[std::size_t(number.behind)]));
    return number.end;
}

const char* JsonShape::readTime(const Step& step, const char* at, const char* end, std::size_t row)
{
    if (*at != '"')
        return nullptr;
    const char* quote = closingQuote(at + 1, end);
    const auto size = std::size_t(quote - at - 1);
    constexpr std::size_t kShortestTime = 10; // the parser differs by level on shorter ones
    if (!quote
        || ((step.kind == Kind::Timestamp || step.kind == Kind::Millis) && size < kShortestTime)
        || !step.column->setFromText(row, {at + 1, size}))
        return nullptr;
    return quote + 1;
}

const char* JsonShape::readBool(const Step& step, const char* at, std::size_t row)
{
    const bool isTrue = isWord(at, "true");
    if (!isTrue && !(isWord(at, "fals") && at[4] == 'e'))
        return nullptr;
    if (step.column)
        step.column->setBool(row, isTrue);
    return at + (isTrue ? 4 : 5);
}

} // namespace sluice::formats
