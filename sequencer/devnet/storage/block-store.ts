import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {base32} from 'multiformats/bases/base32';
import {CID} from 'multiformats/cid';
import {HttpError} from '../http.ts';
import {readFileIfExists, writeFileAtomic} from './files.ts';

const SHA2_256 = 0x12;
const BLOCK_BYTES_MAX = 2 * 1024 * 1024;

/** Blocks on disk by their multihash, so that all CIDs of the same bytes share one file. */
export class BlockStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @throws HttpError 400 when the bytes do not have the CID's hash, or are too many for one block. */
  async put(cid: CID, bytes: Uint8Array): Promise<CID> {
    if (bytes.length > BLOCK_BYTES_MAX) {
      throw new HttpError(400, `block of ${bytes.length} bytes, at most ${BLOCK_BYTES_MAX} are allowed`);
    }
    const {code, digest} = cid.multihash;
    if (code !== SHA2_256) throw new HttpError(400, 'only sha2-256 is supported');
    const actual = createHash('sha256').update(bytes).digest();
    if (!actual.equals(digest)) throw new HttpError(400, `block does not match its CID ${cid}`);
    await writeFileAtomic(this.#path(cid), bytes);
    return cid;
  }

  async get(cid: CID): Promise<Uint8Array | undefined> {
    return readFileIfExists(this.#path(cid));
  }

  async has(cid: CID): Promise<boolean> {
    return (await this.get(cid)) !== undefined;
  }

  #path(cid: CID): string {
    const name = base32.encode(cid.multihash.bytes);
    return join(this.#dir, name.slice(-2), name);
  }
}

/** @throws HttpError 400. */
export function parseCid(text: string): CID {
  try {
    return CID.parse(text);
  } catch {
    throw new HttpError(400, `invalid CID: ${text}`);
  }
}
