// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_page.h"
#include "ui/pages/lake_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/pipelines_page.h"
#include "ui/pages/quality_page.h"
#include "ui/pages/sla_page.h"
#include "ui/pages/sql_page.h"

namespace sluice::ui {
namespace {

template <class PageType> PageEntry entry(const char* id, const char* title, const char* icon)
{
    return {QString::fromLatin1(id), QString::fromLatin1(title), QString::fromLatin1(icon),
            [](EngineBridge& bridge) -> Page* { return new PageType(bridge); }};
}

} // namespace

const std::vector<PageEntry>& pageList()
{
    static const std::vector<PageEntry> pages{
        entry<OverviewPage>("overview", "Overview", "layout-dashboard"),
        entry<PipelinesPage>("pipelines", "Pipelines", "workflow"),
        entry<QualityPage>("quality", "Quality", "shield-check"),
        entry<SlaPage>("sla", "SLA", "target"),
        entry<LakePage>("lake", "Lake", "library"),
        entry<SqlPage>("sql", "SQL", "square-terminal"),
        entry<ConnectionsPage>("connections", "Connections", "plug")};
    return pages;
}

} // namespace sluice::ui
