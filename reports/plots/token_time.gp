set xlabel 'position in the context, tokens'
set ylabel 'ms per token'
stats file using 2 name 'Y' nooutput
eval log_where('y', Y_min, Y_max)
plot for [i=0:blocks-1] file index i using 1:2 with lines linewidth 1.8 dashtype dash_of(i) linecolor rgb colour_of(i) title keyed(columnheader(1))
