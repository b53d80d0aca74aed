-- title: Load tests
-- note: Servers under load (bitnet-bench load), the latest ten runs: what steady clients with a complete answer saw, ms. TTFT: from when a request was due to its first token; TPOT: mean time of its further tokens. A tail is shown only with enough requests (p99 from 662).
-- empty: No server has been loaded: bitnet-bench load --model FILE --concurrency 8.
WITH runs AS (SELECT run_id, started_at, commit_id FROM v_runs WHERE source = 'load' ORDER BY started_at DESC LIMIT 10),
requests AS MATERIALIZED (SELECT q.* FROM v_load_requests q WHERE run_id IN (SELECT run_id FROM runs)),
counts AS (
    SELECT run_id, config_id, sum(manner = 'steady') AS steady, sum(manner = 'steady' AND outcome = 'complete') AS complete, sum(outcome = 'reset') AS resets,
           sum(tokens) AS tokens, sum(wasted_tokens) AS wasted
    FROM requests GROUP BY run_id, config_id),
served AS (
    SELECT run_id, config_id, ttft_ns / 1e6 AS ttft, (end_ns - ttft_ns) / 1e6 / nullif(tokens - 1, 0) AS tpot
    FROM requests WHERE manner = 'steady' AND outcome = 'complete'),
ranked AS (
    SELECT run_id, config_id, ttft, tpot, count(*) OVER w AS n, row_number() OVER (w ORDER BY ttft) AS i, row_number() OVER (w ORDER BY tpot) AS j
    FROM served WINDOW w AS (PARTITION BY run_id, config_id)),
times AS (
    SELECT run_id, config_id, max(CASE i WHEN (n + 1) / 2 THEN printf('%.1f', ttft) END) AS ttft, max(CASE WHEN n >= 662 AND i = (99 * n + 99) / 100 THEN printf('%.1f', ttft) END) AS ttft_p99,
           max(CASE j WHEN (n + 1) / 2 THEN printf('%.2f', tpot) END) AS tpot, max(CASE WHEN n >= 662 AND j = (99 * n + 99) / 100 THEN printf('%.2f', tpot) END) AS tpot_p99
    FROM ranked GROUP BY run_id, config_id)
SELECT substr(r.started_at, 1, 10) || ' ' || substr(r.started_at, 12, 5) AS started, c.model, c.workload, k.complete || ' of ' || k.steady AS "steady clients complete",
       k.resets, k.tokens, k.wasted AS "of them wasted", t.ttft AS "TTFT p50", t.ttft_p99 AS "TTFT p99", t.tpot AS "TPOT p50", t.tpot_p99 AS "TPOT p99",
       substr(r.commit_id, 1, 12) AS "commit", c.options
FROM runs r JOIN counts k USING (run_id) JOIN v_configs c USING (config_id) LEFT JOIN times t ON t.run_id = r.run_id AND t.config_id = k.config_id
ORDER BY r.started_at DESC
