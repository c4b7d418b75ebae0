import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import {hexToBytes, type Hex} from 'viem';
import type {GatewayAddresses} from './deploy-gateways.ts';
import type {RollupAddresses} from './deploy-rollup.ts';
import type {JournalState} from './archive/journal.ts';
import type {RelayState} from './relay/book.ts';
import type {Rpc} from './rpc.ts';

/** What cannot be read from the chains themselves. */
export type PairState = {
  version: 1;
  l1ChainId: number;
  l2ChainId: number;
  rollup: RollupAddresses;
  gateways?: GatewayAddresses;
  relay: RelayState;
  /** Old states of both chains. */
  journals: {l1: JournalState; l2: JournalState};
};

/** A saved pair: node state as JSON files for `--load-state`. */
export type LoadedSnapshot = {state: PairState; files: {l1: string; l2: string}};

const KEPT = 2;
const NAME = /^snapshot-(\d{9})$/;
const CHAINS = ['l1', 'l2'] as const;

/**
 * Saves both chains and the relay's state as one unit: `snapshot-<n>/{l1,l2,pair}.json.gz`.
 *
 * A folder gets its final name in one rename after all its files are on disk; a crash leaves at worst the one before.
 */
export class Snapshots {
  readonly #dir: string;
  #next: number;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, {recursive: true});
    for (const name of readdirSync(dir)) {
      if (name.startsWith('unfinished-')) rmSync(join(dir, name), {recursive: true});
    }
    this.#next = (this.#numbers().at(-1) ?? 0) + 1;
  }

  /** Both chains must stand still meanwhile. */
  async save(chains: {l1: Rpc; l2: Rpc}, state: PairState): Promise<void> {
    const dumps = await Promise.all([chains.l1.send<Hex>('anvil_dumpState'), chains.l2.send<Hex>('anvil_dumpState')]);
    const number = this.#next++;
    const temporary = join(this.#dir, `unfinished-${number}`);
    mkdirSync(temporary);
    for (const [index, name] of CHAINS.entries()) {
      writeSynced(join(temporary, `${name}.json.gz`), hexToBytes(dumps[index] as Hex));
    }
    writeSynced(join(temporary, 'pair.json.gz'), gzipSync(JSON.stringify(state), {level: 1}));
    renameSync(temporary, join(this.#dir, folderName(number)));
    for (const old of this.#numbers().slice(0, -KEPT)) {
      rmSync(join(this.#dir, folderName(old)), {recursive: true});
    }
  }

  /** Unpacks the newest snapshot, if there is one. */
  load(): LoadedSnapshot | undefined {
    const newest = this.#numbers().at(-1);
    if (newest === undefined) return undefined;
    const folder = join(this.#dir, folderName(newest));
    const state = JSON.parse(gunzipSync(readFileSync(join(folder, 'pair.json.gz'))).toString()) as PairState;
    const unpack = (name: string): string => {
      const file = join(this.#dir, `${name}.load.json`);
      writeSynced(file, withOneGenesis(gunzipSync(readFileSync(join(folder, `${name}.json.gz`)))));
      return file;
    };
    return {state, files: {l1: unpack('l1'), l2: unpack('l2')}};
  }

  /** Removes the unpacked files once the nodes have read them. */
  loaded(): void {
    for (const name of CHAINS) rmSync(join(this.#dir, `${name}.load.json`), {force: true});
  }

  #numbers(): number[] {
    if (!existsSync(this.#dir)) return [];
    const matches = readdirSync(this.#dir).map((name) => NAME.exec(name));
    return matches.flatMap((match) => (match === null ? [] : [Number(match[1])])).sort((a, b) => a - b);
  }
}

type NodeState = {blocks: {header: {number: string; timestamp: string}}[]};

/**
 * A node makes a genesis block at each start and dumps it beside the one it loaded; which of them it would serve as
 * block 0 after the next load is chance. The oldest is the chain's.
 */
export function withOneGenesis(json: Uint8Array): Uint8Array {
  const state = JSON.parse(new TextDecoder().decode(json)) as NodeState;
  const isGenesis = ({header}: NodeState['blocks'][number]) => BigInt(header.number) === 0n;
  const [oldest] = state.blocks.filter(isGenesis).sort((a, b) => Number(BigInt(a.header.timestamp) - BigInt(b.header.timestamp)));
  return new TextEncoder().encode(JSON.stringify({...state, blocks: state.blocks.filter((block) => !isGenesis(block) || block === oldest)}));
}

function folderName(number: number): string {
  return `snapshot-${String(number).padStart(9, '0')}`;
}

function writeSynced(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
