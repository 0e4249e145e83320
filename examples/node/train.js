// A run of a Node program: node train.js [steps]. recorder/FORMAT.md, "Other languages", explains each line.
const { execFileSync } = require('node:child_process')
const { appendFileSync, openSync, writeSync } = require('node:fs')

const words = ['begin', '--json', '--stdout', '3', '--', 'node', ...process.argv.slice(1)]
const run = JSON.parse(execFileSync('exprec', words, { stdio: ['ignore', 'pipe', 'inherit', 1] }))
const journal = `${run.dir}/journal/${Date.now().toString(16).padStart(16, '0')}.jsonl`
const log = (line) => run.off || appendFileSync(journal, JSON.stringify({ at: Date.now() / 1000, ...line }) + '\n', { mode: 0o600 })
log({ exprec: 1, run: run.id, start: Date.now() * 1e6, pid: process.pid, ...run.world })
for (const name of run.output ? ['stdout', 'stderr'] : []) {
  const fifo = openSync(`${run.dir}/${name}`, 'w') // what this process prints by itself is recorded
  process[name].write = (text) => writeSync(fifo, text) > 0
}

const steps = Number(process.argv[2] ?? 5)
log({ params: { steps, node: process.version } })
for (let step = 0; step < steps; step++) {
  log({ scalars: { loss: 1 / (step + 1) }, s: step })
  console.log(`step ${step} loss ${1 / (step + 1)}`)
}
log({ end: { status: 'succeeded', exit: 0 } })
