// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/text/units.h"
#include "ui/theme/appearance.h"

#include <QWidget>

#include <vector>

namespace sluice::ui {

/// One number with its name, unit, what is usual, and a small line of how it went.
class StatTile final : public QWidget
{
    Q_OBJECT

public:
    explicit StatTile(const QString& name, QWidget* parent = nullptr);

    void setValue(const Quantity& value, Health health = Health::Ok);
    /// details: what the note is short for, in the tooltip.
    void setNote(const QString& note, const QString& details = {});
    void setLine(std::vector<double> values);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_name, m_note;
    Quantity m_value{dash(), {}};
    Health m_health = Health::Ok;
    std::vector<double> m_line;
};

/// An objective: value against target, error budget left, burn rates.
class ObjectiveTile final : public QWidget
{
    Q_OBJECT

public:
    struct Content
    {
        QString name, target, burn;
        Quantity value{dash(), {}};
        Health health = Health::Unknown;
        double budgetLeft = 1;
        bool operator==(const Content&) const = default;
    };
    explicit ObjectiveTile(QWidget* parent = nullptr);
    void setContent(const Content& content);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Content m_content;
};

} // namespace sluice::ui
