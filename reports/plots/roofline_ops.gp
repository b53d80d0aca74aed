set xlabel 'multiply-adds a byte'
set ylabel 'multiply-adds a second, 10^9'
set logscale xy
stats file using 1 name 'X' nooutput
set xrange [X_min / 16:X_max * 16]
plot file index 0 using 1:2 with lines linewidth 2 linecolor rgb '#888888' title keyed(columnheader(1)), \
     for [i=1:blocks-1] file index i using 1:2:($4 - $1):($5 - $2) with vectors nohead linewidth 0.5 linecolor rgb '#888888' notitle, \
     for [i=1:blocks-1] file index i using 1:2 with points pointtype shape_of(i - 1) pointsize 0.7 linecolor rgb colour_of(i - 1) title keyed(columnheader(1)), \
     for [i=1:blocks-1] file index i using 4:5:($6 < 0 ? short(strcol(3)) : '') with labels right offset -0.3,0 textcolor rgb '#888888' font ',12' notitle, \
     for [i=1:blocks-1] file index i using 4:5:($6 > 0 ? short(strcol(3)) : '') with labels left offset 0.3,0 textcolor rgb '#888888' font ',12' notitle
