/** Memory that every thread sees. */
export const sharedBytes = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** The same bytes in shared memory, at offset 0; those already there are taken as they are. */
export function sharedCopy(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const {buffer, byteOffset, length} = bytes;
  if (buffer instanceof SharedArrayBuffer && byteOffset === 0 && buffer.byteLength === length) return bytes as Uint8Array<SharedArrayBuffer>;
  const copy = new Uint8Array(sharedBytes(length));
  copy.set(bytes);
  return copy;
}
