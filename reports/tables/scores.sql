-- title: Evaluation
-- note: The latest score of each task, metric and model; ± is the standard error. Perplexities name their rule.
-- empty: No evaluation has been run: bitnet-eval --model M --tasks A,B --json, then bitnet-bench import.
SELECT task, metric, CASE WHEN value IS NULL THEN NULL ELSE printf('%.4f', value) END AS value, CASE WHEN stderr IS NULL THEN NULL ELSE printf('± %.4f', stderr) END AS "±",
       n_items AS n, model, config, reason
FROM v_scores s WHERE run_id = (SELECT max(run_id) FROM v_scores t WHERE t.model_id = s.model_id AND t.task = s.task AND t.metric = s.metric AND t.config = s.config)
ORDER BY task, metric, model
