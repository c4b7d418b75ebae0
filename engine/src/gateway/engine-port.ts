/** The node as the gateway sees it. */
import {
  accountView, assetViews, blindingOf, bookView, chainViews, marketViews, openWithdrawals,
} from '../core/queries.ts';
import type {EngineNode} from '../node/engine-node.ts';
import type {EnginePort} from './ports.ts';

export const enginePort = (node: EngineNode): EnginePort => ({
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
  onEvents: (listener) => node.onEvents(listener),
});
