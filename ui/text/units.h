// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <string>

namespace sluice::ui {

/// The only place where numbers become text. A thin space stands before units, a minus is U+2212,
/// what is not known is an en dash. Times are UTC.

/// A number and its unit, for tiles that set the unit smaller.
struct Quantity
{
    QString number, unit;
    bool operator==(const Quantity&) const = default;
    QString text() const { return unit.isEmpty() ? number : number + QChar(0x2009) + unit; }
};

Quantity rateQuantity(double perSecond);              // 184k rec/s; -1 = not known
Quantity durationQuantity(std::int64_t us);           // 340 ms, 2.4 s, 12 min; -1 = not known
Quantity bytesQuantity(std::int64_t bytes);           // 3.4 GiB
QString rateText(double perSecond);                   // 184k/s, for edges and tables
QString countText(std::int64_t count);                // 1,234,567
QString shortCount(double value);                     // 1.2M, for axes
QString percentText(double share, int decimals);      // 99.97 %
QString burnText(double burn);                        // 9.1×, 14×, 2,000×
QString clockText(std::int64_t us);                   // 14:00:12
QString dateTimeText(std::int64_t us);                // 2026-11-24 14:00:12
QString agoText(std::int64_t us, std::int64_t nowUs); // 12 s ago
inline QString dash()
{
    return QString(QChar(0x2013));
}
inline QString qstr(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace sluice::ui
