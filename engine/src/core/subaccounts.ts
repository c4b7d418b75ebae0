/**
 * Sub-accounts: further accounts of one wallet, each with its own balances, positions, margin and orders. A loss of one ends at what that one has.
 * On the sheet a wallet has one row per custody asset, the sum of its accounts (PROTOCOL §2); only the main account withdraws.
 */
import type {Command, Rejection} from './commands.ts';
import {addIdentity, type Context, type Identity, type State, userAccount} from './state.ts';

export const SUB_ACCOUNTS_MAX = 64;

/** Numbers rise by one from 1 and are never given again. */
export function createSubAccount({state, emit}: Context, {wallet, sub}: Extract<Command, {type: 'createSubAccount'}>): Rejection | undefined {
  const main = userAccount(state, wallet);
  if (!main) return {code: 'UNKNOWN_ACCOUNT', wallet};
  const known = state.subs.get(main.number) ?? [];
  if (sub !== known.length + 1) return {code: 'WRONG_SEQUENCE', reason: `the next sub-account of this wallet is ${known.length + 1}`};
  if (sub > SUB_ACCOUNTS_MAX) return {code: 'LIMIT_EXCEEDED', reason: `a wallet has at most ${SUB_ACCOUNTS_MAX} sub-accounts`};
  const account = addIdentity(state, main.wallet, {owner: main.number, sub});
  state.subs.set(main.number, [...known, account.number]);
  state.venue.setOwner(account.number, main.number);
  state.venue.accounts.feeTier[account.number] = state.venue.accounts.feeTier[main.number]!;
  emit({type: 'subAccountCreated', wallet: main.wallet, sub, account: account.number});
  return undefined;
}

/** Account numbers of a wallet, the main one first. */
export const accountsOf = ({subs}: State, main: Identity): readonly number[] => [main.number, ...(subs.get(main.number) ?? [])];
