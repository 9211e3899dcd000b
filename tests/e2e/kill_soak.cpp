// SPDX-License-Identifier: Apache-2.0
// kill_soak [--cycles N] [--seed S] [--json]: kills the real binary over and over, for as long as
// one likes, and tells what was lost and what is there twice. Exit code 1 if anything is.
#include "engine/base/json_writer.h"
#include "tests/e2e/kill_rig.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <QCoreApplication>
#include <QTemporaryDir>

namespace {

struct Wishes
{
    long cycles = 100;
    std::uint64_t seed = 1;
    bool isJson = false;
};

bool readArguments(int argc, char** argv, Wishes& out)
{
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0)
            out.isJson = true;
        else if (std::strcmp(argv[i], "--cycles") == 0 && i + 1 < argc)
            out.cycles = std::strtol(argv[++i], nullptr, 10);
        else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            out.seed = std::strtoull(argv[++i], nullptr, 10);
        else
            return false;
    }
    return out.cycles > 0;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    Wishes wishes;
    if (!readArguments(argc, argv, wishes)) {
        std::fprintf(stderr, "kill_soak [--cycles N] [--seed S] [--json]\n");
        return 2;
    }
    const auto begin = std::chrono::steady_clock::now();
    QTemporaryDir folder;
    sluice::test::KillRig rig(folder.path().toStdString(), wishes.seed);
    for (long i = 1; i <= wishes.cycles; ++i) {
        const auto how = rig.cycle();
        std::fprintf(stderr, "%ld/%ld %s\n", i, wishes.cycles,
                     how ? how->c_str() : how.error().text().c_str());
        if (!how) {
            folder.setAutoRemove(false);
            std::fprintf(stderr, "kept: %s\n", folder.path().toLocal8Bit().constData());
            return 1;
        }
    }
    const auto verdict = rig.finish();
    if (!verdict) {
        folder.setAutoRemove(false);
        std::fprintf(stderr, "%s\nkept: %s\n", verdict.error().text().c_str(),
                     folder.path().toLocal8Bit().constData());
        return 1;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const bool isClean = verdict->details.empty();
    if (wishes.isJson) {
        sluice::JsonWriter out;
        out.beginObject().key("cycles").value(std::int64_t(wishes.cycles));
        out.key("seed").value(std::int64_t(wishes.seed)).key("records").value(rig.produced());
        out.key("lost").value(verdict->lost).key("duplicated").value(verdict->duplicated);
        out.key("seconds").value(took.count()).endObject();
        std::printf("%s\n", out.text().c_str());
    } else {
        std::printf("%ld cycles, %lld records, %lld lost, %lld duplicated\n", wishes.cycles,
                    static_cast<long long>(rig.produced()), static_cast<long long>(verdict->lost),
                    static_cast<long long>(verdict->duplicated));
    }
    if (!isClean) {
        folder.setAutoRemove(false);
        std::fprintf(stderr, "%skept: %s\n", verdict->details.c_str(),
                     folder.path().toLocal8Bit().constData());
    }
    return isClean ? 0 : 1;
}
