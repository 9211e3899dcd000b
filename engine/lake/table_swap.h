// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace sluice::lake {

/// A table whose content takes the place of another's.
struct TableSwap
{
    std::string lakeFolder;
    std::string table, shadow; // "gold.sales", "gold.sales__shadow"
    std::string appId;         // of the sink that writes the table
    std::int64_t epoch = 0;    // the transaction that the swap is
    bool isBronze = false;     // it takes appends only; that is suspended for the swap
};

/// Does it as one commit: removes all files of the table, adds the shadow's (under a second name
/// for the same bytes on disk), takes over its columns. Older versions of the table stay readable,
/// the shadow stays as it is. Repeating it after a crash changes nothing. Errors: Conflict if the
/// table takes appends only and is no bronze, NotFound if there is no shadow.
///
/// Of a bronze table a commit before it sets delta.appendOnly to false, as the protocol wants it of
/// who removes rows; that of the swap sets it to true again.
Status swapTable(const TableSwap& swap, const Clock& clock);

/// The same for a table of rejects, by rows: of the table those stay whose node is not among nodes,
/// of the shadow those come whose node is.
Status swapRejects(const TableSwap& swap, const std::set<std::string>& nodes, const Clock& clock);

/// Removes the folder of a table with all its versions.
Status dropTable(const std::string& lakeFolder, const std::string& table);

} // namespace sluice::lake
