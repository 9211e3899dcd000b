// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/environment_chip.h"

#include "tests/support/test_main.h"
#include "ui/theme/appearance.h"

namespace sluice::ui {

class EnvironmentChipTest : public QObject
{
    Q_OBJECT

private slots:
    void itNamesTheEnvironmentAndShowsProductionInItsOwnHue_data()
    {
        QTest::addColumn<QString>("environment");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QColor>("ground");
        const Theme& dark = Theme::dark();
        QTest::newRow("this computer") << ""
                                       << "This computer plant" << dark.chrome;
        QTest::newRow("dev") << "dev"
                             << "DEV plant" << dark.chrome;
        QTest::newRow("test") << "test"
                              << "TEST plant" << dark.chrome;
        QTest::newRow("prod") << "prod"
                              << "PROD plant" << dark.envProdSoft;
    }
    void itNamesTheEnvironmentAndShowsProductionInItsOwnHue()
    {
        QFETCH(QString, environment);
        QFETCH(QString, words);
        QFETCH(QColor, ground);
        Appearance::instance().setDark(true);
        EnvironmentChip chip;
        chip.setWorkspace(environment, QStringLiteral("plant"));
        QCOMPARE(chip.accessibleName(), words);
        chip.resize(chip.sizeHint());
        QCOMPARE(chip.grab().toImage().pixelColor(4, 13), ground);
    }
    void aLongNameIsShortenedInsteadOfPushingTheRestAway()
    {
        EnvironmentChip chip;
        chip.setWorkspace({}, QString(200, QLatin1Char('m')));
        QVERIFY(chip.sizeHint().width() <= 320);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::EnvironmentChipTest)
#include "environment_chip_test.moc"
