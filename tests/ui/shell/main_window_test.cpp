// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"
#include "ui/pages/page.h"
#include "ui/shell/welcome.h"
#include "ui/shell/window_settings.h"
#include "ui/theme/appearance.h"
#include "ui/widgets/rows_table.h"

#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>

namespace sluice::ui {

class MainWindowTest : public QObject
{
    Q_OBJECT

    static bool isShown(const MainWindow& window, const char* id)
    {
        for (int i = 0; i < window.pageCount(); ++i)
            if (window.page(i)->isVisible())
                return pageList()[std::size_t(i)].id == QLatin1String(id);
        return false;
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        // The settings of whoever runs the tests are neither read nor changed.
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        Appearance::instance().setDark(true);
    }
    void init() { windowSettings().clear(); }
    void theWindowRemembersItsPageAndTheme()
    {
        test::FakeEngine engine;
        engine.publish(test::plantSnapshot());
        EngineBridge bridge(engine);
        {
            MainWindow window(bridge);
            window.show();
            window.showPage(QStringLiteral("sql"));
            Appearance::instance().setDark(false);
            window.close();
        }
        QCOMPARE(windowSettings().value(QStringLiteral("window/page")).toString(),
                 QStringLiteral("sql"));
        QCOMPARE(windowSettings().value(QStringLiteral("window/dark")).toBool(), false);
        QCOMPARE(windowSettings().status(), QSettings::NoError);
        MainWindow again(bridge);
        again.show();
        QVERIFY(isShown(again, "sql"));
        // A page of another version that is not there any more: the first one.
        windowSettings().setValue(QStringLiteral("window/page"), QStringLiteral("gone"));
        MainWindow third(bridge);
        third.show();
        QVERIFY(isShown(third, "overview"));
        // An empty workspace welcomes, wherever one was last.
        windowSettings().setValue(QStringLiteral("window/page"), QStringLiteral("sql"));
        test::FakeEngine empty;
        EngineBridge emptyBridge(empty);
        MainWindow fourth(emptyBridge);
        fourth.show();
        QVERIFY(fourth.findChild<Welcome*>()->isVisible());
        Appearance::instance().setDark(true);
    }
    void anEmptyWorkspaceWelcomesAndOffersTheDemo()
    {
        test::FakeEngine engine;
        EngineBridge bridge(engine);
        MainWindow window(bridge);
        window.show();
        auto* welcome = window.findChild<Welcome*>();
        QVERIFY(welcome && welcome->isVisible());
        welcome->connectionWanted();
        QVERIFY(isShown(window, "connections"));
        window.showPage(0);
        for (QPushButton* button : welcome->findChildren<QPushButton*>())
            if (button->property("kind").toString() == QStringLiteral("primary"))
                button->click();
        QCOMPARE(engine.commands.size(), std::size_t(1));
        QVERIFY(std::holds_alternative<api::StartDemoPlant>(engine.commands[0]));
        engine.publish(test::plantSnapshot());
        bridge.tick();
        QVERIFY(!welcome->isVisible()); // the overview takes its place by itself
    }
    void everyPageIsShownByItsKeyAndTakesASnapshot()
    {
        test::FakeEngine engine;
        engine.publish(test::plantSnapshot());
        EngineBridge bridge(engine);
        MainWindow window(bridge);
        window.resize(1280, 800);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        for (int i = 0; i < window.pageCount(); ++i) {
            QTest::keyClick(&window, Qt::Key(Qt::Key_1 + i), Qt::ControlModifier);
            QVERIFY2(window.page(i)->isVisible(), qPrintable(pageList()[std::size_t(i)].id));
            engine.publish(test::plantSnapshot());
            bridge.tick();
            for (const bool isDark : {false, true}) {
                Appearance::instance().setDark(isDark);
                QVERIFY(!window.grab().isNull());
            }
        }
    }
    void theQualityPageShowsTheRules()
    {
        test::FakeEngine engine;
        engine.publish(test::plantSnapshot());
        EngineBridge bridge(engine);
        MainWindow window(bridge);
        window.show();
        window.showPage(QStringLiteral("quality"));
        bool isFound = false;
        for (const RowsTable* table : window.findChildren<RowsTable*>())
            for (const RowsModel::Row& row : table->rowsModel().rows())
                isFound = isFound
                    || (row.key == QStringLiteral("orders/checked/has_customer")
                        && row.cells[5].text == QStringLiteral("10"));
        QVERIFY(isFound);
    }

private:
    QTemporaryDir m_settings;
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::MainWindowTest)
#include "main_window_test.moc"
