// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/page_shots.h"

#include "ui/pages/page.h"
#include "ui/pages/sql_page.h"
#include "ui/shell/main_window.h"
#include "ui/theme/appearance.h"

#include <QDir>
#include <QEventLoop>
#include <QPixmap>
#include <QTimer>

namespace sluice::ui {
namespace {

// A page asks for what it shows when it is shown; this is enough for every answer and a plot's next
// tick. Another theme only repaints.
constexpr int kAnswersMs = 1500;
constexpr int kRepaintMs = 400;

void settle(int milliseconds)
{
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

int savePageShots(MainWindow& window, const QString& folder, QSize size)
{
    int saved = 0;
    QDir().mkpath(folder);
    window.resize(size);
    // The first page last: its plots then have the most to show.
    for (int i = window.pageCount() - 1; i >= 0; --i) {
        window.showPage(i);
        if (auto* sql = qobject_cast<SqlPage*>(window.page(i))) {
            sql->setText(QStringLiteral(
                "SELECT country, count(*) AS orders, round(avg(amount), 2) AS mean_amount\nFROM "
                "silver.orders\nGROUP BY ALL ORDER BY orders DESC"));
            sql->run();
        }
        for (const bool isDark : {true, false}) {
            Appearance::instance().setDark(isDark);
            settle(isDark ? kAnswersMs : kRepaintMs);
            const QString name
                = QStringLiteral("%1/%2-%3.png")
                      .arg(folder, pageList()[std::size_t(i)].id,
                           isDark ? QStringLiteral("dark") : QStringLiteral("light"));
            saved += window.grab().save(name);
        }
    }
    return saved;
}

} // namespace sluice::ui
