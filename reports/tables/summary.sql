-- as: cards
-- empty: The database holds no finished point, stress test or score yet; run make bench.
WITH latest_stress AS (SELECT * FROM v_stress s WHERE run_id = (SELECT max(run_id) FROM v_stress t WHERE t.model_id = s.model_id AND t.test = s.test)),
best AS (
    SELECT phase, tokens_per_s, series, model, workload, row_number() OVER (PARTITION BY phase ORDER BY tokens_per_s DESC) AS i
    FROM v_results WHERE run_id = :run),
share AS (SELECT max(bandwidth_share) AS x FROM v_efficiency WHERE run_id = :run AND phase = 'decode')
SELECT CASE phase WHEN 'decode' THEN 'Fastest decode' ELSE 'Fastest prefill' END, printf('%,d tokens/s', CAST(round(tokens_per_s) AS INTEGER)),
       series || ' · ' || workload FROM best WHERE i = 1 AND phase IN ('decode', 'prefill')
UNION ALL
SELECT 'Gain over the reference kernel', printf('%.1f×', (SELECT max(tokens_per_s) FROM v_results WHERE run_id = :run AND phase = 'decode') / max(tokens_per_s)),
       'decode, best kernel and threads against ref on one thread' FROM v_results WHERE run_id = :run AND phase = 'decode' AND kernel = 'ref' AND threads = 1
HAVING count(*) > 0
UNION ALL
SELECT 'Share of memory bandwidth', printf('%.0f %%', 100 * x), CASE WHEN x > 1 THEN 'decode; above 100 % the weights stay in the cache, the roofline is of memory' ELSE 'decode, best point against the measured roofline' END FROM share WHERE x IS NOT NULL
UNION ALL
SELECT 'Points', printf('%d of %d', n_finished, n_points), printf('%d failed, %d skipped, %d open', n_failed, n_skipped, n_open)
FROM v_runs WHERE run_id = :run AND n_points > 0
UNION ALL
SELECT 'Same output everywhere', CASE WHEN max(n) = 1 THEN 'yes' ELSE 'NO' END,
       printf('logits hash of %d points in %d workloads', sum(points), count(*))
FROM (SELECT count(DISTINCT hash) AS n, count(*) AS points FROM v_points WHERE run_id = :run AND state = 'finished' AND hash IS NOT NULL AND engine = 'bitnet'
      GROUP BY model_id, workload) HAVING count(*) > 0
UNION ALL
SELECT 'Stress tests', printf('%d passed', sum(verdict = 'PASS')), printf('%d failed, %d skipped', sum(verdict = 'FAIL'), sum(verdict = 'SKIP'))
FROM latest_stress HAVING count(*) > 0
UNION ALL
SELECT task || ' ' || metric, CASE WHEN metric LIKE 'acc%' THEN printf('%.1f %%', 100 * value) ELSE printf('%.3f', value) END,
       model || coalesce(printf(' · ± %.2g', CASE WHEN metric LIKE 'acc%' THEN 100 * stderr ELSE stderr END), '')
FROM (SELECT * FROM v_scores s WHERE value IS NOT NULL AND (metric = 'acc' OR metric LIKE 'ppl@%')
      AND run_id = (SELECT max(run_id) FROM v_scores t WHERE t.model_id = s.model_id AND t.task = s.task AND t.metric = s.metric AND t.config = s.config)
      ORDER BY run_id DESC LIMIT 4)
