#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the console's faces of the released ones; run by hand with fontTools when a new release comes.

  bake_fonts.py FOLDER_WITH_INTER_AND_JETBRAINS_MONO resources/fonts

Qt has no switch for font features before 6.7. So Inter gets its tabular digits as the plain ones
(numbers that change in place must not move what stands beside them), and JetBrains Mono loses its
ligatures (an expression is shown as it was typed). Both are renamed, as a changed font is.
"""
import sys

from fontTools.ttLib import TTFont


def rename(font, words):
    for record in font["name"].names:
        text = record.toUnicode()
        if record.nameID in (1, 3, 4, 6, 16, 21):
            for old, new in words:
                text = text.replace(old, new)
            record.string = text


def feature_lookups(font, tags):
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag in tags:
            yield record.Feature, [table.LookupList.Lookup[i] for i in record.Feature.LookupListIndex]


def tabular(source, target):
    font = TTFont(source)
    swapped = {}
    for _, lookups in feature_lookups(font, {"tnum"}):
        for lookup in lookups:
            for subtable in lookup.SubTable:
                swapped.update(getattr(getattr(subtable, "ExtSubTable", subtable), "mapping", {}))
    for table in font["cmap"].tables:
        for digit in range(0x30, 0x3A):
            if digit in table.cmap:
                # Tables may share one map, so a digit may have been swapped already.
                table.cmap[digit] = swapped.get(table.cmap[digit], table.cmap[digit])
    rename(font, [("Inter-", "InterTabular-"), ("Inter", "Inter Tabular"), ("Inter TabularTabular", "InterTabular")])
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [name.replace("Inter", "InterTabular") for name in cff.fontNames]
    font.save(target)


def without_ligatures(source, target):
    font = TTFont(source)
    for feature, _ in feature_lookups(font, {"calt", "liga", "clig", "dlig"}):
        feature.LookupListIndex, feature.LookupCount = [], 0
    rename(font, [("JetBrains Mono", "Sluice Mono"), ("JetBrainsMono", "SluiceMono")])
    font.save(target)


folder, out = sys.argv[1:3]
for weight in ("Regular", "Medium", "SemiBold"):
    tabular(f"{folder}/Inter-{weight}.otf", f"{out}/InterTabular-{weight}.otf")
without_ligatures(f"{folder}/JetBrainsMono-Regular.ttf", f"{out}/SluiceMono-Regular.ttf")
