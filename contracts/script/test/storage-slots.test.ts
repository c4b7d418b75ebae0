import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {namespaceSlot} from '../../../scripts/contracts/storage-layout.ts';
import {placeOf, valueAt} from '../storage-slots.ts';

const layout = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../snapshots/storage.json'), 'utf8')) as {namespaces: Record<string, {slot: string; members: string[]}>; plain: Record<string, string[]>};

test('every namespace stands where ERC-7201 puts it', () => {
  const entries = Object.entries(layout.namespaces);
  expect(entries.length).toBeGreaterThan(3);
  for (const [id, {slot}] of entries) expect(slot).toBe(namespaceSlot(id));
});

test('contracts behind proxies keep nothing outside their namespace', () => {
  for (const name of ['Custody', 'CustodyExits', 'EpochManager', 'ValidatorRegistry', 'ValidatorSets', 'RewardPool']) expect(layout.plain[name]).toEqual([]);
});

test('a member is found by name, also inside a struct', () => {
  const first = placeOf('pobs.storage.EpochManager', 'rules.current');
  expect(placeOf('pobs.storage.EpochManager', 'rules.previous')).toEqual({...first, slot: `0x${(BigInt(first.slot) + 1n).toString(16).padStart(64, '0')}`});
  expect(placeOf('pobs.storage.ValidatorRegistry', 'l2Sets').bytes).toBe(20);
  expect(() => placeOf('pobs.storage.EpochManager', 'nothing')).toThrow('no member nothing');
  expect(() => placeOf('pobs.storage.Nobody', 'x')).toThrow('no namespace');
});

test('a packed value is cut out of its word', () => {
  expect(valueAt('0x1122334455', {slot: '0x0', offset: 1, bytes: 2})).toBe(0x3344n);
});
