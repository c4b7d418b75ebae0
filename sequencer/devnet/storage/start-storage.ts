import {join} from 'node:path';
import {listen} from '../http.ts';
import {ArweaveStore} from './arweave-store.ts';
import {arweaveRoutes} from './arweave-routes.ts';
import {BlockStore} from './block-store.ts';
import {ipfsRoutes} from './ipfs-routes.ts';
import {route} from './routes.ts';

export type StorageOptions = {
  /** Folder of the stored data. */
  dir: string;
  /** Port on 127.0.0.1; a free one by default. */
  port?: number;
};

export type Storage = {
  /** Serves an Arweave gateway and an IPFS node at the same address. */
  url: string;
  stop(): Promise<void>;
};

/** Starts the local storage: Arweave-compatible gateway and IPFS block store on one port. */
export async function startStorage({dir, port = 0}: StorageOptions): Promise<Storage> {
  const arweave = await ArweaveStore.open(join(dir, 'arweave'));
  const routes = [...ipfsRoutes(new BlockStore(join(dir, 'ipfs'))), ...arweaveRoutes(arweave)];
  const server = await listen('storage', port, (request, response) => route(routes, request, response));
  return {url: server.url, stop: () => server.close()};
}
