import {arweaveStore, type ArweaveWallet} from './arweave.ts';
import {StoreError} from './errors.ts';
import {ipfsStore} from './ipfs.ts';
import type {ContentStore} from './types.ts';

/**
 * The stores of a `--storage ipfs=http://…,arweave=http://…` flag, in its order.
 *
 * @throws {StoreError} `STORE_URL_INVALID`
 */
export function parseStores(flag: string, {wallet, timeoutMs}: {wallet?: ArweaveWallet; timeoutMs?: number} = {}): ContentStore[] {
  const options = timeoutMs === undefined ? {} : {timeoutMs};
  return flag.split(',').filter((part) => part.trim() !== '').map((part) => {
    const at = part.indexOf('=');
    const kind = part.slice(0, at).trim();
    const url = part.slice(at + 1).trim();
    if (at < 0 || !URL.canParse(url)) throw new StoreError({code: 'STORE_URL_INVALID', detail: `"${part.trim()}" is not of the form ipfs=http://… or arweave=http://…`});
    if (kind === 'ipfs') return ipfsStore(url, options);
    if (kind === 'arweave') return arweaveStore(url, wallet, options);
    throw new StoreError({code: 'STORE_URL_INVALID', detail: `"${kind}" is no storage kind (ipfs, arweave)`});
  });
}
