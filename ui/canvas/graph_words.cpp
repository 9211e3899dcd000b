// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"
#include "ui/text/units.h"

namespace sluice::ui {

Health nodeHealth(const api::NodeSnapshot& node, api::RunState state)
{
    constexpr double kBlocked = 0.85;
    if (!node.isConserved)
        return Health::Critical;
    if (!node.trouble.empty())
        return Health::Warning;
    if (state == api::RunState::Failed)
        return Health::Unknown;
    if (state != api::RunState::Running && state != api::RunState::Starting
        && state != api::RunState::Stopping)
        return Health::Stopped;
    return node.blockedShare > kBlocked ? Health::Warning : Health::Ok;
}

QString nodeWords(const api::NodeSnapshot& node)
{
    const auto line
        = [](const QString& text) { return text.isEmpty() ? QString() : QLatin1Char('\n') + text; };
    QString out = qstr(node.name);
    QString what = qstr(node.typeTitle);
    for (const std::string& more : {node.summary, node.target})
        if (!more.empty() && !what.contains(qstr(more)))
            what += (what.isEmpty() ? QString() : QStringLiteral(" · ")) + qstr(more);
    out += line(what);
    out += line(QObject::tr("in %1, out %2, busy %3, blocked %4")
                    .arg(rateText(node.rowsInPerSecond), rateText(node.rowsOutPerSecond),
                         percentText(node.busyShare, 0), percentText(node.blockedShare, 0)));
    if (node.rejects.rejected() > 0)
        out += line(
            QObject::tr("%1 rows rejected").arg(countText(std::int64_t(node.rejects.rejected()))));
    if (node.errors > 0)
        out += line(QObject::tr("%1 errors").arg(countText(std::int64_t(node.errors))));
    if (!node.isConserved)
        out += line(QObject::tr("rows are not conserved here"));
    return out + line(qstr(node.trouble));
}

QString edgeWords(const api::EdgeSnapshot& edge)
{
    QString out = QObject::tr("%1 → %2\n%3, %4/s\n%5 rows queued, %6 full")
                      .arg(qstr(edge.from), qstr(edge.to), rateText(edge.rowsPerSecond),
                           bytesQuantity(std::int64_t(edge.bytesPerSecond)).text(),
                           countText(edge.queuedRows), percentText(edge.fillShare, 0));
    if (edge.fillShare >= 1)
        out += QLatin1Char('\n') + QObject::tr("%1 waits for room").arg(qstr(edge.from));
    return out;
}

} // namespace sluice::ui
