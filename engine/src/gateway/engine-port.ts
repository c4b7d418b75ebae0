/** The node as the gateway sees it. */
import {
  accountView, assetViews, blindingOf, bookView, chainViews, marketViews, openWithdrawals,
} from '../core/queries.ts';
import {deleveragingRanks} from '../core/ranks.ts';
import {userAccount} from '../core/state.ts';
import type {EngineNode} from '../node/engine-node.ts';
import {NodeError} from '../node/errors.ts';
import type {GatewayEngine} from './ports.ts';

export const enginePort = (node: EngineNode): GatewayEngine => ({
  submit: (command) => node.submit(command),
  state: () => node.state(),
  account: (wallet) => node.read((core) => accountView(core, wallet)),
  blinding: (wallet, epoch) => node.read((core) => blindingOf(core, {wallet, epoch})),
  chains: () => node.read(chainViews),
  assets: () => node.read(assetViews),
  markets: () => node.read(marketViews),
  book: (market, levels) => node.read((core) => bookView(core, {market, levels})),
  openWithdrawals: () => node.read(openWithdrawals),
  sealedEpoch: (epoch) => node.sealed(epoch),
  deleveragingRanks: (wallet) => node.read((core) => deleveragingRanks(core, wallet)),
  accountIndex: (wallet) => node.read((core) => userAccount(core.state, wallet)?.number),
  submitRecords: () => Promise.reject(new NodeError({code: 'ENGINE_STOPPED', detail: 'no records'})),
  onPresence(listener) {
    listener(true);
    return () => {};
  },
  onEvents: (listener) => node.onEvents(listener),
});
