eval rows
set xlabel 'speed beside the first machine, ratio (right is faster)'
eval ratio_axis(LOW_min, HIGH_max)
eval plot_rows
