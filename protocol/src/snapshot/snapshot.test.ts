import {createHash} from 'node:crypto';
import {CID} from 'multiformats/cid';
import {describe, expect, test} from 'vitest';
import {utf8} from '../bytes.ts';
import {
  balancesName, cidFromDigest, cidOf, encodeBalances, encodeManifest, encodeMapping, encodePayouts, fileCid, parseBalances, parseManifest,
  parseMapping, parsePayouts, payoutsName,
} from './index.ts';

const id = (byte: string) => `0x${byte.repeat(24)}` as const;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const HEADER = 'id,total,withdrawable,withdrawal\n';
const rowOf = (byte: string, amounts = '1,1,0') => `${byte.repeat(24)},${amounts}\n`;

test('the bytes of each file', () => {
  const rows = [
    {id: id('bb'), total: 2n ** 63n - 1n, withdrawable: 10n, withdrawal: 0n},
    {id: id('0a'), total: 7n, withdrawable: 5n, withdrawal: 3n},
  ];
  expect(text(encodeBalances(rows))).toBe(`${HEADER}${'0a'.repeat(24)},7,5,3\n${'bb'.repeat(24)},9223372036854775807,10,0\n`);
  expect(text(encodeBalances([]))).toBe(HEADER);
  const wallet = '0xABcdEFABcdEFabcdEfAbCdefabcdeFABcDEFabCD';
  expect(text(encodePayouts([{token: `0x${'00'.repeat(20)}`, wallet, cumulative: 12n}]))).toBe(
    `token,wallet,cumulative\n0x${'00'.repeat(20)},${wallet.toLowerCase()},12\n`);
  expect(text(encodeMapping([{id: id('0a'), wallet, blinding: `0x${'EE'.repeat(32)}`}]))).toBe(
    `id,wallet,blinding\n${'0a'.repeat(24)},${wallet.toLowerCase()},0x${'ee'.repeat(32)}\n`);
  expect(balancesName(1, wallet)).toBe(`balances/1-${wallet.toLowerCase()}.csv`);
  expect(payoutsName(42_161n)).toBe('payouts/42161.csv');
});

describe('what is not canonical is named with its line', () => {
  const cases: [string, string, {code: string; line: number}[]][] = [
    ['no header', rowOf('0a'), [{code: 'HEADER_INVALID', line: 1}]],
    ['nothing', '', [{code: 'HEADER_INVALID', line: 1}]],
    ['no final LF', HEADER + rowOf('0a').trimEnd(), [{code: 'FINAL_LF_MISSING', line: 2}]],
    ['CRLF', `${HEADER}${rowOf('0a').trimEnd()}\r\n`, [{code: 'ROW_INVALID', line: 2}]],
    ['a blank line', `${HEADER}\n`, [{code: 'ROW_INVALID', line: 2}]],
    ['upper-case id', HEADER + rowOf('0A'), [{code: 'ROW_INVALID', line: 2}]],
    ['leading zero', HEADER + rowOf('0a', '01,1,0'), [{code: 'NUMBER_NOT_CANONICAL', line: 2}]],
    ['minus zero', HEADER + rowOf('0a', '1,1,-0'), [{code: 'NUMBER_NOT_CANONICAL', line: 2}]],
    ['plus sign', HEADER + rowOf('0a', '+1,1,0'), [{code: 'ROW_INVALID', line: 2}]],
    ['out of order', HEADER + rowOf('0b') + rowOf('0a'), [{code: 'NOT_SORTED', line: 3}]],
    ['twice', HEADER + rowOf('0b') + rowOf('0b', '2,1,0'), [{code: 'DUPLICATE', line: 3}]],
    ['beyond 64 bits', HEADER + rowOf('0a', '9223372036854775808,1,0'), [{code: 'OUT_OF_RANGE', line: 2}]],
    ['very long number', HEADER + rowOf('0a', `${'9'.repeat(100_000)},1,0`), [{code: 'OUT_OF_RANGE', line: 2}]],
  ];
  test.each(cases)('%s', (_, file, findings) => {
    expect(parseBalances(utf8(file)).findings).toMatchObject(findings);
  });

  test('a negative amount is read, for V3 to report', () => {
    const {rows, findings} = parseBalances(utf8(HEADER + rowOf('0a', '-5,-5,0')));
    expect(findings).toEqual([]);
    expect(rows).toEqual([{id: id('0a'), total: -5n, withdrawable: -5n, withdrawal: 0n}]);
  });

  test('a mapping finding never quotes a wallet', () => {
    const {findings} = parseMapping(utf8(`id,wallet,blinding\n${'0a'.repeat(24)},0xABC,${'00'.repeat(32)}\n`));
    expect(findings).toEqual([{code: 'ROW_INVALID', line: 2, text: ''}]);
  });

  test('payouts', () => {
    const row = (wallet: string, lots = '1') => `0x${'00'.repeat(20)},0x${wallet.repeat(20)},${lots}\n`;
    const header = 'token,wallet,cumulative\n';
    expect(parsePayouts(utf8(header + row('bb') + row('aa') + row('aa'))).findings).toMatchObject([{code: 'NOT_SORTED', line: 3}, {code: 'DUPLICATE', line: 4}]);
    expect(parsePayouts(utf8(header + row('bb', '007'))).findings).toMatchObject([{code: 'ROW_INVALID', line: 2}]);
    expect(parsePayouts(utf8(header + row('bb', '-7'))).rows[0]?.cumulative).toBe(-7n);
  });
});

test('CIDs: one raw block up to 1 MiB, a UnixFS root above', async () => {
  const bytes = utf8('a balance sheet');
  const digest = createHash('sha256').update(bytes).digest();
  const cid = CID.parse(cidOf(bytes));
  expect([cid.version, cid.code, Buffer.from(cid.multihash.digest).equals(digest)]).toEqual([1, 0x55, true]);
  expect(cidFromDigest(`0x${digest.toString('hex')}`)).toBe(cidOf(bytes));
  expect(await fileCid(bytes)).toBe(cidOf(bytes));
  expect(await fileCid(new Uint8Array(1_048_576))).toBe(cidOf(new Uint8Array(1_048_576)));
  const large = CID.parse(await fileCid(new Uint8Array(1_048_577)));
  expect(large.code).toBe(0x70);
});

describe('manifest', () => {
  const files = new Map([['payouts/1.csv', utf8('b')], ['balances/1-0x.csv', utf8('a')]]);

  test('is canonical, sorted by name and names every file', async () => {
    const bytes = await encodeManifest(7n, files);
    const parsed = parseManifest(bytes);
    expect(parsed).toMatchObject({ok: true, manifest: {format: 1, epoch: '7', files: [{name: 'balances/1-0x.csv', size: 1}, {name: 'payouts/1.csv', size: 1}]}});
    expect(text(bytes)).toMatch(/^\{"epoch":"7","files":\[\{"cid":"baf/);
    expect(await encodeManifest(7n, new Map([...files].toReversed()))).toEqual(bytes);
  });

  test.each([
    ['no JSON', () => '{'],
    ['a blank more', (manifest: string) => `${manifest} `],
    ['an unknown field', (manifest: string) => manifest.replace('"format":1', '"extra":0,"format":1')],
    ['another format', (manifest: string) => manifest.replace('"format":1', '"format":2')],
    ['a wrong order', (manifest: string) => manifest.replace('payouts/1.csv', 'a.csv')],
  ])('%s is refused', async (_, change) => {
    const manifest = text(await encodeManifest(7n, files));
    expect(parseManifest(utf8(change(manifest)))).toMatchObject({ok: false});
  });
});
