/** The wallet's rows of the active epochs, from chain and storage alone: neither the exchange nor this site is asked. */
import {type ExitRow, findRows as findRowsOf, ownerBySecret} from '@pobs/protocol/exits';
import {ipfsStore} from '@pobs/protocol/store';
import type {Address, Hex} from 'viem';
import type {NetworkFile, Sources} from '../../network-file.ts';
import {clientFor} from '../../custody-standing.ts';

export type {ExitRow} from '@pobs/protocol/exits';

export type Owner = {wallet: Address; secret: Hex};

type Search = {network: NetworkFile; sources: Sources; owner: Owner; onProgress: (text: string) => void};

/** All rows of the wallet on both custodies. One chain that cannot be read does not hide the other: its sentence comes back instead. */
export const findRows = ({network, sources, owner, onProgress}: Search): Promise<{rows: ExitRow[]; problems: string[]}> => findRowsOf({
  network, onProgress, owner: ownerBySecret({...owner, eraEpochs: network.rules.eraEpochs}),
  sources: {client: (chainId) => clientFor(sources, chainId), store: ipfsStore(sources.gateway)},
});
