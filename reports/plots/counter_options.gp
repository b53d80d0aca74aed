eval rows
set xlabel 'events per token beside the configuration without it, ratio'
eval ratio_axis(LOW_min, HIGH_max)
eval plot_rows
