-- as: cards
-- empty: The database holds no finished point, stress test or score yet; run make bench.
WITH best AS (
    SELECT phase, tokens_per_s, name, row_number() OVER (PARTITION BY phase ORDER BY tokens_per_s DESC) AS i
    FROM v_results JOIN v_names USING (run_id, config_id) WHERE run_id = :run),
share AS (SELECT max(bandwidth_share) AS x, max(bandwidth_reason) AS reason FROM v_efficiency WHERE run_id = :run AND phase = 'decode')
SELECT CASE phase WHEN 'decode' THEN 'Fastest decode' ELSE 'Fastest prefill' END, printf('%,d tokens/s', CAST(round(tokens_per_s) AS INTEGER)),
       name FROM best WHERE i = 1 AND phase IN ('decode', 'prefill')
UNION ALL
SELECT 'Gain over the reference kernel', printf('%.1f×', max(gain)), 'decode, best kernel and threads against ref on one thread'
FROM (SELECT max(tokens_per_s) / max(CASE WHEN kernel = 'ref' AND threads = 1 THEN tokens_per_s END) AS gain FROM v_results
      WHERE run_id = :run AND phase = 'decode' AND engine = 'bitnet' GROUP BY model_id, workload) HAVING max(gain) IS NOT NULL
UNION ALL
SELECT 'Share of memory bandwidth', CASE WHEN x IS NULL THEN 'in cache' ELSE printf('%.0f %%', 100 * x) END, CASE WHEN x IS NULL THEN 'decode: ' || lower(substr(reason, 1, 1)) || rtrim(substr(reason, 2), '.')
    WHEN x > 1 THEN 'decode; above 100 %: part of the weights stays in a cache, the roofline is of memory' ELSE 'decode, best point against the measured roofline' END FROM share WHERE x IS NOT NULL OR reason IS NOT NULL
UNION ALL
SELECT 'Points', printf('%d of %d', n_finished, n_points), printf('%d failed, %d skipped, %d open', n_failed, n_skipped, n_open)
FROM v_runs WHERE run_id = :run AND n_points > 0
UNION ALL
SELECT 'Same output everywhere', CASE WHEN max(n) = 1 THEN 'yes' ELSE 'NO' END,
       printf('logits hash of %d points', sum(points)) || CASE count(*) WHEN 1 THEN ', all of the same work' ELSE printf(', %d different works', count(*)) END
           || CASE WHEN sum(failed) THEN printf('; %d failed for another hash', sum(failed)) ELSE '' END
FROM (SELECT count(DISTINCT hash) AS n, count(*) AS points, sum(contradicts) AS failed FROM v_outputs
      WHERE run_id = :run AND hash IS NOT NULL AND (state = 'finished' OR contradicts) AND engine = 'bitnet'
      GROUP BY work) HAVING count(*) > 0
UNION ALL
SELECT 'Options', printf('%d to keep', sum(verdict = 'keep')), printf('%d to drop, %d neutral, of %d tried alone', sum(verdict = 'drop'), sum(verdict = 'neutral'), count(*))
    || CASE WHEN sum(verdict = 'broken') THEN printf('; %d BROKEN', sum(verdict = 'broken')) ELSE '' END
FROM latest_effects HAVING count(*) > 0
UNION ALL
SELECT 'Stress tests', printf('%d passed', sum(verdict = 'PASS')), printf('%d failed, %d skipped', sum(verdict = 'FAIL'), sum(verdict = 'SKIP'))
FROM v_latest_stress HAVING count(*) > 0
UNION ALL
SELECT * FROM (
    SELECT 'Readiness', printf('%.1f %%', value), printf('%s · %.1f – %.1f · %s', model, low, high, config)
    FROM (SELECT model, config, run_id, max(CASE metric WHEN 'readiness' THEN value END) AS value, max(CASE metric WHEN 'readiness_low' THEN value END) AS low,
                 max(CASE metric WHEN 'readiness_high' THEN value END) AS high
          FROM v_latest_scores WHERE task = 'readiness' GROUP BY model_id, config)
    WHERE value IS NOT NULL ORDER BY run_id DESC, config LIMIT 4)
UNION ALL
SELECT task || ' ' || metric, CASE WHEN metric LIKE 'acc%' THEN printf('%.1f %%', 100 * value) ELSE printf('%.3f', value) END,
       model || CASE WHEN stderr IS NULL THEN '' ELSE printf(' · ± %.2g', CASE WHEN metric LIKE 'acc%' THEN 100 * stderr ELSE stderr END) END
FROM (SELECT * FROM v_latest_scores WHERE run_id NOT IN (SELECT run_id FROM v_option_effects) AND value IS NOT NULL AND (metric = 'acc' OR metric LIKE 'ppl@%') ORDER BY run_id DESC LIMIT 4)
