/**
 * Keccak-f[1600] over one block as a WebAssembly module, assembled here: about a kilobyte, compiled at load.
 *
 * `hash(at)` absorbs the 136 bytes at `at` into a zero state, permutes, and leaves the 32-byte digest at `at`.
 * Everything PROTOCOL hashes in bulk fits one block.
 */

/** Bytes of a block of keccak-256. */
export const BLOCK_BYTES = 136;

const LANES = 25;
const RATE_LANES = 17;
const DIGEST_LANES = 4;
const ROUNDS = 24;
/** Round constants lie behind the block. */
const CONSTANTS_AT = 256;

// Locals: 0 = at (i32), 1 = address of the round constant (i32), then i64: state, its permuted copy, theta's columns.
const AT = 0;
const CURSOR = 1;
const A = 2;
const B = A + LANES;
const C = B + LANES;
const LOCALS_I64 = 2 * LANES + 5;

const I32 = 0x7f;
const I64 = 0x7e;
const LOOP = 0x03;
const VOID = 0x40;
const END = 0x0b;
const BR_IF = 0x0d;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;
const I64_LOAD = 0x29;
const I64_STORE = 0x37;
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const I32_LT_U = 0x49;
const I32_ADD = 0x6a;
const I64_AND = 0x83;
const I64_XOR = 0x85;
const I64_ROTL = 0x89;
const ALIGN_BYTE = 0;

const unsigned = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]);
const signed = (value: number): number[] =>
  value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...Array.from(text, (char) => char.charCodeAt(0))];

const get = (local: number): number[] => [LOCAL_GET, ...unsigned(local)];
const set = (local: number): number[] => [LOCAL_SET, ...unsigned(local)];
const rotated = (bits: number): number[] => (bits === 0 ? [] : [I64_CONST, ...signed(bits), I64_ROTL]);
const load = (address: number, offset: number): number[] => [...get(address), I64_LOAD, ALIGN_BYTE, ...unsigned(offset)];
const lane = (x: number, y: number): number => (x % 5) + 5 * (y % 5);

/** Rotation of each lane (FIPS 202, 3.2.2). */
function rotations(): number[] {
  const bits = new Array<number>(LANES).fill(0);
  let [x, y] = [1, 0];
  for (let t = 0; t < ROUNDS; t += 1) {
    bits[lane(x, y)] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  return bits;
}

/** Round constants by the linear feedback shift register of FIPS 202, 3.2.5. */
function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({length: ROUNDS}, () => {
    let constant = 0n;
    for (let j = 0; j < 7; j += 1) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1);
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
    return constant;
  });
}

function round(): number[] {
  const code: number[] = [];
  for (let x = 0; x < 5; x += 1) {
    code.push(...get(A + x));
    for (let y = 1; y < 5; y += 1) code.push(...get(A + lane(x, y)), I64_XOR);
    code.push(...set(C + x));
  }
  const bits = rotations();
  for (let x = 0; x < 5; x += 1) {
    for (let y = 0; y < 5; y += 1) {
      // Theta's column parity, then rho and pi in one move.
      code.push(...get(A + lane(x, y)), ...get(C + ((x + 4) % 5)), I64_XOR, ...get(C + ((x + 1) % 5)), ...rotated(1), I64_XOR);
      code.push(...rotated(bits[lane(x, y)]!), ...set(B + lane(y, 2 * x + 3 * y)));
    }
  }
  for (let y = 0; y < 5; y += 1) {
    for (let x = 0; x < 5; x += 1) {
      code.push(...get(B + lane(x, y)), ...get(B + lane(x + 1, y)), I64_CONST, ...signed(-1), I64_XOR, ...get(B + lane(x + 2, y)), I64_AND, I64_XOR);
      code.push(...set(A + lane(x, y)));
    }
  }
  return [...code, ...get(A), ...load(CURSOR, 0), I64_XOR, ...set(A)];
}

function body(): number[] {
  const code: number[] = [];
  for (let i = 0; i < RATE_LANES; i += 1) code.push(...load(AT, 8 * i), ...set(A + i));
  code.push(I32_CONST, ...signed(CONSTANTS_AT), ...set(CURSOR), LOOP, VOID, ...round());
  code.push(...get(CURSOR), I32_CONST, ...signed(8), I32_ADD, LOCAL_TEE, CURSOR);
  code.push(I32_CONST, ...signed(CONSTANTS_AT + 8 * ROUNDS), I32_LT_U, BR_IF, 0, END);
  for (let i = 0; i < DIGEST_LANES; i += 1) code.push(...get(AT), ...get(A + i), I64_STORE, ALIGN_BYTE, ...unsigned(8 * i));
  return [...vector([[1, I32], [...unsigned(LOCALS_I64), I64]]), ...code, END];
}

function assemble(): Uint8Array<ArrayBuffer> {
  const constants = roundConstants().flatMap((constant) => Array.from({length: 8}, (_, i) => Number((constant >> BigInt(8 * i)) & 0xffn)));
  const code = body();
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector([[0x60, 1, I32, 0]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector([[...name('hash'), 0, 0], [...name('memory'), 2, 0]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
    ...section(11, vector([[0, I32_CONST, ...signed(CONSTANTS_AT), END, ...unsigned(constants.length), ...constants]])),
  ]);
}

export type Kernel = {
  /** {@link BLOCK_BYTES} bytes of the module's memory; the digest replaces the first 32. */
  block: Uint8Array;
  hash(): void;
};

/** Undefined where WebAssembly is missing or refused by a content security policy. */
export function createKernel(): Kernel | undefined {
  try {
    const {exports} = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
    const {hash, memory} = exports as {hash: (at: number) => void; memory: WebAssembly.Memory};
    return {block: new Uint8Array(memory.buffer, 0, BLOCK_BYTES), hash: () => hash(0)};
  } catch {
    return undefined;
  }
}
