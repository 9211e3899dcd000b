// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/functions/json_text.h"

#include <charconv>

namespace sluice::expr {
namespace {

constexpr int kMaxDepth = 1000;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

int hexDigit(char c)
{
    if (isDigit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Reads a JSON text once from front to end. A step of the path is taken on the way down; values
// beside the path are checked and skipped.
class JsonReader
{
public:
    JsonReader(std::string_view json, const JsonPath& path)
        : m_json(json)
        , m_path(path)
    {
    }

    JsonAnswer run(std::string_view& raw)
    {
        if (!value(0, true))
            return JsonAnswer::Malformed;
        skipSpace();
        if (m_at != m_json.size())
            return JsonAnswer::Malformed;
        raw = m_found;
        return m_isFound ? JsonAnswer::Found : JsonAnswer::Missing;
    }
    std::int64_t items() const { return m_items; }

private:
    char peek() const { return m_at < m_json.size() ? m_json[m_at] : '\0'; }
    void skipSpace()
    {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')
            ++m_at;
    }
    bool take(char c)
    {
        if (peek() != c || m_at >= m_json.size())
            return false;
        ++m_at;
        return true;
    }

    // isOnPath: the first depth steps of the path led here.
    bool value(std::size_t depth, bool isOnPath)
    {
        skipSpace();
        const std::size_t begin = m_at;
        if (depth > kMaxDepth)
            return false;
        bool isGood = false;
        switch (peek()) {
        case '{': isGood = object(depth, isOnPath); break;
        case '[': isGood = array(depth, isOnPath); break;
        case '"': isGood = string(); break;
        case 't': isGood = word("true"); break;
        case 'f': isGood = word("false"); break;
        case 'n': isGood = word("null"); break;
        default: isGood = number(); break;
        }
        if (isGood && isOnPath && depth == m_path.steps.size() && !m_isFound) {
            m_isFound = true;
            m_found = m_json.substr(begin, m_at - begin);
        }
        return isGood;
    }

    bool object(std::size_t depth, bool isOnPath)
    {
        const bool hasStep
            = isOnPath && depth < m_path.steps.size() && !m_path.steps[depth].isIndex;
        bool isTaken = false;
        ++m_at;
        skipSpace();
        if (take('}'))
            return true;
        do {
            skipSpace();
            const std::size_t begin = m_at;
            if (peek() != '"' || !string())
                return false;
            const bool isStep = hasStep && !isTaken
                && isKey(m_json.substr(begin, m_at - begin), m_path.steps[depth].key);
            isTaken = isTaken || isStep;
            skipSpace();
            if (!take(':') || !value(depth + 1, isStep))
                return false;
            skipSpace();
        } while (take(','));
        return take('}');
    }

    bool array(std::size_t depth, bool isOnPath)
    {
        std::int64_t wanted = -1;
        if (isOnPath && depth < m_path.steps.size() && m_path.steps[depth].isIndex) {
            wanted = m_path.steps[depth].index;
            if (wanted < 0) {
                const std::size_t begin = m_at;
                std::int64_t count = 0;
                if (!items(depth, -1, count))
                    return false;
                m_at = begin;
                wanted += count;
            }
        }
        std::int64_t count = 0;
        const bool isGood = items(depth, wanted, count);
        if (depth == 0)
            m_items = count;
        return isGood;
    }

    bool items(std::size_t depth, std::int64_t wanted, std::int64_t& count)
    {
        ++m_at;
        skipSpace();
        if (take(']'))
            return true;
        do {
            if (!value(depth + 1, wanted >= 0 && count == wanted))
                return false;
            ++count;
            skipSpace();
        } while (take(','));
        return take(']');
    }

    bool string()
    {
        for (++m_at; m_at < m_json.size(); ++m_at) {
            const char c = m_json[m_at];
            if (c == '"') {
                ++m_at;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20)
                return false;
            if (c != '\\')
                continue;
            ++m_at;
            if (peek() == 'u') {
                for (int i = 0; i < 4; ++i) {
                    ++m_at;
                    if (hexDigit(peek()) < 0)
                        return false;
                }
            } else if (m_at >= m_json.size()
                       || std::string_view("\"\\/bfnrt").find(m_json[m_at])
                           == std::string_view::npos) {
                return false;
            }
        }
        return false;
    }

    bool word(std::string_view text)
    {
        if (m_json.substr(m_at, text.size()) != text)
            return false;
        m_at += text.size();
        return true;
    }

    bool digits()
    {
        const std::size_t begin = m_at;
        while (isDigit(peek()))
            ++m_at;
        return m_at > begin;
    }

    bool number()
    {
        take('-');
        const bool isZero = peek() == '0';
        const std::size_t begin = m_at;
        if (!digits() || (isZero && m_at - begin > 1))
            return false;
        if (take('.') && !digits())
            return false;
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (!take('+'))
                take('-');
            return digits();
        }
        return true;
    }

    static bool isKey(std::string_view quoted, const std::string& key)
    {
        const std::string_view raw = quoted.substr(1, quoted.size() - 2);
        if (raw.find('\\') == std::string_view::npos)
            return raw == key;
        std::string plain;
        appendUnescaped(plain, quoted);
        return plain == key;
    }

    std::string_view m_json;
    const JsonPath& m_path;
    std::size_t m_at = 0;
    bool m_isFound = false;
    std::string_view m_found;
    std::int64_t m_items = 0;
};

void appendCode(std::string& out, std::uint32_t code)
{
    if (code < 0x80) {
        out += char(code);
        return;
    }
    if (code >= 0x10000) {
        out += char(0xF0 | (code >> 18));
        out += char(0x80 | ((code >> 12) & 0x3F));
    } else if (code >= 0x800) {
        out += char(0xE0 | (code >> 12));
    } else {
        out += char(0xC0 | (code >> 6));
        out += char(0x80 | (code & 0x3F));
        return;
    }
    out += char(0x80 | ((code >> 6) & 0x3F));
    out += char(0x80 | (code & 0x3F));
}

std::uint32_t hexCode(std::string_view text, std::size_t at)
{
    std::uint32_t code = 0;
    for (std::size_t i = at; i < at + 4 && i < text.size(); ++i)
        code = code * 16 + std::uint32_t(hexDigit(text[i]));
    return code;
}

char plainEscape(char c)
{
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

} // namespace

bool JsonPath::parse(std::string_view text)
{
    steps.clear();
    if (!text.starts_with('$') && !text.starts_with('/')) {
        steps.push_back({std::string(text), 0, false});
        return true;
    }
    const bool isPointer = text.starts_with('/');
    std::size_t at = isPointer ? 0 : 1;
    while (at < text.size()) {
        Step step;
        const char lead = text[at++];
        if (lead == '[') {
            step.isIndex = true;
            const bool isFromEnd = text.substr(at).starts_with("#-");
            at += isFromEnd ? 2 : 0;
            const auto [end, error]
                = std::from_chars(text.data() + at, text.data() + text.size(), step.index);
            at = std::size_t(end - text.data());
            if (error != std::errc() || at >= text.size() || text[at] != ']')
                return false;
            ++at;
            if (isFromEnd)
                step.index = -step.index;
        } else if (lead == '.' && at < text.size() && text[at] == '"') {
            const std::size_t end = text.find('"', at + 1);
            if (end == std::string_view::npos)
                return false;
            step.key = text.substr(at + 1, end - at - 1);
            at = end + 1;
        } else if (lead == '.' || lead == '/') {
            const std::size_t end
                = std::min(text.find_first_of(isPointer ? "/" : ".[", at), text.size());
            step.key = text.substr(at, end - at);
            at = end;
            if (step.key.empty() || step.key == "*")
                return false;
            const auto [last, error]
                = std::from_chars(step.key.data(), step.key.data() + step.key.size(), step.index);
            step.isIndex
                = isPointer && error == std::errc() && last == step.key.data() + step.key.size();
        } else {
            return false;
        }
        steps.push_back(std::move(step));
    }
    return true;
}

JsonAnswer findJson(std::string_view json, const JsonPath& path, std::string_view& raw)
{
    return JsonReader(json, path).run(raw);
}

void appendUnescaped(std::string& out, std::string_view raw)
{
    for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
        if (raw[i] != '\\') {
            out += raw[i];
            continue;
        }
        ++i;
        if (raw[i] != 'u') {
            out += plainEscape(raw[i]);
            continue;
        }
        std::uint32_t code = hexCode(raw, i + 1);
        i += 4;
        const bool isHigh = code >= 0xD800 && code < 0xDC00;
        if (isHigh && raw.substr(i + 1, 2) == "\\u" && i + 6 < raw.size()) {
            const std::uint32_t low = hexCode(raw, i + 3);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                i += 6;
            }
        }
        // Half a surrogate pair is no character.
        appendCode(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    }
}

void appendCompact(std::string& out, std::string_view raw)
{
    bool isInString = false;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const char c = raw[i];
        if (isInString) {
            out += c;
            if (c == '\\' && i + 1 < raw.size())
                out += raw[++i];
            else if (c == '"')
                isInString = false;
        } else if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            out += c;
            isInString = c == '"';
        }
    }
}

std::int64_t jsonArrayLength(std::string_view raw)
{
    const JsonPath root;
    std::string_view ignored;
    JsonReader reader(raw, root);
    return reader.run(ignored) == JsonAnswer::Malformed ? 0 : reader.items();
}

} // namespace sluice::expr
