set xlabel 'speed beside the default, ratio'
set ylabel 'rise of perplexity, %'
stats file using 1 name 'X' nooutput
stats file using 2 name 'Y' nooutput
set xrange [X_min / 1.1:X_max * 1.1]
if (X_max > 3 * X_min) { set logscale x 2; set xtics (0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16) }
# linear near 0 and logarithmic beyond: costs are 0, a hundredth of a percent, or many thousand percent
set nonlinear y via asinh(y / 0.1) inverse 0.1 * sinh(y)
set yrange [Y_min - 0.05 - (Y_min < 0 ? -Y_min : 0):2 * Y_max + 0.1]
set ytics (-100, -10, -1, -0.1, 0, 0.1, 1, 10, 100, 1000, 1e4, 1e5, 1e6)
set grid ytics
plot file index 0 using 1:2 with points pointtype 7 pointsize 0.45 linecolor rgb '#888888' title keyed(columnheader(1)), \
     file index 1 using 1:2 with lines linewidth 1.4 linecolor rgb '#888888' title keyed(columnheader(1)), \
     for [i=2:blocks-1] file index i using 1:2 with points pointtype shape_of(i - 2) pointsize 0.9 linewidth 1.6 linecolor rgb colour_of(i - 2) title keyed(columnheader(1))
