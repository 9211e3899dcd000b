// SPDX-License-Identifier: Apache-2.0
// Makes the fixture of this version: make_golden PIPELINE_FOLDER NEW_FOLDER
#include "engine/columns/batch.h"
#include "tests/golden/golden_files.h"
#include "tests/golden/golden_run.h"

#include <cstdio>
#include <filesystem>

namespace fs = std::filesystem;

int main(int argc, char** argv)
{
    using namespace sluice;
    if (argc != 3) {
        std::fprintf(stderr, "make_golden PIPELINE_FOLDER NEW_FOLDER\n");
        return 2;
    }
    initializeColumns();
    const std::string folder = fs::absolute(argv[2]).lexically_normal().string();
    if (fs::exists(folder)) {
        std::fprintf(stderr, "%s is there; a fixture of a released version is never changed\n",
                     folder.c_str());
        return 1;
    }
    fs::create_directories(folder + "/lake");
    for (const char* name : {"pipeline.yaml", "answers.sql"})
        fs::copy(fs::path(argv[1]) / name, fs::path(folder) / name);
    test::writeRecords(folder);
    {
        // Three epochs, so that there is whole state and changes of it; then it breaks off.
        test::feed(folder, 0, 60);
        test::GoldenRun run(folder);
        run.endEpoch();
        for (const std::size_t from : {60U, 90U}) {
            test::feed(folder, from, from + 30);
            run.endEpoch();
        }
        if (run.status().epoch != 3 || !run.status().warnings.empty()) {
            std::fprintf(stderr, "the run failed: %s\n", run.status().reason.c_str());
            return 1;
        }
    }
    test::makePortable(folder);
    return 0;
}
