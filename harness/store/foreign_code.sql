-- foreign_code.sql - expressions of another program that an integrity check of the file would run: those of an index, its condition, and
-- those of computed columns. Ours have none but one condition. What counts is what SQLite made of the file, not how the file names it.

SELECT 'an index "' || i.name || '" that bitnet-bench did not make'
FROM pragma_table_list t, pragma_index_list(t.name, 'main') i
WHERE t.schema = 'main' AND t.type <> 'view' AND t.type <> 'virtual'
  AND (EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, 'main') x WHERE x.cid = -2)
       OR i.partial AND NOT EXISTS (SELECT 1 FROM main.sqlite_master m WHERE m.name = i.name AND m.sql =
              'CREATE INDEX point_hash ON point (run_id, hash) WHERE hash IS NOT NULL'))
UNION ALL
SELECT 'a computed column "' || x.name || '" that bitnet-bench did not make'
FROM pragma_table_list t, pragma_table_xinfo(t.name, 'main') x
WHERE t.schema = 'main' AND t.type <> 'view' AND t.type <> 'virtual' AND x.hidden IN (2, 3)
LIMIT 1;
