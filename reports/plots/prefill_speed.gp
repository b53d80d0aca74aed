eval rows
set xlabel 'tokens per second'
eval log_where('x', LOW_min, HIGH_max)
eval plot_rows
