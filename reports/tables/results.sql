-- title: Results
-- note: Time per token over all samples of all rounds; [..] is the 95 % interval of the median from order statistics. A tail is shown only with enough samples (p90 from 64, p99 from 662). In cache: the last-level cache holds all that a pass reads, so that the bandwidth of memory does not limit it.
-- empty: No point of this run has finished.
SELECT r.model, r.workload, r.phase, r.engine, r.kernel, r.threads, r.options, printf('%.1f', r.tokens_per_s) AS "tokens/s",
       printf('[%.1f – %.1f]', 1e9 / r.median_high_ns, 1e9 / r.median_low_ns) AS "95 %", printf('%.3f', r.median_ns / 1e6) AS "median ms",
       CASE WHEN r.p90_ns IS NULL THEN NULL ELSE printf('%.3f', r.p90_ns / 1e6) END AS "p90 ms", CASE WHEN r.p99_ns IS NULL THEN NULL ELSE printf('%.3f', r.p99_ns / 1e6) END AS "p99 ms",
       r.n AS samples, CASE WHEN e.bandwidth_reason IS NULL THEN e.bandwidth_share ELSE 'in cache' END AS "%of bandwidth", e.int8_peak_share AS "%of int8 peak"
FROM v_results r LEFT JOIN v_efficiency e USING (run_id, config_id, phase)
WHERE r.run_id = :run ORDER BY r.model, rtrim(r.workload, '0123456789'), length(r.workload), r.workload, r.phase, r.tokens_per_s DESC
