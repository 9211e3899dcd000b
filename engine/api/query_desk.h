// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/query.h"
#include "engine/api/workspace_link.h"
#include "engine/telemetry/series_store.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::api {

/// Answers questions on a thread of its own, in order; those about running pipelines are answered
/// by the control thread, which calls answerLive. Clients only touch the queues.
class QueryDesk
{
public:
    /// wake is called when a question for the control thread came in.
    QueryDesk(WorkspaceLink& workspace, const SeriesStore& series, std::function<void()> wake);
    ~QueryDesk();

    RequestId ask(Query query);
    std::vector<Answer> takeAnswers();

    /// Control thread: answers what waits for it.
    void answerLive(const std::function<AnswerBody(const Query&)>& answer);

private:
    struct Asked
    {
        RequestId id = 0;
        Query query;
    };
    void work();
    AnswerBody answer(RequestId id, const Query& query);
    AnswerBody answer(const SeriesQuery& query) const;
    AnswerBody answer(const TableListQuery& query) const;
    AnswerBody answer(const TableDetailQuery& query) const;
    AnswerBody answer(const SqlQuery& query) const;
    AnswerBody testConnection(RequestId id, const ConnectionTestQuery& query);
    void put(RequestId id, AnswerBody body);

    WorkspaceLink& m_workspace;
    const SeriesStore& m_series;
    std::function<void()> m_wake;
    std::mutex m_mutex;
    std::condition_variable m_hasWork;
    std::deque<Asked> m_asked, m_live;
    std::vector<Answer> m_answers;
    RequestId m_lastId = 0;
    std::atomic<bool> m_isStopping{false};
    std::thread m_thread;
};

/// Rows of batches as text.
Grid gridOf(const std::shared_ptr<arrow::Schema>& schema,
            const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, std::int64_t maxRows);

} // namespace sluice::api
