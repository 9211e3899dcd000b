// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/lasting_trouble.h"
#include "engine/api/shadow.h"
#include "engine/lake/raw_source.h"

#include <future>
#include <map>
#include <memory>
#include <string>

namespace sluice::api {

/// A command that waits for a shadow.
struct ShadowOrder
{
    CommandId id = 0; // 0 = none
    std::string key;  // by which it can be given up
    bool isSwap = false;
};

/// A shadow and where it stands. Control thread.
struct ShadowRun
{
    /// The real pipeline stands still for so long at the most.
    static constexpr Micros kLongestTrouble = std::chrono::seconds(30);

    enum class Step {
        Idle,         // nobody works on it
        Reading,      // what is there is read
        Ending,       // its last epoch
        StoppingReal, // the real pipeline ends its epoch, so that no more comes
        Settling,     // it did not run: its last epoch is finished
        CatchingUp,   // the rest is read
        EndingTail,   // its last epoch
        Adopting,     // the tables change places
    };

    ShadowSpec spec;
    Step step = Step::Idle;
    ShadowOrder order;                       // that waits for the end of it
    bool handsOver = false;                  // when it has read, without being asked again
    bool startsReal = false;                 // it ran before
    LastingTrouble trouble{kLongestTrouble}; // catching up: the sources cannot be read
    std::map<std::string, std::shared_ptr<lake::RawEnd>> ends; // by source
    std::future<Status> adopting;

    bool isHandingOver() const { return step >= Step::StoppingReal; }
};

} // namespace sluice::api
