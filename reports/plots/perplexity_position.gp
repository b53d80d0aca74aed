set xlabel 'tokens before the passage'
set ylabel 'perplexity'
set xrange [0:*]
stats file using 3 name 'LOW' nooutput
stats file using 4 name 'HIGH' nooutput
eval log_where('y', LOW_min, HIGH_max)
eval plot_lines
