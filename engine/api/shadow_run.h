// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/shadow.h"
#include "engine/lake/raw_source.h"

#include <future>
#include <map>
#include <memory>
#include <string>

namespace sluice::api {

/// A shadow and where it stands. Control thread.
struct ShadowRun
{
    enum class Step {
        Idle,         // nobody works on it
        Reading,      // what is kept is read
        Ending,       // its last epoch
        StoppingReal, // the real pipeline ends its epoch, so that no more comes into bronze
        Settling,     // it did not run: its last epoch is finished
        CatchingUp,   // the rest of bronze is read
        EndingTail,   // its last epoch
        Adopting,     // the tables change places
    };

    ShadowSpec spec;
    Step step = Step::Idle;
    CommandId id = 0;        // of the command that waits for the end of it
    bool startsReal = false; // it ran before
    std::map<std::string, std::shared_ptr<lake::RawEnd>> ends; // by source
    std::future<Status> adopting;

    bool isHandingOver() const { return step >= Step::StoppingReal; }
};

} // namespace sluice::api
