/** What each command of `pobs-exit` does: looks at the custody, says why not, or sends one transaction. */
import {callOf, custodiesOf, type CustodyPlace, type ExitCall, type ExitRow, findRows, readStanding} from '@pobs/protocol/exits';
import {type Action, actionsOf, type CustodyStanding, FREEZE_NOTICE, freezeStage, requestSteps, SERVE_WITHIN, SILENCE} from '@pobs/protocol/exits/steps';
import {printFields} from '../cli/print.ts';
import type {Flags} from '../config.ts';
import {perform} from './send.ts';
import {impossible, openSession, placeOf, rowOf, type Session, standingOf} from './session.ts';

const timeOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const chosen = (flags: Flags) => ({chain: flags.chain as string, token: flags.token as string});

/** `status`: every row, what its custody owes it, and what its owner can do now. */
export async function showStatus(flags: Flags): Promise<void> {
  const session = await openSession(flags);
  const {network, sources, owner, onProgress} = session;
  const places = custodiesOf(network);
  const [{rows, problems}, readings] = await Promise.all([
    findRows({network, sources, owner, onProgress}), Promise.all(places.map((place) => readStanding(sources, place))),
  ]);
  const custodies = places.map(({chain, chainId}, i) => {
    const reading = readings[i]!;
    return {chain, chainId, ...(reading.ok ? {epoch: reading.standing.epoch, freeze: freezeStage(reading.standing)} : {problem: reading.message})};
  });
  printFields(flags.json === true, {wallet: owner.wallet, custodies, rows: rows.map((row) => viewOf(row, readings[places.findIndex(({chainId}) => chainId === row.chainId)]!)), problems});
}

function viewOf({chain, symbol, token, epoch, standing: {total, withdrawable, withdrawal, escaped, unpaid, request}, standing}: ExitRow, reading: Awaited<ReturnType<typeof readStanding>>): object {
  const lots = {total: String(total), withdrawable: String(withdrawable), withdrawal: String(withdrawal), escaped: String(escaped), unpaid: String(unpaid)};
  const steps = reading.ok && request !== undefined ? requestSteps(reading.standing, request).map(({at, text, state}) => `${state}${at === undefined ? '' : ` ${timeOf(at)}`}: ${text}`) : [];
  return {chain, symbol, token, epoch, lots, can: reading.ok ? actionsOf(reading.standing, standing) : [], ...(steps.length > 0 && {steps})};
}

/** `force-withdraw`, `force-exit`: only the row's own wallet may. */
export const force = (action: 'forceWithdraw' | 'forceExit') => async (flags: Flags): Promise<void> => {
  const session = await openSession(flags);
  if (session.account !== undefined && session.account.address.toLowerCase() !== session.owner.wallet.toLowerCase()) {
    throw impossible(`Only ${session.owner.wallet} itself may force its withdrawal; the key is that of ${session.account.address}`);
  }
  await act(session, action, flags);
};

/** `claim`, `escape`: paid to the row's wallet, whoever sends. */
export const take = (action: 'claim' | 'escape') => async (flags: Flags): Promise<void> => act(await openSession(flags), action, flags);

async function act(session: Session, action: Action, flags: Flags): Promise<void> {
  const row = await rowOf(session, chosen(flags));
  const custody = await standingOf(session, row);
  if (!actionsOf(custody, row.standing).includes(action)) throw impossible(whyNot(action, custody, row));
  const sent = await perform(session, row, {call: callOf(action, row), flags});
  printFields(flags.json === true, {...sent, wallet: session.owner.wallet, symbol: row.symbol, lots: String(lotsOf(action, row)), next: nextOf(action)});
}

const lotsOf = (action: Action, {standing: {total, withdrawable, withdrawal, unpaid}}: ExitRow): bigint =>
  action === 'claim' ? unpaid : action === 'escape' ? total - withdrawal : withdrawable - withdrawal;

function nextOf(action: Action): string {
  switch (action) {
    case 'forceWithdraw':
    case 'forceExit': return `The exchange has to answer; if nobody has within ${SERVE_WITHIN / 86_400} days, run pobs-exit freeze, then pobs-exit escape.`;
    default: return 'Paid to the wallet of the row.';
  }
}

function whyNot(action: Action, {frozen}: CustodyStanding, {chain, symbol, standing: {withdrawable, withdrawal, request}}: ExitRow): string {
  if (action === 'claim') return `Nothing of ${symbol} is authorised and unpaid on ${chain}`;
  if (action === 'escape') return frozen ? `This row of ${symbol} has left the custody already` : `The custody on ${chain} is not frozen: nothing escapes before that (pobs-exit freeze)`;
  if (frozen) return `The custody on ${chain} is frozen: take the row by pobs-exit escape`;
  if (request?.open === true) return `A request of ${timeOf(request.requestedAt)} is open; if nobody answers, pobs-exit freeze can be used from ${timeOf(request.requestedAt + SERVE_WITHIN)}`;
  return `Nothing of ${symbol} can be withdrawn on ${chain}: withdrawable ${withdrawable} lots, ${withdrawal} of them requested already`;
}

/** `freeze`: whichever step is due: at once for an unserved request, else announced and then carried out after silence. */
export async function freeze(flags: Flags): Promise<void> {
  const session = await openSession(flags);
  const place = placeOf(session, flags.chain as string);
  const custody = await standingOf(session, place);
  if (custody.frozen) throw impossible(`The custody on ${place.chain} is frozen already: take rows by pobs-exit escape`);
  const row = flags.token === undefined ? undefined : await rowOf(session, chosen(flags));
  const call = freezeCall(custody, row);
  if (call === undefined) throw impossible(whyNoFreeze(custody, place, row));
  printFields(flags.json === true, {...(await perform(session, place, {call, flags})), ...(call.functionName === 'announceFreeze' && {next: `Run the same command again after ${FREEZE_NOTICE / 3_600} hours.`})});
}

function freezeCall(custody: CustodyStanding, row: ExitRow | undefined): ExitCall | undefined {
  if (row !== undefined && actionsOf(custody, row.standing).includes('freezeUnserved')) return callOf('freezeUnserved', row);
  const stage = freezeStage(custody);
  return stage === 'silent' ? {functionName: 'announceFreeze', args: []} : stage === 'due' ? {functionName: 'freeze', args: []} : undefined;
}

function whyNoFreeze({snapshotTime, freezeFrom}: CustodyStanding, {chain}: CustodyPlace, row: ExitRow | undefined): string {
  const otherwise = freezeFrom > 0
    ? `the freeze of ${chain} is announced and can be carried out from ${timeOf(freezeFrom)}`
    : `after silence the freeze of ${chain} can be announced from ${timeOf(snapshotTime + SILENCE)}`;
  const request = row?.standing.request;
  if (request?.open === true) return `The request of ${timeOf(request.requestedAt)} may be answered until ${timeOf(request.requestedAt + SERVE_WITHIN)}; ${otherwise}`;
  return row === undefined ? `Nothing is due: ${otherwise}; for an unanswered request of yours name it with --token` : `There is no open request of ${row.symbol} on ${chain}; ${otherwise}`;
}
