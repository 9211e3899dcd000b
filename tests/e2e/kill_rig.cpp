// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/kill_rig.h"

#include "engine/base/fail_point.h"
#include "tests/e2e/program.h"
#include "tests/support/patience.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include <QProcessEnvironment>

namespace sluice::test {
namespace {

constexpr std::int64_t kWindowMs = 1000;
constexpr int kRecords = 3000; // a run: 150 ms at the rate of the document

const char* const kDocument = R"(pipeline: p
epoch: 50ms
nodes:
  in:
    type: file_source
    path: in.jsonl
    follow: true
    rate: RATE
    schema: {id: long not null, k: long, t: timestamp(ms)}
    event_time: {column: t, out_of_order: 1s}
  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}
  unique: {type: deduplicate, input: in, keys: [id], within: 1h}
  silver: {type: delta_sink, input: unique, table: silver.p}
  win:
    type: window_aggregate
    input: unique
    window: {tumbling: 1s}
    group_by: [k]
    aggregates: {n: count(*), s: sum(id)}
  gold: {type: delta_sink, input: win, table: gold.p}
  out: {type: file_sink, input: unique, path: out}
)";

QStringList arguments(const std::string& document, const std::string& workspace, int workers)
{
    return {QStringLiteral("run"),   QString::fromStdString(document),  QStringLiteral("-q"),
            QStringLiteral("-w"),    QString::fromStdString(workspace), QStringLiteral("--workers"),
            QString::number(workers)};
}

Ended endOf(QProcess& process)
{
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

Error failedProgram(const Ended& ended)
{
    return {.code = ErrorCode::Internal,
            .message = "the program ended with " + std::to_string(ended.code) + ": "
                + ended.err.toStdString(),
            .object = "sluicectl",
            .hint = {},
            .cause = {}};
}

} // namespace

KillRig::KillRig(std::string folder, std::uint64_t seed)
    : m_folder(std::move(folder))
    , m_workspace(m_folder + "/w")
    , m_document(m_folder + "/p.yaml")
    , m_random(seed)
{
    writeDocument("20000");
}

void KillRig::writeDocument(const char* rate) const
{
    std::string text = kDocument;
    text.replace(text.find("RATE"), 4, rate);
    std::ofstream(m_document) << text;
}

// Times grow by a millisecond a record, less a disorder below what the document allows. A fifth of
// the records repeat an id of the last few hundred; one in ninety-seven is cut off.
void KillRig::produce(int records)
{
    std::ofstream out(m_folder + "/in.jsonl", std::ios::app);
    for (int i = 0; i < records; ++i) {
        const std::int64_t number = m_produced++;
        if (number % 97 == 96) {
            out << "{\"id\":" << number << ",\"k\":\n";
            ++m_broken;
            continue;
        }
        const bool isRepeated = number > 1000 && m_random() % 5 == 0;
        std::int64_t id = isRepeated ? number - 1 - std::int64_t(m_random() % 500) : number;
        id -= id % 97 == 96 ? 1 : 0; // a broken record has no id
        const std::int64_t time = 1'700'000'000'000 + id - id % 7 * 50;
        const std::int64_t key = id % 5;
        out << "{\"id\":" << id << ",\"k\":" << key << ",\"t\":" << time << "}\n";
        m_seen.resize(std::size_t(m_produced));
        if (m_seen[std::size_t(id)])
            continue;
        m_seen[std::size_t(id)] = true;
        ++m_unique;
        Window& window = m_gold[{time - time % kWindowMs, key}];
        ++window.count;
        window.sum += id;
    }
}

Result<std::string> KillRig::cycle()
{
    std::vector<std::string_view> names(failPointNames().begin(), failPointNames().end());
    std::erase_if(names, [](std::string_view name) {
        return name.starts_with("kafka.") || name.starts_with("replay.")
            || name.starts_with("shadow.");
    });
    const int choice = int(m_random() % 4);
    if (choice < 2) {
        static constexpr std::array<const char*, 5> kActions{"kill", "kill", "error", "full_disk",
                                                             "short_write"};
        const std::string point = std::string(names[m_random() % names.size()]) + "="
            + kActions[m_random() % kActions.size()] + "@" + std::to_string(1 + m_random() % 2);
        const Status reached = cycleAt(point, 800);
        if (!reached && reached.error().code != ErrorCode::NotFound)
            return reached.error();
        return reached ? point : point + " (not reached)";
    }
    produce(kRecords);
    QProcess process;
    process.start(programPath(), arguments(m_document, m_workspace, 1 + choice % 3));
    const int moment = int(m_random() % 300);
    if (process.waitForFinished(moment))
        return failedProgram(endOf(process));
    process.kill(); // SIGKILL
    process.waitForFinished(test::kPatienceMs);
    return "killed after " + std::to_string(moment) + " ms";
}

Status KillRig::cycleAt(const std::string& failPoint, int waitMs)
{
    // A table's log gets a checkpoint every hundred commits: a longer run comes nearer to it.
    const bool isRare = failPoint.find("checkpoint.") != std::string::npos;
    produce(isRare ? 4 * kRecords : 2 * kRecords);
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SLUICE_FAILPOINT"), QString::fromStdString(failPoint));
    process.setProcessEnvironment(environment);
    process.start(programPath(), arguments(m_document, m_workspace, 1 + int(m_random() % 3)));
    if (process.waitForFinished(waitMs)) {
        const bool wasKilled = process.exitStatus() == QProcess::CrashExit;
        const bool isAsWanted = failPoint.find("=kill") != std::string::npos
            ? wasKilled
            : !wasKilled && process.exitCode() == 1;
        return isAsWanted ? ok() : Status(failedProgram(endOf(process)));
    }
    process.kill();
    process.waitForFinished(test::kPatienceMs);
    return Error{.code = ErrorCode::NotFound, .message = "not reached", .object = failPoint};
}

Result<std::string> KillRig::answer(const std::string& sql) const
{
    const Ended ended
        = sluicectl({QStringLiteral("sql"), QStringLiteral("--json"), QStringLiteral("-w"),
                     QString::fromStdString(m_workspace), QString::fromStdString(sql)});
    if (ended.code != 0)
        return failedProgram(ended);
    return ended.out.trimmed().toStdString();
}

Result<KillVerdict> KillRig::finish()
{
    writeDocument("0"); // as fast as it can
    const Ended last
        = sluicectl(arguments(m_document, m_workspace, 2) << QStringLiteral("--until-idle"));
    if (last.code != 0)
        return failedProgram(last);
    KillVerdict verdict;
    SLUICE_TRY(count(verdict, "bronze.p", "event_id", m_produced - m_broken));
    SLUICE_TRY(count(verdict, "silver.p", "id", m_unique));
    if (m_broken > 0)
        SLUICE_TRY(count(verdict, "dead_letter.p", "position", m_broken));
    SLUICE_TRY(compareGold(verdict));
    compareFiles(verdict);
    return verdict;
}

// [{"n":5,"d":5}]
Status KillRig::count(KillVerdict& verdict, const std::string& table, const std::string& key,
                      std::int64_t wanted) const
{
    SLUICE_TRY(const std::string text,
               answer("SELECT count(*) AS n, count(DISTINCT " + key + ") AS d FROM " + table));
    long long rows = 0;
    long long distinct = 0;
    if (std::sscanf(text.c_str(), "[{\"n\":%lld,\"d\":%lld", &rows, &distinct) != 2)
        return Error{.code = ErrorCode::Internal, .message = "no counts: " + text, .object = table};
    verdict.lost += std::max<std::int64_t>(0, wanted - distinct);
    verdict.duplicated += rows - distinct + std::max<std::int64_t>(0, distinct - wanted);
    if (rows != wanted || distinct != wanted)
        verdict.details += table + ": " + std::to_string(rows) + " rows, "
            + std::to_string(distinct) + " different, " + std::to_string(wanted) + " wanted\n";
    return ok();
}

Status KillRig::compareGold(KillVerdict& verdict) const
{
    SLUICE_TRY(std::string text,
               answer("SELECT epoch_ms(window_start) AS w, k, n, s FROM gold.p ORDER BY ALL"));
    std::map<std::pair<std::int64_t, std::int64_t>, Window> found;
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
        long long start = 0, key = 0, rows = 0, sum = 0;
        if (std::sscanf(text.c_str() + at, "{\"w\":%lld,\"k\":%lld,\"n\":%lld,\"s\":%lld", &start,
                        &key, &rows, &sum)
            != 4)
            return Error{.code = ErrorCode::Internal,
                         .message = "no window: " + text.substr(at, 80),
                         .object = "gold.p"};
        Window& window = found[{start, key}];
        if (window.count > 0)
            verdict.details += "gold.p: window " + std::to_string(start) + " is there twice\n";
        window.count += rows;
        window.sum += sum;
    }
    for (const auto& [place, window] : m_gold) {
        const Window there = found[place];
        verdict.lost += std::max<std::int64_t>(0, window.count - there.count);
        verdict.duplicated += std::max<std::int64_t>(0, there.count - window.count);
        if (there != window)
            verdict.details += "gold.p: window " + std::to_string(place.first) + ", key "
                + std::to_string(place.second) + ": " + std::to_string(there.count) + " rows, "
                + std::to_string(window.count) + " wanted\n";
    }
    if (found.size() != m_gold.size())
        verdict.details += "gold.p: there are windows that nothing falls into\n";
    return ok();
}

void KillRig::compareFiles(KillVerdict& verdict) const
{
    std::set<std::string> lines;
    std::int64_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder + "/out")) {
        if (!entry.path().filename().string().starts_with("part-"))
            continue;
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line); ++count)
            lines.insert(line);
    }
    verdict.lost += std::max<std::int64_t>(0, m_unique - std::int64_t(lines.size()));
    verdict.duplicated += count - std::int64_t(lines.size());
    if (count != m_unique || std::int64_t(lines.size()) != m_unique)
        verdict.details += "out: " + std::to_string(count) + " lines, "
            + std::to_string(lines.size()) + " different, " + std::to_string(m_unique)
            + " wanted\n";
}

} // namespace sluice::test
