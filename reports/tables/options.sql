-- title: Options on this machine
-- note: Each choice against the same configuration without it. Decode and prefill: speed ratios (above 1 is faster) with their 95 % interval over rounds; memory and sequence: ratios of the process's peak and of keys and values; accuracy: paired over the same questions. EXACT options have the output of the default. keep: faster and nowhere slower, or at least 5 % less memory and certainly less than 5 % slower, and for options that are not EXACT an accuracy interval above -0.2 points; drop: slower and nowhere faster, a higher peak and certainly less than 5 % faster, or fewer right answers (McNemar, p <= 5 %); neutral: everything else; broken: EXACT, but with other output.
-- empty: No sweep over options has been measured: bitnet-bench options --plan harness/plans/options.yaml.
SELECT model, setting, choice AS option, CASE WHEN base = 'default' THEN verdict ELSE verdict || ', beside ' || base END AS verdict,
       reason,
       CASE WHEN decode IS NULL THEN NULL ELSE printf('%.3f', decode) || CASE WHEN decode_low IS NULL THEN '' ELSE printf(' [%.3f – %.3f]', decode_low, decode_high) END END AS decode,
       CASE WHEN prefill IS NULL THEN NULL ELSE printf('%.3f', prefill) || CASE WHEN prefill_low IS NULL THEN '' ELSE printf(' [%.3f – %.3f]', prefill_low, prefill_high) END END AS prefill,
       CASE WHEN memory IS NULL THEN NULL ELSE printf('%.3f', memory) END AS memory, CASE WHEN sequence IS NULL THEN NULL ELSE printf('%.3f', sequence) END AS sequence, CASE WHEN kl = 0 THEN '0' WHEN kl IS NULL THEN NULL ELSE printf('%.5f', kl) END AS KL,
       CASE WHEN exact AND kl = 0 THEN 'same' WHEN perplexity IS NULL THEN NULL ELSE printf('%+.2f [%.2f – %.2f] %%', 100 * (exp(perplexity) - 1), 100 * (exp(perplexity_low) - 1), 100 * (exp(perplexity_high) - 1)) END AS perplexity,
       CASE WHEN exact AND kl = 0 THEN 'same' WHEN accuracy IS NULL THEN NULL ELSE printf('%+.2f [%.2f – %.2f] points', 100 * accuracy, 100 * accuracy_low, 100 * accuracy_high) END AS accuracy,
       claims
FROM latest_effects
ORDER BY model, setting, place
