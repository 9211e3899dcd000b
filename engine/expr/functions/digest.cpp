// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321) and SHA-256 (FIPS 180-4) of a text, as hexadecimal digits.
#include "engine/expr/function.h"
#include "engine/expr/values.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace sluice::expr {
namespace {

using Words = std::array<std::uint32_t, 64>;

std::uint32_t littleEndian(const unsigned char* bytes)
{
    return std::uint32_t(bytes[0]) | std::uint32_t(bytes[1]) << 8 | std::uint32_t(bytes[2]) << 16
        | std::uint32_t(bytes[3]) << 24;
}

std::uint32_t bigEndian(const unsigned char* bytes)
{
    return std::uint32_t(bytes[3]) | std::uint32_t(bytes[2]) << 8 | std::uint32_t(bytes[1]) << 16
        | std::uint32_t(bytes[0]) << 24;
}

// The constants of MD5 are the sines of 1..64.
const Words& sines()
{
    static const Words words = [] {
        Words out{};
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = std::uint32_t(std::floor(std::fabs(std::sin(double(i + 1))) * 4294967296.0));
        return out;
    }();
    return words;
}

struct Md5
{
    static constexpr bool kIsBigEndian = false;
    std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

    void block(const unsigned char* bytes)
    {
        constexpr int kShifts[4][4]
            = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
        const Words& constants = sines();
        auto [a, b, c, d] = state;
        for (std::size_t i = 0; i < 64; ++i) {
            std::uint32_t mixed = 0;
            std::size_t word = 0;
            switch (i / 16) {
            case 0: mixed = (b & c) | (~b & d), word = i; break;
            case 1: mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16; break;
            case 2: mixed = b ^ c ^ d, word = (3 * i + 5) % 16; break;
            default: mixed = c ^ (b | ~d), word = 7 * i % 16; break;
            }
            mixed += a + constants[i] + littleEndian(bytes + word * 4);
            a = d;
            d = c;
            c = b;
            b += std::rotl(mixed, kShifts[i / 16][i % 4]);
        }
        state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
    }
};

// The constants of SHA-256 are the first bits of the cube roots of the first 64 primes.
const Words& cubeRoots()
{
    static const Words words = [] {
        Words out{};
        std::size_t count = 0;
        for (std::uint64_t number = 2; count < out.size(); ++number) {
            bool isPrime = true;
            for (std::uint64_t divisor = 2; divisor * divisor <= number; ++divisor)
                isPrime = isPrime && number % divisor != 0;
            if (!isPrime)
                continue;
            const long double root = std::cbrt(static_cast<long double>(number));
            out[count++] = std::uint32_t((root - std::floor(root)) * 4294967296.0L);
        }
        return out;
    }();
    return words;
}

struct Sha256
{
    static constexpr bool kIsBigEndian = true;
    std::array<std::uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    void block(const unsigned char* bytes)
    {
        Words w{};
        for (std::size_t i = 0; i < 16; ++i)
            w[i] = bigEndian(bytes + i * 4);
        for (std::size_t i = 16; i < 64; ++i) {
            const std::uint32_t s0
                = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
            const std::uint32_t s1
                = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        const Words& constants = cubeRoots();
        auto [a, b, c, d, e, f, g, h] = state;
        for (std::size_t i = 0; i < 64; ++i) {
            const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
            const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + constants[i] + w[i];
            const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
            const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
        }
        state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d,
                 state[4] + e, state[5] + f, state[6] + g, state[7] + h};
    }
};

template <class Hash> std::string_view hexDigest(Row& row, std::string_view text)
{
    Hash hash;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t rest = text.size();
    for (; rest >= 64; rest -= 64, bytes += 64)
        hash.block(bytes);

    // The end: a one bit, zeros, and the number of bits in the last eight bytes.
    std::array<unsigned char, 128> end{};
    if (rest > 0)
        std::memcpy(end.data(), bytes, rest);
    end[rest] = 0x80;
    const std::size_t size = rest < 56 ? 64 : 128;
    const std::uint64_t bits = std::uint64_t(text.size()) * 8;
    for (std::size_t i = 0; i < 8; ++i)
        end[Hash::kIsBigEndian ? size - 1 - i : size - 8 + i]
            = static_cast<unsigned char>(bits >> (8 * i));
    for (std::size_t at = 0; at < size; at += 64)
        hash.block(end.data() + at);

    constexpr char kDigits[] = "0123456789abcdef";
    row.text.clear();
    for (const std::uint32_t word : hash.state) {
        for (int i = 0; i < 4; ++i) {
            const std::uint32_t byte = (word >> (Hash::kIsBigEndian ? 24 - 8 * i : 8 * i)) & 0xFF;
            row.text += kDigits[byte >> 4];
            row.text += kDigits[byte & 15];
        }
    }
    return row.text;
}

template <class Hash>
Function digest(const char* name, const char* signature, const char* help, const char* spark)
{
    return {
        .entry
        = {.name = name, .category = "text", .signature = signature, .help = help, .spark = spark},
        .overloads
        = {{{Want::Text},
            arrow::utf8(),
            eachRow<std::string_view, std::string_view>(arrow::utf8(), hexDigest<Hash>)}}};
}

} // namespace

std::vector<Function> digestFunctions()
{
    return {digest<Md5>("md5", "md5(text) -> string", "MD5 as 32 hexadecimal digits.", "md5(text)"),
            digest<Sha256>("sha256", "sha256(text) -> string", "SHA-256 as 64 hexadecimal digits.",
                           "sha2(text, 256)")};
}

} // namespace sluice::expr
