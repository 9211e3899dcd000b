// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/lake/delta_log.h"

namespace sluice::lake {

struct CommitOutcome
{
    std::int64_t version = -1;
    bool wasThere = false; // the transaction had been committed before; nothing was written
};

/// Commits actions on top of a snapshot and brings the snapshot up to date.
///
/// Other writers' commits in between are read and judged: an append goes on behind them, unless
/// one changed the schema or protocol or moved our own transaction; a rewrite goes on unless one
/// of its files is gone. What cannot go on is Conflict, with nothing written. A commit whose
/// transactions are all at their versions or beyond writes nothing (exactly once).
///
/// Fills in commitInfo (time, readVersion, txnId, in-commit timestamp where the table asks).
Result<CommitOutcome> commitTo(const DeltaLog& log, Snapshot& head, Commit commit,
                               const Clock& clock);

} // namespace sluice::lake
