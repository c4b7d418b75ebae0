/** SHA-256 of whole files: Node's native one where there is Node, else noble. Same digests. */
import {sha256 as portable} from '@noble/hashes/sha2.js';

type NodeProcess = {getBuiltinModule?: (name: 'node:crypto') => typeof import('node:crypto')};

/** Not an import: this file also runs in browsers. */
const native = (globalThis as {process?: NodeProcess}).process?.getBuiltinModule?.('node:crypto');

export const sha256 = (bytes: Uint8Array): Uint8Array =>
  native === undefined ? portable(bytes) : new Uint8Array(native.createHash('sha256').update(bytes).digest());
