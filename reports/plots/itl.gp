set xlabel 'tokens decoded so far, of this configuration'
set ylabel 'ms per token'
stats file using 2 name 'LOW' nooutput
stats file using 3 name 'HIGH' nooutput
eval log_where('y', LOW_min, HIGH_max)
plot for [i=0:blocks-1] file index i using 1:2 with lines linewidth 1.8 dashtype dash_of(i) linecolor rgb colour_of(i) title keyed(columnheader(1)), \
     for [i=0:blocks-1] file index i using 1:3 with points pointtype 7 pointsize 0.22 linecolor rgb colour_of(i) notitle
