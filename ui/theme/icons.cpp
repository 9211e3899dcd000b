// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include <QFile>
#include <QHash>
#include <QPainter>
#include <QSvgRenderer>

namespace sluice::ui {

QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio)
{
    static QHash<QString, QPixmap> cache;
    const QString key
        = name + color.name() + QString::number(size) + QString::number(devicePixelRatio);
    if (const auto found = cache.constFind(key); found != cache.constEnd())
        return *found;
    QFile file(QStringLiteral(":/icons/") + name + QStringLiteral(".svg"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray svg = file.readAll();
    svg.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    QPixmap pixmap(QSize(size, size) * devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return *cache.insert(key, pixmap);
}

QIcon icon(const QString& name, const QColor& color, int size)
{
    return QIcon(iconPixmap(name, color, size));
}

QString nodeIcon(const QString& type)
{
    static const QHash<QString, QString> icons{
        {QStringLiteral("kafka_source"), QStringLiteral("arrow-right-from-line")},
        {QStringLiteral("file_source"), QStringLiteral("folder-open")},
        {QStringLiteral("generator_source"), QStringLiteral("factory")},
        {QStringLiteral("filter"), QStringLiteral("filter")},
        {QStringLiteral("derive"), QStringLiteral("square-function")},
        {QStringLiteral("select"), QStringLiteral("columns-3")},
        {QStringLiteral("expect"), QStringLiteral("shield-check")},
        {QStringLiteral("deduplicate"), QStringLiteral("copy-minus")},
        {QStringLiteral("lookup_join"), QStringLiteral("combine")},
        {QStringLiteral("window_aggregate"), QStringLiteral("clock")},
        {QStringLiteral("union"), QStringLiteral("merge")},
        {QStringLiteral("unnest"), QStringLiteral("list-tree")},
        {QStringLiteral("delta_sink"), QStringLiteral("database")},
        {QStringLiteral("file_sink"), QStringLiteral("file-text")},
        {QStringLiteral("kafka_sink"), QStringLiteral("arrow-right-to-line")}};
    return icons.value(type, QStringLiteral("activity"));
}

} // namespace sluice::ui
