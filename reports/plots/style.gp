# style.gp - what all plots share: size, type, greys and colours that read on light and dark ground. A script reads and writes in its own
# folder (cd plots; gnuplot -d NAME.gp); names from the database are data, and "noenhanced" shows their _ ^ { } @ & as they are.
set terminal svg size 860,400 dynamic noenhanced font "DejaVu Sans,13" name name
set datafile separator tab
set datafile missing '?'
set border 3 linecolor rgb '#888888'
set tics nomirror textcolor rgb '#888888'
set xlabel textcolor rgb '#888888'
set ylabel textcolor rgb '#888888'
set title textcolor rgb '#888888'
set key textcolor rgb '#888888' outside right top vertical samplen 1.5 spacing 1.2
set grid ytics linecolor rgb '#888888' linewidth 0.4 dashtype 3
set style fill solid 0.85 noborder
array colour[8] = ['#4c8dd6', '#e08a3c', '#4aa564', '#c85a9e', '#8a6fd1', '#c9a227', '#3fa7a7', '#d0605e']
stats file using 1 nooutput
blocks = STATS_blocks
# Bars in groups: columns x, label, middle, low, high; one colour a series.
bar_width = 0.8 / blocks
bar_at(x, i) = x + (i - (blocks - 1) / 2.0) * bar_width
