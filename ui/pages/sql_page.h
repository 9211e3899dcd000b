// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/tile.h"

#include <QElapsedTimer>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>

#include <optional>

namespace sluice::ui {

/// SQL over the lake: a text, the tables that can be named, and the rows of the answer or what was
/// wrong and where.
class SqlPage final : public Page
{
    Q_OBJECT

public:
    explicit SqlPage(EngineBridge& bridge, QWidget* parent = nullptr);
    void setText(const QString& sql) { m_text->setPlainText(sql); }
    void run();

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    QWidget* makeTables();
    QWidget* makeEditor();
    QWidget* makeAnswer();
    void askTables();
    void insertTable(const QString& name);
    void showAnswer(const api::SqlAnswer& answer);
    void showError(const Error& error);
    void markPlace(const QString& message);

    QPlainTextEdit* m_text;
    QListWidget* m_tables;
    QPushButton* m_run;
    QPushButton* m_copy;
    QPushButton* m_export;
    TextLabel* m_outcome;
    TextLabel* m_error;
    GridTable* m_rows;
    QElapsedTimer m_since;
    bool m_isRunning = false, m_isListWaiting = false;
    qint64 m_askedUs = 0;
};

/// Where a message of the SQL engine points to; counted from 1, column 0 = the whole line.
struct SqlPlace
{
    int line = 1, column = 0;
};
std::optional<SqlPlace> placeOf(const QString& message);

} // namespace sluice::ui
