/** Audit trees, term roots and tickets: what a validator computes and `AuditLib`, `TicketLib` check. */
import {type Address, encodeAbiParameters, type Hex} from 'viem';
import {
  auditedRows, auditSalt, type AuditedSheet, auditTree, buildTreeFromColumns, bytesToHex, keccak256, leafHash, levelsOf, type Line, LINE_PARAMETERS, locateRow,
  NO_PAYOUTS_ROOT, rootOf, type RowOpening, type SnapshotRow, termAudit, termSeed, ticketBar, ticketEpochOffset, ticketHash, ticketMember, ticketRow,
} from '../src/index.ts';
import {auditEpochLeaf, auditRowLeaf} from '../src/audit/index.ts';
import {compareText, utf8} from '../src/bytes.ts';
import {columnsOf} from '../src/snapshot/columns.ts';

const hashOf = (label: string): Hex => bytesToHex(keccak256(utf8(`PofBS audit ${label}`)));
const addressOf = (label: string): Address => hashOf(label).slice(0, 42) as Address;

/** Rows per asset, line by line: an asset without rows, a line of one asset, odd and even sheets. */
const SHAPES: readonly (readonly (readonly number[])[])[] = [[[1]], [[0, 3], [2]], [[5], [0], [4, 8]]];

const SUMS = [{name: 'total', type: 'uint64'}, {name: 'withdrawable', type: 'uint64'}, {name: 'withdrawal', type: 'uint64'}, {name: 'count', type: 'uint32'}] as const;
/** `AuditLib.RowOpening`. */
const OPENING = [{
  type: 'tuple',
  components: [
    {name: 'row', type: 'tuple', components: [{name: 'id', type: 'bytes24'}, ...SUMS.slice(0, 3)]},
    {name: 'siblings', type: 'tuple[]', components: [{name: 'hash', type: 'bytes32'}, {name: 'sums', type: 'tuple', components: SUMS}]},
    {name: 'path', type: 'bytes32[]'},
  ],
}] as const;

const encodeOpening = (opening: RowOpening): Hex => encodeAbiParameters(OPENING, [opening as never]);

function rowsFor(label: string, count: number): SnapshotRow[] {
  return Array.from({length: count}, (_, i): SnapshotRow => {
    const withdrawal = BigInt(i * 7);
    return {id: hashOf(`${label} ${i}`).slice(0, 50) as Hex, total: withdrawal + 2n ** BigInt(20 + i), withdrawable: withdrawal + 11n, withdrawal};
  }).sort((a, b) => compareText(a.id, b.id));
}

function sheetsAndLines(number: number): {sheets: AuditedSheet[]; lines: Line[]} {
  const sheets: AuditedSheet[] = [];
  const lines = SHAPES[number]!.map((counts, i): Line => ({
    chainId: BigInt(i + 1), custody: addressOf(`custody ${i}`), blockNumber: BigInt(100 + i), blockHash: hashOf(`block ${i}`), kills: 0, payoutRoot: NO_PAYOUTS_ROOT,
    payoutCount: 0,
    assets: counts.map((count, assetIndex) => {
      const columns = columnsOf(rowsFor(`row ${number} ${i} ${assetIndex}`, count));
      sheets.push({assetIndex, columns});
      const {hash, sums} = buildTreeFromColumns(assetIndex, columns);
      const [token, lotSize] = [`0x${assetIndex.toString(16).padStart(40, '0')}` as Address, 10n ** BigInt(9 * assetIndex)];
      return {
        token, lotSize, deposited: sums.total, liabilities: sums.total, withdrawable: sums.withdrawable, withdrawals: sums.withdrawal, authorisedOut: sums.withdrawal,
        count, root: rootOf({assetIndex, token, lotSize, hash, sums}),
      };
    }),
  }));
  return {sheets, lines};
}

const VALIDATOR = addressOf('validator');
const SECRET = hashOf('secret');
const FIRST_EPOCH = 41n;

function treeCase(number: number) {
  const {sheets, lines} = sheetsAndLines(number);
  const epoch = FIRST_EPOCH + BigInt(number);
  const salt = auditSalt(SECRET, epoch);
  const tree = auditTree({validator: VALIDATOR, salt}, sheets);
  const openings = Array.from({length: tree.count}, (_, position) => tree.open(position));
  const places = openings.map((_, position) => locateRow(lines, position));
  return {
    epoch: String(epoch), salt, rows: auditedRows(lines), depth: levelsOf(tree.count), encodedLines: lines.map((line) => encodeAbiParameters(LINE_PARAMETERS, [line])),
    lineIndices: places.map(({line}) => line), assetIndices: places.map(({asset}) => asset), rowIndices: places.map(({index}) => index),
    leaves: openings.map(({row}, position) => auditRowLeaf({validator: VALIDATOR, salt}, leafHash(places[position]!.asset, row))),
    root: tree.root, openings: openings.map(encodeOpening),
  };
}

/** The last epoch of the term was not audited. */
function termCase(roots: readonly Hex[]) {
  const audit = termAudit(FIRST_EPOCH, roots);
  const epochs = roots.map((_, i) => FIRST_EPOCH + BigInt(i));
  return {
    firstEpoch: String(FIRST_EPOCH), auditRoots: roots, epochLeaves: roots.map((root, i) => auditEpochLeaf(epochs[i]!, root)), root: audit.root,
    depth: levelsOf(roots.length), paths: epochs.flatMap((epoch) => audit.prove(epoch)),
  };
}

const TICKETS = 8;

function ticketCase() {
  const [pool, chainId, setId, randomness, count, cap, epochs, rows] = [addressOf('pool'), 42_161n, 3, hashOf('randomness'), 7, 10n ** 21n, 5n, 1_000_003] as const;
  const seed = termSeed({pool, chainId, setId, randomness});
  const hashes = Array.from({length: TICKETS}, (_, ticket) => ticketHash(seed, setId, ticket));
  return {
    pool, chainId: String(chainId), setId, randomness, seed, count, cap: String(cap), epochs: String(epochs), rows, hashes,
    members: hashes.map((hash) => ticketMember(hash, count)), bars: hashes.map((hash) => String(ticketBar(hash, cap))),
    epochOffsets: hashes.map((hash) => String(ticketEpochOffset(hash, epochs))), rowPositions: hashes.map((hash, i) => ticketRow(hash, i, rows)),
  };
}

export function auditVectors() {
  const cases = SHAPES.map((_, number) => treeCase(number));
  return {
    validator: VALIDATOR, secret: SECRET, counts: cases.map(({rows}) => rows), cases,
    term: termCase([...cases.map(({root}) => root), `0x${'00'.repeat(32)}`, hashOf('a fifth root')]), tickets: ticketCase(),
  };
}
