-- title: Speed against accuracy
-- note: Every choice that was measured alone, by its speed beside the default's and by what it costs: how much more perplexed the model is by the same text (the key has both). To the right and downwards is better; the line joins the choices that no other beats in both (the Pareto front).
-- empty: No sweep over options has measured both speed and perplexity: bitnet-bench options --plan harness/plans/options.yaml.
WITH compared AS (
    SELECT model_id, setting, short_choice AS choice, coalesce(decode, prefill) AS speed, CASE WHEN exact AND kl = 0 THEN 0.0 ELSE 100 * (exp(perplexity) - 1) END AS cost
    FROM latest_effects WHERE base = 'default' AND verdict <> 'broken' AND coalesce(decode, prefill) IS NOT NULL AND ((exact AND kl = 0) OR perplexity IS NOT NULL)),
largest AS (SELECT model_id, setting FROM compared GROUP BY model_id, setting ORDER BY count(*) DESC, model_id, setting LIMIT 1),
points AS (
    SELECT choice, speed, cost FROM compared JOIN largest USING (model_id, setting)
    UNION ALL SELECT 'the default', 1.0, 0.0 FROM largest),
front AS (
    SELECT *, row_number() OVER (ORDER BY speed DESC, choice) AS place FROM points p
    WHERE NOT EXISTS (SELECT 1 FROM points q WHERE q.speed >= p.speed AND q.cost <= p.cost AND (q.speed > p.speed OR q.cost < p.cost)))
SELECT series, speed, cost FROM (
    SELECT 0 AS block, 'all choices' AS series, speed, cost FROM points
    UNION ALL SELECT 1, 'Pareto front', speed, cost FROM front
    UNION ALL SELECT 1 + place, choice || printf(': %.2f×, %+.2f %%', speed, cost), speed, cost FROM front WHERE place <= 12)
ORDER BY block, speed, cost DESC
