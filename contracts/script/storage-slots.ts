/** Storage of a contract by member name, from the committed layout (`contracts/snapshots/storage.json`): for what has no getter. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Hex} from 'viem';

type Layout = {namespaces: Record<string, {slot: Hex; members: string[]}>; structs: Record<string, string[]>};
export type Place = {slot: Hex; offset: number; bytes: number};

const FILE = path.resolve(import.meta.dirname, '../snapshots/storage.json');
let layout: Layout | undefined;

/**
 * @param member - `rules.current` reaches into a struct.
 * @throws Error when the layout has no such member.
 */
export function placeOf(namespace: string, member: string): Place {
  layout ??= JSON.parse(readFileSync(FILE, 'utf8')) as Layout;
  const found = layout.namespaces[namespace];
  if (found === undefined) throw new Error(`contracts/snapshots/storage.json has no namespace ${namespace}.`);
  let slot = BigInt(found.slot);
  let members = found.members;
  let place: Place | undefined;
  for (const name of member.split('.')) {
    // `0+6 uint40 snapshotTime`
    const line = members.find((entry) => entry.endsWith(` ${name}`));
    if (line === undefined) throw new Error(`${namespace} has no member ${member} in contracts/snapshots/storage.json.`);
    const [position, rest] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    const type = rest.slice(0, -name.length - 1);
    const [own, offset] = position.split('+').map(Number) as [number, number];
    slot += BigInt(own);
    place = {slot: `0x${slot.toString(16).padStart(64, '0')}`, offset, bytes: sizeOf(type)};
    members = layout.structs[type] ?? [];
  }
  return place!;
}

function sizeOf(type: string): number {
  if (type === 'address' || type.startsWith('contract ')) return 20;
  if (type === 'bool' || type.startsWith('enum ')) return 1;
  const bits = /^u?int(\d+)$/.exec(type)?.[1];
  if (bits !== undefined) return Number(bits) / 8;
  const bytes = /^bytes(\d+)$/.exec(type)?.[1];
  return bytes === undefined ? 32 : Number(bytes);
}

/** The member's bytes of a storage word, as an unsigned number. */
export function valueAt(word: Hex, {offset, bytes}: Place): bigint {
  return (BigInt(word) >> BigInt(8 * offset)) & ((1n << BigInt(8 * bytes)) - 1n);
}
