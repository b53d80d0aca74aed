-- title: Distance from the full-precision twin by layer
-- note: KL divergence of the twin's predictions from the model's when both predict after so many layers (logit lens), from stress test s07; the last is the output. The line is the 95 % interval.
-- empty: No stress test s07 has been stored with its layers: bitnet-eval stress --model M --twin FULL_PRECISION --only s07 --json, then bitnet-bench import.
SELECT series, place AS layers, value AS y, max(0, value - 1.96 * stderr) AS low, value + 1.96 * stderr AS high
FROM stress_metrics WHERE task = 's07_quantisation_noise_depth' AND name = 'kl' ORDER BY series, layers
