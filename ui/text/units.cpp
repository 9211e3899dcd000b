// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/text/units.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::ui {
namespace {

// Three significant figures, without trailing zeros after the point being cut: 1.20 -> 1.2.
QString figures(double value)
{
    const double size = std::abs(value);
    QString text = QString::number(value, 'f', size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2);
    if (text.contains(QLatin1Char('.'))) {
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(QLatin1Char('.')))
            text.chop(1);
    }
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

QDateTime dateTime(std::int64_t us)
{
    return QDateTime::fromMSecsSinceEpoch(us / 1000, QTimeZone::utc());
}

} // namespace

QString shortCount(double value)
{
    const double size = std::abs(value);
    if (size >= 999.5e6)
        return figures(value / 1e9) + QLatin1Char('G');
    if (size >= 999.5e3)
        return figures(value / 1e6) + QLatin1Char('M');
    if (size >= 9999.5)
        return figures(value / 1e3) + QLatin1Char('k');
    if (size >= 1000)
        return countText(std::llround(value));
    return figures(value);
}

Quantity rateQuantity(double perSecond)
{
    if (perSecond < 0)
        return {dash(), QString()};
    return {shortCount(perSecond), QStringLiteral("rec/s")};
}

QString rateText(double perSecond)
{
    return shortCount(perSecond) + QStringLiteral("/s");
}

Quantity durationQuantity(std::int64_t us)
{
    if (us < 0)
        return {dash(), QString()};
    const double value = double(us);
    if (us == 0)
        return {QStringLiteral("0"), QStringLiteral("s")};
    if (value < 1e3)
        return {figures(value), QStringLiteral("µs")};
    if (value < 999.5e3)
        return {figures(value / 1e3), QStringLiteral("ms")};
    if (value < 120e6)
        return {figures(value / 1e6), QStringLiteral("s")};
    if (value < 7200e6)
        return {figures(value / 60e6), QStringLiteral("min")};
    if (value < 48 * 3600e6)
        return {figures(value / 3600e6), QStringLiteral("h")};
    return {figures(value / (24 * 3600e6)), QStringLiteral("d")};
}

Quantity bytesQuantity(std::int64_t bytes)
{
    if (bytes < 0)
        return {dash(), QString()};
    static constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    double value = double(bytes);
    std::size_t unit = 0;
    for (; value >= 1023.5 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    return {figures(value), QString::fromLatin1(kUnits[unit])};
}

QString countText(std::int64_t count)
{
    QString digits = QString::number(count < 0 ? -count : count);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QLatin1Char(','));
    return count < 0 ? QChar(0x2212) + digits : digits;
}

QString percentText(double share, int decimals)
{
    // Never round up to 100 %: a share below one is not whole.
    double percent = share * 100;
    const double unit = std::pow(10, -decimals);
    if (share < 1 && percent > 100 - unit)
        percent = 100 - unit;
    return QString::number(percent, 'f', decimals).replace(QLatin1Char('-'), QChar(0x2212))
        + QChar(0x2009) + QLatin1Char('%');
}

QString burnText(double burn)
{
    const QString number
        = burn < 10 ? QString::number(burn, 'f', 1) : countText(std::int64_t(std::llround(burn)));
    return number + QChar(0x00D7);
}

QString clockText(std::int64_t us)
{
    return us <= 0 ? dash() : dateTime(us).toString(QStringLiteral("HH:mm:ss"));
}

QString dateTimeText(std::int64_t us)
{
    return us <= 0 ? dash() : dateTime(us).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString agoText(std::int64_t us, std::int64_t nowUs)
{
    if (us <= 0)
        return dash();
    const std::int64_t seconds = std::max<std::int64_t>(0, (nowUs - us) / 1'000'000);
    return durationQuantity(seconds * 1'000'000).text() + QStringLiteral(" ago");
}

} // namespace sluice::ui
