"""The digits of scikit-learn, with the settings and scalars of examples/digits.

Needs scikit-learn; try it with --lr 0.1 --hidden 16, then exprec list.
"""

import argparse

import numpy
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import exprec


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.005)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    settings = parser.parse_args()

    with exprec.Experiment(steps=settings.epochs) as experiment:
        experiment.set_parameters(settings)
        experiment.set_goal("val/accuracy", "max")
        experiment.set_goal("val/loss", "min")
        train(settings, experiment)


def train(settings: argparse.Namespace, experiment: exprec.Experiment) -> None:
    digits = load_digits()
    x, x_val, y, y_val = train_test_split(digits.data / 16, digits.target, test_size=0.2, random_state=0)
    model = MLPClassifier((settings.hidden,), learning_rate_init=settings.lr, random_state=settings.seed)
    for epoch in range(settings.epochs):
        model.partial_fit(x, y, classes=numpy.arange(10))
        guessed = model.predict_proba(x_val)
        accuracy = (guessed.argmax(axis=1) == y_val).mean()
        experiment.add_scalar("train/loss", model.loss_, epoch)
        experiment.add_scalar("val/loss", log_loss(y_val, guessed), epoch)
        experiment.add_scalar("val/accuracy", accuracy, epoch)
        print(f"epoch {epoch}: accuracy {accuracy:.4f}", flush=True)
    experiment.add_image("weights", picture(model.coefs_[0]), settings.epochs - 1)
    with experiment.open("model.npz", "wb") as file:
        numpy.savez(file, *model.coefs_, *model.intercepts_)


def picture(weights: numpy.ndarray) -> numpy.ndarray:
    """The weights of each hidden unit as 8 by 8 pixels, side by side."""
    tiles = weights.T.reshape(-1, 8, 8)
    tiles = (tiles - tiles.min()) / (tiles.max() - tiles.min())
    return numpy.hstack(list(numpy.pad(tiles, ((0, 0), (0, 0), (0, 1)), constant_values=1)))


if __name__ == "__main__":
    main()
