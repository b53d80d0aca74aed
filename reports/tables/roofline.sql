-- title: Roofline
-- note: What this machine can do at most, measured with the run by the same threads: sequential reads from memory and int8 multiply-adds in registers.
-- empty: This run measured no roofline.
SELECT threads, CASE name WHEN 'read_bytes_per_s' THEN 'memory read' ELSE 'int8 multiply-adds' END AS limit_of,
       CASE WHEN value IS NULL THEN NULL WHEN name = 'read_bytes_per_s' THEN printf('%.2f GB/s', value / 1e9) ELSE printf('%.1f G/s', value / 1e9) END AS value, method, reason
FROM v_roofline WHERE run_id = :run ORDER BY name DESC, threads
