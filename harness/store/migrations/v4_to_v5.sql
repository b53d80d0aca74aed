-- v4_to_v5.sql - rows are sealed (seals.sql), so that those that a damaged file lost or exchanged are missed. What is here already has
-- no seal: nobody knows whether it is what was stored.
ALTER TABLE fingerprint ADD COLUMN seal INTEGER;
ALTER TABLE config ADD COLUMN seal INTEGER;
ALTER TABLE run ADD COLUMN seal INTEGER;
ALTER TABLE point ADD COLUMN seal INTEGER;
