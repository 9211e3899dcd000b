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

// The pages ask for what they show; two seconds are enough for every answer and a plot's next tick.
constexpr int kSettleMs = 2200;

void settle()
{
    QEventLoop loop;
    QTimer::singleShot(kSettleMs, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

int savePageShots(MainWindow& window, const QString& folder, QSize size)
{
    int saved = 0;
    QDir().mkpath(folder);
    window.resize(size);
    for (int i = 0; i < window.pageCount(); ++i) {
        window.showPage(i);
        if (auto* sql = qobject_cast<SqlPage*>(window.page(i))) {
            sql->setText(QStringLiteral(
                "SELECT country, count(*) AS orders, round(avg(amount), 2) AS mean_amount\nFROM "
                "silver.orders\nGROUP BY ALL ORDER BY orders DESC"));
            sql->run();
        }
        for (const bool isDark : {true, false}) {
            Appearance::instance().setDark(isDark);
            settle();
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
