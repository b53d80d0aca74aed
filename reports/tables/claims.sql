-- title: Published claims
-- note: What was published, beside what this machine measured or what arithmetic allows; one row a claim, the worst of its values. bitnet-bench claims prints every value with its reason, and --table NAME a published table with ours beside it.
-- empty: No claim has been judged: bitnet-bench claims --run.
WITH worst AS (
    SELECT c.*, count(*) OVER (PARTITION BY claim, machine_id) AS n_values, row_number() OVER (PARTITION BY claim, machine_id ORDER BY c.verdict = c.whole DESC, place) AS i
    FROM v_latest_claims c)
SELECT claim, statement, whole AS verdict,
       CASE WHEN published IS NULL THEN NULL ELSE printf('%.4g %s', published, coalesce(unit, '')) END AS published,
       CASE WHEN measured IS NULL THEN NULL ELSE printf('%.4g', measured) || CASE WHEN low IS NULL THEN '' ELSE printf(' [%.4g – %.4g]', low, high) END || ' ' || coalesce(unit, '') END AS ours,
       CASE n_values WHEN 1 THEN reason ELSE 'of ' || n_values || ' values: ' || value || CASE coalesce(reason, '') WHEN '' THEN '' ELSE ': ' || reason END END AS "value, reason", source || ', ' || found_in AS "published in", machine
FROM worst WHERE i = 1 AND whole <> 'not measured yet'
ORDER BY CASE whole WHEN 'contradicted' THEN 0 WHEN 'contradicted by arithmetic' THEN 1 WHEN 'above the roofline of the stated machine' THEN 2 WHEN 'direction only' THEN 3 WHEN 'reproduced' THEN 4
                    WHEN 'inconclusive' THEN 5 WHEN 'undefined' THEN 6 ELSE 7 END, claim
