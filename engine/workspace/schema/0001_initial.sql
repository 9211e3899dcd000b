-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE pipelines (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    is_removed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE pipeline_versions (
    pipeline TEXT NOT NULL REFERENCES pipelines(name),
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    document_path TEXT NOT NULL,
    saved_us INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    PRIMARY KEY (pipeline, version)
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    started_us INTEGER NOT NULL,
    ended_us INTEGER,
    outcome TEXT,
    reason TEXT
) STRICT;
CREATE INDEX runs_by_pipeline ON runs(pipeline, started_us);

CREATE TABLE connections (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL
) STRICT;
CREATE TABLE connection_options (
    connection TEXT NOT NULL REFERENCES connections(name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (connection, name)
) STRICT;

CREATE TABLE metric_names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE metric_points (
    metric INTEGER NOT NULL REFERENCES metric_names(id),
    time_us INTEGER NOT NULL,
    least REAL NOT NULL,
    greatest REAL NOT NULL,
    last REAL NOT NULL,
    total REAL NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (metric, time_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE rule_results (
    pipeline TEXT NOT NULL,
    node TEXT NOT NULL,
    rule TEXT NOT NULL,
    minute_us INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (pipeline, node, rule, minute_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
