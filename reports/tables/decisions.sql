-- title: Decisions on this machine
-- note: What the latest measurements say to do, with their evidence; the sections below have all of it.
-- empty: Nothing to decide on yet: bitnet-bench options, bitnet-eval stress and bitnet-bench claims measure what is decided here.
WITH effects AS (
    SELECT e.*, printf('%s; %s', rtrim(e.reason, '.'), CASE WHEN decode IS NULL THEN 'decode not measured' ELSE printf('decode %.3f [%.3f – %.3f]', decode, decode_low, decode_high) END)
                || CASE WHEN prefill IS NULL THEN '' ELSE printf(', prefill %.3f [%.3f – %.3f]', prefill, prefill_low, prefill_high) END
                || printf(' of the speed of %s', CASE base WHEN 'default' THEN 'the default' ELSE base END)
                || CASE WHEN accuracy IS NULL OR exact THEN '' ELSE printf('; right answers %+.2f [%.2f – %.2f] points', 100 * accuracy, 100 * accuracy_low, 100 * accuracy_high) END AS evidence
    FROM latest_effects e),
kept AS (SELECT choice, model, evidence, row_number() OVER (ORDER BY coalesce(decode, 0) + coalesce(prefill, 0) DESC) AS i FROM effects WHERE verdict = 'keep'),
dropped AS (
    -- of an option with many values the one that costs most
    SELECT choice, model, evidence, row_number() OVER (ORDER BY cost) AS i
    FROM (SELECT *, min(coalesce(decode, 1)) AS cost FROM effects WHERE verdict = 'drop' GROUP BY substr(choice, 1, instr(choice || '=', '=') - 1)))
SELECT 'turn on' AS decision, choice AS what, model, evidence FROM kept WHERE i <= 6
UNION ALL
SELECT 'turn on', 'nothing: leave all options at their defaults', model, printf('none of %d choices was certainly better; %d are undecided', count(*), sum(verdict = 'neutral'))
FROM effects WHERE NOT EXISTS (SELECT 1 FROM kept) HAVING count(*) > 0
UNION ALL
SELECT 'leave off', choice, model, evidence FROM dropped WHERE i <= 6
UNION ALL
SELECT 'repair', choice, model, evidence FROM effects WHERE verdict = 'broken'
UNION ALL
SELECT 'look into', test || CASE WHEN instr(config, ' with ') THEN substr(config, instr(config, ' with ')) ELSE '' END, model, 'stress test failed: ' || coalesce(reason, '') FROM v_latest_stress WHERE verdict = 'FAIL'
UNION ALL
SELECT 'trust', count(*) || ' stress tests', group_concat(DISTINCT model), 'none failed' FROM v_latest_stress HAVING count(*) > 0 AND sum(verdict = 'FAIL') = 0
UNION ALL
SELECT 'believe', n_good || ' of ' || n || ' published claims that this machine can decide', NULL,
       'reproduced; ' || n_direction || ' in direction only, ' || n_bad || ' contradicted'
FROM (SELECT sum(whole IN ('reproduced', 'direction only', 'contradicted', 'contradicted by arithmetic', 'above the roofline of the stated machine')) AS n, sum(whole = 'reproduced') AS n_good,
             sum(whole = 'direction only') AS n_direction, sum(whole IN ('contradicted', 'contradicted by arithmetic', 'above the roofline of the stated machine')) AS n_bad
      FROM (SELECT DISTINCT claim, machine_id, whole FROM v_latest_claims)) WHERE n > 0
