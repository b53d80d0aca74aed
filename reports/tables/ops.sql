-- title: Operations of that point
-- note: Time is the slowest thread's, from a pass of its own with the observer on; bytes and multiply-adds are what each operation declares. In cache: the last-level cache holds all that a pass reads, so that the bandwidth of memory does not limit it.
-- empty: No point of this run has times per operation.
SELECT phase, op, calls, printf('%.3f', ns / 1e6) AS ms, share AS "%of phase", printf('%.3f', (weight_bytes + kv_bytes) / 1e6) AS "MB declared",
       printf('%.3f', macs / 1e6) AS "M multiply-adds", printf('%.2f', bytes_per_s / 1e9) AS "GB/s", CASE WHEN bandwidth_reason IS NULL THEN bandwidth_share ELSE 'in cache' END AS "%of bandwidth", int8_peak_share AS "%of int8 peak"
FROM v_ops WHERE point_id = (SELECT point_id FROM shown_point)
ORDER BY phase, ns DESC
