stats file using 1 nooutput
rows = STATS_max
set terminal svg size 860,(90 + 24 * rows) dynamic noenhanced font "DejaVu Sans,12" name name
set xlabel 'speed beside the default'
set logscale x 2
set xrange [0.25:4]
set xtics (0.25, 0.5, 0.8, 1, 1.25, 2, 4)
set yrange [rows + 0.7:0.3]
set ytics scale 0
set grid xtics noytics linecolor rgb '#888888' linewidth 0.4 dashtype 3
set key top center horizontal outside
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linewidth 1.2 linecolor rgb '#888888'
shift(i) = 0.14 * (2 * i - 1)
plot for [i=0:blocks-1] file index i using 3:($1 + shift(i)):4:5 with xerrorbars pointtype 7 pointsize 0.5 linewidth 1.6 linecolor rgb colour[i + 1] title columnheader(1), \
     file index 0 using (1):1:ytic(2) with dots linecolor rgb '#888888' notitle
