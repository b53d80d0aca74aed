-- title: Flame graph
-- note: One run of the fastest configuration: phase, layer, operation; widths are time, mean over the threads.
-- empty: No point of this run has times per operation.
WITH chosen AS (
    SELECT p.point_id, n.name FROM v_points p JOIN v_names n USING (run_id, config_id)
    WHERE p.run_id = :run AND p.point_id IN (SELECT point_id FROM v_op_layers WHERE run_id = :run)
    ORDER BY p.state = 'finished' DESC, p.decode_tokens_per_s DESC, p.point_id LIMIT 1)
SELECT phase || ';' || CASE WHEN layer < 0 THEN 'outside layers' ELSE printf('layer %02d', layer) END || ';' || op, CAST(avg(ns) AS INTEGER),
       name
FROM v_op_layers JOIN chosen USING (point_id)
GROUP BY phase, layer, op
ORDER BY phase = 'decode', layer < 0, layer,
         instr(' embed norm qkv rope attention o gate_up activation down head ', ' ' || op || ' ')
