#!/usr/bin/env Rscript
# Expected values for harness/tests/test_stats.c, computed by base R (and plain R from the papers where base R has no function).
# Regenerate: Rscript harness/tests/data/stats.R > harness/tests/data/stats.tsv
# Columns: function, parameter, x, y, expected values (numbers separated by spaces).
options(warn = -1)
set.seed(20261122)
num <- function(v) paste(sprintf("%.17g", v), collapse = " ")
row <- function(what, param, x, y, want) cat(what, "\t", num(param), "\t", num(x), "\t", num(y), "\t", num(want), "\n", sep = "")

samples <- list(
  one = 3.25, two = c(2, 1), five = c(4.5, -1, 3, 3, 10), even = round(rnorm(12), 3), odd = round(rlnorm(31), 4),
  ties = c(1, 1, 2, 2, 2, 3, 5, 5, 9, 9), big = round(rnorm(60, 100, 5), 2), constant = rep(7, 6))
for (x in samples) {
  row("median", 0, x, 0, median(x))
  row("mad", 0, x, 0, mad(x))
  for (p in c(0, .01, .25, .5, .9, .975, 1)) row("quantile", p, x, 0, quantile(x, p, type = 7))
  row("ranks", 0, x, 0, rank(x))
  if (length(x) > 2) row("sd", 0, x, 0, sd(x))
}
x <- samples$odd
row("autocorrelation", 3, x, 0, acf(x, plot = FALSE)$acf[4])

for (z in c(-30, -8.2, -1.96, -.3, 0, .7, 3, 9)) row("normal_cdf", 0, z, 0, pnorm(z))
for (p in c(1e-200, 1e-12, .005, .2, .5, .77, .975, 1 - 1e-9)) row("normal_quantile", 0, p, 0, qnorm(p))
for (b in list(c(0, 5, .5), c(3, 10, .3), c(40, 100, .5), c(9, 10, .99), c(500, 1000, .45), c(7, 7, .2), c(2400, 5000, .5)))
  row("binomial", 0, b, 0, c(dbinom(b[1], b[2], b[3]), pbinom(b[1], b[2], b[3]), pbinom(b[1] - 1, b[2], b[3], lower.tail = FALSE)))

sign_depth <- function(n, conf) { k <- qbinom((1 - conf) / 2, n, .5); if (pbinom(k, n, .5) <= (1 - conf) / 2) k <- k + 1; k }
hs <- function(x, conf) { # Hettmansperger and Sheather 1986
  n <- length(x); s <- sort(x); k <- sign_depth(n, conf); g <- function(k) 1 - 2 * pbinom(k - 1, n, .5)
  i <- (g(k) - conf) / (g(k) - g(k + 1)); l <- (n - k) * i / (k + (n - 2 * k) * i)
  c((1 - l) * s[k] + l * s[k + 1], (1 - l) * s[n - k + 1] + l * s[n - k])
}
for (x in samples[c("even", "odd", "ties", "big")]) for (conf in c(.8, .95, .99)) {
  n <- length(x); k <- sign_depth(n, conf); s <- sort(x)
  if (k < 1) next
  row("sign_interval", conf, x, 0, c(s[k], s[n - k + 1], 1 - 2 * pbinom(k - 1, n, .5)))
  row("sign_interpolated", conf, x, 0, hs(x, conf))
}
for (x in samples[c("even", "odd", "ties", "big", "constant")]) for (m in c(0, 1, 2, 7, 100)) {
  a <- sum(x > m); b <- sum(x < m)
  row("sign_test", m, x, 0, if (a + b == 0) 1 else binom.test(a, a + b)$p.value)
}

sides <- c("two.sided", "less", "greater")
pairs <- list(
  list(round(rnorm(8), 3), round(rnorm(11, .8), 3)), list(c(1, 2, 2, 3), c(2, 3, 4, 4, 5)), list(rnorm(49), rnorm(49, .5)),
  list(rnorm(60), rnorm(55, .3)), list(1, 2), list(rep(4, 5), rep(4, 3)), list(c(1.5, 9, 12), c(2, 3, 4, 5, 6)))
for (p in pairs) {
  for (i in 1:3) {
    w <- wilcox.test(p[[1]], p[[2]], alternative = sides[i])
    row("mann_whitney", i - 1, p[[1]], p[[2]], c(w$statistic, if (is.nan(w$p.value)) 1 else w$p.value))
  }
  row("cliff", 0, p[[1]], p[[2]], mean(sign(outer(p[[1]], p[[2]], "-"))))
}
for (d in list(round(rnorm(9, .4), 3), rnorm(30, -.2), c(1, -1, 2, 3, 3, 4, 0, -2), rnorm(70, .2), c(-5), round(rnorm(25), 1)))
  for (i in 1:3) {
    w <- wilcox.test(d, alternative = sides[i])
    row("wilcoxon", i - 1, d, 0, c(w$statistic, w$p.value))
  }
for (p in list(c(.01, .04, .03), c(.5, .001, .001, .9, .02, .049), .2, c(0, 1, .3))) {
  row("holm", 0, p, 0, p.adjust(p, "holm"))
  row("fdr", 0, p, 0, p.adjust(p, "BH"))
}
for (b in list(c(3, 12), c(0, 0), c(5, 5), c(40, 22), c(0, 7)))
  row("mcnemar", 0, b, 0, if (sum(b) == 0) 1 else binom.test(b[1], sum(b))$p.value)

# Every resample of a small sample: the bootstrap distribution itself, its percentile and BCa ends (tolerance in the test).
for (x in list(c(1, 2.5, 3, 4.25, 9, 11), c(.2, .5, .7, 1.1, 6))) {
  n <- length(x); all <- as.matrix(expand.grid(rep(list(x), n))); m <- sort(rowMeans(all))
  row("bootstrap_mean", .9, x, 0, quantile(m, c(.05, .95), type = 7))
  jack <- sapply(1:n, function(i) mean(x[-i])); u <- mean(jack) - jack; a <- sum(u^3) / (6 * sum(u^2)^1.5)
  z0 <- qnorm(mean(m < mean(x) - 1e-12) + mean(abs(m - mean(x)) <= 1e-12) / 2); z <- z0 + qnorm(c(.05, .95))
  row("bca_mean", .9, x, 0, quantile(m, pnorm(z0 + z / (1 - a * z)), type = 7))
}
block_length <- function(x) { # Politis and White 2004, corrected 2009, circular bootstrap
  n <- length(x); k <- max(5, ceiling(sqrt(log10(n)))); m <- ceiling(sqrt(n)) + k
  r <- acf(x, lag.max = min(m, n - 1), plot = FALSE)$acf[-1]; small <- abs(r) < 2 * sqrt(log10(n) / n)
  h <- m - k; for (i in seq_len(length(r) - k + 1)) if (all(small[i:(i + k - 1)])) { h <- i - 1; break }
  w <- 2 * h; if (w == 0) return(1)
  full <- acf(x, lag.max = w, plot = FALSE)$acf; lags <- -w:w; rr <- full[abs(lags) + 1]; t <- abs(lags) / w
  weight <- ifelse(t <= .5, 1, 2 * (1 - t)); g <- sum(weight * abs(lags) * rr); s <- sum(weight * rr)
  min(max(1, ceiling((2 * g^2 / (4 / 3 * s^2))^(1 / 3) * n^(1 / 3))), floor(n / 3))
}
for (phi in c(0, .3, .6, .9)) { x <- round(as.numeric(arima.sim(list(ar = phi), 150)), 4); row("block_length", 0, x, 0, block_length(x)) }

power2 <- function(n, alpha, d) { k <- -1; while (2 * pbinom(k + 1, n, .5) <= alpha) k <- k + 1
  q <- pnorm(d); pbinom(n - k - 1, n, q, lower.tail = FALSE) + pbinom(k, n, q) }
for (n in c(8, 20, 50)) for (a in c(.05, .01)) {
  row("sign_power", c(n, a, .6), 0, 0, power2(n, a, .6))
  row("sign_detectable", c(n, a, .8), 0, 0, if (n == 8 && a == .01 && power2(n, a, 30) < .8) Inf else
    uniroot(function(d) power2(n, a, d) - .8, c(0, 20), tol = 1e-13)$root)
}
# Sequential sign test: every one of the 2^12 paths.
paths <- as.matrix(expand.grid(rep(list(0:1), 12))); looks <- c(5, 8, 10, 12); sums <- t(apply(paths, 1, cumsum))
z <- sapply(looks, function(n) (n / 12)^.25 * (2 * sums[, n] - n) / sqrt(n)); top <- apply(z, 1, max)
for (q in c(.5, .7, .9)) for (t in c(0, 1, 1.7, 2.3, 3.4))
  row("sequential_crossing", c(t, q), 0, 0, sum((top >= t - 1e-9) * q^sums[, 12] * (1 - q)^(12 - sums[, 12])))
for (d in list(c(1, 2, -1, .5, .2, 3, 1, 1, 1, -1, 2, .1), c(1, 1, 1, 1, 1, 1, 1, 1), -(1:12) * 1.0, c(1, -1, 1))) {
  n <- looks[looks <= length(d)]; t <- if (length(n)) max(sapply(n, function(m) (m / 12)^.25 * (2 * sum(d[1:m] > 0) - m) / sqrt(m))) else -Inf
  row("sequential_p", 0, d, 0, if (is.finite(t)) mean(top >= t - 1e-9) else 1)
}

for (x in list(c(exp(-(0:59) / 6) * 20 + rnorm(60)), rnorm(40), 1:50 + rnorm(50, 0, .1), c(rep(50, 12), rnorm(83)))) {
  b <- colMeans(matrix(x[1:(5 * (length(x) %/% 5))], 5)); n <- length(b)
  e <- sapply(0:(n %/% 2), function(d) { y <- b[(d + 1):n]; sum((y - mean(y))^2) / (n - d)^2 }) # cuts up to the first half
  row("warmup", 0, x, 0, c((which.min(e) - 1) * 5, which.min(e) - 1 < n %/% 2))
}

# Added later, after the rest so that its draws stay the same.
# Bounds that hold at every look, from all 2^12 paths: the least threshold that all paths together reach with chance <= alpha.
threshold_of <- function(alpha) { t <- sort(unique(round(top, 9)), decreasing = TRUE); ok <- sapply(t, function(v) mean(top >= v - 1e-9) <= alpha); max(which(ok), 0) -> i; if (i == 0) Inf else t[i] }
for (alpha in c(.05, .2)) for (d in list(round(rnorm(12), 3), round(rnorm(10, 2), 3), round(rexp(12), 3), round(rnorm(3), 3))) {
  t <- threshold_of(alpha); low <- -Inf; high <- Inf
  for (n in looks[looks <= length(d)]) {
    count <- which(sapply(0:n, function(s) (n / 12)^.25 * (2 * s - n) / sqrt(n) >= t - 1e-9))[1] - 1
    if (is.na(count)) next
    s <- sort(d[1:n]); low <- max(low, s[n - count + 1]); high <- min(high, s[count])
  }
  row("sequential_interval", alpha, d, 0, c(low, high))
}
for (n in c(80, 203)) { x <- round(as.numeric(arima.sim(list(ar = .5), n)), 4)
  m <- sapply(0:15, function(i) median(x[((n * i) %/% 16 + 1):((n * (i + 1)) %/% 16)])); row("batch_interval", c(16, .95), x, 0, hs(m, .95)) }
for (q in c(.7, .9)) { x <- samples$odd; row("shift_normal", q, x, 0, qnorm(q) * mad(x)); row("shift_observed", q, x, 0, median(x) - quantile(x, 1 - q, type = 7)) }
for (alpha in c(.05, .01)) { t <- threshold_of(alpha); reach <- top >= t - 1e-9
  row("sequential_detectable", c(alpha, .8), 0, 0, uniroot(function(q) sum(reach * q^sums[, 12] * (1 - q)^(12 - sums[, 12])) - .8, c(.5, 1), tol = 1e-13)$root) }
