set xlabel 'ms per token'
set ylabel 'share of tokens'
stats file using 1 name 'X' nooutput
set yrange [0:1]
# not from 0 where it is linear
eval X_max > 8 * X_min ? log_where('x', X_min, X_max) : ''
plot for [i=0:blocks-1] file index i using 1:2 with steps linewidth 1.8 dashtype dash_of(i) linecolor rgb colour_of(i) title keyed(columnheader(1))
