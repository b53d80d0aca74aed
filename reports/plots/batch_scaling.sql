-- title: Speed over sequences decoded together
-- note: Median tokens per second of all sequences together with the 95 % interval of the median, both axes logarithmic. The grey line is the first one's speed in proportion to sequences.
-- empty: No workload of this run was decoded with several numbers of sequences (sequences: in a plan, as in harness/plans/batch.yaml).
WITH points AS (
    SELECT CASE instr(r.workload, ' seqs=') WHEN 0 THEN 1 ELSE CAST(substr(r.workload, instr(r.workload, ' seqs=') + 6) AS INTEGER) END AS sequences,
           r.tokens_per_s AS y, 1e9 / r.median_high_ns AS low, 1e9 / r.median_low_ns AS high,
           n.model_part || CASE instr(r.workload, ' seqs=') WHEN 0 THEN r.workload ELSE substr(r.workload, 1, instr(r.workload, ' seqs=') - 1) END || ' · ' || r.series AS line
    FROM v_results r JOIN v_names n USING (run_id, config_id) WHERE r.run_id = :run AND r.phase = 'decode'),
chosen AS (
    SELECT line, row_number() OVER (ORDER BY max(y) DESC, line) AS place FROM points GROUP BY line HAVING count(DISTINCT sequences) > 1),
first AS (SELECT min(sequences) AS least, max(sequences) AS most, min(CASE sequences WHEN (SELECT min(sequences) FROM points JOIN chosen USING (line) WHERE place = 1) THEN y END) AS y FROM points JOIN chosen USING (line) WHERE place = 1)
SELECT line, sequences, y, low, high FROM (
    SELECT place, line, sequences, y, low, high FROM points JOIN chosen USING (line) WHERE place <= 6
    UNION ALL SELECT 0, 'in proportion to sequences', least, y, y, y FROM first WHERE y IS NOT NULL
    UNION ALL SELECT 0, 'in proportion to sequences', most, y * most / least, y * most / least, y * most / least FROM first WHERE y IS NOT NULL)
ORDER BY place, sequences
