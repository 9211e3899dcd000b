// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/expr/catalogue.h"
#include "engine/expr/program.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::expr {

/// What a function takes at one place of an overload.
enum class Want {
    Text,
    Long,   // any integer, as long
    Double, // any number, as double
    Boolean,
    Date,
    Timestamp, // also a date
    Interval
};

/// A fixed list of parameters with its kernel.
struct Overload
{
    std::vector<Want> parameters;
    TypePtr result;
    Kernel kernel; // operands come with exactly the wanted types
    bool isStrict = true;
};

/// What binding a call found out: its type and kernel, or why it cannot be.
struct Binding
{
    TypePtr type;
    Kernel kernel;
    bool isStrict = true;
    Node::Kind kind = Node::Kind::Call;
    bool isIdentity = false; // the value of the first operand
    std::string error;       // set = failed
    std::string hint;
    int wrong = -1; // the operand that is to blame

    static Binding failure(std::string error, int wrong = -1, std::string hint = {});
};

/// The operands of a call while it is being bound. Functions look at types and constants and ask
/// for conversions here.
class Operands
{
public:
    Operands(std::string name, std::vector<NodePtr>& nodes)
        : m_name(std::move(name))
        , m_nodes(nodes)
    {
    }

    const std::string& name() const { return m_name; }
    std::size_t size() const { return m_nodes.size(); }
    const TypePtr& type(std::size_t i) const { return m_nodes[i]->type; }
    const Node& node(std::size_t i) const { return *m_nodes[i]; }
    /// The value of a constant operand, also a null one; nullptr for others.
    const arrow::Scalar* constant(std::size_t i) const;
    /// The value of a constant text operand.
    std::optional<std::string> text(std::size_t i) const;
    std::optional<std::int64_t> integer(std::size_t i) const;

    std::vector<std::size_t> all(std::size_t first = 0) const;
    /// The common type of operands [first, end), literals yielding to columns; nullptr if none.
    TypePtr common(std::size_t first = 0) const;
    TypePtr common(const std::vector<std::size_t>& which) const;
    /// Converts one operand without being asked for by the user. The returned binding has an error
    /// when that is impossible.
    std::optional<Binding> convert(std::size_t i, const TypePtr& to);
    /// The same by any conversion that CAST knows.
    std::optional<Binding> convertOpenly(std::size_t i, const TypePtr& to);
    /// Converts operands [first, end) to their common type.
    std::optional<Binding> convertAll(const TypePtr& to, std::size_t first = 0);
    /// Forgets operands [first, end): a kernel has taken their constants in.
    void drop(std::size_t first) { m_nodes.resize(first); }
    /// Forgets the first operand.
    void dropFirst() { m_nodes.erase(m_nodes.begin()); }
    /// Puts a second copy of the first operand behind it.
    void repeatFirst();

private:
    std::string m_name;
    std::vector<NodePtr>& m_nodes;
};

/// One row of the registry: help, and either overloads or a rule that binds a call. A row with
/// neither is syntax that the parser turns into another row.
struct Function
{
    CatalogueEntry entry;
    std::vector<Overload> overloads;
    int least = 0; // operands for bind
    int most = -1; // -1 = any number
    std::function<Binding(Operands&)> bind;
};

/// Returns the function of a name or alias in any case, or nullptr.
const Function* findFunction(std::string_view name);

/// Binds the operands of a call, converting them as needed.
Binding bindCall(const Function& function, Operands& operands);

// The rows, a file a category under functions/.
std::vector<Function> arithmeticFunctions();
std::vector<Function> comparisonFunctions();
std::vector<Function> membershipFunctions();
std::vector<Function> conditionalFunctions();
std::vector<Function> conversionFunctions();
std::vector<Function> mathFunctions();
std::vector<Function> roundingFunctions();
std::vector<Function> textFunctions();
std::vector<Function> textPartFunctions();
std::vector<Function> digestFunctions();
std::vector<Function> patternFunctions();
std::vector<Function> regexpFunctions();
std::vector<Function> timePartFunctions();
std::vector<Function> timeArithmeticFunctions();
std::vector<Function> timeFormatFunctions();
std::vector<Function> jsonFunctions();
std::vector<Function> nestedFunctions();

} // namespace sluice::expr
