/**
 * Builds the subgraphs once and fills in one network's addresses.
 *
 *   node subgraph/prepare.mjs --build                     compiles both manifests into subgraph/build, if anything changed
 *   node subgraph/prepare.mjs <network.json> <out dir>    writes <out dir>/l1 and <out dir>/l2, ready for graph-node
 *
 * The compiled code knows no address, so that one build serves every network.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {CHAINS, DATA_SOURCE, manifestOf, OPTIONAL, unfilledOf, schema, SOURCES} from './manifest.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const graph = path.join(here, '../node_modules/@graphprotocol/graph-cli/bin/run.js');
const buildDir = path.join(here, 'build');
const INPUTS = ['abis', 'src', 'schema', 'manifest.mjs', 'package.json'];

/** Names by which The Graph knows public chains. */
const NETWORK_NAMES = {1: 'mainnet', 42161: 'arbitrum-one', 11155111: 'sepolia', 421614: 'arbitrum-sepolia'};

/** @param {number} chainId */
export const networkName = (chainId) => NETWORK_NAMES[chainId] ?? `chain-${chainId}`;

function inputsDigest() {
  const hash = createHash('sha256');
  const visit = (file) => {
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) visit(path.join(file, name));
      return;
    }
    hash.update(path.relative(here, file)).update('\0').update(readFileSync(file));
  };
  for (const input of INPUTS) visit(path.join(here, input));
  return hash.digest('hex');
}

/** Compiles both subgraphs unless the last build is of the same sources. @throws {Error} with the compiler's output. */
export async function build() {
  const stamp = path.join(buildDir, 'stamp');
  const digest = inputsDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(buildDir, {recursive: true, force: true});
  const generated = path.join(here, 'generated');
  rmSync(generated, {recursive: true, force: true});
  mkdirSync(generated);
  writeFileSync(path.join(generated, 'schema.graphql'), schema());
  for (const chain of CHAINS) writeFileSync(path.join(generated, `${chain}.yaml`), manifestOf(chain));
  for (const chain of CHAINS) await run('codegen', `generated/${chain}.yaml`, '--output-dir', 'generated');
  for (const chain of CHAINS) await run('build', `generated/${chain}.yaml`, '--output-dir', `build/${chain}`);
  writeFileSync(stamp, digest);
}

async function run(...args) {
  try {
    await promisify(execFile)(process.execPath, [graph, ...args], {cwd: here, env: {...process.env, GRAPH_CLI_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1'}});
  } catch (error) {
    throw new Error(`graph ${args.slice(0, 2).join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`, {cause: error});
  }
}

/**
 * Writes the subgraphs of one network.
 *
 * @param {{l1: Record<string, string | number>, l2: Record<string, string | number>}} network - The `--network` file.
 * @param {string} outDir - Gets a folder per chain.
 * @returns {{chain: string, dir: string, manifest: string, network: string, chainId: number}[]} L1, then L2.
 */
export function fill(network, outDir) {
  return CHAINS.map((chain) => {
    const values = network[chain];
    const dir = path.join(outDir, chain);
    rmSync(dir, {recursive: true, force: true});
    mkdirSync(dir, {recursive: true});
    cpSync(path.join(buildDir, chain), dir, {recursive: true});
    const manifest = path.join(dir, 'subgraph.yaml');
    let text = withAddresses(readFileSync(manifest, 'utf8'), chain, values);
    if (!Number.isInteger(values.startBlock) || values.startBlock < 0) throw new Error(`The network file holds no block number ${chain}.startBlock.`);
    const name = networkName(values.chainId);
    text = text.replaceAll('network: mainnet', `network: ${name}`).replaceAll('startBlock: 1', `startBlock: ${values.startBlock}`);
    writeFileSync(manifest, text);
    return {chain, dir, manifest, network: name, chainId: values.chainId};
  });
}

/** Puts a chain's addresses into its manifest and leaves out the contracts that the network does not have. */
function withAddresses(manifest, chain, values) {
  const [head, ...sources] = manifest.split(DATA_SOURCE);
  return head + Object.keys(SOURCES[chain]).map((field, i) => {
    if (values[field] === undefined && OPTIONAL.has(field)) return '';
    if (!/^0x[0-9a-fA-F]{40}$/.test(String(values[field]))) throw new Error(`The network file holds no address ${chain}.${field}.`);
    return DATA_SOURCE + sources[i].replace(unfilledOf(field), String(values[field]).toLowerCase());
  }).join('');
}

async function main([first, outDir, ...rest]) {
  if (first === '--build' && outDir === undefined) return build();
  if (first === undefined || outDir === undefined || rest.length > 0 || first.startsWith('-')) {
    process.stderr.write('Usage: node subgraph/prepare.mjs --build | <network.json> <out dir>\n');
    process.exitCode = 2;
    return;
  }
  let network;
  try {
    network = JSON.parse(readFileSync(first, 'utf8'));
  } catch (error) {
    process.stderr.write(`✗ ${first} cannot be read as a network file: ${error.message}\n`);
    process.exitCode = 2;
    return;
  }
  await build();
  for (const {chain, manifest} of fill(network, path.resolve(outDir))) process.stdout.write(`${chain} ${manifest}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`✗ ${error.message}\n`);
    process.exitCode = 1;
  });
}
