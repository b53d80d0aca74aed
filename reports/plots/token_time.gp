set xlabel 'position in the context'
set ylabel 'ms per token'
set logscale y
plot for [i=0:blocks-1] file index i using 1:2 with lines linewidth 1.6 linecolor rgb colour[i % 8 + 1] title columnheader(1)
