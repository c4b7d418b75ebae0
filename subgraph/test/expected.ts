/** The entities that a chain's events stand for, derived a second time in TypeScript, by entity and in the served shape. */
import type {ContractName, Happened} from './chain-logs.ts';
import type {Row} from './served.ts';

export type Expectation = {entities: string; fields: string; rows: Row[]};

const ZERO = `0x${'0'.repeat(40)}`;
const KINDS = ['', 'APPROVE', 'REJECT', 'DISPUTE'];
const EVENT = 'tx block time';

const text = (value: unknown): string => String(value).toLowerCase();
const at = ({tx, block, time}: Happened): Row => ({tx, block: text(block), time: text(time)});
/** Values as GraphQL serves them: numbers as decimal strings, bytes in lower case. */
const pick = (args: Record<string, unknown>, ...names: string[]): Row => Object.fromEntries(names.map((name) => [name, text(args[name])]));

type By = (name: string, contract?: string) => Happened[];

export function expectedOf(events: readonly Happened[], has: (contract: ContractName) => boolean): Expectation[] {
  const by: By = (name) => events.filter((event) => event.name === name);
  return [
    ...access(by),
    ...custody(by),
    ...sets(by),
    ...(has('registry') ? registry(by) : []),
    ...(has('epochManager') ? [...epochs(by), ...ballots(by)] : []),
  ];
}

function access(by: By): Expectation[] {
  const contract = (event: Happened) => ({contract: text(event.address), ...at(event)});
  return [
    {entities: 'roleChanges', fields: `contract role account sender granted ${EVENT}`, rows: [...by('RoleGranted'), ...by('RoleRevoked')].map((event) =>
      ({...pick(event.args, 'role', 'account', 'sender'), granted: event.name === 'RoleGranted', ...contract(event)}))},
    {entities: 'roleAdminChanges', fields: `contract role previousAdminRole newAdminRole ${EVENT}`, rows: by('RoleAdminChanged').map((event) =>
      ({...pick(event.args, 'role', 'previousAdminRole', 'newAdminRole'), ...contract(event)}))},
    {entities: 'upgrades', fields: `contract implementation ${EVENT}`, rows: by('Upgraded').map((event) => ({...pick(event.args, 'implementation'), ...contract(event)}))},
    {entities: 'initializations', fields: `contract version ${EVENT}`, rows: by('Initialized').map((event) => ({...pick(event.args, 'version'), ...contract(event)}))},
  ];
}

function custody(by: By): Expectation[] {
  const payouts = by('Paid').map((event) => ({...pick(event.args, 'wallet', 'lots', 'cumulative', 'epoch'), asset: pick(event.args, 'token'), ...at(event)}));
  const deferrals = by('PayoutDeferred').map((event) => ({...pick(event.args, 'wallet', 'lots', 'epoch'), asset: pick(event.args, 'token'), ...at(event)}));
  return [
    {entities: 'etherReceipts', fields: `from amountWei custody { id } ${EVENT}`, rows: by('EtherReceived').map((event) => ({from: text(event.args.from), amountWei: text(event.args.amount), custody: {id: text(event.address)}, ...at(event)}))},
    {entities: 'custodyAssets', fields: 'token lotSize paidOut payoutCount listedTx listedAt', rows: by('AssetListed').map((event) => {
      const paid = by('Paid').filter(({args}) => args.token === event.args.token);
      return {...pick(event.args, 'token', 'lotSize'), paidOut: text(sum(paid, 'lots')), payoutCount: paid.length, listedTx: event.tx, listedAt: text(event.time)};
    })},
    {entities: 'settlements', fields: `epoch digest payoutRoot lineBlock signedWeight ${EVENT}`, rows: by('Settled').map((event) => ({...pick(event.args, 'epoch', 'digest', 'payoutRoot', 'signedWeight'), lineBlock: text(event.args.blockNumber), ...at(event)}))},
    {entities: 'rootActivations', fields: `epoch payoutRoot settlement { epoch } ${EVENT}`, rows: by('RootActivated').map((event) => ({...pick(event.args, 'epoch', 'payoutRoot'), settlement: pick(event.args, 'epoch'), ...at(event)}))},
    {entities: 'payouts', fields: `wallet lots cumulative epoch asset { token } ${EVENT}`, rows: payouts},
    {entities: 'payoutDeferrals', fields: `wallet lots epoch asset { token } ${EVENT}`, rows: deferrals},
    {entities: 'payees', fields: 'wallet paid payoutCount deferralCount asset { token }', rows: payees(by)},
    {entities: 'pauses', fields: `paused bits until ${EVENT}`, rows: [
      ...by('Paused').map((event) => ({paused: true, ...pick(event.args, 'bits', 'until'), ...at(event)})),
      ...by('Unpaused').map((event) => ({paused: false, bits: '0', until: '0', ...at(event)})),
    ]},
    {entities: 'rulesHashChanges', fields: `contract rulesHash ${EVENT}`, rows: by('RulesHashSet').map((event) => ({contract: text(event.address), rulesHash: text(event.args.rulesHash), ...at(event)}))},
  ];
}

const sum = (events: readonly Happened[], name: string): bigint => events.reduce((total, {args}) => total + BigInt(text(args[name])), 0n);

function payees(by: By): Row[] {
  const all = [...by('Paid'), ...by('PayoutDeferred')];
  const keys = [...new Set(all.map(({args}) => `${text(args.token)} ${text(args.wallet)}`))];
  return keys.map((key) => {
    const mine = all.filter(({args}) => `${text(args.token)} ${text(args.wallet)}` === key);
    const paid = mine.filter(({name}) => name === 'Paid');
    const [token, wallet] = key.split(' ');
    return {wallet, paid: text(sum(paid, 'lots')), payoutCount: paid.length, deferralCount: mine.length - paid.length, asset: {token}};
  });
}

const HEADER = ['setId', 'membersRoot', 'aggregateKey', 'totalWeight', 'count', 'activeFrom', 'activeUntil'];

function sets(by: By): Expectation[] {
  const first = by('SetAccepted').filter((event, i, all) => all.findIndex(({args}) => args.setId === event.args.setId) === i);
  return [{entities: 'validatorSets', fields: `${HEADER.join(' ')} ${EVENT}`, rows: first.map((event) => ({...pick(event.args.header as Record<string, unknown>, ...HEADER), ...at(event)}))}];
}

function registry(by: By): Expectation[] {
  const changes = by('MemberChanged');
  const latest = new Map(changes.map(({args}) => [text(args.index), pick(args, 'index', 'validator', 'key', 'weight')]));
  return [
    {entities: 'validators', fields: 'address: id index weight seated key encryptionKey registeredTx', rows: lastOf(by('ValidatorRegistered'), 'validator').map((event) => {
      const address = text(event.args.validator);
      const seat = [...latest.values()].find(({validator}) => validator === address);
      const last = changes.findLast(({args}) => text(args.validator) === address);
      return {...pick(event.args, 'key', 'encryptionKey'), address, index: text(last?.args.index), weight: seat?.weight ?? '0', seated: seat !== undefined, registeredTx: event.tx};
    })},
    {entities: 'bridgeChanges', fields: `sets inbox l2Sets ${EVENT}`, rows: by('BridgeSet').map((event) => ({...pick(event.args, 'sets', 'inbox', 'l2Sets'), ...at(event)}))},
    {entities: 'members', fields: 'index validator key weight', rows: [...latest.values()]},
    {entities: 'memberChanges', fields: `index member { id } key weight ${EVENT}`, rows: changes.map((event) => ({...pick(event.args, 'index', 'key', 'weight'), member: text(event.args.validator) === ZERO ? null : {id: text(event.args.validator)}, ...at(event)}))},
    {entities: 'exitRequests', fields: `validator { id } amountWei withdrawableAt ${EVENT}`, rows: by('ExitRequested').map((event) => ({validator: {id: text(event.args.validator)}, amountWei: text(event.args.amount), withdrawableAt: text(event.args.withdrawableAt), ...at(event)}))},
    {entities: 'stakeWithdrawals', fields: `validator { id } amountWei ${EVENT}`, rows: by('StakeWithdrawn').map((event) => ({validator: {id: text(event.args.validator)}, amountWei: text(event.args.amount), ...at(event)}))},
    {entities: 'terms', fields: `${HEADER.join(' ')} ${EVENT}`, rows: by('TermFixed').map((event) => ({...pick(event.args.header as Record<string, unknown>, ...HEADER), ...at(event)}))},
    {entities: 'termTickets', fields: `term { setId } ticket ${EVENT}`, rows: by('TermSent').map((event) => ({term: pick(event.args, 'setId'), ticket: text(event.args.ticket), ...at(event)}))},
  ];
}

const lastOf = (events: readonly Happened[], key: string): Happened[] => [...new Map(events.map((event) => [text(event.args[key]), event])).values()];

const SUMMARY = ['snapshotTime', 'setId', 'parent', 'linesRoot', 'lineCount', 'snapshotCid', 'mappingHash', 'logRoot', 'journalHead', 'rulesHash'];
const LINE = ['chainId', 'custody', 'blockNumber', 'blockHash', 'kills', 'payoutRoot', 'payoutCount'];
const ASSET = ['token', 'lotSize', 'deposited', 'liabilities', 'withdrawable', 'withdrawals', 'authorisedOut', 'count', 'root'];

function epochs(by: By): Expectation[] {
  const proposals = by('EpochProposed');
  const decisions = [...by('EpochApproved'), ...by('EpochRejected')];
  const lines = proposals.flatMap(({args}) => (args.lines as Record<string, unknown>[]).map((line, index) => ({line, index, epoch: text(args.epoch)})));
  return [
    {entities: 'epoches', fields: `number status digest ${SUMMARY.join(' ')} proposer proposedTx proposedBlock proposedAt decidedTx decidedAt`, rows: proposals.map((event) => {
      const decision = decisions.find(({args}) => args.epoch === event.args.epoch);
      return {
        number: text(event.args.epoch), status: decision === undefined ? 'PROPOSED' : decision.name === 'EpochApproved' ? 'APPROVED' : 'REJECTED',
        digest: text(event.args.digest), ...pick(event.args.summary as Record<string, unknown>, ...SUMMARY), proposer: text(event.sender),
        proposedTx: event.tx, proposedBlock: text(event.block), proposedAt: text(event.time), decidedTx: decision?.tx ?? null, decidedAt: decision === undefined ? null : text(decision.time),
      };
    })},
    {entities: 'epochLines', fields: `index epoch { number } ${LINE.join(' ')}`, rows: lines.map(({line, index, epoch}) => ({index, epoch: {number: epoch}, ...pick(line, ...LINE)}))},
    {entities: 'epochAssets', fields: `index line { index epoch { number } } ${ASSET.join(' ')}`, rows: lines.flatMap(({line, index, epoch}) =>
      (line.assets as Record<string, unknown>[]).map((asset, position) => ({index: position, line: {index, epoch: {number: epoch}}, ...pick(asset, ...ASSET)})))},
  ];
}

type Group = {rule: number; absent: boolean; indices: readonly number[]};

/** Votes from both sources: cast by the validator itself, or counted by a certificate. */
function ballots(by: By): Expectation[] {
  const certificates = by('CertificateAccepted');
  const votes = new Map<string, Row>();
  const vote = (epoch: string, index: string, kind: string, rule: number, source: string) => ({epoch: {number: epoch}, index, kind, rule, source});
  for (const {args} of by('VoteCast')) {
    const key = `${text(args.epoch)} ${text(args.index)} ${text(args.kind)}`;
    if (!votes.has(key)) votes.set(key, vote(text(args.epoch), text(args.index), KINDS[Number(args.kind)]!, Number(args.rule), 'CAST'));
  }
  for (const {args} of certificates) {
    const header = by('SetAccepted').find((event) => event.args.setId === args.setId)?.args.header as {count: number} | undefined;
    for (const {rule, absent, indices} of args.groups as Group[]) {
      const seats = Array.from({length: header?.count ?? 0}, (_, i) => i);
      for (const index of absent ? seats.filter((seat) => !indices.includes(seat)) : indices) {
        const key = `${text(args.epoch)} ${index} ${text(args.kind)}`;
        if (!votes.has(key)) votes.set(key, vote(text(args.epoch), String(index), KINDS[Number(args.kind)]!, rule, 'CERTIFICATE'));
      }
    }
  }
  return [
    {entities: 'votes', fields: 'epoch { number } index kind rule source', rows: [...votes.values()]},
    {entities: 'certificates', fields: `epoch { number } digest kind setId signedWeight totalWeight groups(orderBy: rule) { rule absent indices } ${EVENT}`, rows: certificates.map((event) => ({
      epoch: {number: text(event.args.epoch)}, ...pick(event.args, 'digest', 'setId', 'signedWeight', 'totalWeight'), kind: KINDS[Number(event.args.kind)],
      groups: (event.args.groups as Group[]).map(({rule, absent, indices}) => ({rule, absent, indices: indices.map(String)})), ...at(event),
    }))},
  ];
}
