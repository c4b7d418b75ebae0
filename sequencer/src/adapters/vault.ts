import {type Line, type Summary, toJson} from '@pobs/protocol';
import {existsSync} from 'node:fs';
import {mkdir, open, readdir, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Hex} from 'viem';
import {z} from 'zod';
import type {StoredEpoch, Vault, Wrapped} from '../services/ports.ts';

const hex = z.string().regex(/^0x[0-9a-fA-F]*$/).transform((text) => text as Hex);
const amount = z.string().regex(/^\d+$/).transform(BigInt);
const count = z.int().min(0);

const summaryShape: z.ZodType<Summary> = z.object({
  epoch: amount, snapshotTime: amount, setId: count, parent: hex, linesRoot: hex, lineCount: count,
  snapshotCid: hex, mappingHash: hex, logRoot: hex, journalHead: hex, rulesHash: hex,
});
const lineShape: z.ZodType<Line> = z.object({
  chainId: amount, custody: hex, blockNumber: amount, blockHash: hex, kills: count, payoutRoot: hex, payoutCount: count,
  assets: z.array(z.object({
    token: hex, lotSize: amount, deposited: amount, liabilities: amount, withdrawable: amount, withdrawals: amount,
    authorisedOut: amount, count, root: hex,
  })),
});
const wrappedShape = z.object({setId: count, recipients: z.array(z.string())});
const recordShape = z.object({
  summary: summaryShape, digest: hex, lines: z.array(lineShape), treeHashes: z.array(z.array(hex)), logHead: hex, files: z.array(z.string()),
});

/**
 * Built epochs under the data folder: `epochs/<n>/` appears complete or not at all.
 * The mapping file is kept encrypted only.
 */
export class FolderVault implements Vault {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = path.join(dataDir, 'epochs');
  }

  async save(epoch: bigint, built: StoredEpoch): Promise<void> {
    const final = this.#of(epoch);
    if (existsSync(final)) return;
    await this.#removeLeftovers();
    const draft = path.join(this.#dir, `.${epoch}.draft`);
    await mkdir(draft, {recursive: true, mode: 0o700});
    const {manifest, mapping, files, ...record} = built;
    for (const [name, bytes] of files) await writeDurable(path.join(draft, 'files', name), bytes);
    await writeDurable(path.join(draft, 'manifest.json'), manifest);
    await writeDurable(path.join(draft, 'mapping.age'), mapping);
    await writeDurable(path.join(draft, 'built.json'), new TextEncoder().encode(toJson({...record, files: [...files.keys()]}, 2)));
    await rename(draft, final);
    await syncFolder(this.#dir);
  }

  async load(epoch: bigint): Promise<StoredEpoch | undefined> {
    const dir = this.#of(epoch);
    if (!existsSync(dir)) return undefined;
    const {files: names, ...record} = recordShape.parse(JSON.parse(await readFile(path.join(dir, 'built.json'), 'utf8')));
    const files = new Map<string, Uint8Array>();
    for (const name of names) files.set(name, await readBytes(path.join(dir, 'files', name)));
    return {
      ...record, files,
      manifest: await readBytes(path.join(dir, 'manifest.json')),
      mapping: await readBytes(path.join(dir, 'mapping.age')),
    };
  }

  async mapping(epoch: bigint): Promise<Uint8Array | undefined> {
    const file = path.join(this.#of(epoch), 'mapping.age');
    return existsSync(file) ? readBytes(file) : undefined;
  }

  async wrapped(epoch: bigint): Promise<Wrapped | undefined> {
    const dir = this.#of(epoch);
    if (!existsSync(dir)) return undefined;
    const anew = path.join(dir, 'mapping.json');
    if (existsSync(anew)) return wrappedShape.parse(JSON.parse(await readFile(anew, 'utf8')));
    const {summary} = recordShape.parse(JSON.parse(await readFile(path.join(dir, 'built.json'), 'utf8')));
    return {setId: summary.setId};
  }

  /** The file first: a crash in between leaves more recipients than are on record, and the next request wraps once more. */
  async replaceMapping(epoch: bigint, bytes: Uint8Array, wrapped: Required<Wrapped>): Promise<void> {
    const dir = this.#of(epoch);
    for (const [name, content] of [['mapping.age', bytes], ['mapping.json', new TextEncoder().encode(JSON.stringify(wrapped))]] as const) {
      await writeDurable(path.join(dir, `.${name}.new`), content);
      await rename(path.join(dir, `.${name}.new`), path.join(dir, name));
    }
    await syncFolder(dir);
  }

  async discard(epoch: bigint): Promise<void> {
    if (!existsSync(this.#of(epoch))) return;
    // Renamed first: a crash in between leaves a draft, not half of a build.
    const draft = path.join(this.#dir, `.${epoch}.discarded.draft`);
    await rm(draft, {recursive: true, force: true});
    await rename(this.#of(epoch), draft);
    await rm(draft, {recursive: true, force: true});
  }

  #of(epoch: bigint): string {
    return path.join(this.#dir, epoch.toString());
  }

  /** Drafts of builds that a crash cut short. */
  async #removeLeftovers(): Promise<void> {
    if (!existsSync(this.#dir)) return;
    const drafts = (await readdir(this.#dir)).filter((name) => name.endsWith('.draft'));
    await Promise.all(drafts.map((name) => rm(path.join(this.#dir, name), {recursive: true, force: true})));
  }
}

const readBytes = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));

async function writeDurable(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(path.dirname(file));
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
