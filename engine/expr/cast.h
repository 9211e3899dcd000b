// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/program.h"

#include <string>

namespace sluice::expr {

/// Returns the kernel of CAST(x AS to), empty when there is no such conversion. A value that does
/// not fit fails its row; with isTry it becomes null.
Kernel castKernel(const TypePtr& from, const TypePtr& to, bool isTry);

/// The parts of castKernel().
Kernel numberCast(const TypePtr& from, const TypePtr& to, bool isTry);
Kernel textCast(const TypePtr& from, const TypePtr& to, bool isTry);

/// Wraps a node in a conversion, or converts its constant at once; nothing to do when it has the
/// type already. Returns false with a message when it cannot be done.
bool convertNode(NodePtr& node, const TypePtr& to, bool isTry, std::string& message);

/// Replaces a call whose operands are all constant by its value. Returns false with a message when
/// computing it fails.
bool foldNode(NodePtr& node, std::string& message);

/// A conversion that nobody needs to write: to a wider number, from date to timestamp, a literal
/// to the type beside it.
bool convertsSilently(const Node& node, const TypePtr& to);

} // namespace sluice::expr
