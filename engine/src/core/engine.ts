/**
 * The core: a deterministic function of its commands. It never reads a clock, draws no random number and does no I/O.
 * A refusal leaves the state as it was. A thrown error is a bug: the state is then undefined and the process must stop.
 */
import type {Rules} from '@pobs/protocol';
import {
  batch, cancelParent, cancelTrigger, decideNovation, offerNovation, placeParent, placeTrigger, setAutoRoll, setCalendar, setProgramme,
} from './algos.ts';
import type {Command, Rejection} from './commands.ts';
import {decodeEvents, keepTexts} from './decode.ts';
import {advanceChain, applyGenesis, bindAccount, transfer} from './deposits.ts';
import type {Event} from './events.ts';
import {changeMarket, createMarket, delistMarket} from './listing.ts';
import {amendOrder, cancelAll, cancelOrder, placeOrder} from './orders.ts';
import {decideEpoch, seal} from './sealing.ts';
import {arm, changeSampleSeed, changeCollateral, changeFeeTier, changeMarginMode, setMark, setMarketStatus, setSourcePrice} from './settings.ts';
import {type Context, emptyState, type State, ZERO_ADDRESS} from './state.ts';
import {createSubAccount} from './subaccounts.ts';
import {REASON, type Reason} from './venue/codes.ts';
import {applyRecord} from './venue/dispatch.ts';
import type {RecordLog} from './venue/records.ts';
import {tick} from './venue/tick.ts';
import {fireTriggers} from './venue/triggers.ts';
import {cancelWithdrawal, requestWithdrawal} from './withdrawals.ts';

export type Applied = {ok: true; events: Event[]} | {ok: false; rejection: Rejection};

export type Core = {
  /** Read through `queries.ts`; never change it from outside. */
  readonly state: State;
  /** @param at - Milliseconds, stamped by the node; only `tick` lets anything become due. */
  apply(command: Command, at: bigint): Applied;
  /** The same for a 64-byte record (`venue/dispatch.ts`); its events are in `state.venue.log` until the next command, see `decodeEvents`. */
  applyRecord(records: Pick<RecordLog, 'words' | 'doubles'>, index: number, at: number): Reason;
};

const NO_RULES: Rules = {version: 1, l1ChainId: 0, registry: ZERO_ADDRESS, settlementCurrency: '', maxAgeSeconds: 0, eraEpochs: 1, custodies: []};

export function createCore(): Core {
  const state = emptyState(NO_RULES);
  return {
    state,
    apply(command, at) {
      const events: Event[] = [];
      state.venue.log.clear();
      const before = state.venue.now;
      state.venue.now = Math.max(before, Number(at));
      // The venue tells by records, the modules around it by events: whatever it has told so far comes first.
      const flush = (): void => {
        for (const event of decodeEvents(state)) events.push(event);
        state.venue.log.clear();
      };
      const emit = (event: Event): void => {
        flush();
        events.push(event);
      };
      const rejection = dispatch({state, emit}, command);
      if (rejection) {
        state.venue.now = before;
        return {ok: false, rejection};
      }
      flush();
      fireTriggers(state.venue);
      flush();
      state.at = at;
      return {ok: true, events};
    },
    applyRecord(records, index, at) {
      if (state.identities.length === 0) return REASON.unknownAccount;
      const reason = applyRecord(state.venue, records, index, at);
      if (reason === REASON.none) {
        state.at = BigInt(at);
        keepTexts(state);
      }
      return reason;
    },
  };
}

function dispatch(context: Context, command: Command): Rejection | undefined {
  if (command.type === 'genesis') return applyGenesis(context, command);
  if (context.state.identities.length === 0) return {code: 'WRONG_SEQUENCE', reason: 'genesis comes first'};
  switch (command.type) {
    case 'bindAccount': return bindAccount(context, command);
    case 'createSubAccount': return createSubAccount(context, command);
    case 'advanceChain': return advanceChain(context, command);
    case 'placeOrder': return placeOrder(context, command);
    case 'amendOrder': return amendOrder(context, command);
    case 'cancelOrder': return cancelOrder(context, command);
    case 'cancelAll': return cancelAll(context, command);
    case 'requestWithdrawal': return requestWithdrawal(context, command);
    case 'cancelWithdrawal': return cancelWithdrawal(context, command);
    case 'transfer': return transfer(context, command);
    case 'setMark': return setMark(context, command);
    case 'setSourcePrice': return setSourcePrice(context, command);
    case 'setMarginMode': return changeMarginMode(context, command);
    case 'moveCollateral': return changeCollateral(context, command);
    case 'setFeeTier': return changeFeeTier(context, command);
    case 'armDeadMan': return arm(context, command);
    case 'createMarket': return createMarket(context, command);
    case 'changeMarket': return changeMarket(context, command);
    case 'delistMarket': return delistMarket(context, command);
    case 'setMarketStatus': return setMarketStatus(context, command);
    case 'placeTrigger': return placeTrigger(context, command);
    case 'cancelTrigger': return cancelTrigger(context, command);
    case 'placeParent': return placeParent(context, command);
    case 'cancelParent': return cancelParent(context, command);
    case 'setAutoRoll': return setAutoRoll(context, command);
    case 'offerNovation': return offerNovation(context, command);
    case 'acceptNovation':
    case 'withdrawNovation': return decideNovation(context, command);
    case 'setCalendar': return setCalendar(context, command);
    case 'setProgramme': return setProgramme(context, command);
    case 'batch': return batch(context, command);
    case 'setSampleSeed': return changeSampleSeed(context, command);
    case 'tick': return tick(context.state.venue);
    case 'seal': return seal(context, command);
    case 'decideEpoch': return decideEpoch(context, command);
  }
}
