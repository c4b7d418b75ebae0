/**
 * Writes `docs/bench/contracts-gas.md` from the gas snapshots that `contracts/test/gas` leaves, beside what must be reached and what
 * comparable contracts need. `--check` exits 1 when the page is stale, or a figure is above its limit and above what was accepted.
 */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {ROOT} from './contracts/sources.ts';

const PAGE = path.join(ROOT, 'docs/bench/contracts-gas.md');
const FOLDER = path.join(ROOT, 'contracts/snapshots');

type Row = {operation: string; names: RegExp; max?: number; elsewhere: string};

/** What is above its limit and stays so for a reason; it must not grow beyond this. */
type Accepted = {names: RegExp; max: number; why: string};

const ACCEPTED: readonly Accepted[] = [
  {names: /^claim, first.*never held/, max: 112_500, why: 'as below, and 17,100 of the token for its new holder'},
  {names: /^claim, first, 17/, max: 95_500, why: 'as below, and ten more levels of 512 calldata and 180 hashing each'},
  {names: /^claim, first/, max: 88_500, why: 'without any computing 80,000: base 21,000, calldata 5,100, proxy 4,900, slots of head 2,100, root 2,100, paid sum of the asset 5,000 and of the wallet 22,100, token 15,500, event 2,300'},
  {names: /^claim, again.*outflow/, max: 77_700, why: 'as below, and the limit'},
  {names: /^claim, again, 17/, max: 78_300, why: 'as below, and ten more levels'},
  {names: /^claim, again/, max: 71_400, why: 'without any computing 62,900: as above, the wallet’s slot 5,000 instead of 22,100'},
  {names: /^distribute, per new payee, 7 levels$/, max: 62_200, why: 'leaves one by one, each with its path; the sequencer pays ranges'},
];

/** Published or measured figures of others, whole transactions unless a test is named. */
const ROWS: readonly Row[] = [
  {operation: 'settle, one asset, second settle', names: /^settle, second, one asset|^settle.*N = /, max: 260_000, elsewhere: 'Symbiotic `verifyQuorumSigAt` alone 217,091–243,542; Axelar 133,655 at 20 signers, 537,538 at 100; EigenLayer 676,445 and 4,939,877; Gravity about 500,000 at 125'},
  {operation: 'settle, the first', names: /^settle, first/, elsewhere: 'Lido `submitReport` 135,796–157,649'},
  {operation: 'settle, each further asset', names: /^settle, each further asset/, max: 25_000, elsewhere: '–'},
  {operation: 'each absent validator', names: /each (further )?absent|per absent/, max: 8_000, elsewhere: 'the four above pay for every signer instead'},
  {operation: 'claim, first', names: /^claim(?! a ticket).*first/, max: 75_000, elsewhere: 'Morpho URD 77,267; Uniswap MerkleDistributor 78,466 (91,650 with 100,000 leaves)'},
  {operation: 'claim, repeated', names: /^claim(?! a ticket).*again/, max: 57_000, elsewhere: '–'},
  {operation: 'distribute, per new payee', names: /^distribute(Range)?, per new payee/, max: 60_000, elsewhere: 'Hyperliquid 266,868 each for request and finalisation of ten; Gravity 47,985 each, never deferred'},
  {operation: 'distribute, per known payee', names: /^distribute(Range)?, per known payee/, max: 30_000, elsewhere: '–'},
  {operation: "pushed ERC-20 deposit, the token's own transfer", names: /^deposit, ERC-20/, elsewhere: 'OP portal deposit 68,422'},
  {operation: 'join or exit with 1,000 members', names: /^(register|requestExit).*1,000/, max: 450_000, elsewhere: '–'},
  {operation: 'tally on L2, N = 1,000', names: /^count, N = 1,000, full/, max: 300_000, elsewhere: 'Lido about 147,000 for each member'},
  {operation: 'one vote on chain', names: /^castVote/, elsewhere: 'Lido about 147,000'},
];

/** Files of `vm.snapshotValue` hold text figures only; the other snapshots are nested. One figure is the difference of two. */
function figures(): Map<string, number> {
  const found = new Map<string, number>();
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort()) {
    const json = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as unknown;
    if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.values(json).every((value) => typeof value === 'string' && /^\d+$/.test(value))) continue;
    for (const [name, value] of Object.entries(json as Record<string, string>)) found.set(name, Number(value));
  }
  const [one, two] = [found.get('settle, second, one asset'), found.get('settle, second, two assets')];
  if (one !== undefined && two !== undefined) found.set('settle, each further asset', two - one);
  return found;
}

const amount = (value: number) => value.toLocaleString('en-US');

function render(all: ReadonlyMap<string, number>): {page: string; exceeded: string[]} {
  const exceeded: string[] = [];
  const used = new Set<string>();
  const lines = ROWS.flatMap(({operation, names, max, elsewhere}) => {
    const own = [...all].filter(([name]) => names.test(name));
    if (own.length === 0) return [`| ${operation} | not measured | ${max === undefined ? 'reported' : `≤ ${amount(max)}`} | ${elsewhere} |`];
    return own.map(([name, gas], i) => {
      used.add(name);
      const isAbove = max !== undefined && gas > max;
      const accepted = isAbove ? ACCEPTED.find((each) => each.names.test(name)) : undefined;
      if (isAbove && (accepted === undefined || gas > accepted.max)) exceeded.push(`${name}: ${amount(gas)} gas, at most ${amount(accepted?.max ?? max)} wanted`);
      return `| ${i === 0 ? operation : ''}${own.length > 1 || name !== operation ? ` (${name})` : ''} | ${amount(gas)}${isAbove ? ` ✗ ${accepted?.why ?? ''}` : ''} | ${max === undefined ? 'reported' : `≤ ${amount(max)}`} | ${i === 0 ? elsewhere : ''} |`;
    });
  });
  const others = [...all].filter(([name]) => !used.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, gas]) => `| ${name} | ${amount(gas)} |`);
  const page = `# Gas of the contracts

Written by \`scripts/contracts-gas.ts\` from \`contracts/snapshots\` (tests in \`contracts/test/gas\`). Whole transactions: execution, calldata with
EIP-7623's floor, and 21,000, from cold state. Figures of others are those they publish, or measurements of their code with the same compiler.

| operation | measured | must reach | elsewhere |
|---|---|---|---|
${lines.join('\n')}

## Everything else that is measured

| operation | gas |
|---|---|
${others.join('\n')}
`;
  return {page, exceeded};
}

const check = process.argv.includes('--check');
const {page, exceeded} = render(figures());
const isStale = !existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page;
if (!check) writeFileSync(PAGE, page);
for (const line of exceeded) process.stderr.write(`${line}\n`);
if (check && isStale) process.stderr.write('docs/bench/contracts-gas.md is stale: run node --import tsx scripts/contracts-gas.ts\n');
process.stderr.write(`${ROWS.length} rows${exceeded.length > 0 ? `, ${exceeded.length} limits exceeded` : ', nothing above its limit or what was accepted'}.\n`);
process.exitCode = exceeded.length > 0 || (check && isStale) ? 1 : 0;
