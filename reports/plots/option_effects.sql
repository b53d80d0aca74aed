-- title: What options do to speed
-- note: Speed beside the same configuration without the choice, on a logarithmic axis; the line is the 95 % interval. Right of 1 is faster; an interval over 1 shows no effect. What lies outside of 0.25 to 4 is drawn at the edge: the table above has the figures.
-- empty: No sweep over options has been measured: bitnet-bench options --plan harness/plans/options.yaml.
WITH kept AS (
    SELECT decode, decode_low, decode_high, prefill, prefill_low, prefill_high,
           CASE WHEN min(model) OVER () < max(model) OVER () THEN model || ' ' ELSE '' END || short_choice AS name,
           row_number() OVER (ORDER BY coalesce(decode, prefill) DESC, choice) AS y
    FROM latest_effects WHERE (decode IS NOT NULL OR prefill IS NOT NULL) AND place < 60)
SELECT '', y, name, NULL AS low, NULL AS high FROM kept
UNION ALL SELECT 'decode', y, max(0.25, min(4, decode)), max(0.25, min(4, coalesce(decode_low, decode))), max(0.25, min(4, coalesce(decode_high, decode))) FROM kept WHERE decode IS NOT NULL
UNION ALL SELECT 'prefill', y, max(0.25, min(4, prefill)), max(0.25, min(4, coalesce(prefill_low, prefill))), max(0.25, min(4, coalesce(prefill_high, prefill))) FROM kept WHERE prefill IS NOT NULL
ORDER BY 1, 2
