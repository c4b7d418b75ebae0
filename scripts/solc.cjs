#!/usr/bin/env node
// Lets forge compile with the solc that npm carries: answers the two calls forge makes of a native compiler.
const solc = require('solc');
const fs = require('node:fs');
const args = process.argv.slice(2);
if (args.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface');
  console.log(`Version: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}`);
} else if (args.includes('--standard-json')) {
  fs.writeFileSync(1, solc.compile(fs.readFileSync(0, 'utf8')));
}
