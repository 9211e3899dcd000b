// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "tests/support/test_main.h"
#include "ui/theme/icons.h"

#include <QImage>
#include <QPainter>

#include <cmath>

namespace sluice::ui {
namespace {

double luminance(const QColor& color)
{
    const auto linear
        = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF());
}

// WCAG 2: (lighter + 0.05) / (darker + 0.05).
double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

} // namespace

class ThemeTest : public QObject
{
    Q_OBJECT

private slots:
    void textIsReadableOnEverySurface()
    {
        for (const Theme* theme : {&Theme::dark(), &Theme::light()}) {
            for (const QColor& ground :
                 {theme->ground, theme->chrome, theme->surface, theme->raised, theme->overlay,
                  theme->sunken, theme->accentSoft})
                for (const QColor& text : {theme->text1, theme->text2, theme->text3})
                    QVERIFY2(contrast(text, ground) >= 4.5,
                             qPrintable(text.name() + QStringLiteral(" on ") + ground.name()));
            QVERIFY(contrast(theme->warn, theme->warnSoft) >= 4.5);
            QVERIFY(contrast(theme->crit, theme->critSoft) >= 4.5);
            QVERIFY(contrast(theme->onAccent, theme->accentFill) >= 4.5);
            QVERIFY(contrast(theme->envProd, theme->envProdSoft) >= 4.5);
            QVERIFY(contrast(theme->unknown, theme->chrome) >= 4.5);
            for (const QColor& series : theme->series)
                QVERIFY2(contrast(series, theme->surface) >= 3.0, qPrintable(series.name()));
        }
    }
    void fontsAndIconsAreShipped()
    {
        QCOMPARE(QFontInfo(fontFor(TextRole::Body)).family(), QStringLiteral("Inter Tabular"));
        QVERIFY(fontFor(TextRole::Small).pixelSize() >= 11);
        QCOMPARE(QFontInfo(fontFor(TextRole::Mono)).family(), QStringLiteral("Sluice Mono"));
        // A number that changes in place does not move what stands beside it.
        const QFontMetricsF stat(fontFor(TextRole::Stat));
        for (const QChar digit : QStringLiteral("123456789"))
            QVERIFY(std::abs(stat.horizontalAdvance(digit) - stat.horizontalAdvance(u'0')) < 0.1);
        // An expression is shown as it was typed: two characters are not drawn as one sign.
        const auto drawn = [](std::initializer_list<QString> parts) {
            QImage image(60, 30, QImage::Format_ARGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            painter.setFont(fontFor(TextRole::Mono));
            double x = 2;
            for (const QString& part : parts) {
                painter.drawText(QPointF(x, 20), part);
                x += QFontMetricsF(painter.font()).horizontalAdvance(part);
            }
            return image;
        };
        QCOMPARE(drawn({QStringLiteral("<=")}), drawn({QStringLiteral("<"), QStringLiteral("=")}));
        for (const char* type :
             {"kafka_source", "file_source", "delta_sink", "window_aggregate", "unknown"})
            QVERIFY2(!iconPixmap(nodeIcon(QString::fromLatin1(type)), Qt::black, 16).isNull(),
                     type);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::ThemeTest)
#include "theme_test.moc"
