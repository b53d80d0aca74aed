-- title: Stress tests
-- note: A test passes while its value does not exceed its threshold. The latest run of each test on each model and configuration: the quick or the full form, and the options that were set.
-- empty: No stress test has been run: bitnet-eval stress --model M --json, then bitnet-bench import.
SELECT test, verdict, CASE WHEN value IS NULL THEN NULL ELSE printf('%.4g', value) END AS value, CASE WHEN threshold IS NULL THEN NULL ELSE printf('%.4g', threshold) END AS threshold, CASE WHEN seconds IS NULL THEN NULL ELSE printf('%.1f', seconds) END AS seconds, model, config AS configuration, reason
FROM v_latest_stress
ORDER BY verdict = 'FAIL' DESC, test, model, config
