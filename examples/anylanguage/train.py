"""Trains a logistic regression on points that it draws, with nothing but
Python's standard library. It knows nothing of Exprec:

    exprec run -- python3 train.py --lr 0.01 --epochs 20 --seed 1
"""

import argparse
import math
import random


def points(count, rng):
    """Two clouds of points, the label 1 for the upper right one."""
    drawn = []
    for i in range(count):
        label = i % 2
        center = 1.0 if label else -1.0
        drawn.append((rng.gauss(center, 1.5), rng.gauss(center, 1.5), label))
    return drawn


def probability(weights, x, y):
    z = weights[0] + weights[1] * x + weights[2] * y
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def step(weights, batch, lr):
    """One step down the gradient of the loss over a batch."""
    gradient = [0.0, 0.0, 0.0]
    for x, y, label in batch:
        error = probability(weights, x, y) - label
        gradient[0] += error
        gradient[1] += error * x
        gradient[2] += error * y
    return [w - lr * g / len(batch) for w, g in zip(weights, gradient)]


def evaluate(weights, data):
    loss = right = 0
    for x, y, label in data:
        p = probability(weights, x, y)
        loss -= math.log(p if label else 1 - p)
        right += (p > 0.5) == bool(label)
    return loss / len(data), right / len(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.lr <= 0:
        raise ValueError(f"the learning rate must be above 0, not {args.lr:g}")

    rng = random.Random(args.seed)
    train, test = points(4000, rng), points(1000, rng)
    weights = [0.0, 0.0, 0.0]
    for epoch in range(1, args.epochs + 1):
        for first in range(0, len(train), 100):
            weights = step(weights, train[first:first + 100], args.lr)
        loss, accuracy = evaluate(weights, test)
        print(f"epoch {epoch} loss {loss:.6f} accuracy {accuracy:.3f}", flush=True)


if __name__ == "__main__":
    main()
