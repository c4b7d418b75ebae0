import {cidOf, encodeManifest} from '@pobs/protocol';
import {sha256, stringToBytes, zeroHash} from 'viem';
import {describe, expect, test} from 'vitest';
import type {Proposal} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import {PublishedEpochs} from './published-epoch.ts';

const files = new Map([['balances/1-0x00.csv', stringToBytes('rows\n')], ['log.bin', new Uint8Array([1, 2])]]);
const manifest = await encodeManifest(1n, files);
const mapping = stringToBytes('mapping\n');
const proposal = {epoch: 1n, summary: {snapshotCid: sha256(manifest), mappingHash: sha256(mapping)}} as Proposal;

/** Storage, mapping server and cache in memory; `now` moves by hand. */
function world() {
  const stored = new Map([manifest, ...files.values()].map((bytes) => [cidOf(bytes), bytes]));
  const cached = new Map<string, Uint8Array>();
  const state = {now: 0, mapping: mapping as Uint8Array | undefined, fetched: 0, down: false};
  const published = new PublishedEpochs({graceMs: 1_000}, {
    storage: {get: async (cid) => {
      state.fetched += 1;
      return stored.get(cid);
    }},
    mapping: {get: async () => {
      if (state.down) throw new ValidatorError({code: 'MAPPING_UNAVAILABLE', epoch: '1', detail: 'no answer'});
      return state.mapping;
    }},
    cache: {get: (hash) => cached.get(hash), put: (bytes) => void cached.set(sha256(bytes), bytes)},
    clock: {nowMs: () => state.now},
  });
  return {stored, cached, state, published};
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => 'none', (error: unknown) => (error instanceof ValidatorError ? error.data.code : String(error)));

describe('published epochs', () => {
  test('everything is fetched once and cached by hash', async () => {
    const {published, state} = world();
    expect(await published.files(proposal)).toEqual({manifest, files});
    expect(await published.mapping(proposal)).toEqual(mapping);
    state.mapping = undefined;
    expect(await published.files(proposal)).toEqual({manifest, files});
    expect(await published.mapping(proposal)).toEqual(mapping);
    expect(state.fetched).toBe(3);
  });

  test('missing bytes are an outage within the grace, evidence after it', async () => {
    const {published, stored, state} = world();
    stored.delete(cidOf(files.get('log.bin')!));
    expect(await codeOf(published.files(proposal))).toBe('BYTES_UNAVAILABLE');
    state.now = 1_000;
    const {files: got} = await published.files(proposal);
    expect([...got.keys()]).toEqual(['balances/1-0x00.csv']);
    // Of an approved epoch they stay an outage: its successor is not to blame.
    expect(await codeOf(published.approvedFiles(proposal))).toBe('BYTES_UNAVAILABLE');
  });

  test('a manifest that nobody has leaves no files to judge', async () => {
    const {published, state} = world();
    const lost = {...proposal, summary: {...proposal.summary, snapshotCid: zeroHash}} as Proposal;
    expect(await codeOf(published.files(lost))).toBe('BYTES_UNAVAILABLE');
    state.now = 2_000;
    expect(await published.files(lost)).toEqual({manifest: undefined, files: new Map()});
  });

  test('a mapping of another hash is kept as evidence, never cached', async () => {
    const {published, state, cached} = world();
    state.mapping = stringToBytes('another\n');
    expect(await codeOf(published.mapping(proposal))).toBe('MAPPING_UNAVAILABLE');
    state.now = 1_000;
    expect(await published.mapping(proposal)).toEqual(state.mapping);
    expect(cached.has(sha256(state.mapping!))).toBe(false);
  });

  test('of an earlier epoch, a mapping for others is no outage; one that is not served is, to whom it is owed', async () => {
    const {published, state} = world();
    state.mapping = undefined;
    expect(await published.mappingIfOpen(proposal, true)).toBeUndefined();
    state.down = true;
    expect(await codeOf(published.mappingIfOpen(proposal, true))).toBe('MAPPING_UNAVAILABLE');
    expect(await published.mappingIfOpen(proposal, false)).toBeUndefined();
    state.down = false;
    state.mapping = mapping;
    expect(await published.mappingIfOpen(proposal, true)).toEqual(mapping);
  });
});
