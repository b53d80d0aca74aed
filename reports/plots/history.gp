array changes[blocks]
array step[blocks]
do for [i=1:blocks] {
    stats file index i-1 using 2 name 'Y' nooutput
    step[i] = nice(1.4 * (Y_max - Y_min) + 1e-6)
    stats file index i-1 using 8 name 'N' nooutput
    changes[i] = N_max
}
stats file using 1 name 'T' nooutput
eval sprintf(canvas, 40 + 170 * blocks)
set xtics ()
do for [k=0:3] { day = T_min + k * (T_max - T_min) / 3.0; set xtics add (strftime('%Y-%m-%d', day) day) }
set xrange [T_min:T_max]
set offsets 0, 0, graph 0.35, graph 0.1
set x2range [0:1]
set y2range [0:1]
set rmargin 6
set lmargin 9
set ylabel 'time, ratio'
unset key
# a panel each; bars only where there is a change, since gnuplot warns of nothing to draw
panel = 'plot file index i using 1:2 with points pointtype 7 pointsize 0.45 linecolor rgb colour_of(0), file index i using 1:3 with lines linewidth 1.2 linecolor rgb "#888888", file index i every ::1::1 using (0):(0.93):(short(strcol(9))) axes x2y2 with labels left textcolor rgb "#888888"'
bars = ', file index i using 1:4:5:6 with xerrorbars pointtype 5 pointsize 0.6 linewidth 3 linecolor rgb colour_of(1), file index i using 1:4:7 with labels offset 0,1 textcolor rgb "#888888"'
set multiplot layout blocks, 1
do for [i=0:blocks-1] {
    if (i == blocks - 1) { set xlabel 'day of the run (UTC)' }
    set ytics step[i + 1]
    eval panel.(changes[i + 1] > 0 ? bars : '')
}
unset multiplot
