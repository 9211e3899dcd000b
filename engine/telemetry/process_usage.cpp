// SPDX-License-Identifier: Apache-2.0
#include "engine/telemetry/process_usage.h"

#include <cstdio>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sluice {

ProcessUsage processUsage()
{
    ProcessUsage usage;
    rusage times{};
    ::getrusage(RUSAGE_SELF, &times);
    const auto ns = [](const timeval& time) {
        return std::int64_t(time.tv_sec) * 1'000'000'000 + std::int64_t(time.tv_usec) * 1000;
    };
    usage.cpuNs = ns(times.ru_utime) + ns(times.ru_stime);
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        long total = 0;
        long resident = 0;
        if (std::fscanf(file, "%ld %ld", &total, &resident) == 2)
            usage.residentBytes = std::int64_t(resident) * ::sysconf(_SC_PAGESIZE);
        std::fclose(file);
    }
    return usage;
}

int processorCount()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

} // namespace sluice
