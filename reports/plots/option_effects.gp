eval rows
set xlabel 'speed beside the default, ratio (right is faster)'
set logscale x 2
set xrange [0.25:4]
set xtics (0.25, 0.5, 0.8, 1, 1.25, 2, 4)
set arrow 1 from 1, graph 0 to 1, graph 1 nohead linewidth 1.2 linecolor rgb '#888888'
eval plot_rows
