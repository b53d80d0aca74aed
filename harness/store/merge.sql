-- merge.sql - copies what the attached database `other` has and this one lacks, in one transaction. Rows are matched by what
-- they mean: fingerprints by hash, configs by key, runs by uid, points by their place in the run. Run again: changes nothing.

INSERT OR IGNORE INTO fingerprint (kind, hash, label, seal) SELECT kind, hash, label, seal FROM other.fingerprint;
CREATE TEMP TABLE fingerprint_here AS
    SELECT o.fingerprint_id AS there, f.fingerprint_id AS here FROM other.fingerprint o JOIN main.fingerprint f USING (kind, hash);
CREATE UNIQUE INDEX temp.fingerprint_there ON fingerprint_here (there);
INSERT OR IGNORE INTO fingerprint_field (fingerprint_id, name, value, reason, identity)
    SELECT here, name, value, reason, identity FROM other.fingerprint_field JOIN fingerprint_here ON there = fingerprint_id;

INSERT OR IGNORE INTO config (key, engine, model_id, workload, fill_tokens, prefill_tokens, decode_tokens, kernel, threads, options, seal)
    SELECT key, engine, here, workload, fill_tokens, prefill_tokens, decode_tokens, kernel, threads, options, seal
    FROM other.config LEFT JOIN fingerprint_here ON there = model_id;
CREATE TEMP TABLE config_here AS
    SELECT o.config_id AS there, c.config_id AS here FROM other.config o JOIN main.config c USING (key);
CREATE UNIQUE INDEX temp.config_there ON config_here (there);
INSERT OR IGNORE INTO config_option (config_id, name, value, reason)
    SELECT here, name, value, reason FROM other.config_option JOIN config_here ON there = config_id;

CREATE TEMP TABLE added_run AS SELECT uid FROM other.run WHERE uid NOT IN (SELECT uid FROM main.run);
INSERT INTO run (uid, identity, source, plan, plan_text, seed, command, host, machine_id, build_id, started_at, seal)
    SELECT uid, identity, source, plan, plan_text, seed, command, host, m.here, b.here, started_at, seal
    FROM other.run LEFT JOIN fingerprint_here m ON m.there = machine_id LEFT JOIN fingerprint_here b ON b.there = build_id
    WHERE uid IN (SELECT uid FROM added_run) ORDER BY run_id;
CREATE TEMP TABLE run_here AS SELECT o.run_id AS there, r.run_id AS here FROM other.run o JOIN main.run r USING (uid);
CREATE UNIQUE INDEX temp.run_there ON run_here (there);

INSERT OR IGNORE INTO point (run_id, ordinal, round, config_id)
    SELECT r.here, p.ordinal, p.round, c.here
    FROM other.point p JOIN run_here r ON r.there = p.run_id JOIN config_here c ON c.there = p.config_id ORDER BY p.point_id;
-- what is done there and not here
CREATE TEMP TABLE point_here AS
    SELECT o.point_id AS there, p.point_id AS here
    FROM other.point o JOIN run_here r ON r.there = o.run_id JOIN main.point p ON p.run_id = r.here AND p.ordinal = o.ordinal
    WHERE o.state NOT IN ('planned', 'claimed') AND p.state IN ('planned', 'claimed');
CREATE UNIQUE INDEX temp.point_there ON point_here (there);
UPDATE main.point SET state = o.state, owner = NULL, lease_until = NULL, attempts = o.attempts, reason = o.reason, signal = o.signal,
        exit_code = o.exit_code, stderr_tail = o.stderr_tail, hash = o.hash, kernels_used = o.kernels_used,
        peak_rss_bytes = o.peak_rss_bytes, started_at = o.started_at, seconds = o.seconds, seal = o.seal,
        build_id = (SELECT here FROM fingerprint_here WHERE there = o.build_id)
    FROM other.point o JOIN point_here h ON h.there = o.point_id WHERE main.point.point_id = h.here;
INSERT INTO sample (point_id, phase, rep, idx, ns, n_tokens)
    SELECT here, phase, rep, idx, ns, n_tokens FROM point_here JOIN other.sample ON point_id = there;
INSERT OR IGNORE INTO counter (point_id, phase, op, thread, name, source, value, reason, scaled, n_tokens)
    SELECT here, phase, op, thread, name, source, value, reason, scaled, n_tokens FROM point_here JOIN other.counter ON point_id = there;
INSERT INTO op_time (point_id, phase, layer, op, thread, calls, ns, weight_bytes, kv_bytes, macs, n_tokens)
    SELECT here, phase, layer, op, thread, calls, ns, weight_bytes, kv_bytes, macs, n_tokens
    FROM point_here JOIN other.op_time ON point_id = there;
INSERT INTO moment (point_id, at, name, value, reason)
    SELECT here, at, name, value, reason FROM point_here JOIN other.moment ON point_id = there;
INSERT INTO load_request (point_id, request, manner, outcome, status, reason, start_ns, late_ns, ttft_ns, end_ns, prompt_tokens, tokens, wasted_tokens, bytes)
    SELECT here, request, manner, outcome, status, reason, start_ns, late_ns, ttft_ns, end_ns, prompt_tokens, tokens, wasted_tokens, bytes
    FROM point_here JOIN other.load_request ON point_id = there;

INSERT OR IGNORE INTO roofline (run_id, threads, name, value, method, reason)
    SELECT here, threads, name, value, method, reason FROM other.roofline JOIN run_here ON there = run_id;
INSERT OR IGNORE INTO score (run_id, model_id, config, task, metric, version, value, stderr, n_items, n_shots, reason)
    SELECT r.here, m.here, config, task, metric, version, value, stderr, n_items, n_shots, reason
    FROM other.score s JOIN run_here r ON r.there = s.run_id JOIN fingerprint_here m ON m.there = s.model_id;
INSERT OR IGNORE INTO score_item (run_id, model_id, config, task, item, gold, ll, is_right, text)
    SELECT r.here, m.here, config, task, item, gold, ll, is_right, text
    FROM other.score_item s JOIN run_here r ON r.there = s.run_id JOIN fingerprint_here m ON m.there = s.model_id;
INSERT OR IGNORE INTO stress (run_id, model_id, config, test, verdict, value, threshold, seconds, reason)
    SELECT r.here, m.here, config, test, verdict, value, threshold, seconds, reason
    FROM other.stress s JOIN run_here r ON r.there = s.run_id JOIN fingerprint_here m ON m.there = s.model_id;
INSERT OR IGNORE INTO option_effect (run_id, model_id, setting, choice, base, place, exact, decode, decode_low, decode_high, prefill, prefill_low, prefill_high, memory, sequence, kl,
        perplexity, perplexity_low, perplexity_high, accuracy, accuracy_low, accuracy_high, n_items, verdict, reason, claims, rule)
    SELECT r.here, m.here, setting, choice, base, place, exact, decode, decode_low, decode_high, prefill, prefill_low, prefill_high, memory, sequence, kl,
        perplexity, perplexity_low, perplexity_high, accuracy, accuracy_low, accuracy_high, n_items, verdict, reason, claims, rule
    FROM other.option_effect s JOIN run_here r ON r.there = s.run_id JOIN fingerprint_here m ON m.there = s.model_id;
INSERT OR IGNORE INTO gate (run_id, kind, model_id, base_id, setting, verdict, allowed, result)
    SELECT r.here, kind, m.here, b.here, setting, verdict, allowed, result
    FROM other.gate s JOIN run_here r ON r.there = s.run_id JOIN fingerprint_here m ON m.there = s.model_id JOIN fingerprint_here b ON b.there = s.base_id;
INSERT OR IGNORE INTO acknowledgement (run_id, config_id, phase, ratio, why, acknowledged_at)
    SELECT r.here, c.here, phase, ratio, why, acknowledged_at
    FROM other.acknowledgement a JOIN run_here r ON r.there = a.run_id JOIN config_here c ON c.there = a.config_id;
INSERT OR IGNORE INTO claim (run_id, claim, value, place, statement, source, found_in, provenance, environment, in_table, in_row, in_column, unit,
        published, accept_low, accept_high, measured, low, high, n, verdict, whole, reason, evidence_id)
    SELECT r.here, claim, value, place, statement, source, found_in, provenance, environment, in_table, in_row, in_column, unit,
        published, accept_low, accept_high, measured, low, high, n, verdict, whole, reason, e.here
    FROM other.claim k JOIN run_here r ON r.there = k.run_id LEFT JOIN run_here e ON e.there = k.evidence_id;
-- shards are parts of one run: it began with the first of them, ended with the last, and was on all their hosts
UPDATE main.run SET started_at = min(main.run.started_at, o.started_at),
        host = CASE WHEN instr(', ' || main.run.host || ', ', ', ' || o.host || ', ') THEN main.run.host ELSE main.run.host || ', ' || o.host END
    FROM other.run o WHERE o.uid = main.run.uid;
UPDATE main.run SET finished_at = max(coalesce(main.run.finished_at, ''), o.finished_at) FROM other.run o
    WHERE o.uid = main.run.uid AND o.finished_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM main.point p WHERE p.run_id = main.run.run_id AND p.state IN ('planned', 'claimed'));

-- points keep their seals; what may have got further rows here is sealed again, if it had a seal
UPDATE main.fingerprint SET seal = (SELECT now FROM seal_of_fingerprint WHERE id = fingerprint_id)
    WHERE seal IS NOT NULL AND fingerprint_id IN (SELECT here FROM fingerprint_here);
UPDATE main.config SET seal = (SELECT now FROM seal_of_config WHERE id = config_id)
    WHERE seal IS NOT NULL AND config_id IN (SELECT here FROM config_here);
UPDATE main.run SET seal = (SELECT now FROM seal_of_run WHERE id = run_id) WHERE seal IS NOT NULL AND run_id IN (SELECT here FROM run_here);
