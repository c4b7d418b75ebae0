/** From rows held to a claim, over a pool kept in memory that checks what `RewardPool` checks of the rows. */
import {
  auditedRows, auditEpochLeaf, balancesName, buildTree, encodeBalances, leafHash, type Line, locateRow, type Member, membersTree, NO_PAYOUTS_ROOT, opensAudit, rootFromPath, rootOf,
  type SnapshotRow, type Summary, ticketHash, ticketMember, verifyLeaf, ZERO_HASH,
} from '@pobs/protocol';
import type {CountedProposal, TermPrizes} from '@pobs/protocol/chain';
import {type Address, type Hex, numberToHex} from 'viem';
import {describe, expect, test} from 'vitest';
import type {Proposal} from '../core/proposals.ts';
import {AuditKeeper} from './audit-keeper.ts';
import type {AuditsPort, EpochsPort, RewardsPort, SetsPort, TicketClaim} from './ports.ts';
import type {PublishedEpochs} from './published-epoch.ts';
import {RewardClaimer} from './reward-claimer.ts';

const ME: Address = `0x${'a1'.repeat(20)}`;
const TOKEN: Address = `0x${'0'.repeat(40)}`;
const CUSTODY: Address = `0x${'c1'.repeat(20)}`;
const SEED: Hex = `0x${'5e'.repeat(32)}`;
const TICKETS = 16;
const silent = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};
const members = [ME, `0x${'b2'.repeat(20)}` as Address].map((validator, index): Member => ({index, validator, key: `0x${'aa'.repeat(96)}`, weight: 50n}));

const rowsOf = (epoch: bigint): SnapshotRow[] => [1, 2, 3, 4, 5].map((n) => ({id: numberToHex(n, {size: 24}), total: 10n * epoch + BigInt(n), withdrawable: 5n, withdrawal: 1n}));

function proposalOf(epoch: bigint, status: Proposal['status']): Proposal {
  const tree = buildTree(0, rowsOf(epoch));
  const {total, withdrawable, withdrawal, count} = tree.sums;
  const line: Line = {
    chainId: 1n, custody: CUSTODY, blockNumber: 1n, blockHash: ZERO_HASH, kills: 0, payoutRoot: NO_PAYOUTS_ROOT, payoutCount: 0,
    assets: [{token: TOKEN, lotSize: 1n, deposited: total, liabilities: total, withdrawable, withdrawals: withdrawal, authorisedOut: 0n, count,
      root: rootOf({assetIndex: 0, token: TOKEN, lotSize: 1n, hash: tree.hash, sums: tree.sums})}],
  };
  return {epoch, digest: numberToHex(epoch, {size: 32}), summary: {epoch, setId: 1} as Summary, lines: [line], blockNumber: 1n, status};
}

/** Epochs 1 to 3 of term 1: approved, rejected, approved; everybody voted with the outcome unless told otherwise. */
class World {
  now = 500n;
  root: Hex = ZERO_HASH;
  seed: Hex = ZERO_HASH;
  absent: readonly number[] = [];
  fetched = 0;
  readonly claims = new Map<number, TicketClaim>();
  readonly proposals = new Map([proposalOf(1n, 'approved'), proposalOf(2n, 'rejected'), proposalOf(3n, 'approved')].map((each) => [each.epoch, each]));
  readonly kept = new Map<string, Hex>();

  readonly epochs = {proposals: async () => this.proposals} as unknown as EpochsPort;
  readonly published = {
    approvedFiles: async ({epoch}: Proposal) => {
      this.fetched += 1;
      return new Map([[balancesName(1n, TOKEN), encodeBalances(rowsOf(epoch))]]);
    },
  } as unknown as PublishedEpochs;
  readonly sets = {load: async () => ({header: {setId: 1, activeUntil: 1_000n, totalWeight: 100n, count: 2}, members, encryptionKeys: new Map()})} as unknown as SetsPort;
  readonly audits: AuditsPort = {
    get: (epoch, digest) => this.kept.get(`${epoch} ${digest}`),
    add: (epoch, digest, root) => void this.kept.set(`${epoch} ${digest}`, root),
  };
  readonly rewards: RewardsPort = {
    pool: async () => ({token: TOKEN, beacon: TOKEN, tickets: TICKETS, auditRows: 3, weightCap: 50n}),
    time: async () => this.now,
    latestSet: async () => 1,
    span: async () => ({first: 1n, last: 3n}),
    prizes: async (): Promise<TermPrizes> => ({funded: 160n, paid: 0n, prize: this.seed === ZERO_HASH ? 0n : 10n, seed: this.seed, claimDeadline: 9_000n, commitDeadline: 1_400n, seedRound: 7n}),
    counted: async (epoch): Promise<CountedProposal> => {
      const approved = this.proposals.get(epoch)!.status === 'approved';
      const groups = [{rule: approved ? 0 : 3, absent: true, indices: this.absent}];
      return {status: approved ? 2 : 3, setId: 1, digest: ZERO_HASH, snapshotTime: 0n, voteDeadline: 0n, heaviest: approved ? [100n, 0n, 0n] : [0n, 100n, 0n], groups: approved ? [groups, [], []] : [[], groups, []]};
    },
    auditRootOf: async () => this.root,
    isClaimed: async (_, ticket) => this.claims.has(ticket),
    commit: async (_, root) => (this.root = root),
    claim: async (_, ticket, claim) => {
      this.claims.set(ticket, claim);
      return ZERO_HASH;
    },
  };
  readonly keeper = new AuditKeeper({validator: ME, secret: `0x${'77'.repeat(32)}`}, {...this, log: silent});
  readonly claimer = new RewardClaimer({validator: ME}, {...this, audits: this.keeper, log: silent});
}

const mine = Array.from({length: TICKETS}, (_, ticket) => ticket).filter((ticket) => ticketMember(ticketHash(SEED, 1, ticket), 2) === 0);

describe('audits', () => {
  test('a term is committed once no epoch of it can come any more, once, and from what was kept', async () => {
    const world = new World();
    expect(await world.keeper.step()).toBeUndefined();
    expect(world.kept.size).toBe(2);
    world.now = 1_121n;
    expect(await world.keeper.step()).toBe(world.root);
    expect(await world.keeper.step()).toBeUndefined();
    expect(world.fetched).toBe(2);
  });

  test('an epoch decided late changes the commitment until the deadline, never after', async () => {
    const world = new World();
    world.now = 1_121n;
    const first = await world.keeper.step();
    world.proposals.set(2n, proposalOf(2n, 'approved'));
    expect(await world.keeper.step()).not.toBe(first);
    world.proposals.set(2n, proposalOf(2n, 'rejected'));
    world.now = 1_401n;
    expect(await world.keeper.step()).toBeUndefined();
  });
});

describe('claims', () => {
  async function drawn(): Promise<World> {
    const world = new World();
    world.now = 1_121n;
    await world.keeper.step();
    world.seed = SEED;
    world.now = 1_600n;
    return world;
  }

  test('every ticket that names the validator is claimed, and each drawn row opens in sheet, audit tree and term root', async () => {
    const world = await drawn();
    const claimed = await world.claimer.claim();
    expect(claimed.map(({ticket}) => ticket)).toEqual(mine);
    for (const {ticket, epoch} of claimed) {
      const {member, path, audit, agreed} = world.claims.get(ticket)!;
      expect(membersTree(members).prove(member.index)).toEqual(path);
      expect(agreed).toHaveLength(1);
      const {lines, status} = world.proposals.get(epoch)!;
      if (status === 'rejected') {
        expect(audit).toMatchObject({openings: [], lines: []});
        continue;
      }
      expect(rootFromPath(0x33, auditEpochLeaf(epoch, audit.auditRoot), Number(epoch - 1n), audit.path)).toBe(world.root);
      expect(audit.openings).toHaveLength(3);
      for (const {row, siblings, path: rowPath} of audit.openings) {
        const position = rowsOf(epoch).findIndex(({id}) => id === row.id);
        const {index, asset} = locateRow(lines, position);
        const {token, lotSize, count, root} = lines[0]!.assets[asset]!;
        const opened = verifyLeaf({assetIndex: asset, leaf: row, leafIndex: index, siblings, count});
        if (!opened.ok) throw new Error(opened.reason);
        expect(rootOf({assetIndex: asset, token, lotSize, hash: opened.hash, sums: opened.sums})).toBe(root);
        const held = {validator: ME, salt: audit.salt, root: audit.auditRoot, rows: auditedRows(lines)};
        expect(opensAudit(held, {gpmpLeaf: leafHash(asset, row), path: rowPath}, position)).toBe(true);
      }
    }
    expect(await world.claimer.claim()).toEqual([]);
  });

  test('a vote that was missing or another takes nothing', async () => {
    const world = await drawn();
    world.absent = [0];
    expect(await world.claimer.claim()).toEqual([]);
    expect(new Set((await world.claimer.terms())[0]!.tickets.map(({state}) => state))).toEqual(new Set(['not agreed']));
  });

  test('without a commitment only rejected epochs pay; after the deadline nothing does', async () => {
    const world = await drawn();
    world.root = ZERO_HASH;
    const states = (await world.claimer.terms())[0]!.tickets;
    for (const {epoch, state} of states) expect(state).toBe(epoch === 2n ? 'claimable' : 'not committed');
    world.now = 9_001n;
    expect(new Set((await world.claimer.terms())[0]!.tickets.map(({state}) => state))).toEqual(new Set(['expired']));
  });
});
