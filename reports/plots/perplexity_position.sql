-- title: Perplexity by position
-- note: Perplexity of the same passages after more and more tokens of plain English, from stress test s01. The line is the 95 % interval of the rise beside the first position, paired over the passages.
-- empty: No stress test s01 has been stored with its positions: bitnet-eval stress --model M --only s01 --json, then bitnet-bench import.
SELECT series, place AS position, exp(value) AS y, exp(value - 1.96 * stderr) AS low, exp(value + 1.96 * stderr) AS high
FROM stress_metrics WHERE task = 's01_long_context_drift' AND name = 'nll' ORDER BY series, position
