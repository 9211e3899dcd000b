// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/engine_bridge.h"

#include <QMainWindow>
#include <QStackedWidget>

namespace sluice::ui {

class ActivityRail;
class Page;
class StatusLine;
class Toast;
class TopBar;
class Welcome;

/// Places the parts: rail, top bar, pages, status line. Remembers its place and theme.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(EngineBridge& bridge, QWidget* parent = nullptr);

    void showPage(int index);
    void showPage(const QString& id);
    int pageCount() const;
    Page* page(int index) const { return m_pages[std::size_t(index)]; }
    void startDemo();
    void openDocument(const QString& path);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void chooseDocument();
    void applySnapshot(const api::EngineSnapshot& snapshot);
    void makeShortcuts();

    EngineBridge& m_bridge;
    ActivityRail* m_rail;
    TopBar* m_topBar;
    StatusLine* m_statusLine;
    QStackedWidget* m_stack;
    Welcome* m_welcome;
    std::vector<Page*> m_pages;
    Toast* m_toast;
    int m_current = 0;
};

} // namespace sluice::ui
