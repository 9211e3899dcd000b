// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/function.h"

namespace sluice::expr {

/// Binds + - and their intervals when an operand is a date or timestamp; nullopt when none is.
std::optional<Binding> bindTimeArithmetic(Operands& operands, bool isMinus);

/// A loop over numbers: out[i] = op(a[i], b[i]). The operation returns false when the result does
/// not fit; describe(a, b) then says what went wrong.
Kernel wholeNumberKernel(char operation, const TypePtr& type);
Kernel floatingKernel(char operation, const TypePtr& type);
/// Operands have scale and type of their own; the product has the sum of the scales.
Kernel decimalKernel(char operation, const TypePtr& type);

} // namespace sluice::expr
