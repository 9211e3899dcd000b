// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/zoom_bar.h"

#include "tests/support/test_main.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

namespace sluice::ui {

class ZoomBarTest : public QObject
{
    Q_OBJECT

private slots:
    void itsButtonsAskForMoreLessAndEverything()
    {
        QWidget parent;
        ZoomBar bar(&parent);
        QSignalSpy zoomed(&bar, &ZoomBar::zoomed), fit(&bar, &ZoomBar::fitWanted);
        for (QPushButton* button : bar.findChildren<QPushButton*>()) {
            QVERIFY(!button->accessibleName().isEmpty());
            button->click();
        }
        QCOMPARE(zoomed.count(), 2);
        QVERIFY(zoomed[0][0].toDouble() < 1 && zoomed[1][0].toDouble() > 1);
        QCOMPARE(fit.count(), 1);
        bar.setZoom(0.5);
        QCOMPARE(bar.findChild<QLabel*>()->text(), QStringLiteral("50") + QChar(0x2009) + "%");
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::ZoomBarTest)
#include "zoom_bar_test.moc"
