// Trains a logistic regression on points that it draws, with nothing but Node.
// It knows nothing of Exprec:
//
//     exprec run -- node train.js --lr 0.01 --epochs 20 --seed 1
"use strict";

// generator gives numbers from 0 to 1 that depend on the seed alone.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
}

function gauss(random, mean, deviation) {
  const radius = Math.sqrt(-2 * Math.log(random()));
  return mean + deviation * radius * Math.cos(2 * Math.PI * random());
}

// points draws two clouds, the label 1 for the upper right one.
function points(count, random) {
  const drawn = [];
  for (let i = 0; i < count; i++) {
    const label = i % 2;
    const center = label ? 1 : -1;
    drawn.push([gauss(random, center, 1.5), gauss(random, center, 1.5), label]);
  }
  return drawn;
}

function probability(weights, x, y) {
  const z = weights[0] + weights[1] * x + weights[2] * y;
  return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, z))));
}

// step goes down the gradient of the loss over a batch.
function step(weights, batch, lr) {
  const gradient = [0, 0, 0];
  for (const [x, y, label] of batch) {
    const error = probability(weights, x, y) - label;
    gradient[0] += error;
    gradient[1] += error * x;
    gradient[2] += error * y;
  }
  return weights.map((w, i) => w - (lr * gradient[i]) / batch.length);
}

function evaluate(weights, data) {
  let loss = 0;
  let right = 0;
  for (const [x, y, label] of data) {
    const p = probability(weights, x, y);
    loss -= Math.log(label ? p : 1 - p);
    right += p > 0.5 === (label === 1) ? 1 : 0;
  }
  return { loss: loss / data.length, accuracy: right / data.length };
}

// options reads --name value pairs over the defaults.
function options(words, defaults) {
  const chosen = { ...defaults };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, "");
    if (!(name in defaults)) throw new TypeError(`there is no option ${words[i]}`);
    chosen[name] = Number(words[i + 1]);
  }
  return chosen;
}

const { lr, epochs, seed } = options(process.argv.slice(2), { lr: 0.01, epochs: 20, seed: 1 });
if (!(lr > 0)) throw new RangeError(`the learning rate must be above 0, not ${lr}`);

const random = generator(seed);
const train = points(40000, random);
const test = points(10000, random);
let weights = [0, 0, 0];
for (let epoch = 1; epoch <= epochs; epoch++) {
  for (let first = 0; first < train.length; first += 100) {
    weights = step(weights, train.slice(first, first + 100), lr);
  }
  const { loss, accuracy } = evaluate(weights, test);
  console.log(`epoch ${epoch} loss ${loss.toFixed(6)} accuracy ${accuracy.toFixed(3)}`);
}
