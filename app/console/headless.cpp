// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/headless.h"

#include "ui/bridge/engine_bridge.h"
#include "ui/shell/main_window.h"
#include "ui/shell/page_shots.h"
#include "ui/text/units.h"

#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QSaveFile>
#include <QTimer>

#include <algorithm>
#include <cstdio>

namespace sluice::console {
namespace {

void letRun(int milliseconds)
{
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

QString summaryOf(const api::EngineSnapshot& snapshot)
{
    using namespace ui;
    QString out = QStringLiteral("# What the demo plant did\n\nAt %1 UTC, workspace %2.\n\n")
                      .arg(dateTimeText(snapshot.timeUs), qstr(snapshot.workspacePath));
    out += QStringLiteral("| Pipeline | State | Records in | Rate | p50 | p99 | Rejected | Rows "
                          "conserved |\n|---|---|---|---|---|---|---|---|\n");
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        out += QStringLiteral("| %1 | %2 | %3 | %4 | %5 | %6 | %7 | %8 |\n")
                   .arg(qstr(pipeline.name),
                        pipeline.state == api::RunState::Running ? QStringLiteral("running")
                                                                 : QStringLiteral("not running"),
                        countText(std::int64_t(pipeline.rowsIn)),
                        rateText(pipeline.rowsInPerSecond),
                        durationQuantity(pipeline.latency.p50Us).text(),
                        durationQuantity(pipeline.latency.p99Us).text(),
                        countText(std::int64_t(pipeline.rejects.rejected())),
                        pipeline.isConserved ? QStringLiteral("yes") : QStringLiteral("no"));
    out += QStringLiteral("\n| Table | Rows committed |\n|---|---|\n");
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (node.role == api::NodeRole::Sink)
                out += QStringLiteral("| %1 | %2 |\n")
                           .arg(qstr(node.target), countText(node.committedRows));
    return out;
}

bool hasMoved(const api::EngineSnapshot& snapshot)
{
    bool hasRows = !snapshot.pipelines.empty();
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        hasRows = hasRows && pipeline.state == api::RunState::Running && pipeline.rowsIn > 0
            && pipeline.epoch > 0;
    return hasRows;
}

} // namespace

int runHeadless(api::Engine& engine, ui::EngineBridge& bridge, ui::MainWindow& window, int seconds,
                QSize size, const QString& folder)
{
    window.startDemo();
    window.show();
    constexpr int kShotsSeconds = 14; // seven pages, two themes
    letRun(std::max(5, seconds - kShotsSeconds) * 1000);
    const int saved = ui::savePageShots(window, folder, size);
    bridge.tick();
    const api::EngineSnapshotPtr snapshot = engine.snapshot();
    QSaveFile summary(folder + QStringLiteral("/summary.md"));
    const bool isWritten = summary.open(QIODevice::WriteOnly)
        && summary.write(summaryOf(*snapshot).toUtf8()) > 0 && summary.commit();
    const QString path = QDir(folder).absolutePath();
    std::printf("%d pictures and summary.md are in %s\nthe lake is in %s/lake\n", saved,
                path.toUtf8().constData(), snapshot->workspacePath.c_str());
    if (!hasMoved(*snapshot))
        std::fprintf(stderr, "sluice: no records moved; see %s/sluice.log\n",
                     snapshot->workspacePath.c_str());
    return saved > 0 && isWritten && hasMoved(*snapshot) ? 0 : 1;
}

} // namespace sluice::console
