# Trains a logistic regression on points that it draws, with nothing but R.
# It knows nothing of Exprec:
#
#     exprec run -- Rscript train.R --lr 0.01 --epochs 20 --seed 1

# options reads --name value pairs over the defaults.
options <- function(words, defaults) {
  names <- sub("^--", "", words[seq(1, length(words), by = 2)])
  values <- as.numeric(words[seq(2, length(words), by = 2)])
  defaults[names] <- values
  defaults
}

# points draws two clouds, the label 1 for the upper right one.
points <- function(count) {
  label <- rep(c(0, 1), length.out = count)
  center <- ifelse(label == 1, 1, -1)
  cbind(1, rnorm(count, center, 1.5), rnorm(count, center, 1.5), label)
}

probability <- function(weights, data) {
  1 / (1 + exp(-drop(data[, 1:3] %*% weights)))
}

# step goes down the gradient of the loss over a batch.
step <- function(weights, batch, lr) {
  error <- probability(weights, batch) - batch[, 4]
  weights - lr * drop(t(batch[, 1:3]) %*% error) / nrow(batch)
}

evaluate <- function(weights, data) {
  p <- probability(weights, data)
  right <- (p > 0.5) == (data[, 4] == 1)
  list(loss = -mean(log(ifelse(data[, 4] == 1, p, 1 - p))), accuracy = mean(right))
}

words <- commandArgs(trailingOnly = TRUE)
chosen <- list(lr = 0.01, epochs = 20, seed = 1)
if (length(words) > 0) chosen <- options(words, chosen)
if (chosen$lr <= 0) stop(sprintf("the learning rate must be above 0, not %g", chosen$lr))

set.seed(chosen$seed)
train <- points(4000)
test <- points(1000)
weights <- c(0, 0, 0)
for (epoch in seq_len(chosen$epochs)) {
  for (first in seq(1, nrow(train), by = 100)) {
    weights <- step(weights, train[first:(first + 99), ], chosen$lr)
  }
  result <- evaluate(weights, test)
  cat(sprintf("epoch %d loss %.6f accuracy %.3f\n", epoch, result$loss, result$accuracy))
}
