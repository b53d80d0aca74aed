-- title: Decode speed
-- note: Median tokens per second by kernel variant and threads, fastest first; the line is the 95 % interval of the median. At most 40 rows: the table of results has all.
-- empty: No decode point of this run has finished.
SELECT series, y, x, low, high FROM speed_rows WHERE phase = 'decode' ORDER BY place, workload_place, workload, threads, series, y
