-- title: Runs in this database
-- empty: The database is empty.
SELECT run_id AS run, started_at AS started, source, plan, machine, commit_id AS "commit", n_points AS points, n_finished AS finished, n_failed AS failed, n_skipped AS skipped,
       CASE WHEN run_id = :run THEN 'shown here' ELSE '' END AS ""
FROM v_runs ORDER BY started_at DESC, run_id DESC LIMIT 50
