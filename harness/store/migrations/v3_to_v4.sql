-- v3_to_v4.sql - runs are put in order by the time at which they began, so that time has one form: UTC, to the millisecond. A
-- text that is no date gives way to the time at which the run was stored.
UPDATE run SET started_at = coalesce(CASE WHEN started_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN strftime('%Y-%m-%dT%H:%M:%fZ', started_at) END,
                                     strftime('%Y-%m-%dT%H:%M:%fZ', finished_at), '1970-01-01T00:00:00.000Z');
CREATE INDEX run_started ON run (started_at, run_id);
