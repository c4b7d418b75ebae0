#!/usr/bin/env node
/**
 * The compiler for coverage. `forge coverage` switches the optimizer off so that every line keeps its own instructions; then the stack of
 * the ABI coder's helpers does not fit. Here only what they need is on: their stack is laid out, nothing is removed or moved.
 */
const solc = require('solc');
const fs = require('node:fs');

const OPTIMIZER = {
  enabled: false,
  details: {
    peephole: false, inliner: false, jumpdestRemover: false, orderLiterals: false, deduplicate: false, cse: false, constantOptimizer: false,
    yul: true, yulDetails: {stackAllocation: true, optimizerSteps: ':'},
  },
};

const args = process.argv.slice(2);
if (args.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface');
  console.log(`Version: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}`);
} else if (args.includes('--standard-json')) {
  const input = JSON.parse(fs.readFileSync(0, 'utf8'));
  input.settings.optimizer = OPTIMIZER;
  fs.writeFileSync(1, solc.compile(JSON.stringify(input)));
}
