# style.gp - what all plots share: size, type, greys, colours, axes. A script reads and writes in its own folder (cd plots; gnuplot -d NAME.gp);
# names from the database are data, and "noenhanced" shows their _ ^ { } @ & as they are. Drawn 520 wide with type of 13: two plots beside each
# other on a wide screen, and type of 9 px on one of 400 px. The page puts its own text colour in the place of #888888.
set encoding utf8
canvas = 'set terminal svg size 520,%d dynamic noenhanced font "DejaVu Sans,13" name name'
set datafile separator tab
set datafile missing '?'
set border 3 linecolor rgb '#888888'
set format '%g'
set tics nomirror textcolor rgb '#888888'
set xlabel textcolor rgb '#888888' offset 0,0.6
set ylabel textcolor rgb '#888888'
set key textcolor rgb '#888888' below left vertical Left reverse maxcols 1 samplen 2.5 spacing 1.1
set grid xtics ytics linecolor rgb '#888888' linewidth 0.4 dashtype 3
set style fill solid 0.85 noborder
# Told apart by normal and by colour-blind eyes, on light and on dark ground (reports/tests/test_plots); a shape and a dash come with each.
array colour[6] = ['#3377cc', '#cc7700', '#cc0066', '#8822ff', '#aa8855', '#8888aa']
array shape[8] = [7, 5, 9, 11, 13, 6, 4, 8]
array dash[8] = [1, 1, 1, 1, 1, 1, 2, 2]
colour_of(i) = colour[i % 6 + 1]
shape_of(i) = shape[i % 8 + 1]
dash_of(i) = dash[i % 8 + 1]
# Names in a row of their own, and in the key.
short(s) = strlen(s) > 60 ? s[1:59].'…' : s
keyed(s) = strlen(s) > 50 ? s[1:49].'…' : s
stats file using 1 nooutput
blocks = STATS_blocks
eval sprintf(canvas, 310 + 18 * blocks)
# A logarithmic axis where the values ask for it: eval log_where('x', least, most). Up to two decades have ticks at 1, 2 and 5.
log_tics(a, low, high) = high < 100 * low ? 'set '.a.'tics (); do for [k=-9:12] { set '.a.'tics add (1*10.0**k, 2*10.0**k, 5*10.0**k) }' : ''
log_where(a, low, high) = low > 0 && high > 8 * low ? 'set logscale '.a.'; '.sprintf('set %srange [%g:%g]; ', a, low / 1.15, high * 1.15).log_tics(a, low, high) : 'set '.a.'range [0:*]'
# Rows: block 0 has y and name of each, the others series, in each line y x low high. eval rows, which finds LOW_min and HIGH_max; then the x axis; then eval plot_rows.
row_at(y, i) = y + 0.14 + (i - 0.5 * blocks) * (blocks > 2 ? (blocks > 3 ? 0.5 : 0.25) / (blocks - 2) : 0)
rows = 'stats file index 0 using 1 name "ROWS" nooutput; stats file using 3 name "LOW" nooutput; stats file using 4 name "HIGH" nooutput; eval sprintf(canvas, 80 + 18 * blocks + (24 + 8 * (blocks > 3 ? blocks - 1 : 2)) * ROWS_max); set yrange [ROWS_max + 0.6:0.4]; unset ytics; set border 1; set grid noytics; set x2range [0:1]'
plot_rows = 'plot for [i=1:blocks-1] file index i using 2:(row_at($1, i)):3:4 with xerrorbars pointtype shape_of(i - 1) pointsize 0.6 linewidth 1.6 linecolor rgb colour_of(i - 1) title keyed(columnheader(1)), file index 0 every ::1 using (0):($1 - 0.32):(short(strcol(2))) axes x2y1 with labels left textcolor rgb "#888888" notitle'
# Ratios on a logarithmic axis, with the line of no difference.
ratio_axis(low, high) = 'set logscale x; '.log_tics('x', low, high).'; set arrow 1 from 1, graph 0 to 1, graph 1 nohead linewidth 1.2 linecolor rgb "#888888"; '.(high < 2 * low ? 'set xtics auto; ' : '').sprintf('set xrange [%g:%g]', 0.9 * (low < 1 ? low : 1), 1.1 * (high > 1 ? high : 1))
# 2, 5 or 10 times a power of ten: some four ticks of a small axis.
nice(width) = (x = width / 4.0, p = 10 ** floor(log10(x)), p * (x < 2 * p ? 2 : x < 5 * p ? 5 : 10))
# Lines with intervals: in each line of a series x y low high.
plot_lines = 'plot for [i=0:blocks-1] file index i using 1:2:3:4 with yerrorlines linewidth 1.6 dashtype dash_of(i) pointtype shape_of(i) pointsize 0.6 linecolor rgb colour_of(i) title keyed(columnheader(1))'
plot_scaling = 'plot file index 0 using 1:2 with lines linewidth 1 dashtype 2 linecolor rgb "#888888" title keyed(columnheader(1)), for [i=1:blocks-1] file index i using 1:2:3:4 with yerrorlines linewidth 1.6 dashtype dash_of(i - 1) pointtype shape_of(i - 1) pointsize 0.6 linecolor rgb colour_of(i - 1) title keyed(columnheader(1))'
powers_x = 'set xtics (1); do for [k=1:12] { set xtics add (2**k) }'
