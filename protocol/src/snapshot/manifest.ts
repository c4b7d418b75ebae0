/** The manifest of an epoch: RFC 8785 JSON that names every file by size, sha256 and CID (PROTOCOL §3). */
import {sha256} from '../sha256.ts';
import {z} from 'zod';
import {compareText, equalBytes, plainHex} from '../bytes.ts';
import {canonicalJson} from '../canonical-json.ts';
import type {Manifest} from '../types.ts';
import {fileCid} from './cid.ts';

export const LOG_NAME = 'log.bin';

const manifestShape = z.strictObject({
  format: z.literal(1),
  epoch: z.string().regex(/^[1-9]\d{0,19}$/),
  files: z.array(z.strictObject({
    name: z.string().min(1).max(200),
    size: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    cid: z.string().min(1).max(100),
  })),
});

/** Canonical bytes, files sorted by name. */
export async function encodeManifest(epoch: bigint, files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const entries = [...files].sort(([a], [b]) => compareText(a, b)).map(async ([name, bytes]) => ({
    name, size: bytes.length, sha256: plainHex(sha256(bytes)), cid: await fileCid(bytes),
  }));
  const manifest: Manifest = {format: 1, epoch: epoch.toString(), files: await Promise.all(entries)};
  return canonicalJson(manifest);
}

export type ParsedManifest = {ok: true; manifest: Manifest} | {ok: false; reason: string};

/** Strict reader: only the canonical bytes of a well-formed manifest, names ascending, are accepted. */
export function parseManifest(bytes: Uint8Array): ParsedManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch {
    return {ok: false, reason: 'the manifest is no JSON text'};
  }
  const parsed = manifestShape.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {ok: false, reason: `manifest field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`};
  }
  if (!equalBytes(canonicalJson(parsed.data), bytes)) return {ok: false, reason: 'the manifest is not canonical (RFC 8785)'};
  const {files} = parsed.data;
  const ordered = files.every(({name}, i) => i === 0 || compareText(files[i - 1]!.name, name) < 0);
  if (!ordered) return {ok: false, reason: 'the manifest does not list its files by ascending name'};
  return {ok: true, manifest: parsed.data};
}
