-- title: Evaluation
-- note: The latest score of each task, metric and model; ± is the standard error. Perplexities name their rule.
-- empty: No evaluation has been run: bitnet-eval --model M --tasks A,B --json, then bitnet-bench import.
SELECT task, metric, CASE WHEN value IS NULL THEN NULL ELSE printf('%.4f', value) END AS value, CASE WHEN stderr IS NULL THEN NULL ELSE printf('± %.4f', stderr) END AS "±",
       n_items AS n, model, config, reason
FROM v_latest_scores
WHERE run_id NOT IN (SELECT run_id FROM v_option_effects) AND task NOT IN (SELECT test FROM v_stress) -- positions and layers are plots
ORDER BY task, metric, model, config
