// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/bind.h"

#include "engine/columns/types.h"
#include "engine/expr/cast.h"
#include "engine/expr/function.h"
#include "engine/expr/type_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

constexpr std::array<std::string_view, 16> kAggregates{
    "sum",    "count", "avg",  "mean",      "min",     "max",     "approx_quantile",       "median",
    "stddev", "first", "last", "any_value", "arg_max", "arg_min", "approx_count_distinct", "list"};

// What has another value at each run.
constexpr std::array<std::string_view, 9> kMoments{
    "now",  "current_timestamp", "current_date",         "current_time", "today", "random",
    "uuid", "localtimestamp",    "transaction_timestamp"};

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

NodePtr makeCall(const TypePtr& type, std::size_t offset, Kernel kernel, NodePtr child)
{
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::Call;
    node->type = type;
    node->offset = offset;
    node->kernel = std::move(kernel);
    node->children.push_back(std::move(child));
    return node;
}

// Takes a column as it is stored to the type expressions work with.
Kernel workingKernel(const TypePtr& from, const TypePtr& to)
{
    const bool isSameStorage = isTimestamp(*from) && isTimestamp(*to)
        && static_cast<const arrow::TimestampType&>(*from).unit() == arrow::TimeUnit::MICRO;
    return [to, isSameStorage](Arguments arguments, Evaluation&) -> arrow::Result<Datum> {
        if (isSameStorage) {
            auto data = arguments[0].array()->Copy();
            data->type = to;
            return Datum(std::move(data));
        }
        return arrow::compute::Cast(arguments[0], arrow::compute::CastOptions::Unsafe(to));
    };
}

void collectColumns(const Node& node, std::set<int>& columns)
{
    if (node.kind == Node::Kind::Column)
        columns.insert(node.column);
    for (const NodePtr& child : node.children)
        collectColumns(*child, columns);
}

} // namespace

TextPosition Binder::position(std::size_t offset) const
{
    TextPosition at = m_place.at;
    if (at.line == 0)
        return at;
    bool isFirstLine = true;
    for (std::size_t i = 0; i < std::min(offset, m_text.size()); ++i) {
        if (m_text[i] == '\n') {
            ++at.line;
            at.column = 1;
            isFirstLine = false;
        } else if ((static_cast<unsigned char>(m_text[i]) & 0xC0) != 0x80) {
            ++at.column; // a character, not a byte
        }
    }
    // The indentation of a block is not part of its text.
    if (m_place.isBlock || !isFirstLine)
        at.column = m_place.isBlock ? 0 : at.column;
    return at;
}

void Binder::report(std::size_t offset, std::string message, std::string hint)
{
    m_out.error(position(offset), m_path, std::move(message), std::move(hint));
}

int Binder::columnIndex(const std::string& name) const
{
    for (int i = 0; i < m_schema.num_fields(); ++i) {
        if (m_schema.field(i)->name() == name)
            return i;
    }
    for (int i = 0; i < m_schema.num_fields(); ++i) {
        if (equalsIgnoringCase(m_schema.field(i)->name(), name))
            return i;
    }
    return -1;
}

void Binder::reportMoment(const Syntax& syntax, const std::string& name)
{
    report(syntax.offset, name + " depends on when it runs, so a replay would give other values",
           "use a time that is in the record");
}

void Binder::reportMissingColumn(const Syntax& syntax)
{
    const std::string& name = syntax.path.front();
    if (std::ranges::find(kMoments, name) != kMoments.end()) {
        reportMoment(syntax, name);
        return;
    }
    std::string hint = suggestionFor(name, m_schema.field_names());
    const bool isQuoted = syntax.offset < m_text.size() && m_text[syntax.offset] == '"';
    if (hint.empty() && isQuoted)
        hint = "double quotes name a column; text stands in single quotes: '" + name + "'";
    if (hint.empty() && m_schema.num_fields() > 0 && m_schema.num_fields() <= 12) {
        for (const std::string& known : m_schema.field_names())
            hint += (hint.empty() ? "the columns are " : ", ") + known;
    }
    report(syntax.offset, "column \"" + name + "\" does not exist", std::move(hint));
}

NodePtr Binder::column(const Syntax& syntax)
{
    const int index = columnIndex(syntax.path.front());
    if (index < 0) {
        reportMissingColumn(syntax);
        return nullptr;
    }
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::Column;
    node->column = index;
    node->offset = syntax.offset;
    node->type = m_schema.field(index)->type();
    if (const TypePtr working = workingType(node->type); !working->Equals(*node->type)) {
        Kernel kernel = workingKernel(node->type, working);
        node = makeCall(working, syntax.offset, std::move(kernel), std::move(node));
    }
    for (std::size_t i = 1; node && i < syntax.path.size(); ++i)
        node = field(std::move(node), syntax.path[i], syntax.offset);
    return node;
}

NodePtr Binder::field(NodePtr from, const std::string& name, std::size_t offset)
{
    if (from->type->id() != arrow::Type::STRUCT) {
        report(offset, displayName(*from->type) + " has no field \"" + name + "\"",
               "only a struct has fields");
        return nullptr;
    }
    const auto& type = static_cast<const arrow::StructType&>(*from->type);
    int index = type.GetFieldIndex(name);
    for (int i = 0; index < 0 && i < type.num_fields(); ++i) {
        if (equalsIgnoringCase(type.field(i)->name(), name))
            index = i;
    }
    if (index < 0) {
        std::vector<std::string> names;
        for (const auto& field : type.fields())
            names.push_back(field->name());
        report(offset, "the struct has no field \"" + name + "\"", suggestionFor(name, names));
        return nullptr;
    }
    const TypePtr stored = type.field(index)->type();
    Kernel kernel = [index](Arguments arguments, Evaluation&) -> arrow::Result<Datum> {
        const auto array = arguments[0].make_array();
        ARROW_ASSIGN_OR_RAISE(auto flat,
                              static_cast<const arrow::StructArray&>(*array).GetFlattenedField(
                                  index));
        return Datum(std::move(flat));
    };
    NodePtr node = makeCall(stored, offset, std::move(kernel), std::move(from));
    if (const TypePtr working = workingType(stored); !working->Equals(*stored)) {
        Kernel widen = workingKernel(stored, working);
        node = makeCall(working, offset, std::move(widen), std::move(node));
    }
    return node;
}

NodePtr Binder::cast(const Syntax& syntax)
{
    NodePtr node = bind(syntax.children[0]);
    if (!node)
        return nullptr;
    std::string message;
    const bool isConversion = node->type->Equals(*syntax.type) || isNullType(*node->type)
        || castKernel(node->type, syntax.type, false);
    if (!isConversion) {
        report(syntax.offset,
               "cannot convert " + displayName(*node->type) + " to " + displayName(*syntax.type));
        return nullptr;
    }
    if (!convertNode(node, syntax.type, syntax.isTry, message)) {
        report(syntax.offset, message);
        return nullptr;
    }
    node->isLiteral = false;
    return node;
}

void Binder::reportUnknown(const Syntax& syntax)
{
    if (std::ranges::find(kAggregates, syntax.function) != kAggregates.end()) {
        report(syntax.offset,
               syntax.function + " is an aggregate and has no value for a single row",
               "aggregates belong to a window_aggregate node");
        return;
    }
    if (std::ranges::find(kMoments, syntax.function) != kMoments.end()) {
        reportMoment(syntax, syntax.function);
        return;
    }
    const bool isName = std::isalpha(static_cast<unsigned char>(syntax.function.front())) != 0;
    report(syntax.offset,
           isName ? "unknown function " + syntax.function
                  : "operator " + syntax.function + " is not supported",
           isName ? suggestionFor(syntax.function, functionNames()) : std::string());
}

NodePtr Binder::call(const Syntax& syntax)
{
    if (syntax.function == "struct_extract" && syntax.children.size() == 2) {
        const Syntax& name = syntax.children[1];
        if (name.kind == Syntax::Kind::Constant && name.value->is_valid
            && isText(*name.value->type)) {
            NodePtr from = bind(syntax.children[0]);
            return from ? field(std::move(from), name.value->ToString(), syntax.offset) : nullptr;
        }
    }
    const Function* function = findFunction(syntax.function);
    if (!function || (function->overloads.empty() && !function->bind)) {
        reportUnknown(syntax);
        return nullptr;
    }
    if (syntax.isStar || syntax.isDistinct || !syntax.filter.empty()) {
        report(syntax.offset, syntax.function + " is not an aggregate");
        return nullptr;
    }
    std::vector<NodePtr> nodes;
    bool isGood = true;
    for (const Syntax& child : syntax.children) {
        nodes.push_back(bind(child));
        isGood = isGood && nodes.back();
    }
    if (!isGood)
        return nullptr;

    std::vector<std::size_t> offsets;
    for (const NodePtr& node : nodes)
        offsets.push_back(node->offset);
    Operands operands(syntax.function, nodes);
    Binding binding = bindCall(*function, operands);
    if (!binding.error.empty()) {
        const bool isArgument = binding.wrong >= 0 && std::size_t(binding.wrong) < offsets.size();
        report(isArgument ? offsets[std::size_t(binding.wrong)] : syntax.offset,
               std::move(binding.error), std::move(binding.hint));
        return nullptr;
    }
    if (binding.isIdentity)
        return std::move(nodes[0]);
    auto node = std::make_unique<Node>();
    node->kind = binding.kind;
    node->type = std::move(binding.type);
    node->offset = syntax.offset;
    node->kernel = std::move(binding.kernel);
    node->isStrict = binding.isStrict;
    node->children = std::move(nodes);
    std::string message;
    if (!foldNode(node, message)) {
        report(syntax.offset, message);
        return nullptr;
    }
    return node;
}

NodePtr Binder::bind(const Syntax& syntax)
{
    switch (syntax.kind) {
    case Syntax::Kind::Column: return column(syntax);
    case Syntax::Kind::Cast: return cast(syntax);
    case Syntax::Kind::Call: return call(syntax);
    case Syntax::Kind::Constant: break;
    }
    auto node = std::make_unique<Node>();
    node->type = syntax.value->type;
    node->constant = syntax.value;
    node->offset = syntax.offset;
    node->isLiteral = true;
    return node;
}

std::optional<Expression> Binder::expression(const Syntax& syntax, std::string text)
{
    NodePtr root = bind(syntax);
    if (!root)
        return std::nullopt;
    if (isInterval(*root->type)) {
        report(syntax.offset, "an interval cannot be the value of a column",
               "use date_diff or epoch to have a number");
        return std::nullopt;
    }
    auto program = std::make_shared<Program>();
    program->text = std::move(text);
    std::set<int> columns;
    collectColumns(*root, columns);
    program->columns.assign(columns.begin(), columns.end());
    if (root->isConstant())
        program->constant = root->constant.scalar();
    program->root = std::move(root);
    return Expression(std::move(program));
}

} // namespace sluice::expr
