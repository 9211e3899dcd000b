// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace sluice::architecture {
namespace {

using Names = std::vector<std::string>;

// The table of layers.txt.
struct Layers
{
    std::map<std::string, Names> parts;           // part -> parts it may use
    std::map<std::string, Names> openHeaders;     // part -> headers others may include
    std::vector<std::pair<Names, Names>> foreign; // headers -> files that may include them
    Names plain;
};

Layers parseLayers(const std::string& text)
{
    Layers out;
    for (const std::string& line : linesOf(text)) {
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == std::string::npos)
            continue;
        Names left = wordsOf(line.substr(0, colon));
        const std::string kind = left.front();
        left.erase(left.begin());
        const Names right = wordsOf(line.substr(colon + 1));
        if (kind == "part")
            out.parts[left.front()] = right;
        else if (kind == "open")
            out.openHeaders[left.front()] = right;
        else if (kind == "only")
            out.foreign.emplace_back(left, right);
        else if (kind == "plain")
            out.plain = right;
    }
    return out;
}

class LayerCheck
{
public:
    explicit LayerCheck(const Layers& layers)
        : m_layers(layers)
    {
    }

    Findings check(const SourceFiles& files) const
    {
        Findings out;
        for (const SourceFile& file : files)
            if (endsInOneOf(file.path, ".h .cpp") && !file.path.starts_with("tests/")
                && !file.path.starts_with("resources/"))
                checkFile(file, out);
        return out;
    }

private:
    // The longest part that a path lies in; "" if none.
    std::string partOf(const std::string& path) const
    {
        std::string found;
        for (const auto& [part, used] : m_layers.parts)
            if ((path == part || path.starts_with(part + "/")) && part.size() > found.size())
                found = part;
        return found;
    }

    std::set<std::string> reachable(const std::string& part) const
    {
        std::set<std::string> out{part};
        Names open{part};
        while (!open.empty()) {
            const std::string next = open.back();
            open.pop_back();
            const auto used = m_layers.parts.find(next);
            for (const std::string& name : used == m_layers.parts.end() ? Names() : used->second)
                if (out.insert(name).second)
                    open.push_back(name);
        }
        return out;
    }

    void checkFile(const SourceFile& file, Findings& out) const
    {
        const std::string part = partOf(file.path);
        const std::set<std::string> allowed = reachable(part);
        const Names lines = linesOf(file.text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto fault = faultOf(file.path, part, allowed, lines[i]);
            if (fault)
                out.push_back(file.path + ":" + std::to_string(i + 1) + ": " + *fault);
        }
        if (part.empty())
            out.push_back(file.path + ": lies in no part that layers.txt names");
    }

    std::optional<std::string> faultOf(const std::string& path, const std::string& part,
                                       const std::set<std::string>& allowed,
                                       const std::string& line) const
    {
        static constexpr std::string_view kInclude = "#include ";
        if (!line.starts_with(kInclude) || line.size() < kInclude.size() + 3)
            return std::nullopt;
        const char kind = line[kInclude.size()];
        const std::size_t from = kInclude.size() + 1;
        const std::string header = line.substr(from, line.find_first_of("\">", from) - from);
        return kind == '"' ? ownFault(part, allowed, header) : foreignFault(path, header);
    }

    std::optional<std::string> ownFault(const std::string& part,
                                        const std::set<std::string>& allowed,
                                        const std::string& header) const
    {
        if (header.ends_with(".moc"))
            return std::nullopt;
        const std::string target = partOf(header);
        if (target.empty())
            return "\"" + header + "\" does not begin at the root of the repository";
        if (target == part)
            return std::nullopt;
        const auto open = m_layers.openHeaders.find(target);
        if (open != m_layers.openHeaders.end()) {
            if (std::ranges::none_of(open->second, [&](const auto& name) {
                    return header == target + "/" + name;
                }))
                return "\"" + header + "\" is not a public header of " + target;
            return allowed.contains(target) ? std::nullopt : notAllowed(part, target);
        }
        // What is open to a part ends at an interface: the engine behind engine/api is not ui's.
        if (isBehindInterface(part, target))
            return part + " may use " + target + " only through an interface";
        return allowed.contains(target) ? std::nullopt : notAllowed(part, target);
    }

    // Whether a part reaches the target only through parts with open headers.
    bool isBehindInterface(const std::string& part, const std::string& target) const
    {
        const auto used = m_layers.parts.find(part);
        if (m_layers.openHeaders.contains(part) || used == m_layers.parts.end()
            || std::ranges::find(used->second, target) != used->second.end())
            return false;
        return std::ranges::any_of(used->second, [&](const std::string& next) {
            return next != target && m_layers.openHeaders.contains(next);
        });
    }

    static std::optional<std::string> notAllowed(const std::string& part, const std::string& target)
    {
        return part + " may not use " + target;
    }

    std::optional<std::string> foreignFault(const std::string& path,
                                            const std::string& header) const
    {
        const auto isOneOf = [](const std::string& text, const Names& patterns) {
            return std::ranges::any_of(patterns,
                                       [&](const auto& pattern) { return isLike(text, pattern); });
        };
        for (const auto& [headers, files] : m_layers.foreign) // the first that fits decides
            if (isOneOf(header, headers))
                return isOneOf(path, files)
                    ? std::nullopt
                    : std::optional<std::string>("<" + header + "> may not be included here");
        const bool isStandard = header.find_first_of("./") == std::string::npos;
        if (isStandard || isOneOf(header, m_layers.plain))
            return std::nullopt;
        return "<" + header + "> is a foreign header that layers.txt does not name";
    }

    const Layers& m_layers;
};

} // namespace

class LayeringTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_layers = parseLayers(ruleText("layers.txt")); }

    void theTreeKeepsItsLayers()
    {
        const Findings findings = LayerCheck(m_layers).check(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void wrongIncludesAreFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("include");
        QTest::addColumn<QString>("fault"); // "" = none
        const auto row = [](const char* name, const char* path, const char* include,
                            const char* fault) { QTest::newRow(name) << path << include << fault; };
        row("down", "engine/lake/x.cpp", "\"engine/base/time.h\"", "");
        row("down by two", "engine/lake/x.cpp", "\"engine/telemetry/counters.h\"", "");
        row("within", "engine/lake/x.cpp", "\"engine/lake/y.h\"", "");
        row("up", "engine/base/x.h", "\"engine/flow/sink.h\"",
            "engine/base may not use engine/flow");
        row("sideways", "engine/lake/x.cpp", "\"engine/operators/filter.h\"",
            "engine/lake may not use engine/operators");
        row("runtime knows no leaf", "engine/runtime/x.cpp", "\"engine/connectors/file_source.h\"",
            "engine/runtime may not use engine/connectors");
        row("api composes", "engine/api/x.cpp", "\"engine/connectors/file_source.h\"", "");
        row("public header", "ui/pages/x.cpp", "\"engine/api/snapshot.h\"", "");
        row("private header", "ui/pages/x.cpp", "\"engine/api/engine_impl.h\"",
            "\"engine/api/engine_impl.h\" is not a public header of engine/api");
        row("behind the api", "ui/pages/x.cpp", "\"engine/lake/delta_log.h\"",
            "ui may use engine/lake only through an interface");
        row("named beside the interface", "app/sluicectl/x.cpp", "\"engine/base/time.h\"", "");
        row("not named beside it", "app/sluicectl/x.cpp", "\"engine/lake/delta_log.h\"",
            "app may use engine/lake only through an interface");
        row("engine and ui", "engine/api/x.cpp", "\"ui/text/units.h\"",
            "engine/api may not use ui");
        row("not from the root", "engine/lake/x.cpp", "\"y.h\"",
            "\"y.h\" does not begin at the root of the repository");
        row("Qt in the engine", "engine/api/x.cpp", "<QString>",
            "<QString> may not be included here");
        row("Qt in the ui", "ui/x.cpp", "<QString>", "");
        row("wrapped library", "engine/base/time.cpp", "<spdlog/spdlog.h>",
            "<spdlog/spdlog.h> may not be included here");
        row("unknown library", "engine/base/time.cpp", "<boost/asio.hpp>",
            "<boost/asio.hpp> is a foreign header that layers.txt does not name");
        row("standard", "engine/base/time.cpp", "<chrono>", "");
        row("system", "engine/base/time.cpp", "<sys/stat.h>", "");
    }
    void wrongIncludesAreFound()
    {
        QFETCH(QString, path);
        QFETCH(QString, include);
        QFETCH(QString, fault);
        const SourceFiles files{
            {path.toStdString(), "#pragma once\n#include " + include.toStdString() + "\n"}};
        const Findings findings = LayerCheck(m_layers).check(files);
        if (fault.isEmpty()) {
            QVERIFY2(findings.empty(), joined(findings).c_str());
            return;
        }
        QCOMPARE(findings.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(findings.front()), path + ":2: " + fault);
    }

private:
    Layers m_layers;
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::LayeringTest)
#include "layering_test.moc"
