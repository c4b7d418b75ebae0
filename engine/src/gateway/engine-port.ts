/** The node as the gateway sees it. */
import {
  accountView, assetViews, blindingOf, bookView, chainViews, marketViews, openWithdrawals,
} from '../core/queries.ts';
import {adlViews, adlViewsOf, fundingView, programmeViews, riskView} from '../core/risk-queries.ts';
import {userAccount} from '../core/state.ts';
import {viewRecords} from '../core/venue/records.ts';
import type {EngineNode} from '../node/engine-node.ts';
import type {RecordListener} from '../link/types.ts';
import type {GatewayEngine} from './ports.ts';

export const enginePort = (node: EngineNode): GatewayEngine => {
  const decoder = node.decoder();
  return {
    submit: (command) => node.submit(command),
    state: () => node.state(),
    account: (wallet, sub) => node.read((core) => accountView(core, wallet, sub)),
    blinding: (wallet, epoch) => node.read((core) => blindingOf(core, {wallet, epoch})),
    chains: () => node.read(chainViews),
    assets: () => node.read(assetViews),
    markets: () => node.read(marketViews),
    book: (market, levels) => node.read((core) => bookView(core, {market, levels})),
    openWithdrawals: () => node.read(openWithdrawals),
    sealedEpoch: (epoch) => node.sealed(epoch),
    funding: (market) => node.read((core) => fundingView(core, market)),
    risk: () => node.read(riskView),
    programmes: (market) => node.read((core) => programmeViews(core, market)),
    ranksOf: (wallet) => node.read((core) => adlViewsOf(core, wallet)),
    ranksIn: (market) => node.read((core) => adlViews(core, market)),
    accountIndex: (wallet, sub) => node.read((core) => userAccount(core.state, wallet, sub)?.number),
    sendRecords: (records, listener) => sendRecords(node, records, listener),
    onPresence(listener) {
      listener({here: true, missed: false});
      return () => {};
    },
    onEvents: (listener) => node.onEvents(listener),
    onEventFrames: (listener) => node.onEventFrames(listener),
    decode: (frame, wants) => decoder.decode(frame, wants),
  };
};

/** The caller has checked that none is the operator's. */
function sendRecords(node: EngineNode, bytes: Uint8Array, listener: RecordListener): void {
  const {words, doubles, length} = viewRecords(bytes)!;
  node.submitRecords({bytes: Buffer.from(words.buffer, words.byteOffset, bytes.length), words, doubles, length}, (refused, acks, batchHash) => {
    if (refused) listener.refused(refused);
    else listener.answered({count: length, acks: acks!, batchHash: batchHash!});
  });
}
