import {concat, encodeAbiParameters, keccak256, parseAbiParameters, stringToHex, toHex} from 'viem';
import {expect, test} from 'vitest';
import {domainSalt, lineHash, rulesHash, SUMMARY_TYPE_STRING, summaryDigest} from './summary.ts';
import type {Line, Rules, Summary} from './types.ts';

const word = (byte: string) => `0x${byte.repeat(32)}` as const;
const address = `0x${'aB'.repeat(20)}` as const;
const summary: Summary = {
  epoch: 1n, snapshotTime: 2n, setId: 3, parent: word('04'), linesRoot: word('05'), lineCount: 6, snapshotCid: word('07'), mappingHash: word('08'),
  logRoot: word('09'), journalHead: word('0a'), rulesHash: word('0b'),
};

test('the digest is EIP-712 over name, version and salt', () => {
  const salt = domainSalt(31_337, address);
  expect(salt).toBe(keccak256(encodeAbiParameters(parseAbiParameters('string, uint256, address'), ['PofBS', 31_337n, address.toLowerCase() as typeof address])));
  const domain = keccak256(encodeAbiParameters(parseAbiParameters('bytes32, bytes32, bytes32, bytes32'), [
    keccak256(stringToHex('EIP712Domain(string name,string version,bytes32 salt)')), keccak256(stringToHex('PofBS')), keccak256(stringToHex('1')), salt,
  ]));
  const struct = keccak256(concat([
    keccak256(stringToHex(SUMMARY_TYPE_STRING)),
    ...Object.values(summary).map((value) => (typeof value === 'string' ? value : toHex(value, {size: 32}))),
  ]));
  expect(summaryDigest(summary, salt)).toBe(keccak256(concat(['0x1901', domain, struct])));
});

test('a line hashes the same in every spelling of its addresses', () => {
  const line: Line = {
    chainId: 1n, custody: address, blockNumber: 2n, blockHash: word('03'), kills: 0, payoutRoot: word('04'), payoutCount: 0,
    assets: [{token: address, lotSize: 1n, deposited: 1n, liabilities: 1n, withdrawable: 1n, withdrawals: 0n, authorisedOut: 0n, count: 1, root: word('05')}],
  };
  const lower = {...line, custody: address.toLowerCase() as typeof address};
  expect(lineHash(line)).toBe(lineHash(lower));
  expect(lineHash({...line, kills: 1})).not.toBe(lineHash(line));
});

test('the hash of the rules does not depend on the order of their fields', () => {
  const rules: Rules = {version: 1, l1ChainId: 1, registry: address, settlementCurrency: 'USDC', maxAgeSeconds: 1, eraEpochs: 2, custodies: []};
  const reordered = Object.fromEntries(Object.entries(rules).toReversed()) as Rules;
  expect(rulesHash(reordered)).toBe(rulesHash(rules));
  expect(rulesHash({...rules, eraEpochs: 3})).not.toBe(rulesHash(rules));
});
