-- title: Flame graph
-- note: One run of the fastest configuration: phase, layer, operation; widths are time, mean over the threads.
-- empty: No point of this run has times per operation.
WITH chosen AS (SELECT point_id, name FROM shown_point JOIN v_points USING (point_id) JOIN v_names USING (run_id, config_id))
SELECT phase || ';' || CASE WHEN layer < 0 THEN 'outside layers' ELSE printf('layer %02d', layer) END || ';' || op, CAST(avg(ns) AS INTEGER),
       name
FROM v_op_layers JOIN chosen USING (point_id)
GROUP BY phase, layer, op
ORDER BY phase = 'decode', layer < 0, layer,
         instr(' embed norm qkv rope attention o gate_up activation down head ', ' ' || op || ' ')
