// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/theme/appearance.h"
#include "ui/widgets/rows_table.h"

#include <QDir>
#include <QPushButton>
#include <QWidget>

#include <cmath>

namespace sluice::ui {

/// Shows one page over a fake engine whose snapshot a test changes.
template <class PageType> class PageFixture
{
public:
    explicit PageFixture(api::EngineSnapshot snapshot)
        : now(std::move(snapshot))
    {
        engine.publish(now);
        bridge = std::make_unique<EngineBridge>(engine);
        page = std::make_unique<PageType>(*bridge);
        page->resize(1520, 930);
    }
    void show()
    {
        page->show();
        bridge->tick();
        bridge->tick(); // an answer may lead to another question
    }
    /// Publishes now, some time later, and lets the page take it.
    void publish(std::int64_t laterUs = 100'000)
    {
        now.timeUs += laterUs;
        engine.publish(now);
        bridge->tick();
        bridge->tick();
    }

    RowsTable* table(const char* accessibleName) const
    {
        for (RowsTable* each : page->template findChildren<RowsTable*>())
            if (each->accessibleName() == QString::fromUtf8(accessibleName))
                return each;
        return nullptr;
    }
    QPushButton* button(const char* text) const
    {
        for (QPushButton* each : page->template findChildren<QPushButton*>())
            if (each->text() == QString::fromUtf8(text) && each->isVisibleTo(page.get()))
                return each;
        return nullptr;
    }
    /// The last question of a kind; nullptr if there was none.
    template <class Query> const Query* asked() const
    {
        for (auto query = engine.queries.rbegin(); query != engine.queries.rend(); ++query)
            if (const auto* found = std::get_if<Query>(&query->second))
                return found;
        return nullptr;
    }
    template <class Query> std::size_t countAsked() const
    {
        return std::size_t(std::ranges::count_if(engine.queries, [](const auto& query) {
            return std::holds_alternative<Query>(query.second);
        }));
    }
    /// Whether a text is seen anywhere on the page.
    bool says(const char* text) const
    {
        for (const QLabel* label : page->template findChildren<QLabel*>())
            if (label->isVisibleTo(page.get()) && label->text().contains(QString::fromUtf8(text)))
                return true;
        return false;
    }
    /// Saves pictures in both themes and sizes to the folder that SLUICE_SHOTS names, if any.
    void shoot(const char* name)
    {
        const QString folder = qEnvironmentVariable("SLUICE_SHOTS");
        for (const QSize size : {QSize(1520, 930), QSize(1200, 732)})
            for (const bool isDark : {false, true}) {
                Appearance::instance().setDark(isDark);
                page->resize(size);
                publish();
                const QPixmap picture = page->grab();
                QVERIFY(!picture.isNull());
                if (!folder.isEmpty() && QDir().mkpath(folder))
                    picture.save(
                        QStringLiteral("%1/%2-%3-%4.png")
                            .arg(folder, QString::fromUtf8(name))
                            .arg(size.width())
                            .arg(isDark ? QStringLiteral("dark") : QStringLiteral("light")));
            }
    }

    test::FakeEngine engine;
    std::unique_ptr<EngineBridge> bridge;
    std::unique_ptr<PageType> page;
    api::EngineSnapshot now;
};

inline QString cellOf(const RowsTable& table, const char* key, std::size_t column)
{
    for (const RowsModel::Row& row : table.rowsModel().rows())
        if (row.key == QString::fromUtf8(key))
            return row.cells[column].text;
    return QStringLiteral("no such row");
}

/// A wave with a second of a gap, for every series.
inline api::AnswerBody wave(const api::SeriesQuery& query, double level)
{
    api::SeriesAnswer out;
    for (int i = 0; i < 300; ++i) {
        const std::int64_t at = query.fromUs + (query.toUs - query.fromUs) * i / 300;
        const double value = level * (1 + 0.1 * std::sin(i / 9.0));
        if (i < 140 || i > 150)
            out.cells.push_back({at, value * 0.98, value * 1.02, value});
    }
    return out;
}

inline api::Grid smallGrid(int rows)
{
    api::Grid out;
    out.columns = {{"order_id", "string", false}, {"amount", "double", true}};
    for (int i = 0; i < rows; ++i)
        out.rows.push_back({"o-" + std::to_string(i), std::to_string(i) + ".5"});
    out.rows.push_back({"o-last", std::nullopt});
    return out;
}

} // namespace sluice::ui
