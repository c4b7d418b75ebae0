import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Abi, Hex} from 'viem';

const require = createRequire(import.meta.url);
const DEVNET = join(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILED = join(DEVNET, '..', '..', '.build', 'devnet-contracts.json');

export type Artifact = {abi: Abi; bytecode: Hex};
export type OwnArtifact = Artifact & {deployedBytecode: Hex};

/** Prebuilt artifact of `@arbitrum/nitro-contracts`, e.g. `src/bridge/Bridge`. */
export function nitroArtifact(source: string): Artifact {
  return readJson(join(nitroDir(), 'build', 'contracts', `${source}.sol`, `${basename(source)}.json`)) as Artifact;
}

/** Creation code of the Yul contract that reads EIP-4844 blob data for the SequencerInbox. */
export function reader4844(): Hex {
  const artifact = readJson(join(nitroDir(), 'out', 'yul', 'Reader4844.yul', 'Reader4844.json'));
  return (artifact as {bytecode: {object: Hex}}).bytecode.object;
}

export function upgradeExecutorArtifact(): Artifact {
  const root = dirname(require.resolve('@offchainlabs/upgrade-executor/package.json'));
  const path = ['build', 'contracts', 'src', 'UpgradeExecutor.sol', 'UpgradeExecutor.json'];
  return readJson(join(root, ...path)) as Artifact;
}

/** Compiles `contracts/` unless that is done: 0.1 s then, else some seconds. */
export function compileOwnContracts(): void {
  execFileSync(process.execPath, [join(DEVNET, 'compile.mjs')], {stdio: ['ignore', 'ignore', 'pipe']});
}

/** A contract of `contracts/`; needs `compileOwnContracts` before. */
export function ownArtifact(name: string): OwnArtifact {
  const {contracts} = readJson(COMPILED) as {contracts: Record<string, OwnArtifact>};
  const artifact = contracts[name];
  if (artifact === undefined) throw new Error(`contract ${name} is not compiled`);
  return artifact;
}

function nitroDir(): string {
  return dirname(require.resolve('@arbitrum/nitro-contracts/package.json'));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
