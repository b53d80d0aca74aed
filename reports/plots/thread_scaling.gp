set xlabel 'threads'
set ylabel 'tokens per second'
set logscale x 2
eval powers_x
stats file using 3 name 'LOW' nooutput
stats file using 4 name 'HIGH' nooutput
set logscale y
set yrange [LOW_min / 1.2:HIGH_max * 1.2]
eval log_tics('y', LOW_min, HIGH_max)
eval plot_scaling
