-- title: Machine, build and model
-- note: What the run was measured on, with and from. Runs are compared only when the identities agree.
-- empty: This run has no fingerprint.
SELECT kind, name, value, reason FROM v_fingerprints WHERE run_id = :run ORDER BY kind = 'machine' DESC, kind, label, name
