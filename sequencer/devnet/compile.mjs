/**
 * Compiles the Solidity of the local network with the npm compiler into `.build/devnet-contracts.json`.
 *
 * Plain Node, so that it runs before anything is prepared. Does nothing when sources and compiler are unchanged.
 * Output: `{hash, contracts: {<name>: {abi, bytecode, deployedBytecode}}}`. Exit 1 with the compiler's messages on errors.
 */
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const contractsDir = join(here, 'contracts');
const outFile = join(here, '..', '..', '.build', 'devnet-contracts.json');

const names = readdirSync(contractsDir, {recursive: true})
  .map(String)
  .filter((name) => name.endsWith('.sol'))
  .sort();
const sources = Object.fromEntries(
  names.map((name) => [name, {content: readFileSync(join(contractsDir, name), 'utf8')}]),
);
const settings = {
  optimizer: {enabled: true, runs: 200},
  evmVersion: 'cancun',
  outputSelection: {'*': {'*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object']}},
};
const compilerVersion = require('solc/package.json').version;
const hash = createHash('sha256')
  .update(JSON.stringify({compilerVersion, settings, sources}))
  .digest('hex');

if (!isFresh()) compile();

function isFresh() {
  if (!existsSync(outFile)) return false;
  try {
    return JSON.parse(readFileSync(outFile, 'utf8')).hash === hash;
  } catch {
    // A damaged file is rebuilt.
    return false;
  }
}

function compile() {
  const solc = require('solc');
  const output = JSON.parse(solc.compile(JSON.stringify({language: 'Solidity', sources, settings})));
  const messages = output.errors ?? [];
  for (const message of messages) console.error(message.formattedMessage);
  if (messages.some((message) => message.severity === 'error')) process.exit(1);

  const contracts = {};
  for (const file of Object.values(output.contracts)) {
    for (const [name, contract] of Object.entries(file)) {
      const bytecode = contract.evm.bytecode.object;
      if (bytecode === '') continue; // interface
      contracts[name] = {
        abi: contract.abi,
        bytecode: `0x${bytecode}`,
        deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
      };
    }
  }
  mkdirSync(dirname(outFile), {recursive: true});
  // Several processes may compile at once: each writes its own file and the rename is atomic.
  const temporary = `${outFile}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({hash, contracts}));
  renameSync(temporary, outFile);
  console.error(`devnet contracts: ${Object.keys(contracts).join(', ')}`);
}
