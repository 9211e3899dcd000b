// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/verdict.h"

namespace sluice {

const char* verdictName(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass: return "pass";
    case Verdict::Filtered: return "filtered";
    case Verdict::Dropped: return "dropped";
    case Verdict::Duplicate: return "duplicate";
    case Verdict::Late: return "late";
    case Verdict::DeadLetter: return "dead_letter";
    case Verdict::Quarantined: return "quarantined";
    case Verdict::Count_: break;
    }
    return "unknown";
}

} // namespace sluice
