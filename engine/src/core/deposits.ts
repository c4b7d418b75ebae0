/** Genesis, accounts and what the chains tell: final deposits, payouts, active epochs (PROTOCOL §2). */
import type {Rules} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {AMOUNT_MAX, big} from './amounts.ts';
import type {Command, Rejection} from './commands.ts';
import {marketCreated} from './listing.ts';
import {frozenChain, observeForced} from './forced.ts';
import {LOT_DECIMALS, MARKETS} from './markets.ts';
import {observeRoots, oldRoot} from './roots.ts';
import {
  addIdentity, addSystemAccounts, type Asset, type Context, findAsset, type Identity, lower, move, type Sender, type State, userAccount, withdrawalsFor,
  ZERO_ADDRESS, ZERO_HASH,
} from './state.ts';
import {FIRST_USER, OUTSIDE, SYSTEM} from './venue/accounts.ts';
import {LEG} from './venue/legs.ts';
import {freeOf} from './venue/margin.ts';
import {MARKET_KIND} from './venue/market.ts';
import {Venue} from './venue/venue.ts';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** First fault of the rules, as far as the core needs them. */
function faultOf(rules: Rules): string | undefined {
  const seen = new Set<number>();
  for (const {chainId, withdrawEvery, tokens} of rules.custodies) {
    if (seen.has(chainId)) return `two custodies on chain ${chainId}`;
    seen.add(chainId);
    if (!Number.isSafeInteger(withdrawEvery) || withdrawEvery < 1) return `withdrawEvery of chain ${chainId} must be at least 1`;
    if (new Set(tokens.map(({token}) => lower(token))).size !== tokens.length) return `a token twice on chain ${chainId}`;
    for (const {symbol, currency, decimals, lotSize, withdrawalFeeLots, withdrawalMinimumLots} of tokens) {
      const amounts = [lotSize, withdrawalFeeLots, withdrawalMinimumLots];
      if (amounts.some((text) => !/^\d+$/.test(text)) || BigInt(lotSize) === 0n || amounts.some((text) => BigInt(text) > AMOUNT_MAX)) return `an amount of ${symbol} on chain ${chainId} is no whole number`;
      const lotDecimals = LOT_DECIMALS[currency];
      if (lotDecimals === undefined) return `currency ${currency} has no lot defined`;
      if (BigInt(lotSize) * 10n ** BigInt(lotDecimals) !== 10n ** BigInt(decimals)) {
        return `lotSize of ${symbol} on chain ${chainId} must make 10^${lotDecimals} lots of one ${currency}`;
      }
    }
  }
  if (!Number.isSafeInteger(rules.eraEpochs) || rules.eraEpochs < 1) return 'eraEpochs must be at least 1';
  const settled = rules.custodies.some(({tokens}) => tokens.some(({currency}) => currency === rules.settlementCurrency));
  return settled ? undefined : `no custody holds the settlement currency ${rules.settlementCurrency}`;
}

export function applyGenesis({state, emit}: Context, {rules}: Extract<Command, {type: 'genesis'}>): Rejection | undefined {
  if (state.identities.length > 0) return {code: 'WRONG_SEQUENCE', reason: 'genesis is the first command and comes once'};
  const fault = faultOf(rules);
  if (fault !== undefined) return {code: 'INVALID_RULES', reason: fault};
  const custodies = [...rules.custodies].sort((a, b) => a.chainId - b.chainId);
  state.rules = rules;
  state.currencies = [...new Set(custodies.flatMap(({tokens}) => tokens.map(({currency}) => currency)))].sort(compare);
  state.settlementCurrency = state.currencies.indexOf(rules.settlementCurrency);
  for (const {chainId, custody, withdrawEvery, tokens} of custodies) {
    state.chains.push({chainId, custody: lower(custody), withdrawEvery, blockNumber: 0n, blockHash: ZERO_HASH, activeEpoch: 0n, kills: 0});
    for (const token of [...tokens].sort((a, b) => compare(lower(a.token), lower(b.token)))) {
      state.assets.push({
        index: state.assets.length, chainId, custody: lower(custody), token: lower(token.token), symbol: token.symbol,
        currency: state.currencies.indexOf(token.currency), decimals: token.decimals, lotSize: BigInt(token.lotSize),
        withdrawalFeeLots: Number(token.withdrawalFeeLots), withdrawalMinimumLots: Number(token.withdrawalMinimumLots), deposited: 0, authorisedOut: 0,
      });
    }
  }
  state.venue = new Venue({currencyOf: state.assets.map(({currency}) => currency), currencies: state.currencies.length, settlement: state.settlementCurrency});
  addSystemAccounts(state);
  for (const template of MARKETS) {
    const settles = template.quote === rules.settlementCurrency || template.kind === MARKET_KIND.spot;
    const [base, quote] = [state.currencies.indexOf(template.base), state.currencies.indexOf(template.quote)];
    if (settles && base >= 0 && quote >= 0) state.markets.set(template.name, state.venue.addMarket({...template, base, quote}));
  }
  emit({type: 'genesisApplied', assets: state.assets.length, markets: [...state.markets.keys()]});
  for (const market of state.venue.markets) emit(marketCreated(state, market));
  return undefined;
}

/** System rows, custodies, tokens and the zero address never belong to a user. */
function isReserved(state: State, wallet: Address): boolean {
  const account = state.byWallet.get(wallet);
  return wallet === ZERO_ADDRESS || (account !== undefined && account < FIRST_USER)
    || state.assets.some(({custody, token}) => custody === wallet || token === wallet);
}

export function bindAccount(context: Context, command: Extract<Command, {type: 'bindAccount'}>): Rejection | undefined {
  const {state, emit} = context;
  const wallet = lower(command.wallet);
  if (isReserved(state, wallet)) return {code: 'RESERVED_WALLET', wallet};
  const secret = command.secret.toLowerCase() as Hex;
  if (!/^0x[0-9a-f]{64}$/.test(secret)) return {code: 'WRONG_SEQUENCE', reason: 'the account secret must be 32 bytes'};
  const known = userAccount(state, wallet);
  if (known) {
    // An id stays put within its era: the secret is set once (PROTOCOL §3).
    if (known.secret !== secret) return {code: 'WRONG_SEQUENCE', reason: 'the wallet is bound with another secret'};
    if (command.viewingKey === undefined || command.viewingKey === known.viewingKey) return undefined;
    known.viewingKey = command.viewingKey;
  }
  const account = known ?? addIdentity(state, wallet);
  account.secret = secret;
  if (command.viewingKey !== undefined) account.viewingKey = command.viewingKey;
  emit({type: 'accountBound', wallet, account: account.number, ...(account.viewingKey !== undefined && {viewingKey: account.viewingKey})});
  if (!known) claimUnmatched(context, account);
  return undefined;
}

/** Everything the wallet sent before it was bound. */
function claimUnmatched({state}: Context, {number, wallet}: Identity): void {
  const sender = state.senders.get(wallet);
  for (const {index} of state.assets) {
    const lots = sender?.lots[index] ?? 0;
    if (lots > 0) move(state, {from: SYSTEM.unmatched, to: number, asset: index, lots, kind: LEG.bind});
  }
}

type Advance = Extract<Command, {type: 'advanceChain'}>;

function checkAdvance(state: State, command: Advance): Rejection | undefined {
  const {chainId, blockNumber, activeEpoch, kills, deposits, payouts} = command;
  const chain = state.chains.find((candidate) => candidate.chainId === chainId);
  if (!chain) return {code: 'WRONG_SEQUENCE', reason: `chain ${chainId} is not in the rules`};
  if (blockNumber <= chain.blockNumber) return {code: 'WRONG_SEQUENCE', reason: `chain ${chainId} is already at block ${chain.blockNumber}`};
  if (activeEpoch < chain.activeEpoch) return {code: 'WRONG_SEQUENCE', reason: `active epoch of chain ${chainId} fell below ${chain.activeEpoch}`};
  if (activeEpoch !== chain.activeEpoch && !state.bases.has(activeEpoch)) {
    return {code: 'WRONG_SEQUENCE', reason: `epoch ${activeEpoch} is active on chain ${chainId}, but this engine knows no such live epoch`};
  }
  if (kills < chain.kills) return {code: 'WRONG_SEQUENCE', reason: `kills of chain ${chainId} fell below ${chain.kills}`};
  const stranger = [...deposits, ...payouts, ...(command.requests ?? [])].find(({token}) => !findAsset(state, chainId, token));
  if (stranger) return {code: 'UNKNOWN_ASSET', chainId, token: stranger.token};
  if (deposits.some(({amount}) => amount < 0n)) return {code: 'INVALID_QUANTITY', reason: 'a deposit cannot be negative'};
  return checkTotals(state, command);
}

/** The venue counts in doubles: no asset may ever have been sent more lots than they hold exactly. */
function checkTotals(state: State, {chainId, deposits}: Advance): Rejection | undefined {
  for (const asset of state.assets) {
    const units = deposits.reduce((sum, {token, amount}) => (asset.chainId === chainId && asset.token === lower(token) ? sum + amount : sum), 0n);
    if (big(asset.deposited) + units / asset.lotSize + big(deposits.length) > AMOUNT_MAX) {
      return {code: 'INVALID_QUANTITY', reason: `${asset.symbol} on chain ${chainId} would exceed ${AMOUNT_MAX} lots`};
    }
  }
  return undefined;
}

export function advanceChain(context: Context, command: Advance): Rejection | undefined {
  const {state, emit} = context;
  const refused = checkAdvance(state, command);
  if (refused) return refused;
  const {chainId, blockNumber, blockHash, activeEpoch, kills} = command;
  for (const deposit of command.deposits) creditDeposit(context, {...deposit, asset: findAsset(state, chainId, deposit.token)!, blockNumber});
  for (const {token, wallet, cumulative} of command.payouts) {
    const asset = findAsset(state, chainId, token)!;
    const account = userAccount(state, wallet);
    if (account) {
      const {paid} = withdrawalsFor(state, account.number);
      if (cumulative > big(paid[asset.index]!)) paid[asset.index] = Number(cumulative);
    }
    emit({type: 'payoutObserved', chainId, token: asset.token, wallet: lower(wallet), cumulative});
  }
  Object.assign(state.chains.find((chain) => chain.chainId === chainId)!, {blockNumber, blockHash, activeEpoch, kills});
  emit({type: 'chainAdvanced', chainId, blockNumber, blockHash, activeEpoch, kills});
  pruneBases(state);
  observeRoots(state);
  observeForced(context, command);
  return undefined;
}

/** Credits `⌊cumulative/lotSize⌋` of the sender, to its row or to `unmatched` until it is bound. */
function creditDeposit(
  context: Context,
  {asset, from, amount, txHash, logIndex, blockNumber}: {asset: Asset; from: Address; amount: bigint; txHash: Hex; logIndex: number; blockNumber: bigint},
): void {
  const {state, emit} = context;
  const wallet = lower(from);
  const sender: Sender = state.senders.get(wallet) ?? {cumulative: state.assets.map(() => 0n), lots: state.assets.map(() => 0)};
  state.senders.set(wallet, sender);
  sender.cumulative[asset.index]! += amount;
  const lots = Number(sender.cumulative[asset.index]! / asset.lotSize) - sender.lots[asset.index]!;
  const account = userAccount(state, wallet);
  emit({
    type: 'depositCredited', chainId: asset.chainId, token: asset.token, wallet, amount, lots: big(lots), matched: account !== undefined, txHash, logIndex, blockNumber,
  });
  if (lots === 0) return;
  sender.lots = sender.lots.map((value, index) => (index === asset.index ? value + lots : value));
  asset.deposited += lots;
  move(state, {from: OUTSIDE, to: account?.number ?? SYSTEM.unmatched, asset: asset.index, lots, kind: LEG.deposit});
}

/** V11 never looks behind the lowest active epoch again. */
function pruneBases(state: State): void {
  const lowest = state.chains.reduce((low, {activeEpoch}) => (activeEpoch < low ? activeEpoch : low), state.lastSealed);
  for (const epoch of state.bases.keys()) if (epoch < lowest) state.bases.delete(epoch);
}

export function transfer(context: Context, command: Extract<Command, {type: 'transfer'}>): Rejection | undefined {
  const {state, emit} = context;
  const {chainId, token, lots} = command;
  const from = userAccount(state, command.from, command.fromSub);
  if (!from) return {code: 'UNKNOWN_ACCOUNT', wallet: command.from};
  const to = receiverOf(state, from, command);
  if (!to) return {code: 'UNKNOWN_ACCOUNT', wallet: command.to};
  const asset = findAsset(state, chainId, token);
  if (!asset) return {code: 'UNKNOWN_ASSET', chainId, token};
  const frozen = frozenChain(state);
  if (frozen) return frozen;
  const old = oldRoot(state);
  if (old) return old;
  if (lots <= 0n) return {code: 'INVALID_QUANTITY', reason: 'a transfer moves at least one lot'};
  if (from === to) return {code: 'INVALID_QUANTITY', reason: 'a transfer needs two accounts'};
  const claim = state.venue.accounts.spendable(from.number, asset.index);
  const available = big(Math.max(0, Math.min(claim, freeOf(state.venue, from.number, asset.currency))));
  if (lots > available) return {code: 'INSUFFICIENT_FUNDS', needed: lots, available};
  move(state, {from: from.number, to: to.number, asset: asset.index, lots: Number(lots), kind: LEG.transfer});
  const subs = {...(from.sub > 0 && {fromSub: from.sub}), ...(to.sub > 0 && {toSub: to.sub})};
  emit({type: 'transferred', from: from.wallet, to: to.wallet, ...subs, chainId, token: asset.token, lots});
  return undefined;
}

/** Anybody may strengthen the Liquidation Fund; the other system rows take no gifts. Sub-accounts receive from their own wallet only. */
function receiverOf(state: State, from: Identity, {to, toSub}: Extract<Command, {type: 'transfer'}>): Identity | undefined {
  const wallet = lower(to);
  if (toSub !== undefined && toSub !== 0) return wallet === from.wallet ? userAccount(state, wallet, toSub) : undefined;
  const target = state.byWallet.get(wallet);
  return target !== undefined && (target >= FIRST_USER || target === SYSTEM.liquidationFund) ? state.identities[target] : undefined;
}
