-- title: What options do to speed
-- note: Speed beside the same configuration without the choice, on a logarithmic axis; the line is the 95 % interval. Right of 1 is faster; an interval over 1 shows no effect. What lies outside of 0.25 to 4 is drawn at the edge: the table above has the figures.
-- empty: No sweep over options has been measured: bitnet-bench options --plan harness/plans/options.yaml.
WITH latest AS (SELECT e.run_id FROM v_option_effects e JOIN v_runs r USING (run_id) ORDER BY e.run_id = :run DESC, r.started_at DESC, r.run_id DESC LIMIT 1),
kept AS (
    SELECT e.*, row_number() OVER (ORDER BY coalesce(decode, prefill) DESC, choice) AS y
    FROM v_option_effects e JOIN latest USING (run_id) WHERE verdict <> 'unmeasured' AND (decode IS NOT NULL OR prefill IS NOT NULL) AND place < 60),
-- a file by its name alone
named AS (
    SELECT y, decode, decode_low, decode_high, prefill, prefill_low, prefill_high,
           CASE WHEN instr(choice, '/') AND instr(choice, ' ') = 0 THEN substr(choice, 1, instr(choice, '=')) || replace(choice, rtrim(choice, replace(choice, '/', '')), '') ELSE choice END AS choice
    FROM kept)
SELECT 'decode', y, choice, max(0.25, min(4, decode)), max(0.25, min(4, coalesce(decode_low, decode))), max(0.25, min(4, coalesce(decode_high, decode))) FROM named WHERE decode IS NOT NULL
UNION ALL SELECT 'prefill', y, choice, max(0.25, min(4, prefill)), max(0.25, min(4, coalesce(prefill_low, prefill))), max(0.25, min(4, coalesce(prefill_high, prefill))) FROM named WHERE prefill IS NOT NULL
ORDER BY 1, 2
