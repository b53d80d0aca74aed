set xlabel 'layers'
set ylabel 'KL divergence, nats a token'
stats file using 1 name 'LAYER' nooutput
set xrange [0.7:LAYER_max + 0.3]
set xtics 1, (LAYER_max > 12 ? 4 : 1)
stats file using 2 name 'LEAST' nooutput
stats file using 4 name 'HIGH' nooutput
eval log_where('y', LEAST_min, HIGH_max)
eval plot_lines
