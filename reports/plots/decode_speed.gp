set ylabel 'tokens per second'
set yrange [0:*]
set boxwidth bar_width * 0.9
set offsets 0.5, 0.5, 0, 0
set xtics scale 0
plot for [i=0:blocks-1] file index i using (bar_at($1, i)):3:(bar_width * 0.9) with boxes linecolor rgb colour[i % 8 + 1] title columnheader(1), \
     for [i=0:blocks-1] file index i using (bar_at($1, i)):4:(0):($5 - $4) every ::1 with vectors nohead linewidth 2 linecolor rgb '#666666' notitle, \
     file using 1:(0):xtic(2) with dots linecolor rgb '#888888' notitle
